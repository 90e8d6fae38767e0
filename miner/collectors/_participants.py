"""What a transcript's header says of those present: «Участник 2 — женщина, 57, библиотекарь».

>>> told("женщина, 57, библиотекарь")
{'gender': 'f', 'age': 57, 'occupation': 'библиотекарь'}
>>> told("муж., 34 года, г. Тверь, женат, двое детей")
{'gender': 'm', 'age': 34, 'region': 'Тверь', 'marital': 'married', 'children': 2}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Facts = dict[str, str | int]

_PATTERNS: tuple[tuple[str, str | int, str], ...] = (
    ("gender", "f", r"(?:женщина|женский|жен\.?|ж\.?)"),
    ("gender", "m", r"(?:мужчина|мужской|муж\.?|м\.?)"),
    ("marital", "married", r"(?:замужем|женат|в браке|состоит в браке)"),
    ("marital", "single", r"(?:не замужем|не женат|холост(?:ой)?)"),
    ("marital", "divorced", r"(?:в разводе|развед[её]н(?:а|ный|ная)?)"),
    ("marital", "widowed", r"вдов(?:а|ец)"),
    (
        "education",
        "vocational",
        (
            r"(?:(?:образование\s+)?средне(?:е\s+|-)(?:специальное|профессиональное)|спо|техникум"
            r"|колледж)(?:\s+образование)?"
        ),
    ),
    ("education", "higher", r"(?:образование\s+)?высшее(?:\s+образование)?"),
    ("education", "school", r"(?:образование\s+)?среднее(?:\s+общее)?(?:\s+образование)?"),
    ("disability_group", 1, r"инвалид(?:ность)?\s+(?:1|i)(?:-?[а-я]{1,2})?(?:\s+гр(?:\.|уппы?)?)?"),
    ("disability_group", 2, r"инвалид(?:ность)?\s+(?:2|ii)(?:-?[а-я]{1,2})?(?:\s+гр(?:\.|уппы?)?)?"),
    ("disability_group", 3, r"инвалид(?:ность)?\s+(?:3|iii)(?:-?[а-я]{1,2})?(?:\s+гр(?:\.|уппы?)?)?"),
)
_VALUES = [(field, value, re.compile(pattern, re.IGNORECASE)) for field, value, pattern in _PATTERNS]
_AGE = re.compile(r"(?:возраст\s*)?(\d{2})\s*(?:лет|года?|г\.)?", re.IGNORECASE)
_CITY = re.compile(r"(?:г\.|город|г|пос\.|пос[её]лок|село|с\.|д\.|деревня)\s*([А-ЯЁ][А-Яа-яЁё -]+)")
_REGION = re.compile(r"[А-ЯЁ][а-яё-]+(?:ая|ий|ой)\s+(?:область|край|округ|республика)|Республика\s+[А-ЯЁ][а-яё]+")
_CHILDREN = re.compile(
    r"(один|одна|двое|два|две|трое|три|четверо|пятеро|\d)\s+(?:дет(?:ей|и)|реб[её]н(?:ок|ка)|доч\w+|сын\w*)"
)
_COUNTS = {"один": 1, "одна": 1, "двое": 2, "два": 2, "две": 2, "трое": 3, "три": 3, "четверо": 4, "пятеро": 5}
# Words for people that name no occupation.
_NO_TRADE = set(
    """
    человек участник респондент клиент безработный пенсионер предпенсионер мать отец мама папа инвалид женщина мужчина
    студент выпускник ребёнок ребенок соискатель житель сотрудник
    """.split()
)


def told(text: str) -> Facts:
    """The facts of a description; what isn't understood is left out."""
    facts: Facts = {}
    for piece in _pieces(text):
        for field, value in _piece(piece):
            facts.setdefault(field, value)
    return facts


def _pieces(text: str) -> Iterator[str]:
    yield from (
        piece.strip(" .()—–-") for piece in re.split(r"[,;/|\n]|\s[—–-]\s|(?<!\b[гсд])\.\s+(?=[А-ЯЁа-яё]{4})", text)
    )


def _piece(piece: str) -> Iterator[tuple[str, str | int]]:
    for field, value, pattern in _VALUES:
        if pattern.fullmatch(piece):
            yield field, value
            return
    if (age := _AGE.fullmatch(piece)) and 14 <= int(age[1]) <= 99:
        yield "age", int(age[1])
    elif mixed := re.fullmatch(
        r"(жен\w*\.?|муж\w*\.?|[жм]\.?)\s*(\d{2})(?:\s*(?:лет|года?|г\.))?", piece, re.IGNORECASE
    ):
        yield "gender", "f" if mixed[1][0].lower() == "ж" else "m"
        yield "age", int(mixed[2])
    elif city := _CITY.fullmatch(piece):
        yield "region", city[1].strip()
    elif _REGION.fullmatch(piece):
        yield "region", piece
    elif children := _CHILDREN.fullmatch(piece.lower()):
        yield "children", _COUNTS.get(children[1]) or int(children[1])
    elif trade := _trade(piece):
        yield "occupation", trade


def _trade(piece: str) -> str | None:
    words = piece.split()
    if not 1 <= len(words) <= 3 or not piece.islower():
        return None
    people = [p for word in words if (p := _person(word))]
    if len(people) != 1 or people[0] in _NO_TRADE or (len(words) > 1 and not _person(words[0])):
        return None
    return piece if len(words) > 1 else people[0]


def _person(word: str) -> str | None:
    """The dictionary form of a word that may name a person, such as a trade."""
    for parse in _morph().parse(word):
        if parse.tag.POS == "NOUN" and parse.tag.animacy == "anim" and parse.tag.case == "nomn":
            return str(parse.normal_form)
    return None


def is_name(text: str) -> bool:
    """Whether a label is a person's name: «Ольга», «Ольга Петровна», «Иванова О. П.».

    >>> is_name("Ольга"), is_name("Иванова О. П."), is_name("Итог")
    (True, True, False)
    """
    words = re.findall(r"[А-ЯЁA-Zа-яёa-z-]+", text)
    full = [word for word in words if len(word) > 2]
    if not full or not all(word[0].isupper() for word in words):
        return False
    return any(
        {"Name", "Surn", "Patr"} & set(parse.tag.grammemes) and parse.tag.case == "nomn"
        for parse in _morph().parse(full[0])
    )


def description(text: str) -> bool:
    """Whether a line tells who somebody is rather than what they said.

    >>> description("женщина, 45 лет, г. Тверь"), description("Анна"), description("Мне 45 лет, живу в Твери.")
    (True, True, False)
    """
    if len(text) > 120 or re.search(r"[?!…]|\b(?:я|мне|меня|вы|вас|мы)\b", text, re.IGNORECASE):
        return False
    pieces = [p for p in _pieces(text) if p]
    known = [p for p in pieces if any(True for _ in _piece(p))]
    return (bool(known) and len(known) * 2 >= len(pieces)) or (not text.rstrip().endswith(".") and is_name(text))


_KEYS = {
    "возраст": "age",
    "пол": "gender",
    "город": "region",
    "регион": "region",
    "место жительства": "region",
    "населенный пункт": "region",
    "профессия": "occupation",
    "специальность": "occupation",
    "должность": "occupation",
    "образование": "education",
    "семейное положение": "marital",
    "дети": "children",
}


def of_header(lines: list[str]) -> Facts:
    """What the lines of a header say of the one participant: «Возраст: 45», «Город: Тверь»."""
    facts: Facts = {}
    for line in lines:
        key, colon, value = line.partition(":")
        field = _KEYS.get(key.strip().lower().replace("ё", "е"))
        if not (colon and field and value.strip()):
            continue
        value = value.strip(" .")
        found = told(value)
        if field in found:
            facts[field] = found[field]
        elif field == "region":
            facts[field] = re.sub(r"^(?:г\.|город)\s*", "", value)
        elif field == "occupation":
            facts[field] = value.lower()
        elif field == "children" and value.isdecimal():
            facts[field] = int(value)
    return facts


def _morph() -> Any:
    from miner.words import analyser

    return analyser()
