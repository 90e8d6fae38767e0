"""Crawls that survive anything: what a page gave and that it was read are written in one transaction.

A collector takes addresses from a ``Crawl`` (it is a ``miner.fetch.Frontier``) and its posts go into it. When a page is
``done``, its posts, the addresses it links to, marks, validators and ledger lines are committed together with it.
Whoever is killed leaves whole pages: no post is missing, none is twice, and no page that was done is asked for again.

Crawls come in rounds. One that was cut off goes on with its round; one that came to its end lets the next begin a new
round, in which pages may be opened again.
"""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from miner.records import Post
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.pages import BATCH
from miner.store.posts import Added, Posts, distinct
from miner.store.tables import CachedRow, FrontierRow, LedgerRow, MarkRow

if TYPE_CHECKING:
    from miner.fetch import Entry, Task, Validator

# A page that failed is tried again in so many rounds.
TRIES = 3
# How many addresses are known without asking the database (some 20 MB). Up to here it needn't be asked at all;
# beyond, it still needn't for the hundred that every page of a forum links to.
_REMEMBERED = 100_000
_ROUND, _OPEN = "\0round", "\0open"
# How many addresses are read ahead of their turn, and how many may wait in memory with those that come before them.
_AHEAD, _WAITING = 50, 1_000

# Statements of every page, put together once.
_KNOWN = select(FrontierRow.round, FrontierRow.state).where(FrontierRow.key == bindparam("of"))
_DUE = (
    select(FrontierRow.key, FrontierRow.url, FrontierRow.kind, FrontierRow.depth, FrontierRow.rank, FrontierRow.data)
    .where(FrontierRow.source == bindparam("of"), FrontierRow.state == "due")
    .order_by(FrontierRow.rank, FrontierRow.id)
    .limit(bindparam("most"))
)
_CACHED = select(CachedRow.etag, CachedRow.last_modified).where(CachedRow.key == bindparam("of"))
_MARK = select(MarkRow.value).where(MarkRow.key == bindparam("of"))
_CLOSE = (
    update(FrontierRow)
    .where(FrontierRow.key == bindparam("of"))
    .values(
        state=bindparam("now"),
        error=bindparam("why"),
        done_at=bindparam("at"),
        round=bindparam("in_round"),
        attempts=FrontierRow.attempts * bindparam("tries") + bindparam("tries"),
    )
)
_NEW, _LINES = insert(FrontierRow), insert(LedgerRow)


class Crawls:
    def __init__(self, database: Database, posts: Posts, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._posts = posts
        self._clock = clock

    def of(self, source: str, run: int | None = None) -> Crawl:
        """A crawl of a source: the one that was cut off, or a new one. One at a time: see ``runs``."""
        return Crawl(self._db, self._posts, self._clock, source, run)

    def counts(self, source: str) -> dict[str, int]:
        """How many addresses of a source are due, done and failed."""
        query = select(FrontierRow.state, func.count()).where(FrontierRow.source == source)
        with self._db.reading() as connection:
            rows = connection.execute(query.group_by(FrontierRow.state)).all()
        return {"due": 0, "done": 0, "failed": 0} | {row[0]: row[1] for row in rows}

    def failures(self, source: str) -> dict[str, str]:
        """The addresses that gave nothing, and why."""
        query = select(FrontierRow.url, FrontierRow.error).where(
            FrontierRow.source == source, FrontierRow.state == "failed"
        )
        with self._db.reading() as connection:
            rows = connection.execute(query.order_by(FrontierRow.rank, FrontierRow.id)).all()
        return {row.url: row.error or "" for row in rows}

    def clear(self, source: str) -> None:
        """Forget the addresses and marks of a source: the next crawl begins from nothing; posts stay."""
        with self._db.writing() as connection:
            forget_addresses(connection, source)


class Crawl:
    """One crawl of one source by one worker, a ``miner.fetch.Frontier`` that posts and ledger lines go into.

    with store.crawls.of("forum") as crawl:
        for post in collector.collect():
            crawl.keep(post)
    """

    def __init__(
        self, database: Database, posts: Posts, clock: Callable[[], datetime], source: str, run: int | None
    ) -> None:
        self.source = source
        self.added = Added()
        self.pages = 0
        self.failures = 0
        self._db, self._posts, self._clock, self._run = database, posts, clock, run
        self._known: OrderedDict[bytes, tuple[int, str]] = OrderedDict()
        self._knows_all = False
        self._taken: set[bytes] = set()
        # What comes next by rank and age: a beginning of the queue, as long as it isn't empty.
        self._ahead: list[tuple[int, bytes, Task]] = []
        # Addresses that were never asked before have no validator to look for.
        self._fresh: set[bytes] = set()
        self._kept: list[Post] = []
        self._found: dict[bytes, tuple[Task, bool]] = {}
        self._marks: dict[str, str] = {}
        # A page that is asked ahead writes its lines while another is made safe.
        self._lines: deque[dict[str, Any]] = deque()
        with database.writing() as connection:
            self._round = self._begin(connection)
            self._learn(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def keep(self, post: Post) -> None:
        """Posts of the page that is being read; they are safe when it is done, or when the crawl is left."""
        self._kept.append(post)

    def note(self, entry: Entry) -> None:
        """A ledger line; give this to the fetcher as its ``ledger``."""
        self._lines.append(
            {
                "at": _moment(entry.at) or self._clock(),
                "source": self.source,
                "run": self._run,
                "url": entry.url,
                "outcome": entry.outcome,
                "status": entry.status,
                "size": entry.size,
                "seconds": entry.seconds,
                "robots": entry.robots or None,
                "basis": entry.basis or None,
                "note": entry.note or None,
            }
        )

    def add(self, task: Task, *, again: bool = False) -> bool:
        """Remember an address; True when it will be asked for in this crawl."""
        key = digest(self.source, task.url)
        known = self._look_up(key)
        if known is not None and not (again and known[1] != "due" and known[0] < self._round):
            return False
        self._found[key] = (task, known is not None)
        if known is None and len(self._fresh) < _REMEMBERED:
            self._fresh.add(key)
        self._remember(key, (self._round, "due"))
        return True

    def take(self) -> Task | None:
        """The next address by rank, then by age; None ends the crawl's round."""
        from miner.fetch.frontier import Task

        self._commit()
        if not self._ahead:
            with self._db.reading() as connection:
                rows = connection.execute(_DUE, {"of": self.source, "most": len(self._taken) + _AHEAD}).all()
            self._ahead = [
                (row.rank, row.key, Task(row.url, row.kind, row.depth, row.rank, row.data))
                for row in rows
                if row.key not in self._taken
            ]
        if not self._ahead:
            if not self._taken:
                self._end()
            return None
        _, key, task = self._ahead.pop(0)
        self._taken.add(key)
        return task

    def done(self, task: Task, validator: Validator | None = None) -> None:
        """The page gave what it had: all of it becomes safe now."""
        self.pages += 1
        self._commit(task, state="done", validator=validator)

    def failed(self, task: Task, reason: str) -> None:
        """The address gave nothing in this round; what was kept of it stays."""
        self.failures += 1
        self._commit(task, state="failed", reason=reason)

    def release(self, task: Task) -> None:
        """The address wasn't asked after all; it stays to be asked, by the crawl that goes on with this round."""
        self._commit()
        # It stays taken for this crawl, which would ask for it for ever.
        self._remember(digest(self.source, task.url), (self._round, "due"))

    def validator(self, url: str) -> Validator | None:
        """What the server said of the address last time."""
        from miner.fetch.frontier import Validator

        key = digest(self.source, url)
        if key in self._fresh:
            return None
        with self._db.reading() as connection:
            row = connection.execute(_CACHED, {"of": key}).first()
        return Validator(row.etag, row.last_modified) if row else None

    def recall(self, key: str) -> str | None:
        """What ``remember`` was told, in this crawl or an earlier one."""
        if key in self._marks:
            return self._marks[key]
        with self._db.reading() as connection:
            return _mark(connection, self.source, key)

    def remember(self, key: str, value: str) -> None:
        """Keep a mark; it is safe together with the page that it is of."""
        self._marks[key] = value

    def flush(self) -> None:
        """Make safe what was gathered since the last page."""
        self._commit()

    def _begin(self, connection: Connection) -> int:
        advance(connection, "runs")
        last = int(_mark(connection, self.source, _ROUND) or 0)
        if last and _mark(connection, self.source, _OPEN):
            return last
        _set_marks(connection, self.source, {_ROUND: str(last + 1), _OPEN: "1"})
        failed = (FrontierRow.source == self.source, FrontierRow.state == "failed", FrontierRow.attempts < TRIES)
        connection.execute(update(FrontierRow).where(*failed).values(state="due", round=last + 1))
        return last + 1

    def _learn(self, connection: Connection) -> None:
        query = select(FrontierRow.key, FrontierRow.round, FrontierRow.state).where(FrontierRow.source == self.source)
        rows = connection.execute(query.limit(_REMEMBERED)).all()
        self._knows_all = len(rows) < _REMEMBERED
        self._known.update((row.key, (row.round, row.state)) for row in rows)

    def _end(self) -> None:
        with self._db.writing() as connection:
            _set_marks(connection, self.source, {_OPEN: ""})

    def _look_up(self, key: bytes) -> tuple[int, str] | None:
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        if self._knows_all:
            return None
        with self._db.reading() as connection:
            row = connection.execute(_KNOWN, {"of": key}).first()
        if row is None:
            return None
        self._remember(key, (row.round, row.state))
        return row.round, row.state

    def _remember(self, key: bytes, what: tuple[int, str]) -> None:
        self._known[key] = what
        self._known.move_to_end(key)
        # What was found on the page being read is not in the database yet.
        while len(self._known) > _REMEMBERED + len(self._found):
            self._known.popitem(last=False)
            self._knows_all = False

    def _commit(
        self,
        task: Task | None = None,
        *,
        state: str = "",
        reason: str | None = None,
        validator: Validator | None = None,
    ) -> None:
        if task is None and not (self._kept or self._found or self._marks or self._lines):
            return
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        batches = [self._posts.lines(batch) for batch in distinct(self._kept, BATCH)]
        added = Added()
        # A page that a power cut takes back is asked for again, with all that it gave.
        with self._db.writing(hasty=True) as connection:
            for batch in batches:
                added += self._posts.write(connection, batch)
            self._open(connection)
            _set_marks(connection, self.source, self._marks)
            if lines:
                connection.execute(_LINES, lines)
            if task is not None:
                self._close(connection, task, state, reason)
                if validator is not None:
                    self._validate(connection, task.url, validator)
        self.added += added
        self._queue(self._found)
        self._kept, self._found, self._marks = [], {}, {}
        if task is not None:
            key = digest(self.source, task.url)
            self._taken.discard(key)
            self._fresh.discard(key)
            self._remember(key, (self._round, state))

    def _open(self, connection: Connection) -> None:
        opened = [key for key, (_, known) in self._found.items() if known]
        if opened:
            # What is opened again goes to the end of the queue, as it does in memory.
            connection.execute(delete(FrontierRow).where(FrontierRow.key.in_(opened)))
        if self._found:
            connection.execute(_NEW, [self._row(key, task) for key, (task, _) in self._found.items()])

    def _queue(self, found: Mapping[bytes, tuple[Task, bool]]) -> None:
        """Put what is more urgent than the last that was read ahead before it; the rest is read in its turn."""
        if not self._ahead:
            return
        last = self._ahead[-1][0]
        for key, (task, _) in found.items():
            if task.rank < last:
                insort(self._ahead, (task.rank, key, task), key=_rank)
        del self._ahead[_WAITING:]

    def _row(self, key: bytes, task: Task) -> dict[str, Any]:
        return {
            "source": self.source,
            "key": key,
            "url": task.url,
            "kind": task.kind,
            "depth": task.depth,
            "rank": task.rank,
            "round": self._round,
            "state": "due",
            "attempts": 0,
            "found_at": self._clock(),
            "data": dict(task.data),
        }

    def _close(self, connection: Connection, task: Task, state: str, reason: str | None) -> None:
        values = {"now": state, "why": reason, "at": self._clock(), "in_round": self._round}
        tries = 0 if state == "done" else 1
        connection.execute(_CLOSE, values | {"of": digest(self.source, task.url), "tries": tries})

    def _validate(self, connection: Connection, url: str, validator: Validator) -> None:
        key = digest(self.source, url)
        connection.execute(delete(CachedRow).where(CachedRow.key == key))
        said = {"etag": validator.etag, "last_modified": validator.modified, "fetched_at": self._clock()}
        connection.execute(insert(CachedRow).values(key=key, url=url, status=200, **said))


def _rank(waiting: tuple[int, bytes, Task]) -> int:
    return waiting[0]


def forget_addresses(connection: Connection, source: str) -> None:
    """Everything that crawls of a source remember."""
    connection.execute(delete(FrontierRow).where(FrontierRow.source == source))
    connection.execute(delete(MarkRow).where(MarkRow.source == source))


def _mark(connection: Connection, source: str, name: str) -> str | None:
    return connection.execute(_MARK, {"of": digest(source, name)}).scalar_one_or_none()


def _set_marks(connection: Connection, source: str, marks: Mapping[str, str]) -> None:
    if not marks:
        return
    rows = [{"key": digest(source, n), "source": source, "name": n, "value": v} for n, v in marks.items()]
    connection.execute(delete(MarkRow).where(MarkRow.key.in_([row["key"] for row in rows])))
    connection.execute(insert(MarkRow), rows)


def _moment(said: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(said)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
