"""Heads and relations: each word picks its best head in the sentence, as slovnet does, without making a tree of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from miner.nlp.slovnet.encoder import BLOCK, Encoder

# Pairs of words are scored this many at a time.
SCORES = 1 << 21


class Perceptron:
    """A linear layer with ReLU, on the words' rows and on the vector of the root."""

    def __init__(self, layer: Any, root: np.ndarray, encoder: Encoder) -> None:
        weight, bias = layer.proj.weight.array, layer.proj.bias.array
        self.weight, self.bias = encoder.head(weight, bias)
        self.root = np.maximum(root @ weight + bias, 0)

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        output: np.ndarray = rows @ self.weight
        output += self.bias
        np.maximum(output, 0, out=output)
        return output


class SyntaxHead:
    def __init__(self, model: Any, encoder: Encoder) -> None:
        head, rel = model.head, model.rel
        self.head, self.tail = (Perceptron(layer, head.root.array, encoder) for layer in (head.head, head.tail))
        self.kernel = head.kernel.array
        self.rel_head, self.rel_tail = (Perceptron(layer, rel.root.array, encoder) for layer in (rel.head, rel.tail))
        # 32 × (relations·32) → (32·32) × relations: one product for all relations of a pair.
        size = len(rel.kernel.array)
        by_relation = rel.kernel.array.reshape(size, -1, size)
        self.relations = np.ascontiguousarray(by_relation.transpose(0, 2, 1)).reshape(size * size, -1)

    def __call__(self, rows: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return head (0 is the root, 1 the sentence's first word) and relation of each row.

        ``starts`` and ``lengths`` of the sentences are in rows.
        """
        heads = self.heads(rows, starts, lengths)
        return heads, self.rels(rows, heads, starts, lengths)

    def heads(self, rows: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        asks = self.head(rows) @ self.kernel
        answers = self.tail(rows)
        heads = np.zeros(len(rows), np.intp)
        for length in np.unique(lengths).tolist():
            group = np.flatnonzero(lengths == length)
            at_once = max(1, SCORES // (length * (length + 1)))
            for start in range(0, len(group), at_once):
                part = group[start : start + at_once]
                words = starts[part, None] + np.arange(length)
                heads[words] = self.best(asks[words], answers[words])
        return heads

    def best(self, asks: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Return the best head of each word of sentences of one length."""
        count, length, size = answers.shape
        candidates = np.empty((count, size, length + 1), np.float32)
        candidates[:, :, 0] = self.tail.root
        candidates[:, :, 1:] = answers.transpose(0, 2, 1)
        step = max(1, SCORES // (length + 1))
        parts = [(asks[:, start : start + step] @ candidates).argmax(-1) for start in range(0, length, step)]
        return np.concatenate(parts, axis=1)

    def rels(self, rows: np.ndarray, heads: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        first = np.zeros(len(rows), np.intp)
        words = np.repeat(starts, lengths) + within(lengths)
        first[words] = np.repeat(starts, lengths)
        rel_head, rel_tail = self.rel_head(rows), self.rel_tail(rows)
        chosen = rel_head[first + heads - 1]
        chosen[heads == 0] = self.rel_head.root
        rels: np.ndarray = np.empty(len(rows), np.intp)
        for start in range(0, len(rows), BLOCK):
            block = slice(start, start + BLOCK)
            pairs = chosen[block, :, None] * rel_tail[block, None, :]
            (pairs.reshape(len(pairs), -1) @ self.relations).argmax(axis=1, out=rels[block])
        return rels


def within(lengths: np.ndarray) -> np.ndarray:
    """Return the position of each word in its sentence.

    >>> within(np.array([2, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    position: np.ndarray = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return position
