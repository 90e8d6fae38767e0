"""A transformer of the user's choice instead of the small network: any encoder of a hub or a folder, with a head.

It answers as the small network does, so that a model folder may hold either. Needs PyTorch at run time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from miner.errors import BadInput
from miner.nlp.opinion.network import LENGTHS, Seen, parts

if TYPE_CHECKING:
    from miner.nlp.clauses import Candidates
    from miner.nlp.opinion.table import Table

FOLDER, HEAD = "encoder", "head.pt"
CLASSES = 4
PART = 100  # words that go through the encoder together; an encoder reads about 512 pieces
BATCH = 16


class ClauseTransformer(nn.Module):
    """An encoder and a head over clause candidates: their mean, first and last word, and the text around."""

    def __init__(self, encoder: Any, tokenizer: Any) -> None:
        super().__init__()
        self.encoder, self.tokenizer = encoder, tokenizer
        size = encoder.config.hidden_size
        self.length = nn.Embedding(len(LENGTHS) + 1, size)
        self.hidden = nn.Linear(5 * size, size)
        self.clause = nn.Linear(size, CLASSES)
        self.drop = nn.Dropout(0.1)

    @classmethod
    def of(cls, name: str) -> ClauseTransformer:
        """Take the encoder from a folder or a hub. Raises BadInput when there is none of that name."""
        from transformers import AutoModel, AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(name, use_fast=True)
            return cls(AutoModel.from_pretrained(name), tokenizer)
        except (OSError, ValueError) as error:
            raise BadInput(
                f"encoder {name!r} can't be read: {error}. Give a folder, or a hub name you may reach."
            ) from error

    @classmethod
    def read(cls, folder: Path) -> ClauseTransformer:
        made = cls.of(str(folder / FOLDER))
        made.load_state_dict(torch.load(folder / FOLDER / HEAD, weights_only=True), strict=False)
        return made.eval()

    def write(self, folder: Path) -> None:
        self.encoder.save_pretrained(folder / FOLDER)
        self.tokenizer.save_pretrained(folder / FOLDER)
        head = {name: value for name, value in self.state_dict().items() if not name.startswith("encoder.")}
        torch.save(head, folder / FOLDER / HEAD)

    def states(self, words: list[list[str]]) -> Tensor:
        """Return (all words, size): each word is the mean of its pieces; a word past the encoder's end is zeros."""
        most = min(512, getattr(self.encoder.config, "max_position_embeddings", 512) - 2)
        given = self.tokenizer(
            words, is_split_into_words=True, truncation=True, max_length=most, padding=True, return_tensors="pt"
        )
        hidden = self.encoder(**given).last_hidden_state
        offsets = np.cumsum([0, *map(len, words)])
        target, source = [], []
        for number in range(len(words)):
            for place, word in enumerate(given.word_ids(number)):
                if word is not None:
                    target.append(int(offsets[number]) + word)
                    source.append(number * hidden.shape[1] + place)
        rows, flat = torch.tensor(target, dtype=torch.long), hidden.reshape(-1, hidden.shape[2])
        total = torch.zeros(int(offsets[-1]), hidden.shape[2]).index_add(0, rows, flat[torch.tensor(source)])
        pieces = torch.zeros(int(offsets[-1])).index_add(0, rows, torch.ones(len(rows)))
        encoded: Tensor = total / pieces.clamp(min=1)[:, None]
        return encoded

    def clauses(self, states: Tensor, text: np.ndarray, start: np.ndarray, stop: np.ndarray) -> Tensor:
        """Return logits of candidates ``start:stop``; ``text`` is the number of each word's text."""
        sums = nn.functional.pad(states.cumsum(0), (0, 0, 1, 0))
        first, last = np.searchsorted(text, text[start]), np.searchsorted(text, text[start], side="right")
        mean = (sums[stop] - sums[start]) / torch.from_numpy(stop - start)[:, None]
        around = (sums[last] - sums[first]) / torch.from_numpy(last - first)[:, None]
        length = self.length(torch.from_numpy(np.searchsorted(LENGTHS, stop - start, side="right")))
        seen = torch.cat([mean, states[start], states[stop - 1], around, length], dim=1)
        logits: Tensor = self.clause(self.drop(torch.relu(self.hidden(self.drop(seen)))))
        return logits

    def answer(self, table: Table, found: Candidates, seen: Seen) -> np.ndarray:
        """Return (candidates, 4) probabilities, as the small network does."""
        answers = np.zeros((len(found), CLASSES), np.float32)
        answers[:, 0] = 1
        self.eval()
        with torch.no_grad():
            for block, states, text, low in self.blocks(table, found, seen):
                start, stop = found.start[block] - low, found.stop[block] - low
                answers[block] = self.clauses(states, text, start, stop).softmax(1).numpy()
        return answers

    def blocks(
        self, table: Table, found: Candidates, seen: Seen, texts: np.ndarray | None = None
    ) -> Iterator[tuple[np.ndarray, Tensor, np.ndarray, int]]:
        """Yield candidates, the states of their words, the text of each word, and the row of the first word."""
        starts = parts(table, PART)
        strings = seen.lexicon.strings
        wanted = np.arange(len(starts) - 1)
        if texts is not None:
            wanted = wanted[np.isin(table.doc[starts[:-1]], texts)]
        order = np.argsort(found.start, kind="stable")
        ordered = found.start[order]
        runs = np.split(wanted, np.flatnonzero(np.diff(wanted) != 1) + 1) if len(wanted) else []
        for chosen in (run[place : place + BATCH] for run in runs for place in range(0, len(run), BATCH)):
            low, high = int(starts[chosen[0]]), int(starts[chosen[-1] + 1])
            block = order[np.searchsorted(ordered, low) : np.searchsorted(ordered, high)]
            # A candidate that crosses a cut of a very long sentence is left to the linear model.
            text = np.searchsorted(starts, np.arange(low, high), side="right")
            block = block[text[found.start[block] - low] == text[found.stop[block] - 1 - low]]
            if len(block):
                words = [
                    [strings[form] for form in table.lower[starts[p] : starts[p + 1]].tolist()] for p in chosen.tolist()
                ]
                yield block, self.states(words), text, low

    def __call__(self, table: Table, found: Candidates, seen: Seen) -> np.ndarray:
        return self.answer(table, found, seen)

    def forget(self) -> None:
        """Nothing is remembered between texts."""
