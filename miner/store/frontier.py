"""What a crawl has found and not yet read, and what servers said that lets the next crawl ask for news only."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.pages import Query, batches
from miner.store.tables import CachedRow, FrontierRow


@dataclass(frozen=True, slots=True)
class Address:
    """A page to read: its ``kind`` tells the collector how, ``data`` what it wants to know again."""

    url: str
    kind: str = ""
    depth: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a page; ``digest`` are sixteen bytes of its body."""

    url: str
    status: int
    etag: str | None = None
    last_modified: str | None = None
    digest: bytes | None = None
    fetched_at: datetime | None = None


_ADDRESS = (FrontierRow.url, FrontierRow.kind, FrontierRow.depth, FrontierRow.data, FrontierRow.attempts)


class Frontier:
    """Addresses by source; each is given to one worker at a time and done once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def add(self, source: str, addresses: Iterable[Address]) -> int:
        """Remember addresses; those known, done ones as well, stay as they are. Returns how many are new."""
        new = 0
        for batch in batches(addresses):
            with self._db.writing() as connection:
                new += self._add(connection, source, batch)
        return new

    def take(self, source: str, worker: str, *, limit: int = 1, seconds: float = 300) -> list[Address]:
        """Addresses to read now, first found first; a worker that dies loses them after ``seconds``."""
        now = self._clock()
        due = and_(FrontierRow.state == "due", FrontierRow.due_at <= now)
        orphaned = and_(FrontierRow.state == "leased", FrontierRow.leased_until < now)
        with self._db.writing() as connection:
            found: list[Any] = []
            for ready in (orphaned, due):
                query = select(FrontierRow.id, *_ADDRESS).where(FrontierRow.source == source, ready)
                if len(found) < limit:
                    found += connection.execute(_first(query, limit - len(found))).all()
            values = {"state": "leased", "worker": worker, "leased_until": now + timedelta(seconds=seconds)}
            taken = update(FrontierRow).where(FrontierRow.id.in_([row.id for row in found]))
            connection.execute(taken.values(**values, attempts=FrontierRow.attempts + 1))
        return [dataclasses.replace(Address(*row[1:]), attempts=row.attempts + 1) for row in found]

    def done(self, source: str, url: str, found: Iterable[Address] = ()) -> int:
        """The page is read and its posts are kept; what it links to is remembered in the same stroke."""
        now = self._clock()
        links = list(found)
        with self._db.writing() as connection:
            values = {"state": "done", "done_at": now, "worker": None, "leased_until": None, "error": None}
            connection.execute(update(FrontierRow).where(FrontierRow.key == digest(source, url)).values(**values))
            return sum(self._add(connection, source, batch) for batch in batches(links))

    def fail(self, source: str, url: str, reason: str, *, retry_at: datetime | None = None) -> None:
        """The page can't be read; with ``retry_at`` it is tried again then."""
        state = "failed" if retry_at is None else "due"
        values: dict[str, Any] = {"state": state, "error": reason, "worker": None, "leased_until": None}
        if retry_at is not None:
            values["due_at"] = retry_at
        with self._db.writing() as connection:
            connection.execute(update(FrontierRow).where(FrontierRow.key == digest(source, url)).values(**values))

    def renew(self, source: str, urls: Iterable[str]) -> int:
        """Let pages that were read be read again: where a crawl starts, threads that moved."""
        renewed = 0
        for batch in batches(urls):
            again = {"state": "due", "due_at": self._clock(), "attempts": 0, "error": None}
            keys = [digest(source, url) for url in batch]
            over = and_(FrontierRow.key.in_(keys), FrontierRow.state.in_(("done", "failed")))
            with self._db.writing() as connection:
                renewed += connection.execute(update(FrontierRow).where(over).values(**again)).rowcount
        return renewed

    def known(self, source: str, url: str) -> Mapping[str, Any] | None:
        """What was remembered of an address, None when it is new."""
        with self._db.reading() as connection:
            query = select(FrontierRow.data).where(FrontierRow.key == digest(source, url))
            row = connection.execute(query).first()
            return dict(row.data) if row else None

    def remember(self, source: str, url: str, data: Mapping[str, Any]) -> None:
        """Keep something with a known address, such as how far its thread was read."""
        with self._db.writing() as connection:
            mine = FrontierRow.key == digest(source, url)
            connection.execute(update(FrontierRow).where(mine).values(data=dict(data)))

    def counts(self, source: str) -> dict[str, int]:
        """How many addresses are due, leased, done and failed."""
        query = select(FrontierRow.state, func.count()).where(FrontierRow.source == source)
        with self._db.reading() as connection:
            rows = connection.execute(query.group_by(FrontierRow.state)).all()
        return {"due": 0, "leased": 0, "done": 0, "failed": 0} | {row[0]: row[1] for row in rows}

    def clear(self, source: str) -> int:
        """Forget all addresses of a source: the next crawl begins anew."""
        with self._db.writing() as connection:
            return connection.execute(delete(FrontierRow).where(FrontierRow.source == source)).rowcount

    def _add(self, connection: Connection, source: str, batch: Sequence[Address]) -> int:
        advance(connection, "runs")
        lines: dict[bytes, Address] = {}
        for address in batch:
            lines.setdefault(digest(source, address.url), address)
        known = set(connection.execute(select(FrontierRow.key).where(FrontierRow.key.in_(lines))).scalars())
        now = self._clock()
        fresh = [
            {
                "source": source,
                "key": key,
                "url": address.url,
                "kind": address.kind,
                "depth": address.depth,
                "data": dict(address.data),
                "state": "due",
                "due_at": now,
                "found_at": now,
                "attempts": 0,
            }
            for key, address in lines.items()
            if key not in known
        ]
        if fresh:
            connection.execute(insert(FrontierRow), fresh)
        return len(fresh)


def _first(query: Query, limit: int) -> Query:
    return query.order_by(FrontierRow.due_at, FrontierRow.id).limit(limit).with_for_update(skip_locked=True)


_VALIDATORS = tuple(getattr(CachedRow, f.name) for f in dataclasses.fields(Validators))


class Cache:
    """Validators of pages by address."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def get(self, url: str) -> Validators | None:
        with self._db.reading() as connection:
            row = connection.execute(select(*_VALIDATORS).where(CachedRow.key == digest(url))).first()
            return Validators(*row) if row else None

    def put(self, page: Validators) -> None:
        """Keep what the server said last."""
        line = dataclasses.asdict(page) | {"fetched_at": page.fetched_at or self._clock()}
        with self._db.writing() as connection:
            advance(connection, "runs")
            connection.execute(delete(CachedRow).where(CachedRow.key == digest(page.url)))
            connection.execute(insert(CachedRow).values(key=digest(page.url), **line))
