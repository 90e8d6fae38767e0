"""Topics with permanent ids, and what each refit did to them."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from miner.records import Json, Topic
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.pages import Query, batches
from miner.store.tables import LineageRow, MemberRow, TopicMapRow, TopicRow, TopicStateRow


@dataclass(frozen=True, slots=True)
class Event:
    """What a refit did: topics ``before`` became topics ``after``."""

    event: Literal["born", "continued", "split", "merged", "dormant"]
    before: tuple[str, ...]
    after: tuple[str, ...]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TopicState:
    """What the next refit needs (``body``, JSON), and how well texts fit their topics.

    Of the ``texts`` of the last fit ``without`` had no topic, ``sureness`` is the mean of the others; ``new_texts``,
    ``new_without`` and ``new_sureness`` are the same for texts that joined since.
    """

    body: Json
    texts: int = 0
    without: int = 0
    sureness: float = 0.0
    new_texts: int = 0
    new_without: int = 0
    new_sureness: float = 0.0
    at: datetime | None = None


_STATE = tuple(getattr(TopicStateRow, f.name) for f in dataclasses.fields(TopicState))


class Topics:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def save(
        self,
        topics: Sequence[Topic],
        lineage: Iterable[Event] = (),
        *,
        scope: str = "",
        state: TopicState | None = None,
    ) -> None:
        """Keep the topics of a refit of a scope (a group, a kind) and what it did to the former ones.

        Topics that are not among them lie dormant: their labels stay, their members go.
        """
        now = self._clock()
        with self._db.writing() as connection:
            advance(connection, "candidates")
            known = select(TopicRow.id, TopicRow.first_seen).where(TopicRow.scope == scope)
            born = {name: first_seen for name, first_seen in connection.execute(known)}  # noqa: C416  # rows are no pairs
            connection.execute(delete(MemberRow).where(MemberRow.scope == scope))
            connection.execute(update(TopicRow).where(TopicRow.scope == scope).values(dormant=True))
            for some in batches(topics):
                here = TopicRow.id.in_([topic.id for topic in some])
                connection.execute(delete(TopicRow).where(TopicRow.scope == scope, here))
            lines = (
                {
                    "scope": scope,
                    "id": topic.id,
                    "label": topic.label,
                    "keywords": list(topic.keywords),
                    "representative": list(topic.representative),
                    "place": place,
                    "first_seen": born.get(topic.id, now),
                    "last_seen": now,
                    "dormant": False,
                }
                for place, topic in enumerate(topics)
            )
            for batch in batches(lines):
                connection.execute(insert(TopicRow), batch)
            for batch in batches(_members(scope, topics)):
                connection.execute(insert(MemberRow), batch)
            told = [
                {"scope": scope, "at": e.at or now, "event": e.event, "before": list(e.before), "after": list(e.after)}
                for e in lineage
            ]
            if told:
                connection.execute(insert(LineageRow), told)
            if state is not None:
                self._keep(connection, scope, dataclasses.replace(state, at=state.at or now))

    def state(self, *, scope: str = "") -> TopicState | None:
        """What the last refit of a scope left for the next; None when there was none."""
        with self._db.reading() as connection:
            row = connection.execute(select(*_STATE).where(TopicStateRow.scope == scope)).first()
            return TopicState(*row) if row else None

    def stamp(self, *, scope: str = "") -> tuple[datetime, int] | None:
        """When topics were last found anew, and how many texts have joined since; None before the first time."""
        query = select(TopicStateRow.at, TopicStateRow.new_texts).where(TopicStateRow.scope == scope)
        with self._db.reading() as connection:
            row = connection.execute(query).first()
            return (row.at, row.new_texts) if row else None

    def changes(self, since: datetime, *, scope: str = "", most: int = 10_000) -> dict[str, int]:
        """How many topics refits since then have brought forth, split, merged or let lie, by event."""
        here = (LineageRow.scope == scope, LineageRow.id > 0)
        last = (
            select(LineageRow.event, LineageRow.at).where(*here).order_by(LineageRow.id.desc()).limit(most).subquery()
        )
        count = select(last.c.event, func.count()).where(last.c.at > since).group_by(last.c.event)
        with self._db.reading() as connection:
            return {event: number for event, number in connection.execute(count)}  # noqa: C416  # rows are no pairs

    def loose(self, *, scope: str = "") -> tuple[int, int]:
        """How many texts have joined since the last refit, and how many of them fit no topic."""
        query = select(TopicStateRow.new_texts, TopicStateRow.new_without).where(TopicStateRow.scope == scope)
        with self._db.reading() as connection:
            row = connection.execute(query).first()
            return (row.new_texts, row.new_without) if row else (0, 0)

    def join(
        self, texts: Mapping[str, str | None], *, scope: str = "", sureness: float = 0.0, instead: Iterable[str] = ()
    ) -> None:
        """Let new texts join topics (None: they fit none), in place of all texts of the posts named ``instead``.

        ``sureness`` is the mean of those that fit one.
        """
        own: dict[str, list[str]] = defaultdict(list)
        for text, topic in texts.items():
            if topic is not None:
                own[topic].append(text)
        with self._db.writing() as connection:
            advance(connection, "candidates")
            for batch in batches(instead):
                keys = [digest(post) for post in batch]
                connection.execute(delete(MemberRow).where(MemberRow.key.in_(keys), MemberRow.scope == scope))
            self._append(connection, scope, own)
            self._count(connection, scope, len(texts), sum(map(len, own.values())), sureness)

    def _count(self, connection: Connection, scope: str, texts: int, with_topic: int, sureness: float) -> None:
        row = connection.execute(select(*_STATE).where(TopicStateRow.scope == scope)).first()
        if row is None or not texts:
            return
        state = TopicState(*row)
        before = state.new_texts - state.new_without
        mean = (state.new_sureness * before + sureness * with_topic) / max(1, before + with_topic)
        new = {"new_texts": state.new_texts + texts, "new_without": state.new_without + texts - with_topic}
        mine = TopicStateRow.scope == scope
        connection.execute(update(TopicStateRow).where(mine).values(**new, new_sureness=mean))

    def _keep(self, connection: Connection, scope: str, state: TopicState) -> None:
        connection.execute(delete(TopicStateRow).where(TopicStateRow.scope == scope))
        values = {f.name: getattr(state, f.name) for f in dataclasses.fields(state)}
        connection.execute(insert(TopicStateRow).values(scope=scope, **values))

    def redraw(self, texts: Sequence[str], points: bytes, *, scope: str = "") -> None:
        """Keep the map of a scope in place of the former one: x, y and fit of each text as little-endian floats."""
        with self._db.writing() as connection:
            advance(connection, "candidates")
            connection.execute(delete(TopicMapRow).where(TopicMapRow.scope == scope))
            drawn = insert(TopicMapRow).values(scope=scope, at=self._clock(), texts=list(texts), points=points)
            connection.execute(drawn)

    def drawn(self, *, scope: str = "") -> tuple[list[str], bytes] | None:
        """The map of a scope as ``redraw`` got it; None when none was drawn."""
        query = select(TopicMapRow.texts, TopicMapRow.points).where(TopicMapRow.scope == scope)
        with self._db.reading() as connection:
            row = connection.execute(query).first()
            return (row.texts, row.points) if row else None

    def members(self, *, scope: str = "") -> dict[str, str]:
        """The topic of each text that has one."""
        with self._db.reading() as connection:
            return {member: topic for topic, member in connection.execute(_read_members(scope))}

    def revise(
        self,
        moved: Mapping[str, str | None],
        labels: Mapping[str, str],
        state: TopicState,
        *,
        scope: str = "",
    ) -> bool:
        """Let texts change topics (None: they have none any more) and topics their labels, as people decided.

        ``state`` is the one that was read, with a new ``body``. False when a refit came between: nothing is written.
        """
        own: dict[str, list[str]] = defaultdict(list)
        for text, topic in moved.items():
            if topic is not None:
                own[topic].append(text)
        mine = TopicStateRow.scope == scope
        with self._db.writing() as connection:
            advance(connection, "candidates")
            if connection.execute(select(TopicStateRow.at).where(mine)).scalar_one_or_none() != state.at:
                return False
            connection.execute(update(TopicStateRow).where(mine).values(body=state.body))
            for batch in batches(moved):
                keys = [digest(post_of_text(text)) for text in batch]
                here = (MemberRow.key.in_(keys), MemberRow.scope == scope, MemberRow.member.in_(batch))
                connection.execute(delete(MemberRow).where(*here))
            self._append(connection, scope, own)
            self._relabel(connection, scope, labels, own)
        return True

    def _append(self, connection: Connection, scope: str, own: Mapping[str, Sequence[str]]) -> None:
        for topic, members in own.items():
            mine = (MemberRow.scope == scope, MemberRow.topic == topic)
            last = connection.execute(select(func.max(MemberRow.number)).where(*mine)).scalar_one()
            first = 0 if last is None else last + 1
            lines = (_member(scope, topic, first + n, member) for n, member in enumerate(members))
            for lot in batches(lines):
                connection.execute(insert(MemberRow), lot)

    def _relabel(
        self, connection: Connection, scope: str, labels: Mapping[str, str], own: Mapping[str, Sequence[str]]
    ) -> None:
        now = self._clock()
        mine = TopicRow.scope == scope
        known = set(connection.execute(select(TopicRow.id).where(mine)).scalars())
        for topic, label in labels.items():
            if topic in known:
                awake = {"dormant": False} if topic in own else {}
                connection.execute(update(TopicRow).where(mine, TopicRow.id == topic).values(label=label, **awake))
            else:
                line = {"scope": scope, "id": topic, "label": label, "keywords": [], "representative": []}
                times = {"first_seen": now, "last_seen": now, "place": len(known), "dormant": False}
                connection.execute(insert(TopicRow).values(line | times))

    def load(self, *, scope: str = "", dormant: bool = False) -> list[Topic]:
        """The topics of the last refit in its order; with ``dormant`` also the former ones, without members."""
        query = select(TopicRow.id, TopicRow.label, TopicRow.keywords, TopicRow.representative, TopicRow.dormant)
        query = query.where(TopicRow.scope == scope)
        if not dormant:
            query = query.where(TopicRow.dormant.is_(False))
        members: dict[str, list[str]] = defaultdict(list)
        with self._db.reading() as connection:
            rows = connection.execute(query.order_by(TopicRow.dormant, TopicRow.place, TopicRow.id)).all()
            for topic, member in connection.execute(_read_members(scope)):
                members[topic].append(member)
        return [Topic(r.id, r.label, tuple(r.keywords), tuple(members[r.id]), tuple(r.representative)) for r in rows]

    def lineage(self, *, scope: str = "") -> list[Event]:
        """What all refits did, oldest first."""
        query = select(LineageRow.event, LineageRow.before, LineageRow.after, LineageRow.at)
        with self._db.reading() as connection:
            rows = connection.execute(query.where(LineageRow.scope == scope).order_by(LineageRow.id)).all()
        return [Event(row.event, tuple(row.before), tuple(row.after), row.at) for row in rows]


_PLACE = re.compile(r"[#:]\d+[-:]\d+$")


def post_of_text(text: str) -> str:
    """The id of the post that a topic's member is, or is a statement of.

    >>> post_of_text("vk:31"), post_of_text("vk:31#4-11")
    ('vk:31', 'vk:31')
    """
    return _PLACE.sub("", text)


def _members(scope: str, topics: Iterable[Topic]) -> Iterator[dict[str, Any]]:
    for topic in topics:
        for number, member in enumerate(topic.members):
            yield _member(scope, topic.id, number, member)


def _member(scope: str, topic: str, number: int, member: str) -> dict[str, Any]:
    return {"scope": scope, "topic": topic, "number": number, "member": member, "key": digest(post_of_text(member))}


def _read_members(scope: str) -> Query:
    mine = select(MemberRow.topic, MemberRow.member).where(MemberRow.scope == scope)
    return mine.order_by(MemberRow.topic, MemberRow.number)
