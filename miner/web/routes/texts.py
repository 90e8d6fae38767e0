"""Тексты: what people wrote, searched by words in any form, with what was found in it and why."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from miner.profiles import find_group
from miner.records import KINDS, TONES
from miner.store import Found, Where, terms
from miner.store.search import Term
from miner.web.access import AtDesk, Reader
from miner.web.api import texts as api
from miner.web.desk import Desk
from miner.web.highlights import excerpt, hits
from miner.web.pages import Room, render
from miner.web.problems import Problem

ROOM = Room("texts", "Тексты", "/texts", 25)
router = APIRouter()
SHOWN = 20
SENTIMENTS = {"negative": "недоволен", "neutral": "спокоен", "positive": "доволен", "mixed": "и то и другое"}
ENTITIES = {
    "PER": "человек",
    "ORG": "организация",
    "LOC": "место",
    "SERVICE": "служба",
    "PROFESSION": "профессия",
    "BENEFIT": "выплата",
    "DOCUMENT": "документ",
}
Choice = Annotated[str, Query(max_length=500)]
PostId = Annotated[str, Query(alias="id", max_length=2_000)]


@router.get("/texts")
def room(
    request: Request,
    at: AtDesk,
    who: Reader,
    q: Choice = "",
    group: Choice = "",
    source: Choice = "",
    since: Choice = "",
    until: Choice = "",
    kind: Choice = "",
    sentiment: Choice = "",
    topic: Choice = "",
    after: Choice = "",
    piece: bool = False,
) -> Response:
    """The search with a page of answers; a ``piece`` is the answers alone, for the script."""
    asked: dict[str, Any] = {"q": q.strip(), "group": group, "source": source, "topic": topic}
    asked |= {"since": _day(since), "until": _day(until)}
    asked |= {"kind": kind if kind in KINDS else "", "sentiment": sentiment if sentiment in TONES else ""}
    wanted = terms(asked["q"])
    narrow: dict[str, Any] = {
        name: asked[name] or None for name in ("source", "since", "until", "kind", "sentiment", "topic")
    }
    where = Where(**narrow)
    found, following = api.search(at, wanted, where, group or None, after or None, SHOWN)
    cards = [card(one, wanted) for one in found]
    further = {name: value for name, value in asked.items() if value} | {"after": following}
    shown: dict[str, Any] = {"cards": cards, "sentiments": SENTIMENTS, "names": ENTITIES}
    shown["next"] = f"/texts?{urlencode(further)}" if following else None
    if piece:
        return render(request, "texts/cards.html", who, shown)
    shown |= {"asked": asked, "narrowed": any(asked.values()), "further": bool(after), **choices(at)}
    shown["waiting"] = api.awaken(at)
    return render(request, "texts/page.html", who, shown, room="texts")


@router.get("/texts/one")
def one(request: Request, at: AtDesk, who: Reader, post: PostId, piece: bool = False) -> Response:
    """A post as a whole."""
    known = at.store.search.one(post)
    if known is None:
        raise Problem(404, "Такого сообщения в хранилище нет, или оно ещё не разобрано.")
    shown = {"cards": [card(known, (), whole=True)], "sentiments": SENTIMENTS, "names": ENTITIES}
    template = "texts/cards.html" if piece else "texts/one.html"
    return render(request, template, who, shown, room="texts")


def card(found: Found, wanted: tuple[Term, ...], *, whole: bool = False) -> dict[str, Any]:
    """What the template shows of a post."""
    post, document = found.post, found.document
    reasons = [(s, found.topics.get(s.start)) for s in document.statements]
    shown = excerpt(post.text, document, hits(post.text, wanted), whole=whole)
    return {"post": post, "document": document, "excerpt": shown, "reasons": reasons, "whole": whole}


def choices(at: Desk) -> dict[str, Any]:
    """What the filters offer: groups by title, sources, topics."""
    from miner import pipeline

    known = pipeline.groups_of(at.store)
    names = {find_group(name, known).name for name in at.store.posts.groups()} | set(at.store.memberships.counts())
    titles = {name: find_group(name, known).title for name in names}
    return {
        "groups": dict(sorted(titles.items(), key=lambda pair: pair[1].casefold())),
        "sources": at.store.search.sources(),
        "topics": at.store.search.topics(),
    }


def _day(given: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        return None
