"""The visiting card with which many posts begin: «Самара, 43 года, бухгалтер, двое».

Sentences near the beginning are read segment by segment, comma by comma, as long as each segment is a characteristic in
the nominative; the first that is none ends the card of its sentence.

>>> said("Здравствуйте! Самара, 43 года, бухгалтер, двадцать лет в одном тресте")
[('region', 'Самара'), ('age', 43), ('occupation', 'бухгалтер')]
>>> said("Ну, тридцать четыре, двое, муж на вахте. Я продавец.")
[('age', 34), ('children', 2)]
>>> said("Сорок семь. Корректор."), said("Хабаровск. Подала на курсы")
([('age', 47), ('occupation', 'корректор')], [('region', 'Хабаровск')])
>>> said("Двадцать минут ждал. Семь отказов, три звонка"), said("Россия, вперёд!"), said("требуется повар, 35 лет")
([], [], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures import places
from miner.nlp.disclosures.claims import SAID, SHOWN, Claim
from miner.nlp.disclosures.lexicons import profession
from miner.nlp.disclosures.numerals import COLLECTIVE, NUMBER, value
from miner.nlp.disclosures.speech import Speech

SENTENCES = 4
YOUNGEST, OLDEST = 14, 90
FILLER = re.compile(
    r"^(?:\W|(?:ну|вот|так|значит|короче|в общем|э-э|это|это самое|как бы|что ж|ой|да|и|а|уже|сейчас|мне|сам|сама|привет|всем привет"
    r"|здравствуйте|добрый день|добрый вечер|всем доброго|доброго дня|доброго|коллеги|девочки|девчат|девчонки|мужики|народ|ребят|ребята|форумчане|друзья"
    r"|пишу|расскажу|о себе|кратко|в двух словах|меня зовут \w+(?: \w+){0,2})(?![\w-]))*"
)
NEUTRAL = re.compile(r"^(?:меня зовут \w+(?: \w+){0,2}|пенсионер(?:ка)?|предпенсионер(?:ка)?|безработн(?:ый|ая)|инвалид|женат|замужем|не замужем|в разводе|разведена?|холост|вдова|вдовец|\w+ третьего разряда|муж .{2,20}|жена .{2,20}|мать-одиночка|отец-одиночка|город|россия)$")
AGE = re.compile(rf"(?:мне )?(?:уже |всего )?({NUMBER})( ?(?:лет|год|года|годиков|годков))?(?: мне| уже| отроду)?")
KIDS = re.compile(rf"({COLLECTIVE})(?: (?:детей|детишек|ребят|пацанов|сыновей|дочек|мелких|малышей|сорванцов|погодок))?(?: у меня| на руках| дома)?")
EDUCATION = [
    ("higher", re.compile(r"(?:два высших|высшее(?: \w+){0,2}|образование высшее(?: \w+)?|магистр|бакалавр|магистратура|красный диплом)")),
    ("vocational", re.compile(r"(?:среднее специальное|среднее техническое|средне-специальное|среднее профессиональное|образование среднее \w+|техникум|колледж|пту|училище|диплом (?:техникума|колледжа))")),
    ("school", re.compile(r"(?:девять классов|9 классов|11 классов|одиннадцать классов)")),
]
ADVERTISEMENT = re.compile(r"требу[её]тся|требуются|приглаша|вакансия[:!]|набира[ею]|ищем |оплата|подработка|график [25]|доход")
TAIL = 5


def find(speech: Speech) -> Iterator[Claim]:
    if ADVERTISEMENT.search(speech.plain[:300]):
        return
    for number, (start, stop) in enumerate(speech.sentences[:SENTENCES]):
        claims = list(sentence(speech, start, stop, opening=number == 0))
        if not claims and number and len(speech.plain[start:stop]) > 60:
            return
        yield from claims


def sentence(speech: Speech, start: int, stop: int, *, opening: bool) -> Iterator[Claim]:
    """The claims of the card at the beginning of a sentence."""
    found: list[Claim] = []
    for match in re.finditer(r"[^,;:—–()]+", speech.plain[start:stop]):
        segment = match.group()
        skip = FILLER.match(segment)
        at = start + match.start() + (skip.end() if skip else 0)
        text = speech.plain[at : start + match.end()].rstrip(" .!?…\n")
        if not text or NEUTRAL.fullmatch(text):
            continue
        claim = characteristic(speech, at, text, opening=opening, alone=not found)
        if claim is None:
            break
        found.append(claim)
    yield from found


def characteristic(speech: Speech, at: int, text: str, *, opening: bool, alone: bool) -> Claim | None:
    """The one characteristic that a whole segment names."""
    end = at + len(text)
    if match := AGE.fullmatch(text):
        age = value(match[1])
        if age is not None and YOUNGEST <= age <= OLDEST and not match[1].isspace() and (opening or match[2] or len(text) > 2):
            return Claim("age", age, at, end, SAID if match[2] else SHOWN)
        return None
    if (match := KIDS.fullmatch(text)) and (not alone or text != match[1]):
        return Claim("children", value(match[1]) or 0, at, end, SHOWN)
    for level, pattern in EDUCATION:
        if pattern.fullmatch(text):
            return Claim("education", level, at, end, SHOWN)
    if place := places.in_nominative(speech.text[at:end]):
        return Claim("region", place, at, end, SHOWN)
    if len(text.split()) <= TAIL and (calling := profession(text, "nomn")) and calling not in VAGUE:
        return Claim("occupation", calling, at, end, SHOWN)
    return None


# Callings that say too little alone.
VAGUE = frozenset(("мастер", "специалист", "рабочий", "рабочая", "помощник", "начальник", "директор", "руководитель", "консультант", "агент", "капитан", "ведущий", "ведущая", "оператор", "военный", "инспектор"))


def said(text: str) -> list[tuple[str, str | int]]:
    return [(claim.field, claim.value) for claim in find(Speech(text))]
