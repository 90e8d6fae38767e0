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
    from collections.abc import Callable
    from pathlib import Path


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
        rows, starts, places = lay_out(slots, sentences)
        morphology, syntax, entities = self.table.tables
        tags = self.morphology(self.encoders[0].encode(rows, morphology))
        heads, relations = self.syntax(self.encoders[1].encode(rows, syntax), starts, sentences)
        text_rows, text_starts, text_places = lay_out(slots, texts)
        found = self.entities(self.encoders[2].encode(text_rows, entities), text_starts, texts)
        return Answer(tags[places], heads[places], relations[places], found[text_places])


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
