"""Shares of people with the interval that an honest small sample deserves."""

from __future__ import annotations

import math

Z95 = 1.959963984540054


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); ``(0, 1)`` when nobody was asked.

    >>> [round(x, 2) for x in wilson(12, 40)]
    [0.18, 0.45]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if total <= 0:
        return 0.0, 1.0
    share, z2 = count / total, Z95 * Z95
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    reach = Z95 * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    # The bounds are exact at both ends; floating point would leave a dust of 1e-17 there.
    low = 0.0 if count <= 0 else max(0.0, centre - reach)
    high = 1.0 if count >= total else min(1.0, centre + reach)
    return low, high
