"""The store's fixtures on both databases, a worker that hurries, and a language of two words instead of the models."""

from __future__ import annotations

import dataclasses
import shutil
import socket
import subprocess
import time

import pytest

from miner.service.bell import Bell
from miner.settings import Settings
from miner.store import Source
from miner.worker import Rhythm, Worker
from tests.cli.conftest import miner  # noqa: F401  # a fixture
from tests.store.conftest import (  # noqa: F401  # fixtures
    backend,
    clock,
    document,
    fresh_url,
    laid_out,
    store,
    url,
    workspace,
)

HASTE = Rhythm(lease=1.5, beat=0.1, look=0.1, retry=0.1)
FORUM = Source("forum", "forum", ("https://forum.example.ru/",), group="rural", schedule="каждый день в 03:00")


@pytest.fixture
def settings():
    given = Settings()
    service = given.service.model_copy(update={"jitter": 0, "refit": "", "crawlers": 1})
    fetch = given.fetch.model_copy(update={"delay": 0.0, "allow_hosts": ["127.0.0.1"], "retries": 0})
    return given.model_copy(update={"service": service, "fetch": fetch})


@pytest.fixture
def worker(store, settings, clock, monkeypatch):  # noqa: F811
    """A worker of this process that does a run a ``step``."""
    monkeypatch.delenv("MINER_QUEUE_URL", raising=False)
    made = Worker(store, settings, rhythm=HASTE, bell=Bell(store.workspace), clock=clock)
    yield made
    made.stop.set()


def understood(posts, settings=None, **_):
    """Documents in which every «надоело» is a pain."""
    for post in posts:
        yield document(post, *(["надоело"] if "надоело" in post.text else []))


@pytest.fixture
def quick(monkeypatch):
    """Annotation without models."""
    monkeypatch.setattr("miner.pipeline.annotate", understood)


class Redis:
    """A server of our own, with nothing on its disk: killed, it has lost everything."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as ask:
                if ask.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise AssertionError("redis-server doesn't start")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def redis():
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server here")
    server = Redis().start()
    yield server
    server.kill()


def named(name, **more):
    return dataclasses.replace(FORUM, name=name, **more)
