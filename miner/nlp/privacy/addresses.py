"""Addresses exact to the flat. A street, a house or a town alone is nobody's personal datum.

>>> said("заходите: ул. Заводская, д. 11, кв. 38, вечером")
['ул. Заводская, д. 11, кв. 38']
>>> said("прож. г. Киров, пр-т Мира 5/1 корп. 2 кв 17")
['г. Киров, пр-т Мира 5/1 корп. 2 кв 17']
>>> said("Набережная 5, кв. 44; живу на улице Гагарина дом 7 квартира 12")
['Набережная 5, кв. 44', 'улице Гагарина дом 7 квартира 12']
>>> said("центр занятости на ул. Ленина, д. 5; квартира 40 метров; вчера из 7 квартиры орали")
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.records import Mask

B = r"[^\S\n]"
SEP = rf"{B}?,?{B}?"
STREET = (
    r"(?:ул|улиц[аеуы]|пр|пр-?к?т|просп|проспект\w{0,2}|пер|переул\w{2,4}|б-р|бул|бульвар\w{0,2}|ш|шоссе|наб|набережн\w{2}"
    r"|пл|площад[ьи]|мкр|мкрн|микрорайон\w{0,2}|м-н|проезд\w{0,2}|туп|тупик\w{0,2}|кв-л|квартал\w{0,2})\b\.?"
)
NAME = rf"[А-ЯЁ0-9][\w-]{{0,30}}(?:{B}[А-ЯЁа-яё][\w-]{{1,30}}){{0,2}}"
TOWN = rf"(?:\b(?:г|гор|пос|с|д|дер|пгт|рп|ст)\.{B}?[А-ЯЁ][\w-]{{2,30}}{SEP})?"
BLOCK = rf"(?:{SEP}(?:к|корп|корпус|стр|строение|лит)\.?{B}?[\dА-Яа-я]{{1,3}}\b)?"
HOUSE = rf"(?:\b(?:д|дом\w?)\b\.?{B}?)?\d{{1,4}}(?:[/-]\d{{1,3}})?{B}?[а-дА-Д]?(?!\w){BLOCK}"
FLAT = rf"{SEP}(?:кв\b\.?|квартир[аеуы]){B}?№?{B}?\d{{1,4}}(?!\w)(?!{B}?(?:м\b|кв|метр|тыс|руб))"
ADDRESS = re.compile(rf"{TOWN}(?:\b{STREET}{B}?{NAME}|\b[А-ЯЁ][\w-]{{2,30}}(?:{B}{STREET})?){SEP}{HOUSE}{FLAT}")
LIKELY = re.compile(r"(?i)\b(?:кв|квартир[аеуы])\b\.?[^\S\n]?№?[^\S\n]?\d")
# How far before its flat an address may begin.
REACH = 140


def find(text: str) -> Iterator[Mask]:
    done = 0
    for flat in LIKELY.finditer(text):
        if flat.start() < done:
            continue
        start = max(done, flat.start() - REACH)
        if match := ADDRESS.search(text, start, min(len(text), flat.end() + 20)):
            done = match.end()
            yield Mask(match.start(), match.end(), "address")


def said(text: str) -> list[str]:
    return [text[mask.start : mask.end] for mask in find(text)]
