"""A small convolutional network over a text, run with numpy: what each word is to it is computed once and remembered.

Words are read off their navec vector, hashed letters and plain figures; three words at a time are read together (Kim
2014); the strongest and the mean of what was found decide. `miner/nlp/training/textnet.py` trains it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from miner.errors import BadInput
from miner.jsonl import whole_file
from miner.nlp.textmodel import Bank, Batch

BUCKETS = 1 << 15
# navec's numbers have a standard deviation of 0.3; the network likes a vector of length 4.
VECTOR_SCALE = 0.77
# Words from which a text is judged; the rest of a longer one adds little.
LONGEST = 400
# Words that are read at a time, so that memory does not grow with the batch.
GROUP = 32_768
TAGS = 4
ARRAYS = (
    "letters", "vector", "vector_bias", "figure", "figure_bias", "word", "word_bias", "before", "own", "after",
    "conv_bias", "tag", "tag_bias", "out", "out_bias",
)  # fmt: skip


@dataclass
class TextNet:
    """The weights by name (`ARRAYS`); the last columns of ``out`` are the labels in their order."""

    labels: tuple[str, ...]
    weights: dict[str, np.ndarray]
    meta: dict[str, Any] = field(default_factory=dict)
    columns: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32), repr=False)

    def words(self, bank: Bank) -> np.ndarray:
        """Return (words of the bank, numbers of a word)."""
        known, count = len(self.columns), len(bank.features)
        if known > count:
            known = 0
        if known < count:
            w = self.weights
            letters = np.stack([weights @ w["letters"][places % BUCKETS] for places, weights in bank.features[known:]])
            read = (
                bank.vectors[known:].astype(np.float32) * VECTOR_SCALE @ w["vector"] + w["vector_bias"],
                letters,
                bank.figures[known:] @ w["figure"] + w["figure_bias"],
            )
            added = np.maximum(np.concatenate(read, axis=1) @ w["word"] + w["word_bias"], 0)
            self.columns = np.concatenate([self.columns[:known], added]) if known else added
        return self.columns

    def logits(self, bank: Bank, batch: Batch) -> np.ndarray:
        """Return (texts, labels)."""
        table = self.words(bank)
        answer = np.empty((len(batch.first) - 1, len(self.labels)), np.float32)
        sizes = np.minimum(np.diff(batch.first), LONGEST)
        start = 0
        while start < len(sizes):
            stop = start + max(1, int(np.searchsorted(np.cumsum(sizes[start:]), GROUP, side="right")))
            answer[start:stop] = self.read(table, batch, batch.first[start:stop], sizes[start:stop])
            start = stop
        return answer

    def read(self, table: np.ndarray, batch: Batch, first: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        w = self.weights
        found = np.zeros((len(sizes), len(w["out"])), np.float32)
        full = np.flatnonzero(sizes)
        if len(full):
            lengths = sizes[full]
            edges = np.cumsum(lengths) - lengths
            rows = np.arange(lengths.sum()) + np.repeat(first[full] - edges, lengths)
            own = table[batch.words[rows]]
            own = np.concatenate([own, batch.negated[rows, None].astype(np.float32)], axis=1)
            hidden = own @ w["own"] + w["conv_bias"]
            before, after = own[:-1] @ w["before"], own[1:] @ w["after"]
            before[edges[1:] - 1] = 0
            after[edges[1:] - 1] = 0
            hidden[1:] += before
            hidden[:-1] += after
            np.maximum(hidden, 0, out=hidden)
            tags = softmax(hidden @ w["tag"] + w["tag_bias"])
            root = np.sqrt(lengths)[:, None].astype(np.float32)
            found[full] = np.concatenate(
                [
                    np.maximum.reduceat(tags, edges),
                    np.add.reduceat(tags, edges) / root,
                    np.maximum.reduceat(hidden, edges),
                    np.add.reduceat(hidden, edges) / root * 0.3,
                    np.maximum.reduceat(own[:, :-1], edges),
                    np.log1p(lengths)[:, None] / 5,
                    (lengths < 5)[:, None],
                    (lengths > 60)[:, None],
                ],
                axis=1,
            )
        found[sizes == 0, -3:-1] = np.log1p(1) / 5, 1
        logits: np.ndarray = found @ w["out"] + w["out_bias"]
        return logits[:, -len(self.labels) :]

    def save(self, path: Path) -> None:
        """Write a compressed .npz: the large tables in 8 bits, the rest in 16."""
        arrays: dict[str, Any] = {}
        for name in ARRAYS:
            weights = self.weights[name]
            if weights.size > BUCKETS:
                scale = float(np.abs(weights).max()) / 127 or 1.0
                arrays[name] = np.round(weights / scale).astype(np.int8)
                arrays[f"{name}_scale"] = np.array(scale, np.float32)
            else:
                arrays[name] = weights.astype(np.float16)
        arrays["meta"] = np.array(json.dumps({"labels": self.labels, **self.meta}, ensure_ascii=False))
        with whole_file(path) as beside, open(beside, "wb") as stream:
            np.savez_compressed(stream, **arrays)

    @classmethod
    def load(cls, path: Path) -> TextNet:
        """Raises BadInput when the file is missing or no model."""
        try:
            with np.load(path, allow_pickle=False) as file:
                meta = json.loads(str(file["meta"]))
                weights = {name: file[name].astype(np.float32) for name in ARRAYS}
                for name in ARRAYS:
                    if f"{name}_scale" in file:
                        weights[name] *= file[f"{name}_scale"]
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise BadInput(f"{path}: no trained model: {error}. Train it again, or install miner again.") from error
        return cls(tuple(meta.pop("labels")), weights, meta)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities along the last axis.

    >>> softmax(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    answer: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return answer
