"""Сегодня: where everybody begins. What is new, what waits, how the profiles stand, which crawls need somebody."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from miner.profiles import find_group
from miner.profiles.status import STATUSES
from miner.web.access import AtDesk, Reader
from miner.web.api import today as api
from miner.web.drafts import titles
from miner.web.pages import Room, render

ROOM = Room("today", "Сегодня", "/", 10)
router = APIRouter()
EVENTS = {
    "born": ("новая тема", "новые темы", "новых тем"),
    "split": ("тема разделилась", "темы разделились", "тем разделилось"),
    "merged": ("тема слилась с другой", "темы слились с другими", "тем слилось с другими"),
    "dormant": ("тема затихла", "темы затихли", "тем затихло"),
}


@router.get("/")
def room(request: Request, at: AtDesk, who: Reader) -> Response:
    from miner import pipeline

    told = api.today(at, who)
    known = pipeline.groups_of(at.store)

    def title(name: str) -> str:
        return find_group(name, known).title if name else "группа ещё не ясна"

    shown = {"told": told, "title": title, "events": EVENTS, "statuses": STATUSES, "rooms_of": titles(at)}
    shown["quiet"] = not any(told.news.model_dump().values())
    return render(request, "today/page.html", who, shown, room="today")
