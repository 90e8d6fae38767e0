"""Word and shape of a token, once for the three models, with the first convolution's share of each remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from slovnet.shape import word_shape

from miner.nlp.slovnet.encoder import BLANK, Encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from miner.words import Navec

# Rows of 9 KB: 150 MB when full.
CAPACITY = 16_384
REMEMBERED_FORMS = 400_000


class WordTable:
    """Slots of the distinct (word, shape) pairs of recent batches. Slot BLANK holds zeros."""

    def __init__(self, words: Navec, shapes: dict[str, int], encoders: Sequence[Encoder]) -> None:
        self.words, self.shapes, self.encoders = words, shapes, encoders
        self.pairs: dict[int, int] = {}  # hash of the form → pair
        self.slots: dict[int, int] = {}  # pair → slot
        self.used = np.zeros(0, np.int64)
        self.batch = 0
        self.tables = [[np.zeros((1, encoder.width), np.float32) for _ in range(3)] for encoder in encoders]

    def look_up(self, forms: np.ndarray, text: Callable[[int], str]) -> np.ndarray:
        """Return the slot of each form, given as hashes; ``text`` names a form by its hash."""
        distinct, inverse = np.unique(forms, return_inverse=True)
        pairs = [self.pair(form, text) for form in distinct.tolist()]
        self.batch += 1
        self.reserve(pairs)
        slots = np.array([self.slots[pair] for pair in pairs], np.intp)
        self.used[slots] = self.batch
        return slots[inverse]

    def pair(self, form: int, text: Callable[[int], str]) -> int:
        pair = self.pairs.get(form)
        if pair is None:
            if len(self.pairs) >= REMEMBERED_FORMS:
                self.pairs.clear()
            word = text(form)
            # Shape 0 is padding, so a pair is never BLANK.
            number = self.words.ids.get(word.lower(), self.words.unknown)
            pair = number * len(self.shapes) + self.shapes[word_shape(word)]
            self.pairs[form] = pair
        return pair

    def reserve(self, pairs: list[int]) -> None:
        """Give each pair a slot, computing the rows of new ones."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self.slots]
        if not new:
            return
        if 1 + len(self.slots) + len(new) > CAPACITY:
            self.forget(set(pairs))
            new = [pair for pair in dict.fromkeys(pairs) if pair not in self.slots]
        start = 1 + len(self.slots)
        stop = start + len(new)
        self.grow(stop)
        ids, shapes = np.divmod(np.array(new), len(self.shapes))
        vectors = self.words.vectors(ids)
        for encoder, table in zip(self.encoders, self.tables, strict=True):
            rows = encoder.first(vectors, shapes)
            for part in range(3):
                table[part][start:stop] = rows[:, part]
        self.slots.update(zip(new, range(start, stop), strict=True))

    def grow(self, size: int) -> None:
        if size <= len(self.used):
            return
        size = max(size, min(CAPACITY, 2 * size))
        for table in self.tables:
            for part, rows in enumerate(table):
                table[part] = np.zeros((size, rows.shape[1]), np.float32)
                table[part][: len(rows)] = rows
        used = np.zeros(size, np.int64)
        used[: len(self.used)] = self.used
        self.used = used

    def forget(self, needed: set[int]) -> None:
        """Drop the half that was not used for the longest time, but nothing that this batch needs."""
        by_use = sorted(self.slots, key=lambda pair: (pair in needed, self.used[self.slots[pair]]))
        kept = by_use[len(by_use) // 2 :]
        old = np.array([BLANK, *(self.slots[pair] for pair in kept)], np.intp)
        for table in self.tables:
            for part, rows in enumerate(table):
                table[part] = rows[old]
        self.used = self.used[old]
        self.slots = {pair: slot for slot, pair in enumerate(kept, 1)}
