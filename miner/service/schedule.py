"""When a source is crawled: a cron expression or plain Russian words, in a time zone, within allowed hours.

>>> schedule = parse("по будням каждые 4 часа")
>>> schedule.crons
('0 */4 * * 1-5',)
>>> parse("0 3 * * *").words()
'каждый день в 03:00'

Summer time: what is set for an hour that the clocks skip runs right after it, what is set for an hour that comes twice
runs once (as cron on Debian does; cronsim keeps that).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from miner.errors import BadInput
from miner.exporters._words import plural

ZONE = "Europe/Moscow"
# A schedule that doesn't come round in so many years is taken for a mistake; leap days come every eight at worst.
YEARS = 9
_EXAMPLES = "«каждый день в 03:00», «по будням каждые 4 часа», «по понедельникам в 9 утра», or cron: 0 3 * * 1-5"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One or more cron expressions of five fields; ``hours`` are the local hours in which a run may begin, (22, 6)."""

    crons: tuple[str, ...]
    timezone: str = ZONE
    hours: tuple[int, int] | None = None

    def next(self, after: datetime) -> datetime:
        """The first moment later than ``after``, in UTC. ``after`` carries a time zone."""
        opens = self.open(after)
        if opens <= after:
            return self.open(self._tick(after))
        # What fell due since the hours were over comes when they begin again.
        closed = after.astimezone(ZoneInfo(self.timezone)).replace(minute=0, second=0, microsecond=0)
        while self.open(closed) > closed:
            closed -= timedelta(hours=1)
        return max(opens, self.open(self._tick(closed + timedelta(minutes=59))))

    def _tick(self, after: datetime) -> datetime:
        return min(_next(cron, after.astimezone(ZoneInfo(self.timezone))) for cron in self.crons)

    def open(self, moment: datetime) -> datetime:
        """``moment`` when it lies in the allowed hours, else when they begin next, in UTC.

        >>> night = parse("каждый день в 12:00", "UTC", hours="22-6")
        >>> [night.open(datetime(2025, 3, 14, hour, tzinfo=UTC)).hour for hour in (12, 3)]
        [22, 3]
        """
        if self.hours is None:
            return moment.astimezone(UTC)
        first, last = self.hours
        local = moment.astimezone(ZoneInfo(self.timezone))
        if (first <= local.hour < last) if first < last else (local.hour >= first or local.hour < last):
            return moment.astimezone(UTC)
        begins = local.replace(hour=first, minute=0, second=0, microsecond=0)
        if begins < local:
            begins += timedelta(days=1)
        return begins.astimezone(UTC)

    def words(self) -> str:
        """The schedule as a person says it; a cron expression that has no words is quoted."""
        told = _words(self.crons)
        if self.hours:
            told += f", только с {self.hours[0]:02}:00 до {self.hours[1]:02}:00"
        return told


def parse(text: str, timezone: str | None = None, *, hours: str = "") -> Schedule:
    """Read a schedule. Raises BadInput for words that say nothing, a zone that isn't one, and times that never come.

    >>> parse("по вторникам и четвергам в 9 утра и в 18:30").crons
    ('0 9 * * 2,4', '30 18 * * 2,4')
    >>> parse("каждый час с 22 до 6").crons
    ('0 22,23,0,1,2,3,4,5 * * *',)
    >>> parse("30 февраля")
    Traceback (most recent call last):
    miner.errors.BadInput: schedule '30 февраля': this day never comes. Choose a day that every year has.
    """
    given = " ".join(text.split())
    crons = (given.upper(),) if _looks_like_cron(given) else _crons(given)
    schedule = Schedule(crons, zone(timezone), _hours(hours))
    for cron in schedule.crons:
        try:
            _next(cron, datetime.now(UTC))
        except (CronSimError, StopIteration) as error:
            if isinstance(error, CronSimError) and _days_fit(cron):
                raise BadInput(f"schedule {given!r}: {error}. Write for instance {_EXAMPLES}.") from error
            raise BadInput(f"schedule {given!r}: this day never comes. Choose a day that every year has.") from error
    return schedule


def zone(name: str | None) -> str:
    """The name of a time zone, Moscow's when none is given. Raises BadInput when there is no such zone."""
    if not name:
        return ZONE
    if name not in available_timezones():
        likely = sorted(z for z in available_timezones() if name.rpartition("/")[2].casefold() in z.casefold())[:3]
        known = ", ".join(likely or (ZONE, "Asia/Omsk"))
        raise BadInput(f"time zone {name!r}: there is no such zone. Known are names like {known}.")
    return name


def _days_fit(cron: str) -> bool:
    """Whether the day of the month is none that only the month makes impossible, as 30 February is."""
    day = cron.split()[2] if len(cron.split()) == 5 else ""
    return not re.fullmatch(r"(?:30|31)(?:,(?:30|31))*", day)


def _next(cron: str, after: datetime) -> datetime:
    found = next(CronSim(cron, after))
    if found - after > timedelta(days=366 * YEARS):
        raise StopIteration
    return found


def _looks_like_cron(text: str) -> bool:
    fields = text.split()
    return len(fields) == 5 and not re.search(r"[а-яё]", text, re.IGNORECASE)


def _hours(given: str) -> tuple[int, int] | None:
    if not given:
        return None
    match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", given.strip())
    first, last = (int(match[1]), int(match[2])) if match else (24, 24)
    if first > 23 or last > 24 or first == last % 24:
        raise BadInput(f"allowed hours {given!r}: two different hours of the day are needed, such as 22-6.")
    return first, last % 24


# -- words to cron --

_DAYS = {"пон": 1, "вто": 2, "сре": 3, "чет": 4, "пят": 5, "суб": 6, "вос": 0}
_DAY = re.compile(r"\b(пон|вто|сре|чет|пят|суб|вос)(?:едельник|рник|д|верг|ниц|бот|кресень)\w*")
_SHORT = {"пн": 1, "вт": 2, "ср": 3, "чт": 4, "пт": 5, "сб": 6, "вс": 0}
_MONTHS = "январ феврал март апрел ма июн июл август сентябр октябр ноябр декабр".split()
_MONTH = re.compile(r"\b(январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]{1,2}\b")
_NUMBERS = {
    "полчаса": 30, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "восемь": 8, "десять": 10,
    "двенадцать": 12, "пятнадцать": 15, "двадцать": 20, "тридцать": 30,
}  # fmt: skip
_CLOCK = re.compile(
    r"\b(?:в|и|,)\s*(\d{1,2})(?:[:.](\d{2})|\s*час\w*)?\s*(утра|дня|вечера|ночи)?(?!\s*(?:-?\s*(?:го|е|числ|раз|мин)))\b"
)
_PARTS_OF_DAY = {"полночь": 0, "полдень": 12, "ночью": 3, "утром": 8, "днём": 13, "днем": 13, "вечером": 20}
_SPAN = re.compile(r"\bс\s+(\d{1,2})(?::(\d{2}))?(?:\s*час\w*)?\s+до\s+(\d{1,2})(?::(\d{2}))?(?:\s*час\w*)?")
_EVERY = re.compile(r"\bеже()(часно)|\b(?:кажд\w+|раз в)\s+(?:(\d+|[а-я]+)\s+)?(минут\w*|час\w*|полчаса)\b")
_KNOWN = re.compile(
    r"\b(?:в|во|и|по|с|до|кажд\w+|раз|числ\w+|месяц\w*|день|дня|дней|дни|недел\w+|ночи|утра|вечера|час\w*|минут\w*)\b"
)


def _crons(given: str) -> tuple[str, ...]:
    text = given.casefold().replace("ё", "е").strip(" .")
    left = _Words(text)
    # What takes words away first is asked first: «с 22 до 6» before «в 6», «каждые 4 часа» before «часа».
    span = left.take(_SPAN)
    step = left.take(_EVERY, _is_step)
    dates, months = _dates(left)
    weekdays = _weekdays(left)
    times = sorted(_times(left))
    rest = left.rest()
    if rest or not (step or times or dates or weekdays or left.said):
        raise BadInput(f"schedule {given!r}: {f'{rest!r} says' if rest else 'it says'} no time. Write {_EXAMPLES}.")
    day = f"{','.join(map(str, dates)) or '*'} {','.join(map(str, months)) or '*'} {weekdays or '*'}"
    if step:
        return (_stepped(given, step, span, day),)
    if span:
        raise BadInput(f"schedule {given!r}: how often between these hours? Write каждый час с 22 до 6, for instance.")
    return tuple(f"{minute} {hour} {left.every_days or day}" for hour, minute in times or [(3, 0)])


class _Words:
    """A line of words of which rules take theirs; what nobody takes is a mistake of the writer."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.said = False
        self.every_days = ""

    def take(
        self, pattern: re.Pattern[str], fits: Callable[[re.Match[str]], bool] = lambda _: True
    ) -> re.Match[str] | None:
        for match in pattern.finditer(self.text):
            if fits(match):
                self.text = self.text[: match.start()] + " ; " + self.text[match.end() :]
                self.said = True
                return match
        return None

    def all(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        while match := self.take(pattern):
            yield match

    def rest(self) -> str:
        return " ".join(_KNOWN.sub(" ", re.sub(r"[;,\-]", " ", self.text)).split())


def _is_step(match: re.Match[str]) -> bool:
    return not match[3] or _number(match[3]) is not None


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() else _NUMBERS.get(word)


def _stepped(given: str, step: re.Match[str], span: re.Match[str] | None, day: str) -> str:
    unit = step[2] or step[4]
    count = 30 if unit == "полчаса" else (_number(step[3]) if step[3] else 1) or 1
    minutes = unit == "полчаса" or unit.startswith("мин")
    if (not minutes and 24 % count) or (minutes and (count < 5 or 60 % count)):
        allowed = "5, 6, 10, 12, 15, 20, 30 минут" if minutes else "1, 2, 3, 4, 6, 8, 12 часов"
        raise BadInput(f"schedule {given!r}: a day isn't made of such parts. Choose каждые {allowed}.")
    minute, hour = (f"*/{count}", "*") if minutes else ("0", "*" if count == 1 else f"*/{count}")
    if span:
        first, last = int(span[1]) % 24, int(span[3]) % 24
        length = (last - first) % 24 or 24
        every = 1 if minutes else count
        hour = ",".join(str((first + h) % 24) for h in range(0, length, every))
    return f"{minute} {hour} {day}"


_DATE = re.compile(r"\b(\d{1,2})(?:-?(?:го|е))?(?=(?:\s*(?:,|и)\s*\d{1,2}(?:-?(?:го|е))?)*\s*числ)")
_DATE_OF_MONTH = re.compile(
    r"\b(\d{1,2})(?:-?го)?\s+(?=(?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сент|окт|нояб|дек))"
)


def _dates(left: _Words) -> tuple[list[int], list[int]]:
    dates = [int(m[1]) for m in left.all(_DATE)] or [int(m[1]) for m in left.all(_DATE_OF_MONTH)]
    months = [_MONTHS.index(m[1]) + 1 for m in left.all(_MONTH)]
    if left.take(re.compile(r"\b(?:раз в месяц|ежемесячно|кажд\w+ месяц\w*)")) and not dates:
        dates = [1]
    if months and not dates:
        dates = [1]
    if bad := [d for d in dates if not 1 <= d <= 31]:
        raise BadInput(f"schedule: no month has a day {bad[0]}. Choose 1 to 31.")
    return sorted(set(dates)), sorted(set(months))


def _weekdays(left: _Words) -> str:
    if left.take(re.compile(r"\b(?:по|в) (?:будням|будни|будние дни|рабочим дням|рабочие дни)")):
        return "1-5"
    if left.take(re.compile(r"\b(?:по|в) (?:выходным|выходные)(?: дням| дни)?")):
        return "6,0"
    days = {_DAYS[m[1]] for m in left.all(_DAY)}
    days |= {_SHORT[m[0]] for m in left.all(re.compile(r"\b(?:пн|вт|ср|чт|пт|сб|вс)\b"))}
    if left.take(re.compile(r"\b(?:раз в неделю|еженедельно|кажд\w+ недел\w+)")) and not days:
        days = {1}
    return ",".join(str(day) for day in sorted(days, key=lambda d: d or 7))


def _times(left: _Words) -> Iterator[tuple[int, int]]:
    every = left.take(
        re.compile(r"\b(?:ежедневно|кажд\w+ (?:день|сутки|ночь)|раз в (?:день|сутки)|кажд\w+ (\d+) дн\w+)")
    )
    if every and every[1]:
        left.every_days = f"*/{int(every[1])} * *"
    twice = left.take(re.compile(r"\b(?:дважды|2 раза|два раза) в (?:день|сутки)"))
    for word, hour in _PARTS_OF_DAY.items():
        if left.take(re.compile(rf"\b(?:в )?{word.replace('ё', 'е')}\b")):
            yield hour, 0
    found = False
    for match in left.all(_CLOCK):
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3] in {"вечера", "дня"} and hour < 12:
            hour += 12
        if match[3] == "ночи" and hour == 12:
            hour = 0
        if hour > 23 or minute > 59:
            raise BadInput(f"schedule: {match[0].strip()!r} is no time of day. Write 00:00 to 23:59.")
        found = True
        yield hour, minute
    if twice and not found:
        yield from ((9, 0), (21, 0))


# -- cron to words --

_ON = {"1": "понедельникам", "2": "вторникам", "3": "средам", "4": "четвергам", "5": "пятницам", "6": "субботам"}
_OF = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()


def _words(crons: Sequence[str]) -> str:
    parts = [cron.split() for cron in crons]
    days = {tuple(part[2:]) for part in parts}
    day = _day(*days.pop()) if len(days) == 1 and all(len(part) == 5 for part in parts) else None
    times = [_time(part[0], part[1]) for part in parts]
    if day is None or None in times:
        return "по выражению cron " + ", ".join(f"«{cron}»" for cron in crons)
    told = " и ".join(time for time in times if time)
    if told.startswith("кажд") and day == "каждый день":
        return told
    return f"{day} {told}"


def _day(dom: str, month: str, dow: str) -> str | None:
    """
    >>> _day("*", "*", "1-5"), _day("1,15", "*", "*"), _day("9", "5", "*"), _day("*/2", "*", "*")
    ('по будням', 'каждый месяц 1 и 15 числа', '9 мая', 'каждые 2 дня')
    """
    if month == dom == "*":
        named = {"*": "каждый день", "1-5": "по будням", "6,0": "по выходным", "0,6": "по выходным"}
        if dow in named:
            return named[dow]
        on = [_ON.get(d, "воскресеньям" if d in {"0", "7"} else "") for d in dow.split(",")]
        return f"по {_list(on)}" if all(on) else None
    if dow != "*":
        return None
    if month == "*" and (step := re.fullmatch(r"\*/(\d+)", dom)):
        return f"каждые {step[1]} {plural(int(step[1]), 'день', 'дня', 'дней')}"
    if not re.fullmatch(r"[\d,]+", dom):
        return None
    if month == "*":
        return f"каждый месяц {_list(dom.split(','))} числа"
    if re.fullmatch(r"[\d,]+", month):
        return f"{_list(dom.split(','))} {_list([_OF[int(m) - 1] for m in month.split(',')])}"
    return None


def _time(minute: str, hour: str) -> str | None:
    if minute.isdecimal() and hour.isdecimal():
        return f"в {int(hour):02}:{int(minute):02}"
    if minute == "0" and hour in {"*", "*/1"}:
        return "каждый час"
    if minute == "0" and (step := re.fullmatch(r"\*/(\d+)", hour)):
        return f"каждые {step[1]} {plural(int(step[1]), 'час', 'часа', 'часов')}"
    if hour == "*" and (step := re.fullmatch(r"\*/(\d+)", minute)):
        return f"каждые {step[1]} {plural(int(step[1]), 'минуту', 'минуты', 'минут')}"
    if minute == "0" and re.fullmatch(r"[\d,]+", hour):
        hours = [int(h) for h in hour.split(",")]
        steps = {(b - a) % 24 for a, b in pairwise(hours)}
        if len(steps) == 1 and len(hours) > 2:
            apart = steps.pop()
            return f"{_time('0', f'*/{apart}')} с {hours[0]:02}:00 до {(hours[-1] + apart) % 24:02}:00"
        return "в " + _list([f"{h:02}:00" for h in hours])
    return None


def _list(words: Sequence[str]) -> str:
    return " и ".join(filter(None, (", ".join(words[:-1]), words[-1])))
