"""Russian numerals up to 9999, in figures and in words, in any case, cardinal, collective and ordinal.

>>> [value(text) for text in ("54", "пятьдесят четыре", "сорока", "тысяча двести", "2 300", "двое", "седьмой")]
[54, 54, 40, 1200, 2300, 2, 7]
>>> value("много") is None
True
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def either(words: Iterable[str]) -> str:
    """Return a pattern of any of the words, the longest first; common beginnings are tried once, not a word at a time.

    >>> either(["сто", "сорок", "сорока", "два", "2+"])
    '(?:2\\\\+|два|с(?:орока?|то))'
    """
    tree: dict[str, list[str]] = {}
    ends = False
    for word in sorted(set(words)):
        if word:
            tree.setdefault(word[0], []).append(word[1:])
        ends = ends or not word
    branches = [re.escape(letter) + (either(rest) if rest != [""] else "") for letter, rest in tree.items()]
    if len(branches) == 1 and not ends:
        return branches[0]
    if not branches:
        return ""
    alone = len(branches) == 1 and len(tree) == 1 and next(iter(tree.values())) == [""]
    group = branches[0] if alone else f"(?:{'|'.join(branches)})"
    return f"{group}?" if ends else group


def _forms() -> dict[str, int]:
    """Every form of the simple numerals; spelt without ё."""
    forms: dict[str, int] = {}

    def add(number: int, words: str) -> None:
        forms.update(dict.fromkeys(words.split(), number))

    add(1, "один одна одно одного одной одному одним одну")
    add(2, "два две двух двум двумя двое двоих двоим двоими обоих")
    add(3, "три трех трем тремя трое троих троим троими")
    add(4, "четыре четырех четырем четырьмя четверо четверых четверым четверыми")
    for number, stem in ((5, "пят"), (6, "шест"), (7, "сем"), (8, "восем"), (9, "девят"), (10, "десят")):
        add(number, f"{stem}ь {stem}и {stem}ью")
    add(8, "восьми восьмью восемью")
    for number, stem in ((5, "пятер"), (6, "шестер"), (7, "семер"), (8, "восьмер"), (9, "девятер"), (10, "десятер")):
        add(number, f"{stem}о {stem}ых {stem}ым {stem}ыми")
    teens = "один две три четыр пят шест сем восем девят".split()
    for number, stem in enumerate(teens, 11):
        add(number, f"{stem}надцать {stem}надцати {stem}надцатью")
    add(20, "двадцать двадцати двадцатью")
    add(30, "тридцать тридцати тридцатью")
    add(40, "сорок сорока")
    for number, stem in ((50, "пят"), (60, "шест"), (70, "сем"), (80, "восем")):
        add(number, f"{stem}ьдесят {stem}идесяти {stem}ьюдесятью")
    add(80, "восьмидесяти восемьюдесятью")
    add(90, "девяносто девяноста")
    add(100, "сто ста")
    add(200, "двести двухсот двумстам")
    add(300, "триста трехсот тремстам")
    add(400, "четыреста четырехсот")
    for number, stem in ((500, "пят"), (600, "шест"), (700, "сем"), (800, "восем"), (900, "девят")):
        add(number, f"{stem}ьсот {stem}исот")
    add(800, "восьмисот")
    add(1000, "тысяча тысячи тысяч тысячу тыщу")
    return forms


def _ordinals() -> dict[str, int]:
    """Stems of the ordinals; an adjective's ending follows."""
    stems = {"перв": 1, "втор": 2, "трет": 3, "четверт": 4, "пят": 5, "шест": 6, "седьм": 7, "восьм": 8, "девят": 9}
    stems |= {"десят": 10, "двадцат": 20, "тридцат": 30}
    teens = "один две три четыр пят шест сем восем девят".split()
    return stems | {f"{stem}надцат": number for number, stem in enumerate(teens, 11)}


FORMS = _forms()
ORDINALS = _ordinals()
ENDINGS = "ый ой ий ая ья ое ье ого ьего ей ьей ому ьему ым ьим ом ьем ую ью".split()
ORDINAL_FORMS = frozenset(stem + ending for stem in ORDINALS for ending in ENDINGS)
ADJECTIVE = rf"(?:{'|'.join(ENDINGS)})"
WORD = either(FORMS)
# A number in figures or up to five numerals in a row.
NUMBER = rf"(?:\d{{1,2}} ?\d{{3}}(?!\d)|\d{{1,4}}|{WORD}(?: {WORD}){{0,4}})"
ORDINAL = rf"(?:\d{{1,2}}(?:-?(?:й|ый|ой|ая|ю|ую|го|м))?|(?:двадцать |тридцать )?{either(ORDINALS)}{ADJECTIVE})"
COLLECTIVE = r"(?:двое|трое|четверо|пятеро|шестеро|семеро|восьмеро|девятеро)"
COLLECTIVE_OBLIQUE = r"(?:двоих|троих|четверых|пятерых|шестерых|семерых|восьмерых)"
_ORDINAL = re.compile(rf"({either(ORDINALS)}){ADJECTIVE}$")


def value(text: str) -> int | None:
    """The number that a numeral names, ``None`` when it is none."""
    if digits := re.match(r"\d[\d ]*", text):
        return int(digits.group().replace(" ", ""))
    total = part = 0
    known = False
    for word in text.split():
        number = FORMS.get(word)
        if number is None and (ordinal := _ORDINAL.match(word)):
            number = ORDINALS[ordinal.group(1)]
        if number is None:
            return None
        known = True
        if number == 1000:
            total, part = (part or 1) * number, 0
        else:
            part += number
    return total + part if known else None
