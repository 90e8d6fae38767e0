"""Sources as the analyst set them up, and whether they run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from miner.errors import BadInput
from miner.store.crawls import forget_addresses
from miner.store.database import Database, advance
from miner.store.decisions import Overtaken
from miner.store.tables import RunRow, SourceRow


@dataclass(frozen=True, slots=True)
class Source:
    """Where posts come from: a ``collector``, what it is pointed at, when, and on what legal ``basis``.

    ``due_at`` is when it should next be crawled; a source with ``paused_at`` is left alone, and says why.
    """

    name: str
    collector: str
    targets: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    group: str | None = None
    schedule: str | None = None
    timezone: str | None = None
    basis: str | None = None
    added_at: datetime | None = None
    due_at: datetime | None = None
    paused_at: datetime | None = None
    pause_reason: str | None = None
    failures: int = 0


_SET_UP = ("collector", "targets", "options", "group", "schedule", "timezone", "basis", "due_at")
_SOURCE = tuple(getattr(SourceRow, f.name) for f in dataclasses.fields(Source))
_HERE = SourceRow.removed_at.is_(None)


class Sources:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def add(self, source: Source) -> Source:
        """Raises BadInput when the name is taken; a source that was removed may come back under its name."""
        given = {"added_at": self._clock(), "failures": 0, "removed_at": None, "paused_at": None, "pause_reason": None}
        values = _values(source) | given
        with self._db.writing() as connection:
            advance(connection, "runs")
            query = select(SourceRow.id, SourceRow.removed_at).where(SourceRow.name == source.name)
            known = connection.execute(query).first()
            if known is None:
                connection.execute(insert(SourceRow).values(name=source.name, **values))
            elif known.removed_at is not None:
                connection.execute(update(SourceRow).where(SourceRow.id == known.id).values(**values))
        if known is not None and known.removed_at is None:
            raise BadInput(
                f"source {source.name!r} is there already. Choose another name, or remove it: "
                f"miner sources remove {source.name}."
            )
        return self.get(source.name)

    def change(self, source: Source, *, seen: Source | None = None) -> Source:
        """Set up a known source anew; its posts, pauses and failures stay, another schedule is planned anew.

        Overtaken is raised when it is no longer set up as ``seen``, and nothing is written.
        """
        values = _values(source)
        with self._db.writing() as connection:
            advance(connection, "runs")
            row = connection.execute(select(*_SOURCE).where(SourceRow.name == source.name, _HERE)).first()
            known = _source(row) if row else None
            fits = known is not None and (seen is None or _set_up(known) == _set_up(seen))
            if known is not None and fits:
                moved = (known.schedule, known.timezone) != (source.schedule, source.timezone)
                if moved and source.due_at == known.due_at:
                    values["due_at"] = None
                self._set_in(connection, source.name, **values)
        if known is None:
            raise BadInput(self._unknown(source.name))
        if not fits:
            raise Overtaken(f"somebody else has set up {source.name!r} meanwhile. Look at it and set it up again.")
        return self.get(source.name)

    def get(self, name: str) -> Source:
        """Raises BadInput, with the names that there are."""
        with self._db.reading() as connection:
            row = connection.execute(select(*_SOURCE).where(SourceRow.name == name, _HERE)).first()
        if row is None:
            raise BadInput(self._unknown(name))
        return _source(row)

    def list(self) -> Sequence[Source]:
        """All sources by name."""
        with self._db.reading() as connection:
            rows = connection.execute(select(*_SOURCE).where(_HERE).order_by(SourceRow.name)).all()
        return [_source(row) for row in rows]

    def due(self, at: datetime | None = None) -> Sequence[Source]:
        """Sources whose time has come and that are not paused, the longest due first."""
        ready = SourceRow.due_at <= (at or self._clock())
        query = select(*_SOURCE).where(ready, _HERE, SourceRow.paused_at.is_(None)).order_by(SourceRow.due_at)
        with self._db.reading() as connection:
            return [_source(row) for row in connection.execute(query)]

    def plan(self, name: str, due_at: datetime | None) -> None:
        """Say when the source should next be crawled."""
        self._set(name, due_at=due_at)

    def pause(self, name: str, reason: str) -> None:
        """Leave a source alone until it is resumed."""
        self._set(name, paused_at=self._clock(), pause_reason=reason)

    def resume(self, name: str) -> None:
        """Let a source run again; its failures are forgiven."""
        self._set(name, paused_at=None, pause_reason=None, failures=0)

    def remove(self, name: str) -> None:
        """Crawl a source no more. Its posts stay, the addresses found go; a crawl under way hears of it."""
        self._set(name, removed_at=self._clock())
        with self._db.writing() as connection:
            forget_addresses(connection, name)
            gone = {"status": "failed", "error": "the source was removed", "finished_at": self._clock()}
            mine = (RunRow.kind == "crawl", RunRow.subject == name, RunRow.status.in_(("due", "leased")))
            connection.execute(update(RunRow).where(*mine).values(**gone, leased_until=None))

    def succeeded(self, name: str) -> None:
        """A crawl went well: earlier failures no longer count."""
        self._set(name, failures=0)

    def failed(self, name: str, reason: str, *, pause_after: int) -> Source:
        """Count a failure in a row; after ``pause_after`` of them the source is paused with the reason."""
        with self._db.writing() as connection:
            self._set_in(connection, name, failures=SourceRow.failures + 1)
            enough = (SourceRow.name == name, SourceRow.failures >= pause_after, SourceRow.paused_at.is_(None))
            now = self._clock()
            connection.execute(update(SourceRow).where(*enough).values(paused_at=now, pause_reason=reason))
        return self.get(name)

    def _set(self, name: str, **values: Any) -> None:
        with self._db.writing() as connection:
            known = self._set_in(connection, name, **values)
        if not known:
            raise BadInput(self._unknown(name))

    def _set_in(self, connection: Connection, name: str, **values: Any) -> int:
        return connection.execute(update(SourceRow).where(SourceRow.name == name, _HERE).values(**values)).rowcount

    def _unknown(self, name: str) -> str:
        known = ", ".join(source.name for source in self.list()) or "none yet; add one with miner sources add"
        return f"no source named {name!r}. Known: {known}."


def _values(source: Source) -> dict[str, Any]:
    given = {name: getattr(source, name) for name in _SET_UP}
    return given | {"targets": list(source.targets), "options": dict(source.options)}


def _set_up(source: Source) -> dict[str, Any]:
    """What people set up; the scheduler plans the rest."""
    return {name: value for name, value in _values(source).items() if name != "due_at"}


def _source(row: Sequence[Any]) -> Source:
    source = Source(*row)
    return dataclasses.replace(source, targets=tuple(source.targets))
