"""Versions of profiles: each is written once; a draft becomes current when a person endorses it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from miner.errors import BadInput
from miner.records import Profile, ProfileStatus
from miner.store.codec import pack, unpack
from miner.store.columns import digest
from miner.store.database import Database, advance
from miner.store.pages import AnyRow, Query, batches
from miner.store.quotes import by_line, columns, quote_line
from miner.store.tables import ProfileQuoteRow, ProfileRow

# What a version gets from the store, and what it may still get from a person.
_OUTSIDE = ("version", "status", "endorsed_by", "endorsed_at")


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """The head of a profile's version, without its lines."""

    group: str
    version: int
    status: ProfileStatus
    title: str
    made: str
    endorsed_by: str | None
    endorsed_at: str | None


class Profiles:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    def save(self, profile: Profile) -> Profile:
        """Keep a profile as the next draft of its group and return it with its number.

        A profile that says exactly what the last version of its group says is that version.
        """
        body, content = _body(profile)
        with self._db.writing() as connection:
            advance(connection, "profiles")
            heads = select(ProfileRow.id, ProfileRow.number, ProfileRow.content).where(
                ProfileRow.group == profile.group
            )
            last = connection.execute(heads.order_by(ProfileRow.number.desc()).limit(1)).first()
            if last is not None and last.content == content:
                return self._whole(connection, _chosen(profile.group).where(ProfileRow.id == last.id))
            number = (last.number if last else 0) + 1
            key = connection.execute(
                insert(ProfileRow)
                .values(
                    group=profile.group,
                    number=number,
                    status="draft",
                    title=profile.title,
                    made=profile.made,
                    body=body,
                    content=content,
                )
                .returning(ProfileRow.id)
            ).scalar_one()
            # Quotes of characteristics follow those of lines, numbered on.
            quotes = (
                {"profile": key, "line": line, "number": place} | quote_line(quote)
                for line, of in enumerate(
                    [*(line.quotes for line in profile.lines), *(f.quotes for f in profile.facts)]
                )
                for place, quote in enumerate(of)
            )
            for batch in batches(quotes):
                connection.execute(insert(ProfileQuoteRow), batch)
        return dataclasses.replace(profile, version=number, status="draft", endorsed_by=None, endorsed_at=None)

    def current(self, group: str) -> Profile | None:
        """The endorsed version in force."""
        return self._one(_chosen(group).where(ProfileRow.status == "current"))

    def latest(self, group: str) -> Profile | None:
        """The last version, whether endorsed or not."""
        return self._one(_chosen(group))

    def version(self, group: str, number: int) -> Profile:
        """Raises BadInput when the group has no such version."""
        found = self._one(_chosen(group).where(ProfileRow.number == number))
        if found is None:
            raise BadInput(self._missing(group, number))
        return found

    def on(self, group: str, day: str) -> Profile | None:
        """The version that was the last on that day (ISO 8601)."""
        heads = [head for head in self.list(group) if head.made[:10] <= day[:10]]
        return self.version(group, heads[-1].version) if heads else None

    def list(self, group: str) -> Sequence[Version]:
        """The heads of all versions, oldest first."""
        query = select(*_HEAD).where(ProfileRow.group == group).order_by(ProfileRow.number)
        with self._db.reading() as connection:
            rows: Sequence[Sequence[Any]] = connection.execute(query).all()
        return [Version(*row) for row in rows]

    def groups(self) -> Sequence[str]:
        """The groups that have a profile."""
        with self._db.reading() as connection:
            query = select(ProfileRow.group).distinct().order_by(ProfileRow.group)
            return list(connection.execute(query).scalars())

    def endorse(self, group: str, number: int, who: str, at: str | None = None) -> Profile:
        """Put a draft in force: the version before it is archived. Raises BadInput for anything but a draft."""
        when = at or self._clock().isoformat(timespec="seconds")
        mine = ProfileRow.group == group
        with self._db.writing() as connection:
            advance(connection, "profiles")
            status = connection.execute(
                select(ProfileRow.status).where(mine, ProfileRow.number == number)
            ).scalar_one_or_none()
            if status == "draft":
                former = update(ProfileRow).where(mine, ProfileRow.status == "current")
                connection.execute(former.values(status="archived"))
                connection.execute(
                    update(ProfileRow)
                    .where(mine, ProfileRow.number == number)
                    .values(status="current", endorsed_by=who, endorsed_at=when)
                )
        if status is None:
            raise BadInput(self._missing(group, number))
        if status != "draft":
            raise BadInput(
                f"version {number} of profile {group!r} is {status}; only a draft can be endorsed. "
                "Save it as a new draft to put it in force again."
            )
        return self.version(group, number)

    def _missing(self, group: str, number: int) -> str:
        known = ", ".join(str(head.version) for head in self.list(group)) or "none yet"
        return f"profile {group!r} has no version {number}. Known: {known}."

    def _one(self, query: Query) -> Profile | None:
        with self._db.reading() as connection:
            row = connection.execute(query).first()
            return self._read(connection, row) if row else None

    def _whole(self, connection: Connection, query: Query) -> Profile:
        return self._read(connection, connection.execute(query).one())

    def _read(self, connection: Connection, row: AnyRow) -> Profile:
        quotes = by_line(
            connection.execute(
                select(ProfileQuoteRow.line, *columns(ProfileQuoteRow))
                .where(ProfileQuoteRow.profile == row.id)
                .order_by(ProfileQuoteRow.line, ProfileQuoteRow.number)
            )
        )
        profile = unpack(Profile, row.body)
        after = len(profile.lines)
        return dataclasses.replace(
            profile,
            lines=tuple(dataclasses.replace(line, quotes=tuple(quotes[n])) for n, line in enumerate(profile.lines)),
            facts=tuple(
                dataclasses.replace(fact, quotes=tuple(quotes[n])) for n, fact in enumerate(profile.facts, after)
            ),
            version=row.number,
            status=row.status,
            endorsed_by=row.endorsed_by,
            endorsed_at=row.endorsed_at,
        )


_HEAD = (
    ProfileRow.group,
    ProfileRow.number,
    ProfileRow.status,
    ProfileRow.title,
    ProfileRow.made,
    ProfileRow.endorsed_by,
    ProfileRow.endorsed_at,
)


def _chosen(group: str) -> Query:
    return (
        select(ProfileRow.id, ProfileRow.body, *_HEAD)
        .where(ProfileRow.group == group)
        .order_by(ProfileRow.number.desc())
        .limit(1)
    )


def _body(profile: Profile) -> tuple[Any, bytes]:
    """The version without its quotes, and sixteen bytes that stand for it with them."""
    whole = {name: value for name, value in pack(profile).items() if name not in _OUTSIDE}
    content = digest(json.dumps(whole, sort_keys=True))
    for quoted in (*whole["lines"], *whole["facts"]):
        quoted.pop("quotes")
    return whole, content
