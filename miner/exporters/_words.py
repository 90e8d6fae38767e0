"""Russian words around figures: plurals, dates, shares."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
MONTH_NAMES = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
NBSP = "\N{NO-BREAK SPACE}"


def plural(count: int, one: str, few: str, many: str) -> str:
    """The form of a noun that goes with a number.

    >>> [plural(n, "человек", "человека", "человек") for n in (1, 3, 12, 21, 34)]
    ['человек', 'человека', 'человек', 'человек', 'человека']
    """
    if count % 100 in range(11, 15):
        return many
    return {1: one, 2: few, 3: few, 4: few}.get(count % 10, many)


def voices(authors: int) -> str:
    """How many people say a line, in the genitive.

    >>> [voices(n).replace(NBSP, " ") for n in (1, 3, 12, 21, 111)]
    ['голос 1 человека', 'голос 3 человек', 'голос 12 человек', 'голос 21 человека', 'голос 111 человек']
    """
    one = authors % 10 == 1 and authors % 100 != 11
    return f"голос {number(authors)}{NBSP}{'человека' if one else 'человек'}"


def people(count: int) -> str:
    """
    >>> people(1042).replace(NBSP, " ")
    '1 042 человека'
    """
    return f"{number(count)}{NBSP}{plural(count, 'человек', 'человека', 'человек')}"


def messages(count: int) -> str:
    return f"{number(count)}{NBSP}{plural(count, 'сообщение', 'сообщения', 'сообщений')}"


def number(count: int) -> str:
    return f"{count:,}".replace(",", NBSP)


def percent(share: float) -> str:
    """A share without false precision.

    >>> [percent(s).replace(NBSP, " ") for s in (0.0, 0.003, 0.215, 0.998, 1)]
    ['0 %', 'менее 1 %', '22 %', 'более 99 %', '100 %']
    """
    if 0 < share < 0.01:
        return f"менее{NBSP}1{NBSP}%"
    if 0.99 < share < 1:
        return f"более{NBSP}99{NBSP}%"
    return f"{share * 100:.0f}{NBSP}%"


def decimal(value: float) -> str:
    """
    >>> decimal(1.25)
    '1,2'
    """
    return f"{value:.1f}".replace(".", ",")


def interval(low: float, high: float) -> str:
    """
    >>> interval(0.148, 0.31).replace(NBSP, " ")
    '15–31 %'
    """
    return f"{low * 100:.0f}–{high * 100:.0f}{NBSP}%"


def day(iso: str | None) -> str:
    """A date as people write it; an unknown notation stays as it is.

    >>> day("2025-03-14").replace(NBSP, " "), day("2025-03").replace(NBSP, " "), day("весной"), day(None)
    ('14 марта 2025', 'март 2025', 'весной', '')
    """
    if not iso:
        return ""
    if month := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", iso):
        return f"{MONTH_NAMES[int(month[2]) - 1]}{NBSP}{month[1]}"
    try:
        date = dt.date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{date.day}{NBSP}{MONTHS[date.month - 1]} {date.year}"


def span(first: str, last: str) -> str:
    """
    >>> span("2024-02-01", "2025-03-14").replace(NBSP, " ")
    '1 февраля 2024 – 14 марта 2025'
    """
    return day(first) if first == last else f"{day(first)} – {day(last)}"
