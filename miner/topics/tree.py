"""Which topics belong together: branches of an agglomerative tree over the topics' centres."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage, optimal_leaf_ordering


def branches(centres: Mapping[str, Sequence[float]]) -> list[list[str]]:
    """The topics in about as many branches as each has topics; neighbours lie side by side, within and between them.

    ``centres`` are vectors of one length by topic. Average linkage over cosine distances (Sokal and Michener 1958),
    leaves in the order of Bar-Joseph et al. 2001.

    >>> branches({"автобус": (1, 0.1), "зарплата": (0, 1), "дорога": (1, 0), "оклад": (0.1, 1)})
    [['дорога', 'автобус'], ['оклад', 'зарплата']]
    """
    names = [name for name, centre in centres.items() if any(centre)]
    alone = [[name] for name in centres if name not in set(names)]
    if len(names) < 3:
        return [names, *alone] if names else alone
    vectors = np.array([centres[name] for name in names], np.float64)
    joined = linkage(vectors, "average", metric="cosine")
    joined = optimal_leaf_ordering(joined, vectors, metric="cosine")
    of = fcluster(joined, max(2, round(math.sqrt(len(names)))), "maxclust")
    found: dict[int, list[str]] = {}
    for leaf in leaves_list(joined):
        found.setdefault(int(of[leaf]), []).append(names[leaf])
    return [*found.values(), *alone]
