"""One door to all repositories."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import insert, select

from miner.errors import BadInput
from miner.store import schema
from miner.store.accounts import Accounts
from miner.store.audit import Audit
from miner.store.candidates import Candidates
from miner.store.crawls import Crawls
from miner.store.database import Database, advance, database_of
from miner.store.decisions import Decisions
from miner.store.documents import Documents
from miner.store.forget import Forgotten, forget
from miner.store.keys import AuthorKeys
from miner.store.ledger import Ledger
from miner.store.memberships import Memberships
from miner.store.posts import Posts
from miner.store.profiles import Profiles
from miner.store.replies import Replies
from miner.store.runs import Runs
from miner.store.search import Search
from miner.store.sources import Sources
from miner.store.tables import Meta
from miner.store.tallies import Tallies
from miner.store.tending import tend
from miner.store.topics import Topics
from miner.store.webhooks import Webhooks

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """The repositories of a workspace. A context manager; ``close`` lets go of the database."""

    def __init__(self, database: Database, workspace: Path, clock: Clock = _now) -> None:
        self.database = database
        self.workspace = workspace
        self._clock = clock
        self.posts = Posts(database, lambda: self.keys, clock)
        self.documents = Documents(database, clock)
        self.search = Search(database, self.documents)
        self.topics = Topics(database, clock)
        self.candidates = Candidates(database, clock)
        self.memberships = Memberships(database, clock)
        self.decisions = Decisions(database)
        self.profiles = Profiles(database, clock)
        self.sources = Sources(database, clock)
        self.runs = Runs(database, clock)
        self.crawls = Crawls(database, self.posts, clock)
        self.ledger = Ledger(database, clock)
        self.tallies = Tallies(database)
        self.accounts = Accounts(database, clock)
        self.audit = Audit(database, clock)
        self.replies = Replies(database, clock)
        self.webhooks = Webhooks(database, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()

    @functools.cached_property
    def keys(self) -> AuthorKeys:
        """The keys of the authors. Raises BadInput when the database was filled under another workspace's key."""
        keys = AuthorKeys(self.workspace)
        mine = keys.mark("store").hex()
        name = "author_key"
        with self.database.reading() as connection:
            known = connection.execute(select(Meta.value).where(Meta.name == name)).scalar_one_or_none()
        if known is None:
            with self.database.writing() as connection:
                advance(connection, "posts")
                known = connection.execute(select(Meta.value).where(Meta.name == name)).scalar_one_or_none()
                if known is None:
                    connection.execute(insert(Meta).values(name=name, value=mine))
                    known = mine
        if known != mine:
            raise BadInput(
                f"{keys.path}: the authors in {self.database.name} are hidden by another key, so all of them would "
                "look like strangers. Copy author.key from the workspace that filled the database, or from a backup."
            )
        return keys

    def forget(self, author: str) -> Forgotten:
        """Remove every trace of an author, given as a key or as ``name@source``."""
        return forget(self.database, self.keys, author, self._clock)

    def tend(self) -> list[str]:
        """Do what a database that doesn't tend itself needs; returns the tables that needed it."""
        return tend(self.database)

    def upgrade(self) -> str:
        """Lead the database up to this code's version; returns it."""
        return schema.upgrade(self.database)

    def downgrade(self, to: str) -> str:
        """Lead the database down to an older version; what only newer ones hold is lost."""
        self.__dict__.pop("keys", None)  # whose key it was is told by a table
        return schema.downgrade(self.database, to)

    def version(self) -> str | None:
        """The version of the database."""
        with self.database.reading() as connection:
            return schema.version(connection)

    def backup(self, path: Path) -> Path:
        """A whole copy of an SQLite database while others go on; for PostgreSQL BadInput names pg_dump."""
        return schema.backup(self.database, Path(path))


def open_store(workspace: Path, url: str | None = None, *, check: bool = True, clock: Clock = _now) -> Store:
    """The store of a workspace: ``url``, else MINER_DATABASE_URL, else ``<workspace>/miner.db``.

    An empty database is laid out. An older one raises MinerError and a newer one BadInput, unless ``check`` is off,
    which is for leading it up or down.
    """
    workspace = Path(workspace)
    database = database_of(workspace, url)
    try:
        if check:
            schema.ready(database)
    except BaseException:
        database.close()
        raise
    return Store(database, workspace, clock)
