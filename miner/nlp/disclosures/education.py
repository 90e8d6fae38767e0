"""Education that the author has finished: none, school, vocational, higher.

>>> said("У меня высшее техническое"), said("Окончила пединститут"), said("Закончил колледж"), said("я после колледжа")
(['higher'], ['higher'], ['vocational'], ['vocational'])
>>> said("школу закончил, в колледж не пошёл"), said("у меня девять классов"), said("диплом техникума есть")
(['school'], ['school'], ['vocational'])
>>> said("требуют высшее образование"), said("сын окончил институт"), said("хочу окончить техникум")
([], [], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import SAID, SHOWN, Claim
from miner.nlp.disclosures.people import SOMEBODY
from miner.nlp.disclosures.speech import Speech

FINISHED = r"(?:окончил[а]?|закончил[а]?|отучил(?:ся|ась)(?: в| на)?|выпустил(?:ся|ась)(?: из)?|закончен|окончен)"
HIGHER = (
    r"(?:\w*университет\w*|универ\w{0,2}|\w*институт\w*|вуз\w{0,2}|академи[юиея]|магистратур[уы]"
    r"|бакалавриат\w?|аспирантур[уы]|журфак|филфак|экономфак|физмат|юрфак|мехмат|истфак"
    r"|политех\w?|медицинский|пединститут|консерватори[юи])"
)
VOCATIONAL = (
    r"(?:колледж\w{0,2}|техникум\w{0,2}|училищ[еа]|пту|фазанку|технарь|шараг[уи]|медучилище"
    r"|педколледж|медколледж|путягу)"
)
RULES = [
    ("higher", SAID, re.compile(rf"\b{FINISHED}(?: \w+){{0,2}} {HIGHER}\b|\b{HIGHER} {FINISHED}\b")),
    ("vocational", SAID, re.compile(rf"\b{FINISHED}(?: \w+){{0,2}} {VOCATIONAL}\b|\b{VOCATIONAL} {FINISHED}\b")),
    (
        "school",
        SAID,
        re.compile(
            r"\b(?:закончил[а]?|окончил[а]?)(?: \w+)? (?:школу|11 классов|девять классов|9 классов)\b"
            r"|\bшколу (?:закончил[а]?|окончил[а]?)\b|\bшкола закончилась\b"
        ),
    ),
    (
        "higher",
        SAID,
        re.compile(
            r"\b(?:у меня|имею|образование|с|есть|мое|при|два|второе|с моим|и)(?: \w+)? высш(?:ее"
            r"|им|ем|их)\b(?! (?:учеб|нач))|\bвысшее (?:техническое|экономическое|педагогическое"
            r"|юридическое|медицинское|гуманитарное|химическое|филологическое|образование есть"
            r"|у меня)\b"
        ),
    ),
    (
        "vocational",
        SAID,
        re.compile(
            r"\b(?:у меня|имею|образование|с|есть|мое) (?:\w+ )?(?:среднее специальное|среднее техническое"
            r"|средне-специальное|средне-техническое|среднее профессиональное|средним специальным)\b"
            r"|\bсреднее (?:специальное|техническое|профессиональное) (?:образование|у меня)\b"
        ),
    ),
    (
        "school",
        SAID,
        re.compile(
            r"\b(?:у меня|образование|имею)(?:,? \w+){0,2} (?:девять|9|одиннадцать|11|десять|8|восемь) классов\b"
        ),
    ),
    (
        "none",
        SAID,
        re.compile(r"\b(?:без образования|образования (?:у меня )?нет|в школу не ходил[а]?|в школе не был[а]?)\b"),
    ),
    (
        "vocational",
        SHOWN,
        re.compile(
            rf"\b(?:я|мне|мы) (?:\w+ )?после {VOCATIONAL}\b|\bдиплом[а]? {VOCATIONAL}\b|\b{VOCATIONAL} за плечами\b"
            rf"|^\W*(?:\w+,? )?после {VOCATIONAL}\b"
        ),
    ),
    (
        "higher",
        SHOWN,
        re.compile(
            rf"\b(?:я|мне|мы) (?:\w+ )?после {HIGHER}\b|\bдиплом[а]? {HIGHER}\b|\bпять лет (?:в университете"
            rf"|университета)\b|\b(?:я|сам|сама) (?:магистр|бакалавр|кандидат наук)\b"
        ),
    ),
]
NOT_MINE = re.compile(
    r"\b(?:требу\w*|нужно|нужен|надо|хоч[уе]т?\w*|хотел\w*|чтоб\w*|без|нет|если|когда|мечта\w*"
    r"|пойду|поступ\w*|не|бросил\w*|только|просят|подавай|вакансии)\b[^.!?,;]{0,25}$"
)


def find(speech: Speech) -> Iterator[Claim]:
    if not speech.mentions(
        "кончил",
        "кончен",
        "высш",
        "средн",
        "классов",
        "образован",
        "после ",
        "диплом",
        "выпуст",
        "отучил",
        "магистр",
        "бакалавр",
        "пять лет",
        "в школ",
    ):
        return
    for level, strength, rule in RULES:
        for match in rule.finditer(speech.plain):
            before = re.split(r"[,;:—–()]", speech.before(match.start(), 40))[-1]
            if (SOMEBODY.search(before) or NOT_MINE.search(before)) and level != "none":
                continue
            yield Claim("education", level, match.start(), match.end(), strength)


def said(text: str) -> list[str | int]:
    from miner.nlp.disclosures.claims import decide

    return [fact.value for fact in decide(find(Speech(text)))]
