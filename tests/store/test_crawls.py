"""Crawls: no post is missing, none is twice, and no page that was done is asked for again."""

from __future__ import annotations

import random
import signal
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miner.fetch import Entry, MemoryFrontier, Task, Validator
from miner.store import Added, open_store
from tests.store.conftest import post
from tests.store.test_hardships import python
from tests.store.test_posts import ids


def read(crawl, pages, *, asked=None, most=10**6):
    """A collector: ``pages`` are the links and posts of each address."""
    crawl.add(Task("/"), again=True)
    while most > 0 and (task := crawl.take()) is not None:
        most -= 1
        if asked is not None:
            asked.append(task.url)
        links, posts = pages[task.url]
        for link in links:
            crawl.add(Task(link), again=True)
        for one in posts:
            crawl.keep(one)
        crawl.done(task)


SITE = {
    "/": (["/a", "/b"], []),
    "/a": (["/", "/a2"], [post(1), post(2)]),
    "/a2": (["/a"], [post(3)]),
    "/b": (["/a"], [post(4)]),
}


def test_a_page_and_what_it_gave_are_safe_together(store):
    """Posts, links, marks, validators and ledger lines; before it is done none of them is."""
    with store.crawls.of("forum") as crawl:
        crawl.add(Task("/", "board", data={"page": 1}))
        task = crawl.take()
        assert task == Task("/", "board", data={"page": 1})
        crawl.keep(post(1))
        crawl.add(Task("/a", depth=1, rank=2))
        crawl.remember("last", "p1")
        crawl.note(Entry("2025-03-14T09:00:00+00:00", "/", "fetched", 200, 512, 0.1, "allowed", "публичный форум"))
        other = store.crawls.of("forum")
        assert (store.posts.count(), store.crawls.counts("forum")["due"]) == (0, 1)
        assert other.recall("last") is None
        assert list(store.ledger.of_source("forum")) == []
        crawl.done(task, Validator('"a"', "Fri, 14 Mar 2025 09:26:53 GMT"))
        assert (store.posts.count(), store.crawls.counts("forum")) == (1, {"due": 1, "done": 1, "failed": 0})
        assert other.recall("last") == crawl.recall("last") == "p1"
        assert other.validator("/") == Validator('"a"', "Fri, 14 Mar 2025 09:26:53 GMT")
        [line] = store.ledger.of_source("forum")
        assert (line.url, line.outcome, line.size, line.basis) == ("/", "fetched", 512, "публичный форум")
        assert crawl.take() == Task("/a", depth=1, rank=2)
    assert (crawl.added, crawl.pages) == (Added(new=1), 1)


def test_sources_have_addresses_of_their_own(store):
    with store.crawls.of("forum") as one, store.crawls.of("vk") as two:
        assert one.add(Task("/"))
        one.remember("last", "1")
        one.flush()
        assert two.add(Task("/"))
        assert two.recall("last") is None
        one.done(one.take())
        assert two.take().url == "/"


def test_a_crawl_reads_each_page_once(store):
    """However many pages link to it."""
    asked = []
    with store.crawls.of("forum") as crawl:
        read(crawl, SITE, asked=asked)
    assert asked == ["/", "/a", "/b", "/a2"]
    assert ids(store.posts.all()) == ["p1", "p2", "p4", "p3"]


def test_a_crawl_that_was_cut_off_goes_on_with_its_round(store):
    """What is done is not asked for again, not even where the collector begins."""
    asked = []
    for _ in range(4):
        with store.crawls.of("forum") as crawl:
            read(crawl, SITE, asked=asked, most=1)
    assert asked == ["/", "/a", "/b", "/a2"]


def test_the_next_crawl_may_open_pages_again(store):
    """Its round begins when the one before has come to its end; links that aren't opened again stay closed."""
    asked = []
    with store.crawls.of("forum") as crawl:
        read(crawl, SITE)
    with store.crawls.of("forum") as crawl:
        assert crawl.add(Task("/a"), again=True)
        assert not crawl.add(Task("/a"), again=True)
        assert not crawl.add(Task("/b"))
        read(crawl, {"/": ([], []), "/a": ([], [post(1, "исправил")])}, asked=asked)
    assert asked == ["/a", "/"]
    assert crawl.added == Added(changed=1)


def test_a_page_that_failed_is_tried_in_three_rounds(store):
    """The crawl goes on without it, and says which and why."""
    for _ in range(4):
        with store.crawls.of("forum") as crawl:
            crawl.add(Task("/"))
            while (task := crawl.take()) is not None:
                crawl.failed(task, "503")
    assert store.crawls.failures("forum") == {"/": "503"}
    with store.database.reading() as connection:
        tried = connection.exec_driver_sql("SELECT attempts FROM frontier").scalar_one()
    assert tried == 3


def test_an_address_that_was_released_waits_for_the_next_crawl(store):
    """The hours are over, or the budget: the round goes on tomorrow."""
    with store.crawls.of("forum") as crawl:
        crawl.add(Task("/"))
        crawl.add(Task("/a"))
        crawl.release(crawl.take())
        assert crawl.take().url == "/a"
    with store.crawls.of("forum") as crawl:
        assert not crawl.add(Task("/"), again=True)
        assert [crawl.take().url, crawl.take().url] == ["/", "/a"]


def test_posts_outside_of_a_page_are_kept_when_the_crawl_is_left(store):
    """Even when it is left by an error: the page is asked for again, its posts are known by then."""

    def cut():
        with store.crawls.of("forum") as crawl:
            crawl.add(Task("/"))
            crawl.take()
            crawl.keep(post(1))
            crawl.keep(post(1, "исправил"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut()
    assert [p.text for p in store.posts.all()] == ["исправил"]
    assert store.crawls.of("forum").take().url == "/"


def test_a_source_can_begin_from_nothing(store):
    with store.crawls.of("forum") as crawl:
        read(crawl, SITE)
        crawl.remember("last", "1")
    store.crawls.clear("forum")
    with store.crawls.of("forum") as crawl:
        assert crawl.recall("last") is None
        assert crawl.add(Task("/a"))
    assert store.posts.count() == 4


addresses = st.builds(Task, st.sampled_from(["/", "/a", "/b", "/c", "/d"]), rank=st.integers(0, 2))
steps = st.lists(st.tuples(addresses, st.booleans()) | st.sampled_from(["done", "fail", "round"]), max_size=25)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=steps)
@pytest.mark.parametrize(("remembered", "ahead", "waiting"), [(100_000, 50, 1_000), (2, 50, 1_000), (100_000, 2, 2)])
def test_the_stored_frontier_answers_like_the_one_in_memory(store, remembered, ahead, waiting, monkeypatch, walk):
    """Collectors can't tell them apart, but that failed pages come back; it needn't remember every address for it."""
    monkeypatch.setattr("miner.store.crawls._REMEMBERED", remembered)
    monkeypatch.setattr("miner.store.crawls._AHEAD", ahead)
    monkeypatch.setattr("miner.store.crawls._WAITING", waiting)
    store.crawls.clear("forum")
    memory, crawl = MemoryFrontier(), store.crawls.of("forum")
    failed = set()
    for step in walk:
        if isinstance(step, tuple):
            task, again = step
            assert crawl.add(task, again=again) == memory.add(task, again=again)
        elif step in {"done", "fail"}:
            wanted, task = memory.take(), crawl.take()
            assert task == wanted
            if task is None:
                continue
            if step == "done":
                memory.done(task, Validator(task.url))
                crawl.done(task, Validator(task.url))
                assert crawl.validator(task.url) == memory.validator(task.url)
            else:
                crawl.failed(task, "503")
                failed.add(task.url)
        else:
            # A round ends when nothing is left to take.
            while (task := crawl.take()) is not None:
                assert memory.take() == task
                crawl.done(task)
            if failed:
                return
            memory.again()
            crawl = store.crawls.of("forum")


CRAWLING = """
    import sys
    from pathlib import Path
    from miner.fetch import Task
    from miner.records import Post
    from miner.store import open_store

    with open_store(Path(sys.argv[1]), sys.argv[2]) as store, store.crawls.of("forum") as crawl:
        crawl.add(Task("/0"), again=True)
        while (task := crawl.take()) is not None:
            print(f"asked {task.url}\\n", end="", flush=True)
            n = int(task.url[1:])
            for link in (2 * n + 1, 2 * n + 2):
                if link < 150:
                    crawl.add(Task(f"/{link}"), again=True)
            for k in range(3):
                crawl.keep(Post(f"{n}:{k}", f"надоело {n} {k}", author=f"автор {k}", source="forum"))
            crawl.done(task)
            print(f"done {task.url}\\n", end="", flush=True)
"""


def test_a_crawl_killed_at_any_moment_loses_nothing(url, workspace):
    """A dozen kills: no post is missing or twice, and no page that was done is asked for again."""
    chance, asked, done = random.Random(7), [], []
    for _ in range(200):
        process = python(CRAWLING, workspace, url)
        if len(done) < 145:
            wait = chance.randint(1, 25)
            for line in process.stdout:
                wait -= 1
                _tell(line, asked, done)
                if wait <= 0:
                    break
            time.sleep(chance.uniform(0, 0.004))
            process.send_signal(signal.SIGKILL)
        rest, trouble = process.communicate(timeout=300)
        for line in rest.splitlines():
            _tell(line, asked, done)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, trouble
    assert sorted(done) == sorted(set(done))
    for page in set(done):
        at = max(n for n, (what, where) in enumerate(asked) if (what, where) == ("done", page))
        assert ("asked", page) not in asked[at:]
    with open_store(workspace, url) as store:
        assert sorted(p.id for p in store.posts.all()) == sorted(f"{n}:{k}" for n in range(150) for k in range(3))
        assert store.crawls.counts("forum") == {"due": 0, "done": 150, "failed": 0}


def _tell(line, asked, done):
    what, where = line.split()
    asked.append((what, where))
    if what == "done":
        done.append(where)


def test_other_processes_see_the_progress(store, workspace, url):
    """How far a crawl is, is in the rows."""
    with open_store(workspace, url) as other, other.crawls.of("forum") as crawl:
        read(crawl, SITE, most=2)
        assert store.crawls.counts("forum") == {"due": 2, "done": 2, "failed": 0}
