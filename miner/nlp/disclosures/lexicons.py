"""Word lists that analysts edit, in ``config/lexicons``."""

from __future__ import annotations

import functools
import re
import tomllib
from typing import Any

from miner.settings import resources
from miner.words import analyser


@functools.cache
def lexicon(name: str) -> dict[str, Any]:
    with (resources() / "config" / "lexicons" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def plain(text: str) -> str:
    return text.lower().replace("ё", "е")


@functools.cache
def professions() -> dict[str, str]:
    """Names of callings, plain, as they are said → as a profile says them."""
    names = lexicon("professions")
    return {plain(name): name for name in names["professions"]} | {
        plain(said): meant for said, meant in names["colloquial"].items()
    }


@functools.lru_cache(maxsize=20_000)
def profession(phrase: str, case: str) -> str | None:
    """The calling that a plain phrase in a grammatical case ("nomn", "ablt") begins with.

    >>> profession("поваром", "ablt"), profession("начальник отдела кадров", "nomn"), profession("повару", "ablt")
    ('повар', 'начальник отдела кадров', None)
    >>> profession("баристой ровно два", "ablt"), profession("зубной техник", "nomn"), profession("стол", "nomn")
    ('бариста', 'зубной техник', None)
    """
    words = re.findall(r"[\w-]+", phrase)[:5]
    for size in range(len(words), 0, -1):
        head = words[:size]
        if found := as_named(head, case):
            return found
    return None


# What may follow a calling in a list: «электрик пятого разряда», «переводчик с немецкого», «администратор в фитнесе».
TAIL = re.compile(
    r"(?: \w+ (?:разряда|категории|класса)| [а-яa-z]{1,2}| детского сада| начальных классов"
    r"| который| (?:с|со) [а-я]+| категории \w| с (?:немецкого|английского|китайского|\w+ских?)"
    r"| (?:в|на) [а-я-]+| по [а-я]+(?: [а-я]+)?"
    r"| со стажем| с (?:большим )?(?:опытом|стажем)| в прошлом| на пенсии| от бога| высшей категории)?"
)
# Callings that say too little, and those that say too little without «я».
EMPTY = frozenset(
    (
        "мастер",
        "специалист",
        "рабочий",
        "рабочая",
        "помощник",
        "капитан",
        "ведущий",
        "ведущая",
        "агент",
        "военный",
        "офицер",
    )
)
VAGUE = EMPTY | {
    "начальник",
    "директор",
    "руководитель",
    "консультант",
    "инспектор",
    "разведчик",
    "депутат",
    "начальник цеха",
}


@functools.lru_cache(maxsize=20_000)
def calling_alone(segment: str) -> str | None:
    """The calling that a whole segment names, with nothing beside it but grade, place and the like.

    >>> calling_alone("электрик пятого разряда"), calling_alone("администратор в фитнесе")
    ('электрик', 'администратор')
    >>> calling_alone("преподаватель живой") is None
    True
    """
    words = segment.split()
    known = professions()
    for size in range(min(len(words), 5), 0, -1):
        head = " ".join(words[:size])
        if head in known and TAIL.fullmatch(segment[len(head) :]):
            return known[head] if known[head] not in VAGUE else None
    return None


@functools.cache
def heads() -> frozenset[str]:
    """Every form in which a calling's main word may stand, to see at once whether a text names any."""
    forms: set[str] = set()
    for name in professions():
        main = next((w for w in name.split() if analyser().parse(w)[0].tag.POS == "NOUN"), name.split()[0])
        forms.add(main)
        for analysis in analyser().parse(main)[:3]:
            forms.update(plain(form.word) for case in ("nomn", "ablt") if (form := analysis.inflect({case, "sing"})))
        forms.add(f"{main[:-1]}ой")
    return frozenset(part for form in forms for part in form.split("-"))


# «инженер по качеству» is a calling, «токарь по жизни» is not.
BY_FIELD = re.compile(r" по ((?:[а-я]+(?:ой|ому|ым) )?[а-я]{4,}(?:у|ю|ам|ям|е|и))(?![\w-])")
FIELDS = (
    "инженер",
    "менеджер",
    "аналитик",
    "тренер",
    "художник",
    "юрист",
    "директор",
    "специалист",
    "мастер",
    "консультант",
    "помощник",
)
NO_FIELD = frozenset(
    (
        "образованию специальности профессии диплому жизни вызову найму факту сути контракту"
        " договору области городу району вечерам выходным утрам направлению квоте"
    ).split()
)


def with_field(calling: str, after: str) -> str:
    """The calling with the field that follows it.

    >>> with_field("инженер", " по качеству, опыт"), with_field("инженер", " по образованию")
    ('инженер по качеству', 'инженер')
    >>> with_field("токарь", " по жизни")
    'токарь'
    """
    match = BY_FIELD.match(after)
    if match and calling in FIELDS and match[1].split()[-1] not in NO_FIELD:
        return f"{calling} по {match[1]}"
    return calling


def as_named(words: list[str], case: str) -> str | None:
    """Compare with the list after the words that inflect, adjectives and the first noun, got their base form."""
    known = professions()
    if case == "nomn":
        return known.get(" ".join(words))
    base, agreed = [], False
    for word in words:
        if agreed:
            base.append([word])
            continue
        forms, noun = [], False
        for analysis in analyser().parse(word):
            if case in analysis.tag and analysis.tag.POS in {"NOUN", "ADJF", "PRTF"} and "plur" not in analysis.tag:
                forms.append(plain(nominative(analysis)))
                noun = noun or analysis.tag.POS == "NOUN"
        if not forms:
            return known.get(" ".join(words)) if words == ["бариста"] else None
        base.append(forms)
        agreed = noun
    if not agreed:
        # «рабочим», «вожатой»: adjectives that are callings.
        return next((known[form] for form in base[0] if len(words) == 1 and form in known), None)
    for first in base[0]:
        for name in combinations(first, base[1:]):
            if name in known:
                return known[name]
    return None


def combinations(first: str, rest: list[list[str]]) -> list[str]:
    names = [first]
    for forms in rest:
        names = [f"{name} {form}" for name in names for form in forms]
    return names[:20]


def nominative(analysis: Any) -> str:
    wanted = {"nomn", "sing"}
    inflected = analysis.inflect(wanted)
    return str(inflected.word if inflected else analysis.normal_form)
