"""A line for every request and every skipped address: when, what came of it, and on what legal basis."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from miner.store.database import Database
from miner.store.pages import BATCH, batches, paged
from miner.store.tables import LedgerRow


@dataclass(frozen=True, slots=True)
class Entry:
    """``outcome`` is a word: fetched, unchanged, skipped, refused, failed ...; ``robots`` what robots.txt said."""

    source: str
    url: str
    outcome: str
    status: int | None = None
    size: int | None = None
    seconds: float | None = None
    robots: str | None = None
    basis: str | None = None
    note: str | None = None
    run: int | None = None
    at: datetime | None = None


_ENTRY = tuple(getattr(LedgerRow, f.name) for f in dataclasses.fields(Entry))


class Ledger:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def write(self, entries: Iterable[Entry]) -> None:
        """Add lines; a batch is a transaction."""
        for batch in batches(entries):
            lines = [dataclasses.asdict(e) | {"at": e.at or self._clock()} for e in batch]
            with self._db.writing() as connection:
                connection.execute(insert(LedgerRow), lines)

    def of_source(self, source: str) -> Iterator[Entry]:
        """Lines of a source in the order in which they were written."""
        for page in paged(
            self._db, select(LedgerRow.id, *_ENTRY).where(LedgerRow.source == source), LedgerRow.id.expression
        ):
            rows: Sequence[Sequence[Any]] = page
            yield from (Entry(*row[1:]) for row in rows)

    def page(
        self,
        source: str,
        *,
        before: int | None = None,
        outcome: str | None = None,
        address: str | None = None,
        limit: int = 50,
    ) -> list[tuple[int, Entry]]:
        """The last lines of a source with their numbers, those before a number, the latest first.

        ``outcome`` is the word wanted, ``address`` a part of the address.
        """
        query = select(LedgerRow.id, *_ENTRY).where(LedgerRow.source == source).order_by(LedgerRow.id.desc())
        if before is not None:
            query = query.where(LedgerRow.id < before)
        if outcome is not None:
            query = query.where(LedgerRow.outcome == outcome)
        if address:
            query = query.where(LedgerRow.url.contains(address, autoescape=True))
        with self._db.reading() as connection:
            rows: Sequence[Sequence[Any]] = connection.execute(query.limit(limit)).all()
        return [(row[0], Entry(*row[1:])) for row in rows]

    def outcomes(self, run: int) -> dict[str, int]:
        """How many lines of each outcome a run has."""
        query = select(LedgerRow.outcome, func.count()).where(LedgerRow.run == run).group_by(LedgerRow.outcome)
        with self._db.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def drop(self, before: datetime) -> int:
        """Delete lines older than that; returns how many."""
        dropped = 0
        while True:
            with self._db.writing() as connection:
                old = select(LedgerRow.id).where(LedgerRow.at < before).order_by(LedgerRow.at).limit(BATCH)
                lines = list(connection.execute(old).scalars())
                connection.execute(delete(LedgerRow).where(LedgerRow.id.in_(lines)))
            dropped += len(lines)
            if len(lines) < BATCH:
                return dropped
