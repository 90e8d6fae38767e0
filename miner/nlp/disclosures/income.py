"""The step on the ladder of means: what the family's money is enough for.

>>> said("на еду правда не остаётся"), said("на хлеб занимаю")
(['food_short'], ['food_short'])
>>> said("на продукты хватает, а вот обувь, куртки – сажусь и плачу")
['clothes_hard']
>>> said("на еду и одежду хватает, а холодильник уже не купить"), said("хватает на всё, кроме квартиры")
(['small_appliances'], ['all_but_housing'])
>>> said("денег не хватает"), said("соседке на еду не хватает")
([], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import SAID, Claim
from miner.nlp.disclosures.people import SOMEBODY
from miner.nlp.disclosures.speech import Speech

FOOD = r"(?:еду|хлеб|продукты|питание|молоко|покушать|поесть|кашу|еды)"
CLOTHES = r"(?:одежд\w+|обув\w*|ботинк\w+|куртк\w+|сапог\w*|кроссовк\w+|шмот\w+|зимн\w+ вещ\w+|сапожк\w+)"
SMALL = r"(?:холодильник|стирал\w+|телевизор|техник[уаи]|микроволновк\w+|плит[уаы])"
ENOUGH = r"(?:хватает|хватит|наскреба\w+|есть|хватало|тянем)"
SHORT = r"(?:не хватает|не остается|не хватит|нет денег|не всегда хватает|занима(?:ю|ем)|считаю копейки|впритык)"
RULES = [
    ("clothes_hard", re.compile(rf"\bна {FOOD}[^.!?]{{0,30}}(?<!не ){ENOUGH}[^.!?]{{0,60}}{CLOTHES}")),
    (
        "small_appliances",
        re.compile(rf"\bна {FOOD}[^.!?]{{0,15}}{CLOTHES}[^.!?]{{0,15}}(?<!не ){ENOUGH}[^.!?]{{0,60}}{SMALL}"),
    ),
    (
        "food_short",
        re.compile(
            rf"\bна (?:нормальную |самую простую )?{FOOD}(?:[^.!?;]{{0,25}}?) (?:{SHORT})\b"
            rf"|\b(?:{SHORT})(?: \w+)? на (?:нормальную )?{FOOD}\b"
            rf"|\bнечего есть\b|\bголодаем\b|\bдо зарплаты на макаронах\b"
        ),
    ),
    ("all_but_housing", re.compile(r"\bхватает на все,? кроме (?:\w+ )?(?:квартиры|жилья|дачи|недвижимости)")),
    (
        "large_appliances",
        re.compile(
            r"\b(?:можем|могу) (?:себе )?(?:позволить|купить) (?:холодильник|стиралку|телевизор"
            r"|крупную технику)[^.!?]{0,40}(?:машин\w+|автомобил\w+) (?:уже )?(?:нет|не потян)"
        ),
    ),
]


def find(speech: Speech) -> Iterator[Claim]:
    if not speech.mentions(
        "еду",
        "еды",
        "хлеб",
        "продукты",
        "питание",
        "молок",
        "кашу",
        "поесть",
        "покушать",
        "есть",
        "голода",
        "хватает",
        "позволить",
    ):
        return
    for step, rule in RULES:
        for match in rule.finditer(speech.plain):
            if not SOMEBODY.search(speech.before(match.start(), 30)):
                yield Claim("income", step, match.start(), match.end(), SAID)


def said(text: str) -> list[str | int]:
    from miner.nlp.disclosures.claims import decide

    return [fact.value for fact in decide(find(Speech(text)))]
