"""The choice among overlapping candidates: those spans that together promise most above the threshold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def choose(
    probabilities: np.ndarray, thresholds: np.ndarray, start: np.ndarray, stop: np.ndarray, units: np.ndarray
) -> Iterator[tuple[int, int]]:
    """Yield ``(candidate, class)`` of the best set of spans that don't overlap, in the order of the text.

    ``probabilities`` has a column per class, class 0 being none; ``start`` and ``stop`` are rows, ``units`` how many
    units each candidate is made of. Only candidates above the threshold of their class are looked at, and the best sum
    of what they have above it, as often as they have units, wins: otherwise the halves of a thought would promise more
    than the whole.

    >>> p = np.array([[.1, .9, 0, 0], [.3, .7, 0, 0], [.5, .5, 0, 0]])
    >>> start, stop = np.array([0, 0, 4]), np.array([3, 9, 9])
    >>> list(choose(p, np.array([.4, .4, .4]), start, stop, np.array([1, 1, 1])))
    [(0, 1), (2, 1)]
    >>> p[1] = .2, .8, 0, 0
    >>> list(choose(p, np.array([.4, .4, .4]), start, stop, np.array([1, 2, 1])))
    [(1, 1)]
    """
    gains = probabilities[:, 1:] - thresholds
    kinds = gains.argmax(1) if len(gains) else np.zeros(0, np.int64)
    best = gains[np.arange(len(gains)), kinds]
    promising = np.flatnonzero(best > 0)
    best = best * units
    promising = promising[np.lexsort((start[promising], stop[promising]))]
    ends = stop[promising]
    # How many promising candidates end before each one starts.
    earlier = np.searchsorted(ends, start[promising], side="right").tolist()
    gain = best[promising].tolist()
    total, taken = [0.0], []
    for index, value in enumerate(gain):
        with_it = total[earlier[index]] + value
        taken.append(with_it > total[index])
        total.append(max(with_it, total[index]))
    chosen = []
    index = len(gain)
    while index:
        if taken[index - 1]:
            chosen.append(index - 1)
            index = earlier[index - 1]
        else:
            index -= 1
    for index in reversed(chosen):
        candidate = int(promising[index])
        yield candidate, int(kinds[candidate]) + 1
