"""The spaCy component `miner_slovnet`: natasha's morphology, syntax and named entities in a ``Doc``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, IS_SPACE, MORPH, ORTH, POS, SENT_START
from spacy.language import Language
from spacy.parts_of_speech import IDS as PARTS_OF_SPEECH

from miner.nlp.batches import batches
from miner.nlp.slovnet import files
from miner.nlp.slovnet.entities import spans
from miner.nlp.tokenizer import INSIDE as NO_START
from miner.nlp.tokenizer import START, Segmenter, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from miner.nlp.slovnet.runtime import Runtime

SPACE_RELATION = "dep"
INSIDE, OUTSIDE, BEGIN = 1, 2, 3
LEVELS = 7


@Language.factory(
    "miner_slovnet",
    assigns=["token.pos", "token.morph", "token.head", "token.dep", "token.is_sent_start", "doc.ents"],
    default_config={"models": None, "batch_tokens": 20_000, "batch_docs": 2_000},
)
def make_slovnet(nlp: Language, name: str, models: str | None, batch_tokens: int, batch_docs: int) -> Slovnet:
    return Slovnet(nlp.vocab, name, Path(models) if models else None, batch_tokens, batch_docs)


class Slovnet:
    """Fill ``pos``, ``morph``, ``head``, ``dep`` and ``ents`` (PER, LOC, ORG) as natasha's news models do.

    Each word has the head that natasha gives it. natasha picks heads one by one, so a sentence may have several roots
    or a loop; a word that is its own head without being ``root`` is such a loop. Sentences stay razdel's all the same,
    and ``restore_sentences`` brings them back to a ``Doc`` that travelled through bytes.
    """

    def __init__(
        self, vocab: Vocab, name: str, models: Path | None, batch_tokens: int = 20_000, batch_docs: int = 2_000
    ) -> None:
        self.vocab, self.name, self.models = vocab, name, models
        self.batch_tokens, self.batch_docs = batch_tokens, batch_docs
        self._runtime: Runtime | None = None
        self._tags: np.ndarray | None = None

    @property
    def runtime(self) -> Runtime:
        """The models, read on first use: a quarter of a second."""
        if self._runtime is None:
            from miner.nlp.slovnet.runtime import Runtime

            self._runtime = Runtime(self.models)
        return self._runtime

    def __call__(self, doc: Doc) -> Doc:
        self.annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate docs in batches of ``batch_tokens``; ``batch_size`` of spaCy is only a lower bound on docs."""
        for batch in batches(stream, max(batch_size, self.batch_docs), self.batch_tokens):
            self.annotate(batch)
            yield from batch

    def annotate(self, docs: Sequence[Doc]) -> None:
        sizes = np.array([len(doc) for doc in docs], np.intp)
        total = int(sizes.sum())
        if not total:
            return
        tokens = np.concatenate([token_table(doc) for doc in docs if len(doc)])
        forms, is_word, sent_start = tokens[:, 0], tokens[:, 1] == 0, tokens[:, 2] == 1
        first = (np.cumsum(sizes) - sizes)[sizes > 0]
        sent_start[first] = True
        table = self.empty_table(is_word, sent_start, np.repeat(np.arange(len(docs)), sizes))
        if is_word.any():
            self.fill(table, forms, is_word, sent_start, first)
        stop = 0
        columns: list[int | str] = [POS, MORPH, HEAD, DEP, ENT_IOB, ENT_TYPE]
        for doc, size in zip(docs, sizes.tolist(), strict=True):
            start, stop = stop, stop + size
            if size:
                write(doc, columns, table[start:stop, :-1])
                # Heads make sentences of their own in spaCy; the tokenizer's are set again.
                write(doc, [SENT_START], table[start:stop, -1:])

    def empty_table(self, is_word: np.ndarray, sent_start: np.ndarray, owner: np.ndarray) -> np.ndarray:
        """Return a row per token, as white space wants it: hanging on the word before it, else on the one after."""
        strings = self.vocab.strings
        count = len(is_word)
        table = np.zeros((count, LEVELS), np.uint64)
        table[:, 0] = PARTS_OF_SPEECH["SPACE"]
        table[:, 3] = strings.add(SPACE_RELATION)
        table[:, 4] = OUTSIDE
        table[:, 6] = np.where(sent_start, 1, -1).astype(np.int64).view(np.uint64)
        space = np.flatnonzero(~is_word)
        if len(space):
            position = np.arange(count)
            before = np.maximum.accumulate(np.where(is_word, position, -1))[space]
            after = np.minimum.accumulate(np.where(is_word, position, count)[::-1])[::-1][space]
            has_before = (before >= 0) & (owner[before] == owner[space])
            has_after = (after < count) & (owner[np.minimum(after, count - 1)] == owner[space])
            head = np.where(has_before, before, np.where(has_after, after, space))
            table[space, 2] = (head - space).view(np.uint64)
        return table

    def fill(
        self, table: np.ndarray, forms: np.ndarray, is_word: np.ndarray, sent_start: np.ndarray, first: np.ndarray
    ) -> None:
        runtime = self.runtime
        words = np.flatnonzero(is_word)
        sentences = run_lengths(np.cumsum(sent_start)[words])
        texts = run_lengths(np.searchsorted(first, words, side="right"))
        answer = runtime(forms[words], sentences, texts, self.vocab.strings.__getitem__)
        table[words, :2] = self.tags()[answer.tags]
        start = np.repeat(np.cumsum(sentences) - sentences, sentences)
        target = np.where(answer.heads > 0, start + answer.heads - 1, np.arange(len(words)))
        table[words, 2] = (words[target] - words).view(np.uint64)
        table[words, 3] = self.ids(runtime.relations)[answer.relations]
        self.fill_entities(table, words, answer.entity_tags, texts)

    def fill_entities(self, table: np.ndarray, words: np.ndarray, tags: np.ndarray, texts: np.ndarray) -> None:
        names = self.runtime.entity_tags
        stops = np.cumsum(texts)
        inside = np.flatnonzero(tags != names.index("O"))
        for text in np.unique(np.searchsorted(stops, inside, side="right")).tolist():
            start, stop = stops[text] - texts[text], stops[text]
            for found in spans([names[tag] for tag in tags[start:stop].tolist()]):
                begin, end = words[start + found.start], words[start + found.stop - 1] + 1
                table[begin:end, 4] = INSIDE
                table[begin, 4] = BEGIN
                table[begin:end, 5] = self.vocab.strings.add(found.label)

    def tags(self) -> np.ndarray:
        """Return part of speech and features of each tag, as spaCy's numbers."""
        # Strings may have been loaded anew since the last batch, or belong to a memory zone that is over.
        if self._tags is None or self._tags[-1, 1] not in self.vocab.strings:
            pairs = [tag.partition("|")[::2] for tag in self.runtime.tags]
            other = PARTS_OF_SPEECH["X"]
            rows = [(PARTS_OF_SPEECH.get(pos, other), self.vocab.morphology.add(feats)) for pos, feats in pairs]
            self._tags = np.array(rows, np.uint64)
        return self._tags

    def ids(self, names: Sequence[str]) -> np.ndarray:
        return np.array([self.vocab.strings.add(name) for name in names], np.uint64)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Copy models that were named by folder; natasha's own are found again through its package."""
        del exclude
        if self.models:
            folder = Path(path)
            folder.mkdir(parents=True, exist_ok=True)
            for name, file in files.find(self.models).items():
                if file.resolve() != (folder / name).resolve():
                    shutil.copyfile(file, folder / name)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Slovnet:
        del exclude
        if all((Path(path) / name).is_file() for name in files.NAMES):
            self.models, self._runtime = Path(path), None
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return nothing: bytes hold no model files, the config says where they are."""
        del exclude
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Slovnet:
        del data, exclude
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_runtime": None}


def token_table(doc: Doc) -> np.ndarray:
    """Return form, white space flag and sentence start of each token; razdel's sentences where nobody set any."""
    table: np.ndarray = doc.to_array([ORTH, IS_SPACE, SENT_START])
    if not doc.has_annotation("SENT_START"):
        table[:, 2] = 0
        table[sentence_starts(doc), 2] = 1
    return table


def sentence_starts(doc: Doc) -> np.ndarray:
    """Return the numbers of the tokens that begin razdel's sentences."""
    places = np.searchsorted([token.idx for token in doc], list(Segmenter().sentences(doc.text)))
    return places[places < len(doc)]


def restore_sentences(doc: Doc) -> Doc:
    """Set razdel's sentences again after ``DocBin``, ``Doc.from_bytes`` or ``n_process``, where spaCy reads them off
    the heads and cuts a sentence with two roots in two.
    """
    flags = np.full(len(doc), NO_START)
    flags[sentence_starts(doc)] = START
    if len(doc):
        write(doc, [SENT_START], flags[:, None])
    return doc


def run_lengths(numbers: np.ndarray) -> np.ndarray:
    """Return how long each run of equal numbers is.

    >>> run_lengths(np.array([1, 1, 4, 5, 5])).tolist()
    [2, 1, 2]
    """
    edges = np.flatnonzero(np.diff(numbers)) + 1
    return np.diff(np.concatenate(([0], edges, [len(numbers)])))
