"""Why a span counts as a statement, in words a researcher reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from miner.nlp.cues import CUES
from miner.records import KINDS

if TYPE_CHECKING:
    from miner.nlp.opinion.model import Reading
    from miner.nlp.opinion.table import Table

WORDS = 3
WEIGHTY = 0.15
# What the forms of words tell of who speaks and how, by the grammeme that shows it.
TOLD = (("Person=1", "от первого лица"), ("Mood=Cnd", "сослагательное «бы»"), ("Mood=Imp", "повелительное наклонение"))


def reasons(reading: Reading, table: Table, start: int, stop: int, kind: int) -> Iterator[str]:
    """Yield the names of the cues that speak for the kind, what the forms tell, the theme, and the heaviest words."""
    low, high = np.searchsorted(reading.cue_at, (start, stop)).tolist()
    cues = [CUES[number] for number in dict.fromkeys(reading.cues[low:high].tolist())]
    yield from (cue.name for cue in cues if cue.kind == KINDS[kind - 1])
    strings = reading.linear.words.strings
    forms = {form for morph in set(table.morph[start:stop].tolist()) for form in strings[morph].split("|")}
    yield from (words for form, words in TOLD if form in forms)
    if about := [cue.name for cue in cues if cue.kind is None]:
        yield f"о чём: {', '.join(about)}"
    rows = reading.rows[start:stop]
    weights = reading.linear.prices[rows, kind] - reading.linear.prices[rows, 0]
    heaviest = [int(place) for place in np.argsort(-weights)[:WORDS] if weights[place] > WEIGHTY]
    if heaviest:
        yield f"слова: {', '.join(strings[int(table.lower[start + place])] for place in sorted(heaviest))}"
