"""Предложения: the profile author's room. Three columns of candidates, judged from the keyboard."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from miner.records import KINDS, Kind
from miner.web.access import AtDesk, Reader
from miner.web.api.candidates import board_of, card_of
from miner.web.boards import State
from miner.web.pages import Room, render
from miner.web.paging import cut

ROOM = Room("proposals", "Предложения", "/proposals", 40)
router = APIRouter()
STATES: dict[State, str] = {
    "new": "Новые",
    "later": "Отложенные",
    "accepted": "Принятые",
    "rejected": "Отклонённые",
    "merged": "Объединённые",
}
SHOWN = 20


@router.get("/proposals")
def room(request: Request, at: AtDesk, who: Reader, group: str | None = None, state: State = "new") -> Response:
    """The page of a group, the first one without a name."""
    groups = at.boards.groups()
    name = group or next(iter(groups), None)
    if name is None:
        return render(request, "proposals/page.html", who, {"group": None}, room="proposals")
    board = board_of(at, name)
    columns = {}
    for kind in KINDS:
        cards, more = cut(board.page(kind=kind, state=state, limit=SHOWN + 1), SHOWN)
        columns[kind] = {"cards": cards, "more": more}
    shown: dict[str, Any] = {
        "group": name,
        "groups": groups,
        "state": state,
        "states": STATES,
        "counts": board.counts(),
    }
    shown |= {"columns": columns, "writes": who.may("author")}
    return render(request, "proposals/page.html", who, shown, room="proposals")


@router.get("/proposals/cards")
def cards(
    request: Request, at: AtDesk, who: Reader, group: str, kind: Kind, state: State, after: Annotated[int, Query(ge=-1)]
) -> Response:
    """Further cards of a column; X-More says whether there are others."""
    found, more = cut(board_of(at, group).page(kind=kind, state=state, after=after, limit=SHOWN + 1), SHOWN)
    response = render(request, "proposals/cards.html", who, {"cards": found, "writes": who.may("author")})
    response.headers["X-More"] = str(int(more))
    return response


@router.get("/proposals/cards/{candidate}")
def one(request: Request, at: AtDesk, who: Reader, candidate: str) -> Response:
    """One card as it stands now."""
    found = [card_of(at, candidate)]
    return render(request, "proposals/cards.html", who, {"cards": found, "writes": who.may("author")})
