"""The trained recurrent network in plain numpy: the same answers as PyTorch's, without PyTorch.

Words are encoded once each and remembered. Texts go through the GRU (Cho et al. 2014) together, a step of all texts at
a time and both directions in one product; long texts are cut at sentences, so that no text holds up the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from spacy.strings import hash_string  # type: ignore[attr-defined]  # spaCy's stubs leave it out

from miner import words
from miner.nlp.cues import CUES
from miner.nlp.opinion.lexicon import GRAMMEMES, Lexicon
from miner.nlp.opinion.lexicon import Seen as SeenWord

if TYPE_CHECKING:
    from miner.nlp.clauses import Candidates
    from miner.nlp.opinion.table import Table

MARKS = 3  # a line break before, a unit starts, a sentence starts
LENGTHS = np.array((1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40))
LONGEST_PART = 300
REMEMBERED_WORDS = 200_000
EPSILON = 1e-5
# Two sets of cues never have one sum, but by a chance in 2**64.
SALTS = np.array([hash_string(cue.name) for cue in CUES], np.uint64)
Weights = Mapping[str, np.ndarray]


class Seen(NamedTuple):
    """What is known of a table's tokens: ``rows`` of the lexicon, and the tokens ``cue_at`` which ``cues`` begin."""

    lexicon: Lexicon
    rows: np.ndarray
    cue_at: np.ndarray
    cues: np.ndarray


def marks_of(table: Table, units: np.ndarray) -> np.ndarray:
    """Return a number for each token: bits of the layout before it, ``MARKS`` of them."""
    marks = np.zeros(len(table) + 1, np.int64)
    marks[:-1] = table.gap
    marks[units] += 2
    marks[:-1] += 4 * (np.diff(table.sentence, prepend=-1) != 0)
    return np.asarray(marks[:-1])


def bits(marks: np.ndarray) -> np.ndarray:
    """
    >>> bits(np.array([6])).tolist()
    [[0.0, 1.0, 1.0]]
    """
    return np.asarray(marks[:, None] >> np.arange(MARKS) & 1, np.float32)


def parts(table: Table, longest: int = LONGEST_PART) -> np.ndarray:
    """Return the rows at which the parts of texts start, and the number of rows.

    A text is a part; one longer than ``longest`` tokens is cut where sentences start.
    """
    starts = np.unique(table.first)
    long = np.flatnonzero(np.diff(starts) > longest)
    if not len(long):
        return starts
    sentences = np.flatnonzero(np.diff(table.sentence, prepend=-1))
    more = []
    for number in long.tolist():
        start, stop = int(starts[number]), int(starts[number + 1])
        inside = sentences[(sentences > start) & (sentences < stop)]
        while stop - start > longest:
            near = inside[(inside > start) & (inside <= start + longest)]
            # A sentence that has no end is cut where it stands.
            start = int(near[-1]) if len(near) else start + longest
            more.append(start)
    return np.unique(np.concatenate([starts, np.array(more, np.int64)]))


class Network:
    """Probabilities of none, pain, desire and value for candidates. ``weights`` are named as PyTorch names them."""

    def __init__(self, weights: Weights) -> None:
        self.weights = {name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()}
        self.state = self.weights["recurrent.weight_hh_l0"].shape[1]
        self.encoded = np.zeros((0, self.weights["words.norm.weight"].shape[0]), np.float16)
        both = ("", "_reverse")
        weight = self.weights
        self.into = np.concatenate([weight[f"recurrent.weight_ih_l0{way}"].T for way in both], axis=1)
        bias = np.concatenate([weight[f"recurrent.bias_ih_l0{way}"] for way in both])
        signs = bits(np.arange(1 << MARKS))
        from_signs = weight["marks.weight"].T @ self.into
        self.from_marks = signs @ from_signs[:MARKS] + bias
        self.from_cues = from_signs[MARKS:]
        self.again = np.stack([weight[f"recurrent.weight_hh_l0{way}"].T for way in both])
        self.again_bias = np.stack([weight[f"recurrent.bias_hh_l0{way}"] for way in both])[:, None]

    def __call__(self, table: Table, found: Candidates, seen: Seen) -> np.ndarray:
        """Return (candidates, 4)."""
        self.encode_new(seen.lexicon)
        starts = parts(table)
        signs = self.signs(marks_of(table, found.units), seen.cue_at, seen.cues)
        states, mean, most = self.states(seen.rows, signs, starts)
        return self.clauses(states, np.concatenate([mean, most], axis=1), starts, found.start, found.stop)

    def signs(self, marks: np.ndarray, cue_at: np.ndarray, cues: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of each token's set of marks and cues, and what each such set gives to the GRU."""
        code = marks.astype(np.uint64)
        np.add.at(code, cue_at, SALTS[cues])
        _, where, inverse = np.unique(code, return_index=True, return_inverse=True)
        given = self.from_marks[marks[where]]
        low, high = np.searchsorted(cue_at, where), np.searchsorted(cue_at, where, side="right")
        for number in np.flatnonzero(high > low).tolist():
            given[number] += self.from_cues[cues[low[number] : high[number]]].sum(0)
        return inverse, given

    def encode_new(self, lexicon: Lexicon) -> None:
        known = len(self.encoded)
        if known < len(lexicon.seen):
            self.encoded = np.concatenate([self.encoded, self.encode(lexicon.seen[known:]).astype(np.float16)])

    def encode(self, seen: list[SeenWord]) -> np.ndarray:
        """Return (words, numbers of a word)."""
        weight, navec = self.weights, words.navec()
        forms, lemmas = (vectors(navec, np.array([getattr(word, name) for word in seen])) for name in ("form", "lemma"))
        grammemes = np.zeros((len(seen), len(GRAMMEMES) + 1), np.float32)
        for row, word in enumerate(seen):
            grammemes[row, list(word.grammemes)] = 1
        pieces = np.stack([weight["words.pieces.weight"][list(word.pieces)].mean(0) for word in seen])
        total = (
            np.concatenate([forms, lemmas], axis=1) @ weight["words.vectors.weight"].T
            + weight["words.vectors.bias"]
            + weight["words.part.weight"][[word.part for word in seen]]
            + weight["words.relation.weight"][[word.relation for word in seen]]
            + grammemes @ weight["words.grammemes.weight"].T
            + pieces @ weight["words.from_pieces.weight"].T
            + weight["words.lemmas.weight"][[word.hashed for word in seen]] @ weight["words.from_lemmas.weight"].T
        )
        total -= total.mean(1, keepdims=True)
        total /= np.sqrt((total**2).mean(1, keepdims=True) + EPSILON)
        return np.asarray(np.maximum(total * weight["words.norm.weight"] + weight["words.norm.bias"], 0))

    def states(
        self, rows: np.ndarray, signs: tuple[np.ndarray, np.ndarray], starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (2, tokens, state): what was read up to each token from the left, and from the right; and their mean
        and maximum over each part, (parts, 2·state).
        """
        sign, signed = signs
        distinct, inverse = np.unique(rows, return_inverse=True)
        into = self.encoded[distinct].astype(np.float32) @ self.into
        sizes = np.diff(starts)
        order = np.argsort(-sizes, kind="stable")
        sizes, begin = sizes[order], starts[:-1][order]
        # How many parts are still going on at each step.
        going = len(sizes) - np.searchsorted(sizes[::-1], np.arange(sizes[0]), side="right")
        wide = 3 * self.state
        output = np.empty((2, len(rows), self.state), np.float32)
        state = np.zeros((2, len(sizes), self.state), np.float32)
        total, most = np.zeros_like(state), np.full_like(state, -1)
        for step, count in enumerate(going.tolist()):
            left, right = begin[:count] + step, begin[:count] + sizes[:count] - 1 - step
            given = np.stack(
                [
                    into[inverse[left], :wide] + signed[sign[left], :wide],
                    into[inverse[right], wide:] + signed[sign[right], wide:],
                ]
            )
            state = self.step(state[:, :count], given)
            output[0, left], output[1, right] = state
            total[:, :count] += state
            np.maximum(most[:, :count], state, out=most[:, :count])
        total /= sizes[:, None]
        back = np.argsort(order)
        mean, highest = (np.concatenate(list(both[:, back]), axis=1) for both in (total, most))
        return output, mean, highest

    def step(self, state: np.ndarray, given: np.ndarray) -> np.ndarray:
        again = state @ self.again
        again += self.again_bias
        size = self.state
        gates = sigmoid(given[..., : 2 * size] + again[..., : 2 * size])
        new = np.tanh(given[..., 2 * size :] + gates[..., :size] * again[..., 2 * size :])
        following: np.ndarray = new + gates[..., size:] * (state - new)
        return following

    def clauses(
        self, states: np.ndarray, text: np.ndarray, starts: np.ndarray, start: np.ndarray, stop: np.ndarray
    ) -> np.ndarray:
        weight, size = self.weights, self.state
        count = states.shape[1]
        part = np.searchsorted(starts, start, side="right") - 1
        hidden = (text @ weight["whole.weight"].T + weight["whole.bias"])[part]
        sums = np.zeros((count + 1, hidden.shape[1]))
        inner = weight["inner.weight"].T
        np.cumsum(states[0] @ inner[:size] + states[1] @ inner[size:], axis=0, out=sums[1:])
        ends = weight["ends.weight"].T.reshape(4, size, -1)
        hidden += ((sums[stop] - sums[start]) / (stop - start)[:, None]).astype(np.float32)
        hidden += (states[0] @ ends[0])[stop - 1] + (states[1] @ ends[2])[start]
        before, after = start > starts[part], stop < starts[part + 1]
        hidden += (states[0] @ ends[1])[start - 1] * before[:, None]
        hidden += (states[1] @ ends[3])[np.minimum(stop, count - 1)] * after[:, None]
        hidden += weight["length.weight"][np.searchsorted(LENGTHS, stop - start, side="right")]
        logits = np.maximum(hidden, 0) @ weight["clause.weight"].T + weight["clause.bias"]
        powers = np.exp(logits - logits.max(1, keepdims=True))
        probabilities: np.ndarray = powers / powers.sum(1, keepdims=True)
        return probabilities

    def forget(self) -> None:
        self.encoded = self.encoded[:0]

    def write(self, folder: Path) -> None:
        """Nothing beside the arrays that the model itself writes."""


def vectors(navec: words.Navec, ids: np.ndarray) -> np.ndarray:
    """Return navec's numbers of the rows; zeros where there is no row."""
    found = np.zeros((len(ids), words.DIMENSIONS), np.float32)
    known = np.flatnonzero(ids >= 0)
    if len(known):
        found[known] = navec.vectors(ids[known])
    return found


def sigmoid(values: np.ndarray) -> np.ndarray:
    answer: np.ndarray = 0.5 * np.tanh(0.5 * values) + 0.5
    return answer


def runs_without(name: str) -> bool:
    """Whether the runtime does without the weights: heads that only helped training."""
    return name.startswith(("tags.", "relevant.", "tone."))


def kept(weights: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return what a saved model holds, in half precision."""
    return {name: np.asarray(value, np.float16) for name, value in weights.items() if not runs_without(name)}
