"""Clauses: where a thought may begin and end, in tidy sentences and in run-on ones without punctuation.

A text is cut generously into small units by signs, conjunctions and the dependency tree; a clause is a run of units
within a sentence, and the statement model chooses among such runs.

>>> from miner.nlp import shared
>>> [span.text for span in clauses(shared()('у меня трое детей, работы нет а пособие задерживают'))]
['у меня трое детей', 'работы нет', 'пособие задерживают']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from spacy.parts_of_speech import IDS as PARTS
from spacy.strings import get_string_id

from miner.nlp.opinion.table import Table, pieces, tabulate

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

LONGEST = 6
TREE_DEPTH = 12


def _hashes(*words: str) -> np.ndarray:
    return np.array(sorted(get_string_id(word) for word in " ".join(words).split()), np.uint64)


STRONG = _hashes(". ! ? … .. ... .... ; : ( ) (( )) ((( ))) :( :) — – !! !!! ?? ??? ?! !? * / •")
COMMA = _hashes(",")
JOINERS = _hashes(
    "и а но да или либо зато однако что чтобы чтоб если когда пока потому поэтому хотя так как где куда откуда почему "
    "который которая которое которые которых раз ибо причем причём также тоже только лишь ведь иначе то ни"
)
# Of these a span is stripped at its start.
OPENERS = _hashes("и а но да что зато ну вот то , . - – — : ; ) ( … ... .. !")
CLOSERS = _hashes(", . - – — : ; ( … ... .. и а но")
PREDICATIVES = _hashes(
    "нет нету надо нужно можно нельзя жаль лень пора страшно обидно стыдно тяжело трудно сложно важно главное",
    "необходимо хватит достаточно невозможно грустно больно скучно некогда негде некуда некому незачем",
)
VERBS = np.array([PARTS["VERB"], PARTS["AUX"]], np.uint64)
SIGNS = np.array([PARTS["PUNCT"], PARTS["SYM"]], np.uint64)
CONTINUES = _hashes("xcomp aux aux:pass cop fixed flat flat:name acl amod nsubj obj iobj")


def among(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return where ``values`` are ``known`` (sorted)."""
    return np.asarray(known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values)


def predicates(table: Table) -> np.ndarray:
    """Return which words can be the centre of a clause."""
    return np.asarray(np.isin(table.pos, VERBS) | among(table.lower, PREDICATIVES))


def leftmost(table: Table) -> np.ndarray:
    """Return the first row of the subtree of each row, as far as the tree is ``TREE_DEPTH`` deep."""
    left = np.arange(len(table))
    for _ in range(TREE_DEPTH):
        lower = left.copy()
        np.minimum.at(lower, table.head, left)
        if (lower == left).all():
            break
        left = lower
    return left


def edges(table: Table) -> np.ndarray:
    """Return the rows at which units start, and the number of rows last."""
    count = len(table)
    if not count:
        return np.zeros(1, np.int64)
    starts = np.zeros(count + 1, bool)
    starts[pieces(table)] = True
    sign = np.isin(table.pos, SIGNS)
    after = np.zeros(count, bool)
    after[1:] = among(table.lower[:-1], STRONG) | (sign[:-1] & ~among(table.lower[:-1], COMMA) & (table.gap[1:]))
    starts[:count] |= (after | table.gap) & ~sign
    comma = np.zeros(count, bool)
    comma[1:] = among(table.lower[:-1], COMMA)
    starts[:count] |= comma & ~sign
    centre = predicates(table)
    starts[:count] |= by_conjunction(table, starts, centre) | by_tree(table, starts, centre)
    return np.flatnonzero(starts)


def by_conjunction(table: Table, starts: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """«работы нет | а пособие задерживают»: a joiner with a predicate on either side."""
    unit = np.cumsum(starts[:-1])
    seen = np.concatenate(([0], np.cumsum(centre)))
    begins = np.flatnonzero(starts)
    first, last = begins[unit - 1], begins[unit]
    rows = np.arange(len(table))
    return np.asarray(among(table.lower, JOINERS) & (seen[rows] > seen[first]) & (seen[last] > seen[rows]))


def by_tree(table: Table, starts: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """«полгода искала | с ребенком не берут»: where the words of a further predicate begin."""
    cuts = np.zeros(len(table), bool)
    own = np.flatnonzero(centre)
    if len(own) < 2:
        return cuts
    unit = np.cumsum(starts[:-1])
    one, two = own[:-1], own[1:]
    together = (unit[one] == unit[two]) & ~((table.head[two] == one) & among(table.dep[two], CONTINUES))
    together &= ~((table.head[one] == two) & among(table.dep[one], CONTINUES))
    one, two = one[together], two[together]
    place = np.maximum(leftmost(table)[two], one + 1)
    cuts[place[place <= two]] = True
    return cuts


def runs(table: Table, units: np.ndarray, longest: int = LONGEST) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last unit (inclusive) of every run of up to ``longest`` units within a sentence."""
    count = len(units) - 1
    if count < 1:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    sentence = table.sentence[units[:-1]]
    firsts, lasts = [], []
    for length in range(longest):
        one = np.arange(count - length)
        one = one[sentence[one] == sentence[one + length]]
        firsts.append(one)
        lasts.append(one + length)
    first, last = np.concatenate(firsts), np.concatenate(lasts)
    order = np.lexsort((last, first))
    return first[order], last[order]


def trims(table: Table, start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take joiners and signs off the ends of rows ``start:stop``; a joiner that opens the sentence stays.

    What holds nothing but signs ends empty, with ``start == stop``.
    """
    sign = np.isin(table.pos, SIGNS)
    opens = np.zeros(len(table), bool)
    opens[pieces(table)[:-1]] = True
    at_end = np.append(sign & among(table.lower, CLOSERS), [False])
    at_start = np.append(sign | (~opens & among(table.lower, OPENERS)), [False])
    # How many rows to go back, or forward, to one that stays.
    rows = np.arange(len(table) + 1)
    before = np.maximum.accumulate(np.where(at_end, -1, rows))
    after = np.minimum.accumulate(np.where(at_start, len(table), rows)[::-1])[::-1]
    stop = before[stop - 1] + 1
    return np.minimum(after[start], stop), np.maximum(stop, np.minimum(after[start], stop))


@dataclass(frozen=True, slots=True)
class Candidates:
    """Runs of units, trimmed: rows ``start:stop`` of the table, made of the units ``first`` to ``last``."""

    units: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    @property
    def sizes(self) -> np.ndarray:
        """Of how many units each is made."""
        return np.asarray(self.last - self.first + 1)

    def without(self, rows: np.ndarray) -> Candidates:
        """Leave out what holds any of the marked rows."""
        if not rows.any():
            return self
        seen = np.concatenate(([0], np.cumsum(rows)))
        kept = seen[self.stop] == seen[self.start]
        return Candidates(self.units, self.start[kept], self.stop[kept], self.first[kept], self.last[kept])


def candidates(table: Table, longest: int = LONGEST) -> Candidates:
    """Return what may be a statement: every run of up to ``longest`` units within a sentence that has words in it."""
    units = edges(table)
    first, last = runs(table, units, longest)
    start, stop = trims(table, units[first], units[last + 1])
    kept = start < stop
    return Candidates(units, start[kept], stop[kept], first[kept], last[kept])


def clauses(doc: Doc) -> Iterator[Span]:
    """Yield the units of a parsed doc as spans, trimmed, without those that hold nothing but signs."""
    table = tabulate([doc])
    units = edges(table)
    for start, stop in zip(*(rows.tolist() for rows in trims(table, units[:-1], units[1:])), strict=True):
        if start < stop:
            yield doc[int(table.place[start]) : int(table.place[stop - 1]) + 1]
