"""Commands of miner on files that people bring, each a process of its own: a hostile file may at worst end that one.

It has a minute, bounded memory, and nothing but file names of ours.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from miner.web.desk import Desk
from miner.web.problems import Problem
from miner.web.troubles import of_file

SECONDS = 60
MEMORY = 2 * 2**30
# Files that are read at the same time, and how long the next one waits for its turn, in seconds.
AT_ONCE = 2
TURN = 30.0
COMMAND = "from miner.cli import main; main()"

_room = threading.BoundedSemaphore(AT_ONCE)


def run(at: Desk, arguments: Sequence[str], hidden: Path, shown: str = "файл") -> str:
    """What the command wrote to standard output; where it names the path ``hidden``, it says ``shown``.

    Raises Problem 422, in words for people, when it fails or isn't done in time, 429 while others are read.
    """
    room = _room
    if not room.acquire(timeout=TURN):
        raise Problem(429, "Сейчас читают другие файлы. Попробуйте через минуту.", headers={"Retry-After": "60"})
    try:
        return _run(at, arguments, hidden, shown)
    finally:
        room.release()


def _run(at: Desk, arguments: Sequence[str], hidden: Path, shown: str) -> str:
    environment = dict(os.environ)
    if at.url:
        environment["MINER_DATABASE_URL"] = at.url
    try:
        done = subprocess.run(  # noqa: S603  # our own command, the file's name is ours too
            [sys.executable, "-c", COMMAND, *arguments, "--workspace", str(at.workspace.resolve())],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            preexec_fn=_modestly,  # only limits are set, before anything else runs
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(f"Файл не удалось прочесть за {SECONDS} с.") from error
    if done.returncode:
        complaint = done.stderr.strip().splitlines() or ["файл не удалось прочесть"]
        raise _refused(complaint[-1].replace(str(hidden), shown)[:500])
    return done.stdout.strip()


def _refused(said: str) -> Problem:
    trouble = of_file(said)
    return Problem(422, f"{trouble.what} {trouble.todo}", said=trouble.said)


def _modestly() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**32, 2**32))
    # Models are mapped into memory, so the address space is larger than what is used.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY * 4, MEMORY * 4))
