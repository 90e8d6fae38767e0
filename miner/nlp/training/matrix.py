"""The linear model's features of all candidates as a sparse matrix to train on; the runtime sums the same ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from miner.nlp.opinion.linear import BUCKETS, features
from miner.nlp.opinion.words import Words
from miner.nlp.training.corpus import Corpus


def matrix(corpus: Corpus, words: Words | None = None) -> Any:
    """Return (candidates, BUCKETS) float32, weighed exactly as ``Linear`` weighs."""
    words = words or Words(corpus.strings, BUCKETS)
    start, stop = corpus.candidates.start, corpus.candidates.stop
    found = features(corpus.table, words, start, stop)
    single = ragged([words.features[row] for row in found.rows.tolist()], BUCKETS) + rows_of(found.inner)
    cued = np.ones(len(found.cue_at), np.float32)
    single = single + sparse.csr_matrix((cued, (found.cue_at, found.cue_ids)), shape=single.shape)
    size = stop - start
    first, end = corpus.table.first[corpus.table.doc[start]], corpus.table.first[corpus.table.doc[start] + 1]
    inside = 1 / np.sqrt(size)
    outside = 1 / np.sqrt(np.maximum(end - first - size, 1))
    count = len(corpus.table)
    total = (
        ranges(start, stop, inside, count) @ single
        + ranges(start + 1, stop, inside, count) @ rows_of(found.pair)
        + (ranges(first, start, outside, count) + ranges(stop, end, outside, count)) @ rows_of(found.around)
        + rows_of(found.cut)
    )
    return total.tocsr()


def ragged(rows: list[np.ndarray], width: int) -> Any:
    sizes = np.array([len(row) for row in rows])
    columns = np.concatenate(rows).astype(np.int64) if rows else np.zeros(0, np.int64)
    return counted(columns, np.concatenate(([0], np.cumsum(sizes))), width)


def rows_of(ids: np.ndarray) -> Any:
    return counted(ids.ravel(), np.arange(0, ids.size + 1, ids.shape[1]), BUCKETS)


def counted(columns: np.ndarray, pointers: np.ndarray, width: int) -> Any:
    ones = np.ones(len(columns), np.float32)
    return sparse.csr_matrix((ones, columns, pointers), shape=(len(pointers) - 1, width))


def ranges(start: np.ndarray, stop: np.ndarray, weight: np.ndarray, width: int) -> Any:
    """Return a row per range, with its weight in the columns ``start:stop``."""
    sizes = np.maximum(stop - start, 0)
    pointers = np.concatenate(([0], np.cumsum(sizes)))
    columns = np.repeat(start - pointers[:-1], sizes) + np.arange(pointers[-1])
    return sparse.csr_matrix(
        (np.repeat(weight, sizes).astype(np.float32), columns, pointers), shape=(len(start), width)
    )
