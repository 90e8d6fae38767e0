"""What was answered before, by a hash of what was asked, and how much was spent on each day.

The file holds no words of posts: statements are kept as offsets, a key is a SHA-256. So whoever is to be forgotten has
left nothing here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from miner.errors import MinerError

FILE = "answers.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (day TEXT PRIMARY KEY, calls INTEGER NOT NULL, tokens INTEGER NOT NULL);
"""


def key(*parts: str) -> str:
    """The hash of all that an answer depends on.

    >>> key("а", "б") == key("а", "б") != key("аб", "")
    True
    """
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Answers:
    """A small SQLite file in the workspace, shared by its threads and processes; it is made on the first write."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._file = home / FILE
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                made = not self._file.exists()
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.closing(sqlite3.connect(self._file, timeout=30)) as connection, connection:
                    if made:
                        self._file.chmod(0o600)
                    connection.executescript(_TABLES)
                    yield connection
            except (OSError, sqlite3.Error) as error:
                raise MinerError(
                    f"{self._file}: can't be used: {error}. Mend the folder, or delete the file."
                ) from error

    def known(self, keys: list[str]) -> dict[str, Any]:
        """The answers that are there, by key."""
        found: dict[str, Any] = {}
        if not self._file.exists():
            return found
        with self._open() as connection:
            for begin in range(0, len(keys), 500):
                some = keys[begin : begin + 500]
                marks = ",".join("?" * len(some))
                rows = connection.execute(f"SELECT key, value FROM answers WHERE key IN ({marks})", some)  # noqa: S608
                found |= {name: json.loads(value) for name, value in rows}
        return found

    def keep(self, found: dict[str, Any]) -> None:
        rows = [(name, json.dumps(value, ensure_ascii=False)) for name, value in found.items()]
        if rows:
            with self._open() as connection:
                connection.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", rows)

    def spend(self, day: str, calls: int, tokens: int) -> None:
        with self._open() as connection:
            connection.execute(
                "INSERT INTO spent VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE "
                "SET calls = calls + excluded.calls, tokens = tokens + excluded.tokens",
                (day, calls, tokens),
            )

    def spent(self, day: str) -> tuple[int, int]:
        """Calls and tokens of a day (ISO 8601)."""
        if not self._file.exists():
            return 0, 0
        with self._open() as connection:
            row = connection.execute("SELECT calls, tokens FROM spent WHERE day = ?", (day,)).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def count(self) -> int:
        if not self._file.exists():
            return 0
        with self._open() as connection:
            return int(connection.execute("SELECT count(*) FROM answers").fetchone()[0])
