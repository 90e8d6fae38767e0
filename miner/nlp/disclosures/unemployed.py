"""How many months the author has been out of work.

>>> said("Девять месяцев без работы уже"), said("седьмой месяц сижу дома без работы")
([9], [7])
>>> said("полгода не могу устроиться")
[6]
>>> said("без работы одиннадцать месяцев"), said("Год и два месяца дома"), said("уже пять месяцев ищу работу")
([11], [14], [5])
>>> said("муж год без работы"), said("три месяца платили пособие")
([], [])
>>> said("второй год без работы"), said("работал 5 месяцев")
([], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import SAID, SHOWN, Claim
from miner.nlp.disclosures.numerals import NUMBER, ORDINAL, value
from miner.nlp.disclosures.people import SOMEBODY
from miner.nlp.disclosures.speech import Speech

SPAN = (
    rf"(?:(?P<months>{NUMBER}) (?:месяц(?:а|ев)?|мес\.?)|(?P<ordinal>{ORDINAL}) месяц|(?P<half>полгода)"
    rf"|(?P<yearhalf>полтора года)|(?P<year>год)(?: и (?P<more>{NUMBER}) месяц(?:а|ев)?)?"
    rf"|(?P<one>месяц))"
)
OUT = (
    r"(?:без работы|не работаю|безработн\w+|сижу без работы|ищу(?! (?:курс|групп))|никуда не берут"
    r"|не могу (?:устроиться|найти)|сижу(?: дома| на бирже)?(?=[.,!]|$)|сижу дома|без дела)"
)
AT_HOME = re.compile(
    rf"(?<![\w-])(?:(?P<year>год) и (?P<more>{NUMBER}) месяц(?:а|ев)?|(?P<months>{NUMBER}) месяц(?:а"
    rf"|ев)?) (?:уже )?дома(?=[.,!]|$)"
)
AFTER = re.compile(rf"(?<![\w-]){SPAN}(?:,? (?:уже|как|значит|я|вот|дома|сижу|на шее|по сути|считай)){{0,3}},? {OUT}")
BEFORE = re.compile(rf"\b(?:без работы|не работаю|ищу работу|сижу дома)(?: уже| вот| как)? {SPAN}")
NOT_SAID = re.compile(
    r"\b(?:второй|третий|четвертый|пятый|если|через|почти|больше|около|за|после|на|не|прошл\w+"
    r"|хотя бы|минимум|был[аи]?|сидел[аи]?)(?: \w+)? $"
)


def find(speech: Speech) -> Iterator[Claim]:
    if not speech.mentions(
        "без работы", "не работаю", "безработн", "ищу", "не берут", "не могу", "сижу", "без дела", "дома"
    ):
        return
    if not speech.mentions("месяц", "полгода", "год", "мес"):
        return
    for strength, rule in ((SAID, AFTER), (SAID, BEFORE), (SHOWN, AT_HOME)):
        for match in rule.finditer(speech.plain):
            before = re.split(r"[,;:—–()]", speech.before(match.start(), 30))[-1]
            if SOMEBODY.search(before) or NOT_SAID.search(before):
                continue
            groups = match.groupdict()
            if months := length(groups):
                weak = groups.get("one") or (groups.get("year") and "без работы" not in match.group())
                yield Claim("unemployed_months", months, match.start(), match.end(), SHOWN if weak else strength)


def length(said: dict[str, str | None]) -> int | None:
    """Months of what the groups of a pattern caught."""
    if said.get("half"):
        return 6
    if said.get("yearhalf"):
        return 18
    if said.get("year"):
        return 12 + (value(said.get("more") or "") or 0)
    if said.get("one"):
        return 1
    months = value(said.get("months") or said.get("ordinal") or "")
    return months if months and months <= 120 else None


def said(text: str) -> list[str | int]:
    from miner.nlp.disclosures.claims import decide

    return [fact.value for fact in decide(find(Speech(text)))]
