"""Who did what when, from what to what. The log only grows: the database itself refuses to change or delete a line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from miner.store.columns import digest
from miner.store.database import Database
from miner.store.tables import AuditRow


@dataclass(frozen=True, slots=True)
class Deed:
    """``subject`` is what was acted on, such as ``candidate:rural-1``; ``before`` and ``after`` are plain JSON."""

    id: int
    at: datetime
    who: str
    action: str
    subject: str
    before: Any | None
    after: Any | None


_DEED = tuple(getattr(AuditRow, f.name) for f in dataclasses.fields(Deed))


class Audit:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def write(self, who: str, action: str, subject: str, *, before: Any = None, after: Any = None) -> None:
        values = {"who": who, "action": action, "subject": subject, "key": digest(subject)}
        with self._db.writing() as connection:
            connection.execute(insert(AuditRow).values(at=self._clock(), before=before, after=after, **values))

    def page(
        self, *, before: int | None = None, limit: int = 50, who: str | None = None, subject: str | None = None
    ) -> Sequence[Deed]:
        """The last deeds before the one with that number, of one person or on one subject, the latest first."""
        query = select(*_DEED).order_by(AuditRow.id.desc()).limit(limit)
        if who is not None:
            query = query.where(AuditRow.who == who)
        if subject is not None:
            query = query.where(AuditRow.key == digest(subject))
        if before is not None:
            query = query.where(AuditRow.id < before)
        with self._db.reading() as connection:
            return [Deed(*row) for row in connection.execute(query)]
