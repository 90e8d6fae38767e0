"""Phone numbers as Russians write them: in digits with any separators, and in words.

>>> said("звоните 8(900)000-12-34 или +7 900 000 12 35, вечером 8-900-0001236")
['8(900)000-12-34', '+7 900 000 12 35', '8-900-0001236']
>>> said("мой 900 000 12 37, а домашний тел. 72-11-33")
['900 000 12 37', '72-11-33']
>>> said("номер восемь девятьсот ноль ноль ноль двенадцать тридцать четыре")
['восемь девятьсот ноль ноль ноль двенадцать тридцать четыре']

The line of an institution is nobody's personal datum, nor are sums, dates and terms:

>>> said("горячая линия 8-800-000-00-00, пособие 12 792, стаж 2004-2019, оклад 180 000 - 200 000")
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.records import Mask

GAP = r"[^\S\n]?[-–—.()]{0,2}[^\S\n]?"
# Ten to fourteen digits with at most a bracket, a dash and two blanks between any two.
NUMBER = re.compile(rf"(?<![\w+])(?<!\d[-.,])(?:\+[^\S\n]?)?[(]?\d(?:{GAP}\d){{8,13}}(?![\w])(?!-\d)")
CITY = re.compile(
    r"\b(?:тел|телефон\w{0,4}|т|моб|звон\w{2,5}|раб|дом|факс|номер\w{0,2})\b[.:]?[^\S\n]{0,2}"
    r"(?:(?:дом|раб|моб)\.[^\S\n]?)?"
    r"(\(?\d{1,3}\)?[- ]\d{2,3}[- ]\d{2}(?:[- ]\d{2})?|\d{1,3}-\d{2}-\d{2}|\d{6,7})"
    r"(?!\w|-\d|[^\S\n]?(?:руб|р\b|₽|тыс))",
    re.IGNORECASE,
)
FREE_CODES = ("800", "804")
RUSSIAN_LENGTH, MOBILE_LENGTH = 11, 10
# What stands before or within a mobile number that lacks its 8.
CALL = re.compile(
    r"(?:тел|телефон\w*|звон\w+|номер\w*|моб\w*|ват?сап\w*|whats\w*|viber|вайбер\w*|пишите|смс)\W{0,3}(?:\w+\W{1,3}){0,3}$",
    re.IGNORECASE,
)
BEFORE = 40

ONES = "ноль один два три четыре пять шесть семь восемь девять".split()
TEENS = (
    "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
WORD = "|".join(sorted((*ONES, *TEENS, *TENS, *HUNDREDS, "нуль", "плюс"), key=len, reverse=True))
SPELT = re.compile(rf"(?<!\w)(?:плюс\W{{1,3}}семь|восемь)(?:[^\w\n]{{1,3}}(?:{WORD})(?!\w)){{4,11}}", re.IGNORECASE)


def find(text: str) -> Iterator[Mask]:
    for match in NUMBER.finditer(text):
        if is_phone(match.group(), text[max(0, match.start() - BEFORE) : match.start()]):
            yield Mask(match.start(), match.end(), "phone")
    for match in CITY.finditer(text):
        yield Mask(match.start(1), match.end(1), "phone")


def spelt(text: str) -> Iterator[Mask]:
    """Numbers dictated in words."""
    if "емь" not in text.lower():
        return
    for match in SPELT.finditer(text):
        if len(spelt_digits(match.group())) >= MOBILE_LENGTH:
            yield Mask(match.start(), match.end(), "phone")


def is_phone(number: str, before: str) -> bool:
    """Whether digits with separators are a phone number of a person.

    >>> [is_phone(n, "") for n in ("8 (900) 000-12-34", "8 800 000-00-00", "1 234 567 890", "900-000-12-34")]
    [True, False, False, True]
    """
    digits = re.sub(r"\D", "", number)
    abroad = number.startswith("+")
    if len(digits) == RUSSIAN_LENGTH and (digits[0] == "8" or (digits[0] == "7" and (abroad or digits[1] == "9"))):
        return digits[1] in "3489" and not digits[1:].startswith(FREE_CODES)
    if len(digits) == MOBILE_LENGTH and digits[0] == "9":
        return number != digits or bool(CALL.search(before))
    return abroad and is_possible(f"+{digits}")


def is_possible(number: str) -> bool:
    """Whether some country has numbers of this form.

    >>> is_possible("+375290000123"), is_possible("+0000000000")
    (True, False)
    """
    import phonenumbers

    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(number)))
    except phonenumbers.NumberParseException:
        return False


def spelt_digits(words: str) -> str:
    """The digits of a number dictated in groups.

    >>> spelt_digits("восемь девятьсот двенадцать ноль пять тридцать четыре")
    '89120534'
    """
    digits, room = "", 0
    for word in re.findall(r"\w+", words.lower()):
        value = value_of(word)
        if value is None:
            continue
        size = len(str(value))
        # «девятьсот двенадцать» is 912: a smaller part goes into the zeros of the greater one before it.
        if value and size <= room:
            digits = digits[:-size] + str(value)
            room = trailing_zeros(str(value))
        else:
            digits += str(value)
            room = trailing_zeros(str(value))
    return digits


def trailing_zeros(number: str) -> int:
    return len(number) - len(number.rstrip("0")) if len(number) > 1 else 0


def value_of(word: str) -> int | None:
    if word == "нуль":
        return 0
    for words, first, step in ((ONES, 0, 1), (TEENS, 10, 1), (TENS, 20, 10), (HUNDREDS, 100, 100)):
        if word in words:
            return first + words.index(word) * step
    return None


def said(text: str) -> list[str]:
    return [text[mask.start : mask.end] for mask in (*find(text), *spelt(text))]
