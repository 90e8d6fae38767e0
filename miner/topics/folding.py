"""Copies are folded before a fit: one spam text posted ten thousand times is one text.

MinHash: Broder, 1997.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from miner.topics.lexicon import terms

ALIKE = 0.75
LONG = 8  # lemmas that a text needs for near copies to be told from chance
HASHES = 16
BAND = 4
# Beyond so many characters a text adds words, not topics.
MOST_CHARS = 20_000
_PRIME = (1 << 31) - 1
_GENERATOR = np.random.default_rng(1)
_A = _GENERATOR.integers(1, _PRIME, HASHES, dtype=np.uint64)
_B = _GENERATOR.integers(0, _PRIME, HASHES, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Folded:
    """``first[i]`` is the text that stands for the i-th; ``kept`` are those texts in order, ``sizes`` their copies.

    ``bags`` are the lemmas of the kept texts.
    """

    first: np.ndarray
    kept: np.ndarray
    sizes: np.ndarray
    long: np.ndarray

    @property
    def place(self) -> np.ndarray:
        """For each text, where the text that stands for it is in ``kept``."""
        return np.searchsorted(self.kept, self.first)


def fold(texts: Sequence[str]) -> Folded:
    """Fold copies: the same lemmas, or for long texts three quarters of them shared.

    >>> fold(["Нет работы!", "работы нет", "зарплата"]).first.tolist()
    [0, 0, 2]
    """
    same: dict[frozenset[str], int] = {}
    bands: dict[tuple[int, bytes], int] = {}
    bags: dict[int, frozenset[str]] = {}
    first = np.arange(len(texts))
    for index, text in enumerate(texts):
        bag = frozenset(form for form, _ in terms(text[:MOST_CHARS]))
        if not bag:
            continue
        known = same.setdefault(bag, index)
        if known == index and len(bag) >= LONG:
            known = near_copy(index, bag, bands, bags)
            same[bag] = known
        first[index] = known
    kept, inverse = np.unique(first, return_inverse=True)
    long = np.array([int(index) in bags for index in kept], bool)
    return Folded(first, kept, np.bincount(inverse), long)


def near_copy(
    index: int, bag: frozenset[str], bands: dict[tuple[int, bytes], int], bags: dict[int, frozenset[str]]
) -> int:
    """Return the earlier text that this one nearly copies, else remember it and return itself."""
    marks = sketch(bag)
    keys = [(place, marks[place : place + BAND].tobytes()) for place in range(0, HASHES, BAND)]
    for key in keys:
        other = bands.get(key)
        if other is not None and len(bag & bags[other]) >= ALIKE * len(bag | bags[other]):
            return other
    bags[index] = bag
    for key in keys:
        bands.setdefault(key, index)
    return index


def sketch(bag: frozenset[str]) -> np.ndarray:
    hashes = np.array([checksum(form) for form in bag], np.uint64)
    sketched: np.ndarray = ((hashes[:, None] * _A + _B) % _PRIME).min(0)
    return sketched


@functools.lru_cache(maxsize=200_000)
def checksum(form: str) -> int:
    return zlib.crc32(form.encode())
