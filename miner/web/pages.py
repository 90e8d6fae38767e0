"""Pages: templates with what all of them need, the list of rooms, numbers and days in Russian."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from miner import __version__
from miner.web.access import TITLES, Caller

HERE = Path(__file__).parent
NBSP = "\N{NO-BREAK SPACE}"
COLUMNS = (
    ("value", "Ценности, личные качества, интересы"),
    ("desire", "Желания"),
    ("pain", "Боли и сложности"),
)
KINDS = {"value": "ценность", "desire": "желание", "pain": "боль"}
SPEAKERS = {"client": "клиент", "staff": "сотрудник службы", "interviewer": "интервьюер", "moderator": "модератор"}
MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
OF_YEAR = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the house: where it is, what it is called, and its place in the row."""

    name: str
    title: str
    path: str
    place: int
    roles: tuple[str, ...] = ()

    def open_to(self, who: Caller) -> bool:
        return not self.roles or who.may(*self.roles)


@functools.cache
def rooms() -> tuple[Room, ...]:
    """Every ROOM of miner/web/routes, in the order of their places; a file there is its registration."""
    import importlib
    import pkgutil

    from miner.web import routes

    found = (importlib.import_module(f"{routes.__name__}.{m.name}") for m in pkgutil.iter_modules(routes.__path__))
    return tuple(sorted((m.ROOM for m in found if hasattr(m, "ROOM")), key=lambda room: room.place))


@functools.cache
def templates() -> Jinja2Templates:
    made = Jinja2Templates(HERE / "templates")
    environment = made.env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {
        "day": day,
        "moment": moment,
        "ago": ago,
        "many": many,
        "number": number,
        "percent": percent,
        "signed": signed,
    }
    environment.globals |= {"KINDS": KINDS, "COLUMNS": COLUMNS, "ROLES": TITLES, "SPEAKERS": SPEAKERS, "static": static}
    return made


def render(
    request: Request,
    template: str,
    who: Caller | None,
    context: Mapping[str, Any] | None = None,
    *,
    room: str = "",
    status: int = 200,
) -> Response:
    """A page as HTML; ``who`` and the rooms open to them are there for the frame around it."""
    open_rooms = [one for one in rooms() if one.open_to(who)] if who else []
    frame = {"who": who, "rooms": open_rooms, "room": room, "version": __version__}
    return templates().TemplateResponse(request, template, frame | dict(context or {}), status_code=status)


def error_page(
    request: Request, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    response = render(request, "error.html", None, {"title": title, "detail": detail}, status=status)
    response.headers.update(headers or {})
    return response


@functools.cache
def static(path: str) -> str:
    """The address of a file under static/, which changes when the file does, so that browsers may keep it."""
    digest = hashlib.sha256((HERE / "static" / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"


def many(count: int, one: str, few: str, lots: str) -> str:
    """
    >>> [many(n, "человек", "человека", "человек").replace(NBSP, " ") for n in (1, 3, 11, 1000)]
    ['1 человек', '3 человека', '11 человек', '1 000 человек']
    """
    tens, units = count % 100, count % 10
    word = lots if 11 <= tens <= 14 or units in {0, 5, 6, 7, 8, 9} else one if units == 1 else few
    return f"{number(count)}{NBSP}{word}"


def number(value: float) -> str:
    """
    >>> number(1234567).replace(NBSP, " ")
    '1 234 567'
    """
    return f"{value:,.0f}".replace(",", NBSP)


def percent(share: float) -> str:
    """
    >>> percent(0.004), percent(0.123)
    ('<1\\xa0%', '12\\xa0%')
    """
    if 0 < share < 0.005:
        return f"<1{NBSP}%"
    return f"{100 * share:.0f}{NBSP}%"


def signed(value: float) -> str:
    """
    >>> signed(1.26), signed(-0.4)
    ('+1,3', '−0,4')
    """
    return f"{value:+.1f}".replace(".", ",").replace("-", "−")


def day(value: dt.datetime | dt.date | str | None) -> str:
    """
    >>> day("2025-03-14T10:00:00").replace(NBSP, " "), day(None)
    ('14 марта 2025', '')
    """
    if not value:
        return ""
    if isinstance(value, str):
        try:
            return day(dt.datetime.fromisoformat(value))
        except ValueError:
            return value
    return f"{value.day}{NBSP}{MONTHS[value.month - 1]} {value.year}"


def moment(value: dt.datetime | str | None) -> str:
    """Day and time on the server's clock.

    >>> moment("2025-03-14T10:05:00").replace(NBSP, " ")
    '14 марта 2025, 10:05'
    """
    if not value:
        return ""
    when = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    when = when.astimezone() if when.tzinfo else when
    return f"{day(when)}, {when:%H:%M}"


def ago(value: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """
    >>> then = dt.datetime(2025, 3, 14, 9, tzinfo=dt.UTC)
    >>> ago(then, dt.datetime(2025, 3, 14, 12, tzinfo=dt.UTC)).replace(NBSP, " "), ago(None)
    ('3 часа назад', 'никогда')
    """
    if value is None:
        return "никогда"
    seconds = int(((now or dt.datetime.now(tz=dt.UTC)) - value).total_seconds())
    for size, words in (
        (86_400, ("день", "дня", "дней")),
        (3_600, ("час", "часа", "часов")),
        (60, ("минуту", "минуты", "минут")),
    ):
        if abs(seconds) >= size:
            told = many(abs(seconds) // size, *words)
            return f"{told} назад" if seconds > 0 else f"через {told}"
    return "только что" if seconds >= 0 else "сейчас"
