"""A topic that may be two: the halves of its texts that differ the most, each with its own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from miner.settings import Settings
from miner.topics.registry import general_vectors
from miner.words import content

SEED = 42
WORDS = 6


@dataclass(frozen=True, slots=True)
class Half:
    """Texts by id, the most typical first, and the lemmas that tell them from the other half."""

    texts: list[str]
    keywords: list[str]


def halves(texts: Mapping[str, str], settings: Settings) -> list[Half]:
    """Two halves of texts by spherical 2-means, the larger first; nothing when one of them would be empty."""
    from sklearn.cluster import KMeans

    ids = list(texts)
    vectors = general_vectors([texts[name] for name in ids], settings)
    means = KMeans(2, n_init=10, random_state=SEED).fit(vectors)
    words = [Counter({lemma for lemma, _ in content(texts[name])}) for name in ids]
    found = []
    for side in (0, 1):
        rows = np.flatnonzero(means.labels_ == side)
        if not len(rows):
            return []
        near = rows[np.argsort(-(vectors[rows] @ means.cluster_centers_[side]), kind="stable")]
        found.append(Half([ids[row] for row in near], _telling(words, rows)))
    return sorted(found, key=lambda half: -len(half.texts))


def _telling(words: Sequence[Counter[str]], rows: np.ndarray) -> list[str]:
    inside, everywhere = Counter[str](), Counter[str]()
    chosen = set(rows.tolist())
    for row, own in enumerate(words):
        everywhere += own
        if row in chosen:
            inside += own
    share = len(rows) / max(1, len(words))
    weight = {word: count * (count / everywhere[word] - share) for word, count in inside.items()}
    best = sorted(weight, key=lambda word: (-weight[word], word))
    return [word for word in best if weight[word] > 0][:WORDS]
