"""What the search knows of annotated posts: their lemmas, and marks such as «this is of the group rural».

Who writes or changes an annotation says ``renew`` within the same transaction, which leaves a row without words;
``fill`` makes the words of such rows afterwards, in batches. Whoever is killed between leaves rows for the next one.

Words come from the masked text, so nobody is found by a phone number. Of a post whose words were dropped for their age
what was found in it stays findable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, literal_column, select, update

from miner.masks import disjoint
from miner.records import Mask
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.pages import AnyRow, batches
from miner.store.tables import DocumentRow, FindableRow, MembershipRow, PostRow, PublisherRow, StatementRow

BATCH = 500
# So many words of a post are searched; a tsvector ends at a megabyte.
MOST = 10_000
LONGEST = 60
# The order of arrival has forty bits, the day the ones above.
DAY = 1 << 40
_ORDINAL = {
    "sqlite": "CAST(julianday(posts.day) - 1721424.5 AS INTEGER)",
    "postgresql": "CAST(CAST(posts.day AS date) - DATE '0001-01-01' + 1 AS bigint)",
}
EVERY = "="


def mark(kind: str, value: str) -> str:
    """A lexeme that is no word: it says that a post has this property.

    >>> mark("group", "rural") == mark("group", "rural") != mark("source", "rural")
    True
    """
    return f"{EVERY}{digest(kind, value).hex()}"


def day_place(day: date) -> int:
    """The place before all posts of a day."""
    return day.toordinal() * DAY


def renew(connection: Connection, posts: Sequence[int]) -> None:
    """Say that what is known of these posts has changed, as part of a transaction: they are findable after ``fill``."""
    ordinal: ColumnElement[int] = literal_column(_ORDINAL[connection.dialect.name])
    for batch in batches(posts):
        connection.execute(delete(FindableRow).where(FindableRow.post.in_(batch)))
        last = (
            select(ordinal * DAY + PostRow.seq, PostRow.seq, func.max(DocumentRow.pipeline))
            .join_from(PostRow, DocumentRow, DocumentRow.post == PostRow.seq)
            # Said of both sides, so that no planner reads all documents.
            .where(PostRow.seq.in_(batch), DocumentRow.post.in_(batch))
            .group_by(PostRow.seq, PostRow.day)
        )
        connection.execute(insert(FindableRow).from_select(["place", "post", "pipeline"], last))


def waiting(database: Database) -> int:
    """How many posts are not findable yet."""
    with database.reading() as connection:
        query = select(func.count()).select_from(FindableRow).where(FindableRow.words.is_(None), FindableRow.place > 0)
        return connection.execute(query).scalar_one()


def fill(database: Database) -> int:
    """Make the words of all rows that wait for theirs; returns how many it made. May be called by several at once."""
    made, last = 0, 0
    while True:
        with database.reading() as connection:
            rows = connection.execute(_bare(last)).all()
            lines = list(_lines(connection, rows))
        if lines:
            with database.writing() as connection:
                advance(connection, "findable")
                _write(connection, lines, {row.source for row in rows if row.source})
        made += len(lines)
        if len(rows) < BATCH:
            return made
        last = rows[-1].place


def lexemes(text: str) -> list[str]:
    """The dictionary forms of the words of a text, in their order.

    >>> lexemes("Обещали переобучение: ждём!")
    ['обещать', 'переобучение', 'ждать']
    """
    from miner.words import lemma, tokens

    return [lemma(token)[0][:LONGEST] for token in tokens(text)[:MOST]]


def _bare(last: int) -> Any:
    return (
        select(
            FindableRow.place, FindableRow.post, FindableRow.pipeline, PostRow.key, PostRow.text, PostRow.author,
            PostRow.source, PostRow.group, PostRow.dropped_at, DocumentRow.pii, DocumentRow.tone,
        )
        .join_from(FindableRow, PostRow, PostRow.seq == FindableRow.post)
        .join(DocumentRow, (DocumentRow.post == FindableRow.post) & (DocumentRow.pipeline == FindableRow.pipeline))
        .where(FindableRow.words.is_(None), FindableRow.place > last)
        .order_by(FindableRow.place)
        .limit(BATCH)
    )  # fmt: skip


def _lines(connection: Connection, rows: Sequence[AnyRow]) -> Iterator[dict[str, Any]]:
    said: dict[int, list[AnyRow]] = defaultdict(list)
    places = {row.post: row.pipeline for row in rows}
    statements = select(StatementRow.post, StatementRow.pipeline, StatementRow.kind, StatementRow.text)
    for row in connection.execute(statements.where(StatementRow.post.in_(list(places)))):
        if places[row.post] == row.pipeline:
            said[row.post].append(row)
    groups = _groups(connection, rows)
    for row in rows:
        whole = row.text if row.dropped_at is None else "\n".join(s.text for s in said[row.post])
        marks = [EVERY, mark("sentiment", row.tone), *(mark("kind", kind) for kind in {s.kind for s in said[row.post]})]
        marks += [mark("group", name) for name in groups[row.post]]
        marks += [mark("source", row.source)] if row.source else []
        yield {"p_place": row.place, "p_words": [*lexemes(_bared(whole, row)), *marks]}


def _bared(text: str, row: AnyRow) -> str:
    """The text with blanks where personal data are; of dropped words only masked statements are left."""
    if row.dropped_at is not None:
        return text
    for span in disjoint([Mask(*given) for given in row.pii or ()], len(text)):
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return text


def _groups(connection: Connection, rows: Sequence[AnyRow]) -> dict[int, set[str]]:
    """The groups that posts were collected for, or that their authors were assigned to."""
    strays = [row for row in rows if row.group is None]
    found = {row.post: {row.group} if row.group is not None else set() for row in rows}
    if not strays:
        return found
    author: dict[str, set[str]] = defaultdict(set)
    doc: dict[bytes, set[str]] = defaultdict(set)
    theirs = select(MembershipRow.group, MembershipRow.author, MembershipRow.doc)
    authors = theirs.where(MembershipRow.author.in_({row.author for row in strays if row.author}))
    alone = theirs.where(MembershipRow.author.is_(None), MembershipRow.doc.in_([row.key for row in strays]))
    for row in connection.execute(authors):
        author[row.author].add(row.group)
    for row in connection.execute(alone):
        doc[row.doc].add(row.group)
    for row in strays:
        found[row.post] |= author[row.author] if row.author else doc[row.key]
    return found


def _write(connection: Connection, lines: Sequence[dict[str, Any]], sources: set[str]) -> None:
    mine = (FindableRow.place == bindparam("p_place"), FindableRow.words.is_(None))
    connection.execute(update(FindableRow).where(*mine).values(words=bindparam("p_words")), lines)
    keys = {digest(name): name for name in sources}
    known = set(connection.execute(select(PublisherRow.key).where(PublisherRow.key.in_(list(keys)))).scalars())
    new = [{"key": key, "name": name} for key, name in keys.items() if key not in known]
    if new:
        connection.execute(insert(PublisherRow), new)
