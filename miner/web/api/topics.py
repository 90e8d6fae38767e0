"""Topics: the map, the list, one topic, people's decisions on them, and how far two reviewers agree."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from miner.errors import BadInput
from miner.records import KINDS, Decision, Kind
from miner.review import agreement
from miner.store import Overtaken
from miner.web.access import AtDesk, Caller, Signed, allow
from miner.web.atlas import Sheet, Shown
from miner.web.desk import Desk, now
from miner.web.paging import Cursor, Limit, Page, cursor, cut, number
from miner.web.problems import Problem, described
from miner.web.repeats import IdempotencyKey, Once
from miner.web.versions import IfMatch, check_match, conflict

router = APIRouter(tags=["topics"], route_class=Once)
Name = Annotated[str, Path(min_length=1, max_length=40)]
Researcher = Annotated[Caller, allow("researcher")]
TextId = Annotated[str, Field(min_length=1, max_length=2_000)]
Texts = Annotated[list[TextId], Field(min_length=1, max_length=2_000)]
# A proposed split looks at so many statements; a sample for two reviewers has so many.
SPLIT_OF = 2_000
SAMPLE = 40
FEWEST_TO_SPLIT = 4


class TopicOut(BaseModel):
    """``share`` is of all statements; ``trend`` how it changed within half a year; ``fit`` how alike its texts are."""

    id: str
    label: str
    description: str
    keywords: list[str]
    size: int
    people: int
    share: float
    trend: float | None
    fit: float
    loose: bool
    refits: int
    event: str
    pinned: bool
    rejected: bool
    merged: list[str]
    parent: str | None
    groups: dict[str, int]
    kinds: dict[str, int]
    etag: str


class Whole(TopicOut):
    """``months`` are counts by month, ``near`` the topics that lie nearest, ``branch`` those that belong with it."""

    months: dict[str, int]
    near: list[str]
    branch: list[str]


class MapOut(BaseModel):
    """All statements in columns of equal length; ``x`` and ``y`` lie within 0..65535, ``topic`` is -1 for none."""

    topics: list[str]
    labels: list[str]
    groups: list[str]
    kinds: list[Kind]
    first_month: int = Field(description="Months since the year 0 of month 0.")
    x: list[int]
    y: list[int]
    topic: list[int]
    group: list[int]
    kind: list[int]
    month: list[int]
    etag: str


class SaidOut(BaseModel):
    """A statement, personal data hidden."""

    id: str
    text: str
    kind: Kind
    group: str | None
    date: str | None
    url: str | None
    source: str | None
    topic: str | None


class NewDecision(BaseModel):
    """``label`` for rename (and a split), ``description`` for describe, ``topics`` for merge, ``texts`` for split."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["rename", "describe", "merge", "split", "pin", "reject"]
    label: str | None = Field(None, min_length=1, max_length=120, pattern=r"\S")
    description: str | None = Field(None, min_length=1, max_length=2_000, pattern=r"\S")
    topics: Annotated[list[Annotated[str, Field(max_length=40)]] | None, Field(min_length=1, max_length=50)] = None
    texts: Annotated[list[TextId] | None, Field(min_length=1, max_length=10_000)] = None
    reason: str | None = Field(None, max_length=1_000)


class NewMove(BaseModel):
    """Statements that people put into ``topic``, or call noise when it is null."""

    model_config = ConfigDict(extra="forbid")

    texts: Annotated[list[TextId], Field(min_length=1, max_length=500)]
    topic: str | None = Field(max_length=40)


class Moved(BaseModel):
    decisions: list[str]


class DecisionOut(BaseModel):
    """``label`` says what it is about; ``in_force`` is false once it was undone."""

    id: str
    at: str
    who: str
    action: str
    target: str
    label: str
    in_force: bool


class EventOut(BaseModel):
    event: str
    before: list[str]
    after: list[str]
    labels: dict[str, str]


class Refit(BaseModel):
    """What the last refit changed, and that every decision still holds."""

    at: str | None
    events: list[EventOut]
    decisions: int


class Part(BaseModel):
    """One half of a proposed split."""

    texts: list[str]
    keywords: list[str]
    quotes: list[str]


class Proposal(BaseModel):
    parts: list[Part]


class SampleItem(BaseModel):
    """Does the statement belong to the topic? ``yours`` is what you said."""

    text: str
    said: str
    topic: str
    label: str
    yours: bool | None


class Rating(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: TextId
    topic: str = Field(min_length=1, max_length=40)
    fits: bool


class PairOut(BaseModel):
    """Cohen's kappa of two reviewers over what both have judged; null when it says nothing yet."""

    one: str
    other: str
    both: int
    agreed: float
    kappa: float | None


@router.get("/topics")
def topics(at: AtDesk, who: Signed, group: str | None = None, kind: Kind | None = None) -> list[TopicOut]:
    """All topics, the largest first; those of a group or a kind only."""
    del who
    sheet = at.atlas.sheet()
    found = sheet.topics.values() if sheet else ()
    return [
        _out(topic)
        for topic in found
        if (group is None or group in topic.groups) and (kind is None or kind in topic.kinds)
    ]


@router.get("/topics/tree")
def tree(at: AtDesk, who: Signed) -> list[list[str]]:
    """Topics in branches of those that belong together; neighbouring branches are akin."""
    del who
    sheet = at.atlas.sheet()
    return sheet.branches if sheet else []


@router.get("/topics/map")
def drawn(at: AtDesk, who: Signed, response: Response) -> MapOut:
    """Where every statement lies."""
    del who
    sheet = _sheet(at)
    s = sheet.statements
    first = int(s.month.min(initial=0)) if len(s.month) else 0
    low, high = (s.points[:, :2].min(0), s.points[:, :2].max(0)) if len(s.points) else (np.zeros(2), np.ones(2))
    scale = 65_535 / max(float((high - low).max()), 1e-6)
    places = ((s.points[:, :2] - low) * scale).astype(np.int64)
    response.headers["ETag"] = sheet.etag
    return MapOut(
        topics=sheet.order,
        labels=[sheet.topics[name].label for name in sheet.order],
        groups=list(s.groups),
        kinds=list(KINDS),
        first_month=first,
        x=places[:, 0].tolist(),
        y=places[:, 1].tolist(),
        topic=sheet.own.tolist(),
        group=s.group.tolist(),
        kind=s.kind.tolist(),
        month=(s.month - first).tolist(),
        etag=sheet.etag,
    )


@router.get("/topics/map/statements")
def on_map(
    at: AtDesk,
    who: Signed,
    row: Annotated[list[Annotated[int, Field(ge=0, le=2**31)]], Query(min_length=1, max_length=50)],
) -> list[SaidOut]:
    """The statements of some points of the map, by their rows."""
    del who
    sheet = _sheet(at)
    texts = [sheet.statements.texts[one] for one in row if one < len(sheet.statements.texts)]
    return _said(at, sheet, texts)


@router.get("/topics/decisions")
def decisions(at: AtDesk, who: Signed, after: Cursor = None, limit: Limit = 50) -> Page[DecisionOut]:
    """What people decided on topics, the latest first."""
    del who
    sheet = _sheet(at)
    log = sheet.registry.log[::-1]
    first = number(after, 0)
    page, more = cut(log[first : first + limit + 1], limit)
    standing = {decision.id for decision in sheet.registry.in_force()}
    undone = {decision.target for decision in log if decision.action == "undo"}
    return Page(
        items=[
            DecisionOut(
                id=d.id,
                at=d.at,
                who=d.who,
                action=d.action,
                target=d.target,
                label=_about(sheet, d),
                in_force=d.id in standing or (d.action == "undo" and d.id not in undone),
            )
            for d in page
        ],
        next=cursor(first + len(page)) if more else None,
    )


@router.get("/topics/refit")
def last_refit(at: AtDesk, who: Signed) -> Refit:
    """What the last refit changed."""
    del who
    sheet = _sheet(at)
    when = sheet.lineage[-1].at if sheet.lineage else None
    events = [event for event in sheet.lineage if event.at == when and event.event != "continued"]
    return Refit(
        at=when.isoformat() if when else None,
        events=[
            EventOut(
                event=event.event,
                before=list(event.before),
                after=list(event.after),
                labels={name: label(sheet, name) for name in (*event.before, *event.after)},
            )
            for event in events
        ],
        decisions=sum(1 for _ in sheet.registry.in_force()),
    )


@router.get("/topics/agreement")
def agreements(at: AtDesk, who: Signed) -> list[PairOut]:
    """How far each two reviewers agree on what they both have judged: Cohen's kappa."""
    del who
    said = _ratings(at)
    return [PairOut(**dataclasses.asdict(pair)) for pair in agreement.pairs(said)]


@router.get("/topics/sample")
def sample(at: AtDesk, who: Signed) -> list[SampleItem]:
    """Statements of all topics that every reviewer is asked about, the same for all until topics are found anew."""
    sheet = _sheet(at)
    chosen = _sample(sheet)
    mine = _ratings(at).get(who.name, {})
    there = at.store.documents.said(list(chosen))
    return [
        SampleItem(
            text=text, said=there[text][1].text, topic=topic, label=label(sheet, topic), yours=mine.get((text, topic))
        )
        for text, topic in chosen.items()
        if text in there
    ]


@router.post("/topics/ratings", status_code=201)
def rate(at: AtDesk, who: Researcher, body: Rating, key: IdempotencyKey = None) -> Rating:
    """Say whether a statement belongs to its topic; the last word of a person counts."""
    del key
    sheet = _sheet(at)
    if body.text not in sheet.statements.place or body.topic not in sheet.topics:
        raise Problem(422, "Такого высказывания или такой темы нет.")
    when = now().isoformat(timespec="microseconds")
    name = f"rate-{when}-{who.name}-{body.text}"
    data = {"topic": body.topic, "fits": body.fits}
    at.store.decisions.append(Decision(name, when, who.name, RATE, body.text, data))
    return body


@router.post("/topics/moves", status_code=201)
def move(at: AtDesk, who: Researcher, body: NewMove, key: IdempotencyKey = None) -> Moved:
    """Put statements into a topic, or call them noise; no refit moves them again."""
    del key
    before = _sheet(at).shown
    try:
        made, _ = at.atlas.move(body.texts, body.topic, who=who.name, at=now().isoformat(timespec="microseconds"))
    except BadInput as error:
        raise Problem(422, str(error)) from error
    for decision in made:
        about = f"statement:{decision.target}"
        at.store.audit.write(
            who.name, f"topic.{decision.action}", about, before=before.get(decision.target), after=body.topic
        )
    return Moved(decisions=[decision.id for decision in made])


@router.post("/topics/undo/{decision}", responses=described(404))
def undo(
    at: AtDesk, who: Researcher, decision: Annotated[str, Path(max_length=100)], key: IdempotencyKey = None
) -> DecisionOut:
    """Take a decision back; whatever it had changed is as it was."""
    del key
    sheet = _sheet(at)
    known = next((d for d in sheet.registry.log if d.id == decision), None)
    if known is None:
        raise Problem(404, f"Решения «{decision}» нет.")
    made, sheet = _decided(at, who, "undo", decision, {})
    at.store.audit.write(who.name, "topic.undo", f"decision:{decision}", before={"action": known.action})
    return DecisionOut(
        id=made.id, at=made.at, who=made.who, action="undo", target=decision, label=_about(sheet, known), in_force=True
    )


@router.get("/topics/{topic}", responses=described(404))
def topic(at: AtDesk, who: Signed, response: Response, topic: Name) -> Whole:
    """One topic; its ETag is what a decision names in If-Match."""
    del who
    sheet = _sheet(at)
    shown = _topic(sheet, topic)
    response.headers["ETag"] = shown.etag
    months = {f"{month // 12}-{month % 12 + 1:02}": count for month, count in shown.months.items()}
    return Whole(**_out(shown).model_dump(), months=months, near=near(sheet, topic), branch=branch(sheet, topic))


@router.get("/topics/{topic}/statements", responses=described(404))
def statements(
    at: AtDesk, who: Signed, topic: Name, kind: Kind | None = None, after: Cursor = None, limit: Limit = 50
) -> Page[SaidOut]:
    """The statements of a topic, the most typical first."""
    del who
    sheet = _sheet(at)
    _topic(sheet, topic)
    rows = sheet.rows_of(topic)
    if kind is not None:
        rows = rows[sheet.statements.kind[rows] == KINDS.index(kind)]
    first = number(after, 0)
    page, more = cut(rows[first : first + limit + 1].tolist(), limit)
    texts = [sheet.statements.texts[row] for row in page]
    return Page(items=_said(at, sheet, texts), next=cursor(first + limit) if more else None)


@router.get("/topics/{topic}/split", responses=described(404))
def proposed_split(at: AtDesk, who: Signed, topic: Name) -> Proposal:
    """Two halves that differ the most, for a person to look at."""
    del who
    from miner.topics import dividing

    sheet = _sheet(at)
    _topic(sheet, topic)
    texts = [sheet.statements.texts[row] for row in sheet.rows_of(topic)[:SPLIT_OF]]
    there = at.store.documents.said(texts)
    if len(there) < FEWEST_TO_SPLIT:
        return Proposal(parts=[])
    found = dividing.halves({text: statement.text for text, (_, statement) in there.items()}, at.settings)
    return Proposal(
        parts=[
            Part(texts=half.texts, keywords=half.keywords, quotes=[there[text][1].text for text in half.texts[:3]])
            for half in found
        ]
    )


@router.post("/topics/{topic}/decisions", responses=described(404, 409, 428))
def decide(
    at: AtDesk,
    who: Researcher,
    response: Response,
    topic: Name,
    body: NewDecision,
    match: IfMatch = None,
    key: IdempotencyKey = None,
) -> TopicOut:
    """Rename, describe, merge, split, pin or reject a topic. It holds after every refit."""
    del key
    shown = _topic(_sheet(at), topic)
    yours = body.model_dump(exclude_none=True)
    check_match(match, shown.etag, now=_out(shown).model_dump(), yours=yours)
    data = body.model_dump(exclude_none=True, exclude={"action"})
    last = {topic: at.atlas.last(topic)}
    try:
        _, sheet = _decided(at, who, body.action, topic, data, last)
    except Overtaken as error:
        there = _topic(_sheet(at), topic)
        raise conflict(there.etag, now=_out(there).model_dump(), yours=yours) from error
    after = sheet.topics.get(topic) or sheet.topics.get(sheet.registry.overlay().root(topic)) or shown
    told = {"label": shown.label, "description": shown.description, "size": shown.size}
    at.store.audit.write(
        who.name,
        f"topic.{body.action}",
        f"topic:{topic}",
        before=told,
        after={"label": after.label, "description": after.description, "size": after.size} | _brief(data),
    )
    response.headers["ETag"] = after.etag
    return _out(after)


RATE = "rate"


def _ratings(at: Desk) -> dict[str, dict[tuple[str, str], bool]]:
    """What each person said of each statement and topic, the last word."""
    said: dict[str, dict[tuple[str, str], bool]] = defaultdict(dict)
    for decision in at.store.decisions.all():
        if decision.action == RATE:
            said[decision.who][decision.target, str(decision.data["topic"])] = bool(decision.data["fits"])
    return said


def _sample(sheet: Sheet) -> dict[str, str]:
    """Texts and their topics: each topic has its turn, the same texts for everybody."""
    rows = {name: sheet.rows_of(name) for name in sheet.order if sheet.topics[name].size}
    chosen: dict[str, str] = {}
    random = np.random.default_rng(42)
    order = {name: random.permutation(own) for name, own in rows.items()}
    for turn in range(SAMPLE):
        for name, own in order.items():
            if turn < len(own) and len(chosen) < SAMPLE:
                chosen[sheet.statements.texts[int(own[turn])]] = name
    return chosen


def _decided(
    at: Desk, who: Caller, action: str, target: str, data: dict[str, Any], last: dict[str, str | None] | None = None
) -> tuple[Decision, Sheet]:
    """Raises Problem 422 when the decision makes no sense."""
    try:
        return at.atlas.decide(
            action, target, who=who.name, at=now().isoformat(timespec="microseconds"), last=last, **data
        )
    except BadInput as error:
        raise Problem(422, str(error)) from error


def near(sheet: Sheet, topic: str, count: int = 5) -> list[str]:
    """The topics whose middles lie nearest on the map."""
    if topic not in sheet.order:
        return []
    places = sheet.middles
    away = np.linalg.norm(places - places[sheet.order.index(topic)], axis=1)
    order = [place for place in np.argsort(away) if np.isfinite(away[place])]
    return [sheet.order[place] for place in order if sheet.order[place] != topic][:count]


def branch(sheet: Sheet, topic: str) -> list[str]:
    """The other topics of its branch of the tree, the largest first."""
    own = next((branch for branch in sheet.branches if topic in branch), [])
    return [name for name in own if name != topic]


def label(sheet: Sheet, topic: str) -> str:
    """What a topic is or was called."""
    shown = sheet.topics.get(topic)
    if shown:
        return shown.label
    entry = sheet.registry.entries.get(topic)
    return sheet.registry.overlay().names.get(topic) or (entry.label if entry else "") or topic


def _about(sheet: Sheet, decision: Decision) -> str:
    if decision.action == "undo":
        known = next((d for d in sheet.registry.log if d.id == decision.target), None)
        return _about(sheet, known) if known else decision.target
    return label(sheet, decision.target)


def _sheet(at: Desk) -> Sheet:
    """Raises Problem 404 before topics were first found."""
    found = at.atlas.sheet()
    if found is None:
        raise Problem(404, "Тем пока нет: их находит служба, когда разобраны первые сообщения.")
    return found


def _topic(sheet: Sheet, name: str) -> Shown:
    """Raises Problem 404."""
    found = sheet.topics.get(name)
    if found is None:
        into = sheet.registry.overlay().root(name) if name in sheet.registry.entries else name
        more: dict[str, Any] = {"into": into} if into != name else {}
        raise Problem(404, f"Темы «{name}» нет: её объединили с другой, или в ней больше нет высказываний.", **more)
    return found


def _out(shown: Shown) -> TopicOut:
    return TopicOut.model_validate(shown, from_attributes=True)


def _said(at: Desk, sheet: Sheet, texts: Sequence[str]) -> list[SaidOut]:
    there = at.store.documents.said(texts)
    return [
        SaidOut(
            id=text,
            text=statement.text,
            kind=statement.kind,
            group=post.group,
            date=post.date,
            url=post.url,
            source=post.source,
            topic=sheet.shown.get(text),
        )
        for text, (post, statement) in there.items()
    ]


def _brief(data: dict[str, Any]) -> dict[str, Any]:
    """Data of a decision for the audit log: how many texts, not which."""
    return {name: len(value) if name == "texts" else value for name, value in data.items()}
