"""Vectors become groups: Leiden communities on which several views agree, small ones settled with their nearest.

Leiden: Traag, Waltman, van Eck, 2019. docs/topics.md has the comparison with other methods that made us choose it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FEW = 20
NEIGHBOURS = (10, 15, 25)
FINENESS = (0.75, 1.0, 1.5)
# Groups whose members share fewer views than this on average stay apart.
CUT = 0.6
MOST_PAIRED = 4_000
# A text or a small group joins a topic only when it lies at least this near to its centre.
NEAR = 0.15
NEAR_EQUAL = 0.6
BLOCK = 2_000


def resolution(texts: int, *, short: bool) -> float:
    """How fine the communities are: modularity merges too much in small corpora, so they get a finer comb.

    >>> resolution(200, short=False), resolution(2000, short=False), resolution(100, short=True)
    (3.0, 2.0, 4.0)
    """
    return 4.0 if short else float(np.clip(3.0 - (texts - 300) / 700, 2.0, 3.0))


def nearest(vectors: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (texts, size) rows of the nearest other texts and their cosines, in blocks to spare memory."""
    count = len(vectors)
    size = min(size, count - 1)
    rows = np.empty((count, size), np.int64)
    cosines = np.empty((count, size), np.float32)
    for start in range(0, count, BLOCK):
        block = vectors[start : start + BLOCK] @ vectors.T
        own = np.arange(len(block))
        block[own, start + own] = -2
        found = np.argpartition(-block, size - 1, axis=1)[:, :size]
        rows[start : start + BLOCK] = found
        cosines[start : start + BLOCK] = np.take_along_axis(block, found, 1)
    return rows, cosines


def graph(vectors: np.ndarray, neighbours: int) -> csr_matrix:
    """Return the symmetric graph of nearest neighbours, weighted by cosine."""
    from scipy.sparse import csr_matrix

    count = len(vectors)
    rows, cosines = nearest(vectors, neighbours)
    starts = np.arange(0, rows.size + 1, rows.shape[1])
    directed = csr_matrix((np.maximum(cosines, 1e-3).ravel(), rows.ravel(), starts), shape=(count, count))
    return directed.maximum(directed.T)


def communities(edges: csr_matrix, *, seed: int, resolution: float) -> np.ndarray:
    """Return the Leiden community of each vertex."""
    import igraph  # type: ignore[import-untyped]
    import leidenalg  # type: ignore[import-untyped]
    from scipy.sparse import triu

    upper = triu(edges, 1).tocoo()
    order = np.lexsort((upper.col, upper.row))
    partition = leidenalg.find_partition(
        igraph.Graph(n=edges.shape[0], edges=np.stack([upper.row[order], upper.col[order]], 1).tolist()),
        leidenalg.RBConfigurationVertexPartition,
        weights=upper.data[order].tolist(),
        resolution_parameter=resolution,
        seed=seed,
        n_iterations=-1,
    )
    return np.array(partition.membership, np.int64)


def consensus(vectors: np.ndarray, *, seed: int, resolution: float) -> np.ndarray:
    """Return groups of vectors that most of nine views put together: three widths of graph, three finenesses.

    Evidence accumulation: Fred, Jain, 2005. Too many vectors for a table of all pairs get the middle view alone.
    """
    from sklearn.cluster import AgglomerativeClustering

    count = len(vectors)
    if count > MOST_PAIRED:
        return communities(graph(vectors, NEIGHBOURS[1]), seed=seed, resolution=resolution)
    together = np.zeros((count, count), np.float32)
    for width in NEIGHBOURS:
        edges = graph(vectors, width)
        for fineness in FINENESS:
            found = communities(edges, seed=seed, resolution=resolution * fineness)
            together += found[:, None] == found[None]
    apart = 1 - together / (len(NEIGHBOURS) * len(FINENESS))
    method = AgglomerativeClustering(None, metric="precomputed", linkage="average", distance_threshold=CUT)
    return np.asarray(method.fit_predict(apart), np.int64)


def by_size(labels: np.ndarray) -> np.ndarray:
    """Number the labels by falling size, then by first appearance; -1 stays.

    >>> by_size(np.array([7, 3, 3, -1])).tolist()
    [1, 0, 0, -1]
    """
    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    kept = names >= 0
    names, first, counts = names[kept], first[kept], counts[kept]
    order = np.lexsort((first, -counts))
    number = {int(names[place]): new for new, place in enumerate(order)}
    return np.array([number.get(int(label), -1) for label in labels], np.int64)


def centres(vectors: np.ndarray, labels: np.ndarray, count: int | None = None) -> np.ndarray:
    """Return (topics, width): the mean direction of each label's vectors."""
    count = int(labels.max(initial=-1)) + 1 if count is None else count
    sums = np.zeros((count, vectors.shape[1]), np.float32)
    kept = labels >= 0
    np.add.at(sums, labels[kept], vectors[kept])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), np.float32)


def settle(vectors: np.ndarray, labels: np.ndarray, sizes: np.ndarray, least: int) -> np.ndarray:
    """Dissolve the groups of fewer than ``least`` texts: their texts join the nearest topic, or none if none is near.

    ``sizes`` says how many texts each vector stands for.
    """
    totals = np.bincount(labels, weights=sizes)
    small = np.flatnonzero(totals < least)
    if not len(small):
        return by_size(labels)
    loose = np.isin(labels, small)
    settled = np.where(loose, -1, labels)
    if loose.all():
        return settled
    middle = centres(vectors, settled, len(totals))
    cosines = vectors[loose] @ middle.T
    cosines[:, small] = -2
    best = cosines.argmax(1)
    settled[loose] = np.where(cosines[np.arange(len(best)), best] >= NEAR, best, -1)
    return by_size(settled)


def near_equal(vectors: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Group what is almost the same: all texts of a group within a cosine of each other; single texts get -1."""
    from sklearn.cluster import AgglomerativeClustering

    worded = np.abs(vectors).sum(1) > 0
    labels = np.where(worded, 0, -1)
    if worded.sum() >= 2:
        method = AgglomerativeClustering(None, metric="cosine", linkage="complete", distance_threshold=1 - NEAR_EQUAL)
        labels[worded] = method.fit_predict(vectors[worded].astype(np.float64))
    counts = np.bincount(labels[labels >= 0], weights=sizes[labels >= 0], minlength=1)
    return by_size(np.array([label if label >= 0 and counts[label] > 1 else -1 for label in labels], np.int64))


def cluster(vectors: np.ndarray, sizes: Sequence[int], *, seed: int, least: int, short: bool) -> np.ndarray:
    """Return the topic of each vector, -1 for none; topics are numbered by falling number of vectors."""
    weights = np.asarray(sizes, np.float64)
    worded = np.abs(vectors).sum(1) > 0
    labels = np.full(len(vectors), -1, np.int64)
    count = int(worded.sum())
    if count < FEW:
        return near_equal(vectors, weights)
    labels[worded] = settle(
        vectors[worded],
        consensus(vectors[worded], seed=seed, resolution=resolution(count, short=short)),
        weights[worded],
        least,
    )
    return labels
