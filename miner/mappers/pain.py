"""Pains: боль: трудность, барьер, нехватка, страх."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from miner.mappers import Context, Mapper
from miner.mappers._line import line
from miner.records import Candidate, Kind, Theme


class Pain(Mapper):
    kind: ClassVar[Kind] = "pain"

    def map(self, theme: Theme, context: Context) -> Iterator[Candidate]:
        if theme.kind == self.kind:
            yield from line(theme, context)
