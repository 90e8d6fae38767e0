"""The recurrent network of statements in PyTorch, to be trained; ``miner.nlp.opinion.network`` runs it without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from miner import words
from miner.nlp.cues import CUES
from miner.nlp.opinion.lexicon import (
    GRAMMEMES,
    LEMMA_BUCKETS,
    PARTS,
    PIECE_BUCKETS,
    RELATIONS,
    Seen,
)
from miner.nlp.opinion.network import LENGTHS, MARKS, vectors
from miner.nlp.opinion.table import Table

CLASSES = 4
TAGS = 7
TONES = 4


@dataclass(frozen=True)
class Shape:
    """Sizes of the network: numbers of a word, of each direction, of a clause."""

    word: int = 128
    state: int = 96
    clause: int = 64
    pieces: int = 32
    lemmas: int = 32


class Vocabulary:
    """The distinct words as tensors to index."""

    def __init__(self, seen: list[Seen]) -> None:
        navec = words.navec()
        form = np.array([word.form for word in seen])
        lemma = np.array([word.lemma for word in seen])
        self.vectors = torch.from_numpy(
            np.concatenate([vectors(navec, form), vectors(navec, lemma)], axis=1).astype(np.float16)
        )
        self.part = torch.tensor([word.part for word in seen])
        self.relation = torch.tensor([word.relation for word in seen])
        self.hashed = torch.tensor([word.hashed for word in seen])
        self.grammemes = torch.zeros(len(seen), len(GRAMMEMES) + 1)
        for row, word in enumerate(seen):
            self.grammemes[row, list(word.grammemes)] = 1
        sizes = [len(word.pieces) for word in seen]
        self.offsets = np.concatenate(([0], np.cumsum(sizes)))
        self.pieces = np.concatenate([np.array(word.pieces) for word in seen])

    def pieces_of(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return the letter pieces of the words and where each word's begin."""
        sizes = self.offsets[rows + 1] - self.offsets[rows]
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        columns = np.repeat(self.offsets[rows] - starts, sizes) + np.arange(sizes.sum())
        return torch.from_numpy(self.pieces[columns]), torch.from_numpy(starts)


class WordEncoder(nn.Module):
    """Numbers of a word from everything the lexicon tells of it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.vectors = nn.Linear(2 * words.DIMENSIONS, shape.word)
        self.part = nn.Embedding(len(PARTS) + 1, shape.word)
        self.relation = nn.Embedding(len(RELATIONS) + 1, shape.word)
        self.grammemes = nn.Linear(len(GRAMMEMES) + 1, shape.word, bias=False)
        self.pieces = nn.EmbeddingBag(PIECE_BUCKETS, shape.pieces, mode="mean")
        self.from_pieces = nn.Linear(shape.pieces, shape.word, bias=False)
        self.lemmas = nn.Embedding(LEMMA_BUCKETS, shape.lemmas)
        self.from_lemmas = nn.Linear(shape.lemmas, shape.word, bias=False)
        self.norm = nn.LayerNorm(shape.word)
        for embedding in (self.part, self.relation, self.lemmas, self.pieces):
            nn.init.normal_(embedding.weight, std=0.1)
        self.drop = nn.Dropout(0.2)

    def forward(self, vocabulary: Vocabulary, rows: Tensor) -> Tensor:
        pieces, starts = vocabulary.pieces_of(rows.numpy())
        total = (
            self.vectors(self.drop(vocabulary.vectors[rows].float()))
            + self.part(vocabulary.part[rows])
            + self.relation(vocabulary.relation[rows])
            + self.grammemes(vocabulary.grammemes[rows])
            + self.from_pieces(self.drop(self.pieces(pieces, starts)))
            + self.from_lemmas(self.drop(self.lemmas(vocabulary.hashed[rows])))
        )
        encoded: Tensor = torch.relu(self.norm(total))
        return encoded


@dataclass(frozen=True)
class Batch:
    """Texts of about one length. ``tokens`` are rows of the table, (texts, longest); beyond ``sizes`` lies padding."""

    texts: np.ndarray
    tokens: np.ndarray
    sizes: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        mask: np.ndarray = np.arange(self.tokens.shape[1]) < self.sizes[:, None]
        return mask


def batches(table: Table, texts: np.ndarray, tokens: int, random: np.random.Generator | None = None) -> Iterator[Batch]:
    """Cut texts into batches of about ``tokens`` places, those of like length together; shuffled with ``random``."""
    sizes = np.diff(table.first)[texts]
    texts, sizes = texts[sizes > 0], sizes[sizes > 0]
    noise = random.uniform(0.85, 1.15, len(texts)) if random else np.ones(len(texts))
    order = np.argsort(-sizes * noise, kind="stable")
    found, start = [], 0
    while start < len(order):
        stop = min(len(order), start + max(1, int(tokens // sizes[order[start]])))
        chosen = order[start:stop]
        chosen = chosen[np.argsort(-sizes[chosen], kind="stable")]
        width = int(sizes[chosen].max())
        rows = np.minimum(table.first[texts[chosen]][:, None] + np.arange(width), len(table) - 1)
        found.append(Batch(texts[chosen], rows, sizes[chosen]))
        start = stop
    if random:
        random.shuffle(found)
    yield from found


class Network(nn.Module):
    """A word encoder, a bidirectional GRU over the whole text, and heads: clauses, tags, and the text itself."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = WordEncoder(shape)
        self.marks = nn.Linear(MARKS + len(CUES), shape.word, bias=False)
        self.recurrent = nn.GRU(shape.word, shape.state, bidirectional=True, batch_first=True)
        wide = 2 * shape.state
        self.tags = nn.Linear(wide, TAGS)
        self.inner = nn.Linear(wide, shape.clause, bias=False)
        self.ends = nn.Linear(2 * wide, shape.clause, bias=False)
        self.whole = nn.Linear(2 * wide, shape.clause)
        self.length = nn.Embedding(len(LENGTHS) + 1, shape.clause)
        self.clause = nn.Linear(shape.clause, CLASSES)
        self.relevant = nn.Linear(2 * wide, 1)
        self.tone = nn.Linear(2 * wide, TONES)
        self.drop_words = nn.Dropout(0.3)
        self.drop = nn.Dropout(0.4)
        nn.init.normal_(self.length.weight, std=0.1)

    def encode(
        self, vocabulary: Vocabulary, numbers: np.ndarray, marks: Tensor, batch: Batch, unknown: float
    ) -> Tensor:
        """Return (texts, longest, 2·state)."""
        distinct, inverse = np.unique(numbers[batch.tokens], return_inverse=True)
        encoded = self.words(vocabulary, torch.from_numpy(distinct))[
            torch.from_numpy(inverse.reshape(batch.tokens.shape))
        ]
        if self.training and unknown:
            encoded = encoded * (torch.rand(*encoded.shape[:2], 1) > unknown)
        encoded = self.drop_words(encoded + self.marks(marks[torch.from_numpy(batch.tokens)]))
        packed = nn.utils.rnn.pack_padded_sequence(encoded, torch.from_numpy(batch.sizes), batch_first=True)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.recurrent(packed)[0], batch_first=True)
        return torch.as_tensor(states)

    def text(self, states: Tensor, batch: Batch) -> Tensor:
        """Return the mean and the maximum over each text, (texts, 4·state)."""
        inside = torch.from_numpy(batch.inside)[:, :, None]
        mean = (states * inside).sum(1) / torch.from_numpy(batch.sizes)[:, None]
        return torch.cat([mean, states.masked_fill(~inside, -1.0).amax(1)], dim=1)

    def clauses(self, states: Tensor, text: Tensor, where: Tensor, start: Tensor, stop: Tensor) -> Tensor:
        """Return logits of candidates ``start:stop`` (places in the text ``where`` of the batch)."""
        half = self.shape.state
        padded = nn.functional.pad(states, (0, 0, 1, 1))  # place p is at p + 1
        sums = nn.functional.pad(self.inner(self.drop(states)).cumsum(1), (0, 0, 1, 0))
        size = (stop - start).to(sums.dtype)[:, None]
        mean = (sums[where, stop] - sums[where, start]) / size
        ends = torch.cat(
            [
                padded[where, stop][:, :half],
                padded[where, start][:, :half],
                padded[where, start + 1][:, half:],
                padded[where, stop + 1][:, half:],
            ],
            dim=1,
        )
        length = torch.bucketize(stop - start, torch.from_numpy(LENGTHS), right=True)
        hidden = mean + self.ends(self.drop(ends)) + self.whole(self.drop(text))[where] + self.length(length)
        logits: Tensor = self.clause(self.drop(torch.relu(hidden)))
        return logits
