"""The spaCy component `miner_relevance`: is this an opinion on the author's work, means or dealings, or noise?

``Doc._.relevance`` is a probability. Noise is advertisements, vacancies, news, bots, moderators, jokes, flood and other
people's affairs. The model is ``models/relevance``; a text that is not Russian has relevance 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.language import Language

from miner.nlp import extensions
from miner.nlp.batches import batches
from miner.nlp.textmodel import Bank, Batch, TextModel, bank_of, copy_files
from miner.nlp.textnet import TextNet
from miner.settings import resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.tokens import Doc

FILE, NETWORK_FILE = "model.npz", "network.npz"
extensions.register()
NOISE, RELEVANT = LABELS = ("noise", "relevant")


@Language.factory(
    "miner_relevance", assigns=["doc._.relevance"], requires=["token.lemma"], default_config={"model": None}
)
def make_relevance(nlp: Language, name: str, model: str | None) -> Relevance:
    return Relevance(name, bank_of(nlp), Path(model) if model else resources() / "models" / "relevance")


class Relevance:
    def __init__(self, name: str, bank: Bank, folder: Path) -> None:
        self.name, self.bank, self.folder = name, bank, folder
        self._model: TextModel | None = None
        self._network: TextNet | None = None

    @property
    def network(self) -> TextNet:
        """The trained network, read on first use."""
        if self._network is None:
            self._network = TextNet.load(self.folder / NETWORK_FILE)
        return self._network

    @property
    def model(self) -> TextModel:
        """The trained weights, read on first use."""
        if self._model is None:
            self._model = TextModel.load(self.folder / FILE)
        return self._model

    def __call__(self, doc: Doc) -> Doc:
        self.annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        for batch in batches(stream, batch_size):
            self.annotate(batch)
            yield from batch

    def annotate(self, docs: Sequence[Doc]) -> None:
        batch = self.bank.batch(docs)
        answers = together(self.model, self.network, self.bank, batch)
        for doc, answer in zip(docs, answers.tolist(), strict=True):
            doc._.relevance = answer if doc._.language == "ru" else 0.0

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        del exclude
        copy_files([self.folder / name for name in (FILE, NETWORK_FILE)], Path(path))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Relevance:
        del exclude
        self.folder, self._model, self._network = Path(path), None, None
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        del exclude
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Relevance:
        del data, exclude
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": None, "_network": None}


def together(model: TextModel, network: TextNet, bank: Bank, batch: Batch) -> np.ndarray:
    """Return the probability that each text is relevant: the two models' mean, on the scale of log-odds."""
    linear = model.logits(bank, batch, batch.first[:-1], batch.first[1:])
    deep = network.logits(bank, batch)
    odds = ((linear[:, 1] - linear[:, 0]) + (deep[:, 1] - deep[:, 0])) / 2
    answer: np.ndarray = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return answer
