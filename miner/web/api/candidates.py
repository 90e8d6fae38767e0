"""Candidates and the decisions on them: the profile author's queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from miner import pipeline
from miner.records import Decision, Kind, Quote
from miner.store import Overtaken
from miner.web.access import AtDesk, Caller, Signed, allow
from miner.web.boards import Board, Card, State
from miner.web.desk import Desk, now
from miner.web.paging import Cursor, Limit, Page, cursor, cut, number
from miner.web.problems import Problem, described
from miner.web.repeats import IdempotencyKey, Once
from miner.web.versions import IfMatch, check_match, conflict

router = APIRouter(tags=["candidates"], route_class=Once)
Name = Annotated[str, Path(min_length=1, max_length=200)]
Author = Annotated[Caller, allow("author")]
Words = Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]


class GroupOut(BaseModel):
    """A client group and how many of its candidates are in which state."""

    name: str
    title: str
    counts: dict[State, int]


class SupportOut(BaseModel):
    authors: int
    statements: int
    threads: int
    sources: int
    months: int
    share: float
    ci: tuple[float, float]


class VerdictOut(BaseModel):
    action: str
    who: str
    at: str
    text: str | None
    reason: str | None
    into: str | None


class CandidateOut(BaseModel):
    """``text`` is the wording in force, ``said`` what was proposed."""

    id: str
    group: str
    kind: Kind
    state: State
    text: str
    said: str
    support: SupportOut
    specificity: float
    trend: float | None
    warnings: list[str]
    keywords: list[str]
    why: list[str]
    verdict: VerdictOut | None
    etag: str


class QuoteOut(BaseModel):
    doc_id: str
    start: int
    end: int
    quote: str
    date: str | None
    url: str | None
    source: str | None


class ContextOut(BaseModel):
    """The post around a quote, personal data hidden; offsets are into ``text``."""

    text: str
    start: int
    end: int
    title: str | None
    date: str | None
    url: str | None
    source: str | None


class NewDecision(BaseModel):
    """``text`` for edit, ``into`` (another candidate of the group) for merge, ``reason`` for any."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["accept", "edit", "merge", "reject", "later", "undo"]
    text: Words | None = None
    reason: str | None = Field(None, max_length=1_000)
    into: str | None = Field(None, min_length=1, max_length=200)


class NewLine(BaseModel):
    """A line from the staff's own experience."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    text: Words


class LineOut(BaseModel):
    id: str


@router.get("/groups")
def groups(at: AtDesk, who: Signed) -> list[GroupOut]:
    """The client groups that have candidates."""
    del who
    boards = at.boards
    shown = ((name, title, boards.of(name)) for name, title in boards.groups().items())
    return [GroupOut(name=n, title=t, counts=dict(board.counts())) for n, t, board in shown if board]


@router.get("/groups/{group}/candidates", responses=described(404))
def candidates(
    at: AtDesk,
    who: Signed,
    group: Name,
    kind: Kind | None = None,
    state: State | None = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[CandidateOut]:
    """A group's candidates, best first in each kind."""
    del who
    found = board_of(at, group).page(kind=kind, state=state, after=number(after, -1), limit=limit + 1)
    page, more = cut(found, limit)
    return Page(items=[out(card) for card in page], next=cursor(page[-1].number) if more else None)


@router.get("/candidates/{candidate}", responses=described(404))
def candidate(at: AtDesk, who: Signed, response: Response, candidate: Name) -> CandidateOut:
    """One candidate; its ETag is what a decision names in If-Match."""
    del who
    card = card_of(at, candidate)
    response.headers["ETag"] = card.etag
    return out(card)


@router.get("/candidates/{candidate}/quotes", responses=described(404))
def quotes(at: AtDesk, who: Signed, candidate: Name, after: Cursor = None, limit: Limit = 20) -> Page[QuoteOut]:
    """What people said, the most telling first, personal data hidden."""
    del who
    card_of(at, candidate)
    page, more = cut(at.store.candidates.quotes(candidate, after=number(after, -1), limit=limit + 1), limit)
    return Page(items=[_quote(quote) for _, quote in page], next=cursor(page[-1][0]) if more else None)


@router.get("/candidates/{candidate}/context", responses=described(404))
def context(
    at: AtDesk,
    who: Signed,
    candidate: Name,
    doc_id: Annotated[str, Query(max_length=2_000)],
    start: Annotated[int, Query(ge=0, le=2**31 - 1)],
) -> ContextOut:
    """The post around a quote of the candidate."""
    del who, candidate
    found = at.store.documents.shown(doc_id)
    if found is None or start > len(found[0].text):
        raise Problem(404, "Этого сообщения в хранилище больше нет.")
    post, document = found
    end = next((s.end for s in document.statements if s.start == start), start)
    told = {"title": post.title, "date": post.date, "url": post.url, "source": post.source}
    return ContextOut(text=post.text, start=start, end=end, **told)


@router.post("/candidates/{candidate}/decisions", responses=described(404, 409, 428))
def decide(
    at: AtDesk,
    who: Author,
    response: Response,
    candidate: Name,
    body: NewDecision,
    match: IfMatch = None,
    key: IdempotencyKey = None,
) -> CandidateOut:
    """Accept, edit, merge, reject, put off, or undo the last word. It holds after every refit."""
    del key
    card = card_of(at, candidate)
    yours = body.model_dump(exclude_none=True)
    if match and match != card.etag and _is_done(card, who, body):
        response.headers["ETag"] = card.etag
        return out(card)
    check_match(match, card.etag, now=_now(card), yours=yours)
    check(at, card, body)
    target = card.target if body.action == "undo" else card.candidate.id
    data: dict[str, Any] = {"text": body.text, "reason": body.reason, "into": body.into}
    if body.action == "undo":
        data = {"reason": body.reason}
        if card.verdict is None:
            raise Problem(422, "Отменять нечего: решения ещё нет.")
    try:
        made(at, who, lambda when: pipeline.decide(
            at.store, body.action, target, who=who.name, at=when, last=dict(card.last), **data
        ))  # fmt: skip
    except Overtaken as error:
        there = card_of(at, candidate)
        raise conflict(there.etag, now=_now(there), yours=yours) from error
    after = card_of(at, candidate)
    at.store.audit.write(who.name, body.action, f"candidate:{candidate}", before=_told(card), after=_told(after))
    response.headers["ETag"] = after.etag
    return out(after)


@router.post("/groups/{group}/lines", status_code=201)
def add_line(at: AtDesk, who: Author, group: Name, body: NewLine, key: IdempotencyKey = None) -> LineOut:
    """Add a line from the staff's own experience; it is marked as such in every profile of the group."""
    del key
    import uuid

    from miner.profiles import find_group

    target, name = f"line-{uuid.uuid4().hex[:12]}", find_group(group).name
    made(at, who, lambda when: pipeline.decide(
        at.store, "manual", target, who=who.name, at=when, group=name, kind=body.kind, text=body.text
    ))  # fmt: skip
    at.store.audit.write(
        who.name, "manual", f"line:{target}", after={"group": name, "kind": body.kind, "text": body.text}
    )
    return LineOut(id=target)


def made(at: Desk, who: Caller, decision: Callable[[str], Decision]) -> Decision:
    """A decision as of now; the language model looks for personal data, one thread at a time."""
    del who
    with at.language:
        return decision(now().isoformat(timespec="microseconds"))


def _is_done(card: Card, who: Caller, body: NewDecision) -> bool:
    """Whether this very decision is the last one: its answer was lost, and it comes again (RFC 9110, 13.1.1)."""
    last = card.verdict
    wanted = (who.name, body.action, body.text, body.reason, body.into)
    return last is not None and (last.who, last.action, last.text, last.reason, last.into) == wanted


def check(at: Desk, card: Card, body: NewDecision) -> None:
    """Raise Problem 422 for what the action lacks."""
    if body.action == "edit" and not body.text:
        raise Problem(422, "Правке нужны слова: пришлите text.")
    if body.action == "merge":
        host = at.boards.find(body.into) if body.into else None
        if host is None or host.candidate.group != card.candidate.group or host.candidate.id == card.candidate.id:
            raise Problem(422, "Объединить можно с другой строкой той же группы: пришлите её имя в into.")
        if host.state == "merged":
            raise Problem(422, "Та строка сама уже объединена с другой. Выберите ту, что осталась.")


def board_of(at: Desk, group: str) -> Board:
    """Raises Problem 404."""
    found = at.boards.of(group)
    if found is None:
        raise Problem(404, f"У группы «{group}» пока нет предложений.")
    return found


def card_of(at: Desk, candidate: str) -> Card:
    """Raises Problem 404."""
    found = at.boards.find(candidate)
    if found is None:
        raise Problem(404, f"Строки «{candidate}» нет: после пересчёта у строк новые имена. Обновите страницу.")
    return found


def out(card: Card) -> CandidateOut:
    c = card.candidate
    return CandidateOut(
        id=c.id,
        group=c.group,
        kind=c.kind,
        state=card.state,
        text=card.text,
        said=c.text,
        support=SupportOut(**c.support.to_json()),
        specificity=c.specificity,
        trend=c.trend,
        warnings=list(c.warnings),
        keywords=list(c.keywords),
        why=list(c.why),
        verdict=VerdictOut.model_validate(card.verdict, from_attributes=True) if card.verdict else None,
        etag=card.etag,
    )


def _quote(quote: Quote) -> QuoteOut:
    return QuoteOut.model_validate(quote, from_attributes=True)


def _now(card: Card) -> dict[str, Any]:
    return out(card).model_dump(mode="json")


def _told(card: Card) -> dict[str, Any]:
    told: dict[str, Any] = {"state": card.state, "text": card.text}
    if card.verdict:
        told |= {name: value for name in ("reason", "into") if (value := getattr(card.verdict, name))}
    return told
