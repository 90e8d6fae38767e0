"""Age in years.

>>> said("мне 54, ищу работу"), said("в свои пятьдесят четыре я ещё ого-го"), said("48 мне. Уже не мальчик")
([54], [54], [48])
>>> said("Мне всего-то 29 лет"), said("я 61 год, предпенсионер"), said("мне исполнилось 45")
([29], [61], [45])

Not the author's age now: a term, an age limit, somebody else's age, an age once.

>>> said("30 лет стажа, берут только до 35 лет"), said("мне 20 тысяч платят"), said("мне 5 минут ехать")
([], [], [])
>>> said("вязать в шестьдесят научилась"), said("сыну 30 лет, мне скоро 50"), said("мне было 20 лет, мне под 60")
([], [], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import HINT, SAID, SHOWN, Claim
from miner.nlp.disclosures.numerals import NUMBER, value
from miner.nlp.disclosures.speech import Speech

YOUNGEST, OLDEST = 14, 90
YEARS = r"(?: ?(?:лет|год(?:а|ик|ика|иков)?|л\.))?"
FILLER = (
    r"(?:[, ]{1,2}(?:уже|всего|всего-то|только|сейчас|вот|же|например|между прочим|на минуточку"
    r"|извините|ровно|значит|это|ну|как бы|недавно|вчера|исполнилось|стукнуло|полных|аж"
    r"|целых|э-э)){0,3}[, ]{1,3}"
)
# A number that goes on as a sum, a share, a time, a distance, or as the object of a verb.
OTHER_UNIT = (
    r"(?![\w%₽])(?! ?(?:тыс|т\.? ?р|к\b|руб|р\b|₽|%|процент|минут|мин\b|час|дн|ден|недел"
    r"|мес|раз\b|раза\b|км|кило|метр|человек|чел\b"
    r"|шту|ваканс|этаж|балл|копе|групп|отказ|собесед|звон|стран|кабинет|тонн|лист|резюме"
    r"|мест|предлож|смен|вариант|[-–—] ?\d|[:.,/]\d|\+))"
    r"(?! (?:лет )?(?:стаж|опыт|назад|не |дал|дают|плат|хват|нужн|надо|остал|долж|обещ"
    r"|предл|приш|мало|как |сказ|отказ|твер|говор|в |на ))"
)
ENDS = r"(?=[,.!?;:)…\n–—]| и | а | но | мне|$)"
# How sure, what must occur in the text for the pattern to be tried, the pattern.
PATTERNS = [
    (SAID, ("мне",), re.compile(rf"\bмне{FILLER}({NUMBER}){YEARS}{OTHER_UNIT}")),
    (SAID, (" мне",), re.compile(rf"(?<![\w-])({NUMBER}){YEARS} мне\b{ENDS}")),
    (SAID, (" лет", " год"), re.compile(rf"\bя(?: же| ведь| вот)?,? ?({NUMBER}) ?(?:лет|год|года){ENDS}")),
    (
        SAID,
        (" свои ", " мои "),
        re.compile(rf"\b(?:в|за) (?:мои|свои)(?: целых| неполные| полные)? ({NUMBER}){YEARS}(?![\w%₽])"),
    ),
    (
        SAID,
        ("возраст",),
        re.compile(rf"\b(?:мой возраст|возраст)(?: у меня)?[ :–—-]{{1,3}}({NUMBER}){YEARS}{OTHER_UNIT}"),
    ),
    (
        SAID,
        ("исполнил", "стукн"),
        re.compile(rf"(?:^|[.!?] ?)({NUMBER})(?: лет| год)? (?:мне )?(?:исполнилось|стукнуло)\b"),
    ),
    (SAID, ("лвл", "lvl"), re.compile(r"(?<![\w-])(\d\d) ?(?:лвл|lvl)\b")),
    (SHOWN, ("сам",), re.compile(rf"(?<![\w-])(?:сам|сама),? ({NUMBER}){YEARS}(?=[,.])")),
    (SHOWN, ("-летн",), re.compile(r"\b(?:я|сам|сама|мне),? (\d\d)-летн(?:ий|яя|ей|ему)\b")),
]
# «в двадцать пять живу с мамой»: an age because the present follows; by the clock it would be an hour.
AT_AGE = re.compile(
    rf"(?<![\w-])в ({NUMBER}){YEARS}(?: уже| все еще| до сих пор)? (?:жив[уе]|сижу|работаю"
    rf"|учусь|хожу|меня|мне|сяду|пойду|начинаю|остал\w+ без|остаюсь)\b"
)
HOURS = 24
# Whose age it is when a relative or a neighbour stands before «в свои».
SOMEBODY = re.compile(
    r"\b(?:мам|мать|матер|пап|от[ец]ц?|баб|дед|муж|жен[аеуы]|сын|доч|брат|сестр|сосед|подруг"
    r"|коллег|знаком|начальни|он|она|они|люд|тетк|тещ|свекр|дяд|друг)\w{0,5}\b"
)
PAST = re.compile(
    r"\b(?:средний|средн\w+|его|ее|в (?:январе|феврале|марте|апреле|мае|июне|июле|августе"
    r"|сентябре|октябре|ноябре|декабре)|летом|осенью|зимой|весной|будет|было|тогда|когда"
    r"|если|будет|как будто|словно|будто|до|после|под|за|почти|скоро|около|лет до|не)\b[^,]{0,12}$"
)


def find(speech: Speech) -> Iterator[Claim]:
    plain = speech.plain
    if not speech.counts:
        return
    for strength, signs, pattern in PATTERNS:
        if not speech.mentions(*signs):
            continue
        for match in pattern.finditer(plain):
            age = value(match[1])
            if age is None or not YOUNGEST <= age <= OLDEST:
                continue
            before = speech.before(match.start())
            if PAST.search(before) or (" сво" in match.group() and SOMEBODY.search(before)):
                continue
            yield Claim("age", age, match.start(), match.end(), strength)
    for match in AT_AGE.finditer(plain):
        age = value(match[1])
        if age is not None and HOURS < age <= OLDEST and not SOMEBODY.search(speech.before(match.start())):
            yield Claim("age", age, match.start(), match.end(), HINT)


def said(text: str) -> list[int | str]:
    return [claim.value for claim in find(Speech(text))]
