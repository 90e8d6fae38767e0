"""Work that survives anything: killed workers, lost queues, full disks, cut connections, clocks that jump."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import event

from miner.errors import BadInput, SourceGone
from miner.service.bell import Bell, ask
from miner.store import open_store
from miner.worker import Rhythm, Watch, Worker
from tests.service.conftest import FORUM, HASTE, named, understood
from tests.store.conftest import post, server
from tests.store.test_hardships import python

WORKING = """
    import sys, time
    from pathlib import Path
    import miner.pipeline, miner.refreshing
    from miner.service.bell import Bell
    from miner.settings import Settings
    from miner.store import open_store
    from miner.worker import Rhythm, Worker
    from tests.service.conftest import understood

    home, url, pause = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])

    def slowly(posts, settings=None, **_):
        for document in understood(posts):
            time.sleep(pause)
            yield document

    def refreshed(store, settings, follow, *, version, **_):
        marks = [mark for group in store.documents.fresh_groups() for mark in store.documents.fresh(group)]
        for mark in follow("refresh", marks, len(marks)):
            time.sleep(pause)
        with open(home / "refreshed", "a") as log:
            print(len(marks), file=log)
        store.documents.known(marks)
        return {"posts": len(marks), "statements": len(marks)}

    miner.pipeline.annotate = slowly
    miner.refreshing.refit = miner.refreshing.refresh = refreshed
    miner.refreshing.refit_reason = lambda *_: None
    service = Settings().service.model_copy(update={"refit": "", "crawlers": 1})
    rhythm = Rhythm(lease=1.5, beat=0.1, look=0.1, retry=0.1)
    with open_store(home, url) as store:
        worker = Worker(store, Settings().model_copy(update={"service": service}), rhythm=rhythm, bell=Bell(home))
        print("ready", flush=True)
        worker.run()
"""


@contextlib.contextmanager
def workers(workspace, url, count=1, pause=0.0):
    """Processes that work until the block ends."""
    started = [python(WORKING, workspace, url, pause) for _ in range(count)]
    try:
        for each in started:
            assert each.stdout.readline() == "ready\n", each.stderr.read()
        yield started
    finally:
        for each in started:
            each.kill()
            each.communicate()


def wait(until, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if until():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def done(store):
    """Everything annotated, known, and nothing left to do but upkeep."""
    versions = store.documents.versions()
    return (
        bool(versions)
        and not store.documents.waits(versions[0])
        and not store.documents.fresh_groups()
        and {run.kind for run in store.runs.open()} <= {"retention", "refit"}
    )


def fill(store, count=600):
    store.posts.add(post(n) for n in range(count))


def each_once(store, count=600):
    """Each post has one document with one pain."""
    [version] = store.documents.versions()
    pairs = list(store.documents.of_group("rural", version))
    return [p.id for p, _ in pairs] == [f"p{n}" for n in range(count)] and all(len(d.statements) == 1 for _, d in pairs)


def test_killed_workers_lose_nothing(workspace, url):
    """``kill -9`` of one of two at random moments, again and again, and of all at last: the work is done once."""
    chance = random.Random(7)
    with open_store(workspace, url) as store:
        fill(store)
        for count in (2, 2, 1):
            with workers(workspace, url, count, pause=0.004) as started:
                time.sleep(chance.uniform(0.2, 1.2))
                chance.choice(started).send_signal(signal.SIGKILL)
                time.sleep(chance.uniform(0.0, 0.4))
        with workers(workspace, url):
            wait(lambda: done(store))
        assert each_once(store)
        assert sum(map(int, (workspace / "refreshed").read_text().split())) >= 600
        assert not [run for run in store.runs.latest() if run.status == "failed"]


def test_redis_killed_with_its_data_delays_nothing_for_long(workspace, url, redis, monkeypatch):
    """Rings were lost while it was away; the rows were not, and the bell rings again when it is back."""
    monkeypatch.setenv("MINER_QUEUE_URL", redis.url)
    with open_store(workspace, url) as store:
        fill(store, 300)
        bell = Bell(workspace)
        assert bell.ring()
        with workers(workspace, url, 2, pause=0.004):
            time.sleep(0.5)
            redis.kill()
            assert not bell.ring()
            store.posts.add(post(n) for n in range(300, 600))
            wait(lambda: done(store))
            redis.start()
            assert bell.ring()
        assert each_once(store)


def test_a_bell_wakes_one_who_waits(workspace, redis):
    """Through Redis and through a file; and no word of a queue is ever unpickled."""
    for url in (redis.url, f"sqlite:///{workspace / 'q.db'}"):
        bell, stop, heard = Bell(workspace, url), threading.Event(), []
        thread = threading.Thread(target=lambda b=bell, s=stop, h=heard: h.append(b.wait(20, s)))
        thread.start()
        bell._storage.enqueue(b"\x80\x04cos\nsystem\n(S'false'\ntR.")
        thread.join()
        assert heard == [True]
        assert [bell.ring(3), bell.check()] == [True, 3]
        assert all(bell.ring(60) for _ in range(3))
        assert bell.check() == 64


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("amqp://guest:secret@localhost/", "no queue of kind 'amqp'. Known: sqlite:///FILE, redis://"),
        ("redis://localhost:port/0", "ValueError for 'redis://localhost:port/0'"),
        ("sqlite://", "no queue of kind 'sqlite'"),
        ("nonsense", "no queue of kind ''"),
    ],
)
def test_a_queue_of_an_unknown_kind_is_answered_with_the_known_ones(workspace, url, said):
    with pytest.raises(BadInput) as error:
        Bell(workspace, url)
    assert said in str(error.value)
    assert "secret" not in str(error.value)


def test_a_full_disk_stops_nothing_for_good(tmp_path, settings, quick, monkeypatch):
    """What was in hand is given back; when there is room again, the same worker goes on."""
    with open_store(tmp_path) as store:
        fill(store, 400)
        worker = Worker(store, settings, rhythm=HASTE, bell=Bell(tmp_path))
        store.runs.request("annotate", "")
        with store.database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        room = {"pages": pages + 4}

        def limit(raw, *_):
            raw.execute(f"PRAGMA max_page_count = {room['pages']}").close()

        event.listen(store.database.engine, "checkout", limit)
        assert worker.step(("annotate",))
        [run] = [run for run in store.runs.open() if run.kind == "annotate"]
        assert (run.status, run.error) == ("due", None)
        assert store.documents.waiting() == 400
        room["pages"] = 1_000_000
        assert worker.step(("annotate",))
        assert each_once(store, 400)


@pytest.fixture
def disk(tmp_path):
    """A disk of its own, and what turns it read-only (True) or writable, as soon as nothing on it is open."""
    home = tmp_path / "disk"
    home.mkdir()

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(home)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    if shutil.which("mount") is None or not mount("size=64m"):
        pytest.skip("nothing may be mounted here")
    yield home, lambda only: wait(lambda: mount(f"remount,{'ro' if only else 'rw'}"), 20)
    subprocess.run(["umount", "--lazy", str(home)], check=True)


def test_a_disk_that_turns_read_only_stops_nothing_for_good(disk, tmp_path, settings, monkeypatch, capsys):
    """In the middle of a run: the log says what to do, and when the disk can be written again, the same worker goes on."""
    home, turn = disk
    turns = iter([True])

    def turning(posts, settings=None, **_):
        for number, document in enumerate(understood(posts)):
            if number == 100 and next(turns, False):
                store.database.close()
                turn(True)
            yield document

    monkeypatch.setattr("miner.pipeline.annotate", turning)
    with open_store(home) as store:
        fill(store, 400)
        worker = Worker(store, settings, rhythm=dataclasses.replace(HASTE, beat=5.0), bell=Bell(tmp_path))
        store.runs.request("annotate", "")
        thread = threading.Thread(target=worker._work, args=(("annotate",),))
        thread.start()
        try:
            wait(lambda: re.search(r"Give it write permission|Check the folder", capsys.readouterr().out))
            turn(False)
            wait(lambda: each_once(store, 400))
        finally:
            worker.stop.set()
            thread.join()
        [run] = store.runs.recent("annotate", "")
        assert (run.error, run.deaths) == (None, 0)


def test_a_read_only_disk_is_no_fault_of_a_source(worker, store, monkeypatch):
    """It isn't paused, although it was asked for nothing but what could not be kept."""
    from miner.errors import NotWritable

    def crawl(*_, **__):
        raise NotWritable("miner.db: the database can't be written.")

    monkeypatch.setattr("miner.pipeline.crawl", crawl)
    store.sources.add(FORUM)
    store.runs.request("crawl", "forum")
    assert worker.step(("crawl",))
    source = store.sources.get("forum")
    assert (source.failures, source.paused_at) == (0, None)
    assert [(run.kind, run.status) for run in store.runs.open()] == [("crawl", "due")]


@pytest.mark.skipif(server() is None, reason="no PostgreSQL answers on 127.0.0.1:5432")
def test_a_lost_connection_costs_a_batch_at_most(workspace, fresh_url, settings, monkeypatch):
    """The database server is restarted in the middle of a run."""
    if fresh_url.startswith("sqlite"):
        pytest.skip("SQLite has no connection to lose")
    name = f"cut {os.getpid()}"
    cuts = iter([True])

    def cut(posts, settings=None, **_):
        for number, document in enumerate(understood(posts)):
            if number == 100 and next(cuts, False):
                with psycopg.connect(server(), autocommit=True) as admin:
                    admin.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [name]
                    )
            yield document

    monkeypatch.setattr("miner.pipeline.annotate", cut)
    with open_store(workspace, f"{fresh_url}&application_name={name}") as store:
        fill(store, 400)
        worker = Worker(store, settings, rhythm=HASTE, bell=Bell(workspace))
        store.runs.request("annotate", "")
        wait(lambda: worker.step(("annotate",)) and each_once(store, 400))
        assert [run.status for run in store.runs.recent("annotate", "")] == ["done"]


# Clocks and signs of life


class Monotonic:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def test_a_clock_that_jumps_ahead_takes_nothing_from_the_living(store, clock):
    """Its leases seem to have run out an hour ago; their heartbeats go on, so they are left alone."""
    store.runs.request("crawl", "forum")
    mine = store.runs.lease("elsewhere:1", seconds=60)
    ours = Monotonic()
    watch = Watch(Rhythm(lease=60, beat=2), ours)
    clock.move(hours=1)
    for _ in range(20):
        assert watch.silent(store.runs.leased(), clock.now) == set()
        ours.now += 2
        clock.move(seconds=2)
        assert store.runs.heartbeat(mine, seconds=60)
        clock.move(hours=1)
    assert store.runs.finish(mine)


def test_a_clock_that_jumps_back_leaves_no_run_with_the_dead(store, clock):
    """The lease lies hours ahead; silence counts in seconds that pass."""
    store.runs.request("crawl", "forum")
    store.runs.lease("elsewhere:1", seconds=60)
    ours = Monotonic()
    watch = Watch(Rhythm(lease=60, beat=2), ours)
    clock.move(hours=-5)
    assert watch.silent(store.runs.leased(), clock.now) == set()
    ours.now += 89
    assert watch.silent(store.runs.leased(), clock.now) == set()
    ours.now += 2
    orphans = watch.silent(store.runs.leased(), clock.now)
    taken = store.runs.lease("two", seconds=60, orphans=orphans)
    assert (taken.worker, taken.deaths) == ("two", 1)


def test_a_run_whose_worker_sleeps_goes_on_elsewhere_and_isnt_done_twice(worker, store, clock, quick):
    """A laptop is closed in the middle of a run, and opened when another machine has it."""
    fill(store, 10)
    store.runs.request("annotate", "")
    slept = store.runs.lease(worker.name, kinds=["annotate"])
    clock.move(hours=1)
    assert store.runs.lease("elsewhere:1", kinds=["annotate"]) is not None
    worker.perform(slept)
    [run] = store.runs.recent("annotate", "")
    assert (run.status, run.worker) == ("leased", "elsewhere:1")


def test_a_stopped_worker_gives_back_what_it_has(worker, store, quick):
    """SIGTERM: nobody needs to wait until its lease runs out, and it wasn't a death."""
    fill(store, 10)
    store.runs.request("annotate", "")
    run = store.runs.lease(worker.name)
    worker.stop.set()
    worker.perform(run)
    [back] = store.runs.recent("annotate", "")
    assert (back.status, back.worker, back.deaths) == ("due", None, 0)
    assert len(store.documents.lease(worker.version, "elsewhere:1")) == 10


def test_workers_of_this_machine_that_are_gone_are_known_at_once(store, clock):
    """Whoever starts again after ``kill -9`` needn't wait for the lease of his former life."""
    gone = python("print('x')")
    gone.communicate()
    store.runs.request("crawl", "forum")
    run = store.runs.lease(f"{os.uname().nodename}:{gone.pid}", seconds=3_600)
    assert Watch(HASTE).silent(store.runs.leased(), clock.now) == {run.id}


# What a run leads to


def test_new_posts_come_through_to_the_candidates(worker, store, quick, monkeypatch):
    """Nobody asked for anything: they are annotated, then the groups that they touch are refreshed."""
    told = {}

    def refit(given, settings, follow, *, version):
        told["groups"] = given.documents.fresh_groups()
        given.documents.known(given.documents.fresh("rural"))
        return {"statements": 10, "topics": 1, "mined": ["rural"]}

    monkeypatch.setattr("miner.refreshing.refit", refit)
    monkeypatch.setattr("miner.refreshing.refit_reason", lambda *_: None)
    fill(store, 10)
    worker.plan()
    while worker.step():
        worker.plan()
    assert told["groups"] == ["rural"]
    assert [(run.kind, run.status) for run in reversed(store.runs.latest()) if run.kind != "retention"] == [
        ("annotate", "done"),
        ("refit", "done"),
    ]
    assert store.tallies.all()["stage_items", "annotate"] == 10


def test_a_refresh_that_fails_isnt_tried_without_end(worker, store, quick, monkeypatch, clock):
    """Three times, each later, and then once an hour, whatever waits."""
    tried = []

    def fail(*_, **__):
        tried.append(clock.now)
        raise RuntimeError

    monkeypatch.setattr("miner.refreshing.refit", fail)
    fill(store, 3)
    for _ in range(40):
        worker.plan()
        while worker.step(("annotate", "refresh", "refit")):
            pass
        clock.move(minutes=1)
    assert len(tried) == 3
    clock.move(hours=1)
    worker.plan()
    worker.step(("refit",))
    assert len(tried) == 4


def test_a_refit_is_brought_forward_when_topics_fit_no_more(worker, store, quick, monkeypatch, clock):
    monkeypatch.setattr("miner.refreshing.refresh", lambda *_, **__: {"posts": 0, "mined": [], "grown": []})
    monkeypatch.setattr("miner.refreshing.refit_reason", lambda *_: "40% of 500 new statements fit no topic")
    store.runs.request("refit", "", clock.now + timedelta(days=3))
    store.runs.request("refresh", "")
    assert worker.step(("refresh",))
    [run] = store.runs.recent("refit", "")
    assert run.due_at == clock.now


def test_topics_are_written_by_one_at_a_time(store):
    """A refit and a refresh would undo each other's work."""
    for kind in ("refresh", "refit", "crawl"):
        store.runs.request(kind, "")
    first = store.runs.lease("one", alone=("refresh", "refit"))
    assert first.kind == "refresh"
    assert store.runs.lease("two", alone=("refresh", "refit")).kind == "crawl"
    assert store.runs.lease("two", alone=("refresh", "refit")) is None
    store.runs.finish(first)
    assert store.runs.lease("two", alone=("refresh", "refit")).kind == "refit"


def test_a_post_that_breaks_the_annotation_holds_up_no_other(worker, store, monkeypatch):
    """It is tried three times and left alone; the rest is annotated."""

    def fragile(posts, settings=None, **_):
        for given in posts:
            if given.id == "p3":
                raise RecursionError
            yield from understood([given])

    monkeypatch.setattr("miner.pipeline.annotate", fragile)
    fill(store, 6)
    store.runs.request("annotate", "")
    assert worker.step(("annotate",))
    assert store.documents.failed(worker.version) == [("p3", "RecursionError")]
    assert [p.id for p, _ in store.documents.of_group("rural", worker.version)] == ["p0", "p1", "p2", "p4", "p5"]


def test_work_asked_for_while_it_is_under_way_is_done_again(store, workspace):
    """The posts of the second crawl came after the first refresh had read them."""
    first = ask(store, "refresh")
    taken = store.runs.lease("one")
    assert ask(store, "refresh").id == first.id
    assert store.runs.finish(taken)
    [again] = store.runs.open()
    assert (again.kind, again.status) == ("refresh", "due")
    assert again.id != first.id
    assert Bell(workspace).check() == 2


# Crawls


def test_failures_in_a_row_pause_a_source_with_the_reason(worker, store, monkeypatch, clock):
    """And a metric tells how many there were."""
    from miner.errors import MinerError

    def fail(*_, **__):
        raise MinerError("503 from https://forum.example.ru/. Try later.")

    monkeypatch.setattr("miner.pipeline.crawl", fail)
    store.sources.add(FORUM)
    for _ in range(5):
        store.runs.request("crawl", "forum")
        assert worker.step(("crawl",))
    source = store.sources.get("forum")
    assert (source.failures, source.pause_reason) == (5, "503 from https://forum.example.ru/. Try later.")
    assert store.tallies.all()["crawl_errors", "forum"] == 5
    worker.plan()
    assert not [run for run in store.runs.open() if run.kind == "crawl"]


def test_a_source_that_was_closed_is_paused_at_once(worker, store, monkeypatch):
    def gone(*_, **__):
        raise SourceGone("410 from https://forum.example.ru/")

    monkeypatch.setattr("miner.pipeline.crawl", gone)
    store.sources.add(FORUM)
    store.runs.request("crawl", "forum")
    worker.step(("crawl",))
    assert store.sources.get("forum").pause_reason == "410 from https://forum.example.ru/"


def test_a_source_removed_while_it_is_crawled_stops_and_stays_gone(worker, store, monkeypatch):
    """Its run is taken from the worker, which hears of it within a heartbeat; nothing complains."""
    seen = []

    def crawl(given, name, settings, *, stop, follow, run):
        given.sources.remove(name)
        wait(stop, 10)
        seen.append("stopped")
        raise SourceGone(f"source {name!r} was removed while it was crawled.")

    monkeypatch.setattr("miner.pipeline.crawl", crawl)
    store.sources.add(FORUM)
    store.runs.request("crawl", "forum")
    assert worker.step(("crawl",))
    assert seen == ["stopped"]
    [run] = store.runs.recent("crawl", "forum")
    assert (run.status, run.error) == ("failed", "the source was removed")
    assert store.sources.list() == []


def test_a_host_is_asked_for_one_source_at_a_time(worker, store):
    """Two boards of one forum are two sources on one host."""
    store.sources.add(named("board-1", targets=("https://forum.example.ru/1",)))
    store.sources.add(named("board-2", targets=("https://forum.example.ru/2",)))
    store.sources.add(named("blog", targets=("https://blog.example.ru/",)))
    for name in ("board-1", "board-2", "blog"):
        store.runs.request("crawl", name)
    busy = store.runs.lease("elsewhere:1", kinds=["crawl"])
    assert (busy.subject, worker._busy_places()) == ("board-1", ["board-2"])
    assert store.runs.lease("two", kinds=["crawl"], avoid=worker._busy_places()).subject == "blog"
    assert store.runs.lease("two", kinds=["crawl"], avoid=worker._busy_places()) is None
    store.runs.finish(busy)
    assert store.runs.lease("two", kinds=["crawl"], avoid=worker._busy_places()).subject == "board-2"


def test_old_words_are_dropped_and_what_was_found_in_them_stays(worker, store, settings, quick, clock):
    """Retention: statements and counts stay."""
    clock.now = datetime(2025, 3, 14, tzinfo=UTC)
    fill(store, 5)
    store.runs.request("annotate", "")
    worker.step(("annotate",))
    worker.settings = settings.model_copy(
        update={"service": settings.service.model_copy(update={"keep_posts_days": 30})}
    )
    store.runs.request("retention", "")
    worker.step(("retention",))
    [run] = store.runs.recent("retention", "")
    assert run.counts["dropped_posts"] == 5
    assert {p.text for p in store.posts.all()} == {""}
    assert each_once(store, 5)
