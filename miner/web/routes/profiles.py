"""Профиль: the author's desk. Lines and facts beside the portrait they make; versions, what a year changed, files."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from miner.exporters.html import ASSETS, page
from miner.profiles import find_group
from miner.profiles.compare import WORDS
from miner.profiles.template import template_of
from miner.records import KINDS, Profile
from miner.store import Version
from miner.web.access import AtDesk, Caller, Reader
from miner.web.api import profiles as api
from miner.web.desk import Desk
from miner.web.drafts import differs, drafts, titles
from miner.web.pages import Room, render
from miner.web.safety import PORTRAIT_POLICY

ROOM = Room("profiles", "Профиль", "/profiles", 50)
router = APIRouter()
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
STATUSES = {"draft": "черновик", "current": "действует", "archived": "в архиве"}
SECTIONS = {"head": "Кто это", "pyramid": "Возраст и пол"}
YEAR = dt.timedelta(days=365)


@router.get("/profiles")
def first(request: Request, at: AtDesk, who: Reader, group: str | None = None) -> Response:
    """The profile of a group, the first one without a name."""
    groups = titles(at)
    if name := group if group in groups else next(iter(groups), None):
        return RedirectResponse(request.url_for("profile_room", group=name).path, 303)
    return render(request, "profiles/empty.html", who, room="profiles")


@router.get("/profiles/{group}", name="profile_room")
def room(request: Request, at: AtDesk, who: Reader, group: str, version: Number = None) -> Response:
    """The editor beside the portrait: of a version, or as it would be today."""
    shown = _frame(at, who, group, "editor") | _draft(at, who, group) | {"version": version}
    return render(request, "profiles/page.html", who, shown, room="profiles")


@router.get("/profiles/{group}/lines")
def lines(request: Request, at: AtDesk, who: Reader, group: str) -> Response:
    """The lines as they stand now, for the page that is open."""
    api.title_of(at, group)
    return render(request, "profiles/lines.html", who, _draft(at, who, group))


@router.get("/profiles/{group}/facts")
def facts(request: Request, at: AtDesk, who: Reader, group: str) -> Response:
    """The facts with their distributions; where there is no version yet they are found now, which takes a while."""
    api.title_of(at, group)
    today = drafts(at).today(at, group)
    sections: dict[str, list[Any]] = {}
    for fact in today.facts:
        if fact.section != "pyramid":
            sections.setdefault(SECTIONS.get(fact.section, fact.section), []).append(fact)
    shown = {
        "group": group,
        "sections": sections,
        "remarks": drafts(at).remarks(group),
        "traits": _traits(at, group, today),
        "writes": who.may("author"),
    }
    return render(request, "profiles/facts.html", who, shown)


@router.get("/profiles/{group}/portrait")
def portrait(at: AtDesk, who: Reader, group: str, version: Number = None) -> Response:
    """The portrait as it is exported, for the frame beside the editor."""
    del who
    api.title_of(at, group)
    made = api.version_of(at, group, version) if version else drafts(at).today(at, group)
    return HTMLResponse(page(made), headers={"Content-Security-Policy": f"{PORTRAIT_POLICY}; {_handlers()}"})


@router.get("/profiles/{group}/history")
def history(request: Request, at: AtDesk, who: Reader, group: str) -> Response:
    """Every version, the last first."""
    return render(request, "profiles/history.html", who, _frame(at, who, group, "history"), room="profiles")


@router.get("/profiles/{group}/compare")
def compare(
    request: Request, at: AtDesk, who: Reader, group: str, before: Number = None, after: int | None = None
) -> Response:
    """What changed: with a year ago unless another version is asked for; ``after`` 0 is the draft as it stands."""
    shown = _frame(at, who, group, "compare")
    versions: Sequence[Version] = shown["versions"]
    later = after or None
    before = before or a_year_before(versions, later)
    changes = list(api.changes_of(at, group, before, later)) if before else []
    columns = {kind: [change for change in changes if change.line.kind == kind] for kind in KINDS}
    shown |= {"before": before, "after": after or 0, "columns": columns, "words": WORDS}
    return render(request, "profiles/compare.html", who, shown, room="profiles")


@router.get("/profiles/{group}/file")
def file(
    at: AtDesk,
    who: Reader,
    group: str,
    version: Annotated[int, Query(ge=1, le=2**31 - 1)],
    form: Annotated[api.Format, Query(alias="format")] = "word",
    quotes: api.Quoting = "short",
    shape: Literal["a4", "slide"] = "a4",
) -> Response:
    """A version as a file."""
    return api.file(at, who, group, version, form, quotes, shape)


def a_year_before(versions: Sequence[Version], version: int | None) -> int | None:
    """The version that stood a year before a version (the draft without a number), else the first before it."""
    earlier = [v for v in versions if version is None or v.version < version]
    if not earlier:
        return None
    made = next((v.made for v in versions if v.version == version), None)
    day = dt.date.fromisoformat(made[:10]) if made else dt.datetime.now(tz=dt.UTC).date()
    old = [v for v in earlier if v.made[:10] <= (day - YEAR).isoformat()]
    return (old[-1] if old else earlier[0]).version


@functools.cache
def _handlers() -> str:
    """The one button of an exported page may do what its template says, and nothing else may run."""
    said = re.findall(r'onclick="([^"]*)"', (ASSETS / "profile.html.j2").read_text(encoding="utf-8"))
    digests = (base64.b64encode(hashlib.sha256(handler.encode()).digest()).decode() for handler in said)
    return " ".join(["script-src 'unsafe-hashes'", *(f"'sha256-{digest}'" for digest in digests)])


def _frame(at: Desk, who: Caller, group: str, part: str) -> dict[str, Any]:
    title = api.title_of(at, group)
    versions = at.store.profiles.list(group)
    return {
        "group": group,
        "title": title,
        "groups": titles(at),
        "part": part,
        "versions": versions,
        "etags": {v.version: api.version_etag(v) for v in versions},
        "statuses": STATUSES,
        "formats": api.FORMATS,
        "quoting": api.QUOTING,
        "writes": who.may("author"),
    }


def _draft(at: Desk, who: Caller, group: str) -> dict[str, Any]:
    known = drafts(at)
    columns = known.lines(at, group)
    board = at.boards.of(group)
    shown = {item.id for items in columns.values() for item in items}
    cards = board.cards.values() if board else ()
    waiting = Counter(c.candidate.kind for c in cards if c.state in {"new", "later"} and c.candidate.id not in shown)
    latest = at.store.profiles.latest(group)
    return {
        "group": group,
        "columns": columns,
        "orders": {kind: known.order_etag(group, kind) for kind in KINDS},
        "waiting": waiting,
        "removed": known.removed(at, group),
        "latest": latest,
        "latest_etag": api.version_etag(latest) if latest else None,
        "changed": differs(columns, latest),
        "statuses": STATUSES,
        "writes": who.may("author"),
    }


def _traits(at: Desk, group: str, today: Profile) -> dict[str, str]:
    """The characteristics that may be completed, those of the portrait first."""
    found = {fact.field: fact.title for fact in today.facts if fact.section not in {"pyramid", "Другие сведения"}}
    of = find_group(group)
    template = template_of(at.store.workspace / "groups")
    for section in template.sections(of.kind):
        for name in section.traits:
            trait = template.traits[name]
            if not trait.special or name in {*of.enable, *of.required}:
                found.setdefault(name, trait.title)
    return found
