"""The spaCy component `miner_statements`: clauses in which authors voice a pain, a desire or a value.

>>> from miner.nlp import load
>>> doc = load()('Здравствуйте. Мне бы работу рядом с домом.')
>>> [(span.text, span.label_) for span in doc.spans['statements']]
[('Мне бы работу рядом с домом', 'desire')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import IDX, LENGTH
from spacy.language import Language
from spacy.tokens import Span

from miner.nlp.batches import batches
from miner.nlp.clauses import candidates
from miner.nlp.extensions import STATEMENTS
from miner.nlp.opinion.choice import choose
from miner.nlp.opinion.reasons import reasons
from miner.nlp.opinion.table import Table, tabulate
from miner.records import KINDS
from miner.settings import resources

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from miner.nlp.opinion.llm import Underliner
    from miner.nlp.opinion.model import Model

MODEL = "statements"


@Language.factory(
    "miner_statements",
    assigns=["doc.spans"],
    requires=["token.pos", "token.morph", "token.head", "token.dep", "token.lemma"],
    default_config={"model": None, "batch_tokens": 20_000},
)
def make_statements(nlp: Language, name: str, model: str | None, batch_tokens: int) -> Statements:
    return Statements(nlp.vocab, name, Path(model) if model else None, batch_tokens)


class Statements:
    """Fill ``doc.spans["statements"]``: spans labelled with their kind, ``._.score`` the probability that a careful
    reader would underline it, ``._.why`` what decided.

    Words that the author quotes from somebody else (``doc._.quoted``) are nobody's statement, and texts in another
    language have none.
    """

    def __init__(self, vocab: Vocab, name: str, folder: Path | None = None, batch_tokens: int = 20_000) -> None:
        self.vocab, self.name, self.folder, self.batch_tokens = vocab, name, folder, batch_tokens
        self._model: Model | None = None

    @property
    def model(self) -> Model:
        """The trained model, read on first use."""
        if self._model is None:
            from miner.nlp.opinion.model import Model

            self._model = Model.read(self.folder or resources() / "models" / MODEL, self.vocab.strings)
        return self._model

    def __call__(self, doc: Doc) -> Doc:
        self.annotate([doc])
        return doc

    def pipe(
        self,
        stream: Iterable[Doc],
        *,
        batch_size: int = 128,
        least_relevance: float = 0,
        underliner: Underliner | None = None,
    ) -> Iterator[Doc]:
        """Annotate docs in batches of about ``batch_tokens`` tokens; those below ``least_relevance`` are not read.

        With an ``underliner`` a language model reads them, and the model here only what that leaves.
        """
        del batch_size
        if underliner is not None:
            yield from underliner.pipe(stream, self, least_relevance)
            return
        for batch in batches(stream, self.batch_tokens, self.batch_tokens):
            self.annotate(batch, least_relevance)
            yield from batch

    def annotate(self, docs: Sequence[Doc], least_relevance: float = 0) -> None:
        for doc in docs:
            doc.spans[STATEMENTS] = []
        docs = [doc for doc in docs if len(doc) and doc._.language == "ru" and doc._.relevance >= least_relevance]
        table = tabulate(docs)
        found = candidates(table).without(quoted(docs, table))
        if not len(found):
            return
        model = self.model
        reading = model(table, found)
        spans: list[list[Span]] = [[] for _ in docs]
        for place, kind in choose(reading.probabilities, model.thresholds, found.start, found.stop, found.sizes):
            start, stop = int(found.start[place]), int(found.stop[place])
            owner = int(table.doc[start])
            span = Span(docs[owner], int(table.place[start]), int(table.place[stop - 1]) + 1, label=KINDS[kind - 1])
            span._.score = model.score(float(reading.probabilities[place, kind]), kind)
            span._.why = tuple(reasons(reading, table, start, stop, kind))
            spans[owner].append(span)
        for doc, own in zip(docs, spans, strict=True):
            doc.spans[STATEMENTS] = own

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Keep the model beside the pipeline, so that a saved pipeline is whole."""
        del exclude
        self.model.write(Path(path))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Statements:
        del exclude
        self.folder, self._model = Path(path), None
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return nothing: bytes hold no model, the config says where it is."""
        del exclude
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Statements:
        del data, exclude
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": None}


def quoted(docs: Sequence[Doc], table: Table) -> np.ndarray:
    """Return which rows of the table stand in words that are not the author's own."""
    theirs = np.zeros(len(table), bool)
    for number, doc in enumerate(docs):
        if doc._.quoted:
            rows = np.arange(table.first[number], table.first[number + 1])
            places: np.ndarray = doc.to_array([IDX, LENGTH])[table.place[rows]].astype(np.int64)
            for start, stop in doc._.quoted:
                theirs[rows] |= (places[:, 0] < stop) & (places.sum(1) > start)
    return theirs
