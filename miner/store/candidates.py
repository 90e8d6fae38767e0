"""What the last mining of each group suggests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from miner.records import Candidate, Fact, Mined, Quote
from miner.store.codec import pack, unpack
from miner.store.columns import digest
from miner.store.database import Database, advance, counted
from miner.store.pages import batches
from miner.store.quotes import by_line, columns, quote_line
from miner.store.tables import CandidateQuoteRow, CandidateRow, MinedRow
from miner.store.webhooks import announce

_OWN = ("id", "kind", "text", "evidence")


class Candidates:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def replace(self, mined: Mined) -> None:
        """Keep this answer in place of the former one of its group, all of it or nothing; webhooks hear what is new."""
        with self._db.writing() as connection:
            advance(connection, "candidates")
            former = set(connection.execute(select(CandidateRow.id).where(CandidateRow.group == mined.group)).scalars())
            new = [
                {"id": c.id, "kind": c.kind, "text": c.text, "authors": c.support.authors}
                for c in mined.candidates
                if c.id not in former
            ]
            announce(connection, mined.group, new, self._clock())
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

    def heads(self, group: str) -> Sequence[Candidate]:
        """A group's candidates without their quotes, in the order of the last answer."""
        with self._db.reading() as connection:
            return list(_heads(connection, group))

    def places(self, group: str) -> dict[str, frozenset[tuple[str, int]]]:
        """Where the quotes of a group's candidates stand, by candidate: posts and offsets."""
        own = (CandidateQuoteRow.group == CandidateRow.group, CandidateQuoteRow.candidate == CandidateRow.number)
        query = select(CandidateRow.id, CandidateQuoteRow.doc_id, CandidateQuoteRow.start)
        found: dict[str, set[tuple[str, int]]] = defaultdict(set)
        with self._db.reading() as connection:
            here = query.join_from(CandidateRow, CandidateQuoteRow, and_(*own)).where(
                CandidateRow.group == group, CandidateQuoteRow.group == group
            )
            for name, doc, start in connection.execute(here):
                found[name].add((doc, start))
        return {name: frozenset(places) for name, places in found.items()}

    def quotes(self, candidate: str, *, after: int = -1, limit: int = 20) -> Sequence[Quote]:
        """Quotes of a candidate from the one after that number on, the most telling first."""
        with self._db.reading() as connection:
            query = select(CandidateRow.group, CandidateRow.number).where(CandidateRow.key == digest(candidate))
            found = connection.execute(query).first()
            if found is None:
                return []
            mine = (CandidateQuoteRow.group == found.group, CandidateQuoteRow.candidate == found.number)
            lines = select(*columns(CandidateQuoteRow)).where(*mine, CandidateQuoteRow.number > after)
            return [Quote(*row) for row in connection.execute(lines.order_by(CandidateQuoteRow.number).limit(limit))]

    def place(self) -> int:
        """A number that grows with every answer that is kept."""
        with self._db.reading() as connection:
            return counted(connection, "candidates")

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


def _heads(connection: Connection, group: str) -> Iterator[Candidate]:
    lines = select(CandidateRow.id, CandidateRow.kind, CandidateRow.text, CandidateRow.body)
    for row in connection.execute(lines.where(CandidateRow.group == group).order_by(CandidateRow.number)):
        yield unpack(Candidate, {"id": row.id, "kind": row.kind, "text": row.text, "evidence": ()} | row.body)


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
