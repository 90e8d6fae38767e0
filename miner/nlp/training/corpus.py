"""Annotated corpora as tables with candidates and what the annotators said of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.strings import StringStore

from miner import jsonl
from miner.errors import BadInput
from miner.nlp.clauses import Candidates, candidates
from miner.nlp.opinion.table import Table, tabulate
from miner.records import KINDS

NONE = 0
CLASS: dict[str, int] = {kind: number for number, kind in enumerate(KINDS, 1)}


@dataclass(frozen=True, slots=True)
class Text:
    """One annotated text; ``gold`` has character spans with their kinds. ``looked`` is set when somebody looked at this
    span only.
    """

    id: str
    fold: str
    text: str
    gold: tuple[tuple[int, int, str], ...]
    relevant: bool
    tone: str = "neutral"
    looked: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts, their tokens and candidates; ``begin`` and ``end`` are the character offsets of each token."""

    texts: list[Text]
    table: Table
    strings: StringStore
    begin: np.ndarray
    end: np.ndarray
    candidates: Candidates


def gold_spans(post: dict[str, Any], where: str) -> Iterator[tuple[int, int, str]]:
    """Yield the annotated spans by offsets; a span that occurs twice is found twice. Raises BadInput."""
    seen: Counter[str] = Counter()
    for statement in post.get("statements", ()):
        span, kind = statement["span"], statement["kind"]
        if kind not in CLASS:
            raise BadInput(f"{where}: kind {kind!r} of {span[:40]!r} is none of {', '.join(KINDS)}.")
        start = -1
        for _ in range(seen[span] + 1):
            start = post["text"].find(span, start + 1)
        if start < 0:
            raise BadInput(
                f"{where}: {span[:60]!r} is not in the text. A span is copied from the text letter by letter."
            )
        seen[span] += 1
        yield start, start + len(span), kind


def read(paths: Sequence[Path]) -> list[Text]:
    """Read annotated files; a folder stands for all its ``*.jsonl``. ``fold`` is the name of the file."""
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    texts, seen = [], set()
    for file in files:
        for number, post, complaint in jsonl.read_objects(file):
            where = f"{file}:{number}"
            if complaint or not isinstance(post, dict) or not isinstance(post.get("text"), str):
                raise BadInput(
                    f"{where}: {complaint or 'no annotated text'}. An annotated line has id, text, statements."
                )
            if post["text"] in seen:
                continue
            seen.add(post["text"])
            gold = tuple(gold_spans(post, where))
            texts.append(
                Text(
                    id=str(post.get("id", where)),
                    fold=file.stem,
                    text=post["text"],
                    gold=gold,
                    relevant=bool(post.get("relevant", bool(gold))),
                    tone=str(post.get("sentiment", "neutral")),
                )
            )
    if not texts:
        raise BadInput(f"{', '.join(map(str, paths))}: no annotated texts. Name files or folders of *.jsonl.")
    return texts


def parse(nlp: Language, texts: list[Text]) -> Corpus:
    """Parse the texts and cut them into candidates."""
    docs = list(nlp.pipe([text.text for text in texts]))
    table = tabulate(docs)
    begin = np.array([doc[place].idx for doc, place in owned(docs, table)], np.int64)
    sizes = np.array([len(doc[place]) for doc, place in owned(docs, table)], np.int64)
    return Corpus(texts, table, nlp.vocab.strings, begin, begin + sizes, candidates(table))


def owned(docs: list[Any], table: Table) -> Iterator[tuple[Any, int]]:
    for number, place in zip(table.doc.tolist(), table.place.tolist(), strict=True):
        yield docs[number], place


def likeness(corpus: Corpus) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each candidate the class of the annotated span it resembles most, how much (intersection over
    union of characters), and whether the yardstick would call them one place.
    """
    found = corpus.candidates
    owner = corpus.table.doc[found.start]
    begin, end = corpus.begin[found.start], corpus.end[found.stop - 1]
    kind, best = np.zeros(len(owner), np.int64), np.zeros(len(owner))
    same = np.zeros(len(owner), bool)
    edges_of = np.searchsorted(owner, np.arange(len(corpus.texts) + 1))
    for number, text in enumerate(corpus.texts):
        block = slice(edges_of[number], edges_of[number + 1])
        for start, stop, name in text.gold:
            shared = np.maximum(0, np.minimum(end[block], stop) - np.maximum(begin[block], start))
            length, own = end[block] - begin[block], stop - start
            ratio = shared / np.maximum(length + own - shared, 1)
            better = ratio > best[block]
            kind[block] = np.where(better, CLASS[name], kind[block])
            place = (shared >= 0.5 * np.minimum(length, own)) & (shared >= 0.33 * np.maximum(length, own))
            same[block] = np.where(better, place, same[block])
            best[block] = np.maximum(best[block], ratio)
    return kind, best, same
