"""Why a span counts as a statement, in words a researcher reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from miner.nlp.cues import found
from miner.records import KINDS

if TYPE_CHECKING:
    from miner.nlp.opinion.model import Model
    from miner.nlp.opinion.table import Table

WORDS = 3
WEIGHTY = 0.15


def reasons(model: Model, table: Table, start: int, stop: int, kind: int, text: str) -> Iterator[str]:
    """Yield the names of the cues that speak for the kind, then the words that weighed most."""
    yield from (cue.name for cue in found(text) if cue.kind == KINDS[kind - 1])
    linear = model.linear
    rows = linear.words.look_up_rows(table.key[start:stop])
    weights = linear.prices[rows, kind] - linear.prices[rows, 0]
    heaviest = [int(place) for place in np.argsort(-weights)[:WORDS] if weights[place] > WEIGHTY]
    words = [linear.words.strings[int(table.lower[start + place])] for place in sorted(heaviest)]
    if words:
        yield f"слова: {', '.join(words)}"
