"""The whole service as processes: pages, schedule and worker from one command, stopped and killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from miner.store import Source, open_store
from tests.service.test_worker import wait
from tests.serving import Site
from tests.store.conftest import post


@contextlib.contextmanager
def serving(home, *arguments):
    """`miner serve` in a process group of its own; gives the process and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MINER_")}
    program = [sys.executable, "-c", "from miner.cli import main; main()"]
    process = subprocess.Popen(
        [*program, "serve", "--port", str(port), *arguments, "--workspace", str(home)],
        env=environment | {"MINER_SERVICE__JITTER": "0", "MINER_FETCH__DELAY": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    try:
        wait(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/healthz"), 120)
        assert process.poll() is None, process.stdout.read()
        yield process, f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def children(pid):
    # A thread's children are its own.
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as told:
            return told.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


PAGE = """<!DOCTYPE html><html lang="ru"><head><title>Жизнь в селе</title></head><body><article><h1>Жизнь в селе</h1>
<p>Автобус в райцентр не ходит, на работу не добраться. Надоело ждать, когда откроют хоть одно предприятие рядом.</p>
<p>Зарплата маленькая, жить не на что, хочу выучиться на тракториста и работать рядом с домом.</p>
</article></body></html>"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_one_command_crawls_annotates_and_mines(tmp_path):
    """A source falls due; without anybody's doing its words are in candidates' reach, and a killed worker is replaced."""
    with Site({"/": PAGE}, robots="User-agent: *\nAllow: /\n") as site, open_store(tmp_path) as store:
        source = Source("selo", "page", (f"{site.url}/",), {"allow_host": ["127.0.0.1"]}, "rural", "каждый час")
        store.sources.add(source)
        store.posts.add(post(n, "Надоело ждать автобус, на работу не добраться.") for n in range(3))
        with serving(tmp_path) as (process, url):
            wait(lambda: children(process.pid), 60)
            [worker] = children(process.pid)
            os.kill(worker, signal.SIGKILL)
            store.sources.plan("selo", store.sources.get("selo").added_at)
            wait(lambda: [run.status for run in store.runs.recent("crawl", "selo")] == ["done"], 120)
            wait(lambda: store.candidates.fitted("rural") == (4, 4) and not store.documents.fresh_groups(), 240)
            assert answers(f"{url}/readyz")
            assert children(process.pid) != [worker]
            [again] = children(process.pid)
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            assert not alive(again)
        assert store.posts.count("rural") == 4
        assert store.candidates.of("rural").posts == 4
        assert not [run for run in store.runs.open() if run.status == "leased"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_worker_outlives_no_killed_service(tmp_path):
    """``kill -9`` of the parent alone leaves nobody working unseen; the next service starts at once."""
    with serving(tmp_path) as (process, _):
        wait(lambda: children(process.pid), 60)
        [worker] = children(process.pid)
        process.kill()
        process.wait()
        wait(lambda: not alive(worker), 60)
    with serving(tmp_path, "--no-worker") as (process, _):
        time.sleep(1)
        assert children(process.pid) == []
