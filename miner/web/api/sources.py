"""Sources: a look at an address, when it is crawled, what crawls bring, the ledger, and the runs as they happen."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from miner.crawling import set_up
from miner.errors import BadInput
from miner.service import progress
from miner.service.bell import ask
from miner.service.schedule import Schedule, parse
from miner.service.scheduler import of_source
from miner.store import Overtaken, Run, Source, Store
from miner.web import preview
from miner.web.access import AtDesk, Caller, Signed, allow
from miner.web.desk import Desk, now
from miner.web.paging import Cursor, Limit, Page, cursor, cut, number
from miner.web.problems import Problem, described
from miner.web.repeats import IdempotencyKey, Once
from miner.web.troubles import Trouble, explained
from miner.web.versions import IfMatch, check_match, conflict, etag

router = APIRouter(tags=["sources"], route_class=Once)
Name = Annotated[str, Path(min_length=1, max_length=200)]
Analyst = Annotated[Caller, allow("analyst")]
Collector = Literal["forum", "discourse", "wordpress", "page", "feed", "telegram", "vk", "ok", "youtube"]
Words = Annotated[str, Field(max_length=200)]
EXAMPLES = "«каждый день в 03:00», «по будням каждые 4 часа», «по понедельникам в 9 утра» или cron «0 3 * * 1-5»"
DAYS = 30
# Crawls of a source that its sparkline looks back on, at most.
_RUNS = 500
# A browser opens its line anew after so many seconds, and shows its session again.
LINE = 600.0
_counted: WeakKeyDictionary[Store, dict[str, tuple[tuple[int, date], tuple[int, ...]]]] = WeakKeyDictionary()
State = Literal["active", "failing", "paused", "waiting", "running"]
MANNERS = ("delay", "pages", "megabytes", "hours")


class Manners(BaseModel):
    """How and when a source is asked. ``schedule`` in words or cron; ``hours`` such as 22-6."""

    model_config = ConfigDict(extra="forbid")

    group: Words | None = None
    basis: Words | None = None
    schedule: Words | None = None
    timezone: Words | None = None
    hours: str | None = Field(None, pattern=r"^(?:(?:[01]?\d|2[0-3])-(?:[01]?\d|2[0-3]))?$")
    delay: float | None = Field(None, ge=0, le=3_600)
    pages: int | None = Field(None, ge=1, le=1_000_000)
    megabytes: int | None = Field(None, ge=1, le=100_000)


class NewSource(Manners):
    """A source of an address on the web; files are given on the command line."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w][\w .-]*$")
    collector: Collector
    address: str = Field(min_length=1, max_length=2_000)


class NewLook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    address: str = Field(min_length=1, max_length=2_000)


class Pause(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str | None = Field(None, max_length=200)


class TroubleOut(BaseModel):
    """What happened, what to do, and the message as it was said."""

    what: str
    todo: str
    said: str


class RunOut(BaseModel):
    """A piece of work; ``trouble`` when it failed. ``counts`` has ``new``, ``changed``, ``failed`` of a crawl."""

    id: int
    kind: str
    subject: str
    status: Literal["due", "leased", "done", "failed"]
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, Any]
    trouble: TroubleOut | None


class SourceOut(BaseModel):
    """``words`` is the schedule as a person says it, ``days`` the new posts of each of the last thirty days."""

    name: str
    collector: str
    targets: list[str]
    group: str | None
    basis: str | None
    schedule: str | None
    words: str
    timezone: str | None
    options: dict[str, Any]
    state: State
    next_at: datetime | None
    failures: int
    trouble: TroubleOut | None
    last: RunOut | None
    days: list[int]
    etag: str


class ShownOut(BaseModel):
    text: str
    author: str | None
    date: str | None
    title: str | None
    url: str | None


class RobotsOut(BaseModel):
    allowed: bool
    said: str
    delay: float


class LookOut(BaseModel):
    """Who would read the address, five posts as they were parsed, and what robots.txt says."""

    address: str
    name: str
    collector: str | None
    engine: str
    posts: list[ShownOut]
    robots: RobotsOut | None
    trouble: TroubleOut | None


class ScheduleOut(BaseModel):
    words: str
    timezone: str
    next: list[datetime]


class LineOut(BaseModel):
    """A line of the ledger."""

    at: datetime | None
    url: str
    outcome: str
    status: int | None
    size: int | None
    seconds: float | None
    robots: str | None
    basis: str | None
    note: str | None
    run: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A source as the room shows it."""

    source: Source
    words: str
    next_at: datetime | None
    state: State
    run: Run | None
    last: Run | None
    trouble: Trouble | None
    days: tuple[int, ...]
    etag: str


# -- sources --


@router.get("/sources")
def sources(at: AtDesk, who: Signed) -> list[SourceOut]:
    """All sources by name."""
    del who
    return [out(row) for row in rows(at)]


@router.post("/sources", status_code=201, responses=described(409))
def add(at: AtDesk, who: Analyst, response: Response, body: NewSource, key: IdempotencyKey = None) -> SourceOut:
    """Add a source. It is crawled by its schedule, and when somebody asks for it."""
    del key
    address = preview.checked(body.address, at.settings)
    check_schedule(at, body.schedule, body.timezone, body.hours)
    made = _usable(
        Source(
            name=" ".join(body.name.split()),
            collector=body.collector,
            targets=(address,),
            options=_manners(body),
            group=body.group or None,
            schedule=body.schedule or None,
            timezone=body.timezone or None,
            basis=body.basis or None,
        )
    )
    if any(known.name == made.name for known in at.store.sources.list()):
        raise Problem(409, f"Источник «{made.name}» уже есть. Назовите новый иначе.")
    added = at.store.sources.add(made)
    at.store.audit.write(who.name, "add", f"source:{added.name}", after=_told(added))
    row = row_of(at, added.name)
    response.headers["ETag"] = row.etag
    return out(row)


@router.post("/sources/preview", responses=described(429))
def look(at: AtDesk, who: Analyst, body: NewLook, key: IdempotencyKey = None) -> LookOut:
    """Look at an address: who would read it, five posts, robots.txt. Takes half a minute at most, keeps nothing."""
    del key, who
    return LookOut.model_validate(preview.look(body.address, at.settings, at.store.keys.key), from_attributes=True)


@router.get("/schedule")
def schedule(
    at: AtDesk,
    who: Signed,
    text: Annotated[str, Query(max_length=200)],
    timezone: Annotated[str | None, Query(max_length=100)] = None,
    hours: Annotated[str | None, Query(max_length=10)] = None,
) -> ScheduleOut:
    """A schedule as it is understood, and its next three times."""
    del who
    read = check_schedule(at, text, timezone, hours)
    if read is None:
        return ScheduleOut(words="без расписания, только вручную", timezone=at.settings.service.timezone, next=[])
    moments, after = [], now()
    for _ in range(3):
        after = read.next(after)
        moments.append(after)
    return ScheduleOut(words=read.words(), timezone=read.timezone, next=moments)


@router.get("/sources/{name}", responses=described(404))
def source(at: AtDesk, who: Signed, response: Response, name: Name) -> SourceOut:
    """A source; its ETag is what a change names in If-Match."""
    del who
    row = row_of(at, name)
    response.headers["ETag"] = row.etag
    return out(row)


@router.put("/sources/{name}", responses=described(404, 409, 428))
def change(
    at: AtDesk,
    who: Analyst,
    response: Response,
    name: Name,
    body: Manners,
    match: IfMatch = None,
    key: IdempotencyKey = None,
) -> SourceOut:
    """Set up anew how and when a source is asked; where it is and who reads it stays."""
    del key
    row = row_of(at, name)
    yours = body.model_dump(mode="json", exclude_none=True)
    check_match(match, row.etag, now=out(row).model_dump(mode="json"), yours=yours)
    check_schedule(at, body.schedule, body.timezone, body.hours)
    seen = row.source
    kept = {option: value for option, value in seen.options.items() if option not in MANNERS}
    wanted = dataclasses.replace(
        seen,
        options=kept | _manners(body),
        group=body.group or None,
        basis=body.basis or None,
        schedule=body.schedule or None,
        timezone=body.timezone or None,
    )
    try:
        changed = at.store.sources.change(_usable(wanted), seen=seen)
    except Overtaken as error:
        there = row_of(at, name)
        raise conflict(there.etag, now=out(there).model_dump(mode="json"), yours=yours) from error
    at.store.audit.write(who.name, "change", f"source:{name}", before=_told(seen), after=_told(changed))
    after = row_of(at, name)
    response.headers["ETag"] = after.etag
    return out(after)


@router.delete("/sources/{name}", status_code=204, responses=described(404, 409, 428))
def remove(at: AtDesk, who: Analyst, name: Name, match: IfMatch = None, key: IdempotencyKey = None) -> None:
    """Crawl a source no more. Its posts stay; the addresses that were found go."""
    del key
    row = row_of(at, name)
    check_match(match, row.etag, now=out(row).model_dump(mode="json"), yours={"remove": True})
    at.store.sources.remove(name)
    at.store.audit.write(who.name, "remove", f"source:{name}", before=_told(row.source))


@router.post("/sources/{name}/runs", status_code=202, responses=described(404))
def run_now(at: AtDesk, who: Analyst, name: Name, key: IdempotencyKey = None) -> RunOut:
    """Crawl a source as soon as a worker is free; one that is being crawled is crawled once more after it."""
    del key
    row = row_of(at, name)
    if row.source.paused_at is not None:
        raise Problem(422, "Источник на паузе. Сначала возобновите его.")
    run = ask(at.store, "crawl", name)
    at.store.audit.write(who.name, "run", f"source:{name}")
    return run_out(run)


@router.post("/sources/{name}/pause", responses=described(404))
def pause(at: AtDesk, who: Analyst, name: Name, body: Pause, key: IdempotencyKey = None) -> SourceOut:
    """Leave a source alone until it is resumed."""
    del key
    row_of(at, name)
    reason = (body.reason or "").strip()
    at.store.sources.pause(name, f"вручную, {who.name}" + (f": {reason}" if reason else ""))
    at.store.audit.write(who.name, "pause", f"source:{name}", after={"reason": reason})
    return out(row_of(at, name))


@router.post("/sources/{name}/resume", responses=described(404))
def resume(at: AtDesk, who: Analyst, name: Name, key: IdempotencyKey = None) -> SourceOut:
    """Let a source be crawled again; its failures are forgiven."""
    del key
    before = row_of(at, name).source.pause_reason
    at.store.sources.resume(name)
    at.store.audit.write(who.name, "resume", f"source:{name}", before={"reason": before})
    return out(row_of(at, name))


@router.get("/sources/{name}/runs", responses=described(404))
def runs_of(at: AtDesk, who: Signed, name: Name, limit: Limit = 20) -> list[RunOut]:
    """The last crawls of a source, the latest first."""
    del who
    row_of(at, name)
    return [run_out(run) for run in at.store.runs.recent("crawl", name, limit)]


@router.get("/sources/{name}/ledger", responses=described(404))
def ledger(
    at: AtDesk,
    who: Signed,
    name: Name,
    outcome: Annotated[str | None, Query(max_length=50)] = None,
    address: Annotated[str | None, Query(max_length=200, description="A part of the address.")] = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> Page[LineOut]:
    """Every request and every skipped address of a source, the latest first."""
    del who
    row_of(at, name)
    before = number(after, -1)
    found = at.store.ledger.page(
        name, before=before if after else None, outcome=outcome or None, address=address or None, limit=limit + 1
    )
    page, more = cut(found, limit)
    lines = [LineOut.model_validate(entry, from_attributes=True) for _, entry in page]
    return Page(items=lines, next=cursor(page[-1][0]) if more else None)


# -- runs --


@router.get("/runs")
def runs(at: AtDesk, who: Signed) -> list[RunOut]:
    """What is due, under way, or has just ended, the latest first."""
    del who
    return [run_out(run) for run in reversed(progress.snapshot(at.store))]


@router.get("/runs/events", include_in_schema=False)
async def events(request: Request, at: AtDesk, who: Signed) -> StreamingResponse:
    """Server-sent events named ``run``: each a run that changed, as GET /runs shows it."""
    del who
    until = time.monotonic() + LINE

    async def gone() -> bool:
        return time.monotonic() > until or await request.is_disconnected()

    lines = progress.events(at.store, gone=gone, poll=2.0)
    return StreamingResponse(lines, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


# -- what pages share with the API --


def rows(at: Desk) -> list[Row]:
    """All sources as the room shows them."""
    open_ = {run.subject: run for run in at.store.runs.open() if run.kind == "crawl"}
    return [_row(at, source, open_.get(source.name)) for source in at.store.sources.list()]


def row_of(at: Desk, name: str) -> Row:
    """Raises Problem 404."""
    try:
        found = at.store.sources.get(name)
    except BadInput as error:
        raise Problem(404, f"Источника «{name}» нет.") from error
    run = next((r for r in at.store.runs.recent("crawl", name, 1) if r.status in {"due", "leased"}), None)
    return _row(at, found, run)


def check_schedule(at: Desk, text: str | None, timezone: str | None, hours: str | None) -> Schedule | None:
    """The schedule, None when there is none. Raises Problem 422 that says how to write one."""
    if not text or not text.strip():
        return None
    try:
        return parse(text, timezone or at.settings.service.timezone, hours=hours or at.settings.fetch.hours)
    except BadInput as error:
        said = str(error)
    if "time zone" in said:
        raise Problem(422, f"Часового пояса «{timezone}» нет. Пишите, например: Europe/Moscow, Asia/Omsk.", said=said)
    if "allowed hours" in said:
        raise Problem(422, "Часы не поняты: нужны два разных часа суток, например 22-6.", said=said)
    if "never comes" in said:
        raise Problem(422, f"«{text}»: такого дня не бывает.", said=said)
    if "such parts" in said:
        allowed = "каждые 1, 2, 3, 4, 6, 8, 12 часов или 5, 6, 10, 12, 15, 20, 30 минут"
        raise Problem(422, f"«{text}»: сутки на такие части не делятся. Можно {allowed}.", said=said)
    raise Problem(422, f"«{text}»: непонятно, когда. Пишите, например: {EXAMPLES}.", said=said)


def out(row: Row) -> SourceOut:
    s = row.source
    return SourceOut(
        name=s.name,
        collector=s.collector,
        targets=list(s.targets),
        group=s.group,
        basis=s.basis,
        schedule=s.schedule,
        words=row.words,
        timezone=s.timezone,
        options=dict(s.options),
        state=row.state,
        next_at=row.next_at,
        failures=s.failures,
        trouble=TroubleOut.model_validate(row.trouble, from_attributes=True) if row.trouble else None,
        last=run_out(row.last) if row.last else None,
        days=list(row.days),
        etag=row.etag,
    )


def run_out(run: Run) -> RunOut:
    trouble = explained(run.error)
    return RunOut(
        id=run.id,
        kind=run.kind,
        subject=run.subject,
        status=run.status,
        due_at=run.due_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        counts=dict(run.counts),
        trouble=TroubleOut.model_validate(trouble, from_attributes=True) if trouble else None,
    )


def _row(at: Desk, source: Source, run: Run | None) -> Row:
    found = at.store.runs.recent("crawl", source.name, 5)
    last = next((r for r in found if r.status in {"done", "failed"}), None)
    words, next_at = _planned(at, source)
    failed = explained(last.error) if last and last.status == "failed" and source.failures else None
    trouble = failed
    state: State = "failing" if source.failures else "active"
    if run is not None and (run.status == "leased" or run.due_at <= now()):
        state = "running" if run.status == "leased" else "waiting"
    elif source.paused_at is not None:
        state, trouble = "paused", explained(source.pause_reason) or failed
    tag = etag("source", source.name, source.collector, source.targets, dict(source.options), source.group,
               source.schedule, source.timezone, source.basis)  # fmt: skip
    return Row(source, words, next_at, state, run, last, trouble, _days(at.store, source.name, last), tag)


def _planned(at: Desk, source: Source) -> tuple[str, datetime | None]:
    if source.schedule is None:
        return "без расписания, только вручную", None
    try:
        schedule = of_source(source, at.settings)
    except BadInput:
        return f"расписание не понято: {source.schedule}", None
    if source.paused_at is not None:
        return schedule.words(), None
    return schedule.words(), source.due_at or schedule.next(now())


def _days(store: Store, name: str, last: Run | None) -> tuple[int, ...]:
    """New posts of each of the last days, the oldest first; counted anew after a crawl and after midnight."""
    today = now().date()
    known = _counted.setdefault(store, {})
    place = (last.id if last else 0, today)
    if name in known and known[name][0] == place:
        return known[name][1]
    counts = [0] * DAYS
    for run in store.runs.recent("crawl", name, _RUNS):
        if run.finished_at is not None:
            ago = (today - run.finished_at.astimezone(UTC).date()) // timedelta(days=1)
            if 0 <= ago < DAYS:
                counts[DAYS - 1 - ago] += int(run.counts.get("new", 0) or 0)
    known[name] = (place, tuple(counts))
    return known[name][1]


def _manners(body: Manners) -> dict[str, Any]:
    return {name: value for name in MANNERS if (value := getattr(body, name)) not in {None, ""}}


def _usable(source: Source) -> Source:
    """The source, when its collector takes its options. Raises Problem 422."""
    try:
        _, made = set_up(source)
    except BadInput as error:
        raise Problem(422, f"Так источник не настроить: {error}") from error
    kept = made.model_dump(mode="json", exclude_unset=True, exclude={"group", "basis"})
    return dataclasses.replace(source, options=kept)


def _told(source: Source) -> Mapping[str, Any]:
    names = ("collector", "targets", "options", "group", "schedule", "timezone", "basis")
    told = {name: getattr(source, name) for name in names}
    return told | {"targets": list(source.targets), "options": dict(source.options)}
