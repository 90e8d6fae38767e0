"""What has fallen due becomes rows of work. Any number of schedulers may look at once: a time falls due once."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from miner.errors import BadInput
from miner.service.schedule import Schedule, parse

if TYPE_CHECKING:
    from miner.settings import Settings
    from miner.store import Run, Source, Store

RETENTION = "каждый день в 05:00"
_log = structlog.get_logger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Scheduler:
    """Looks at the sources and at the upkeep of the whole; ``tick`` as often as you like."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._upkeep = {"retention": _parsed(RETENTION, settings.service.timezone, "")}
        if settings.service.refit:
            self._upkeep["refit"] = of_settings(settings)

    def tick(self) -> list[Run]:
        """Turn what is due into runs; returns those that are new or were due already."""
        found = [run for source in self._store.sources.list() if (run := self._source(source)) is not None]
        for kind, schedule in self._upkeep.items():
            self._plan(kind, schedule)
        return found

    def _source(self, source: Source) -> Run | None:
        if source.schedule is None or source.paused_at is not None:
            return None
        try:
            schedule = of_source(source, self._settings)
        except BadInput as error:
            self._store.sources.pause(source.name, str(error))
            _log.warning("source paused", source=source.name, reason="its schedule can't be read")
            return None
        now = self._clock()
        if source.due_at is None or source.due_at > self._latest(source, schedule, now):
            # New, or planned by a clock that was far ahead.
            self._store.sources.plan(source.name, self._following(source, schedule, now))
            return None
        if source.due_at > now:
            return None
        if (opens := schedule.open(now)) > now:
            self._store.sources.plan(source.name, opens)
            return None
        return self._store.runs.fall_due(source.name, source.due_at, self._following(source, schedule, now))

    def _following(self, source: Source, schedule: Schedule, now: datetime) -> datetime:
        begins = schedule.next(now)
        # At most a quarter of the way to the time after it, so that frequent runs stay apart.
        room = min(self._settings.service.jitter, (schedule.next(begins) - begins).total_seconds() / 4)
        return schedule.open(begins + timedelta(seconds=int(room * _share(source.name, begins))))

    def _latest(self, source: Source, schedule: Schedule, now: datetime) -> datetime:
        """No plan lies later than this: the time after the next one, its jitter included."""
        return self._following(source, schedule, self._following(source, schedule, now))

    def _plan(self, kind: str, schedule: Schedule) -> None:
        now = self._clock()
        last = next(iter(self._store.runs.recent(kind, "", 1)), None)
        if last is not None and last.status == "due" and last.due_at > schedule.next(schedule.next(now)):
            self._store.runs.cancel(kind, "")
            last = None
        if last is None or last.status in {"done", "failed"}:
            self._store.runs.request(kind, "", schedule.next(now))


def of_source(source: Source, settings: Settings) -> Schedule:
    """The schedule of a source in its time zone, within the hours in which it may be asked. Raises BadInput."""
    hours = str(source.options.get("hours") or settings.fetch.hours)
    return _parsed(source.schedule or "", source.timezone or settings.service.timezone, hours)


def of_settings(settings: Settings) -> Schedule:
    """When topics are found anew. Raises BadInput that names the setting."""
    try:
        return _parsed(settings.service.refit, settings.service.timezone, "")
    except BadInput as error:
        raise BadInput(f"settings: service.refit: {error}") from error


def plans(store: Store, settings: Settings) -> Iterator[tuple[Source, str]]:
    """Every source with its schedule in words, or with why it has none."""
    for source in store.sources.list():
        try:
            yield source, of_source(source, settings).words() if source.schedule else "без расписания"
        except BadInput as error:
            yield source, str(error)


_parsed = functools.lru_cache(maxsize=4_096)(lambda text, timezone, hours: parse(text, timezone, hours=hours))


def _share(name: str, moment: datetime) -> float:
    """A number from 0 to 1 that is the same for the same run, whoever asks."""
    digest = hashlib.sha256(f"{name} {moment.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
