"""Work as rows: what is due, who has it until when, what is done and what failed.

A queue may wake workers, but only these rows say what there is to do, so a queue that loses its data loses nothing.
A worker holds a run by a lease that its heartbeats renew. When it dies the lease runs out and another worker takes the
run; when it only slept, its next word is refused, so nothing is done twice.
"""

from __future__ import annotations

import dataclasses
import os
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, func, insert, select, update
from sqlalchemy.orm import aliased

from miner.errors import BadInput
from miner.store.database import Database, advance
from miner.store.pages import Query
from miner.store.tables import RunRow, SourceRow

Status = Literal["due", "leased", "done", "failed"]
# A run that so many workers have died of is given up.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of work: its ``kind`` (crawl, annotate, mine ...) and its ``subject`` (a source, a group)."""

    id: int
    kind: str
    subject: str
    status: Status
    due_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    worker: str | None = None
    leased_until: datetime | None = None
    heartbeat_at: datetime | None = None
    attempts: int = 0
    counts: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    again_at: datetime | None = None
    deaths: int = 0


def worker_name() -> str:
    """The name under which this process takes work: ``host:pid``."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(worker: str | None) -> bool:
    """Whether a worker was a process of this machine and is no more, so that nobody needs to wait for it.

    >>> is_gone(worker_name()), is_gone("elsewhere:1")
    (False, False)
    """
    host, _, number = (worker or "").rpartition(":")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


_RUN = tuple(getattr(RunRow, f.name) for f in dataclasses.fields(Run))
_OPEN = RunRow.status.in_(("due", "leased"))


class Runs:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def request(
        self, kind: str, subject: str, due_at: datetime | None = None, *, again: bool = False, sooner: bool = False
    ) -> Run:
        """Ask for work. One run of a kind and subject is open at a time; asking again gives that one.

        With ``again`` a run that is under way is followed by another: what it has read already may be out of date.
        With ``sooner`` one that is planned for later is brought forward.
        """
        moment = due_at or self._clock()
        with self._db.writing() as connection:
            run = self._request(connection, kind, subject, moment)
            values: dict[str, Any] = {}
            if again and run.status == "leased" and run.again_at is None:
                values = {"again_at": moment}
            elif sooner and run.status == "due" and run.due_at > moment:
                values = {"due_at": moment}
            if values:
                connection.execute(update(RunRow).where(RunRow.id == run.id).values(**values))
            return dataclasses.replace(run, **values)

    def fall_due(self, source: str, was: datetime, following: datetime) -> Run | None:
        """Turn a source's due time into a run and plan the following one, both or neither.

        None when somebody else was sooner, when the source was paused or removed, or when its last run is still under
        way: it stays due then. A run that nobody has begun yet takes the new one in.
        """
        with self._db.writing() as connection:
            advance(connection, "runs")
            mine = (SourceRow.name == source, SourceRow.due_at == was)
            ready = (SourceRow.paused_at.is_(None), SourceRow.removed_at.is_(None))
            under_way = select(RunRow.id).where(
                RunRow.kind == "crawl", RunRow.subject == source, RunRow.status == "leased"
            )
            if connection.execute(under_way).first() is not None:
                return None
            if not connection.execute(update(SourceRow).where(*mine, *ready).values(due_at=following)).rowcount:
                return None
            return self._request(connection, "crawl", source, was)

    def start(self, kind: str, subject: str, worker: str, *, seconds: float = 300) -> Run:
        """Ask for work and take it at once. Raises BadInput while another worker has it."""
        now = self._clock()
        with self._db.writing() as connection:
            run = self._request(connection, kind, subject, now)
            if run.status == "due" or (run.leased_until is not None and run.leased_until < now) or is_gone(run.worker):
                return self._take(connection, run, worker, seconds)
        raise BadInput(
            f"{kind} {subject} runs already: worker {run.worker}, since {run.started_at:%Y-%m-%d %H:%M} UTC. "
            "Wait for it; when that worker is dead, its run can be taken over "
            f"at {run.leased_until:%H:%M:%S} UTC."
        )

    def lease(
        self,
        worker: str,
        *,
        kinds: Sequence[str] | None = None,
        seconds: float = 300,
        orphans: Collection[int] | None = None,
        avoid: Collection[str] = (),
        alone: Collection[str] = (),
    ) -> Run | None:
        """The run that has been due for the longest, or one whose worker died; None when there is nothing to do.

        A worker is taken for dead when its lease ran out by this machine's clock; who watches heartbeats instead gives
        the ids of ``orphans``. Subjects to ``avoid`` stay due. Of the kinds ``alone`` one run at most is under way.
        """
        now = self._clock()
        due = and_(RunRow.status == "due", RunRow.due_at <= now, RunRow.subject.not_in(avoid))
        orphaned = and_(RunRow.status == "leased", RunRow.leased_until < now)
        if orphans is not None:
            orphaned = and_(RunRow.status == "leased", RunRow.id.in_(orphans))
        with self._db.writing() as connection:
            if alone:
                advance(connection, "runs")
                taken = select(RunRow.id).where(RunRow.status == "leased", RunRow.kind.in_(alone)).limit(1)
                if connection.execute(taken).first() is not None:
                    due = and_(due, RunRow.kind.not_in(alone))
            for ready in (due, orphaned):
                query = select(*_RUN).where(ready)
                if kinds is not None:
                    query = query.where(RunRow.kind.in_(kinds))
                while row := connection.execute(_next(query)).first():
                    run = Run(*row)
                    if run.status == "due" or run.deaths + 1 < TRIES:
                        return self._take(connection, run, worker, seconds)
                    self._close(connection, run, "failed", {}, f"{TRIES} workers died of it, the last was {run.worker}")
        return None

    def heartbeat(self, run: Run, *, seconds: float = 300, counts: Mapping[str, Any] | None = None) -> bool:
        """Say that the work goes on and how far it is. False: the run is no longer this worker's, who should stop."""
        now = self._clock()
        values: dict[str, Any] = {"heartbeat_at": now, "leased_until": now + timedelta(seconds=seconds)}
        if counts is not None:
            values["counts"] = dict(counts)
        with self._db.writing() as connection:
            return connection.execute(update(RunRow).where(*_held(run)).values(**values)).rowcount == 1

    def finish(self, run: Run, counts: Mapping[str, Any] | None = None) -> bool:
        """The work is done. False when the run had gone to another worker."""
        with self._db.writing() as connection:
            return self._close(connection, run, "done", counts or {}, None)

    def fail(self, run: Run, error: str, *, retry_at: datetime | None = None) -> bool:
        """The work failed; with ``retry_at`` it is due again then. False when the run had gone to another worker."""
        with self._db.writing() as connection:
            if retry_at is None:
                return self._close(connection, run, "failed", run.counts, error)
            again = {"status": "due", "due_at": retry_at, "worker": None, "leased_until": None, "error": error}
            return connection.execute(update(RunRow).where(*_held(run)).values(**again)).rowcount == 1

    def release(self, run: Run) -> bool:
        """Give the work back, undone and nobody's fault; somebody takes it at once. False when it had gone already."""
        free = {"status": "due", "due_at": self._clock(), "worker": None, "leased_until": None}
        with self._db.writing() as connection:
            return connection.execute(update(RunRow).where(*_held(run)).values(**free)).rowcount == 1

    def cancel(self, kind: str, subject: str) -> bool:
        """Take back work that is open; a worker that has it hears of it at its next heartbeat."""
        mine = (RunRow.kind == kind, RunRow.subject == subject, _OPEN)
        values = {"status": "failed", "error": "cancelled", "finished_at": self._clock(), "leased_until": None}
        with self._db.writing() as connection:
            return connection.execute(update(RunRow).where(*mine).values(**values)).rowcount > 0

    def get(self, run: int) -> Run | None:
        with self._db.reading() as connection:
            row = connection.execute(select(*_RUN).where(RunRow.id == run)).first()
            return Run(*row) if row else None

    def open(self) -> Sequence[Run]:
        """What is due or under way, the longest due first."""
        with self._db.reading() as connection:
            rows = connection.execute(select(*_RUN).where(_OPEN).order_by(RunRow.due_at, RunRow.id)).all()
            return [Run(*row) for row in rows]

    def leased(self) -> Sequence[Run]:
        """What workers have in hand."""
        with self._db.reading() as connection:
            rows = connection.execute(select(*_RUN).where(RunRow.status == "leased").order_by(RunRow.id)).all()
            return [Run(*row) for row in rows]

    def latest(self, limit: int = 50) -> Sequence[Run]:
        """The last runs of any kind, about so many, the latest first."""
        with self._db.reading() as connection:
            last = connection.execute(select(func.max(RunRow.id))).scalar_one() or 0
            query = select(*_RUN).where(RunRow.id > last - limit).order_by(RunRow.id.desc())
            return [Run(*row) for row in connection.execute(query)]

    def drop(self, before: datetime) -> int:
        """Delete the rows of runs that ended before that, but the last of each kind and subject; returns how many."""
        later = aliased(RunRow)
        newer = select(later.id).where(later.kind == RunRow.kind, later.subject == RunRow.subject, later.id > RunRow.id)
        over = (RunRow.status.in_(("done", "failed")), RunRow.due_at < before, RunRow.finished_at < before)
        with self._db.writing() as connection:
            return connection.execute(delete(RunRow).where(*over, newer.exists())).rowcount

    def recent(self, kind: str, subject: str, limit: int = 20) -> Sequence[Run]:
        """The last runs of a kind and subject, the latest first."""
        query = select(*_RUN).where(RunRow.kind == kind, RunRow.subject == subject)
        with self._db.reading() as connection:
            rows = connection.execute(query.order_by(RunRow.id.desc()).limit(limit)).all()
            return [Run(*row) for row in rows]

    def _request(self, connection: Connection, kind: str, subject: str, due_at: datetime) -> Run:
        advance(connection, "runs")
        mine = select(*_RUN).where(RunRow.kind == kind, RunRow.subject == subject, _OPEN)
        row = connection.execute(mine.with_for_update()).first()
        if row is None:
            values = {"kind": kind, "subject": subject, "status": "due", "due_at": due_at, "counts": {}, "attempts": 0}
            connection.execute(insert(RunRow).values(**values))
            row = connection.execute(mine).one()
        return Run(*row)

    def _take(self, connection: Connection, run: Run, worker: str, seconds: float) -> Run:
        now = self._clock()
        values = {
            "status": "leased",
            "worker": worker,
            "attempts": run.attempts + 1,
            "deaths": run.deaths + (run.status == "leased"),
            "started_at": now,
            "heartbeat_at": now,
            "leased_until": now + timedelta(seconds=seconds),
        }
        connection.execute(update(RunRow).where(RunRow.id == run.id).values(**values))
        return Run(*connection.execute(select(*_RUN).where(RunRow.id == run.id)).one())

    def _close(
        self, connection: Connection, run: Run, status: Status, counts: Mapping[str, Any], error: str | None
    ) -> bool:
        values = {"status": status, "counts": dict(counts), "error": error}
        over = {"finished_at": self._clock(), "leased_until": None}
        if not connection.execute(update(RunRow).where(*_held(run)).values(**values, **over)).rowcount:
            return False
        again_at = connection.execute(select(RunRow.again_at).where(RunRow.id == run.id)).scalar_one()
        if again_at is not None:
            self._request(connection, run.kind, run.subject, again_at)
        return True


def _next(query: Query) -> Query:
    return query.order_by(RunRow.due_at, RunRow.id).limit(1).with_for_update(skip_locked=True)


def _held(run: Run) -> tuple[Any, ...]:
    """The run as this worker took it: a worker that took it over has another number of attempts."""
    mine = RunRow.worker.is_(None) if run.worker is None else RunRow.worker == run.worker
    return (RunRow.id == run.id, RunRow.status.in_(("due", "leased")), RunRow.attempts == run.attempts, mine)
