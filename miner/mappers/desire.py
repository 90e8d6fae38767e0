"""Desires: желание: чего клиент хочет, ждёт, просит."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from miner.mappers import Context, Mapper
from miner.mappers._line import line
from miner.records import Candidate, Kind, Theme


class Desire(Mapper):
    kind: ClassVar[Kind] = "desire"

    def map(self, theme: Theme, context: Context) -> Iterator[Candidate]:
        if theme.kind == self.kind:
            yield from line(theme, context)
