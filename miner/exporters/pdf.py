"""A PDF: the portrait on one page, the voices behind it; the font travels in the file."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from miner.exporters import Exporter
from miner.exporters._portrait import portrait
from miner.exporters._typst import VOICES, draw
from miner.jsonl import whole_file
from miner.records import Profile


class Pdf(Exporter):
    """A4 on its side, ready to be printed."""

    suffix: ClassVar[str] = ".pdf"

    def export(self, profile: Profile, path: Path) -> None:
        pages = draw(portrait(profile, self.quotes), "a4", form="pdf", voices=VOICES)
        with whole_file(path) as beside:
            beside.write_bytes(pages)
