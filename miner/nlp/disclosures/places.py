"""Names of places, brought into the nominative as their authors call them."""

from __future__ import annotations

import functools
import re
from typing import Any

from miner.words import analyser

# Countries and words of a place's name that are no answer to «откуда вы».
TOO_WIDE = frozenset(
    "россия рф ссср снг европа азия сибирь урал кавказ поволжье дальний земля луна украина"
    " германия сша америка китай турция израиль польша"
    " казахстан узбекистан таджикистан киргизия армения грузия азербайджан белоруссия"
    " беларусь молдавия египет таиланд япония франция италия"
    " англия канада индия африка волга дон ока кама обь енисей нева".split()
)
ALIASES = {"Питер": "Санкт-Петербург", "Петербург": "Санкт-Петербург", "Екат": "Екатеринбург", "Новосиб": "Новосибирск"}
KINDS = {"область": "femn", "край": "masc", "район": "masc", "республика": "femn", "округ": "masc"}
# Every other city has such a district.
CITY_DISTRICT = re.compile(
    r"(?:Октябрьск|Ленинск|Советск|Первомайск|Центральн|Пролетарск|Заводск|Индустриальн"
    r"|Фрунзенск|Московск|Северн|Южн|Западн|Восточн"
    r"|Железнодорожн|Красноармейск|Комсомольск|Свердловск|Куйбышевск|Калининск|Красногвардейск|Наш|Эт)\w+"
)
JOINED = re.compile(r"^(\w+)-(на|над|под)-(\w+)$")


def in_nominative(text: str, *, located: bool = False) -> str | None:
    """The place that a capitalised phrase names when it stands in the nominative.

    >>> names = ("Самара", "Нижний Тагил", "город Шуя", "г. Ржев", "Ростов-на-Дону", "Омске", "Стол", "Роман")
    >>> [in_nominative(name) for name in names]
    ['Самара', 'Нижний Тагил', 'Шуя', 'Ржев', 'Ростов-на-Дону', None, None, None]
    """
    text = re.sub(r"^(?:г\.?|город|гор\.|село|деревня|пос[её]лок|пгт|п\.|с\.) ?(?=[А-ЯЁ])", "", text.strip())
    name = normalised(text, "nomn", located=located)
    return name if name and plain(name) == plain(text) else None


def normalised(text: str, case: str, *, located: bool = False) -> str | None:
    """The nominative of a place in a case ("loct", "gent", "nomn"), ``None`` when it names no place.

    ``located`` says that the tagger takes it for a place, so that a word that no dictionary has will do.

    >>> names = ("Омске", "Великом Новгороде", "Пензенской области", "Ростове-на-Дону", "школе")
    >>> [normalised(name, "loct") for name in names]
    ['Омск', 'Великий Новгород', 'Пензенская область', 'Ростов-на-Дону', None]
    >>> [normalised(t, "gent") for t in ("Сызрани", "Нижнего Тагила", "Твери", "Чебоксар")]
    ['Сызрань', 'Нижний Тагил', 'Тверь', 'Чебоксары']
    """
    words = text.split()
    if not words or len(words) > 3 or not text[0].isupper():
        return None
    if words[0].lower() in KINDS and len(words) == 2:
        return None
    for size in range(len(words), 0, -1):
        if name := place(tuple(words[:size]), case):
            return ALIASES.get(name, name)
    return guess(words, case) if located else None


@functools.lru_cache(maxsize=20_000)
def guess_word(word: str, case: str) -> str | None:
    """A place that no dictionary has: «в Пажге» → «Пажга», «в Отрадном» → «Отрадное»."""
    if word.lower() in TOO_WIDE or "-" in word:
        return None
    for analysis in analyser().parse(word):
        tag = analysis.tag
        if case not in tag or "plur" in tag or "Name" in tag or "Surn" in tag:
            continue
        if (tag.POS == "NOUN" and "inan" in tag) or (tag.POS == "ADJF" and "neut" in tag):
            nominative = analysis.inflect({"nomn", "sing"})
            return spelt(word, nominative.word) if nominative else None
    return None


def guess(words: list[str], case: str) -> str | None:
    return guess_word(words[0], case) if len(words) == 1 else None


@functools.lru_cache(maxsize=20_000)
def place(words: tuple[str, ...], case: str) -> str | None:
    if len(words) == 1:
        return single(words[0], case)
    first, last = words[0], words[-1]
    if CITY_DISTRICT.match(first) and last.startswith("район"):
        return None
    head = next(
        (a for a in analyser().parse(last) if a.tag.POS == "NOUN" and case in a.tag and is_place(a, last)), None
    )
    if head is None:
        return None
    number = "plur" if "plur" in head.tag else "sing"
    noun = head.inflect({"nomn", number})
    if noun is None:
        return None
    gender = str(head.tag.gender or "")
    for analysis in analyser().parse(first):
        if analysis.tag.POS == "ADJF" and case in analysis.tag:
            wanted = {"nomn", "plur"} if number == "plur" else {"nomn", "sing", gender}
            adjective = analysis.inflect(wanted)
            if adjective is not None:
                kind = noun.word in KINDS
                return f"{spelt(first, adjective.word)} {noun.word if kind else spelt(last, noun.word)}"
    return None


def single(word: str, case: str) -> str | None:
    if word.lower() in TOO_WIDE or len(word) < 3:
        return None
    if match := JOINED.match(word):
        start = single(match[1], case)
        return f"{start}-{match[2]}-{match[3]}" if start else None
    analyses = analyser().parse(word)
    # «Владимир», «Роман», «Вера» are people in the first place.
    if case == "nomn" and any("Name" in a.tag and a.is_known for a in analyses):
        return None
    for analysis in analyses:
        if "Geox" in analysis.tag and case in analysis.tag and analysis.tag.POS == "NOUN":
            nominative = analysis.inflect({"nomn"})
            name = nominative.word if nominative else analysis.normal_form
            return None if name in TOO_WIDE else spelt(word, name)
    return None


def is_place(analysis: Any, word: str) -> bool:
    return "Geox" in analysis.tag or analysis.normal_form in KINDS or (not analysis.is_known and word[0].isupper())


def spelt(said: str, name: str) -> str:
    """Capital letters as in a name; ё as its author has it.

    >>> spelt("Йошкар-Оле", "йошкар-ола"), spelt("Орле", "орёл")
    ('Йошкар-Ола', 'Орёл')
    """
    del said
    return "-".join(part if part in {"на", "над", "под"} else part.capitalize() for part in name.split("-"))


def plain(text: str) -> str:
    return text.lower().replace("ё", "е")
