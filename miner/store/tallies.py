"""Figures that only grow: any worker on any machine adds to them, one page of metrics shows them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert, select, update

from miner.store.database import Database, advance
from miner.store.tables import TallyRow


class Tallies:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, amounts: Mapping[tuple[str, str], float]) -> None:
        """Add to figures by their metric and subject: ``{("stage_seconds", "annotate"): 2.5}``."""
        with self._db.writing(hasty=True) as connection:
            advance(connection, "runs")
            for (metric, subject), amount in sorted(amounts.items()):
                mine = (TallyRow.metric == metric, TallyRow.subject == subject)
                added = update(TallyRow).where(*mine).values(value=TallyRow.value + amount)
                if not connection.execute(added).rowcount:
                    connection.execute(insert(TallyRow).values(metric=metric, subject=subject, value=amount))

    def all(self) -> dict[tuple[str, str], float]:
        """Every figure by its metric and subject."""
        with self._db.reading() as connection:
            rows = connection.execute(select(TallyRow.metric, TallyRow.subject, TallyRow.value)).all()
        return {(row.metric, row.subject): row.value for row in rows}
