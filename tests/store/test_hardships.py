"""Killed processes, locked, full, broken and missing databases: nothing is lost, and the message says what to do."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from pathlib import Path

import psycopg
import pytest

from miner.errors import BadInput, MinerError
from miner.store import Added, StoreUnavailable, open_store
from miner.store.pages import BATCH
from tests.store.conftest import document, post, server
from tests.store.test_posts import ids

ROOT = Path(__file__).resolve().parents[2]


def python(code, *arguments, **more):
    """A process of its own, which sees nothing of this one."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


ADDING = """
    import sys
    from pathlib import Path
    from miner.records import Post
    from miner.store import open_store

    def posts():
        for n in range(int(sys.argv[3])):
            if n % 1000 == 0:
                print(n, flush=True)
            yield Post(f"p{n}", f"надоело ждать {n}", author=f"автор {n % 50}", source="forum", group="rural")

    with open_store(Path(sys.argv[1]), sys.argv[2]) as store:
        print(store.posts.add(posts()).new, "new", flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_import_leaves_whole_batches(url, workspace, seed):
    """And the same command again completes it: no post is missing and none is twice."""
    count = 12 * BATCH
    process = python(ADDING, workspace, url, count)
    started = next(n for n in process.stdout if int(n) >= BATCH * (2 + seed))
    time.sleep(random.Random(seed).uniform(0, 0.1))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with open_store(workspace, url) as store:
        kept = ids(store.posts.all())
        assert len(kept) % BATCH == 0
        assert int(started) - BATCH <= len(kept) < count
        assert kept == [f"p{n}" for n in range(len(kept))]
        again = python(ADDING, workspace, url, count)
        said, trouble = again.communicate(timeout=300)
        assert said.splitlines()[-1] == f"{count - len(kept)} new", trouble
        assert ids(store.posts.all()) == [f"p{n}" for n in range(count)]


ANNOTATING = """
    import os, signal, sys
    from pathlib import Path
    from miner.store import open_store
    from tests.store.conftest import document

    def documents(store):
        for n, post in enumerate(store.documents.pending("v1")):
            if n == 1_700:
                os.kill(os.getpid(), signal.SIGKILL)
            yield document(post, "надоело")

    with open_store(Path(sys.argv[1]), sys.argv[2]) as store:
        store.documents.save(documents(store), "v1")
"""


def test_a_killed_annotation_goes_on_where_it_was(url, workspace):
    """What was saved is not annotated again, what was not waits."""
    with open_store(workspace, url) as store:
        store.posts.add(post(n) for n in range(2_000))
        process = python(ANNOTATING, workspace, url)
        process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL
        done = [d.id for _, d in store.documents.of_group("rural", "v1")]
        waiting = ids(store.documents.pending("v1"))
        assert len(done) == 1_500
        assert done + waiting == [f"p{n}" for n in range(2_000)]


def test_two_processes_write_one_workspace(url, workspace):
    """Each post of both is there once, and nobody is told that the database is locked."""
    both = [python(ADDING, workspace, url, 3 * BATCH) for _ in range(2)]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    new = [int(out.splitlines()[-1].split()[0]) for out, _ in said]
    assert sum(new) == 3 * BATCH
    with open_store(workspace, url) as store:
        assert sorted(ids(store.posts.all())) == sorted(f"p{n}" for n in range(3 * BATCH))


def test_an_edit_and_an_annotation_at_once_leave_no_stale_document(store, workspace, url):
    """Whichever comes first: a document is of what its post says."""
    store.posts.add([post(n) for n in range(200)])
    read = list(store.documents.pending("v1"))

    def edit():
        with open_store(workspace, url) as other:
            for n in range(200):
                other.posts.add([post(n, f"всё хорошо, спасибо {n}")])

    def annotate():
        for one in read:
            store.documents.save([document(one, "надоело")], "v1")

    threads = [threading.Thread(target=edit), threading.Thread(target=annotate)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(store.documents.of_group("rural", "v1")) == []
    assert len(ids(store.documents.pending("v1"))) == 200


def test_readers_dont_wait_for_a_writer(store):
    """The web page opens while an import runs."""
    store.posts.add([post(1)])
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE posts SET title = 'half'")
        assert [p.title for p in store.posts.all()] == [None]
    assert [p.title for p in store.posts.all()] == ["half"]


def test_a_writer_waits_for_another_one_and_says_so_in_the_end(tmp_path, monkeypatch):
    """A minute, here a moment."""
    monkeypatch.setattr("miner.store.database.PATIENCE", 50)
    with open_store(tmp_path) as one, open_store(tmp_path) as two:
        one.posts.add([post(1)])
        with one.database.writing(), pytest.raises(StoreUnavailable, match="another process has been writing"):
            two.posts.add([post(2)])
        assert two.posts.add([post(2)]) == Added(new=1)


def test_a_full_disk_loses_only_what_came_too_late(tmp_path):
    """And the same command again completes it."""
    with open_store(tmp_path) as store:
        store.posts.add(post(n) for n in range(BATCH))
        with store.database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        # SQLite's own limit on a file fails like a disk without room.
        limit = f"PRAGMA max_page_count = {pages + 300}"
        with store.database.maintaining() as connection:
            connection.exec_driver_sql(limit)
        with pytest.raises(StoreUnavailable, match="the disk is full; what was written before is kept"):
            store.posts.add(post(n) for n in range(20 * BATCH))
        kept = store.posts.count()
        assert kept % BATCH == 0
        assert BATCH <= kept < 20 * BATCH
        with store.database.maintaining() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        store.posts.add(post(n) for n in range(20 * BATCH))
        assert store.posts.count() == 20 * BATCH


WRITING = """
    import os, sys
    from pathlib import Path
    from miner.errors import MinerError
    from miner.records import Post
    from miner.store import open_store

    if os.getuid() == 0:
        import miner.store.migrations.env
        os.setuid(65534)
    try:
        with open_store(Path(sys.argv[1]), sys.argv[2]) as store:
            store.posts.add([Post("p1", "надоело")])
    except MinerError as error:
        print(type(error).__name__, error.exit_status, error)
"""


@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
def test_a_workspace_that_cant_be_written_is_answered_clearly(tmp_path):
    """Whether it is empty or somebody else's: exit status 2, and nothing is left behind."""
    if os.getuid() == 0 and not _reachable(tmp_path):
        pytest.skip("another user can't reach this folder at all")
    empty = tmp_path / "empty"
    empty.mkdir()
    empty.chmod(0o555)
    said, trouble = python(WRITING, empty, f"sqlite:///{empty / 'miner.db'}").communicate(timeout=300)
    assert said.startswith("NotWritable 2"), trouble
    assert "Choose a workspace you may write to" in said
    assert list(empty.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
def test_a_database_that_can_only_be_read_is_answered_clearly(tmp_path):
    if os.getuid() == 0 and not _reachable(tmp_path):
        pytest.skip("another user can't reach this folder at all")
    home = tmp_path / "home"
    with open_store(home) as store:
        store.posts.add([post(1)])
    (home / "miner.db").chmod(0o444)
    (home / "author.key").unlink()
    home.chmod(0o555)
    said, trouble = python(WRITING, home, f"sqlite:///{home / 'miner.db'}").communicate(timeout=300)
    assert said.startswith("NotWritable 2"), said + trouble
    home.chmod(0o755)
    assert sorted(f.name for f in home.iterdir() if f.suffix == ".db") == ["miner.db"]


def _reachable(folder):
    """Whether somebody who is not the owner could get there; folders of tests are closed to others."""
    for each in (folder, *folder.parents):
        if str(each).startswith("/tmp/pytest-of-"):
            each.chmod(0o755)
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (folder, *folder.parents))


@pytest.mark.parametrize("data", [b"posts.jsonl\n" * 500, b"SQLite format 3\0" + b"\xff" * 4_096])
def test_a_file_that_is_no_database_is_left_alone(tmp_path, data):
    (tmp_path / "miner.db").write_bytes(data)
    with pytest.raises(BadInput, match=r"no intact database\. Put a backup in its place"):
        open_store(tmp_path)
    assert (tmp_path / "miner.db").read_bytes() == data


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mysql://root@127.0.0.1/test", "no driver 'mysql'. Known: sqlite:///FILE"),
        ("postgresql+psycopg2://root@127.0.0.1/test", "no driver 'postgresql+psycopg2'"),
        ("nonsense", "'nonsense' is no address of a database"),
        ("root:secret@:::", "is no address of a database"),
        ("sqlite://", "names no file, what is stored would be lost"),
    ],
)
def test_an_address_that_is_no_database_is_answered_with_the_known_kinds(tmp_path, given, said):
    with pytest.raises(BadInput) as error:
        open_store(tmp_path, given)
    assert said in str(error.value)
    assert "secret" not in str(error.value)


def test_a_server_that_doesnt_answer_may_be_asked_again(tmp_path):
    """Exit status 1: the work failed, the input was right. The password isn't shown."""
    with pytest.raises(StoreUnavailable, match="doesn't answer") as error:
        open_store(tmp_path, "postgresql+psycopg://root:secret@127.0.0.1:9/test?connect_timeout=2")
    assert error.value.exit_status == MinerError.exit_status
    assert "secret" not in str(error.value)


@pytest.mark.skipif(server() is None, reason="no PostgreSQL answers on 127.0.0.1:5432")
def test_a_database_that_the_server_doesnt_have_is_bad_input(tmp_path):
    address = server().replace("postgresql:", "postgresql+psycopg:").replace("/test", "/miner_nowhere")
    with pytest.raises(BadInput, match="the database server refuses"):
        open_store(tmp_path, address)


@pytest.mark.skipif(server() is None, reason="no PostgreSQL answers on 127.0.0.1:5432")
def test_a_lost_connection_is_found_again(workspace, fresh_url):
    """The server was restarted between two calls; one cut in the middle of a call may be tried again."""
    if fresh_url.startswith("sqlite"):
        pytest.skip("SQLite has no connection to lose")
    name = f"cut {uuid.uuid4().hex}"
    with open_store(workspace, f"{fresh_url}&application_name={name}") as store:
        store.posts.add([post(1)])
        _cut(name)
        assert store.posts.count() == 1
        with pytest.raises(StoreUnavailable), store.database.writing() as connection:  # noqa: PT012
            connection.exec_driver_sql("UPDATE posts SET title = 'half'")
            _cut(name)
            connection.exec_driver_sql("UPDATE posts SET title = 'whole'")
        assert [p.title for p in store.posts.all()] == [None]


def _cut(name):
    with psycopg.connect(server(), autocommit=True) as admin:
        cut = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [name]
        ).fetchall()
    assert cut == [(True,)]


def test_opening_a_store_loads_nothing_heavy(tmp_path):
    """The command line waits for no model to list sources."""
    code = """
        import sys
        from pathlib import Path
        from miner.store import open_store
        with open_store(Path(sys.argv[1])) as store:
            store.posts.count()
        open_store(Path(sys.argv[1])).close()
        print(*sorted({"torch", "spacy", "sklearn", "numpy", "bertopic", "psycopg"} & set(sys.modules)))
    """
    said, trouble = python(code, tmp_path).communicate(timeout=300)
    assert said.strip() == "", trouble
    later = "import sys, pathlib; from miner.store import open_store; open_store(pathlib.Path(sys.argv[1])).close()"
    said, trouble = python(later + "; print('alembic' in sys.modules)", tmp_path).communicate(timeout=300)
    assert said.strip() == "False", trouble


def test_the_database_is_a_plain_sqlite_file(tmp_path):
    """Other tools may read it: groups, texts and dates are columns with names."""
    with open_store(tmp_path) as store:
        store.posts.add([post(1)])
    raw = sqlite3.connect(tmp_path / "miner.db")
    assert raw.execute("SELECT id, text, group_name, date FROM posts").fetchall() == [
        ("p1", "надоело ждать ответа", "rural", "2025-02-01")
    ]
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


def test_edits_annotations_and_vanishing_never_wait_in_a_circle(store, workspace, url):
    """Everybody takes the same posts at once, each in another order."""
    store.posts.add([post(n) for n in range(60)])
    barrier, troubles = threading.Barrier(4), []

    def busy(name, work):
        chance = random.Random(name)
        barrier.wait()
        with open_store(workspace, url) as mine:
            for turn in range(12):
                numbers = chance.sample(range(60), 60)
                try:
                    work(mine, numbers, turn)
                except MinerError as error:
                    troubles.append(error)

    def edit(mine, numbers, turn):
        mine.posts.add([post(n, f"надоело {turn}", extra={"likes": turn}) for n in numbers])

    def annotate(mine, numbers, turn):
        mine.documents.save([document(p, "надоело") for p in mine.documents.pending(f"v{turn}")], f"v{turn}")

    def vanish(mine, numbers, turn):
        mine.posts.vanish(f"p{n}" for n in numbers)

    works = [edit, edit, annotate, vanish]
    threads = [threading.Thread(target=busy, args=(str(n), work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    for turn in range(12):
        for said, found in store.documents.of_group("rural", f"v{turn}"):
            assert all(said.text[s.start : s.end] == s.text for s in found.statements)
