"""What the last mining of each group suggests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from miner.records import Candidate, Fact, Mined
from miner.store.codec import pack, unpack
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.pages import batches
from miner.store.quotes import by_line, columns, quote_line
from miner.store.tables import CandidateQuoteRow, CandidateRow, MinedRow

_OWN = ("id", "kind", "text", "evidence")


class Candidates:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def replace(self, mined: Mined) -> None:
        """Keep this answer in place of the former one of its group, all of it or nothing."""
        with self._db.writing() as connection:
            advance(connection, "candidates")
            for table in (CandidateQuoteRow, CandidateRow, MinedRow):
                connection.execute(delete(table).where(table.group == mined.group))
            connection.execute(
                insert(MinedRow).values(
                    group=mined.group,
                    posts=mined.posts,
                    authors=mined.authors,
                    facts=pack(mined.facts),
                    notes=list(mined.notes),
                    at=self._clock(),
                )
            )
            for batch in batches(_lines(mined)):
                connection.execute(insert(CandidateRow), batch)
            for batch in batches(_quotes(mined)):
                connection.execute(insert(CandidateQuoteRow), batch)

    def of(self, group: str) -> Mined | None:
        """The last answer of a group, None when it was never mined."""
        with self._db.reading() as connection:
            head = connection.execute(select(MinedRow.__table__).where(MinedRow.group == group)).first()
            if head is None:
                return None
            return Mined(
                group=group,
                posts=head.posts,
                authors=head.authors,
                candidates=tuple(_candidates(connection, group)),
                facts=tuple(unpack(Fact, fact) for fact in head.facts),
                notes=tuple(head.notes),
            )

    def get(self, candidate: str) -> Candidate | None:
        """The candidate with this id, whichever group it is of."""
        with self._db.reading() as connection:
            query = select(CandidateRow.group, CandidateRow.number).where(CandidateRow.key == digest(candidate))
            found = connection.execute(query).first()
            return next(_candidates(connection, *found), None) if found else None

    def groups(self) -> dict[str, datetime]:
        """The groups that were mined, and when."""
        with self._db.reading() as connection:
            rows = connection.execute(select(MinedRow.group, MinedRow.at).order_by(MinedRow.group)).all()
            return {row.group: row.at for row in rows}


def _lines(mined: Mined) -> Iterator[dict[str, Any]]:
    for number, candidate in enumerate(mined.candidates):
        body = {name: value for name, value in pack(candidate).items() if name not in _OWN}
        yield {
            # A candidate may name another group than its answer does; its body remembers.
            "group": mined.group,
            "number": number,
            "id": candidate.id,
            "key": digest(candidate.id),
            "kind": candidate.kind,
            "text": candidate.text,
            "body": body,
        }


def _quotes(mined: Mined) -> Iterator[dict[str, Any]]:
    for line, candidate in enumerate(mined.candidates):
        for number, quote in enumerate(candidate.evidence):
            yield {"group": mined.group, "candidate": line, "number": number} | quote_line(quote)


def _candidates(connection: Connection, group: str, number: int | None = None) -> Iterator[Candidate]:
    lines = select(CandidateRow.number, CandidateRow.id, CandidateRow.kind, CandidateRow.text, CandidateRow.body)
    quotes = select(CandidateQuoteRow.candidate, *columns(CandidateQuoteRow))
    lines, quotes = lines.where(CandidateRow.group == group), quotes.where(CandidateQuoteRow.group == group)
    if number is not None:
        lines, quotes = lines.where(CandidateRow.number == number), quotes.where(CandidateQuoteRow.candidate == number)
    found = by_line(connection.execute(quotes.order_by(CandidateQuoteRow.candidate, CandidateQuoteRow.number)))
    for row in connection.execute(lines.order_by(CandidateRow.number)):
        evidence = pack(tuple(found[row.number]))
        yield unpack(Candidate, {"id": row.id, "kind": row.kind, "text": row.text, "evidence": evidence} | row.body)
