"""From words to arrays: morphology and syntax by sentence, entities by text, as natasha applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from miner.nlp.slovnet import files
from miner.nlp.slovnet.encoder import BLANK, Encoder
from miner.nlp.slovnet.entities import EntitiesHead
from miner.nlp.slovnet.morphology import MorphologyHead
from miner.nlp.slovnet.syntax import SyntaxHead
from miner.nlp.slovnet.words import WordTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


# A longer «sentence» (a table, a megabyte of signs) is read in pieces: pairs of words grow with its square.
LONGEST = 1024
# Words that are encoded and parsed at a time, so that memory does not grow with the batch.
GROUP = 32_768


class Answer(NamedTuple):
    """One number a word: ids into the runtime's ``tags``, ``relations`` and ``entity_tags``.

    ``heads`` count from the sentence: 0 is the root, 1 the first word.
    """

    tags: np.ndarray
    heads: np.ndarray
    relations: np.ndarray
    entity_tags: np.ndarray


class Runtime:
    """natasha's NewsMorphTagger, NewsSyntaxParser and NewsNERTagger in one."""

    def __init__(self, folder: Path | None = None) -> None:
        words, morphology, syntax, entities = files.load(files.find(folder))
        models = [file.weights for file in (morphology, syntax, entities)]
        self.encoders = [Encoder(model.encoder, model.emb.shape.weight.array) for model in models]
        self.table = WordTable(words, morphology.shapes, self.encoders)
        self.morphology = MorphologyHead(models[0].head, self.encoders[0])
        self.syntax = SyntaxHead(models[1], self.encoders[1])
        self.entities = EntitiesHead(models[2].head, self.encoders[2])
        self.tags, self.relations, self.entity_tags = morphology.labels, syntax.labels, entities.labels

    def __call__(
        self, forms: np.ndarray, sentences: np.ndarray, texts: np.ndarray, text: Callable[[int], str]
    ) -> Answer:
        """Answer for words given as hashes of their ``forms``; ``text`` names a form by its hash.

        ``sentences`` and ``texts`` say how many words each of them has; none is empty.
        """
        slots = self.table.look_up(forms, text)
        morphology, syntax, entities = self.table.tables
        pieces, offsets = cut(sentences)
        answers = []
        for first, stop, begin, end in groups(pieces):
            rows, starts, places = lay_out(slots[begin:end], pieces[first:stop])
            tags = self.encoders[0].encode(rows, morphology, self.morphology)
            encoded = self.encoders[1].encode(rows, syntax, np.copy)
            heads, relations = self.syntax(encoded, starts, pieces[first:stop])
            shift = np.repeat(offsets[first:stop], pieces[first:stop])
            heads = np.where(heads[places] > 0, heads[places] + shift, 0)
            answers.append((tags[places], heads, relations[places]))
        rows, starts, places = lay_out(slots, texts)
        scores = self.encoders[2].encode(rows, entities, self.entities.scores)
        found = self.entities.decode(scores, starts, texts)
        tags, heads, relations = (np.concatenate(column) for column in zip(*answers, strict=True))
        return Answer(tags, heads, relations, found[places])


def cut(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut sentences longer than LONGEST; return the lengths of the pieces and their offsets in their sentences.

    >>> [array.tolist() for array in cut(np.array([3, LONGEST + 5]))]
    [[3, 1024, 5], [0, 0, 1024]]
    """
    if lengths.max() <= LONGEST:
        return lengths, np.zeros_like(lengths)
    pieces = [
        (min(LONGEST, length - offset), offset) for length in lengths.tolist() for offset in range(0, length, LONGEST)
    ]
    columns = np.array(pieces, np.intp).T
    return columns[0], columns[1]


def groups(lengths: np.ndarray) -> Iterator[tuple[int, int, int, int]]:
    """Yield first and last piece (exclusive) and first and last word (exclusive) of groups of about GROUP words."""
    stops = np.cumsum(lengths)
    first = begin = 0
    while first < len(lengths):
        stop = max(first + 1, int(np.searchsorted(stops, begin + GROUP, side="right")))
        end = int(stops[stop - 1])
        yield first, stop, begin, end
        first, begin = stop, end


def lay_out(slots: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put blank rows around the sequences. Return rows, each sequence's first row, and each word's row.

    >>> [array.tolist() for array in lay_out(np.array([7, 8, 9]), np.array([2, 1]))]
    [[0, 7, 8, 0, 9, 0], [1, 4], [1, 2, 4]]
    """
    count = len(lengths)
    places = np.arange(len(slots)) + np.repeat(np.arange(1, count + 1), lengths)
    rows = np.full(len(slots) + count + 1, BLANK, np.intp)
    rows[places] = slots
    starts = np.cumsum(lengths) - lengths + np.arange(1, count + 1)
    return rows, starts, places
