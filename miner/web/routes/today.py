"""Сегодня: where everybody begins. Until there is news to tell, it leads to the room of one's role."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from miner.web.access import AtDesk, Reader
from miner.web.pages import Room, render

ROOM = Room("today", "Сегодня", "/", 10)
router = APIRouter()


@router.get("/")
def room(request: Request, at: AtDesk, who: Reader) -> Response:
    boards = at.boards
    waiting = []
    for name, title in boards.groups().items():
        board = boards.of(name)
        counts = board.counts() if board else {}
        waiting.append({"name": name, "title": title, "new": counts.get("new", 0), "later": counts.get("later", 0)})
    return render(request, "today/page.html", who, {"waiting": waiting}, room="today")
