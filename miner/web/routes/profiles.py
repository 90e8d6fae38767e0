"""Профиль: a group's portrait beside its editor."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from miner import pipeline
from miner.exporters.html import page
from miner.web.access import AtDesk, Reader
from miner.web.api.candidates import board_of
from miner.web.desk import now
from miner.web.pages import Room, render
from miner.web.safety import PORTRAIT_POLICY

ROOM = Room("profiles", "Профиль", "/profiles", 50)
router = APIRouter()


@router.get("/profiles")
def first(request: Request, at: AtDesk, who: Reader) -> Response:
    """The first group's profile."""
    for name in at.boards.groups():
        return RedirectResponse(f"/profiles/{name}", 303)
    return render(request, "profiles/empty.html", who, room="profiles")


@router.get("/profiles/{group}")
def room(request: Request, at: AtDesk, who: Reader, group: str, version: int | None = None) -> Response:
    """A version of the profile; the latest, or what it would be today, without a number."""
    board_of(at, group)
    shown = {
        "group": group,
        "groups": at.boards.groups(),
        "version": version,
        "versions": at.store.profiles.list(group),
    }
    return render(request, "profiles/page.html", who, shown, room="profiles")


@router.get("/profiles/{group}/portrait")
def portrait(at: AtDesk, who: Reader, group: str, version: int | None = None) -> Response:
    """The portrait as it is exported, for the frame beside the editor."""
    del who
    board_of(at, group)
    made = at.store.profiles.version(group, version) if version else at.store.profiles.latest(group)
    if made is None:
        made = pipeline.profile(at.store, group, at.settings, made=now().date().isoformat())
    return HTMLResponse(page(made), headers={"Content-Security-Policy": PORTRAIT_POLICY})
