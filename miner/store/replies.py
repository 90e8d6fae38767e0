"""Answers to requests with an Idempotency-Key: the same request again, because a line broke, is answered the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from miner.store.columns import digest
from miner.store.database import Database
from miner.store.tables import ReplyRow

KEPT = timedelta(days=1)
# Whoever works on a request for longer than this was killed at it.
WORKING = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Reply:
    """``status`` is None while the first request is still being worked on; ``same`` tells whether it asked the same."""

    same: bool
    status: int | None
    headers: Mapping[str, str]
    body: str


class Replies:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def begin(self, who: str, key: str, request: bytes) -> Reply | None:
        """Take the key of a person's request. None: go on, it is yours; else what became of its first use."""
        now, mine = self._clock(), digest(who, key)
        try:
            with self._db.writing() as connection:
                connection.execute(delete(ReplyRow).where(ReplyRow.at < now - KEPT))
                abandoned = (ReplyRow.key == mine, ReplyRow.status.is_(None), ReplyRow.at < now - WORKING)
                connection.execute(delete(ReplyRow).where(*abandoned))
                row = connection.execute(select(ReplyRow.__table__).where(ReplyRow.key == mine)).first()
                if row is None:
                    connection.execute(insert(ReplyRow).values(key=mine, request=request, at=now))
                    return None
        except IntegrityError:
            return Reply(same=True, status=None, headers={}, body="")
        return Reply(row.request == request, row.status, row.headers or {}, row.body or "")

    def finish(self, who: str, key: str, status: int, headers: Mapping[str, str], body: str) -> None:
        """Keep the answer."""
        values = {"status": status, "headers": dict(headers), "body": body}
        with self._db.writing() as connection:
            connection.execute(update(ReplyRow).where(ReplyRow.key == digest(who, key)).values(**values))

    def abandon(self, who: str, key: str) -> None:
        """Let the key go: nothing was done."""
        with self._db.writing() as connection:
            connection.execute(delete(ReplyRow).where(ReplyRow.key == digest(who, key)))
