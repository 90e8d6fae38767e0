"""What has fallen due becomes runs: once, in its hours, and never beside the last one."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from miner.service.scheduler import Scheduler
from tests.service.conftest import FORUM, named


@pytest.fixture
def scheduler(store, settings, clock):
    clock.now = datetime(2025, 3, 14, 20, 0, tzinfo=UTC)
    return Scheduler(store, settings, clock)


def crawls(store):
    return [run for run in store.runs.open() if run.kind == "crawl"]


def test_a_new_source_waits_for_its_hour(store, scheduler, clock):
    """Moscow's 03:00 is midnight in UTC."""
    store.sources.add(FORUM)
    assert scheduler.tick() == []
    assert store.sources.get("forum").due_at == datetime(2025, 3, 15, 0, 0, tzinfo=UTC)
    clock.move(hours=4)
    [run] = scheduler.tick()
    assert (run.kind, run.subject, run.due_at) == ("crawl", "forum", datetime(2025, 3, 15, 0, 0, tzinfo=UTC))
    assert store.sources.get("forum").due_at == datetime(2025, 3, 16, 0, 0, tzinfo=UTC)


def test_missed_runs_run_once(store, scheduler, clock):
    """Three days without power are one crawl, not three."""
    store.sources.add(FORUM)
    scheduler.tick()
    clock.move(days=3, hours=5)
    assert len(scheduler.tick()) == 1
    assert scheduler.tick() == []
    assert len(crawls(store)) == 1
    assert store.sources.get("forum").due_at > clock.now


def test_what_falls_due_while_the_last_still_runs_waits(store, scheduler, clock):
    """It begins when the last one has ended, and is one."""
    store.sources.add(named("forum", schedule="каждый час"))
    scheduler.tick()
    clock.move(hours=1)
    scheduler.tick()
    run = store.runs.lease("one", seconds=100_000)
    for _ in range(3):
        clock.move(hours=1)
        assert scheduler.tick() == []
    assert len(crawls(store)) == 1
    store.runs.finish(run)
    assert len(scheduler.tick()) == 1
    assert scheduler.tick() == []
    assert len(crawls(store)) == 1


def test_many_schedulers_ask_once(store, scheduler, settings, clock):
    """Every worker has one."""
    store.sources.add(FORUM)
    others = [Scheduler(store, settings, clock) for _ in range(3)]
    scheduler.tick()
    clock.move(hours=5)
    found = [run for each in (scheduler, *others) for run in each.tick()]
    assert len(found) == 1
    assert len(store.runs.recent("crawl", "forum")) == 1


def test_a_due_time_that_somebody_took_isnt_taken_again(store, clock):
    """Two of them saw the same source; the rows decide."""
    due = clock.now - timedelta(minutes=1)
    store.sources.add(named("forum", due_at=due))
    assert store.runs.fall_due("forum", due, clock.now + timedelta(days=1)) is not None
    assert store.runs.fall_due("forum", due, clock.now + timedelta(days=1)) is None


def test_a_missed_run_waits_for_the_allowed_hours(store, scheduler, clock):
    """The service was off at night and comes up at noon: the site is still asked at night."""
    store.sources.add(named("forum", options={"hours": "0-6"}))
    scheduler.tick()
    clock.now = datetime(2025, 3, 15, 9, 0, tzinfo=UTC)
    assert scheduler.tick() == []
    assert store.sources.get("forum").due_at == datetime(2025, 3, 15, 21, 0, tzinfo=UTC)
    clock.now = datetime(2025, 3, 15, 21, 1, tzinfo=UTC)
    assert len(scheduler.tick()) == 1


def test_runs_are_spread_over_some_minutes(store, settings, clock):
    """A hundred sources at 03:00 don't all begin at 03:00; whoever plans, plans the same."""
    clock.now = datetime(2025, 3, 14, 20, 0, tzinfo=UTC)
    spread = settings.model_copy(update={"service": settings.service.model_copy(update={"jitter": 600})})
    for n in range(20):
        store.sources.add(named(f"s{n}"))
    Scheduler(store, spread, clock).tick()
    planned = [source.due_at for source in store.sources.list()]
    late = [(due - datetime(2025, 3, 15, 0, 0, tzinfo=UTC)).total_seconds() for due in planned]
    assert all(0 <= seconds <= 600 for seconds in late)
    assert len(set(late)) > 10
    for source in store.sources.list():
        store.sources.plan(source.name, None)
    Scheduler(store, spread, clock).tick()
    assert [source.due_at for source in store.sources.list()] == planned


def test_a_schedule_that_never_fires_pauses_its_source(store, scheduler):
    """And says why; the other sources go on."""
    store.sources.add(named("never", schedule="0 0 30 2 *"))
    store.sources.add(FORUM)
    scheduler.tick()
    assert "this day never comes" in store.sources.get("never").pause_reason
    assert store.sources.get("forum").due_at is not None


def test_a_clock_that_was_far_ahead_is_forgiven(store, scheduler, clock):
    """It made a plan for next year; when it is right again, the source runs tomorrow."""
    store.sources.add(FORUM)
    scheduler.tick()
    clock.move(days=400)
    scheduler.tick()
    store.runs.finish(store.runs.lease("one"))
    clock.move(days=-400)
    scheduler.tick()
    assert store.sources.get("forum").due_at == datetime(2025, 3, 15, 0, 0, tzinfo=UTC)


def test_a_clock_that_goes_back_an_hour_runs_nothing_twice(store, scheduler, clock):
    store.sources.add(FORUM)
    scheduler.tick()
    clock.move(hours=4, minutes=10)
    assert len(scheduler.tick()) == 1
    store.runs.finish(store.runs.lease("one"))
    clock.move(hours=-1)
    assert scheduler.tick() == []
    clock.move(hours=2)
    assert scheduler.tick() == []


def test_another_time_zone_in_the_night_of_a_run(store, scheduler, clock):
    """The analyst moves the source to Vladivostok at a quarter to three: it runs at three there, once."""
    store.sources.add(FORUM)
    scheduler.tick()
    clock.now = datetime(2025, 3, 14, 23, 45, tzinfo=UTC)
    store.sources.change(dataclasses.replace(store.sources.get("forum"), timezone="Asia/Vladivostok"))
    scheduler.tick()
    assert store.sources.get("forum").due_at == datetime(2025, 3, 15, 17, 0, tzinfo=UTC)
    clock.now = datetime(2025, 3, 15, 17, 1, tzinfo=UTC)
    assert len(scheduler.tick()) == 1


def test_upkeep_is_planned_and_missed_upkeep_is_done_once(store, settings, clock):
    """The weekly refit and the daily retention are rows like any other."""
    weekly = settings.model_copy(
        update={"service": settings.service.model_copy(update={"refit": "по воскресеньям в 04:00"})}
    )
    scheduler = Scheduler(store, weekly, clock)
    scheduler.tick()
    scheduler.tick()
    planned = {run.kind: run.due_at for run in store.runs.open()}
    assert planned == {
        "retention": datetime(2025, 3, 15, 2, 0, tzinfo=UTC),
        "refit": datetime(2025, 3, 16, 1, 0, tzinfo=UTC),
    }
    clock.move(days=30)
    scheduler.tick()
    assert len(store.runs.open()) == 2
    store.runs.finish(store.runs.lease("one", kinds=["refit"]))
    scheduler.tick()
    [again] = [run for run in store.runs.open() if run.kind == "refit"]
    assert again.due_at > clock.now
