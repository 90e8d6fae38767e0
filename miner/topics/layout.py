"""A map of topics: topics that mean alike lie near one another, each a disc as large as it has texts.

Within its disc a text lies the nearer to the middle the more typical it is, and in the direction in which it differs.
Places depend on vectors and former places alone, so that a refit moves little of what a person remembers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float32]]
SEED = 42
STEPS = 120
AIR = 1.25


def lay_out(vectors: Array, own: np.ndarray, count: int, before: Array | None = None) -> Array:
    """Where texts lie, and how typical they are: x, y, fit (0..1), of shape (texts, 3).

    ``vectors`` are unit vectors of the texts, ``own`` the number of each one's topic (-1: none) among ``count``.
    ``before`` are former places of the topics, of shape (count, 2), NaN where there was none.
    """
    placed = np.zeros((len(vectors), 3), np.float32)
    if not len(vectors):
        return placed
    centres = _centres(vectors, own, count)
    sizes = np.bincount(own[own >= 0], minlength=count)[:count]
    radius = np.sqrt(np.maximum(sizes, 1)).astype(np.float32)
    middle = _apart(_flat(centres, before), radius) if count else np.zeros((1, 2), np.float32)
    turned = vectors @ _axes(vectors)
    for topic in range(count):
        rows = np.flatnonzero(own == topic)
        if len(rows):
            fit = vectors[rows] @ centres[topic]
            reach = radius[topic] * np.sqrt((_ranks(-fit) + 0.5) / len(rows))
            placed[rows, :2] = middle[topic] + reach[:, None] * _directions(turned[rows])
            placed[rows, 2] = np.clip(fit, 0, 1)
    _strays(placed, vectors, np.flatnonzero(own < 0), centres, middle, radius, turned)
    return placed


def topic_places(placed: Array, own: np.ndarray, count: int) -> Array:
    """The middle of each topic on a map, of shape (count, 2); NaN for a topic without texts."""
    found = np.full((count, 2), np.nan, np.float32)
    for topic in range(count):
        rows = own == topic
        if rows.any():
            found[topic] = placed[rows, :2].mean(0)
    return found


def _centres(vectors: Array, own: np.ndarray, count: int) -> Array:
    centres = np.zeros((count, vectors.shape[1]), np.float32)
    np.add.at(centres, own[own >= 0], vectors[own >= 0])
    lengths = np.linalg.norm(centres, axis=1, keepdims=True)
    return np.asarray(centres / np.maximum(lengths, 1e-9), np.float32)


def _flat(centres: Array, before: Array | None) -> Array:
    """The topics on a plane: by t-SNE (van der Maaten and Hinton 2008), begun where they were."""
    count = len(centres)
    if count < 4:
        angles = 2 * np.pi * np.arange(count) / max(count, 1)
        flat = np.stack([np.cos(angles), np.sin(angles)], 1)
        return np.asarray(flat * (count > 1), np.float32)
    from sklearn.manifold import TSNE

    start = centres @ _axes(centres)
    start = (start - start.mean(0)) / max(float(start.std()), 1e-9)
    if before is not None and np.isfinite(before).any():
        known = ~np.isnan(before[:, 0])
        scaled = (before - before[known].mean(0)) / max(float(before[known].std()), 1e-9)
        start = np.where(known[:, None], scaled, start)
    tsne = TSNE(
        init=np.asarray(start * 1e-2, np.float32),
        perplexity=min(15.0, (count - 1) / 3),
        metric="cosine",
        random_state=SEED,
        learning_rate="auto",
        early_exaggeration=8.0,
    )
    return np.asarray(tsne.fit_transform(centres), np.float32)


def _apart(flat: Array, radius: Array) -> Array:
    """Scale the plane to the discs, then push those apart that overlap."""
    spread = max(float(np.ptp(flat)), 1e-9)
    places = flat / spread * float(np.sqrt((radius**2).sum())) * 2.2
    need = (radius[:, None] + radius[None]) * AIR
    for _ in range(STEPS):
        gap = places[:, None] - places[None]
        distance = np.maximum(np.linalg.norm(gap, axis=2), 1e-3)
        push = np.maximum(need - distance, 0) / distance
        np.fill_diagonal(push, 0)
        if not push.any():
            break
        places = places + 0.25 * (gap * push[:, :, None]).sum(1)
    return np.asarray(places, np.float32)


def _axes(vectors: Array) -> Array:
    """Two directions in which the vectors differ most, of shape (dimensions, 2)."""
    some = vectors[:: max(1, len(vectors) // 5_000)]
    _, _, axes = np.linalg.svd(some - some.mean(0), full_matrices=False)
    found = np.zeros((vectors.shape[1], 2), np.float32)
    found[:, : len(axes[:2])] = axes[:2].T
    # The sign of an axis is arbitrary; this one is the same each time.
    signs = np.sign(found[np.abs(found).argmax(0), np.arange(2)])
    return np.asarray(found * np.where(signs < 0, -1, 1), np.float32)


def _directions(turned: Array) -> Array:
    """Unit vectors of each row's deviation; equal rows are spread around by the golden angle."""
    away = turned - turned.mean(0)
    angle = np.arctan2(away[:, 1], away[:, 0])
    same = np.abs(away).max(1) < 1e-6
    angle[same] = np.arange(int(same.sum())) * 2.399963
    return np.asarray(np.stack([np.cos(angle), np.sin(angle)], 1), np.float32)


def _ranks(values: np.ndarray) -> np.ndarray:
    ranks = np.empty(len(values), np.float32)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks


def _strays(
    placed: Array, vectors: Array, rows: np.ndarray, centres: Array, middle: Array, radius: Array, turned: Array
) -> None:
    """Texts without a topic lie outside of the disc that is nearest to them."""
    if not len(rows):
        return
    if not len(centres):
        placed[rows, :2] = _directions(turned[rows]) * np.sqrt(_ranks(rows) + 1)[:, None]
        return
    nearness = vectors[rows] @ centres.T
    near = nearness.argmax(1)
    best = nearness[np.arange(len(rows)), near]
    reach = radius[near] * (1.1 + 0.6 * (1 - np.clip(best, 0, 1)))
    placed[rows, :2] = middle[near] + reach[:, None] * _directions(turned[rows])
    placed[rows, 2] = 0
