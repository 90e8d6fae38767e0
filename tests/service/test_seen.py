"""How the service looks from outside: progress, metrics, logs, and who may run beside whom."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from miner.errors import BadInput, NotWritable
from miner.service import logs, metrics, progress
from miner.service.lock import alone
from miner.store import open_store
from tests.service.conftest import FORUM
from tests.store.conftest import document, post
from tests.store.test_hardships import python

# Progress


def test_every_change_of_a_run_is_seen_once(store):
    """First all runs, then what changed, then nothing."""
    stop = threading.Event()
    seen = progress.changes(store, poll=0.0, stop=stop)
    run = store.runs.request("crawl", "forum")
    assert [r.id for r in next(seen)] == [run.id]
    assert next(seen) == []
    taken = store.runs.lease("one")
    store.runs.heartbeat(taken, counts={"stage": "crawl forum", "done": 12})
    [changed] = next(seen)
    assert progress.line(changed) == f"#{run.id} crawl forum: under way, crawl forum 12"
    store.runs.finish(taken, {"new": 7, "failed": 0})
    assert [progress.line(r) for r in next(seen)] == [f"#{run.id} crawl forum: done, 7 new"]
    stop.set()
    assert list(seen) == []


def test_events_for_a_page(store):
    """Server-sent events carry a run as JSON each; a silent line is kept open by comments; who left ends it."""
    store.runs.request("refresh", "")
    rounds = iter(range(6))

    async def gone():
        return next(rounds, None) is None

    async def listen():
        return [event async for event in progress.events(store, gone=gone, poll=0.01, keep_alive=0.02)]

    # In a thread of its own: a browser test may have left a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        events = thread.submit(asyncio.run, listen()).result()
    assert events[0].startswith("event: run\nid: ")
    told = json.loads(events[0].split("data: ")[1])
    assert (told["kind"], told["status"], told["counts"]) == ("refresh", "due", {})
    assert events[0].endswith("\n\n")
    assert events[1:]
    assert set(events[1:]) == {": still here\n\n"}


# Metrics


def figures(store):
    page = metrics.page(store).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_metrics_tell_of_posts_queue_stages_and_errors(store, monkeypatch, clock):
    """In Prometheus's own format, whichever machine did the work."""
    monkeypatch.setattr(metrics, "COUNTED", 0.0)
    store.sources.add(FORUM)
    store.posts.add([post(1), post(2)])
    store.documents.save([document(post(1))], "v1")
    store.runs.request("crawl", "forum")
    clock.move(minutes=5)
    store.runs.request("annotate", "")
    store.runs.lease("one", kinds=["annotate"], seconds=60)
    store.tallies.add({("stage_seconds", "annotate"): 2.5, ("crawl_errors", "forum"): 1})
    store.tallies.add({("stage_seconds", "annotate"): 1.0})
    store.sources.failed("forum", "503", pause_after=9)
    seen = figures(store)
    assert seen["miner_posts",] == 2
    assert seen["miner_posts_waiting",] == 1
    assert seen["miner_queue_age_seconds",] > 300
    assert seen["miner_runs_open", "crawl", "due"] == 1
    assert seen["miner_runs_open", "annotate", "leased"] == 1
    assert seen["miner_runs_silent",] == 1
    assert seen["miner_stage_seconds_total", "annotate"] == 3.5
    assert seen["miner_crawl_errors_total", "forum"] == 1
    assert (seen["miner_source_failures", "forum"], seen["miner_source_paused", "forum"]) == (1, 0)


def test_an_empty_service_has_metrics_too(store):
    """A scrape right after the start isn't an error."""
    assert figures(store)["miner_queue_age_seconds",] == 0


# Logs


@pytest.fixture
def logged():
    """What goes to standard error, as JSON."""
    stream = io.StringIO()
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    logs.set_up(stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    structlog.reset_defaults()


def test_a_line_is_a_fact_in_json(logged):
    structlog.get_logger("miner.worker").info("run done", run=7, kind="crawl", subject="forum", new=12)
    logging.getLogger("somebody.else").warning("Shutting down")
    ours, theirs = logged()
    assert (ours["event"], ours["run"], ours["new"], ours["level"]) == ("run done", 7, 12, "info")
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["logger"]) == ("Shutting down", "somebody.else")


def test_nothing_personal_is_logged(logged):
    """What a line could carry by accident is hidden, and messages of unexpected errors stay behind."""
    log = structlog.get_logger("miner.worker")
    log.warning("failed", why="no answer from https://f.example.ru/u?name=Ivan for ivan@example.ru, +7 900 000-12-34")
    try:
        int("Надоело ждать, звоните Ивану Петрову")
    except ValueError:
        log.exception("broke")
    first, second = logged()
    assert first["why"] == "no answer from https://f.example.ru/u?… for [e-mail], [number]"
    assert second["error"] == "ValueError"
    assert "test_nothing_personal" in second["where"][-1]
    assert "Петров" not in json.dumps(second, ensure_ascii=False)


def test_a_failing_query_tells_no_parameters(store):
    """A database's complaint would quote the post that it couldn't keep."""
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with pytest.raises(DBAPIError) as error, store.database.writing() as connection:
        connection.execute(text("INSERT INTO posts (nowhere) VALUES (:words)"), {"words": "Надоело ждать"})
    assert "Надоело" not in str(error.value)


# Who runs beside whom


def test_two_services_on_one_workspace_are_refused(tmp_path):
    """The second one is told who the first is; when that one is killed, nothing needs to be tidied up."""
    code = """
        import sys, time
        from pathlib import Path
        from miner.service.lock import alone
        with alone(Path(sys.argv[1])):
            print("held", flush=True)
            time.sleep(60)
    """
    first = python(code, tmp_path)
    assert first.stdout.readline() == "held\n"
    with (
        pytest.raises(BadInput, match=rf"a service runs on this workspace already: process {first.pid} on .* Stop it"),
        alone(tmp_path),
    ):
        pass
    first.kill()
    first.communicate()
    with alone(tmp_path):
        pass


def test_a_workspace_that_cant_be_written_holds_no_service(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritable, match="Choose a workspace you may write to"), alone(tmp_path / "file"):
        pass


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"MINER_QUEUE_URL": "amqp://localhost"}, "no queue of kind 'amqp'"),
        (
            {"MINER_SERVICE__REFIT": "30 февраля"},
            "settings: service.refit: schedule '30 февраля': this day never comes",
        ),
        ({"MINER_DATABASE_URL": "mysql://localhost/x"}, "no driver 'mysql'"),
    ],
)
def test_a_worker_that_cant_work_says_so_before_it_begins(miner, monkeypatch, environment, said):
    """Exit status 2: wrong use."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    status, out, err = miner("worker")
    assert (status, out) == (2, "")
    assert said in err


def test_a_database_of_a_newer_version_is_left_alone_by_all(miner, tmp_path):
    """Serve, worker and runs."""
    open_store(tmp_path / "var").close()
    with sqlite3.connect(tmp_path / "var" / "miner.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = 'v9999'")
    raw.close()
    for command in (["serve", "--port", "0"], ["worker"], ["runs"]):
        status, _, err = miner(*command)
        assert status == 2
        assert "newer than this miner" in err
