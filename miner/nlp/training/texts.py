"""Train a `TextModel`: annotated texts as a sparse matrix, a logistic regression on it, and its weights laid out."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language

from miner import jsonl
from miner.errors import BadInput
from miner.nlp.textmodel import FIGURES, PAIR_WEIGHT, SIZE, Bank, Batch, TextModel, figures

FIGURE_WEIGHT, VECTOR_WEIGHT = 1.0, 4.0
SOCIAL, OTHER = "social", "other"
# CEDR: 0 joy, 1 sadness, 2 surprise, 3 fear, 4 anger. Surprise is neither good nor bad.
EMOTION_TONES = {"0": "positive", "1": "negative", "3": "negative", "4": "negative"}


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what annotators said of it; ``fold`` is the set it came from."""

    text: str
    fold: str
    tone: str | None = None
    relevant: bool | None = None
    genre: str = SOCIAL
    weight: float = 1.0


def read(paths: Sequence[Path]) -> list[Example]:
    """Read annotated posts (*.jsonl) and CEDR (cedr*.csv); a folder stands for all of these in it.

    A text that was seen in an earlier file is left out. Raises BadInput naming file, line and rule.
    """
    files = [
        file
        for path in paths
        for file in (sorted((*path.glob("*.jsonl"), *path.glob("cedr*.csv"))) if path.is_dir() else [path])
    ]
    examples, seen = [], set()
    for file in files:
        for example in read_cedr(file) if file.suffix == ".csv" else read_posts(file):
            key = " ".join(example.text.split())
            if key not in seen:
                seen.add(key)
                examples.append(example)
    if not examples:
        raise BadInput(f"{', '.join(map(str, paths))}: no annotated texts. Name files or folders of *.jsonl.")
    return examples


def read_posts(file: Path) -> Iterator[Example]:
    for number, post, complaint in jsonl.read_objects(file):
        if complaint or not isinstance(post, dict) or not isinstance(post.get("text"), str):
            raise BadInput(
                f"{file}:{number}: {complaint or 'no annotated text'}. A line has id, text, relevant, sentiment."
            )
        yield Example(post["text"], file.stem, post.get("sentiment"), post.get("relevant"))


def read_cedr(file: Path) -> Iterator[Example]:
    """Sentences with emotions as sentences with a tone; joy beside a bad emotion is mixed."""
    with open(file, encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            emotions = row["labels"].strip("[]").split()
            tones = {EMOTION_TONES[emotion] for emotion in emotions if emotion in EMOTION_TONES}
            if emotions and not tones:
                continue
            tone = tones.pop() if len(tones) == 1 else "mixed" if tones else "neutral"
            yield Example(
                row["text"], f"cedr-{row['source']}", tone, None, OTHER if row["source"] == "lenta" else SOCIAL
            )


PIPELINE = ("miner_slovnet", "miner_lemmatizer", "miner_social")


def prepare() -> Language:
    """Make the part of the pipeline that the models read."""
    import miner.nlp.social
    from miner.nlp import load

    nlp = load()
    for name in nlp.pipe_names:
        if nlp.get_pipe_meta(name).factory not in PIPELINE:
            nlp.remove_pipe(name)
    if not any(nlp.get_pipe_meta(name).factory == PIPELINE[-1] for name in nlp.pipe_names):
        nlp.add_pipe(PIPELINE[-1])
    del miner
    return nlp


def matrix(bank: Bank, batch: Batch) -> Any:
    """Return (texts, 2 * SIZE + FIGURES + VECTOR) in CSR, weighed as `TextModel` weighs."""
    from scipy import sparse

    starts, stops = batch.first[:-1], batch.first[1:]
    sizes = np.maximum(stops - starts, 1).astype(np.float32)
    owner = np.repeat(np.arange(len(sizes)), stops - starts)
    each = 1 / np.sqrt(sizes)[owner]
    lengths = np.array([len(places) for places, _ in bank.features])
    by_word = sparse.csr_matrix(
        (
            np.concatenate([weights for _, weights in bank.features]),
            np.concatenate([places for places, _ in bank.features]),
            np.concatenate([[0], np.cumsum(lengths)]),
        ),
        (len(lengths), SIZE),
    )
    shape = (len(sizes), len(lengths))
    counts = sparse.csr_matrix((each, (owner, batch.words)), shape)
    pairs = sparse.csr_matrix(
        (
            PAIR_WEIGHT * np.concatenate([each, each[batch.negated]]),
            (
                np.concatenate([owner, owner[batch.negated]]),
                np.concatenate([batch.pairs, batch.negations[batch.negated]]),
            ),
        ),
        (len(sizes), SIZE),
    )
    means = (counts @ bank.vectors.astype(np.float32)) / np.sqrt(sizes)[:, None]
    dense = np.concatenate([figures(bank, batch, starts, stops) * FIGURE_WEIGHT, means * VECTOR_WEIGHT], 1)
    return sparse.hstack([counts @ by_word, pairs, sparse.csr_matrix(dense)]).tocsr().astype(np.float32)


def idf(rows: Any, least: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns that at least ``least`` texts have, and the weight of each of them."""
    sparse_part = rows[:, : 2 * SIZE]
    df = np.asarray((sparse_part != 0).sum(axis=0)).reshape(-1)
    used = np.flatnonzero(df >= least)
    scale = np.log((rows.shape[0] + 1) / (df[used] + 1)).astype(np.float32) / 3
    dense = np.arange(2 * SIZE, rows.shape[1])
    return np.concatenate([used, dense]), np.concatenate([scale, np.ones(len(dense), np.float32)])


def fit(rows: Any, targets: Sequence[str], weights: np.ndarray, labels: Sequence[str], *, strength: float) -> TextModel:
    """Fit a multinomial logistic regression; ``strength`` is sklearn's C."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    used, scale = idf(rows)
    scaled = rows[:, used] @ sparse.diags(scale)
    model = LogisticRegression(C=strength, max_iter=200, tol=1e-3)
    model.fit(scaled, list(targets), sample_weight=weights)
    coefficients, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients, bias = np.vstack([-coefficients, coefficients]) / 2, np.concatenate([-bias, bias]) / 2
    order = [list(model.classes_).index(label) for label in labels]
    full = np.zeros((rows.shape[1], len(labels)), np.float32)
    full[used] = (coefficients[order] * scale).T
    wide, dense = full[: 2 * SIZE], full[2 * SIZE :]
    return TextModel(
        tuple(labels),
        wide[:SIZE],
        wide[SIZE:],
        dense[: len(FIGURES)] * FIGURE_WEIGHT,
        dense[len(FIGURES) :] * VECTOR_WEIGHT,
        bias[order].astype(np.float32),
    )


def f1(gold: Sequence[object], predicted: Sequence[object], label: object) -> float:
    hit = sum(g == p == label for g, p in zip(gold, predicted, strict=True))
    both = sum(g == label for g in gold) + sum(p == label for p in predicted)
    return 2 * hit / both if both else 0.0
