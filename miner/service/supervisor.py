"""What runs beside the pages: a worker as a process of its own, started again when it dies, or the scheduler alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from miner.errors import MinerError

if TYPE_CHECKING:
    from miner.settings import Settings

# Seconds that a worker gets to give back what it has in hand.
PATIENCE = 20
LONGEST = 60.0
LOOK = 15.0
_log = structlog.get_logger(__name__)
_CODE = (
    "import sys; from pathlib import Path; from miner.worker import start; start(Path(sys.argv[1]), int(sys.argv[2]))"
)


@contextlib.contextmanager
def beside(workspace: Path, settings: Settings, *, worker: bool) -> Iterator[None]:
    """Run a worker, or without one the scheduler, while the block runs."""
    stop = threading.Event()
    target = _keep_worker if worker else _keep_schedule
    thread = threading.Thread(target=target, args=(workspace, settings, stop), daemon=True, name="beside")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=PATIENCE + 5)


def _keep_worker(workspace: Path, settings: Settings, stop: threading.Event) -> None:
    del settings  # the process reads them itself
    wait = 1.0
    while not stop.is_set():
        command = [sys.executable, "-c", _CODE, str(workspace), str(os.getpid())]
        with subprocess.Popen(command) as process:  # noqa: S603  # our own code
            lasted = 0.0
            while process.poll() is None and not stop.wait(0.5):
                lasted += 0.5
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
            if stop.is_set():
                return
            _log.error("worker died", status=process.returncode, lasted=lasted)
        wait = 1.0 if lasted > LONGEST else min(2 * wait, LONGEST)
        stop.wait(wait)


def _keep_schedule(workspace: Path, settings: Settings, stop: threading.Event) -> None:
    from miner.service.bell import Bell
    from miner.service.scheduler import Scheduler
    from miner.store import open_store

    with open_store(workspace, os.environ.get("MINER_DATABASE_URL")) as store:
        scheduler, bell = Scheduler(store, settings), Bell(workspace)
        while not stop.is_set():
            try:
                if found := scheduler.tick():
                    bell.ring(len(found))
            except MinerError as error:
                _log.warning("waiting", error=type(error).__name__, why=str(error))
            stop.wait(LOOK)
