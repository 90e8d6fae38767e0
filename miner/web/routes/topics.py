"""Темы: the researcher's room. The map and the list, a topic's own page, what a refit changed, what people decided."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from miner.profiles import find_group, load_groups
from miner.web.access import AtDesk, Caller, Reader
from miner.web.api import topics as api
from miner.web.atlas import NONE, Sheet
from miner.web.pages import OF_YEAR, Room, render
from miner.web.problems import Problem

ROOM = Room("topics", "Темы", "/topics", 30)
router = APIRouter()
SHOWN = 50
# A timeline shows so many months at most.
YEARS = 60


@router.get("/topics")
def room(request: Request, at: AtDesk, who: Reader) -> Response:
    """The map beside the list."""
    sheet = at.atlas.sheet()
    if sheet is None:
        return render(request, "topics/empty.html", who, room="topics")
    shown = _frame(sheet, who, "map") | {
        "topics": list(sheet.topics.values()),
        "without": int((sheet.own < 0).sum()),
        "branch_of": {name: number for number, branch in enumerate(sheet.branches) for name in branch},
        "branch_names": [[api.label(sheet, name) for name in branch[:3]] for branch in sheet.branches],
    }
    return render(request, "topics/page.html", who, shown, room="topics")


@router.get("/topics/refit")
def refit(request: Request, at: AtDesk, who: Reader) -> Response:
    """What the last refit changed."""
    sheet = at.atlas.sheet()
    if sheet is None:
        return render(request, "topics/empty.html", who, room="topics")
    shown = _frame(sheet, who, "refit") | {"refit": api.last_refit(at, who)}
    return render(request, "topics/refit.html", who, shown, room="topics")


@router.get("/topics/decisions")
def decisions(request: Request, at: AtDesk, who: Reader, after: str | None = None) -> Response:
    """What people decided, each with a way back."""
    sheet = at.atlas.sheet()
    if sheet is None:
        return render(request, "topics/empty.html", who, room="topics")
    shown = _frame(sheet, who, "decisions") | {"page": api.decisions(at, who, after, 50)}
    return render(request, "topics/decisions.html", who, shown, room="topics")


@router.get("/topics/agreement")
def agreement(request: Request, at: AtDesk, who: Reader) -> Response:
    """Two reviewers on one sample."""
    sheet = at.atlas.sheet()
    if sheet is None:
        return render(request, "topics/empty.html", who, room="topics")
    shown = _frame(sheet, who, "agreement") | {"pairs": api.agreements(at, who), "sample": api.sample(at, who)}
    return render(request, "topics/agreement.html", who, shown, room="topics")


@router.get("/topics/{topic}")
def one(request: Request, at: AtDesk, who: Reader, topic: str) -> Response:
    """A topic's own page."""
    sheet = at.atlas.sheet()
    if sheet is None:
        return render(request, "topics/empty.html", who, room="topics")
    found = sheet.topics.get(topic)
    if found is None:
        into = sheet.registry.overlay().root(topic) if topic in sheet.registry.entries else topic
        if into in sheet.topics:
            return RedirectResponse(f"/topics/{into}", 303)
        raise Problem(404, f"Темы «{topic}» нет: в ней больше нет высказываний.")
    about = [d for d in sheet.registry.log[::-1] if d.target == topic or topic in d.data.get("topics", ())]
    standing = {d.id for d in sheet.registry.in_force()}
    shown = _frame(sheet, who, "topic") | {
        "t": found,
        "statements": api.statements(at, who, topic, None, None, SHOWN),
        "months": timeline(found.months, sheet.statements.now),
        "near": [(name, api.label(sheet, name)) for name in api.near(sheet, topic)],
        "branch": [(name, api.label(sheet, name)) for name in api.branch(sheet, topic)],
        "merged": [(name, api.label(sheet, name)) for name in found.merged],
        "parent": (found.parent, api.label(sheet, found.parent)) if found.parent else None,
        "others": [(name, other.label) for name, other in sheet.topics.items() if name != topic],
        "decisions": [(d, d.id in standing) for d in about if d.action != "undo"],
        "lineage": [e for e in sheet.lineage if topic in (*e.before, *e.after) and e.event != "continued"],
    }
    return render(request, "topics/topic.html", who, shown, room="topics")


def timeline(months: Any, now: int) -> list[dict[str, Any]]:
    """Months without a gap, each with its count and its height of the highest (0..1)."""
    if not months:
        return []
    first = max(min(months), now - YEARS + 1)
    highest = max(months.values())
    return [
        {
            "title": f"{OF_YEAR[month % 12]} {month // 12}",
            "count": months.get(month, 0),
            "height": months.get(month, 0) / highest,
            "january": month % 12 == 0,
            "year": month // 12,
        }
        for month in range(first, now + 1)
    ]


def _frame(sheet: Sheet, who: Caller, part: str) -> dict[str, Any]:
    known = load_groups()
    titles = {name: find_group(name, known).title if name != NONE else "без группы" for name in sheet.statements.groups}
    return {"part": part, "writes": who.may("researcher"), "groups": titles}
