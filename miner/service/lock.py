"""One service a workspace: SQLite lets two of them write, but both would think the schedule was theirs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from miner.errors import BadInput, NotWritable

FILE = "service.lock"


@contextlib.contextmanager
def alone(workspace: Path) -> Iterator[None]:
    """Hold a workspace while the block runs; the system lets go when the process dies. Raises BadInput when taken."""
    path = workspace / FILE
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise NotWritable(f"{path}: can't be made: {error.strerror}. Choose a workspace you may write to.") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip() or "another process"
            raise BadInput(
                f"{workspace}: a service runs on this workspace already: {holder}. Stop it, name another workspace, or "
                "use PostgreSQL (MINER_DATABASE_URL), which any number of services may share."
            ) from error
        os.ftruncate(handle, 0)
        told = f"process {os.getpid()} on {socket.gethostname()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        os.pwrite(handle, told.encode(), 0)
        yield
    finally:
        os.close(handle)
