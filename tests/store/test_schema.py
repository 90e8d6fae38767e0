"""Versions of the database: up, down, too new, too old, and its backup."""

from __future__ import annotations

import os
import sqlite3
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from miner.errors import BadInput, MinerError, NotWritable
from miner.fetch import Task, Validator
from miner.records import Decision, Mined, Topic
from miner.store import Entry, Source, open_store, schema
from miner.store.tables import Base
from tests.store.conftest import document, post
from tests.store.test_lines import PROFILE

ROWS = {
    "meta": 1,
    "sources": 1,
    "runs": 1,
    "http_cache": 1,
    "ledger": 1,
    "posts": 2,
    "post_versions": 1,
    "pipelines": 1,
    "due": 1,
    "documents": 1,
    "statements": 1,
    "disclosures": 1,
    "topics": 1,
    "topic_members": 2,
    "mined": 1,
    "decisions": 1,
    "profiles": 1,
    "profile_quotes": 1,
}


@pytest.fixture
def url(fresh_url):
    """These tests lay out and tear down: each needs a database of its own."""
    return fresh_url


def fill(store):
    store.posts.add([post(1), post(2, "прежде")])
    store.posts.add([post(2)])
    store.documents.save([document(post(1), "надоело", facts={"age": 54})], "v1")
    store.topics.save([Topic("t1", "ожидание", (), ("p1", "p2"), ())])
    store.candidates.replace(Mined("rural", 2, 2, (), ()))
    store.decisions.append(Decision("1", "2025-03-14", "anna", "accept", "rural-1"))
    store.profiles.save(PROFILE)
    store.sources.add(Source("forum", "forum"))
    store.runs.request("crawl", "forum")
    with store.crawls.of("forum") as crawl:
        crawl.add(Task("/1"))
        crawl.done(crawl.take(), Validator('"a"'))
    store.ledger.write([Entry("forum", "/1", "fetched")])


def rows(store):
    with store.database.reading() as connection:
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in ROWS}


def lie(store, version):
    with store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def test_the_steps_lay_out_what_the_tables_describe(store):
    """A table, column, index or key that only one of them knows is a mistake."""
    with store.database.reading() as connection:
        opts = {"compare_type": True}
        if store.database.is_sqlite:
            opts["include_object"] = _is_no_part_of_the_search
        context = MigrationContext.configure(connection, opts=opts)
        differences = [d for d in compare_metadata(context, Base.metadata) if d != "alembic_version"]
    assert differences == []


def _is_no_part_of_the_search(thing, name, *_):
    """SQLite's search keeps its index in tables, where PostgreSQL has an index on a column."""
    del thing
    return "findable_words" not in name


def test_an_empty_database_is_laid_out_at_once(store):
    assert store.version() == schema.revisions()[-1]
    assert store.upgrade() == schema.revisions()[-1]


@pytest.mark.parametrize("down", [*schema.revisions()[:-1]])
def test_data_survive_the_way_down_and_up(store, workspace, url, down):
    """Through every version, with data in the tables."""
    fill(store)
    assert rows(store) == ROWS
    profile, posts = store.profiles.latest("rural"), list(store.posts.all())
    assert store.downgrade(down) == down
    assert rows(store) == ROWS
    with pytest.raises(MinerError, match=f"of version {down}, this miner needs .*miner db upgrade"):
        open_store(workspace, url)
    with open_store(workspace, url, check=False) as older:
        assert older.upgrade() == schema.revisions()[-1]
    assert rows(store) == ROWS
    assert store.profiles.latest("rural") == profile
    assert list(store.posts.all()) == posts
    assert store.crawls.of("forum").add(Task("/2"))
    store.runs.request("mine", "rural")
    with pytest.raises(DBAPIError, match="only ever appended"), store.database.writing() as connection:
        connection.execute(text("DELETE FROM decisions"))


def test_down_to_the_base_nothing_is_left_but_the_way_up(store):
    fill(store)
    assert store.downgrade("base") == "base"
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert {d[0] for d in compare_metadata(context, Base.metadata)} == {"add_table", "add_index"}
    store.upgrade()
    assert store.posts.count() == 0
    fill(store)
    assert rows(store) == ROWS


def test_a_newer_database_is_refused(store, workspace, url):
    """Whatever is done to it."""
    lie(store, "v9999")
    for act in (lambda: open_store(workspace, url), store.upgrade, lambda: store.downgrade("v0001")):
        with pytest.raises(BadInput, match=r"version 'v9999', newer than this miner.*Install the newer miner"):
            act()


def test_an_unknown_version_is_answered_with_the_known_ones(store):
    with pytest.raises(BadInput, match=r"no version 'v7' of the database\. Known: base, v0001, "):
        store.downgrade("v7")


def test_a_database_of_somebody_else_is_left_alone(workspace, url):
    """A table of the same name isn't ours."""
    store = open_store(workspace, url, check=False)
    with store.database.writing() as connection:
        connection.execute(text("CREATE TABLE posts (id INTEGER)"))
    with pytest.raises(BadInput, match="a table 'posts' that is not of miner"):
        open_store(workspace, url)
    store.close()


@pytest.mark.parametrize("_", range(8))
def test_two_that_come_first_lay_out_one_database(workspace, url, _):
    """A web server and a worker start together."""
    barrier, found = threading.Barrier(4), []

    def first():
        barrier.wait()
        with open_store(workspace, url) as store:
            found.append(store.version())

    threads = [threading.Thread(target=first) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [schema.revisions()[-1]] * 4


def test_a_step_that_fails_leaves_the_database_as_it_was(store, monkeypatch):
    """All steps or none, on both databases."""
    fill(store)
    store.downgrade("v0001")

    def half(*_, **__):
        raise MinerError("pulled the plug")

    monkeypatch.setattr("alembic.operations.Operations.create_index", half)
    with pytest.raises(MinerError, match="pulled the plug"):
        store.upgrade()
    monkeypatch.undo()
    assert store.version() == "v0001"
    assert rows(store) == ROWS
    store.upgrade()
    assert rows(store) == ROWS


def test_a_backup_is_a_whole_database(store, url, tmp_path):
    """Made while somebody writes; a PostgreSQL server has its own tool, and is named."""
    fill(store)
    copy = tmp_path / "copies" / "miner.db"
    if not url.startswith("sqlite"):
        with pytest.raises(BadInput, match="pg_dump"):
            store.backup(copy)
        return
    with store.database.writing() as connection:
        connection.execute(text("UPDATE posts SET title = 'half'"))
        store.backup(copy)
    assert sorted(f.name for f in copy.parent.iterdir()) == ["miner.db"]
    assert copy.stat().st_mode & 0o077 == 0
    with open_store(tmp_path, f"sqlite:///{copy}") as restored:
        assert rows(restored) == ROWS
        assert [p.title for p in restored.posts.all()] == [None, None]


def test_a_backup_never_overwrites_the_database(tmp_path):
    with open_store(tmp_path, f"sqlite:///{tmp_path / 'miner.db'}") as store:
        fill(store)
        with pytest.raises(BadInput, match="this is the database itself"):
            store.backup(tmp_path / "miner.db")
        (tmp_path / "file").write_text("")
        with pytest.raises(NotWritable, match="can't be written"):
            store.backup(tmp_path / "file" / "copy.db")
        assert rows(store) == ROWS


def test_versions_are_read_without_alembic():
    """In their order; the newest step is the last."""
    files = sorted(f.stem[:5] for f in (schema.MIGRATIONS / "versions").glob("v*.py"))
    assert list(schema.revisions()) == files


@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
def test_the_database_is_for_its_owners_eyes(tmp_path):
    """It holds what people wrote."""
    with open_store(tmp_path, f"sqlite:///{tmp_path / 'miner.db'}") as store:
        fill(store)
        modes = {f.name: f.stat().st_mode & 0o077 for f in tmp_path.iterdir() if f.name.startswith("miner.db")}
    assert set(modes.values()) == {0}
    assert "miner.db-wal" in modes
    with sqlite3.connect(tmp_path / "miner.db") as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()
