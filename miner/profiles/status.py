"""How the profiles of all groups stand against the methodology: ten of them, none older than a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from miner.profiles.groups import Group
from miner.records import Profile

TARGET = 10
STATUSES = {"draft": "черновик", "current": "действует", "archived": "в архиве"}
YEAR = 365


@dataclass(frozen=True, slots=True)
class Standing:
    """A group's profile: its age and that of its newest evidence in days, and the characteristics without data."""

    group: str
    title: str
    version: int = 0
    status: str = ""
    age: int | None = None
    evidence_age: int | None = None
    lines: int = 0
    people: int = 0
    gaps: tuple[str, ...] = ()

    @property
    def stale(self) -> bool:
        return any(age is not None and age > YEAR for age in (self.age, self.evidence_age))

    def told(self) -> str:
        """One row for a reader.

        >>> Standing("rural", "Жители сёл").told()
        'Жители сёл: портрета нет'
        """
        if not self.version:
            return f"{self.title}: портрета нет"
        parts = [
            f"версия {self.version} ({STATUSES.get(self.status, self.status)})",
            f"составлен {self.age} дн. назад",
            *([f"новейшему свидетельству {self.evidence_age} дн."] if self.evidence_age is not None else []),
            f"людей {self.people}",
            f"строк {self.lines}",
        ]
        if self.stale:
            old = [
                name
                for name, age in (("портрету", self.age), ("свидетельствам", self.evidence_age))
                if age and age > YEAR
            ]
            parts.append(f"пора обновить: {' и '.join(old)} больше года")
        if self.gaps:
            parts.append(f"нет данных: {', '.join(self.gaps)}")
        return f"{self.title}: {'; '.join(parts)}"


def standing(group: Group, profile: Profile | None, today: dt.date) -> Standing:
    """How one group stands on a day."""
    if profile is None:
        return Standing(group.name, group.title)
    made = dt.date.fromisoformat(profile.made[:10])
    newest = dt.date.fromisoformat(profile.period[1][:10]) if profile.period else None
    return Standing(
        group=group.name,
        title=group.title,
        version=profile.version,
        status=profile.status,
        age=(today - made).days,
        evidence_age=(today - newest).days if newest else None,
        lines=len(profile.lines),
        people=profile.authors,
        gaps=tuple(fact.title.lower() for fact in profile.facts if not fact.n and not fact.remarks),
    )


def review(groups: Mapping[str, Group], profiles: Mapping[str, Profile | None], today: dt.date) -> Iterator[str]:
    """Yield a row per group and the count against the target."""
    rows = [standing(group, profiles.get(name), today) for name, group in groups.items()]
    rows.sort(key=lambda row: (not row.version, row.title))
    yield from (row.told() for row in rows)
    ready = sum(bool(row.version) and not row.stale for row in rows)
    yield f"готовы и не старше года: {ready} из {TARGET}"
