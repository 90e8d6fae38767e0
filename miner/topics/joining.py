"""New statements join the lines that are there: what a day brings is heard without finding all themes anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from miner.records import Kind, Quote
from miner.topics import _themes_text as text
from miner.topics._themes_known import Themes, shared
from miner.topics.themes import _Desk

# A statement joins a line when it is this near to its core, as a share of how near the core is to itself. Of pains that
# a whole mining put behind a line 94 % join at 0.7 (at 0.5 all, at 0.8 74 %), three quarters of them that very line.
NEAR = 0.7
_BLOCK = 2_000


def join(
    statements: Sequence[Quote],
    cores: Mapping[int, Sequence[Quote]],
    *,
    kind: Kind,
    known: Themes | None = None,
) -> tuple[dict[int, list[Quote]], list[Quote]]:
    """Return the statements of a kind by the number of the line whose core they are nearest to, and those near to none.

    ``cores`` are central quotes of each line. Copies count once (see ``themes.find``).
    """
    found = [d.quote for d in text.distinct(statements)]
    lines = [(number, list(core)) for number, core in sorted(cores.items()) if core]
    if not found or not lines:
        return {}, found
    joined: dict[int, list[Quote]] = {}
    left: list[Quote] = []
    every = [*found, *(quote for _, core in lines for quote in core)]
    desk = _Desk("", kind, [text.Distinct(quote, 0) for quote in every], known or shared(), {})
    ends = np.cumsum([len(found), *(len(core) for _, core in lines)])
    columns = list(range(len(found), len(every)))
    starts = ends[:-1] - len(found)
    inner = np.array([_inner(desk, range(a, b)) for a, b in pairwise(ends.tolist())])
    for begin in range(0, len(found), _BLOCK):
        rows = list(range(begin, min(begin + _BLOCK, len(found))))
        sums = np.add.reduceat(desk.alike(rows, columns), starts, axis=1)
        fit = sums / np.diff(ends)
        best = fit.argmax(axis=1)
        near = fit[np.arange(len(rows)), best] >= NEAR * inner[best]
        for row, line, fits in zip(rows, best.tolist(), near.tolist(), strict=True):
            if fits:
                joined.setdefault(lines[line][0], []).append(found[row])
            else:
                left.append(found[row])
    return joined, left


def _inner(desk: _Desk, rows: range) -> float:
    """How near the quotes of a core are to one another, on average."""
    alike = desk.alike(rows, rows)
    count = len(rows)
    return float((alike.sum() - np.trace(alike)) / (count * (count - 1))) if count > 1 else float(alike[0, 0])
