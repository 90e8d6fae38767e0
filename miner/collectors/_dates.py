"""Dates as people and engines write them, into ISO 8601. What lies in the future is refused, not believed.

``now`` is when the page was read. A time without a zone stays without one: forums show their own clock.

>>> now = datetime(2025, 3, 14, 18, 0)
>>> [parse(text, now) for text in ("вчера, 15:40", "3 часа назад", "12 янв 2024", "Сегодня в 09:05")]
['2025-03-13T15:40:00', '2025-03-14T15:00:00', '2024-01-12', '2025-03-14T09:05:00']
>>> [parse(text, now) for text in ("14.05.2024, 10:22", "Пт мар 07, 2025 8:15 pm", "2024-06-01T10:00:00+0300")]
['2024-05-14T10:22:00', '2025-03-07T20:15:00', '2024-06-01T10:00:00+03:00']
>>> [parse(text, now) for text in ("через 2 часа", "31.12.2031", "30 февраля 2024", "давно", "00.00.0000")]
[None, None, None, None, None]
>>> [parse(text, now) for text in ("5 минут назад", "две недели назад", "в прошлом году", "понедельник в 10:30")]
['2025-03-14T17:55:00', '2025-02-28', None, '2025-03-10T10:30:00']
>>> [parse(text, now) for text in ("12 янв", "28 дек в 10:00", "Мая 3, 2024", "3 May 2024 at 7:30 AM", "1710427200")]
['2025-01-12', '2024-12-28T10:00:00', '2024-05-03', '2024-05-03T07:30:00', '2024-03-14T14:40:00+00:00']
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресенье")
ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = {"один": 1, "одну": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "a": 1, "an": 1}
# Servers' clocks differ; a post of the next hours is no lie.
SLACK = timedelta(hours=26)
OLDEST = 1990

_TIME = re.compile(r"(?<![\d.:])(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]\.?m\b\.?)?")
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE
)
_UNITS: tuple[tuple[str, timedelta], ...] = (
    (r"сек\w*|seconds?|secs?", timedelta(seconds=1)),
    (r"мин\w*|minutes?|mins?", timedelta(minutes=1)),
    (r"час\w*|ч\.?|hours?|hrs?", timedelta(hours=1)),
    (r"дн\w*|день|дней|сут\w+|days?", timedelta(days=1)),
    (r"недел\w+|нед\.?|weeks?", timedelta(weeks=1)),
    (r"месяц\w*|мес\.?|months?", timedelta(days=30)),
    (r"год\w*|лет|г\.|years?", timedelta(days=365)),
)


def parse(text: str, now: datetime) -> str | None:
    """ISO 8601 of a date in Russian or English words, or None for what is no date or lies ahead."""
    cleaned = " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split()).strip(" ,.»«")
    for rule in RULES:
        found = rule(cleaned.lower(), now)
        if found is not None:
            return _believed(found, now)
    return None


def find(text: str) -> str | None:
    """The first full date inside a running text, such as a header.

    >>> find("Глубинное интервью. Тверь, 14 мая 2025 г., 40 минут")
    '2025-05-14'
    """
    for match in re.finditer(
        r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}\s+[а-яё]{3,9}\.?\s+\d{4}", text, re.IGNORECASE
    ):
        if found := parse(match[0], datetime.now()):  # noqa: DTZ005  # a header's date has no zone
            return found
    return None


def _believed(found: date | datetime, now: datetime) -> str | None:
    if isinstance(found, datetime):
        reference = now.astimezone(UTC) if found.tzinfo else now.replace(tzinfo=None)
        late = found > reference + SLACK
    else:
        late = found > (now + SLACK).date()
    return None if late or found.year < OLDEST else found.isoformat()


def _iso(text: str, _now: datetime) -> date | datetime | None:
    match = _ISO.match(text)
    if not match:
        return None
    value = match[0].upper().replace("Z", "+00:00").replace(",", ".")
    try:
        return (
            date.fromisoformat(value)
            if len(value) == 10
            else datetime.fromisoformat(value.replace(" ", "T", 1).replace(" ", ""))
        )
    except ValueError:
        return None


def _epoch(text: str, _now: datetime) -> datetime | None:
    if not re.fullmatch(r"\d{9,10}(?:\d{3})?", text):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC)


def _ago(text: str, now: datetime) -> date | datetime | None:
    match = re.search(r"(?:(\d{1,4})|([а-я]{3,6}|an?))?\s*\b([а-яa-z.]+)\s+(?:назад|ago)\b", text)
    if not match:
        if re.fullmatch(r"(?:только что|сейчас|just now|now|менее минуты назад)", text):
            return now.replace(microsecond=0)
        return None
    count = int(match[1]) if match[1] else NUMBERS.get(match[2] or "один")
    if count is None:
        return None
    for pattern, unit in _UNITS:
        if re.fullmatch(pattern, match[3]):
            try:
                then = (now - count * unit).replace(microsecond=0)
            except OverflowError:
                return None
            # «Two weeks ago» doesn't know the hour.
            return then if unit < timedelta(days=1) else then.date()
    return None


def _relative_day(text: str, now: datetime) -> date | datetime | None:
    for words, back in ((("сегодня", "today"), 0), (("позавчера",), 2), (("вчера", "yesterday"), 1)):
        if re.search(rf"\b(?:{'|'.join(words)})\b", text):
            return _with_time(now.date() - timedelta(days=back), text)
    return None


def _week_day(text: str, now: datetime) -> date | datetime | None:
    words = re.match(r"(?:в(?:о)? )?([а-яёa-z]+)(?:[ ,]+(?:в|at)?\s*\d{1,2}:\d{2}.*)?$", text)
    if not words:
        return None
    for names in (DAYS, ENGLISH_DAYS):
        for number, name in enumerate(names):
            if words[1].startswith(name):
                back = (now.weekday() - number) % 7 or 7
                return _with_time(now.date() - timedelta(days=back), text)
    return None


def _numeric(text: str, _now: datetime) -> date | datetime | None:
    match = re.search(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?!\d)", text)
    if not match:
        return None
    day, month, year = int(match[1]), int(match[2]), int(match[3])
    year += 2000 if year < 70 else 1900 if year < 100 else 0
    if month > 12 >= day:
        day, month = month, day
    return _with_time(_date(year, month, day), text)


def _worded(text: str, now: datetime) -> date | datetime | None:
    day_first = re.search(
        r"(?<!\d)(\d{1,2})(?:-?(?:го|е|st|nd|rd|th))?[ .-]+([а-яa-z]{3,9})\.?(?:[ ,.-]+(\d{4})(?!\d))?", text
    )
    month_first = re.search(r"\b([а-яa-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?(?![\d:])", text)
    for match, (day, month, year) in ((day_first, (1, 2, 3)), (month_first, (2, 1, 3))):
        if match and (number := _month(match[month])):
            return _with_time(_in_year(int(match[day]), number, match[year], now), text)
    return None


def _in_year(day: int, month: int, year: str | None, now: datetime) -> date | None:
    if year:
        return _date(int(year), month, day)
    this = _date(now.year, month, day)
    # «28 дек» read in March is of the last year.
    return this if this is None or this <= now.date() else _date(now.year - 1, month, day)


def _month(word: str) -> int | None:
    for names in (MONTHS, ENGLISH):
        for number, name in enumerate(names, 1):
            if name == "ма" and word in ("май", "мая", "мае"):
                return number
            if name != "ма" and word.startswith(name):
                return number
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_time(day: date | None, text: str) -> date | datetime | None:
    match = _TIME.search(text)
    if day is None or not match:
        return day
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].startswith("p") else 0)
    return datetime.combine(day, time(hour, minute, second)) if hour < 24 and minute < 60 and second < 60 else day


RULES: list[Callable[[str, datetime], date | datetime | None]] = [
    _iso,
    _epoch,
    _ago,
    _relative_day,
    _numeric,
    _worded,
    _week_day,
]
