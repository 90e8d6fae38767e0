"""Texts: full-text search in Russian over what people wrote, personal data hidden."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from miner.errors import MinerError
from miner.records import Document, Kind, Post, Tone
from miner.store import Found, Where, terms
from miner.store.search import Term
from miner.web.access import AtDesk, Signed
from miner.web.desk import Desk
from miner.web.highlights import hits
from miner.web.paging import Cursor, Limit, Page, cursor, cut, number
from miner.web.problems import Problem, described

router = APIRouter(tags=["texts"])
Asked = Annotated[
    str, Query(max_length=500, description='Words in any form; "side by side"; -not; beginning*. Empty finds all.')
]
TextId = Annotated[str, Query(min_length=1, max_length=2_000, alias="id")]
Name = Annotated[str | None, Query(min_length=1, max_length=500)]
Day = Annotated[dt.date | None, Query()]
_filling = threading.Lock()


class Span(BaseModel):
    """Offsets into ``text``."""

    start: int
    end: int


class EntityOut(Span):
    label: str
    text: str
    norm: str


class MaskOut(Span):
    label: str


class StatementOut(Span):
    """``why`` names the cues that decided; ``topic`` is an id, ``topic_label`` what people call it."""

    text: str
    kind: Kind
    score: float
    sentiment: Tone
    why: list[str]
    topic: str | None
    topic_label: str | None


class TextOut(BaseModel):
    """A post as it may be read: hidden spans are covered at equal length, so offsets are the author's."""

    id: str
    text: str
    date: str | None
    url: str | None
    source: str | None
    group: str | None
    role: str
    relevant: bool
    relevance: float
    sentiment: Tone
    statements: list[StatementOut]
    entities: list[EntityOut]
    hidden: list[MaskOut]
    found: list[Span] = Field(description="Words of the query in the text.")


@router.get("/texts")
def texts(
    at: AtDesk,
    who: Signed,
    q: Asked = "",
    group: Name = None,
    source: Name = None,
    since: Day = None,
    until: Day = None,
    kind: Kind | None = None,
    sentiment: Tone | None = None,
    topic: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
    after: Cursor = None,
    limit: Limit = 20,
) -> Page[TextOut]:
    """Annotated posts that say and are what is asked, the latest first."""
    del who
    where = Where((), source, since, until, kind, sentiment, topic)
    wanted = terms(q)
    found, following = search(at, wanted, where, group, after, limit)
    return Page(items=[_out(one.post, one.document, one.topics, wanted) for one in found], next=following)


@router.get("/texts/one", responses=described(404))
def text(at: AtDesk, who: Signed, post: TextId) -> TextOut:
    """One post with all that was found in it."""
    del who
    known = at.store.search.one(post)
    if known is None:
        raise Problem(404, "Такого сообщения в хранилище нет, или оно ещё не разобрано.")
    return _out(known.post, known.document, known.topics, ())


def search(
    at: Desk, wanted: tuple[Term, ...], where: Where, group: str | None, after: str | None, limit: int
) -> tuple[list[Found], str | None]:
    """A page of what was found, and the cursor of the next one. ``group`` stands for all names it was collected by."""
    if group is not None:
        where = dataclasses.replace(where, groups=(group, *given_names(at).get(group, ())))
    before = None if after is None else number(after, 0)
    found, more = cut(at.store.search.find(wanted, where, before=before, limit=limit + 1), limit)
    return list(found), cursor(found[-1].place) if more else None


def given_names(at: Desk) -> Mapping[str, list[str]]:
    from miner import pipeline

    return pipeline.given_groups(at.store)


def awaken(at: Desk) -> int:
    """How many posts are not findable yet; they are made so behind people's backs, by one thread at a time."""
    waiting = at.store.search.waiting()
    if waiting and _filling.acquire(blocking=False):
        threading.Thread(target=_fill, args=(at,), daemon=True).start()
    return waiting


def _fill(at: Desk) -> None:
    try:
        # Whoever looks next tries again.
        with suppress(MinerError):
            at.store.search.fill()
    finally:
        _filling.release()


def _out(post: Post, document: Document, topics: Mapping[int, tuple[str, str]], wanted: tuple[Term, ...]) -> TextOut:
    shown: dict[str, Any] = {
        name: getattr(post, name) for name in ("id", "text", "date", "url", "source", "group", "role")
    }
    statements = []
    for s in document.statements:
        topic, label = topics.get(s.start, (None, None))
        statements.append(StatementOut(**s.to_json(), topic=topic, topic_label=label))
    return TextOut(
        **shown,
        relevant=document.relevant,
        relevance=document.relevance,
        sentiment=document.sentiment.label,
        statements=statements,
        entities=[EntityOut(**e.to_json()) for e in document.entities],
        hidden=[MaskOut(**m.to_json()) for m in document.pii],
        found=[Span(start=start, end=end) for start, end in hits(post.text, wanted)],
    )
