"""Full names of private persons in any case form.

A full name is a surname with a first name, a patronymic or initials. A first name alone and a first name with a
patronymic («Людмила Петровна в пятом окне») point at nobody outside the room; they stay.

>>> said("Дело на Лаптева Игоря Валентиновича, куратор Наталья Петровна")
['Лаптева Игоря Валентиновича']
>>> said("Уважаемый Андрей Викторович! Пишет Вам Зимина В.Ф. и Инга Петровна Колесникова")
['Инга Петровна Колесникова', 'Зимина В.Ф.']
>>> said("школа имени Гагарина Юрия Алексеевича, Путин Владимир Владимирович сказал, ул. Зои Космодемьянской")
[]
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from miner.records import Mask
from miner.settings import resources
from miner.words import analyser

B = r"[^\S\n]"
CAPITAL = r"[А-ЯЁ][а-яё]{1,24}(?:-[А-ЯЁ][а-яё]{1,24})?"
PATRONYMIC = (
    r"[А-ЯЁ][а-яё]{1,20}(?:(?:ов|ев|ь|и|ы)ич(?:а|у|ем|ом|е)?|[лн]ыч(?:а|у|ем|е)?"
    r"|(?:овн|евн|[иь]ничн|ичн)(?:а|ы|е|у|ой|ою))\b"
)
FULL = re.compile(
    rf"(?<![\w-])(?:(?P<before>{CAPITAL}){B})?(?P<first>{CAPITAL}){B}(?P<patronymic>{PATRONYMIC})(?:{B}(?P<after>{CAPITAL})\b)?"
)
INITIALS = re.compile(
    rf"(?<![\w-])(?P<surname>{CAPITAL}){B}(?P<one>[А-ЯЁ])\.{B}?[А-ЯЁ]\.|(?<![\w.-])(?P<two>[А-ЯЁ])\.{B}?[А-ЯЁ]\.{B}?(?P<last>{CAPITAL})\b"
)
LIKELY = re.compile(r"[А-ЯЁ](?:\.|[а-яё]{1,20}(?:[иы]ч(?:а|у|ем|ом|е)?|(?:вн|чн)(?:а|ы|е|у|ой|ою))\b)")
# A thing named after somebody stands right before the name.
NAMED_AFTER = re.compile(
    r"(?:\bим(?:ени|\.)|\bул(?:\.|иц\w{1,2})|\bпросп\w*|\bпр-т\w?|\bпер(?:\.|еул\w*)|\bпл(?:\.|ощад\w{1,2})"
    r"|\b(?:бульвар|памятник|фонд|театр|роман|фильм)\w{0,2}|\bпреми[ияюе]|\bорден\w?|\bмузе\w{0,2}|\bкниг\w|\bпесн\w|\bпо"
    r"|\b(?:президент|министр|губернатор|депутат|поэт|писател|космонавт|акт[её]р|актрис|певец|певц|певиц|автор)\w{0,2}"
    r")\W{1,3}$",
    re.IGNORECASE,
)
BEFORE = 25
SURNAME_END = re.compile(
    r"(?:[оеё]в|[иы]н|ск(?:ий|ой)|цк(?:ий|ой)|енко|[аеюу]к|юк|чук|[иы]х|ян|дзе|швили|ко|ло|ович|евич|оглы|[оеи]ва|[иы]на"
    r"|ская|цкая|[оеё]в(?:а|у|ой|ым|ом)|[иы]н(?:а|у|ой|ым|ом)|ск(?:ого|ому|им|ой|ую)|цк(?:ого|ому|им|ой|ую))$"
)
# Words that stand before a name with a capital letter and are no part of it.
ADDRESS = (
    "уважаемый",
    "уважаемая",
    "дорогой",
    "дорогая",
    "милая",
    "милый",
    "товарищ",
    "господин",
    "госпожа",
    "гражданин",
)
THANKS = ("спасибо", "благодарность", "благодарить", "привет", "здравствуйте", "поклон", "респект")
CALLINGS = (
    "директор",
    "инспектор",
    "куратор",
    "доктор",
    "врач",
    "начальник",
    "специалист",
    "сотрудница",
    "консультант",
)
KIN = ("тетя", "тётя", "дядя", "баба", "дед", "бабушка", "дедушка", "мама", "папа", "брат", "сестра", "подруга", "друг")
OTHERS = ("гражданка", "наш", "мой", "ваш", "от", "для", "это", "звать", "меня", "у", "и", "к", "с", "за")
NO_SURNAME = frozenset((*ADDRESS, *THANKS, *CALLINGS, *KIN, *OTHERS))


@functools.cache
def public_figures() -> dict[str, set[str]]:
    """First names of the public figures of each surname, from ``config/lexicons/public_figures.toml``."""
    figures: dict[str, set[str]] = {}
    with (resources() / "config" / "lexicons" / "public_figures.toml").open("rb") as file:
        for person in tomllib.load(file)["people"]:
            first, last = plain(person).split()
            figures.setdefault(last, set()).add(first)
    return figures


def find(text: str) -> Iterator[Mask]:
    if not LIKELY.search(text):
        return
    for match in FULL.finditer(text):
        if span := full_name(match, text):
            yield Mask(*span, "name")
    for match in INITIALS.finditer(text):
        surname, initial = (match["surname"], match["one"]) if match["surname"] else (match["last"], match["two"])
        if is_surname(surname) and is_private(surname, initial) and not named_after(text, match.start()):
            yield Mask(match.start(), match.end(), "name")


def full_name(match: re.Match[str], text: str) -> tuple[int, int] | None:
    """The span of a name with a patronymic and a surname on one of its sides."""
    before, first, after = match["before"], match["first"], match["after"]
    if named_after(text, match.start()):
        return None
    if before and is_surname(before, strict=False):
        return (match.start(), match.end("patronymic")) if is_private(before, first) else None
    if after and is_surname(after):
        return (match.start("first"), match.end("after")) if is_private(after, first) else None
    return None


def confirmed(text: str, people: Iterable[tuple[int, int]]) -> Iterator[Mask]:
    """Persons of two words of which one is a first name and the other a surname: «Инга Колесникова».

    >>> text = "меня зовут Инга Колесникова, люблю Жюля Верна"
    >>> [text[m.start:m.end] for m in confirmed(text, [(11, 27), (35, 45)])]
    ['Инга Колесникова']
    """
    for start, end in people:
        words = text[start:end].split()
        if len(words) != 2 or named_after(text, start):
            continue
        for first, last in (words, reversed(words)):
            if is_first_name(first) and is_surname(last) and is_private(last, first):
                yield Mask(start, end, "name")
                break


def named_after(text: str, start: int) -> bool:
    return bool(NAMED_AFTER.search(text[max(0, start - BEFORE) : start]))


def is_private(surname: str, first: str) -> bool:
    """Whether no public figure bears the name; ``first`` may be an initial.

    >>> is_private("Лавров", "Тимофей"), is_private("Путину", "Владимиру"), is_private("Чехов", "А")
    (True, False, False)
    """
    return not any(
        known.startswith(name)
        for last in forms(surname)
        for known in public_figures().get(last, ())
        for name in forms(first)
    )


def forms(word: str) -> set[str]:
    return {plain(word), *(plain(analysis.normal_form) for analysis in analyses(word))}


def plain(text: str) -> str:
    return text.lower().replace("ё", "е")


def is_first_name(word: str) -> bool:
    """
    >>> is_first_name("Инги"), is_first_name("Директор")
    (True, False)
    """
    return any("Name" in analysis.tag for analysis in analyses(word))


def is_surname(word: str, *, strict: bool = True) -> bool:
    """Whether the word is a surname; not ``strict`` takes any noun that names no calling, as «Шелест» and «Горбач».

    >>> [is_surname(word) for word in ("Колесникова", "Директор", "Шелест")], is_surname("Шелест", strict=False)
    ([True, False, False], True)
    """
    low = word.lower()
    if low in NO_SURNAME or any(a.normal_form in NO_SURNAME for a in analyses(word)):
        return False
    tags = [analysis.tag for analysis in analyses(word)]
    if any("Patr" in tag for tag in tags):
        return False
    if any("Surn" in tag for tag in tags) or SURNAME_END.search(low):
        return True
    if strict:
        return False
    known = [analysis for analysis in analyses(word) if analysis.is_known]
    return not known or any(str(a.tag.POS) == "NOUN" and "Name" not in a.tag for a in known)


@functools.lru_cache(maxsize=50_000)
def analyses(word: str) -> tuple[Any, ...]:
    return tuple(analyser().parse(word))


def said(text: str) -> list[str]:
    return [text[mask.start : mask.end] for mask in find(text)]
