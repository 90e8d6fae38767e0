"""Why a span counts as a statement, in words a researcher reads."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from miner.nlp.cues import CUES
from miner.records import KINDS
from miner.words import is_stop, lemma

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
    heavy = [int(place) for place in np.argsort(-weights) if weights[place] > WEIGHTY]
    # «не», «бы» and marks weigh a lot and tell a reader nothing.
    said = {place: word for place in heavy if telling(word := strings[int(table.lower[start + place])])}
    if not (said or cues or any(form in forms for form, _ in TOLD)):
        yield "строй всей фразы, а не отдельное слово"
    if said:
        yield f"слова: {', '.join(dict.fromkeys(said[place] for place in sorted(list(said)[:WORDS])))}"


@functools.lru_cache(maxsize=100_000)
def telling(word: str) -> bool:
    """Whether a word says something by itself.

    >>> [word for word in ("и", "»", "копейки", "бы", "70") if telling(word)]
    ['копейки']
    """
    return word.replace("-", "").isalpha() and not is_stop(*lemma(word))
