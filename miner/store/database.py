"""SQLite or PostgreSQL: transactions that mean the same on both, and errors a person can act on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, create_engine, event, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from miner.errors import BadInput, MinerError, NotWritable
from miner.store.tables import Counter

FILE = "miner.db"
# How long a writer waits for another one, in milliseconds; a batch takes a fraction of a second.
PATIENCE = 60_000
_WAYS = "Known: sqlite:///FILE, postgresql+psycopg://USER@HOST/DATABASE."


class StoreUnavailable(MinerError):
    """The database doesn't answer now; the same work can be tried again later."""


class Database:
    """Reading and writing transactions on one database."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.name = Path(url.database or "").name if url.get_backend_name() == "sqlite" else url.render_as_string()
        self.engine = _engine(url)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        return Path(self.url.database or "") if self.is_sqlite else None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def writing(self, *, hasty: bool = False) -> Iterator[Connection]:
        """All of it is written when the block ends well, nothing when it doesn't.

        A ``hasty`` one doesn't wait for PostgreSQL's disk: it is whole or absent after a power cut, too, but may be
        absent although the block had ended. SQLite's are like that anyway (see ``_set_up``).
        """
        with self._translated(), self.engine.connect() as bare:
            # SQLite has one writer at a time; who says so at once waits, who says so later is refused.
            connection = bare.execution_options(miner_writes=True)
            with connection.begin():
                if hasty and not self.is_sqlite:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield connection

    @contextlib.contextmanager
    def maintaining(self) -> Iterator[Connection]:
        """Commands that no transaction may hold, such as VACUUM."""
        with self._translated(), self.engine.connect() as bare:
            yield bare.execution_options(
                **({"miner_bare": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"})
            )

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            said = _translation(error, self.name)
            if said is None:
                raise
            raise said from error

    def close(self) -> None:
        self.engine.dispose()


def advance(connection: Connection, name: str, by: int = 1) -> int:
    """Move a counter and return its new value. Until the transaction ends nobody else moves it."""
    value: int = connection.execute(_MOVE, {"of": name, "by": by}).scalar_one()
    return value


def counted(connection: Connection, name: str) -> int:
    value: int = connection.execute(_VALUE, {"of": name}).scalar_one()
    return value


# Put together once, since every page of a crawl counts.
_MOVE = (
    update(Counter)
    .where(Counter.name == bindparam("of"))
    .values(value=Counter.value + bindparam("by"))
    .returning(Counter.value)
)
_VALUE = select(Counter.value).where(Counter.name == bindparam("of"))


def database_of(workspace: Path, url: str | None = None) -> Database:
    """The database at ``url``, else MINER_DATABASE_URL, else ``<workspace>/miner.db``."""
    given = url or os.environ.get("MINER_DATABASE_URL") or None
    return Database(_parsed(given) if given else URL.create("sqlite", database=str(workspace / FILE)))


def _parsed(given: str) -> URL:
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:
        raise BadInput(f"MINER_DATABASE_URL: {_hidden(given)!r} is no address of a database. {_WAYS}") from error
    shown = url.render_as_string()
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database in {None, "", ":memory:"}:
        raise BadInput(f"MINER_DATABASE_URL: {shown!r} names no file, what is stored would be lost. {_WAYS}")
    if url.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise BadInput(f"MINER_DATABASE_URL: {shown!r}: no driver {url.drivername!r}. {_WAYS}")
    return url


def _hidden(given: str) -> str:
    """An address that can't be parsed may still hold a password."""
    return given.rsplit("@", maxsplit=1)[-1][:100]


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url)
        # A complaint of the database would quote what people wrote.
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10}, hide_parameters=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadInput(f"MINER_DATABASE_URL: {url.drivername} is not installed: {error}. {_WAYS}") from error


def _sqlite(url: URL) -> Engine:
    _make_file(Path(url.database or ""))
    engine = create_engine(url, connect_args={"timeout": PATIENCE / 1_000}, hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _make_file(file: Path) -> None:
    """The database holds what people wrote, so it is made for its owner's eyes only."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise NotWritable(f"{file}: can't be made: {error.strerror}. Choose a workspace you may write to.") from error


def _set_up(raw: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    del record
    raw.isolation_level = None  # transactions begin where _begin says
    for pragma in (
        f"busy_timeout = {PATIENCE}",
        # With WAL a crash of the machine may lose the last batches, but never breaks the file; kill -9 loses nothing.
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "cache_size = -65536",
        "temp_store = MEMORY",
        # 32 MB: a page of a crawl touches leaves all over the indexes, which are written back once for many pages.
        "wal_autocheckpoint = 8000",
    ):
        raw.execute(f"PRAGMA {pragma}").close()
    _write_ahead(raw)


def _write_ahead(raw: sqlite3.Connection) -> None:
    """SQLite doesn't wait by itself for others that lay out the same new file at this moment."""
    until = time.monotonic() + PATIENCE / 1_000
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("miner_bare"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("miner_writes") else "BEGIN")


def _translation(error: DBAPIError, name: str) -> MinerError | None:
    """What went wrong outside of our own SQL, in words; None when it is our own mistake."""
    text = str(error.orig)
    low = text.lower()
    for signs, kind, said in _TROUBLES:
        if any(sign in low for sign in signs):
            return kind(f"{name}: {said} ({text.strip().splitlines()[0] if text.strip() else error})")
    if error.connection_invalidated:
        return StoreUnavailable(f"{name}: the connection to the database was lost. Try again ({text.strip()})")
    return None


_TROUBLES: list[tuple[tuple[str, ...], type[MinerError], str]] = [
    (
        ("readonly database", "read-only"),
        NotWritable,
        "the database can't be written. Give it write permission, or choose another workspace",
    ),
    (
        ("unable to open database",),
        NotWritable,
        "the database can't be opened. Check the folder and its permissions, or choose another workspace",
    ),
    (
        ("database or disk is full", "no space left", "disk full"),
        StoreUnavailable,
        "the disk is full; what was written before is kept. Make room and run the same command again",
    ),
    (
        ("database is locked",),
        StoreUnavailable,
        "another process has been writing for a minute. Wait for it, or stop it, and run the same command again",
    ),
    (
        ("not a database", "disk image is malformed"),
        BadInput,
        "this file is no intact database. Put a backup in its place",
    ),
    (
        ("deadlock detected", "could not serialize"),
        StoreUnavailable,
        "two processes stood in each other's way; nothing of this one was written. Run the same command again",
    ),
    (
        ("disk i/o error",),
        StoreUnavailable,
        "the disk failed. Check it and run the same command again",
    ),
    (
        ("fatal:  database", "fatal:  role", "authentication failed", "no pg_hba.conf entry", "permission denied"),
        BadInput,
        "the database server refuses. Check user, password and database of MINER_DATABASE_URL",
    ),
    (
        ("connection refused", "could not connect", "connection failed", "connection timeout", "server closed",
         "terminating connection", "connection is lost", "the connection is closed", "starting up", "shutting down"),
        StoreUnavailable,
        "the database server doesn't answer. Check that it runs and that MINER_DATABASE_URL is right, and try again",
    ),
]  # fmt: skip
