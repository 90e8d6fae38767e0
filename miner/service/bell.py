"""The bell: a Huey queue that wakes workers, in a file of the workspace or in Redis, and holds nothing else.

What there is to do stands in the database, and workers look there every now and then even when nobody rings. So a queue
that is down, emptied or full of rubbish only makes them later. Its messages are one plain word: nothing that comes out
of a queue is ever unpickled.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from miner.errors import BadInput, MinerError

if TYPE_CHECKING:
    from huey.storage import BaseStorage

    from miner.store import Run, Store

NAME = "miner"
FILE = "queue.db"
WORD = b"wake"
# More messages than this wake nobody who isn't awake already.
MOST = 64
PAUSE = 0.2
_WAYS = "Known: sqlite:///FILE, redis://HOST:PORT/NUMBER, rediss:// with TLS, unix:///SOCKET."
_log = structlog.get_logger(__name__)


class QueueUnavailable(MinerError):
    """The queue doesn't answer now; work goes on, later than it could."""


class Bell:
    """Rings through the queue at ``url``, else MINER_QUEUE_URL, else ``<workspace>/queue.db``.

    Raises BadInput for an address of an unknown kind.
    """

    def __init__(self, workspace: Path, url: str | None = None) -> None:
        self.url = url or os.environ.get("MINER_QUEUE_URL") or f"sqlite:///{workspace / FILE}"
        self._storage = _storage(self.url)
        self._silent = False

    @property
    def shown(self) -> str:
        """The address without a password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def ring(self, times: int = 1) -> bool:
        """Wake up to so many workers; False when the queue is down, which only delays them."""
        try:
            for _ in range(max(0, min(times, MOST - self._storage.queue_size()))):
                self._storage.enqueue(WORD)
        except Exception as error:  # noqa: BLE001  # every driver has its own, and none may stop the work
            self._trouble(error)
            return False
        self._silent = False
        return True

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Sleep until somebody rings (True), ``seconds`` have passed or ``stop`` is set (False)."""
        until = time.monotonic() + seconds
        while not stop.is_set() and time.monotonic() < until:
            try:
                # Redis holds the line for a second, a file answers at once.
                if self._storage.dequeue() is not None:
                    self._silent = False
                    return True
            except Exception as error:  # noqa: BLE001  # as above
                self._trouble(error)
                stop.wait(1.0)
            stop.wait(PAUSE)
        return False

    def check(self) -> int:
        """How many messages wait. Raises QueueUnavailable."""
        try:
            return int(self._storage.queue_size())
        except Exception as error:
            raise QueueUnavailable(
                f"the queue at {self.shown} doesn't answer ({type(error).__name__}). Start it, or unset "
                "MINER_QUEUE_URL; until then workers look for work by themselves, every few seconds."
            ) from error

    def _trouble(self, error: Exception) -> None:
        if not self._silent:
            _log.warning("queue unavailable", queue=self.shown, error=type(error).__name__)
        self._silent = True


def ask(store: Store, kind: str, subject: str = "", *, bell: Bell | None = None, again: bool = True) -> Run:
    """Ask for work and wake somebody to do it: what a page's «run now» or a command calls."""
    run = store.runs.request(kind, subject, again=again, sooner=True)
    (bell or Bell(store.workspace)).ring()
    return run


def _storage(url: str) -> BaseStorage:
    from huey.storage import RedisStorage, SqliteStorage

    parts = urlsplit(url)
    try:
        if parts.scheme == "sqlite" and parts.path.strip("/"):
            file = Path(url.removeprefix("sqlite:///"))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            return SqliteStorage(NAME, filename=str(file))
        if parts.scheme in {"redis", "rediss", "unix"}:
            from redis import ConnectionPool

            pool = ConnectionPool.from_url(url, socket_connect_timeout=3, socket_timeout=5)
            return RedisStorage(NAME, connection_pool=pool, read_timeout=1)
    except (ValueError, OSError) as error:
        raise BadInput(f"MINER_QUEUE_URL: {type(error).__name__} for {_hidden(url)!r}. {_WAYS}") from error
    except Exception as error:
        raise QueueUnavailable(f"{_hidden(url)}: the queue's file can't be opened: {error}.") from error
    raise BadInput(f"MINER_QUEUE_URL: {_hidden(url)!r}: no queue of kind {parts.scheme!r}. {_WAYS}")


def _hidden(url: str) -> str:
    return url.rsplit("@", maxsplit=1)[-1][:100]
