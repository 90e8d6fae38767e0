"""What a crawl still has to ask for, and what it remembers: a Protocol, and the one that lives in memory.

A store's own frontier survives a crash. Whatever was yielded before ``done`` has to be safe before the address counts
as done: then nothing is lost and nothing is asked for twice, wherever the process is killed.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Validator:
    """What a server said that lets the next crawl ask whether a page has changed."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """An address to ask for; ``data`` is JSON that the collector put there, lower ``rank`` comes first."""

    url: str
    kind: str = "page"
    depth: int = 0
    rank: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)


class Frontier(Protocol):
    """The addresses of one source. Each is taken once in a run; ``again`` opens one that an earlier run has done."""

    def add(self, task: Task, *, again: bool = False) -> bool:
        """Remember an address; True when it will be asked for."""

    def take(self) -> Task | None:
        """The next address, or None when there is none left."""

    def done(self, task: Task, validator: Validator | None = None) -> None:
        """The address gave what it had, and that is safe."""

    def failed(self, task: Task, reason: str) -> None:
        """The address gave nothing in this run."""

    def release(self, task: Task) -> None:
        """The address wasn't asked after all; it stays to be asked."""

    def validator(self, url: str) -> Validator | None:
        """What the server said of the address last time."""

    def recall(self, key: str) -> str | None:
        """What ``remember`` was told, in this run or an earlier one."""

    def remember(self, key: str, value: str) -> None:
        """Keep a mark, such as the last post of a thread."""


class MemoryFrontier:
    """A frontier for one-off collecting. ``again()`` begins another run over the same memory."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Task]] = []
        self._run = 0
        self._seen: dict[str, int] = {}
        self._validators: dict[str, Validator] = {}
        self._marks: dict[str, str] = {}
        self._order = 0
        self.failures: dict[str, str] = {}

    def again(self) -> None:
        self._run += 1

    def add(self, task: Task, *, again: bool = False) -> bool:
        last = self._seen.get(task.url)
        if last is not None and not (again and last < self._run):
            return False
        self._seen[task.url] = self._run
        self._order += 1
        heapq.heappush(self._heap, (task.rank, self._order, task))
        return True

    def take(self) -> Task | None:
        return heapq.heappop(self._heap)[2] if self._heap else None

    def done(self, task: Task, validator: Validator | None = None) -> None:
        if validator:
            self._validators[task.url] = validator

    def failed(self, task: Task, reason: str) -> None:
        self.failures[task.url] = reason

    def release(self, task: Task) -> None:
        self._order += 1
        heapq.heappush(self._heap, (task.rank, self._order, task))

    def validator(self, url: str) -> Validator | None:
        return self._validators.get(url)

    def recall(self, key: str) -> str | None:
        return self._marks.get(key)

    def remember(self, key: str, value: str) -> None:
        self._marks[key] = value
