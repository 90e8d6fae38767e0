"""How many children the author has.

>>> said("двое детей, муж на вахте"), said("Трое у меня, жена в декрете"), said("мать двоих детей"), said("мама троих")
([2], [3], [2], [3])
>>> said("один сын, взрослый"), said("я мать-одиночка, дочке пять"), said("мальчишкам шесть и восемь")
([1], [1], [2])
>>> said("сын и дочь учатся"), said("детей нет")
([2], [0])
>>> said("сыну три года"), said("двое внуков"), said("в группе 20 детей")
([], [], [])
>>> said("у подруги трое детей"), said("многодетная"), said("двое уволились")
([], [], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import HINT, SAID, SHOWN, Claim
from miner.nlp.disclosures.numerals import COLLECTIVE, COLLECTIVE_OBLIQUE, NUMBER, value
from miner.nlp.disclosures.speech import Speech

KIDS = (
    r"(?:детей|детишек|деток|ребят|ребятишек|пацанов|пацана|сыновей|сына|дочек|дочерей"
    r"|дочки|дочери|девчонок|мальчишек|мелких|малышей|малых|садиковских|садовских|школьников"
    r"|школьника|дошколят|погодок|погодки|дитя|ребенка|близнецов|несовершеннолетних|карапузов"
    r"|сорванцов)"
)
WITH = r"(?:двумя|тремя|четырьмя|пятью|шестью|двоими|троими)"
BARE = re.compile(
    rf"(?:^|[.!?,;] )(?:ну,? |их |говорю |сказала,? |что )?({COLLECTIVE}|пятерых|четверых)(?=[,.!;]"
    rf"| со мной| по лавкам| своих)"
)
HOME = (
    "дет",
    "сад",
    "школ",
    "декрет",
    "муж",
    "жена",
    "младш",
    "старш",
    "мама",
    "мать",
    "отец",
    "реб",
    "сын",
    "доч",
    "пацан",
    "девчон",
    "мальчи",
    "мелк",
    "малы",
    "мало",
    "дит",
    "у меня",
    "у нас",
    "своих",
    "оих",
    "на мне",
    "алимент",
)
NAMED = (
    "сын",
    "доч",
    "детей",
    "старш",
    "ребен",
    "мало",
    "мелк",
    "малы",
    "бездетн",
    "мальчишк",
    "девчонк",
    "пацанам",
    "детям",
    "ребятам",
)
COUNTS = frozenset(
    (
        "двое трое четверо пятеро шестеро семеро восьмеро девятеро двоих троих четверых пятерых"
        " шестерых семерых восьмерых два две три четыре двумя тремя четырьмя пятью шестью"
        " двоими троими"
    ).split()
)
STRANGERS = re.compile(
    r"\b(?:брат|сослужив|кандидат|работник|сотрудник|человек|уволил|взяли|пришл|приш|прислал"
    r"|заболел|ушли|коллег|мужик|нов(?:ых|еньк)|осталось)\w*"
)
KIDS_ABLT = (
    r"(?:детьми|пацанами|сыновьями|дочками|дочерьми|детками|малышами|мелкими|девчонками|мальчишками|школьниками)"
)
AGES = rf"({NUMBER})(?: (?:лет|года|год))?(?: и|,) (?:{NUMBER})"
# What follows when children are meant and not named: «у меня двое, младшему год», but «у меня двое знакомых».
NEXT = r"(?=[,.!;:?)…\n]|$| (?:и|а|но|на|уже|взрослых|маленьких|мелких|своих|моих|детей|в|по|дома|школ\w+)\b)"
RULES = [
    (SHOWN, re.compile(rf"\b({COLLECTIVE}) (?:моих|маленьких|взрослых|мелких|школьников|своих)(?=[,.!;]|$)")),
    (SHOWN, re.compile(rf"\bдома (?:уже )?({COLLECTIVE})(?=[,.!;]|$)")),
    (SAID, re.compile(rf"\b({COLLECTIVE}) (?:у нас|на мне)\b{NEXT}")),
    (
        SAID,
        re.compile(
            rf"\b({COLLECTIVE}|два|две|три|четыре|\d)(?: (?:маленьких|малолетних|несовершеннолетних"
            rf"|своих|наших|моих|взрослых|школьных))? {KIDS}\b"
        ),
    ),
    (SAID, re.compile(rf"\b(?:мать|мама|мамочка|матерь|отец|папа|батя|мамка)(?:-одиночка)? ({COLLECTIVE_OBLIQUE})\b")),
    (
        SAID,
        re.compile(
            rf"\b(?:у меня|нас с \w+|у нас|растим|воспитываю|ращу|поднимаю|кормлю|тяну|детей)(?: \w+)? ({COLLECTIVE}"
            rf"|{COLLECTIVE_OBLIQUE})\b{NEXT}"
        ),
    ),
    (SAID, re.compile(rf"\b({COLLECTIVE})(?: у меня| на руках| на шее| на иждивении)\b")),
    (SAID, re.compile(rf"\b(?:детей|детишек)(?: у меня| у нас)? ({COLLECTIVE}|\d)\b")),
    (SAID, re.compile(rf"\bс ({WITH}|{COLLECTIVE_OBLIQUE}) (?:маленькими |малолетними )?{KIDS_ABLT}\b")),
    (SHOWN, re.compile(rf"\bна ({COLLECTIVE_OBLIQUE}) (?:детей|ребят|детишек)\b")),
    (SHOWN, re.compile(rf"\b({COLLECTIVE}), (?:младш|старш|самом[уй]|последн|один уже)")),
]
TWO = [
    re.compile(rf"\b(?:мальчишкам|девчонкам|пацанам|детям|сыновьям|дочкам|дочерям|ребятам|малышам)(?: по)? {AGES}"),
    re.compile(
        r"\b(?:сын и доч\w+|доч\w+ и сын\b|сыном и дочк?\w+|дочк?\w+ и сыном|старш(?:ему|ей"
        r"|ий|ая)\b[^.!?]{1,40}\bмладш(?:ему|ей|ий|ая))\b"
    ),
]
ONE = [
    (
        SHOWN,
        re.compile(
            r"\b(?:один|одна|одной|одну) (?:ребенок|сын|сынок|дочь|дочка|дочку|доченька)\b|\b(?:сын"
            r"|дочка|дочь|ребенок) (?:один|одна)\b"
        ),
    ),
    (
        HINT,
        re.compile(
            rf"\b(?:дочке|дочери|доченьке|сыну|сынишке|сынуле|ребенку|малому|мелкому|мелкой|малышу"
            rf"|малышке)(?: сейчас| всего| уже)? (?:{NUMBER}|полтора|полгода|годик|год)\b(?! (?:час"
            rf"|минут|тысяч|руб|раз))"
        ),
    ),
]
NONE = re.compile(r"\bдетей (?:у меня |у нас |пока )?нет\b|\bбездетн(?:ая|ый)\b|\bдетей пока нет\b")
OTHER_CHILD = re.compile(r"\b(?:втор(?:ой|ая|ому)|друг(?:ой|ая) (?:в|на|за)|третий)\b")
MANY = re.compile(r"\b(?:дет[ия]|детям|детьми|младш\w+|старш\w+|мальчишк[иа]|девчонк[иа])\b")
NOT_MINE = re.compile(
    r"\b(?:групп\w*|класс\w*|внук\w*|внуч\w*|подруг\w*|сосед\w*|сестр\w*|брат\w*|ее|его"
    r"|их|них|нее|него|коллег\w*|знаком\w*|друг\w*|начальни\w*|одной|семь[яюе]х?|женщин\w*"
    r"|мама с|мамы с|нян[яюе]\w*|учу|веду|нужно|хочу|хотим|если|когда|ваш\w*|твои\w*|чуж\w*)\b[^.!?;]{0,30}$"
)
DIGIT_KIDS = re.compile(r"\b\d (?:дет|реб|пацан|сын|доч)|(?:детей|детишек)(?: у меня| у нас)? \d\b")
ALONE = ("одиноч", "одна с", "один с", "одна ращу", "разводе", "развел", "вдов", "единственн", "вдвоем")
MOST = 15


def find(speech: Speech) -> Iterator[Claim]:
    plain = speech.plain
    if not speech.mentions(*HOME):
        return
    if not speech.words.isdisjoint(COUNTS) or (speech.counts and DIGIT_KIDS.search(plain)):
        yield from counted(speech)
    yield from named(speech)


def counted(speech: Speech) -> Iterator[Claim]:
    """Children who are counted: «двое детей», «трое у меня»."""
    plain = speech.plain
    for strength, rule in RULES:
        for match in rule.finditer(plain):
            number = value(match[1])
            if number and 0 < number <= MOST and mine(speech, match.start()):
                yield Claim("children", number, match.start(), match.end(), strength)
    for match in BARE.finditer(plain):
        sentence = speech.before(match.start(), 60) + speech.after(match.start(1), 60)
        if not STRANGERS.search(sentence):
            yield Claim("children", value(match[1]) or 0, match.start(1), match.end(1), HINT)


def named(speech: Speech) -> Iterator[Claim]:
    """Children who are named one by one: «сын и дочь», «дочке пять»."""
    plain = speech.plain
    if not speech.mentions(*NAMED):
        return
    for rule in TWO:
        for match in rule.finditer(plain):
            if mine(speech, match.start()):
                yield Claim("children", 2, match.start(), match.end(), SHOWN)
    several = bool(MANY.search(plain) or OTHER_CHILD.search(plain))
    for strength, rule in ONE:
        for match in rule.finditer(plain):
            # The age of a child says that there is one, not that there is no other.
            if mine(speech, match.start()) and not several and (strength != HINT or speech.mentions(*ALONE)):
                yield Claim("children", 1, match.start(), match.end(), strength)
    for match in NONE.finditer(plain):
        yield Claim("children", 0, match.start(), match.end(), SAID)


def mine(speech: Speech, at: int) -> bool:
    """Whether nobody else is named in the clause before the children."""
    return not NOT_MINE.search(re.split(r"[,;:—–(]", speech.before(at, 40))[-1])


def said(text: str) -> list[str | int]:
    from miner.nlp.disclosures.claims import decide

    return [fact.value for fact in decide(find(Speech(text)))]
