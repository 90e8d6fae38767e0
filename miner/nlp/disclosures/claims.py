"""Claims about the author, and how they become at most one value per field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from miner.records import Disclosure

# Said outright; follows from how it is said; a hint that holds when nothing speaks against it.
SAID, SHOWN, HINT = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Claim:
    """``value`` of a ``field`` and the span that says so. ``strength`` is SAID, SHOWN or HINT."""

    field: str
    value: str | int
    start: int
    end: int
    strength: int = SAID


def decide(claims: Iterable[Claim]) -> Iterator[Disclosure]:
    """One value per field: the strongest claims decide; when they contradict each other, nothing is disclosed.

    >>> list(decide([Claim("age", 54, 0, 6), Claim("age", 30, 9, 12, HINT)]))
    [Disclosure(field='age', value=54, start=0, end=6)]
    >>> list(decide([Claim("gender", "f", 0, 6), Claim("gender", "m", 9, 12)]))
    []
    """
    fields: dict[str, list[Claim]] = {}
    for claim in claims:
        fields.setdefault(claim.field, []).append(claim)
    for name, said in fields.items():
        strongest = max(claim.strength for claim in said)
        deciding = [claim for claim in said if claim.strength == strongest]
        if len({claim.value for claim in deciding}) == 1:
            first = min(deciding, key=lambda claim: claim.start)
            yield Disclosure(name, first.value, first.start, first.end)
