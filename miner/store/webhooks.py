"""Who wants to hear of new candidates, and what is still to be told to whom.

A message is written in the transaction that brings the candidates, so none is lost; see miner/web/delivery.py for who
takes them out.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from miner.store.database import Database
from miner.store.tables import DeliveryRow, WebhookRow

# Minutes until a message is tried again; after the last it is given up.
WAITS = (1, 5, 30, 120, 720)
LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Messages about one ``group``, or about all, go to ``url``."""

    id: int
    url: str
    group: str | None
    who: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    id: int
    url: str
    secret: str
    body: Any
    attempts: int


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a message: open while ``due_at`` is set."""

    id: int
    made_at: datetime
    due_at: datetime | None
    attempts: int
    status: int | None
    error: str | None


_HOOK = tuple(getattr(WebhookRow, f.name) for f in dataclasses.fields(Webhook))
_TOLD = tuple(getattr(DeliveryRow, f.name) for f in dataclasses.fields(Told))


class Webhooks:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def add(self, url: str, who: str, group: str | None = None) -> tuple[Webhook, str]:
        """The webhook and the secret that signs its messages, which is told once."""
        secret = secrets.token_urlsafe(32)
        values = {"url": url, "secret": secret, "group": group, "who": who, "added_at": self._clock()}
        with self._db.writing() as connection:
            number = connection.execute(insert(WebhookRow).values(**values).returning(WebhookRow.id)).scalar_one()
            return Webhook(*connection.execute(select(*_HOOK).where(WebhookRow.id == number)).one()), secret

    def list(self) -> Sequence[Webhook]:
        with self._db.reading() as connection:
            return [Webhook(*row) for row in connection.execute(select(*_HOOK).order_by(WebhookRow.id))]

    def remove(self, webhook: int) -> bool:
        """False when there is none with this number."""
        with self._db.writing() as connection:
            return connection.execute(delete(WebhookRow).where(WebhookRow.id == webhook)).rowcount == 1

    def told(self, webhook: int, limit: int = 20) -> Sequence[Told]:
        """The last messages for a webhook, the latest first."""
        query = select(*_TOLD).where(DeliveryRow.webhook == webhook).order_by(DeliveryRow.id.desc()).limit(limit)
        with self._db.reading() as connection:
            return [Told(*row) for row in connection.execute(query)]

    def take(self) -> Delivery | None:
        """The message that has been due for the longest; it is this caller's for two minutes."""
        now = self._clock()
        with self._db.writing() as connection:
            ready = select(DeliveryRow.id, DeliveryRow.webhook).where(DeliveryRow.due_at <= now)
            due = ready.order_by(DeliveryRow.due_at).limit(1).with_for_update(skip_locked=True)
            row = connection.execute(due).first()
            if row is None:
                return None
            mine = DeliveryRow.id == row.id
            taken = {"due_at": now + LEASE, "attempts": DeliveryRow.attempts + 1}
            connection.execute(update(DeliveryRow).where(mine).values(**taken))
            query = select(
                DeliveryRow.id, WebhookRow.url, WebhookRow.secret, DeliveryRow.body, DeliveryRow.attempts
            ).join_from(DeliveryRow, WebhookRow, WebhookRow.id == DeliveryRow.webhook)
            return Delivery(*connection.execute(query.where(mine)).one())

    def settle(self, delivery: Delivery, status: int | None, error: str | None = None) -> None:
        """Say what became of a message; with an error it is tried again, later each time, at most six times."""
        again = error is not None and delivery.attempts <= len(WAITS)
        due = self._clock() + timedelta(minutes=WAITS[delivery.attempts - 1]) if again else None
        values = {"status": status, "error": error, "due_at": due}
        with self._db.writing() as connection:
            connection.execute(update(DeliveryRow).where(DeliveryRow.id == delivery.id).values(**values))


def announce(connection: Connection, group: str, new: Sequence[dict[str, Any]], now: datetime) -> None:
    """Write a message about new candidates for everybody who wants to hear of the group."""
    wanted = or_(WebhookRow.group.is_(None), WebhookRow.group == group)
    hooks = list(connection.execute(select(WebhookRow.id).where(wanted)).scalars())
    if new and hooks:
        body = {"event": "candidates.new", "group": group, "at": now.isoformat(), "count": len(new), "candidates": new}
        lines = [{"webhook": hook, "body": body, "made_at": now, "due_at": now, "attempts": 0} for hook in hooks]
        connection.execute(insert(DeliveryRow), lines)
