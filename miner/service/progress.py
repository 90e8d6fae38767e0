"""The progress of runs as it happens, for a terminal and for a page (server-sent events)."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from miner.store import Run, Store

POLL = 1.0
# A comment now and then keeps proxies from closing a silent line.
KEEP_ALIVE = 15.0
_LATEST = 50


def snapshot(store: Store) -> list[Run]:
    """Runs that are due, under way or have just ended, the oldest first."""
    seen = {run.id: run for run in (*store.runs.open(), *store.runs.latest(_LATEST))}
    return [seen[number] for number in sorted(seen)]


def changes(store: Store, *, poll: float = POLL, stop: threading.Event | None = None) -> Iterator[list[Run]]:
    """Yield the runs that changed since the last look, at first all; an empty list when none did. Ends on ``stop``."""
    over = stop or threading.Event()
    known: dict[int, Run] = {}
    while not over.is_set():
        now = {run.id: run for run in snapshot(store)}
        yield [run for number, run in now.items() if known.get(number) != run]
        known = now
        over.wait(poll)


async def events(
    store: Store, *, gone: Callable[[], Awaitable[bool]], poll: float = POLL, keep_alive: float = KEEP_ALIVE
) -> AsyncIterator[str]:
    """Yield server-sent events named ``run``, each a run as JSON, until ``gone`` says that nobody listens."""
    known: dict[int, Run] = {}
    quiet = 0.0
    while not await gone():
        now = {run.id: run for run in await asyncio.to_thread(snapshot, store)}
        changed = [run for number, run in now.items() if known.get(number) != run]
        known = now
        for run in changed:
            yield f"event: run\nid: {run.id}\ndata: {json.dumps(shown(run), ensure_ascii=False)}\n\n"
        quiet = 0.0 if changed else quiet + poll
        if quiet >= keep_alive:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(poll)


def shown(run: Run) -> dict[str, Any]:
    """A run as JSON: times in ISO 8601, how far it is (``stage``, ``done``, ``total``) beside its other counts."""
    return {
        "id": run.id,
        "kind": run.kind,
        "subject": run.subject,
        "status": run.status,
        "due_at": _time(run.due_at),
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "worker": run.worker,
        "attempts": run.attempts,
        "counts": dict(run.counts),
        "error": run.error,
    }


def line(run: Run) -> str:
    """A run in a line for a terminal.

    >>> from datetime import UTC
    >>> from miner.store import Run
    >>> run = Run(7, "crawl", "forum", "leased", datetime(2025, 3, 14, tzinfo=UTC), counts={"stage": "read", "done": 3})
    >>> line(run)
    '#7 crawl forum: under way, read 3'
    """
    words = {"due": f"due {run.due_at:%Y-%m-%d %H:%M} UTC", "leased": "under way", "done": "done", "failed": "failed"}
    counts = dict(run.counts)
    parts = [words[run.status]]
    if stage := counts.pop("stage", None):
        done, total = counts.pop("done", 0), counts.pop("total", None)
        if run.status == "leased":
            parts.append(f"{stage} {done}" + (f" of {total}" if total else ""))
    counts.pop("done", None), counts.pop("total", None)
    parts += [f"{value} {name}" for name, value in counts.items() if value]
    if run.error:
        parts.append(run.error)
    return f"#{run.id} {run.kind}{f' {run.subject}' if run.subject else ''}: {', '.join(parts)}"


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
