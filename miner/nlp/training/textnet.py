"""The network of `miner.nlp.textnet` in PyTorch, to be trained on several tasks at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from miner.nlp.textmodel import VECTOR, WORD_FIGURES, Bank, Batch
from miner.nlp.textnet import BUCKETS, TAGS, VECTOR_SCALE, TextNet

LONGEST = 120
WORD, LETTERS, HIDDEN, FIGURE = 64, 32, 96, 16
UNKNOWN = -1


@dataclass(frozen=True)
class Tasks:
    """What is known of each text, UNKNOWN where nothing is: classes of two tasks, the second being the one that is
    asked for; and the kind of statement (0 none) that each word of the batch stands in.
    """

    beside: np.ndarray
    asked: np.ndarray
    beside_labels: tuple[str, ...]
    labels: tuple[str, ...]
    beside_weights: np.ndarray
    weights: np.ndarray
    tags: np.ndarray


class Words:
    """The words of a bank as tensors."""

    def __init__(self, bank: Bank) -> None:
        self.vectors = torch.from_numpy(bank.vectors.astype(np.float32) * VECTOR_SCALE)
        self.figures = torch.from_numpy(bank.figures)
        self.sizes = np.array([len(places) for places, _ in bank.features])
        self.first = np.concatenate([[0], np.cumsum(self.sizes)])
        self.places = torch.from_numpy(np.concatenate([places for places, _ in bank.features]) % BUCKETS)
        self.weights = torch.from_numpy(np.concatenate([weights for _, weights in bank.features]))


class Network(nn.Module):
    def __init__(self, labels: int) -> None:
        super().__init__()
        self.letters = nn.EmbeddingBag(BUCKETS, LETTERS, mode="sum")
        nn.init.normal_(self.letters.weight, 0, 0.05)
        self.vector = nn.Linear(VECTOR, WORD)
        self.figure = nn.Linear(len(WORD_FIGURES), FIGURE)
        self.word = nn.Linear(WORD + LETTERS + FIGURE, WORD)
        self.conv = nn.Conv1d(WORD + 1, HIDDEN, 3, padding=1)
        self.tag = nn.Linear(HIDDEN, TAGS)
        self.out = nn.Linear(2 * TAGS + 2 * HIDDEN + WORD + 3, labels)
        self.drop = nn.Dropout(0.3)

    def forward(self, words: Words, batch: Batch, texts: np.ndarray) -> tuple[Tensor, Tensor, np.ndarray]:
        """Return logits of the texts, logits of the words' tags, and which words of the batch these are."""
        sizes = np.minimum(np.diff(batch.first)[texts], LONGEST)
        rows = np.arange(sizes.sum()) + np.repeat(batch.first[texts] - (np.cumsum(sizes) - sizes), sizes)
        distinct, inverse = np.unique(batch.words[rows], return_inverse=True)
        places = np.concatenate([np.arange(words.first[d], words.first[d + 1]) for d in distinct] or [rows])
        offsets = np.cumsum(words.sizes[distinct]) - words.sizes[distinct]
        letters = self.letters(
            words.places[places], torch.from_numpy(offsets), per_sample_weights=words.weights[places]
        )
        vector, figure = self.vector(self.drop(words.vectors[distinct])), self.figure(words.figures[distinct])
        read = [vector, self.drop(letters), figure]
        own = torch.relu(self.word(torch.cat(read, 1)))[torch.from_numpy(inverse)]
        if self.training:
            own = own * (torch.rand(len(own), 1) > 0.1)
        own = torch.cat([own, torch.from_numpy(batch.negated[rows].astype(np.float32))[:, None]], 1)
        text = torch.from_numpy(np.repeat(np.arange(len(texts)), sizes))
        place = torch.from_numpy(np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes))
        padded = torch.zeros(len(texts), max(1, int(sizes.max(initial=0))), WORD + 1)
        inside = torch.zeros(padded.shape[:2])
        padded[text, place] = own
        inside[text, place] = 1
        hidden = torch.relu(self.conv(padded.transpose(1, 2))).transpose(1, 2) * inside[:, :, None]
        tags = self.tag(self.drop(hidden))
        shares = torch.softmax(tags, -1) * inside[:, :, None]
        count = inside.sum(1, keepdim=True).clamp(min=1)
        found = torch.cat(
            [
                shares.amax(1),
                shares.sum(1) / count**0.5,
                hidden.amax(1),
                hidden.sum(1) / count**0.5 * 0.3,
                padded[:, :, :-1].amax(1),
                torch.log1p(count) / 5,
                (inside.sum(1, keepdim=True) < 5).float(),
                (count > 60).float(),
            ],
            1,
        )
        return self.out(self.drop(found)), tags[text, place], rows


def fit_network(bank: Bank, batch: Batch, tasks: Tasks, texts: np.ndarray, *, epochs: int, seed: int) -> TextNet:
    """Train on the texts of these numbers. The same seed, data and number of threads give the same network."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    words = Words(bank)
    split = len(tasks.beside_labels)
    network = Network(split + len(tasks.labels))
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.01)
    steps = epochs * -(-len(texts) // 32)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps + 1, pct_start=0.2)
    network.train()
    for _ in range(epochs):
        order = random.permutation(texts)
        for start in range(0, len(order), 32):
            chosen = order[start : start + 32]
            logits, tags, rows = network(words, batch, chosen)
            losses = [
                weighed(logits[:, :split], tasks.beside[chosen], tasks.beside_weights[chosen]),
                weighed(logits[:, split:], tasks.asked[chosen], tasks.weights[chosen]),
            ]
            told = tasks.tags[rows] != UNKNOWN
            if told.any():
                losses.append(
                    nn.functional.cross_entropy(tags[torch.from_numpy(told)], torch.from_numpy(tasks.tags[rows[told]]))
                )
            optimiser.zero_grad()
            torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return frozen(network, tasks.labels)


def weighed(logits: Tensor, classes: np.ndarray, weights: np.ndarray) -> Tensor:
    known = classes != UNKNOWN
    if not known.any():
        return logits.sum() * 0
    losses = nn.functional.cross_entropy(
        logits[torch.from_numpy(known)], torch.from_numpy(classes[known]), reduction="none"
    )
    return (losses * torch.from_numpy(weights[known].astype(np.float32))).sum() / len(classes)


def frozen(network: Network, labels: Sequence[str]) -> TextNet:
    """Return the network as numpy runs it."""
    state = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    conv = state["conv.weight"].transpose(2, 1, 0)
    weights = {
        "letters": state["letters.weight"],
        "before": conv[0],
        "own": conv[1],
        "after": conv[2],
        "conv_bias": state["conv.bias"],
    }
    for name in ("vector", "figure", "word", "tag", "out"):
        weights[name] = state[f"{name}.weight"].T
        weights[f"{name}_bias"] = state[f"{name}.bias"]
    return TextNet(tuple(labels), {name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()})
