"""Numbers of documents: СНИЛС, ИНН, bank cards, passports.

A number with a right checksum is masked wherever it stands; a near miss, wrong by a slip of the finger, is masked when
it is written as such a number is written or named as one.

>>> said("СНИЛС 112-233-445 95, карта 2200 0000 0000 1234, ИНН 500100732259")
[('112-233-445 95', 'snils'), ('2200 0000 0000 1234', 'card'), ('500100732259', 'inn')]
>>> said("паспорт 45 10 № 123456, снилс: 11223344500")
[('45 10 № 123456', 'passport'), ('11223344500', 'snils')]
>>> said("долг 214 000 рублей, приказ 112-233, заявка 4512345678901235, в 2010 году 123456 человек")
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle

from miner.records import Mask

B = r"[^\S\n]"
SNILS = re.compile(
    rf"(?<![\d-])\d{{3}}-\d{{3}}-\d{{3}}(?:{B}|-){{0,2}}\d{{2}}(?![\d-])|(?<![\d-])\d{{3}}{B}\d{{3}}{B}\d{{3}}{B}\d{{2}}(?![\d-])"
)
CARD = re.compile(rf"(?<![\d-])\d{{4}}(?:{B}\d{{4}}){{3}}(?![\d-])|(?<![\d-])\d{{4}}(?:-\d{{4}}){{3}}(?![\d-])")
BARE = re.compile(r"(?<![\w.,+-])\d{10,19}(?![\w-])")
SIGN = rf"(?:№|N|no|номер\w{{0,2}}){B}?"
PASSPORT = re.compile(
    rf"(?:паспорт\w{{0,3}}|серия|сери[ий]){B}?(?:РФ{B})?(?:данные{B})?[:\-–]?{B}?(?:серия|серии)?{B}?(?:{SIGN})?"
    rf"(\d{{2}}{B}?\d{{2}}{B}?,?{B}?(?:{SIGN})?\d{{6}})(?!\d)|(?<![\d-])(\d{{2}}{B}\d{{2}}{B}(?:{SIGN})?\d{{6}})(?![\d-])"
    rf"|(?<![\d-])(\d{{4}}{B}{SIGN}\d{{6}})(?![\d-])",
    re.IGNORECASE,
)
NAMED = {
    "snils": re.compile(r"снилс\w{0,3}\W{0,4}(?:\w{1,12}\W{1,3}){0,2}$", re.IGNORECASE),
    "inn": re.compile(r"\bинн\W{0,4}(?:\w{1,12}\W{1,3}){0,2}$", re.IGNORECASE),
    "card": re.compile(r"(?:карт[аеуы]|сбер\w*|тинькоф\w*|т-банк\w*)\W{0,4}(?:\w{1,12}\W{1,3}){0,2}$", re.IGNORECASE),
    "passport": re.compile(r"паспорт\w{0,3}\W{0,4}(?:\w{1,12}\W{1,3}){0,2}$", re.IGNORECASE),
}
BEFORE = 45
PERSON, SHORT, CARD_LENGTHS = 12, 10, (16, 18, 19)
SNILS_LENGTH = 11


def find(text: str) -> Iterator[Mask]:
    yield from (Mask(m.start(), m.end(), "snils") for m in SNILS.finditer(text))
    yield from (Mask(m.start(), m.end(), "card") for m in CARD.finditer(text) if is_card_like(digits(m.group())))
    for match in PASSPORT.finditer(text):
        group = match.lastindex or 0
        yield Mask(match.start(group), match.end(group), "passport")
    for match in BARE.finditer(text):
        if label := label_of(match.group(), text[max(0, match.start() - BEFORE) : match.start()]):
            yield Mask(match.start(), match.end(), label)


def label_of(number: str, before: str) -> str | None:
    """The document that a number without separators belongs to.

    >>> label_of("4000000000000002", ""), label_of("4000000000000003", ""), label_of("4000000000000003", "на карту ")
    ('card', None, 'card')
    """
    lengths = {"snils": (SNILS_LENGTH,), "inn": (PERSON, SHORT), "card": CARD_LENGTHS, "passport": (SHORT,)}
    for label, pattern in NAMED.items():
        if len(number) in lengths[label] and pattern.search(before):
            return label
    if len(number) == SNILS_LENGTH and number[0] not in "78" and is_snils(number):
        return "snils"
    # An ИНН of ten digits is a firm's.
    if len(number) == PERSON and is_inn(number):
        return "inn"
    if len(number) in CARD_LENGTHS and number[0] in "2456" and is_card(number):
        return "card"
    return None


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def is_snils(number: str) -> bool:
    """
    >>> is_snils("11223344595"), is_snils("11223344596")
    (True, False)
    """
    total = sum(int(digit) * weight for digit, weight in zip(number[:9], range(9, 0, -1), strict=True))
    return total % 101 % 100 == int(number[9:])


def is_inn(number: str) -> bool:
    """The two check digits of a person's ИНН.

    >>> is_inn("500100732259"), is_inn("500100732258")
    (True, False)
    """
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)

    def check(end: int) -> int:
        return sum(int(digit) * weight for digit, weight in zip(number[:end], weights[-end:], strict=True)) % 11 % 10

    return (check(10), check(11)) == (int(number[10]), int(number[11]))


def is_card(number: str) -> bool:
    """Luhn's check.

    >>> is_card("4000000000000002"), is_card("4000000000000003")
    (True, False)
    """
    doubled = (int(digit) * factor for digit, factor in zip(reversed(number), cycle((1, 2)), strict=False))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_card_like(number: str) -> bool:
    """Sixteen digits in fours that begin as cards of the systems in use here do, right or wrong by a slip."""
    return number[0] in "2456"


def said(text: str) -> list[tuple[str, str]]:
    return [(text[mask.start : mask.end], mask.label) for mask in find(text)]
