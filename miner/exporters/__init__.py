"""Exporters: one portrait, many kinds of paper. A file here is a format; ``export`` is the one method to write.

Every exporter draws what ``_portrait.portrait`` tells, so that a figure reads the same on a slide and in a table.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Literal

from miner.records import Profile

Quotes = Literal["whole", "short", "paraphrased", "none"]


class Exporter(ABC):
    """Writes a profile as a file of one format.

    ``quotes`` says how people are quoted: ``whole``; ``short``, pieces that an exact search doesn't find;
    ``paraphrased``, retold in the third person and findable neither; or ``none``. Who said it is never written.
    """

    suffix: ClassVar[str]

    def __init__(self, *, quotes: Quotes = "whole") -> None:
        self.quotes: Quotes = quotes

    @abstractmethod
    def export(self, profile: Profile, path: Path) -> None:
        """Write ``path`` whole or not at all. Raises NotWritable when the folder can't be written."""


def file_name(profile: Profile, suffix: str) -> str:
    """A name that every file system takes, from the profile's group.

    >>> file_name(Profile('ООО "Рога/копыта"', "", "citizen", None, "", 0, 0, None, (), ()), ".docx")
    'ООО _Рога_копыта_.docx'
    """
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]+', "_", profile.group).strip(" .")[:80]
    return (name or "profile") + suffix


Base = Exporter
