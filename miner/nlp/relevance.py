"""The spaCy component `miner_relevance`: is this an opinion on the author's work, means or dealings, or noise?

``Doc._.relevance`` is a probability. Noise is advertisements, vacancies, news, bots, moderators, jokes, flood and other
people's affairs. The model is ``models/relevance``; a text that is not Russian has relevance 0.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacy.language import Language

from miner.nlp import extensions
from miner.nlp.textmodel import Bank, TextModel, bank_of
from miner.settings import resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.tokens import Doc

FILE = "model.npz"
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
        stream = iter(stream)
        while batch := list(islice(stream, batch_size)):
            self.annotate(batch)
            yield from batch

    def annotate(self, docs: Sequence[Doc]) -> None:
        batch = self.bank.batch(docs)
        answers = self.model.probabilities(self.bank, batch, batch.first[:-1], batch.first[1:])[:, 1]
        for doc, answer in zip(docs, answers.tolist(), strict=True):
            doc._.relevance = answer if doc._.language == "ru" else 0.0

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        del exclude
        Path(path).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.folder / FILE, Path(path) / FILE)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Relevance:
        del exclude
        self.folder, self._model = Path(path), None
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        del exclude
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Relevance:
        del data, exclude
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": None}
