"""Mappers: themes of a group become lines suggested for its profile. A file here is a kind; ``map`` is the one method.

for theme in themes:
    for candidate in Pain().map(theme, context):
        ...
best_first(candidates)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from miner.records import Candidate, Kind, Theme, Word


@dataclass(frozen=True, slots=True)
class Context:
    """What a mapper knows of the group that a theme comes from.

    ``authors`` is how many different people wrote in it, ``months`` how many of them in each month ("2025-03").
    ``words`` counts the group's people by word, ``background`` those of the other groups.
    ``parse`` gives a text's words with their syntax. Themes of fewer people than ``min_authors`` carry a warning.
    ``propose``, where there is one, suggests a wording for a theme, or None.
    """

    group: str
    authors: int
    parse: Callable[[str], Sequence[Word]]
    months: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    background: Mapping[str, int] = field(default_factory=dict)
    min_authors: int = 3
    propose: Callable[[Theme], str | None] | None = None


class Mapper(ABC):
    """Turns themes of its ``kind`` into candidates; themes of other kinds give none."""

    kind: ClassVar[Kind]

    @abstractmethod
    def map(self, theme: Theme, context: Context) -> Iterator[Candidate]:
        """Yield the lines that a theme suggests: one, or none when nobody but one person stands behind it."""


Base = Mapper


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The order of a page: more people first, then what is special to the group, then breadth.

    Intensity is the last word among equals; ids settle the rest, so that the order is the same in every run.
    """
    return sorted(candidates, key=_rank)


def _rank(candidate: Candidate) -> tuple[float, ...] | tuple[object, ...]:
    support = candidate.support
    return (
        -support.authors,
        -round(max(0.0, candidate.specificity), 1),
        -(support.sources + support.months),
        -round(candidate.intensity, 2),
        candidate.id,
    )
