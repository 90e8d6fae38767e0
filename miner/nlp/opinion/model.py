"""The trained model of statements: a folder of arrays, read into numbers for candidates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from miner import jsonl
from miner.errors import BadInput
from miner.nlp.opinion.linear import Linear

if TYPE_CHECKING:
    from spacy.strings import StringStore

    from miner.nlp.clauses import Candidates
    from miner.nlp.opinion.table import Table

FORMAT = "miner-statements/1"
META, LINEAR = "model.json", "linear.npz"


class Model:
    """Probabilities of none, pain, desire and value for each candidate; ``thresholds`` says from where one counts."""

    def __init__(self, linear: Linear, thresholds: np.ndarray) -> None:
        self.linear, self.thresholds = linear, thresholds

    def __call__(self, table: Table, found: Candidates) -> np.ndarray:
        return softmax(self.linear(table, found.start, found.stop))

    @classmethod
    def read(cls, folder: Path, strings: StringStore) -> Model:
        """Raises BadInput when the folder holds no model of this version."""
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            if meta["format"] != FORMAT:
                raise BadInput(f"{folder / META}: format {meta['format']!r} is not {FORMAT!r}. Train the model again.")
            with np.load(folder / LINEAR) as arrays:
                linear = Linear(strings, arrays["weights"], arrays["bias"])
            return cls(linear, np.array(meta["thresholds"]))
        except (OSError, ValueError, KeyError) as error:
            raise BadInput(f"{folder}: no statement model in it ({error}). Run `miner train statements`.") from error

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with jsonl.whole_file(folder / LINEAR) as beside, beside.open("wb") as stream:
            np.savez_compressed(stream, weights=self.linear.weights.astype(np.float16), bias=self.linear.bias)
        jsonl.write_json(folder / META, {"format": FORMAT, "thresholds": self.thresholds.tolist()})


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return rows that sum to one."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    probabilities: np.ndarray = powers / powers.sum(1, keepdims=True)
    return probabilities
