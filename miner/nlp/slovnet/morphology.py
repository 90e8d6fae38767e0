"""Part of speech and features: one of 753 joint tags a word."""

from __future__ import annotations

from typing import Any

import numpy as np

from miner.nlp.slovnet.encoder import Encoder


class MorphologyHead:
    def __init__(self, head: Any, encoder: Encoder) -> None:
        self.weight, self.bias = encoder.head(head.proj.weight.array, head.proj.bias.array)

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Return the tag id of each row."""
        scores = rows @ self.weight
        scores += self.bias
        tags: np.ndarray = scores.argmax(axis=1)
        return tags
