"""An author's right to be forgotten: every trace goes, and the next crawl brings none back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, text, update

from miner.errors import BadInput
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.keys import AuthorKeys
from miner.store.pages import batches
from miner.store.quotes import voice
from miner.store.tables import (
    CandidateQuoteRow,
    ForgottenRow,
    MemberRow,
    MembershipRow,
    PostRow,
    ProfileQuoteRow,
    TopicRow,
    TopicStateRow,
)
from miner.store.topics import post_of_text


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many posts and quotes went."""

    posts: int
    quotes: int


def forget(database: Database, keys: AuthorKeys, author: str, clock: Callable[[], datetime]) -> Forgotten:
    """Remove an author, given as a key or as ``name@source``: posts, versions, annotations, quotes, topic members.

    Numbers of people behind a line stay as they were counted. Bytes of what is removed are overwritten in SQLite's file
    and vacuumed in PostgreSQL's; backups and exported files are yours to delete.
    """
    key = _key(keys, author)
    with database.writing() as connection:
        advance(connection, "posts")
        advance(connection, "candidates")
        _remember(connection, keys.mark("forgotten", key), clock())
        found = connection.execute(
            select(PostRow.seq, PostRow.id).where(PostRow.author == key).order_by(PostRow.seq).with_for_update()
        ).all()
        quotes = _unquote(connection, key, [digest(row.id) for row in found])
        connection.execute(delete(MembershipRow).where(MembershipRow.author == key))
        _leave_topics(connection, [row.id for row in found])
        for batch in batches([row.seq for row in found]):
            connection.execute(delete(PostRow).where(PostRow.seq.in_(batch)))
    _sweep(database)
    return Forgotten(len(found), quotes)


def _key(keys: AuthorKeys, author: str) -> str:
    if keys.is_key(author):
        return author
    name, at, source = author.rpartition("@")
    if not at or not name.strip():
        raise BadInput(
            f"{author!r} is no author of this workspace. Give a key (a:…, as miner export posts shows it), "
            "or the name and the source: NAME@SOURCE."
        )
    return keys.key(source or None, name)


def _remember(connection: Connection, mark: bytes, at: datetime) -> None:
    if connection.execute(select(ForgottenRow.mark).where(ForgottenRow.mark == mark)).first() is None:
        connection.execute(insert(ForgottenRow).values(mark=mark, at=at))


def _unquote(connection: Connection, key: str, docs: Sequence[bytes]) -> int:
    gone = 0
    for table in (CandidateQuoteRow, ProfileQuoteRow):
        gone += connection.execute(delete(table).where(table.voice == voice(key))).rowcount
        for batch in batches(docs):
            gone += connection.execute(delete(table).where(table.doc.in_(batch))).rowcount
    return gone


def _leave_topics(connection: Connection, posts: Sequence[str]) -> None:
    for batch in batches(posts):
        mine = MemberRow.key.in_([digest(post) for post in batch])
        touched = connection.execute(select(MemberRow.scope, MemberRow.topic).where(mine).distinct()).all()
        connection.execute(delete(MemberRow).where(mine))
        for scope, topic in touched:
            row = (TopicRow.scope == scope, TopicRow.id == topic)
            shown = connection.execute(select(TopicRow.representative).where(*row)).scalar_one()
            kept = [name for name in shown if post_of_text(name) not in posts]
            connection.execute(update(TopicRow).where(*row).values(representative=kept))
    if posts:
        _leave_states(connection, set(posts))


def _leave_states(connection: Connection, posts: set[str]) -> None:
    for row in connection.execute(select(TopicStateRow.scope, TopicStateRow.body)).all():
        base = {text: topic for text, topic in row.body.get("base", {}).items() if post_of_text(text) not in posts}
        if len(base) < len(row.body.get("base", {})):
            kept = row.body | {"base": base}
            connection.execute(update(TopicStateRow).where(TopicStateRow.scope == row.scope).values(body=kept))


def _sweep(database: Database) -> None:
    """Deleting leaves copies behind: in SQLite's log, in PostgreSQL's dead rows."""
    with database.maintaining() as connection:
        if database.is_sqlite:
            # The index keeps what is deleted until it is merged.
            connection.exec_driver_sql("INSERT INTO findable_words (findable_words) VALUES ('optimize')")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for table in (
            "posts", "post_versions", "statements", "entities", "candidate_quotes", "profile_quotes", "findable",
        ):  # fmt: skip
            connection.execute(text(f"VACUUM {table}"))
