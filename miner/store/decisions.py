"""The log of what people decided. It only grows: the database itself refuses to change or delete a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from miner.errors import BadInput, MinerError
from miner.records import Decision
from miner.store.columns import digest
from miner.store.database import Database, advance, counted
from miner.store.pages import Query, paged
from miner.store.tables import DecisionRow

DECISION = (
    DecisionRow.id,
    DecisionRow.at,
    DecisionRow.who,
    DecisionRow.action,
    DecisionRow.target,
    DecisionRow.data,
)


class Overtaken(MinerError):
    """Somebody else has decided on the same target meanwhile."""


class Decisions:
    def __init__(self, database: Database) -> None:
        self._db = database

    def append(self, decision: Decision, last: Mapping[str, str | None] | None = None) -> bool:
        """Add a line to the log. The same decision twice counts once: False then. Raises BadInput for another one.

        ``last`` says which decision on each of these targets is the last one known to whoever decides (None: there is
        none); Overtaken is raised when there is a later one, and nothing is written.
        """
        with self._db.writing() as connection:
            place = advance(connection, "decisions")
            for target, known in (last or {}).items():
                if self._last(connection, target) != known:
                    raise Overtaken(f"somebody else has decided on {target!r} meanwhile. Look at it and decide again.")
            there = select(*DECISION).where(DecisionRow.key == digest(decision.id))
            row = connection.execute(there).first()
            if row is None:
                connection.execute(
                    insert(DecisionRow).values(
                        seq=place,
                        key=digest(decision.id),
                        id=decision.id,
                        at=decision.at,
                        who=decision.who,
                        action=decision.action,
                        target=decision.target,
                        target_key=digest(decision.target),
                        data=dict(decision.data),
                    )
                )
                return True
        if Decision(*row) != decision:
            raise BadInput(
                f"decision {decision.id!r} is in the log already and says something else. "
                "Decisions are only ever appended: give the new one an id of its own."
            )
        return False

    def get(self, decision: str) -> Decision | None:
        """The decision with this id."""
        with self._db.reading() as connection:
            row = connection.execute(select(*DECISION).where(DecisionRow.key == digest(decision))).first()
            return Decision(*row) if row else None

    def place(self) -> int:
        """A number that grows with every decision."""
        with self._db.reading() as connection:
            return counted(connection, "decisions")

    def after(self, place: int) -> Iterator[tuple[int, Decision]]:
        """Decisions with their places in the log, those after a place, in order."""
        query = select(DecisionRow.seq, *DECISION).where(DecisionRow.seq > place)
        for page in paged(self._db, query, DecisionRow.seq.expression):
            yield from ((row.seq, Decision(*row[1:])) for row in page)

    def all(self, target: str | None = None) -> Iterator[Decision]:
        """Decisions in the order in which they were made, about one topic or candidate or about all."""
        query = select(DecisionRow.seq, *DECISION)
        return self._read(query if target is None else query.where(DecisionRow.target_key == digest(target)))

    def since(self, decision: str | None) -> Iterator[Decision]:
        """Decisions that were appended after the one with this id; None means all of them.

        The order of the log counts, so clocks that jump lose nothing. Raises BadInput when there is no such decision.
        """
        if decision is None:
            return self.all()
        with self._db.reading() as connection:
            query = select(DecisionRow.seq).where(DecisionRow.key == digest(decision))
            place = connection.execute(query).scalar_one_or_none()
        if place is None:
            raise BadInput(f"no decision {decision!r} in the log. Read the whole log, or name a decision from it.")
        return self._read(select(DecisionRow.seq, *DECISION).where(DecisionRow.seq > place))

    def _last(self, connection: Connection, target: str) -> Any:
        mine = select(DecisionRow.id).where(DecisionRow.target_key == digest(target))
        return connection.execute(mine.order_by(DecisionRow.seq.desc()).limit(1)).scalar_one_or_none()

    def _read(self, query: Query) -> Iterator[Decision]:
        for page in paged(self._db, query, DecisionRow.seq.expression):
            yield from (Decision(*row[1:]) for row in page)
