"""The parsed tokens of many docs as one table of numbers, which is what the models read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import DEP, HEAD, IS_SPACE, LEMMA, LOWER, MORPH, POS, SENT_START

if TYPE_CHECKING:
    from spacy.tokens import Doc

COLUMNS: list[int | str] = [LOWER, LEMMA, POS, MORPH, DEP, HEAD, SENT_START, IS_SPACE]
# Odd, so that multiplication loses nothing.
MIXERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63], np.uint64
)


@dataclass(frozen=True, slots=True)
class Table:
    """Tokens of docs without white space. ``place`` is the token's number in its doc, ``doc`` the doc's number.

    ``head`` is a row of the table, ``sentence`` counts over all docs, ``gap`` says that a line break or a wide blank
    stands before the token. ``key`` is one number for a word with its analysis. ``first`` has the row at which each
    doc starts, and the number of rows last.
    """

    lower: np.ndarray
    lemma: np.ndarray
    pos: np.ndarray
    morph: np.ndarray
    dep: np.ndarray
    head: np.ndarray
    sentence: np.ndarray
    gap: np.ndarray
    doc: np.ndarray
    place: np.ndarray
    key: np.ndarray
    first: np.ndarray

    def __len__(self) -> int:
        return len(self.lower)


def tabulate(docs: Sequence[Doc]) -> Table:
    """Read parsed docs into a table."""
    sizes = np.array([len(doc) for doc in docs], np.int64)
    filled = [doc for doc in docs if len(doc)]
    parts: list[Any] = [doc.to_array(COLUMNS) for doc in filled]
    cells: np.ndarray = np.concatenate(parts) if parts else np.zeros((0, len(COLUMNS)), np.uint64)
    owner = np.repeat(np.arange(len(docs)), sizes)
    offsets = np.cumsum(sizes) - sizes
    place = np.arange(len(cells)) - offsets[owner]
    starts = (cells[:, 6] == 1) | (place == 0)
    word = cells[:, 7] == 0
    row = np.cumsum(word) - 1
    target = np.arange(len(cells)) + cells[:, 5].astype(np.int64)
    # A head that is white space, or outside of the doc, is no head: the word hangs on itself.
    wrong = (target < 0) | (target >= len(cells))
    target = np.where(wrong, 0, target)
    wrong = wrong | ~word[target] | (owner[target] != owner) if len(cells) else wrong
    target = np.where(wrong, np.arange(len(cells)), target)
    kept = np.flatnonzero(word)
    lower, lemma, pos, morph, dep = (np.ascontiguousarray(cells[kept, column]) for column in range(5))
    before = np.concatenate(([0], np.cumsum(~word)))[kept]
    sentence = np.cumsum(starts)[kept] - 1
    return Table(
        lower=lower,
        lemma=lemma,
        pos=pos,
        morph=morph,
        dep=dep,
        head=row[target[kept]],
        sentence=sentence,
        gap=np.diff(before, prepend=0) > 0,
        doc=owner[kept],
        place=place[kept],
        key=(cells[kept, :5] * MIXERS).sum(1, dtype=np.uint64),
        first=np.searchsorted(owner[kept], np.arange(len(docs) + 1)),
    )


def pieces(table: Table) -> np.ndarray:
    """Return the rows at which sentences start, and the number of rows."""
    if not len(table):
        return np.zeros(1, np.int64)
    return np.concatenate(([0], np.flatnonzero(np.diff(table.sentence)) + 1, [len(table)]))
