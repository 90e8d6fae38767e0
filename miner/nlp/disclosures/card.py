"""The visiting card with which many posts begin: «Самара, 43 года, бухгалтер, двое».

Sentences near the beginning are read segment by segment, comma by comma, as long as each segment is a characteristic in
the nominative; the first that is none ends the card of its sentence.

>>> said("Здравствуйте! Самара, 43 года, бухгалтер, двадцать лет в одном тресте")
[('region', 'Самара'), ('age', 43), ('occupation', 'бухгалтер')]
>>> said("Ну, тридцать четыре, двое, муж на вахте. Я продавец.")
[('age', 34), ('children', 2), ('occupation', 'продавец')]
>>> said("Сорок семь. Корректор."), said("Хабаровск. Подала на курсы")
([('age', 47), ('occupation', 'корректор')], [('region', 'Хабаровск')])
>>> said("Я швея, пятьдесят три, Чебоксары.")
[('occupation', 'швея'), ('age', 53), ('region', 'Чебоксары')]
>>> said("Двадцать минут ждал. Семь отказов, три звонка"), said("Россия, вперёд!"), said("требуется повар, 35 лет")
([], [], [])
>>> said("Охранник и тот приветливее"), said("Психолог в центре чудесная")
([], [])
>>> said("Ну что. Семьдесят, и чтоб не в конверте")
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from miner.nlp.disclosures import places
from miner.nlp.disclosures.claims import SAID, SHOWN, Claim
from miner.nlp.disclosures.lexicons import calling_alone, with_field
from miner.nlp.disclosures.numerals import COLLECTIVE, NUMBER, value
from miner.nlp.disclosures.people import SOMEBODY
from miner.nlp.disclosures.speech import BLANK, Speech

SENTENCES = 4
YOUNGEST, OLDEST = 14, 90
# Words before a characteristic that say nothing: «Ну, мне, как бы, тридцать», «Здравствуйте, форумчане».
FILLERS = frozenset(
    "ну вот так значит короче в общем э э-э это самое как бы ой да и а уже сейчас сам сама я привет всем сап"
    " здравствуйте добрый день вечер доброго дня времени суток коллеги девочки девчат девчонки мужики народ ребят"
    " ребята форумчане друзья пишу расскажу о себе кратко двух словах".split()
)
FIRST_WORD = re.compile(r"[^\w]*([\w-]+)")
NAME = re.compile(r"[^\w]*меня зовут \w+(?: \w+){0,2}(?![\w-])")
# Segments that go with a card and are read elsewhere, or say nothing here.
NEUTRAL = re.compile(
    r"(?:(?:работающ\w+ )?(?:пред)?пенсионер(?:ка)?|безработн(?:ый|ая)|инвалид(?: .{1,20})?"
    r"|женат|замужем|не замужем|не женат|в разводе|разведена?|холост"
    r"|вдова|вдовец|муж .{2,20}|жена .{2,20}|(?:мать|отец|мама|папа)(?:-одиночка)?(?: (?:двоих"
    r"|троих|четверых|пятерых))?|"
    r"(?:колледж|вуз|техникум|институт|универ\w*|школу|училище) (?:закончил|окончил)а?(?: \w+)?"
    r"|(?:закончил|окончил)а? (?:колледж|вуз|техникум|институт|универ\w*|школу|училище)(?: \w+)?"
    r"|.{3,15} месяц\w{0,2} без работы|полгода без работы|.{3,12} группа(?: инвалидности)?"
    r"|стаж .{2,20}|.{2,15} лет стажа|развел(?:ся|ась)|(?:одна|один) с .{3,15})"
)
LONGEST = 50
FULL_NAME = re.compile(r"[А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+(?:ич|на)$")
AGE = re.compile(rf"(мне )?(?:уже |всего )?({NUMBER})( ?(?:лет|год|года|годиков|годков))?(?: мне| уже| отроду)?")
KIDS = re.compile(
    rf"({COLLECTIVE})(?: (?:детей|детишек|ребят|пацанов|сыновей|дочек|мелких|малышей|сорванцов"
    rf"|погодок))?(?: у меня| на руках| дома)?"
)
EDUCATION = [
    (
        "higher",
        re.compile(
            r"(?:два высших|высшее(?: \w+){0,2}|образование высшее(?: \w+)?|магистр(?:-\w+)?|бакалавр"
            r"|магистратура|после (?:вуза|универа|института|магистратуры|бакалавриата))"
        ),
    ),
    (
        "vocational",
        re.compile(
            r"(?:среднее специальное|среднее техническое|средне-специальное|среднее профессиональное"
            r"|образование среднее \w+|техникум|колледж|пту|училище|диплом (?:техникума|колледжа)"
            r"|после (?:колледжа|техникума|технаря|училища|пту|шараги))"
        ),
    ),
    ("school", re.compile(r"(?:девять классов|9 классов|11 классов|одиннадцать классов)")),
]
# What the collective numerals have after their first letter.
COLLECTIVES = frozenset(numeral[1:4] for numeral in "двое трое четверо пятеро шестеро семеро восьмеро девятеро".split())
SCHOOLS = ("высш", "средн", "техникум", "колледж", "диплом", "магистр", "бакалавр", "училищ", "пту", "класс", "после")
ADVERTISEMENT = re.compile(
    r"^\W*(?:требу[её]тся|требуются|вакансия)|приглашаем|набираем (?:в|со|людей)|р/час"
    r"|руб/|скидк[аи]|пишите в лс|з/п от|оклад от"
    r"|оплата (?:сдельная|ежедневная|от|каждый)|бесплатно\.|подготовка к|звоните прямо|опыт от"
)


def find(speech: Speech) -> Iterator[Claim]:
    found = list(cards(speech))
    if found and not ADVERTISEMENT.search(speech.plain[:300]):
        yield from found


def cards(speech: Speech) -> Iterator[Claim]:
    opening = True
    for start, stop in islice(speech.sentences(), SENTENCES):
        claims = list(sentence(speech, start, stop, opening=opening or only_greeting(speech.plain[:start])))
        # The card goes on while each sentence has something of it: «Ростов. Семь месяцев без работы. Бухгалтер, ...»
        opening = bool(claims) or NEUTRAL.fullmatch(speech.plain[start:stop].strip(" .!?…\n")) is not None
        yield from claims


def only_greeting(text: str) -> bool:
    """Whether nothing was said yet but a greeting, or a quote of another's post."""
    text = text.replace(BLANK, " ")
    return not text[after_fillers(text, 0, len(text)) :].strip(" .!?…\n")


def after_fillers(text: str, start: int, stop: int) -> int:
    """Where the first word that says something begins.

    >>> after_fillers("ну, я, значит, швея", 0, 19)
    15
    """
    if match := NAME.match(text, start, stop):
        start = match.end()
    while match := FIRST_WORD.match(text, start, stop):
        if match[1] not in FILLERS:
            return match.start(1)
        start = match.end()
    return stop


def sentence(speech: Speech, start: int, stop: int, *, opening: bool) -> Iterator[Claim]:
    """The claims of the card at the beginning of a sentence, and of a calling that stands alone between its commas."""
    found: list[Claim] = []
    whole = True
    for match in SEGMENT.finditer(speech.plain, start, stop):
        at = after_fillers(speech.plain, match.start(), match.end())
        text = speech.plain[at : match.end()].rstrip(" .!?…\n")
        if not text:
            continue
        claim = characteristic(speech, at, text) if len(text) <= LONGEST else None
        if claim is None and (NEUTRAL.fullmatch(text) or FULL_NAME.match(speech.text[at : at + len(text)])):
            continue
        if claim is None:
            whole = False
            break
        found.append(claim)
    # A lone number, place or calling is a card only at the very beginning or as a whole sentence.
    if (
        len(found) == 1
        and not opening
        and not (whole and found[0].field == "occupation")
        and "мне" not in speech.plain[start : found[0].end]
    ):
        return
    yield from found


# «Копейск на связи», «повар на связи».
ON_AIR = re.compile(r" (?:на связи|на проводе|пишет)$")
SEGMENT = re.compile(r"[^,;:—–()\n]+")


def characteristic(speech: Speech, at: int, text: str) -> Claim | None:
    """The one characteristic that a whole segment names."""
    end = at + len(text)
    if speech.counts and (match := AGE.fullmatch(text)):
        age = value(match[2])
        if age is not None and YOUNGEST <= age <= OLDEST and not speech.plain[:at].endswith(("п. ", "№ ")):
            return Claim("age", age, at, end, SAID if match[3] or match[1] else SHOWN)
    if text[1:4] in COLLECTIVES and (match := KIDS.fullmatch(text)):
        return Claim("children", value(match[1]) or 0, at, end, SHOWN)
    for level, pattern in EDUCATION if speech.mentions(*SCHOOLS) else ():
        if pattern.fullmatch(text):
            return Claim("education", level, at, end, SHOWN)
    if speech.text[at].isupper() and (
        place := places.in_nominative(ON_AIR.sub("", speech.text[at:end]), located=speech.located(at))
    ):
        return Claim("region", place, at, end, SHOWN)
    if speech.names_calling and (calling := alone(ON_AIR.sub("", text))) and not SOMEBODY.search(speech.before(at, 30)):
        return Claim("occupation", calling, at, end, SHOWN)
    return None


def alone(text: str) -> str | None:
    """The calling of a segment; «админ» alone calls the administrator of the forum."""
    calling = calling_alone(text)
    if calling and (text.startswith("админ") and not text.startswith("администратор")):
        return None
    return with_field(calling, text[len(text.split(maxsplit=1)[0]) :]) if calling else None


def said(text: str) -> list[tuple[str, str | int]]:
    return [(claim.field, claim.value) for claim in find(Speech(text))]
