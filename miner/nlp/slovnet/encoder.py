"""slovnet's three convolutions on a flat sequence: rows of words with a blank row around every sentence.

Each convolution looks one word to either side and sees zeros outside of the sentence; the blank rows are these zeros,
so sentences of any length go together and nothing is padded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

# Rows of one block: its arrays stay in the processor's cache.
BLOCK = 1024
# Two convolutions above the first one look two rows to either side.
HALO = 2
BLANK = 0


class Scaled(NamedTuple):
    """A convolution with the batch norm below it folded in."""

    weight: np.ndarray  # inputs × 3·outputs: previous, own, next word
    bias: np.ndarray
    no_previous: np.ndarray  # what the norm's shift would have added from outside of the sentence
    no_next: np.ndarray


class Encoder:
    """One model's convolutions. ``first`` makes the rows that the word table remembers; ``encode`` does the rest."""

    def __init__(self, encoder: Any, shape_vectors: np.ndarray) -> None:
        layers = encoder.layers
        weight = kernel(layers[0])
        words = weight.shape[1] - shape_vectors.shape[1]
        outputs = weight.shape[2]
        self.word_weight = side_by_side(weight[:, :words])
        self.shape_part = shape_vectors @ side_by_side(weight[:, words:])
        self.shape_part[:, outputs : 2 * outputs] += layers[0].conv.bias.array
        self.width = outputs
        self.layers = []
        scale, shift = norm(layers[0])
        for layer in layers[1:]:
            self.layers.append(fold(kernel(layer), layer.conv.bias.array, scale, shift))
            scale, shift = norm(layer)
        self.scale, self.shift = scale, shift

    def first(self, vectors: np.ndarray, shapes: np.ndarray) -> np.ndarray:
        """Return (words, 3, width): what a word adds to the first convolution of the next, its own and previous row."""
        rows: np.ndarray = (vectors @ self.word_weight + self.shape_part[shapes]).reshape(-1, 3, self.width)
        return rows

    def head(self, weight: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Fold the last norm into a linear layer that stands on the encoder."""
        return self.scale[:, None] * weight, bias + self.shift @ weight

    def encode(
        self, slots: np.ndarray, table: list[np.ndarray], head: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        """Return what ``head`` makes of the (rows, 64) encoding, for rows of table slots.

        Slot BLANK is a blank row; its encoding is zeros. Blocks go to ``head`` while they are in the cache.
        """
        size = len(slots)
        around = np.concatenate(([BLANK], slots, [BLANK]))
        outputs = []
        for start in range(0, size, BLOCK):
            stop = min(size, start + BLOCK)
            low, high = max(0, start - HALO), min(size, stop + HALO)
            rows = self._block(around[low:high], around[low + 1 : high + 1], around[low + 2 : high + 2], table)
            outputs.append(head(rows[start - low : stop - low]))
        return np.concatenate(outputs)

    def _block(self, before: np.ndarray, own: np.ndarray, after: np.ndarray, table: list[np.ndarray]) -> np.ndarray:
        blank = np.flatnonzero(own == BLANK)
        begin = np.flatnonzero((before == BLANK) & (own != BLANK))
        end = np.flatnonzero((after == BLANK) & (own != BLANK))
        rows: np.ndarray = table[1].take(own, axis=0, mode="clip")
        rows += table[0].take(before, axis=0, mode="clip")
        rows += table[2].take(after, axis=0, mode="clip")
        np.maximum(rows, 0, out=rows)
        rows[blank] = 0
        for layer in self.layers:
            rows = convolve(rows, layer, begin, end)
            rows[blank] = 0
        return rows


def convolve(rows: np.ndarray, layer: Scaled, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    parts = rows @ layer.weight
    size = len(layer.bias)
    output: np.ndarray = parts[:, size : 2 * size] + layer.bias
    output[1:] += parts[:-1, :size]
    output[:-1] += parts[1:, 2 * size :]
    output[begin] -= layer.no_previous
    output[end] -= layer.no_next
    np.maximum(output, 0, out=output)
    return output


def kernel(layer: Any) -> np.ndarray:
    """Return the convolution's weights as (3, inputs, outputs)."""
    return np.ascontiguousarray(layer.conv.weight.array.transpose(2, 1, 0))


def side_by_side(weight: np.ndarray) -> np.ndarray:
    """(3, inputs, outputs) → (inputs, 3·outputs): three products in one."""
    return np.ascontiguousarray(np.concatenate(list(weight), axis=1))


def norm(layer: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the batch norm as a scale and a shift."""
    scale = layer.norm.weight.array / layer.norm.std.array
    return scale, layer.norm.bias.array - layer.norm.mean.array * scale


def fold(weight: np.ndarray, bias: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> Scaled:
    shifts = shift @ weight
    return Scaled(side_by_side(scale[:, None] * weight), bias + shifts.sum(0), shifts[0], shifts[2])
