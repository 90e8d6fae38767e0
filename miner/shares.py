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


def newcombe(count: int, total: int, other: int, other_total: int) -> tuple[float, float]:
    """The 95 % interval of the difference of two shares (Newcombe 1998, method 10), from their Wilson intervals.

    >>> [round(x, 2) for x in newcombe(30, 40, 12, 40)]
    [0.23, 0.61]
    >>> newcombe(1, 2, 0, 0)
    (-1.0, 1.0)
    """
    if not total or not other_total:
        return -1.0, 1.0
    count, other = min(count, total), min(other, other_total)
    one, two = count / total, other / other_total
    (low, high), (other_low, other_high) = wilson(count, total), wilson(other, other_total)
    difference = one - two
    down = math.sqrt((one - low) ** 2 + (other_high - two) ** 2)
    up = math.sqrt((high - one) ** 2 + (two - other_low) ** 2)
    return max(-1.0, difference - down), min(1.0, difference + up)
