"""How much of a line other people of its theme say, too: what only one quote tells is a detail, not the theme."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from miner.records import Quote
from miner.words import content, navec

# Words as close as «студент» and «выпускник».
_CLOSE = 0.5
# So many quotes tell enough.
_HEARD = 40


class Shared:
    """The words of a theme's quotes, to hold a line against them."""

    def __init__(self, quotes: Sequence[Quote]) -> None:
        self._said = [(quote.speaker, _vectors(quote.quote)) for quote in quotes[:_HEARD]]

    def share(self, line: str, speaker: str) -> float:
        """The share of others who say a word of the line or one close to it, averaged over the line's words (0..1).

        >>> said = Shared([Quote("1", 0, 9, "нет автобуса", "a"), Quote("2", 0, 9, "до работы далеко", "b")])
        >>> said.share("маршрутка не ходит", "a") < said.share("ищет работу", "a")
        True
        """
        words = _vectors(line)
        others = [said for who, said in self._said if who != speaker and len(said)]
        if not len(words) or not others:
            return 0.0
        return float(np.mean([((words @ said.T).max(axis=1) >= _CLOSE).mean() for said in others]))


@functools.lru_cache(maxsize=20_000)
def _vectors(text: str) -> np.ndarray:
    """(words, 300) of length one; words that navec doesn't know are left out."""
    known = navec()
    forms = [lemma for lemma, _ in content(text) if lemma in known]
    rows = known.vectors(np.array([known.ids[form] for form in forms], dtype=int)) if forms else np.zeros((0, 300))
    unit: np.ndarray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
