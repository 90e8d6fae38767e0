"""The spaCy component `miner_sentiment`: how the author sounds, in a post, in a sentence, in a statement.

``Doc._.sentiment`` is ``(label, probability)``; ``Span._.sentiment`` of sentences, statements and entities is a label.
The model is ``models/sentiment``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.language import Language

from miner.nlp.batches import batches
from miner.nlp.extensions import STATEMENTS
from miner.nlp.textmodel import Bank, Batch, TextModel, bank_of, copy_files
from miner.nlp.textnet import TextNet, softmax
from miner.records import TONES
from miner.settings import resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.tokens import Doc, Span

FILE, NETWORK_FILE, ENTITIES_FILE = "model.npz", "network.npz", "entities.npz"
SMALLEST = 1e-6
ENTITY_TONES = ("negative", "neutral", "positive")
# Words on each side of an entity in which its sentence speaks of it.
WINDOW = 8


@Language.factory(
    "miner_sentiment",
    assigns=["doc._.sentiment", "span._.sentiment"],
    requires=["token.lemma"],
    default_config={"model": None},
)
def make_sentiment(nlp: Language, name: str, model: str | None) -> Sentiment:
    return Sentiment(name, bank_of(nlp), Path(model) if model else resources() / "models" / "sentiment")


class Sentiment:
    def __init__(self, name: str, bank: Bank, folder: Path) -> None:
        self.name, self.bank, self.folder = name, bank, folder
        self._model: TextModel | None = None
        self._entities: TextModel | None = None
        self._network: TextNet | None = None

    @property
    def network(self) -> TextNet:
        """The trained network, read on first use."""
        if self._network is None:
            self._network = TextNet.load(self.folder / NETWORK_FILE)
        return self._network

    @property
    def entities(self) -> TextModel:
        """The weights for what is said of an entity, read on first use."""
        if self._entities is None:
            self._entities = TextModel.load(self.folder / ENTITIES_FILE)
        return self._entities

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
        """Set the tone of docs, of their sentences and of their statements."""
        batch = self.bank.batch(docs)
        stretches = [span for doc in docs for span in spans(doc)]
        owners = np.repeat(np.arange(len(docs)), [sum(1 for _ in spans(doc)) for doc in docs])
        starts, stops = places(batch, owners, stretches)
        answers = together(self.model, self.network, self.bank, batch)
        best, scores = answers.argmax(axis=1).tolist(), answers.max(axis=1).tolist()
        labels = self.model.labels
        for doc, label, score in zip(docs, best, scores, strict=True):
            doc._.sentiment = (labels[label], score) if len(doc) else ("neutral", 1.0)
        of_stretches = self.model.logits(self.bank, batch, starts, stops).argmax(axis=1).tolist()
        for span, label in zip(stretches, of_stretches, strict=True):
            span._.sentiment = labels[label]
        self.annotate_entities(docs, batch)

    def annotate_entities(self, docs: Sequence[Doc], batch: Batch) -> None:
        """Set what the sentence says of each entity."""
        counts = [len(doc.ents) for doc in docs]
        ents = [ent for doc in docs for ent in doc.ents]
        if not ents:
            return
        owners = np.repeat(np.arange(len(docs)), counts)
        starts, stops = places(batch, owners, [around(ent) for ent in ents])
        answers = self.entities.logits(self.bank, batch, starts, stops).argmax(axis=1).tolist()
        for ent, answer in zip(ents, answers, strict=True):
            ent._.sentiment = ENTITY_TONES[answer]

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        del exclude
        copy_files([self.folder / name for name in (FILE, NETWORK_FILE, ENTITIES_FILE)], Path(path))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Sentiment:
        del exclude
        self.folder, self._model, self._network, self._entities = Path(path), None, None, None
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        del exclude
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Sentiment:
        del data, exclude
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": None, "_network": None, "_entities": None}


def together(model: TextModel, network: TextNet, bank: Bank, batch: Batch) -> np.ndarray:
    """Return (texts, labels): the two models' probabilities, their geometric mean."""
    linear = softmax(model.logits(bank, batch, batch.first[:-1], batch.first[1:]))
    deep = softmax(network.logits(bank, batch))
    return softmax((np.log(linear + SMALLEST) + np.log(deep + SMALLEST)) / 2)


def spans(doc: Doc) -> Iterator[Span]:
    """The stretches of a doc that have a tone of their own."""
    yield from doc.sents if doc.has_annotation("SENT_START") else ()
    yield from doc.spans.get(STATEMENTS, ())


def around(ent: Span) -> Span:
    """The words of the sentence near an entity."""
    sentence = ent.sent
    doc: Doc = ent.doc
    return doc[max(sentence.start, ent.start - WINDOW) : max(ent.end, min(sentence.end, ent.end + WINDOW))]


def places(batch: Batch, owners: np.ndarray, spans: Sequence[Span]) -> tuple[np.ndarray, np.ndarray]:
    """Where the words of each span are among the rows of the batch."""
    if not spans:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    # One number orders tokens over all docs.
    step = int(batch.offsets.max(initial=0)) + max(span.end for span in spans) + 2
    keys = batch.offsets + step * np.repeat(np.arange(len(batch.first) - 1), np.diff(batch.first))
    edges = np.array([(span.start, span.end) for span in spans]) + step * owners[:, None]
    found = np.searchsorted(keys, edges)
    return found[:, 0], found[:, 1]


__all__ = ["TONES", "Sentiment", "make_sentiment"]
