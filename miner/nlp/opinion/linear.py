"""The linear model of clauses: words, pairs of words, the words around and how the clause is cut off.

All but the cut is a sum over tokens, so a running sum per text prices every candidate at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from miner.nlp.cues import CUES, WIDEST_GAP, fired
from miner.nlp.opinion.words import Words

if TYPE_CHECKING:
    from spacy.strings import StringStore

    from miner.nlp.opinion.table import Table

BUCKETS = 1 << 17
CLASSES = 4
LONGEST_PHRASE = max(len(phrase) for cue in CUES for phrase in cue.phrases) + WIDEST_GAP
# Salts keep features of one family apart from those of another.
PAIR, SKIP, MODES, MODE_TRIPLE, HEAD, AROUND, BEFORE, FIRST, LAST, AFTER, LENGTH, WHOLE, ARRIVES, CUE = np.arange(
    1, 15, dtype=np.uint64
) * np.uint64(0x9E3779B97F4A7C15)
TURN = np.uint64(0xC2B2AE3D27D4EB4F)
LENGTHS = np.array([1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40])


@dataclass(frozen=True, slots=True)
class Features:
    """Hashed features: ``rows`` names the distinct word of each token, ``inner`` and ``pair`` are ids per token,
    ``around`` too, ``cut`` per candidate. ``cue_at`` has the tokens where ``cues`` begin, ``cue_ids`` their features.
    """

    rows: np.ndarray
    inner: np.ndarray
    pair: np.ndarray
    around: np.ndarray
    cut: np.ndarray
    cue_at: np.ndarray
    cues: np.ndarray
    cue_ids: np.ndarray


def cues_of(table: Table, words: Words, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the tokens at which cues begin, in order, and the cues' numbers."""
    places, numbers = [], []
    opening = np.flatnonzero(np.array(words.opens_cue, bool)[rows]) if len(rows) else rows
    stops = table.first[table.doc[opening] + 1].tolist()
    plain = words.plain
    longest = LONGEST_PHRASE
    for place, stop in zip(opening.tolist(), stops, strict=True):
        window = [plain[row] for row in rows[place : min(stop, place + longest)].tolist()]
        for number in fired(window, 0):
            places.append(place)
            numbers.append(number)
    return np.array(places, np.int64), np.array(numbers, np.int64)


def mix(*parts: np.ndarray, salt: np.uint64) -> np.ndarray:
    value = np.full(np.broadcast_shapes(*(part.shape for part in parts)), salt)
    for part in parts:
        value = (value ^ part) * TURN
        value ^= value >> np.uint64(29)
    return (value % np.uint64(BUCKETS)).astype(np.int64)


def shifted(values: np.ndarray, by: int, same: np.ndarray) -> np.ndarray:
    """``values`` of the token ``by`` places before (or after, below zero) within the text, else zero."""
    out = np.zeros_like(values)
    if by > 0:
        out[by:] = np.where(same[by:] == same[:-by], values[:-by], 0)
    else:
        out[:by] = np.where(same[:by] == same[-by:], values[-by:], 0)
    return out


def features(table: Table, words: Words, start: np.ndarray, stop: np.ndarray) -> Features:
    rows = words.look_up(table)
    mode = np.array(words.modalities, np.uint64)[rows] if len(rows) else np.zeros(0, np.uint64)
    lemma, doc = table.lemma, table.doc
    before, two_before = shifted(lemma, 1, doc), shifted(lemma, 2, doc)
    mode_before, mode_two = shifted(mode, 1, doc), shifted(mode, 2, doc)
    inner = mix(lemma, lemma[table.head], table.dep, salt=HEAD)[:, None]
    pair = np.stack(
        [
            mix(before, lemma, salt=PAIR),
            mix(two_before, lemma, salt=SKIP),
            mix(mode_before, mode, salt=MODES),
            mix(mode_two, mode_before, mode, salt=MODE_TRIPLE),
        ],
        axis=1,
    )
    around = mix(lemma, salt=AROUND)[:, None]
    last = stop - 1
    after = shifted(lemma, -1, doc)[last]
    length = np.searchsorted(LENGTHS, stop - start).astype(np.uint64)
    opens = table.sentence[start] != shifted(table.sentence + 1, 1, doc)[start] - 1
    closes = table.sentence[last] != shifted(table.sentence + 1, -1, doc)[last] - 1
    edge = opens.astype(np.uint64) * np.uint64(2) + closes.astype(np.uint64)
    cut = np.stack(
        [
            mix(before[start], salt=BEFORE),
            mix(lemma[start], salt=FIRST),
            mix(lemma[last], salt=LAST),
            mix(after, salt=AFTER),
            mix(length, salt=LENGTH),
            mix(length, edge, salt=WHOLE),
            mix(mode[start], edge, salt=ARRIVES),
        ],
        axis=1,
    )
    cue_at, cues = cues_of(table, words, rows)
    return Features(rows, inner, pair, around, cut, cue_at, cues, mix(cues.astype(np.uint64), salt=CUE))


class Linear:
    """Logits of none, pain, desire and value for candidates ``start:stop`` of a table."""

    def __init__(self, strings: StringStore, weights: np.ndarray, bias: np.ndarray) -> None:
        self.words = Words(strings, BUCKETS)
        self.weights, self.bias = weights.astype(np.float32), bias.astype(np.float32)
        self.prices = np.zeros((0, CLASSES), np.float32)

    def __call__(self, table: Table, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
        return self.logits(table, start, stop, features(table, self.words, start, stop))

    def logits(self, table: Table, start: np.ndarray, stop: np.ndarray, found: Features) -> np.ndarray:
        """Return (candidates, 4)."""
        self.price_new_words()
        weights = self.weights
        single = self.prices[found.rows] + weights[found.inner].sum(1)
        np.add.at(single, found.cue_at, weights[found.cue_ids])
        paired = weights[found.pair].sum(1)
        around = running(weights[found.around].sum(1))
        single, paired = running(single), running(paired)
        size = (stop - start)[:, None].astype(np.float32)
        first, end = table.first[table.doc[start]], table.first[table.doc[start] + 1]
        rest = np.maximum((end - first)[:, None] - size, 1)
        inside = single[stop] - single[start] + paired[stop] - paired[start + 1]
        outside = around[end] - around[first] - (around[stop] - around[start])
        logits: np.ndarray = inside / np.sqrt(size) + outside / np.sqrt(rest) + weights[found.cut].sum(1) + self.bias
        return logits

    def price_new_words(self) -> None:
        known = len(self.prices)
        if known < len(self.words.features):
            new = [self.weights[ids].sum(0) for ids in self.words.features[known:]]
            self.prices = np.concatenate([self.prices, np.array(new, np.float32)])


def running(values: np.ndarray) -> np.ndarray:
    """Return the sums before each row, and of all rows last."""
    sums = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[1:])
    return sums
