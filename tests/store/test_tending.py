"""A database that doesn't tend itself is tended by the workers."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from miner.store import open_store, tending
from tests.store.conftest import post


@pytest.fixture
def store(tmp_path, fresh_url):
    """Tables of its own: what is known of their contents would mislead other tests."""
    with open_store(tmp_path, fresh_url) as opened:
        yield opened


@pytest.fixture
def neglected(monkeypatch):
    """As if autovacuum were off."""
    monkeypatch.setattr(tending, "tends_itself", lambda database: database.is_sqlite)


def tended(store, until):
    """Tables that were tended; a database tells of its changes a second later."""
    found = []
    for _ in range(100):
        found += store.tend()
        if until(found):
            break
        time.sleep(0.1)
    return found


def test_a_table_that_grew_is_looked_at_again(store, neglected):
    """Once; then its figures are true, and nothing is done until it changes anew."""
    store.posts.add(post(f"p{n}", "Надоело ждать") for n in range(3_000))
    if store.database.is_sqlite:
        assert store.tend() == []
        return
    assert "posts" in tended(store, lambda found: "posts" in found)
    with store.database.reading() as connection:
        query = text(
            "SELECT reltuples FROM pg_class WHERE relname = 'posts' AND relnamespace = current_schema()::regnamespace"
        )
        assert connection.execute(query).scalar_one() == 3_000
    # What was written is told late, perhaps after the first look.
    calm = [store.tend() for _ in range(30) if time.sleep(0.1) is None]
    assert calm[-10:] == [[]] * 10


def test_one_at_a_time(store, neglected):
    """While another worker tends the tables nobody waits for it."""
    store.posts.add(post(f"p{n}", "Надоело ждать") for n in range(3_000))
    if store.database.is_sqlite:
        return
    with store.database.maintaining() as other:
        other.execute(text(f"SELECT pg_advisory_lock({tending._TURN})"))
        time.sleep(1.1)
        assert store.tend() == []
        other.execute(text(f"SELECT pg_advisory_unlock({tending._TURN})"))
    assert "posts" in tended(store, lambda found: "posts" in found)


def test_where_autovacuum_is_on_nothing_is_done(store, monkeypatch):
    monkeypatch.setattr(tending, "tends_itself", lambda database: True)
    store.posts.add(post(f"p{n}", "Надоело ждать") for n in range(3_000))
    assert store.tend() == []
