"""What an author says in all of their posts, joined: what holds in one post holds for the others.

>>> from miner.records import Disclosure
>>> first = [Disclosure("age", 54, 0, 6), Disclosure("gender", "f", 8, 17)]
>>> known = merge([("p1", first), ("p2", [Disclosure("age", 55, 0, 6)])])
>>> [(fact.field, fact.value, fact.posts, fact.conflicts) for fact in known]
[('age', 55, ('p2',), ()), ('gender', 'f', ('p1',), ())]

A contradiction is kept and shown; without a majority nothing is known:

>>> [fact] = merge([("p1", [Disclosure("gender", "f", 8, 17)]), ("p2", [Disclosure("gender", "m", 0, 6)])])
>>> fact.value, fact.conflicts
(None, (('f', ('p1',)), ('m', ('p2',))))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from miner.records import Disclosure

# What time changes: the last word counts, and growth is no contradiction.
GROWING = {"age": 5, "children": 3, "unemployed_months": 600}
CHANGING = frozenset(
    ("marital", "occupation", "region", "income", "education", "headcount", "channel", "goal", "mobility")
)
CHANGING_QUIETLY = frozenset(("unemployed_months", "income", "info_source", "channel", "goal", "mobility"))


@dataclass(frozen=True, slots=True)
class Known:
    """A characteristic of one author: its value, ``None`` when their posts contradict each other without a majority.

    ``posts`` are those that say so; ``conflicts`` are all values said, with their posts, when they cannot all be true.
    """

    field: str
    value: str | int | None
    posts: tuple[str, ...]
    conflicts: tuple[tuple[str | int, tuple[str, ...]], ...] = ()


def merge(posts: Iterable[tuple[str, Iterable[Disclosure]]]) -> tuple[Known, ...]:
    """Join the disclosures of one author's posts, given as (post id, disclosures) in the order of time.

    Fields come in the order in which they were first said.
    """
    said: dict[str, list[tuple[str, str | int]]] = {}
    for post, disclosures in posts:
        for each in disclosures:
            said.setdefault(each.field, []).append((post, each.value))
    return tuple(known(field, values) for field, values in said.items())


def known(field: str, values: list[tuple[str, str | int]]) -> Known:
    where: dict[str | int, list[str]] = {}
    for post, value in values:
        where.setdefault(value, []).append(post)
    last = values[-1][1]
    if len(where) == 1 or field in CHANGING_QUIETLY or grows(field, [value for _, value in values]):
        return Known(field, last, tuple(where[last]))
    conflicts = tuple((value, tuple(posts)) for value, posts in where.items())
    if field in CHANGING or field in GROWING:
        return Known(field, last, tuple(where[last]), conflicts)
    counts = sorted((len(posts) for posts in where.values()), reverse=True)
    if counts[0] == counts[1]:
        return Known(field, None, (), conflicts)
    most = max(where, key=lambda value: len(where[value]))
    return Known(field, most, tuple(where[most]), conflicts)


def grows(field: str, values: list[str | int]) -> bool:
    """Whether numbers only grow, by no more than a field may within the posts of one author.

    >>> grows("age", [54, 54, 55]), grows("age", [54, 30]), grows("children", [2, 3]), grows("region", ["Омск", "Тула"])
    (True, False, True, False)
    """
    most = GROWING.get(field)
    numbers = [value for value in values if isinstance(value, int)]
    return (
        most is not None
        and len(numbers) == len(values)
        and numbers == sorted(numbers)
        and numbers[-1] - numbers[0] <= most
    )
