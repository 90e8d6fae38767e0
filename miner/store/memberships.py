"""Whose posts belong to which client group, where nobody said so when they were collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, true

from miner.records import Membership
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.documents import People
from miner.store.findable import fill, renew
from miner.store.pages import batches
from miner.store.tables import MembershipRow, Meta, PostRow

_FIELDS = ("speaker", "group", "score", "doc_id", "start", "stop")
_RULE = "membership_rule"
_PERSON = (MembershipRow.group, MembershipRow.key, MembershipRow.author, MembershipRow.doc)


class Memberships:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def replace(self, members: Iterable[Membership], of: People | None = None, rule: str = "") -> list[str]:
        """Keep these memberships in place of the former ones, ``of`` some people or of all.

        ``rule`` names what everybody was judged by, for ``rule()`` to tell. Returns the groups whose people changed.
        """
        lines = [self._line(member) for member in members]
        with self._db.writing() as connection:
            advance(connection, "candidates")
            before: dict[Any, Mapping[Any, Any]] = {}
            for mine in _whose(of):
                rows = connection.execute(select(*_PERSON).where(mine)).mappings()
                before |= {(row["group"], row["key"]): row for row in rows}
                connection.execute(delete(MembershipRow).where(mine))
            for batch in batches(lines):
                connection.execute(insert(MembershipRow), batch)
            after: dict[Any, Mapping[Any, Any]] = {(line["group"], line["key"]): line for line in lines}
            changed = before.keys() ^ after.keys()
            _tell(connection, [after.get(one) or before[one] for one in changed])
            if of is None:
                connection.execute(delete(Meta).where(Meta.name == _RULE))
                connection.execute(insert(Meta).values(name=_RULE, value=rule))
        fill(self._db)
        return sorted({group for group, _ in changed})

    def rule(self) -> str:
        """What everybody was judged by when all memberships were last replaced."""
        with self._db.reading() as connection:
            return connection.execute(select(Meta.value).where(Meta.name == _RULE)).scalar_one_or_none() or ""

    def of(self, people: People) -> list[Membership]:
        """The memberships of these people."""
        query = select(*(getattr(MembershipRow, name) for name in _FIELDS))
        with self._db.reading() as connection:
            return [Membership(*row) for mine in _whose(people) for row in connection.execute(query.where(mine))]

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


def _whose(people: People | None) -> Iterator[ColumnElement[bool]]:
    """Conditions under which a membership is of these people, of everybody without them."""
    if people is None:
        yield true()
        return
    for batch in batches(people.authors):
        yield MembershipRow.author.in_(batch)
    for batch in batches(people.alone):
        yield and_(MembershipRow.doc.in_([digest(name) for name in batch]), MembershipRow.author.is_(None))


def _tell(connection: Connection, people: Sequence[Mapping[Any, Any]]) -> None:
    """Posts of these people are found in other groups than before."""
    authors = {one["author"] for one in people if one["author"] is not None}
    alone = {one["doc"] for one in people if one["author"] is None}
    stray = select(PostRow.seq).where(PostRow.group.is_(None))
    for column, values in ((PostRow.author, authors), (PostRow.key, alone)):
        for batch in batches(values):
            renew(connection, list(connection.execute(stray.where(column.in_(batch))).scalars()))
