"""Whose posts belong to which client group, where nobody said so when they were collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from miner.records import Membership
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.pages import batches
from miner.store.tables import MembershipRow

_FIELDS = ("speaker", "group", "score", "doc_id", "start", "stop")


class Memberships:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def replace(self, members: Iterable[Membership]) -> list[str]:
        """Keep these memberships in place of the former ones; returns the groups whose people changed."""
        lines = [self._line(member) for member in members]
        with self._db.writing() as connection:
            advance(connection, "candidates")
            rows = connection.execute(select(MembershipRow.group, MembershipRow.key)).all()
            before = {(row.group, row.key) for row in rows}
            connection.execute(delete(MembershipRow))
            for batch in batches(lines):
                connection.execute(insert(MembershipRow), batch)
        return sorted({group for group, _ in before ^ {(line["group"], line["key"]) for line in lines}})

    def all(self, group: str | None = None) -> list[Membership]:
        """The memberships of a group or of all, the surest first."""
        query = select(*(getattr(MembershipRow, name) for name in _FIELDS))
        query = query.order_by(MembershipRow.group, MembershipRow.score.desc(), MembershipRow.doc_id)
        if group is not None:
            query = query.where(MembershipRow.group == group)
        with self._db.reading() as connection:
            rows = connection.execute(query).all()
        return [Membership(*row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many people were assigned to each group."""
        query = select(MembershipRow.group, func.count()).group_by(MembershipRow.group).order_by(MembershipRow.group)
        with self._db.reading() as connection:
            return {group: count for group, count in connection.execute(query).all()}  # noqa: C416  # rows, not pairs

    def _line(self, member: Membership) -> dict[str, Any]:
        return {
            "group": member.group,
            "key": digest(member.speaker),
            "speaker": member.speaker,
            "author": member.author,
            "score": member.score,
            "doc_id": member.doc_id,
            "doc": digest(member.doc_id),
            "start": member.start,
            "stop": member.end,
            "at": self._clock(),
        }
