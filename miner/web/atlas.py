"""Topics as people see them now: the registry with every decision, the statements in columns, and the map.

One per process, in memory, since a map of a hundred thousand statements has to move under the hand. It follows the
store: a refit or another person's decision is taken in when it is next asked for, texts that joined within a minute.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from miner import refreshing
from miner.errors import BadInput
from miner.records import KINDS, Decision
from miner.store import Overtaken
from miner.web.versions import etag

if TYPE_CHECKING:
    from miner.store import Event, Store, TopicState
    from miner.topics.registry import Registry

NONE = "–"
# Texts that joined are taken in this often, in seconds.
FRESH = 60.0
HALF_YEAR = 6
FEWEST = 5
LOOSE = 0.75


@dataclass(frozen=True, slots=True)
class Statements:
    """All statements in columns: ``texts`` are their ids, the others number into ``groups``, KINDS, or are months."""

    texts: Sequence[str]
    place: Mapping[str, int]
    groups: Sequence[str]
    group: np.ndarray
    kind: np.ndarray
    month: np.ndarray
    author: np.ndarray
    points: np.ndarray

    @property
    def now(self) -> int:
        """The month of the latest statement, as months since the year 0."""
        return int(self.month.max(initial=0))


@dataclass(frozen=True, slots=True)
class Shown:
    """A topic in figures; ``trend`` is the change of its share within half a year against the half before, or None."""

    id: str
    label: str
    description: str
    keywords: tuple[str, ...]
    size: int
    people: int
    share: float
    trend: float | None
    fit: float
    loose: bool
    refits: int
    event: str
    pinned: bool
    rejected: bool
    merged: tuple[str, ...]
    parent: str | None
    groups: Mapping[str, int]
    kinds: Mapping[str, int]
    months: Mapping[int, int]

    @property
    def etag(self) -> str:
        said = (self.label, self.description, self.size, self.pinned, self.rejected, self.merged)
        return etag(self.id, *said)


class Sheet:
    """One state of the atlas; a decision makes the next."""

    def __init__(self, registry: Registry, statements: Statements, state: TopicState, lineage: Sequence[Event]) -> None:
        self.registry = registry
        self.statements = statements
        self.state = state
        self.lineage = lineage
        self.shown = registry.view()

    @cached_property
    def own(self) -> np.ndarray:
        """The number of each statement's topic among ``order``, -1 for none."""
        number = {name: place for place, name in enumerate(self.order)}
        topics = (self.shown.get(text) for text in self.statements.texts)
        return np.fromiter((number.get(topic or "", -1) for topic in topics), np.int32, len(self.statements.texts))

    @cached_property
    def order(self) -> list[str]:
        """Topics with statements, the largest first, then rejected ones."""
        sizes = Counter(topic for text, topic in self.shown.items() if topic and text in self.statements.place)
        by_size = sorted(sizes, key=lambda name: (-sizes[name], name))
        return [*by_size, *sorted(self.registry.overlay().rejected)]

    @cached_property
    def topics(self) -> dict[str, Shown]:
        """Every topic that is shown, in order; rejected ones, which have no statements any more, last."""
        return {shown.id: shown for shown in self._topics()}

    def _topics(self) -> Iterator[Shown]:
        overlay, s = self.registry.overlay(), self.statements
        total = max(1, len(s.texts))
        later = s.month > s.now - HALF_YEAR
        sooner = (s.month > s.now - 2 * HALF_YEAR) & ~later
        fits = {name: self._fit(number) for number, name in enumerate(self.order)}
        middle = float(np.median([fit for fit in fits.values() if fit > 0] or [0.0]))
        refits, events = self._history()
        guests: dict[str, list[str]] = defaultdict(list)
        for name in overlay.into:
            guests[overlay.root(name)].append(name)
        for number, name in enumerate(self.order):
            rows = self.rows[number]
            entry = self.registry.entries[name]
            yield Shown(
                id=name,
                label=overlay.names.get(name) or entry.label or name,
                description=overlay.descriptions.get(name, ""),
                keywords=entry.keywords,
                size=len(rows),
                people=len(np.unique(s.author[rows])),
                share=len(rows) / total,
                trend=_trend(rows, later, sooner),
                fit=fits[name],
                loose=0 < fits[name] < LOOSE * middle,
                refits=refits[name],
                event=events.get(name, "born"),
                pinned=name in overlay.pinned,
                rejected=name in overlay.rejected,
                merged=tuple(guests[name]),
                parent=entry.parent,
                groups={s.groups[g]: n for g, n in Counter(s.group[rows].tolist()).most_common()},
                kinds={KINDS[k]: n for k, n in Counter(s.kind[rows].tolist()).most_common()},
                months=dict(sorted(Counter(s.month[rows].tolist()).items())),
            )

    @cached_property
    def rows(self) -> list[np.ndarray]:
        """The rows of each topic's statements, by its number."""
        order = np.argsort(self.own, kind="stable")
        ends = np.searchsorted(self.own[order], np.arange(len(self.order) + 1))
        return [order[ends[n] : ends[n + 1]] for n in range(len(self.order))]

    def _fit(self, number: int) -> float:
        fits = self.statements.points[self.rows[number], 2]
        known = fits[fits > 0]
        return float(known.mean()) if len(known) else 0.0

    def _history(self) -> tuple[Counter[str], dict[str, str]]:
        """How many refits each topic went through, and what the last one did to it."""
        refits: Counter[str] = Counter()
        last: dict[str, str] = {}
        for event in self.lineage:
            for name in event.after:
                refits[name] += event.event == "continued"
                last[name] = event.event
        return refits, last

    @cached_property
    def middles(self) -> np.ndarray:
        """The middle of each topic on the map, of shape (topics, 2); NaN for one without statements."""
        points = self.statements.points[:, :2]
        nowhere = np.full(2, np.nan, np.float32)
        found = [points[rows].mean(0) if len(rows) else nowhere for rows in self.rows]
        return np.array(found, np.float32).reshape(-1, 2)

    @cached_property
    def branches(self) -> list[list[str]]:
        """Topics that belong together, the largest of each branch first; rejected ones have no place in the tree."""
        from miner.topics.tree import branches

        standing = [name for name in self.order if not self.topics[name].rejected]
        place = {name: number for number, name in enumerate(standing)}
        centres = {name: self.registry.entries[name].centre for name in standing}
        if not all(centres.values()):
            # Topics of somebody else's making have a place on the map at least.
            own = np.nan_to_num(self.middles - np.nanmean(self.middles, axis=0))
            centres = {name: tuple(own[self.order.index(name)].tolist()) for name in standing}
        found = branches(centres)
        return [sorted(branch, key=place.__getitem__) for branch in found]

    def rows_of(self, topic: str) -> np.ndarray:
        """The rows of a topic's statements, the most typical first."""
        rows = self.rows[self.order.index(topic)] if topic in self.order else np.zeros(0, np.int64)
        return np.asarray(rows[np.argsort(-self.statements.points[rows, 2], kind="stable")])

    @cached_property
    def etag(self) -> str:
        """Of the whole map."""
        return etag(str(self.state.at), len(self.statements.texts), [d.id for d in self.registry.log])


class Atlas:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._sheet: Sheet | None = None
        self._stamp: tuple[Any, int] | None = None
        self._heard = 0
        self._read_at = 0.0

    def sheet(self) -> Sheet | None:
        """The topics as they are now; None before they were first found."""
        with self._lock:
            stamp = self._store.topics.stamp()
            if stamp is None:
                return None
            before = self._stamp
            stale = before is None or before[0] != stamp[0]
            joined = before != stamp and time.monotonic() - self._read_at > FRESH
            if self._sheet is None or stale or joined:
                self._read(stamp)
            else:
                self._hear()
            return self._sheet

    def decide(
        self, action: str, target: str, *, who: str, at: str, last: Mapping[str, str | None] | None = None, **data: Any
    ) -> tuple[Decision, Sheet]:
        """Put a decision on a topic or statement into the log and into effect, on this map and in the store.

        Raises BadInput when it makes no sense, Overtaken when somebody else decided on the same topic meanwhile.
        """
        kept = {name: value for name, value in data.items() if value is not None}
        name = _name(at, who, action, target)
        if action == "split":
            kept["topic"] = f"s{name[:8]}"
        with self._lock:
            sheet = self.sheet()
            if sheet is None:
                raise BadInput("there are no topics yet. They are found by the worker, or by miner refresh.")
            stored = sheet.registry.decide(Decision(name, at, who, action, target, kept))
            try:
                self._store.decisions.append(dataclasses.replace(stored, action=refreshing.ON_TOPICS + action), last)
            except Overtaken:
                sheet.registry.log.remove(stored)
                raise
            return stored, self._take_effect(sheet)

    def move(self, texts: Sequence[str], topic: str | None, *, who: str, at: str) -> tuple[list[Decision], Sheet]:
        """Put statements into a topic, or call them noise (None); all of them take effect at once.

        Raises BadInput for a statement or a topic that isn't there, and then nothing has changed.
        """
        action, data = ("noise", {}) if topic is None else ("move", {"topic": topic})
        with self._lock:
            sheet = self.sheet()
            if sheet is None:
                raise BadInput("there are no topics yet. They are found by the worker, or by miner refresh.")
            if topic is not None and topic not in sheet.topics:
                raise BadInput(f"no topic {topic!r}. The list of topics names them.")
            if unknown := [text for text in texts if text not in sheet.statements.place]:
                raise BadInput(f"no statement {unknown[0]!r}. The map of topics names them.")
            made = [
                Decision(_name(at, who, action, text), at, who, action, text, data) for text in dict.fromkeys(texts)
            ]
            for decision in made:
                self._store.decisions.append(dataclasses.replace(decision, action=refreshing.ON_TOPICS + action))
                sheet.registry.recall(decision)
            return made, self._take_effect(sheet)

    def last(self, target: str) -> str | None:
        """The id of the last decision on a topic or statement."""
        log = self._sheet.registry.log if self._sheet else []
        return next((decision.id for decision in reversed(log) if decision.target == target), None)

    def _hear(self) -> None:
        """Take in what others have decided."""
        assert self._sheet is not None
        place = self._store.decisions.place()
        if place == self._heard:
            return
        heard = [self._sheet.registry.recall(d) for d in refreshing.topic_decisions(self._store, self._heard)]
        self._heard = place
        if any(heard):
            s = self._sheet
            self._sheet = Sheet(s.registry, s.statements, s.state, s.lineage)

    def _take_effect(self, before: Sheet) -> Sheet:
        registry = before.registry
        after = Sheet(registry, before.statements, before.state, before.lineage)
        if not self._write(after, before.shown):
            stamp = self._store.topics.stamp()
            assert stamp is not None
            self._read(stamp)
            assert self._sheet is not None
            return self._sheet
        self._sheet = after
        return after

    def _write(self, sheet: Sheet, before: Mapping[str, str | None]) -> bool:
        """Bring the store from what was shown ``before`` to what is shown now. False when a refit came between."""
        moved = {text: topic for text, topic in sheet.shown.items() if before.get(text) != topic}
        overlay, entries = sheet.registry.overlay(), sheet.registry.entries
        touched = {topic for topic in moved.values() if topic} | set(overlay.names)
        labels = {name: overlay.names.get(name) or entries[name].label or name for name in touched}
        state = dataclasses.replace(sheet.state, body=sheet.registry.to_json(sheet.shown))
        return self._store.topics.revise(moved, labels, state)

    def _read(self, stamp: tuple[Any, int]) -> None:
        # What is decided while reading is heard afterwards.
        place = self._store.decisions.place()
        registry, state = refreshing.registry_of(self._store), self._store.topics.state()
        assert registry is not None
        assert state is not None
        self._sheet = Sheet(registry, _statements(self._store), state, self._store.topics.lineage())
        self._heard, self._stamp, self._read_at = place, stamp, time.monotonic()
        members = self._store.topics.members()
        if members != {text: topic for text, topic in self._sheet.shown.items() if topic}:
            # Something was decided while topics were being found anew.
            self._write(self._sheet, members)


def _name(*parts: str) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _statements(store: Store) -> Statements:
    texts: list[str] = []
    groups: dict[str, int] = {}
    authors: dict[str, int] = {}
    columns: list[tuple[int, int, int, int]] = []
    for page in store.documents.voices():
        for post, start, stop, kind, _, group, day, author, _ in page:
            texts.append(f"{post}:{start}-{stop}")
            columns.append(
                (
                    groups.setdefault(group or NONE, len(groups)),
                    KINDS.index(kind),
                    int(day[:4]) * 12 + int(day[5:7]) - 1,
                    authors.setdefault(author or f"post {post}", len(authors)),
                )
            )
    table = np.array(columns, np.int32).reshape(-1, 4)
    place = {text: row for row, text in enumerate(texts)}
    points = _points(store, place)
    return Statements(texts, place, list(groups), table[:, 0], table[:, 1], table[:, 2], table[:, 3], points)


def _points(store: Store, place: Mapping[str, int]) -> np.ndarray:
    """Where each statement lies; what joined since the map was drawn lies by its topic's middle, a little aside."""
    points = np.full((len(place), 3), np.nan, np.float32)
    drawn = store.topics.drawn()
    if drawn is not None:
        known = np.frombuffer(drawn[1], "<f4").reshape(-1, 3)
        for text, point in zip(drawn[0], known, strict=True):
            if text in place:
                points[place[text]] = point
    new = np.flatnonzero(np.isnan(points[:, 0]))
    if len(new):
        random = np.random.default_rng(0)
        scale = float(np.nanstd(points[:, :2])) if len(new) < len(points) else 1.0
        members = store.topics.members()
        own: dict[str, list[int]] = defaultdict(list)
        for text, row in place.items():
            if text in members:
                own[members[text]].append(row)
        points[new, :2] = random.normal(0, scale, (len(new), 2))
        for rows in own.values():
            here = np.array(rows)
            late = here[np.isin(here, new)]
            rest = np.setdiff1d(here, late)
            if len(late) and len(rest):
                aside = random.normal(0, scale / 40, (len(late), 2))
                points[late, :2] = points[rest, :2].mean(0) + aside
        points[new, 2] = 0
    return points


def _trend(rows: np.ndarray, later: np.ndarray, sooner: np.ndarray) -> float | None:
    now, before = int(later[rows].sum()), int(sooner[rows].sum())
    if now + before < FEWEST or not sooner.any() or not later.any():
        return None
    return now / int(later.sum()) - before / int(sooner.sum())
