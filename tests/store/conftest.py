"""Every test runs on SQLite in a folder of its own, and in a schema of its own where PostgreSQL answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import psycopg
import pytest

from miner.records import Disclosure, Document, Mask, Post, Sentiment, Statement
from miner.store import Store, open_store
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
def url(request, tmp_path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'miner.db'}"
        return
    if server() is None:
        pytest.skip(f"no PostgreSQL answers on {SERVER}")
    schema = f"miner_{uuid.uuid4().hex}"
    with psycopg.connect(server(), autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
        try:
            yield server().replace("postgresql:", "postgresql+psycopg:") + f"?options=-csearch_path%3D{schema}"
        finally:
            admin.execute(f"DROP SCHEMA {schema} CASCADE")


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
