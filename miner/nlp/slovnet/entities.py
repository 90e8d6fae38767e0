"""Named entities: the best sequence of BIO tags by a conditional random field (Viterbi), over many texts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from miner.nlp.slovnet.encoder import Encoder


class Found(NamedTuple):
    """Words from ``start`` to ``stop`` (exclusive) are one entity."""

    start: int
    stop: int
    label: str


class EntitiesHead:
    def __init__(self, head: Any, encoder: Encoder) -> None:
        self.weight, self.bias = encoder.head(head.proj.weight.array, head.proj.bias.array)
        self.transitions = head.crf.transitions.array

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Return (rows, tags) scores of each tag by itself."""
        scores: np.ndarray = rows @ self.weight + self.bias
        return scores

    def decode(self, scores: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Return the tag id of each row; ``starts`` and ``lengths`` of the texts are in rows, no length is 0."""
        tags = np.zeros(len(scores), np.intp)
        if len(lengths):
            order = np.argsort(-lengths, kind="stable")
            self.viterbi(scores, starts[order], lengths[order], tags)
        return tags

    def viterbi(self, scores: np.ndarray, starts: np.ndarray, lengths: np.ndarray, tags: np.ndarray) -> None:
        """Texts come longest first, so at each step those that go on are the first ones."""
        longest = int(lengths[0])
        going_on = np.searchsorted(-lengths, -np.arange(longest), side="left")
        best = scores[starts]
        came_from = np.zeros(scores.shape, np.int8)
        for step in range(1, longest):
            count = going_on[step]
            rows = starts[:count] + step
            paths = best[:count, :, None] + self.transitions
            paths += scores[rows][:, None, :]
            came_from[rows] = paths.argmax(axis=1)
            best[:count] = paths.max(axis=1)
        state = best.argmax(axis=1)
        for step in range(longest - 1, -1, -1):
            count = going_on[step]
            rows = starts[:count] + step
            tags[rows] = state[:count]
            if step:
                state[:count] = came_from[rows, state[:count]]


def spans(tags: Sequence[str]) -> Iterator[Found]:
    """Read spans off BIO tags as slovnet does: «I» lengthens the span before it, whatever its label.

    >>> list(spans(['B-PER', 'I-PER', 'O', 'I-LOC', 'B-ORG']))
    [Found(start=0, stop=2, label='PER'), Found(start=4, stop=5, label='ORG')]
    """
    label, start, stop = "", 0, 0
    for index, tag in enumerate(tags):
        part, _, kind = tag.partition("-")
        if part in {"O", "B"} and label:
            yield Found(start, stop, label)
            label = ""
        if part == "B":
            label, start, stop = kind, index, index + 1
        elif part == "I":
            stop = index + 1
    if label:
        yield Found(start, stop, label)
