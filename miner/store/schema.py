"""Versions of the database: laid out when it is empty, led up or down by migrations/, refused when it is newer."""

from __future__ import annotations

import ast
import contextlib
import functools
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from miner.errors import BadInput, MinerError, NotWritable
from miner.jsonl import whole_file
from miner.store.database import Database
from miner.store.tables import Base

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


@functools.cache
def revisions() -> tuple[str, ...]:
    """The versions this code knows, oldest first; read from the files, since Alembic takes its time to load."""
    later: dict[str | None, str] = {}
    for file in sorted((MIGRATIONS / "versions").glob("v*.py")):
        said = dict(_constants(ast.parse(file.read_text(encoding="utf-8"))))
        later[said["down_revision"]] = str(said["revision"])
    chain: list[str] = []
    while (following := later.get(chain[-1] if chain else None)) is not None:
        chain.append(following)
    return tuple(chain)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                yield target.id, node.value.value  # type: ignore[misc]


def version(connection: Connection) -> str | None:
    """The version of the database; None when nothing of ours is in it."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return None if found is None else str(found)
    if foreign := tables & set(Base.metadata.tables):
        raise BadInput(
            f"the database has a table {min(foreign)!r} that is not of miner. "
            "Give miner a database, or a schema, of its own."
        )
    return None


def ready(database: Database) -> None:
    """Lay out an empty database. Raises BadInput on a newer one, MinerError on an older one."""
    with database.reading() as connection:
        found = version(connection)
    if found is None:
        upgrade(database)
        return
    check_known(database, found)
    if found != revisions()[-1]:
        raise MinerError(
            f"{database.name}: the database is of version {found}, this miner needs {revisions()[-1]}. "
            "Back it up and lead it up: miner db backup FILE, then miner db upgrade."
        )


def check_known(database: Database, found: str | None) -> None:
    if found is not None and found not in revisions():
        raise BadInput(
            f"{database.name}: the database is of version {found!r}, newer than this miner, which knows up to "
            f"{revisions()[-1]!r}. Install the newer miner, or restore the backup made before the upgrade."
        )


def upgrade(database: Database, to: str = "head") -> str:
    """Lead the database up, all steps or none; returns its version."""
    return _migrate(database, to, up=True)


def downgrade(database: Database, to: str) -> str:
    """Lead the database down to a version, or to ``base``: without tables."""
    return _migrate(database, to, up=False)


def _migrate(database: Database, to: str, *, up: bool) -> str:
    from alembic import command

    if to not in {"head", "base", *revisions()}:
        raise BadInput(f"no version {to!r} of the database. Known: base, {', '.join(revisions())}.")
    with database.writing() as connection, _alone(connection):
        # Somebody else may have been sooner: Alembic looks again, now that nobody else can write.
        check_known(database, version(connection))
        (command.upgrade if up else command.downgrade)(_config(connection), to)
        return version(connection) or "base"


@contextlib.contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """SQLite's writer is alone already; PostgreSQL has a lock for whom it concerns."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.miner'))"))
    yield


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def backup(database: Database, path: Path) -> Path:
    """A copy of the SQLite database as it is at one moment, while others go on writing; appears whole or not at all."""
    file = database.file
    if file is None:
        raise BadInput(
            f"{database.name}: PostgreSQL makes its own backups. "
            f"Run: pg_dump --format=custom --file={path} DATABASE, and restore it with pg_restore."
        )
    if path.exists() and path.samefile(file):
        raise BadInput(f"{path}: this is the database itself. Name another file for its backup.")
    with whole_file(path) as beside:
        beside.chmod(0o600)
        try:
            with contextlib.closing(sqlite3.connect(file)) as source, contextlib.closing(sqlite3.connect(beside)) as to:
                source.backup(to)
                to.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise NotWritable(f"{path}: the backup failed: {error}. Choose a disk with room.") from error
    path.chmod(0o600)
    return path
