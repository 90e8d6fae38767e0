"""Источники: where posts come from, when, and what came of it; a new one begins with a look at its address."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from miner.profiles import find_group, load_groups
from miner.web import preview
from miner.web.access import AtDesk, Caller, Reader
from miner.web.api import files
from miner.web.api import sources as api
from miner.web.desk import Desk
from miner.web.pages import Room, moment, render
from miner.web.paging import Cursor
from miner.web.troubles import explained

ROOM = Room("sources", "Источники", "/sources", 20)
router = APIRouter()
STATES = {
    "active": "работает",
    "failing": "ошибка",
    "paused": "на паузе",
    "waiting": "ждёт очереди",
    "running": "идёт обход",
}
KINDS = {
    "crawl": "обход",
    "annotate": "разбор сообщений",
    "refresh": "обновление тем и предложений",
    "refit": "пересчёт тем",
    "retention": "уборка устаревшего",
}
OUTCOMES = {
    "fetched": "прочитано",
    "unchanged": "без изменений",
    "redirected": "переадресация",
    "robots": "запрет robots.txt",
    "disallowed": "запрет robots.txt",
    "gone": "страницы нет",
    "login": "закрыто",
    "unreachable": "не отвечает",
    "busy": "просит подождать",
    "unreadable": "не прочитать",
    "refused": "такой адрес нельзя",
    "closed": "предел или часы",
    "failed": "не удалось",
    "repeated": "повтор страницы",
}
READERS = {"survey": "опрос", "interview": "интервью", "telegram": "выгрузка Telegram"}
ROBOTS = {"allowed": "разрешает", "none": "нет файла", "unreachable": "не читается", "ignored": "не спрашивали"}
SHOWN = 100
# Addresses that gave nothing are told by their reason, so many of each as examples.
EXAMPLES = 3


@router.get("/sources")
def room(request: Request, at: AtDesk, who: Reader) -> Response:
    """All sources, those that need somebody first."""
    order = {"failing": 0, "paused": 1}
    found = sorted(api.rows(at), key=lambda row: (order.get(row.state, 2) if row.trouble else 2, row.source.name))
    working = [run for run in at.store.runs.leased() if run.kind != "crawl"]
    shown = _frame(at, who) | {"rows": found, "working": working, "files": files.taken(at), "readers": READERS}
    return render(request, "sources/page.html", who, shown, room="sources")


@router.get("/sources/new")
def new(request: Request, at: AtDesk, who: Reader) -> Response:
    """Paste an address, see what it gives, then say when."""
    shown = _frame(at, who) | {"groups": _groups(at), "timezone": at.settings.service.timezone, "source": None}
    return render(request, "sources/new.html", who, shown, room="sources")


@router.get("/sources/file")
def file(request: Request, at: AtDesk, who: Reader) -> Response:
    """Give a file, see what would come of it, then take its posts in."""
    shown = _frame(at, who) | {"groups": _groups(at), "readers": READERS}
    return render(request, "sources/file.html", who, shown, room="sources")


@router.get("/sources/of/{name}")
def one(request: Request, at: AtDesk, who: Reader, name: str) -> Response:
    """A source's own page: how it is set up, its crawls, the addresses that gave nothing."""
    row = api.row_of(at, name)
    failures: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    todo: dict[str, str] = {}
    for url, reason in at.store.crawls.failures(name).items():
        trouble = explained(reason or "failed")
        assert trouble is not None
        counts[trouble.what] += 1
        todo[trouble.what] = trouble.todo
        if counts[trouble.what] <= EXAMPLES:
            failures.setdefault(trouble.what, []).append(url)
    shown = _frame(at, who) | {
        "row": row,
        "source": row.source,
        "runs": at.store.runs.recent("crawl", name, 15),
        "explained": explained,
        "addresses": at.store.crawls.counts(name),
        "failures": failures,
        "counts": counts,
        "todo": todo,
        "groups": _groups(at),
        "timezone": at.settings.service.timezone,
    }
    return render(request, "sources/one.html", who, shown, room="sources")


@router.get("/sources/of/{name}/row")
def row(request: Request, at: AtDesk, who: Reader, name: str) -> Response:
    """A source's row as it stands now."""
    return render(request, "sources/rows.html", who, _frame(at, who) | {"rows": [api.row_of(at, name)]})


@router.get("/sources/of/{name}/ledger")
def ledger(
    request: Request,
    at: AtDesk,
    who: Reader,
    name: str,
    outcome: Annotated[str | None, Query(max_length=50)] = None,
    address: Annotated[str | None, Query(max_length=200)] = None,
    after: Cursor = None,
) -> Response:
    """Every request of a source, the latest first."""
    page = api.ledger(at, who, name, outcome, address, after, SHOWN)
    shown = _frame(at, who) | {
        "name": name,
        "page": page,
        "outcome": outcome or "",
        "address": address or "",
        "outcomes": OUTCOMES,
        "robots": ROBOTS,
    }
    return render(request, "sources/ledger.html", who, shown, room="sources")


def _local(at: Desk, row: api.Row) -> str:
    """When a source is crawled next, by the clock that its schedule means."""
    zone = ZoneInfo(row.source.timezone or at.settings.service.timezone)
    return moment(row.next_at.astimezone(zone).replace(tzinfo=None)) if row.next_at else ""


def _frame(at: Desk, who: Caller) -> dict[str, Any]:
    return {
        "writes": who.may("analyst"),
        "local": lambda row: _local(at, row),
        "states": STATES,
        "kinds": KINDS,
        "collectors": preview.COLLECTORS | {"interview": "интервью из файлов", "survey": "опрос из файла"},
        "titles": {name: group.title for name, group in load_groups().items()},
    }


def _groups(at: Desk) -> dict[str, str]:
    """Client groups by name, those of posts that came under another name among them."""
    known = load_groups(at.store.workspace / "groups")
    found = {name: group.title for name, group in known.items()}
    found |= {given: find_group(given, known).title for given in at.store.posts.groups() if given not in found}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))
