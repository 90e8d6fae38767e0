"""Family: married, divorced, widowed, single.

>>> said("мы с мужем переехали"), said("в разводе, двое детей"), said("Муж умер два года назад"), said("я не замужем")
(['married'], ['divorced'], ['widowed'], ['single'])
>>> said("Муж на вахте"), said("Бывшая жена туда ходила"), said("Жены не стало в ноябре")
(['married'], ['divorced'], ['widowed'])
>>> said("у подруги муж без работы"), said("а муж ваш на что?")
([], [])
>>> said("когда замуж?"), said("нет работы для жены, сказал он")
([], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import SAID, SHOWN, Claim
from miner.nlp.disclosures.speech import Speech

HUSBAND = r"(?:муж(?:а|у|ем|енек|енька)?|супруг(?:а|у|ом)?)"
WIFE = r"(?:жен(?:а|ы|е|у|ой)|супруг(?:и|е|ой))"
SPOUSE = rf"(?:{HUSBAND}|{WIFE})"
RULES = [
    (
        "widowed",
        SAID,
        re.compile(
            rf"\b(?:вдова|вдовец|вдовой|вдовцом|овдовел[аи]?|{SPOUSE} (?:\w+ )?(?:умер(?:ла)?|погиб(?:ла)?"
            rf"|скончал(?:ся|ась)|похоронил[аи]?)|(?:похоронил[аи]?|потерял[аи]?) {SPOUSE}|{SPOUSE} не стало"
            rf"|(?:смерти|гибели) {SPOUSE})\b"
        ),
    ),
    (
        "divorced",
        SAID,
        re.compile(
            rf"\b(?:в разводе|разведен[аы]?(?! (?:ы|руками))|разведенк[аи]|развел(?:ась|ся|ись)"
            rf"|развожусь|после развода|бывш(?:ий|его|ему|им|ая|ей|ую) {SPOUSE}|{SPOUSE},? то есть бывш\w+"
            rf"|{SPOUSE} бывш\w+|экс-{SPOUSE}|(?:алименты|от|у) (?:от )?бывшего(?! {SPOUSE}| (?:начальник"
            rf"|коллег|работодат|мест))|алименты бывший|бывший не платит|развод(?:а|ом)? с {SPOUSE})\b"
        ),
    ),
    (
        "single",
        SAID,
        re.compile(
            r"\b(?:не замужем|незамужняя|не женат|неженатый|холост|холостой|холостяк|замужем не была"
            r"|мужа не было|ни мужа,? ни)\b"
        ),
    ),
    (
        "married",
        SAID,
        re.compile(
            rf"\b(?:я замужем|замужем|женат|женаты|женился|вышла замуж|мы с {SPOUSE}|(?:мой|моего"
            rf"|моему|моим|моя|моей|мою) {SPOUSE}|{SPOUSE} (?:мой|моя))\b"
        ),
    ),
    ("married", SHOWN, re.compile(rf"\b(?:{SPOUSE}\b(?!-)|мужем-)")),
]
NOT_MINE = re.compile(
    r"\b(?:покойн\w+|кто|кем|они?|она|без|для|был[а]?|нужен|найти|найду|искать|ищу|чуж\w+"
    r"|чей-то|подруг\w*|сосед\w*|сестр\w*|дочк?[аиуеь]\w*|дочери|мамин|тетк\w*|коллег\w*"
    r"|знаком\w*|начальни\w*|ей|ему|нее|него|"
    r"ваш\w*|твой|твоя|твоего|выйти|удачно|у нее|у него|одной|женщин\w*|девушк\w*|брат\w*"
    r"|сын\w*|бросил|у всех|других|чьих)\b[^.!?;]{0,18}$"
)
NOT_MINE_AFTER = re.compile(
    r"^ (?:богат\w+|ваш\w*|твой|твоя|подруг\w*|сосед\w*|сестр\w*|дочери|начальни\w*|его"
    r"|ее|и отец|на час|ушел|ушла|бросил\w*|сбежал\w*|пил\b)"
)
NOT_SAID = re.compile(r"\b(?:не|никогда|ни|ее|его|их)(?: \w+)? $|\b(?:если|когда) $")


def find(speech: Speech) -> Iterator[Claim]:
    if not speech.mentions("муж", "жен", "супруг", "вдов", "развод", "развел", "развед", "бывш", "холост"):
        return
    plain = speech.plain
    taken = bytearray(len(plain))
    for status, strength, rule in RULES:
        for match in rule.finditer(plain):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"1" * (end - start)
            before, after = speech.before(start, 40), plain[end : end + 15]
            if (
                NOT_MINE.search(before)
                or NOT_MINE_AFTER.match(after)
                or (status != "single" and NOT_SAID.search(before))
            ):
                continue
            yield Claim("marital", status, start, end, SAID + 1 if status in {"widowed", "divorced"} else strength)


def said(text: str) -> list[str | int]:
    return [claim.value for claim in find(Speech(text))]
