"""Every test runs on SQLite in a folder of its own, and in a schema of its own where PostgreSQL answers."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import psycopg
import pytest

from miner.records import Disclosure, Document, Mask, Post, Sentiment, Statement
from miner.store import Store, open_store
from miner.store.tables import Base
from tests.store.plans import walks, watched

SERVER = "127.0.0.1:5432/test"


@cache
def server() -> str | None:
    for user in ("root", "postgres"):
        try:
            psycopg.connect(f"postgresql://{user}@{SERVER}", connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return f"postgresql://{user}@{SERVER}"
    return None


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.now = datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)

    def __call__(self):
        return self.now

    def move(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request) -> str:
    if request.param == "postgresql" and server() is None:
        pytest.skip(f"no PostgreSQL answers on {SERVER}")
    return request.param


@contextlib.contextmanager
def schema_of_its_own() -> Iterator[str]:
    """The address of an empty schema, which is dropped afterwards."""
    name = f"miner_{uuid.uuid4().hex}"
    with psycopg.connect(server(), autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {name}")
        try:
            options = f"-csearch_path%3D{name}%20-csynchronous_commit%3Doff"
            yield server().replace("postgresql:", "postgresql+psycopg:") + f"?options={options}"
        finally:
            admin.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def fresh_url(backend, tmp_path) -> Iterator[str]:
    """The address of a database in which nothing was ever laid out."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'miner.db'}"
        return
    with schema_of_its_own() as url:
        yield url


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory) -> Iterator[dict[str, str]]:
    """Databases with tables and without rows: laying them out for every test would take longer than the tests."""
    folder = tmp_path_factory.mktemp("laid_out")
    with contextlib.ExitStack() as stack:
        urls = {"sqlite": f"sqlite:///{folder / 'miner.db'}"}
        if server() is not None:
            urls["postgresql"] = stack.enter_context(schema_of_its_own())
        for url in urls.values():
            open_store(folder, url).close()
        yield urls


@pytest.fixture
def url(backend, laid_out, tmp_path) -> Iterator[str]:
    """The address of a database without rows."""
    if backend == "sqlite":
        shutil.copy(laid_out["sqlite"].removeprefix("sqlite:///"), tmp_path / "miner.db")
        yield f"sqlite:///{tmp_path / 'miner.db'}"
        return
    yield laid_out["postgresql"]
    with psycopg.connect(laid_out["postgresql"].replace("+psycopg", "")) as admin:
        # The role of a replica: triggers that keep the log, and references, look away.
        admin.execute("SET session_replication_role = replica")
        for table in Base.metadata.tables:
            admin.execute("UPDATE counters SET value = 0" if table == "counters" else f"DELETE FROM {table}")


@pytest.fixture
def workspace(tmp_path) -> Path:
    return tmp_path


@pytest.fixture
def store(workspace, url, clock) -> Iterator[Store]:
    """Open and empty. When the test is over, no query of it may have walked a large table."""
    with open_store(workspace, url, clock=clock) as opened, watched(opened.database) as seen:
        yield opened
        assert walks(opened.database, seen) == []


def post(number, text="надоело ждать ответа", **more) -> Post:
    given = {"author": f"автор {number}", "source": "forum.example.ru", "group": "rural", "date": "2025-02-01"}
    return Post(f"p{number}", text, **(given | more))


def document(of: Post, *words: str, pii=(), facts=()) -> Document:
    """Annotated with a pain for each of the words that the post says."""
    pains = (
        Statement(of.id, at, at + len(said), said, "pain", 0.75, "negative", ("tired_of_waiting",))
        for said in words
        for at in [of.text.index(said)]
    )
    masks = tuple(
        Mask(of.text.index(said), of.text.index(said) + len(said), label) for said, label in dict(pii).items()
    )
    disclosed = tuple(Disclosure(field, value, 0, 1) for field, value in dict(facts).items())
    return Document(of.id, 0.9, True, Sentiment("negative", 0.6), "ru", (), tuple(pains), disclosed, masks)
