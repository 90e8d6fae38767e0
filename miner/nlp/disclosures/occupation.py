"""Who the author is or was by calling.

>>> said("Я бухгалтер"), said("токарь я, шестой разряд"), said("Сам механик"), said("работала кассиром десять лет")
(['бухгалтер'], ['токарь'], ['механик'], ['кассир'])
>>> said("взяли технологом!"), said("двадцать лет экономистом"), said("по образованию горный мастер")
(['технолог'], ['экономист'], ['горный мастер'])
>>> said("хочу работать поваром"), said("муж работал водителем")
([], [])
>>> said("предложили мойщика посуды"), said("я бы пошла швеёй")
([], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.nlp.disclosures.claims import HINT, SAID, SHOWN, Claim
from miner.nlp.disclosures.lexicons import EMPTY, profession, with_field
from miner.nlp.disclosures.numerals import NUMBER, either
from miner.nlp.disclosures.people import SOMEBODY
from miner.nlp.disclosures.speech import Speech

PHRASE = r"([а-я]{3,}(?:-[а-я]+)*(?: [а-я]{2,}(?:-[а-я]+)*){0,4})"
ASIDE = (
    r"(?:,? (?:же|вот|ведь|тоже|извините|простите|сам|сама|вообще-то|вообще|просто|обычный"
    r"|обычная|бывший|бывшая|сейчас|теперь|уже|между прочим|значит|ну|это самое|как бы"
    r"|если что|честно|по профессии|по специальности|по образованию|по диплому|—|-|–),?){0,3}"
)
WORKED = frozenset(
    "работаю работал работала работали тружусь трудился трудилась отработал отработала"
    " проработал проработала отпахал отпахала оттрубил"
    " оттрубила пашу устроился устроилась взяли приняли вышел вышла выхожу оформили служил"
    " служила служу числюсь числился числилась"
    " сижу сидел сидела был была стал стала подрабатываю выпустился выпустилась".split()
)
FORMER = either(WORKED)
ME, MYSELF = frozenset(("я",)), frozenset(("сам", "сама"))
YEARS, LIFE = frozenset(("лет", "года", "год")), frozenset(("всю",))
BY_PAPERS = frozenset("профессии специальности образованию диплому профессия специальность должность".split())
TELLING = frozenset("скажу поясню пишу говорю отвечу подтвержу объясню замечу заявляю могу".split())
# How sure, the case of the calling, one of which words must occur for the pattern to be tried, the pattern.
RULES = [
    (SAID, "nomn", ME, re.compile(rf"(?<![\w-])я{ASIDE}[ ,]{{1,2}}{PHRASE}")),
    (SAID, "nomn", MYSELF, re.compile(rf"(?<![\w-])(?:сам|сама),? {PHRASE}")),
    (
        SAID,
        "nomn",
        BY_PAPERS,
        re.compile(
            rf"\b(?:по (?:профессии|специальности|образованию|диплому|первому образованию)|(?:моя "
            rf"|мой )?(?:профессия|специальность|должность))"
            rf"(?: я| сам| сама)?[ :,—–-]{{1,3}}{PHRASE}"
        ),
    ),
    (
        SHOWN,
        "nomn",
        TELLING,
        re.compile(rf"\b(?:скажу|поясню|пишу|говорю|отвечу|подтвержу|объясню|замечу)(?: вам)? как {PHRASE}"),
    ),
    (SHOWN, "nomn", TELLING, re.compile(rf"\bкак {PHRASE}(?= (?:скажу|говорю|заявляю|могу сказать|отвечу))")),
    (SHOWN, "ablt", WORKED, re.compile(rf"\b(?<!не ){FORMER}(?: [а-я-]+){{0,3}}? {PHRASE}")),
    (SHOWN, "nomn", LIFE, re.compile(rf"\bвсю жизнь {PHRASE}")),
    (SHOWN, "ablt", LIFE, re.compile(rf"\bвсю жизнь(?: [а-я]+)? {PHRASE}")),
    (
        SHOWN,
        "ablt",
        WORKED,
        re.compile(
            r"(?:^|[.!?,] ?)([а-я]{4,}(?:-[а-я]+)?) (?:был|была|работал|работала|служил|отработал|отработала)\b"
        ),
    ),
    (SHOWN, "ablt", YEARS, re.compile(rf"\b{NUMBER} (?:лет|года|год)(?: \w+)? {PHRASE}")),
]
# How «повар я» ends, to see at once whether it is worth looking for.
SAID_ME_LAST = re.compile(r" я(?= ?[,.!…]| от | по | с |$)")
AFTER = re.compile(r"([а-я]{3,}(?:-[а-я]+)*(?: [а-я]{3,}){0,2}) я(?= ?[,.!…]| от | по | с |$)")
BY = re.compile(r"([а-я]{3,}(?:-[а-я]+)*(?: [а-я]{3,}){0,2}) по (?:профессии|специальности|образованию|диплому)\b")
ALONE = re.compile(r"(?:^|[.!?,] ?)([а-я]{4,}(?:-[а-я]+)?)(?:,| \w+ разряд)")
OPENING = 250
OFFERED = re.compile(r"\b(?:предл|зов|иди|пойд|устраива|ищу|ищете|направ|стать|работать|куда|пошл)\w*")
WISH = re.compile(
    r"(?<![\w-])(?:бы?|хочу|хотел|хотела|хотелось|мечтаю|может|если|чтоб|чтобы|предложили"
    r"|предлагают|пусть|возьмут|не)(?![\w-])"
)


def find(speech: Speech) -> Iterator[Claim]:
    plain = speech.plain
    if not speech.names_calling:
        return
    for strength, case, signs, rule in RULES:
        if speech.words.isdisjoint(signs):
            continue
        for match in rule.finditer(plain):
            if somebody_else(speech, match.start(), match.start(1)):
                continue
            for offset, phrase in tails(match[1], case):
                calling = profession(phrase, case)
                if not calling:
                    continue
                at = match.start(1) + offset
                stop = at + len(phrase.split()[0])
                calling = with_field(calling, plain[stop : stop + 40])
                if calling not in EMPTY:
                    yield Claim("occupation", calling, at, stop, strength)
                break
    for match in ALONE.finditer(plain[:OPENING]):
        # «Взяли! Технологом, соседний завод.»
        calling = profession(match[1], "ablt")
        around = speech.before(match.start(1), 60) + speech.after(match.start(1), 60)
        if calling and calling not in EMPTY and not WISH.search(around) and not OFFERED.search(around):
            yield Claim("occupation", calling, match.start(1), match.end(1), HINT)
    named = [] if speech.words.isdisjoint(BY_PAPERS) else [BY]
    if SAID_ME_LAST.search(plain):
        named.append(AFTER)
    for rule in named:
        for match in rule.finditer(plain):
            for offset, phrase in tails(match[1], "ablt"):
                if (calling := profession(phrase, "nomn") or profession(phrase, "ablt")) and calling not in EMPTY:
                    yield Claim("occupation", calling, match.start(1) + offset, match.end(1), SAID)
                    break


def tails(phrase: str, case: str) -> Iterator[tuple[int, str]]:
    """The phrase, and in an oblique case what is left of it without its first words."""
    yield 0, phrase
    if case == "ablt":
        for match in re.finditer(r" (?=\w)", phrase):
            yield match.end(), phrase[match.end() :]


def somebody_else(speech: Speech, start: int, end: int) -> bool:
    """Whether the clause speaks of another person or of a wish."""
    before = re.split(r"[,;:—–()]", speech.before(start, 40))[-1] + speech.plain[start:end]
    after = re.split(r"[,;:—–().!?]", speech.plain[end : end + 40])[0]
    return bool(SOMEBODY.search(before) or WISH.search(before) or re.search(r"(?<!\w)бы?(?!\w)", after))


def said(text: str) -> list[str | int]:
    return [claim.value for claim in find(Speech(text))]
