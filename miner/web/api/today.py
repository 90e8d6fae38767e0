"""What is new since one's last visit, what waits, how the profiles stand, and which crawls need somebody."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Literal
from weakref import WeakKeyDictionary

from fastapi import APIRouter
from pydantic import BaseModel, Field

from miner.profiles import find_group
from miner.profiles.status import TARGET, Standing, standing
from miner.store import Source, Store
from miner.web.access import AtDesk, Caller, Signed
from miner.web.desk import Desk, now
from miner.web.troubles import Trouble, explained

router = APIRouter(tags=["today"])
# Whoever comes for the first time, or hasn't been here for long, hears of so much.
FIRST, LONGEST = dt.timedelta(days=7), dt.timedelta(days=60)
# People's last decisions among which new ones are looked for, and runs.
DECISIONS, RUNS = 2_000, 500
BY_HAND = ("by hand", "вручную")
# What a version of a profile says never changes, so it is read once.
_read: WeakKeyDictionary[Store, dict[tuple[str, int], Standing]] = WeakKeyDictionary()


class NewsOut(BaseModel):
    """``posts`` by group (under the empty name those of no group yet), ``topics`` by what a refit did to them."""

    posts: dict[str, int]
    decisions: dict[str, int] = Field(description="Of other people, by name.")
    refreshed: list[str] = Field(description="Groups whose candidates were found anew or have grown.")
    topics: dict[str, int]
    crawls: int
    versions: dict[str, int] = Field(description="New versions of profiles, by group.")


class WaitingOut(BaseModel):
    """Something for somebody of ``role`` to do; ``group`` where it is about one."""

    role: Literal["analyst", "researcher", "author"]
    what: Literal["candidates", "draft", "topics", "annotation"]
    group: str | None
    count: int
    later: int = 0


class StandingOut(BaseModel):
    """How a group's profile stands; ``age`` and ``evidence_age`` are days, ``stale`` is more than a year of either."""

    group: str
    title: str
    version: int
    status: str
    age: int | None
    evidence_age: int | None
    lines: int
    people: int
    stale: bool


class CrawlOut(BaseModel):
    """A source that needs somebody: what happened, what to do, and what the machine said."""

    source: str
    paused: bool
    failures: int
    what: str
    todo: str
    said: str


class TodayOut(BaseModel):
    """``ready`` profiles are there and no older than a year; the methodology wants ``target`` of them."""

    since: dt.datetime
    first: bool
    news: NewsOut
    waiting: list[WaitingOut]
    ready: int
    target: int
    groups: list[StandingOut]
    crawls: list[CrawlOut]


@router.get("/today")
def today(at: AtDesk, who: Signed) -> TodayOut:
    """What somebody of this role should know before beginning."""
    moment = now()
    before = who.user.visited_before
    since = max(before or moment - FIRST, moment - LONGEST)
    rows = list(standings(at, moment.date()))
    return TodayOut(
        since=since,
        first=before is None,
        news=_news(at, who, since),
        waiting=[one for one in _waiting(at, rows) if who.may(one.role)],
        ready=sum(bool(row.version) and not row.stale for row in rows),
        target=TARGET,
        groups=[StandingOut(**_fields(row)) for row in rows],
        crawls=list(_crawls(at.store)) if who.may("analyst") else [],
    )


def standings(at: Desk, day: dt.date) -> Iterator[Standing]:
    """How every group's profile stands, those that have one first, the oldest on top."""
    from miner import pipeline

    rows = []
    groups = pipeline.groups_of(at.store)
    groups |= {name: find_group(name, groups) for name in at.store.profiles.groups() if name not in groups}
    for name, group in groups.items():
        heads = at.store.profiles.list(name)
        if not heads:
            rows.append(Standing(name, group.title))
            continue
        read = _read.setdefault(at.store, {})
        last = heads[-1]
        known = read.get((name, last.version))
        if known is None:
            known = standing(group, at.store.profiles.version(name, last.version), EPOCH)
            read[name, last.version] = known
        days = (day - EPOCH).days
        ages = {n: a + days for n in ("age", "evidence_age") if (a := getattr(known, n)) is not None}
        rows.append(dataclasses.replace(known, status=last.status, **ages))
    yield from sorted(rows, key=lambda row: (not row.version, -(row.age or 0), row.title))


# Ages are kept as of this day and counted on from there.
EPOCH = dt.date(2000, 1, 1)


def _news(at: Desk, who: Caller, since: dt.datetime) -> NewsOut:
    store = at.store
    said = Counter(
        d.who for _, d in store.decisions.after(max(0, store.decisions.place() - DECISIONS)) if _when(d.at) > since
    )
    said.pop(who.name, None)
    ended = [run for run in store.runs.latest(RUNS) if run.kind == "crawl" and run.status == "done"]
    made: Counter[str] = Counter()
    for group in store.profiles.groups():
        made[group] = sum(_when(head.made) > since for head in store.profiles.list(group))
    return NewsOut(
        posts={group or "": count for group, count in store.posts.arrived(since).items()},
        decisions=dict(said.most_common()),
        refreshed=sorted(group for group, moment in store.candidates.groups().items() if moment > since),
        topics=store.topics.changes(since),
        crawls=sum(run.finished_at is not None and run.finished_at > since for run in ended),
        versions={group: count for group, count in made.items() if count},
    )


def _waiting(at: Desk, rows: list[Standing]) -> Iterator[WaitingOut]:
    for name in at.boards.groups():
        board = at.boards.of(name)
        counts = board.counts() if board else {}
        if counts.get("new") or counts.get("later"):
            new, later = counts.get("new", 0), counts.get("later", 0)
            yield WaitingOut(role="author", what="candidates", group=name, count=new, later=later)
    for row in rows:
        if row.version and row.status == "draft":
            yield WaitingOut(role="author", what="draft", group=row.group, count=row.version)
    joined, without = at.store.topics.loose()
    if without:
        yield WaitingOut(role="researcher", what="topics", group=None, count=without, later=joined)
    if unread := at.store.documents.waiting():
        yield WaitingOut(role="analyst", what="annotation", group=None, count=unread)


def _crawls(store: Store) -> Iterator[CrawlOut]:
    for source in store.sources.list():
        trouble = _trouble(store, source)
        if trouble is not None:
            paused = source.paused_at is not None
            yield CrawlOut(source=source.name, paused=paused, failures=source.failures, **dataclasses.asdict(trouble))


def _trouble(store: Store, source: Source) -> Trouble | None:
    if source.paused_at is not None:
        said = source.pause_reason or "paused"
        return None if said.startswith(BY_HAND) else explained(said)
    if not source.failures:
        return None
    last = next((run for run in store.runs.recent("crawl", source.name, 5) if run.error), None)
    return explained(last.error if last else f"{source.failures} failures in a row")


def _fields(row: Standing) -> dict[str, object]:
    return {name: getattr(row, name) for name in StandingOut.model_fields}


def _when(said: str) -> dt.datetime:
    when = dt.datetime.fromisoformat(said)
    return when if when.tzinfo else when.replace(tzinfo=dt.UTC)
