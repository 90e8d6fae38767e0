"""Group of disability, 1 to 3.

>>> said("У меня вторая группа, по сердцу"), said("я инвалид 3 группы")
([2], [3])
>>> said("Третья группа, нога."), said("инвалид II группы")
([3], [2])
>>> said("сын-инвалид 2 группы"), said("вторая группа курсов")
([], [])
>>> said("электрик с третьей группой"), said("взяли инвалида 3 группы")
([], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import SAID, SHOWN, Claim
from miner.nlp.disclosures.speech import Speech

NUMBERS = {"перв": 1, "втор": 2, "трет": 3, "1": 1, "2": 2, "3": 3, "iii": 3, "ii": 2, "i": 1}
GROUP = (
    r"(?:(перв|втор|трет)(?:ая|ья|ой|ей|ую|ью|ьей)|([123]|i{1,3})(?:-?(?:я|ой|й|ю|ую|ей))?) ?(?:нерабочая "
    r"|рабочая )?(?:группа|группы|группу|группе|группой|гр\.?)"
)
RULES = [
    (SAID, re.compile(rf"\bинвалид(?:ка)?,? (?:с детства,? )?(?:у меня )?{GROUP}")),
    (SAID, re.compile(rf"\b{GROUP}(?:,? у меня)? (?:по )?инвалидности")),
    (SAID, re.compile(rf"\b(?:у меня|мне дали|мне оставили|я с|дали|оформили мне|имею)(?: \w+)? {GROUP}")),
    (SAID, re.compile(rf"\b(?:я|сам|сама)(?:,? \w+){{0,2}},? {GROUP}")),
    (SHOWN, re.compile(rf"(?:^|[.!?…\n] ?)(?:ну,? )?(?:с )?{GROUP}(?=,| по | меня| и )")),
    (SHOWN, re.compile(rf"\bинвалидность {GROUP}")),
]
NOT_MINE = re.compile(
    r"\b(?:сын\w*|доч\w*|муж\w*|жен[аеуы]|мам\w*|мать|отец|отца|пап\w*|ребен\w*|брат\w*"
    r"|сестр\w*|бабушк\w*|дед\w*|подруг\w*|сосед\w*|взяли|приняли|берем|беру|ищем|принять"
    r"|сотрудни\w*|работни\w*|квот\w*|электри\w*|допуск\w*|дети|детей|внук\w*|его|ее|их)\b[^.!?;]{0,25}$"
    r"|-$"
)
OTHER_GROUP = re.compile(r"^ ?(?:набра|курс|учащ|детей|детск|допуск|по электро|обуч|здоров|риска|крови)")


def find(speech: Speech) -> Iterator[Claim]:
    if not speech.mentions("групп", "инвалид"):
        return
    for strength, rule in RULES:
        for match in rule.finditer(speech.plain):
            number = NUMBERS[match[1] or match[2]]
            if OTHER_GROUP.match(speech.plain[match.end() : match.end() + 15]) or NOT_MINE.search(
                speech.before(match.start(), 40)
            ):
                continue
            yield Claim("disability_group", number, match.start(), match.end(), strength)


def said(text: str) -> list[str | int]:
    from miner.nlp.disclosures.claims import decide

    return [fact.value for fact in decide(find(Speech(text)))]
