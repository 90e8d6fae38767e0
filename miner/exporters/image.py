"""A picture of the portrait: A4 at 150 dots per inch, or a slide of 1920 by 1080."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from miner.exporters import Exporter, Quotes
from miner.exporters._portrait import portrait
from miner.exporters._typst import SHAPES, Shape, draw
from miner.jsonl import whole_file
from miner.records import Profile

PPI: dict[Shape, float] = {"a4": 150.0, "slide": 1920 / (SHAPES["slide"][0] / 25.4)}


class Image(Exporter):
    """A PNG without quotes: a picture is passed on further than a document."""

    suffix: ClassVar[str] = ".png"

    def __init__(self, *, quotes: Quotes = "none", shape: Shape = "a4") -> None:
        super().__init__(quotes=quotes)
        self.shape: Shape = shape

    def export(self, profile: Profile, path: Path) -> None:
        # The sparkline needs the quotes' dates, the page shows no quote.
        picture = draw(portrait(profile), self.shape, form="png", voices=0, ppi=PPI[self.shape])
        with whole_file(path) as beside:
            beside.write_bytes(picture)
