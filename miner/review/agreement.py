"""How far two reviewers agree beyond chance: Cohen's kappa (Cohen 1960)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers: how many items ``both`` judged, the share they ``agreed`` on, and kappa (None: no telling)."""

    one: str
    other: str
    both: int
    agreed: float
    kappa: float | None


def kappa(one: Sequence[object], other: Sequence[object]) -> float | None:
    """Agreement of two lists of answers beyond chance, -1..1; None when nobody ever differs in what they answer.

    >>> round(kappa([1, 1, 1, 0], [1, 1, 0, 0]), 2)
    0.5
    >>> kappa([1, 1], [1, 1]) is None
    True
    """
    n = len(one)
    if not n:
        return None
    answers = {*one, *other}
    agreed = sum(a == b for a, b in zip(one, other, strict=True)) / n
    chance = sum((one.count(a) / n) * (other.count(a) / n) for a in answers)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def pairs(said: Mapping[str, Mapping[Key, object]]) -> Iterator[Pair]:
    """Every two reviewers that judged something in common, given what each said of each item."""
    for one, other in combinations(sorted(said), 2):
        both = [item for item in said[one] if item in said[other]]
        if both:
            first, second = ([said[who][item] for item in both] for who in (one, other))
            agreed = sum(a == b for a, b in zip(first, second, strict=True)) / len(both)
            yield Pair(one, other, len(both), agreed, kappa(first, second))
