"""Topics with permanent ids, and what each refit did to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, insert, select, update

from miner.records import Topic
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.pages import Query, batches
from miner.store.tables import LineageRow, MemberRow, TopicRow


@dataclass(frozen=True, slots=True)
class Event:
    """What a refit did: topics ``before`` became topics ``after``."""

    event: Literal["born", "continued", "split", "merged", "dormant"]
    before: tuple[str, ...]
    after: tuple[str, ...]
    at: datetime | None = None


class Topics:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def save(self, topics: Sequence[Topic], lineage: Iterable[Event] = (), *, scope: str = "") -> None:
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
            yield {
                "scope": scope,
                "topic": topic.id,
                "number": number,
                "member": member,
                "key": digest(post_of_text(member)),
            }


def _read_members(scope: str) -> Query:
    mine = select(MemberRow.topic, MemberRow.member).where(MemberRow.scope == scope)
    return mine.order_by(MemberRow.topic, MemberRow.number)
