"""Sources, runs and the ledger: work that survives whoever does it."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta

import pytest

from miner.errors import BadInput
from miner.fetch import Task
from miner.store import Entry, Source, open_store

FORUM = Source("forum", "forum", ("https://forum.example.ru/",), {"pages": 3}, "rural", "каждый день", "Europe/Moscow")


# Sources


def test_a_source_comes_back_as_it_was_set_up(store, clock):
    assert store.sources.add(FORUM) == dataclasses.replace(FORUM, added_at=clock.now)
    assert store.sources.list() == [store.sources.get("forum")]


def test_a_name_is_taken_once(store):
    store.sources.add(FORUM)
    with pytest.raises(BadInput, match="source 'forum' is there already"):
        store.sources.add(FORUM)


def test_an_unknown_source_is_answered_with_the_known_ones(store):
    with pytest.raises(BadInput, match=r"no source named 'vk'\. Known: none yet"):
        store.sources.get("vk")
    store.sources.add(FORUM)
    for ask in (store.sources.get, store.sources.remove, store.sources.resume):
        with pytest.raises(BadInput, match=r"no source named 'vk'\. Known: forum"):
            ask("vk")


def test_a_source_can_be_changed(store):
    store.sources.add(FORUM)
    changed = store.sources.change(dataclasses.replace(FORUM, schedule="по будням", targets=("a", "b")))
    assert (changed.schedule, changed.targets) == ("по будням", ("a", "b"))


def test_sources_fall_due_unless_they_are_paused(store, clock):
    for name, hours in (("late", -2), ("soon", -1), ("later", 1), ("never", None)):
        due = None if hours is None else clock.now + timedelta(hours=hours)
        store.sources.add(dataclasses.replace(FORUM, name=name, due_at=due))
    assert [s.name for s in store.sources.due()] == ["late", "soon"]
    store.sources.pause("late", "просили не читать")
    assert store.sources.get("late").pause_reason == "просили не читать"
    store.sources.plan("soon", clock.now + timedelta(days=1))
    assert store.sources.due() == []
    store.sources.resume("late")
    assert [s.name for s in store.sources.due()] == ["late"]


def test_a_source_is_paused_after_failures_in_a_row(store):
    """A success in between forgives them."""
    store.sources.add(FORUM)
    store.sources.failed("forum", "404", pause_after=2)
    store.sources.succeeded("forum")
    assert store.sources.failed("forum", "404", pause_after=2).paused_at is None
    paused = store.sources.failed("forum", "410: gone", pause_after=2)
    assert (paused.failures, paused.pause_reason) == (2, "410: gone")
    assert store.sources.failed("forum", "later", pause_after=2).pause_reason == "410: gone"


def test_a_removed_source_leaves_its_name_free(store):
    store.sources.add(FORUM)
    with store.crawls.of("forum") as crawl:
        crawl.add(Task("https://forum.example.ru/1"))
    store.sources.remove("forum")
    assert store.sources.list() == []
    assert store.crawls.counts("forum")["due"] == 0
    assert store.sources.add(dataclasses.replace(FORUM, collector="feed")).collector == "feed"


# Runs


def test_work_is_asked_for_once(store):
    """What falls due while the last still runs, waits: it is the same run."""
    first = store.runs.request("crawl", "forum")
    assert store.runs.request("crawl", "forum").id == first.id
    assert store.runs.request("crawl", "vk").id != first.id
    run = store.runs.lease("one")
    assert (run.id, run.status, run.worker, run.attempts) == (first.id, "leased", "one", 1)
    assert store.runs.request("crawl", "forum").id == first.id
    assert store.runs.finish(run, {"posts": 12})
    assert store.runs.request("crawl", "forum").id != first.id
    assert store.runs.get(first.id).counts == {"posts": 12}


def test_the_longest_due_is_done_first(store, clock):
    store.runs.request("crawl", "soon", clock.now - timedelta(minutes=1))
    store.runs.request("crawl", "late", clock.now - timedelta(minutes=2))
    store.runs.request("mine", "rural", clock.now - timedelta(minutes=3))
    store.runs.request("crawl", "later", clock.now + timedelta(minutes=1))
    assert [store.runs.lease("one", kinds=["crawl"]).subject for _ in range(2)] == ["late", "soon"]
    assert store.runs.lease("one", kinds=["crawl"]) is None
    assert store.runs.lease("one").subject == "rural"
    assert [run.subject for run in store.runs.open()] == ["rural", "late", "soon", "later"]


def test_a_dead_workers_run_goes_to_another(store, clock):
    """And when the first one only slept, it is told to stop and its result isn't taken."""
    store.runs.request("crawl", "forum")
    slept = store.runs.lease("one", seconds=60)
    clock.move(seconds=30)
    assert store.runs.heartbeat(slept, seconds=60, counts={"pages": 3})
    clock.move(seconds=59)
    assert store.runs.lease("two", seconds=60) is None
    clock.move(seconds=2)
    taken = store.runs.lease("two", seconds=60)
    assert (taken.id, taken.worker, taken.counts) == (slept.id, "two", {"pages": 3})
    assert not store.runs.heartbeat(slept)
    assert not store.runs.finish(slept, {"posts": 1})
    assert not store.runs.fail(slept, "late")
    assert store.runs.finish(taken, {"posts": 2})
    assert store.runs.get(taken.id).counts == {"posts": 2}


def test_the_same_worker_started_again_doesnt_answer_for_its_former_life(store, clock):
    """Names of workers come back; attempts don't."""
    store.runs.request("crawl", "forum")
    former = store.runs.lease("one", seconds=1)
    clock.move(seconds=2)
    assert store.runs.lease("one") is not None
    assert not store.runs.finish(former)


def test_a_run_that_workers_die_of_is_given_up(store, clock):
    """It doesn't take the sixth worker with it."""
    run = store.runs.request("crawl", "forum")
    for _ in range(5):
        assert store.runs.lease("one", seconds=1) is not None
        clock.move(seconds=2)
    assert store.runs.lease("one") is None
    given_up = store.runs.get(run.id)
    assert (given_up.status, given_up.error) == ("failed", "5 workers died of it, the last was one")


def test_a_failed_run_may_be_tried_later(store, clock):
    store.runs.request("crawl", "forum")
    run = store.runs.lease("one")
    assert store.runs.fail(run, "503", retry_at=clock.now + timedelta(minutes=5))
    assert store.runs.lease("one") is None
    clock.move(minutes=5)
    again = store.runs.lease("one")
    assert (again.id, again.attempts) == (run.id, 2)
    store.runs.fail(again, "404")
    assert [(r.status, r.error) for r in store.runs.recent("crawl", "forum")] == [("failed", "404")]
    assert store.runs.open() == []


def test_a_command_starts_its_run_at_once(store, clock):
    """Unless a living worker has it."""
    run = store.runs.start("crawl", "forum", "me", seconds=60)
    assert run.status == "leased"
    with pytest.raises(BadInput, match="crawl forum runs already: worker me, since 2025-03-14 09:26 UTC"):
        store.runs.start("crawl", "forum", "you")
    clock.move(seconds=61)
    assert store.runs.start("crawl", "forum", "you").worker == "you"


def test_a_cancelled_run_is_taken_from_its_worker(store):
    """The source was removed while it was crawled: the next heartbeat says so."""
    store.runs.request("crawl", "forum")
    run = store.runs.lease("one")
    assert store.runs.cancel("crawl", "forum")
    assert not store.runs.heartbeat(run)
    assert not store.runs.cancel("crawl", "forum")


def test_many_workers_never_get_one_run_twice(store, workspace, url):
    """Eight at once, on both databases."""
    for n in range(40):
        store.runs.request("crawl", f"source {n}")
    taken: list[int] = []

    def work(name):
        with open_store(workspace, url) as mine:
            while (run := mine.runs.lease(name)) is not None:
                taken.append(run.id)

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


# Ledger


def test_every_request_leaves_a_line(store, clock):
    lines = [Entry("forum", f"/{n}", "fetched", 200, 512, 0.1, "allowed", "публичный форум", run=1) for n in range(3)]
    skipped = Entry("forum", "/private", "skipped", robots="disallowed", run=1, at=clock.now - timedelta(days=400))
    store.ledger.write([skipped, *lines, Entry("vk", "/1", "failed", 503)])
    assert list(store.ledger.of_source("forum")) == [
        skipped,
        *(dataclasses.replace(line, at=clock.now) for line in lines),
    ]
    assert store.ledger.outcomes(1) == {"fetched": 3, "skipped": 1}
    assert store.ledger.drop(clock.now - timedelta(days=365)) == 1
    assert store.ledger.outcomes(1) == {"fetched": 3}


# What the service asks of runs


def test_a_run_that_is_given_back_is_nobodys_death(store):
    """It is due at once, and whoever gave it back has no say in it any more."""
    store.runs.request("crawl", "forum")
    run = store.runs.lease("one")
    assert store.runs.release(run)
    assert not store.runs.finish(run)
    again = store.runs.lease("two")
    assert (again.id, again.deaths, again.attempts) == (run.id, 0, 2)


def test_work_that_is_planned_can_be_brought_forward(store, clock):
    """Only when that is asked for: a run that waits for its next try is left to wait."""
    later = clock.now + timedelta(days=3)
    store.runs.request("refit", "", later)
    assert store.runs.request("refit", "").due_at == later
    assert store.runs.request("refit", "", sooner=True).due_at == clock.now
    assert store.runs.lease("one").kind == "refit"


def test_old_rows_of_ended_runs_go_but_the_last(store, clock):
    """When a source was last crawled is known for ever, and what is open stays."""
    for _ in range(3):
        store.runs.request("crawl", "forum")
        store.runs.finish(store.runs.lease("one"), {"new": 1})
        clock.move(days=1)
    store.runs.request("annotate", "")
    clock.move(days=100)
    assert store.runs.drop(clock.now - timedelta(days=90)) == 2
    assert [run.kind for run in store.runs.latest()] == ["annotate", "crawl"]


def test_figures_are_added_by_whoever_works(store, workspace, url):
    """Two machines at once lose none."""

    def work():
        with open_store(workspace, url) as mine:
            for _ in range(20):
                mine.tallies.add({("stage_items", "annotate"): 1, ("runs_done", "crawl"): 0.5})

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.tallies.all() == {("stage_items", "annotate"): 60, ("runs_done", "crawl"): 30}


def test_another_schedule_is_planned_anew(store, clock):
    """Its former due time belongs to the former schedule."""
    store.sources.add(dataclasses.replace(FORUM, due_at=clock.now + timedelta(days=7)))
    kept = store.sources.change(dataclasses.replace(store.sources.get("forum"), group="laid_off"))
    assert kept.due_at == clock.now + timedelta(days=7)
    assert store.sources.change(dataclasses.replace(kept, schedule="каждый час")).due_at is None
