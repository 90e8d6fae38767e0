"""What the last mining of each group suggests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from miner.records import KINDS, Candidate, Fact, Kind, Mined, Quote, Support
from miner.shares import wilson
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

    def replace(self, mined: Mined, words: Mapping[str, int] | None = None) -> None:
        """Keep this answer in place of the former one of its group, all of it or nothing; webhooks hear what is new.

        ``words`` counts the group's people by word, for ``words`` to tell.
        """
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
                    fitted=mined.posts,
                    words=dict(words) if words is not None else None,
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

    def group_of(self, candidate: str) -> str | None:
        """The group of the candidate with this id."""
        with self._db.reading() as connection:
            query = select(CandidateRow.group).where(CandidateRow.key == digest(candidate))
            found: str | None = connection.execute(query).scalars().first()
            return found

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

    def quotes(self, candidate: str, *, after: int = -1, limit: int = 20) -> Sequence[tuple[int, Quote]]:
        """Quotes of a candidate with their numbers, those after a number, the most telling first."""
        with self._db.reading() as connection:
            query = select(CandidateRow.group, CandidateRow.number).where(CandidateRow.key == digest(candidate))
            found = connection.execute(query).first()
            if found is None:
                return []
            mine = (CandidateQuoteRow.group == found.group, CandidateQuoteRow.candidate == found.number)
            lines = select(CandidateQuoteRow.number, *columns(CandidateQuoteRow))
            further = lines.where(*mine, CandidateQuoteRow.number > after).order_by(CandidateQuoteRow.number)
            rows: Sequence[Sequence[Any]] = connection.execute(further.limit(limit)).all()
            return [(row[0], Quote(*row[1:])) for row in rows]

    def fitted(self, group: str) -> tuple[int, int] | None:
        """How many posts a group had when all of it was last mined, and how many it has had since; None if never."""
        with self._db.reading() as connection:
            row = connection.execute(select(MinedRow.fitted, MinedRow.posts).where(MinedRow.group == group)).first()
            return (row.fitted, row.posts) if row else None

    def words(self) -> dict[str, dict[str, int]]:
        """How many people use each word, by group, of the groups whose words were kept."""
        query = select(MinedRow.group, MinedRow.words).where(MinedRow.words.is_not(None))
        with self._db.reading() as connection:
            return {row.group: row.words for row in connection.execute(query)}

    def cores(self, group: str, size: int) -> dict[Kind, dict[int, list[Quote]]]:
        """The most central quotes of each line of a group, at most ``size``, by kind and the line's number."""
        lines = select(CandidateRow.number, CandidateRow.kind).where(CandidateRow.group == group)
        quotes = select(CandidateQuoteRow.candidate, *columns(CandidateQuoteRow))
        mine = (CandidateQuoteRow.group == group, CandidateQuoteRow.number < size)
        quotes = quotes.where(*mine).order_by(CandidateQuoteRow.candidate, CandidateQuoteRow.number)
        found: dict[Kind, dict[int, list[Quote]]] = defaultdict(dict)
        with self._db.reading() as connection:
            own = by_line(connection.execute(quotes))
            for row in connection.execute(lines.order_by(CandidateRow.number)):
                kind: Any = row.kind
                found[kind][row.number] = own[row.number]
        return dict(found)

    def grow(
        self,
        group: str,
        more: Mapping[int, Sequence[Quote]],
        *,
        instead: Iterable[str],
        authors: int,
        posts: int,
    ) -> None:
        """Let a group's lines (by number) have further quotes, in place of all quotes of the posts ``instead``.

        ``authors`` and ``posts`` are how many the group has now. Support and rank are counted anew; wording, trend and
        the like stay as they were when the group was last mined as a whole.
        """
        with self._db.writing() as connection:
            advance(connection, "candidates")
            for batch in batches(instead):
                docs = [digest(post) for post in batch]
                gone = (CandidateQuoteRow.doc.in_(docs), CandidateQuoteRow.group == group)
                connection.execute(delete(CandidateQuoteRow).where(*gone))
            last = _last_numbers(connection, group)
            rows: Iterator[dict[str, Any]] = (
                {"group": group, "candidate": line, "number": last.get(line, -1) + 1 + n} | quote_line(quote)
                for line, quotes in more.items()
                for n, quote in enumerate(quotes)
            )
            for lot in batches(rows):
                connection.execute(insert(CandidateQuoteRow), lot)
            _recount(connection, group, authors)
            now = {"authors": authors, "posts": posts, "at": self._clock()}
            connection.execute(update(MinedRow).where(MinedRow.group == group).values(**now))

    def place(self) -> int:
        """A number that grows with every answer that is kept."""
        with self._db.reading() as connection:
            return counted(connection, "candidates")

    def groups(self) -> dict[str, datetime]:
        """The groups that were mined, and when."""
        with self._db.reading() as connection:
            rows = connection.execute(select(MinedRow.group, MinedRow.at).order_by(MinedRow.group)).all()
            return {row.group: row.at for row in rows}


def _last_numbers(connection: Connection, group: str) -> dict[int, int]:
    query = select(CandidateQuoteRow.candidate, func.max(CandidateQuoteRow.number))
    mine = query.where(CandidateQuoteRow.group == group).group_by(CandidateQuoteRow.candidate)
    return {row[0]: row[1] for row in connection.execute(mine)}


def _recount(connection: Connection, group: str, authors: int) -> None:
    """Support of every line of a group by its quotes, and the order that follows from it."""
    q = CandidateQuoteRow
    distinct = [
        func.count(each.distinct())
        for each in (q.voice, func.coalesce(q.thread, q.url, q.doc_id), q.source, func.substr(q.date, 1, 7))
    ]
    query = select(q.candidate, func.count(), *distinct).where(q.group == group).group_by(q.candidate)
    counts = {row[0]: row[1:] for row in connection.execute(query)}
    rows = connection.execute(
        select(CandidateRow.number, CandidateRow.kind, CandidateRow.body, CandidateRow.place)
        .where(CandidateRow.group == group)
        .order_by(CandidateRow.place)
    ).all()
    supports = {row.number: _support(counts.get(row.number, (0,) * 5), authors) for row in rows}
    ranked = sorted(rows, key=lambda row: (KINDS.index(row.kind), -supports[row.number].authors, row.place))
    changed = [
        {"p_number": row.number, "p_body": row.body | {"support": pack(supports[row.number])}, "p_place": place}
        for place, row in enumerate(ranked)
    ]
    if changed:
        mine = (CandidateRow.group == group, CandidateRow.number == bindparam("p_number"))
        values: dict[str, Any] = {"body": bindparam("p_body"), "place": bindparam("p_place")}
        connection.execute(update(CandidateRow).where(*mine).values(values), changed)


def _support(counts: Sequence[int], people: int) -> Support:
    statements, authors, threads, sources, months = counts
    total = max(people, authors)
    share = authors / total if total else 0.0
    return Support(authors, statements, threads, sources, months, share, wilson(authors, total))


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
            "place": number,
        }


def _quotes(mined: Mined) -> Iterator[dict[str, Any]]:
    for line, candidate in enumerate(mined.candidates):
        for number, quote in enumerate(candidate.evidence):
            yield {"group": mined.group, "candidate": line, "number": number} | quote_line(quote)


def _heads(connection: Connection, group: str) -> Iterator[Candidate]:
    lines = select(CandidateRow.id, CandidateRow.kind, CandidateRow.text, CandidateRow.body)
    for row in connection.execute(lines.where(CandidateRow.group == group).order_by(CandidateRow.place)):
        yield unpack(Candidate, {"id": row.id, "kind": row.kind, "text": row.text, "evidence": ()} | row.body)


def _candidates(connection: Connection, group: str, number: int | None = None) -> Iterator[Candidate]:
    lines = select(CandidateRow.number, CandidateRow.id, CandidateRow.kind, CandidateRow.text, CandidateRow.body)
    quotes = select(CandidateQuoteRow.candidate, *columns(CandidateQuoteRow))
    lines, quotes = lines.where(CandidateRow.group == group), quotes.where(CandidateQuoteRow.group == group)
    if number is not None:
        lines, quotes = lines.where(CandidateRow.number == number), quotes.where(CandidateQuoteRow.candidate == number)
    found = by_line(connection.execute(quotes.order_by(CandidateQuoteRow.candidate, CandidateQuoteRow.number)))
    for row in connection.execute(lines.order_by(CandidateRow.place)):
        evidence = pack(tuple(found[row.number]))
        yield unpack(Candidate, {"id": row.id, "kind": row.kind, "text": row.text, "evidence": evidence} | row.body)
