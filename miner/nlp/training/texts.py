"""Train a `TextModel`: annotated texts as a sparse matrix, a logistic regression on it, and its weights laid out."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from spacy.attrs import IDX
from spacy.language import Language
from spacy.tokens import Doc

from miner import jsonl
from miner.errors import BadInput
from miner.nlp.textmodel import FIGURES, PAIR_WEIGHT, SIZE, Bank, Batch, TextModel, figures
from miner.nlp.training.corpus import gold_spans
from miner.records import KINDS

FIGURE_WEIGHT, VECTOR_WEIGHT = 1.0, 4.0
PATTERNS = ("*.jsonl", "cedr*.csv", "noise*.txt")
VARIANTS, SAMPLE_WEIGHT = 6, 0.5
CHOICE = re.compile(r"\{([^{}]*)\}")
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
    spans: tuple[tuple[int, int, str], ...] | None = None
    weight: float = 1.0


def read(paths: Sequence[Path]) -> list[Example]:
    """Read annotated posts (*.jsonl), CEDR (cedr*.csv), samples of noise (noise*.txt); a folder stands for all in it.

    A text that was seen in an earlier file is left out. Raises BadInput naming file, line and rule.
    """
    files = [
        file
        for path in paths
        for file in (sorted(file for name in PATTERNS for file in path.glob(name)) if path.is_dir() else [path])
    ]
    examples, seen = [], set()
    for file in files:
        for example in reader(file)(file):
            key = " ".join(example.text.split())
            if key not in seen:
                seen.add(key)
                examples.append(example)
    if not examples:
        raise BadInput(f"{', '.join(map(str, paths))}: no annotated texts. Name files or folders of *.jsonl.")
    return examples


def reader(file: Path) -> Callable[[Path], Iterator[Example]]:
    return {".csv": read_cedr, ".txt": read_samples}.get(file.suffix, read_posts)


def read_posts(file: Path) -> Iterator[Example]:
    for number, post, complaint in jsonl.read_objects(file):
        if complaint or not isinstance(post, dict) or not isinstance(post.get("text"), str):
            raise BadInput(
                f"{file}:{number}: {complaint or 'no annotated text'}. A line has id, text, relevant, sentiment."
            )
        spans = tuple(gold_spans(post, f"{file}:{number}")) if "statements" in post else None
        yield Example(post["text"], file.stem, post.get("sentiment"), post.get("relevant"), spans=spans)


def read_samples(file: Path, seed: int = 42) -> Iterator[Example]:
    """Lines of noise with choices, each written out in up to VARIANTS ways."""
    random = Random(seed)
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            for text in sorted({written_out(line, random) for _ in range(VARIANTS)}):
                yield Example(text, file.stem, None, relevant=False, weight=SAMPLE_WEIGHT)


def tags(examples: Sequence[Example], docs: Sequence[Doc], batch: Batch) -> np.ndarray:
    """Return the kind of statement that each word of the batch stands in: 0 none, -1 not annotated."""
    answer = np.full(len(batch.words), -1, np.int64)
    for number, (example, doc) in enumerate(zip(examples, docs, strict=True)):
        rows = slice(batch.first[number], batch.first[number + 1])
        if example.spans is None or rows.start == rows.stop:
            continue
        places = doc.to_array([IDX]).reshape(-1).astype(np.int64)[batch.offsets[rows]]
        answer[rows] = 0
        for start, stop, kind in example.spans:
            answer[rows][(places >= start) & (places < stop)] = 1 + KINDS.index(kind)
    return answer


def written_out(line: str, random: Random) -> str:
    """Choose one wording of each ``{a|b}``, the inner ones first.

    >>> written_out("{да|да}, {{нет|нет}|нет}", Random(1))
    'да, нет'
    """
    while choice := CHOICE.search(line):
        line = line[: choice.start()] + random.choice(choice.group(1).split("|")) + line[choice.end() :]
    return line.strip()


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


def matrix(bank: Bank, batch: Batch, starts: np.ndarray | None = None, stops: np.ndarray | None = None) -> Any:
    """Return (stretches, 2 * SIZE + FIGURES + VECTOR) in CSR, weighed as `TextModel` weighs; by default whole texts."""
    from scipy import sparse

    if starts is None or stops is None:
        starts, stops = batch.first[:-1], batch.first[1:]
    sizes = np.maximum(stops - starts, 1).astype(np.float32)
    owner = np.repeat(np.arange(len(sizes)), stops - starts)
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(stops - starts) - stops, stops - starts)
    negated = batch.negated[inside]
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
    counts = sparse.csr_matrix((each, (owner, batch.words[inside])), shape)
    pairs = sparse.csr_matrix(
        (
            PAIR_WEIGHT * np.concatenate([each, each[negated]]),
            (
                np.concatenate([owner, owner[negated]]),
                np.concatenate([batch.pairs[inside], batch.negations[inside][negated]]),
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


def fit(
    rows: Any, targets: Sequence[str], weights: np.ndarray, labels: Sequence[str], *, strength: float, seed: int
) -> TextModel:
    """Fit a logistic regression for each label against the rest; ``strength`` is sklearn's C."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    used, scale = idf(rows)
    scaled = (rows[:, used] @ sparse.diags(scale)).tocsr()
    gold = np.array(targets)
    coefficients, bias = np.zeros((len(labels), len(used)), np.float32), np.zeros(len(labels), np.float32)
    asked = labels[1:] if len(labels) == 2 else labels
    for label in asked:
        model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=300, tol=1e-2, random_state=seed)
        model.fit(scaled, gold == label, sample_weight=weights)
        row = labels.index(label)
        coefficients[row], bias[row] = model.coef_[0], model.intercept_[0]
    full = np.zeros((rows.shape[1], len(labels)), np.float32)
    full[used] = (coefficients * scale).T
    wide, dense = full[: 2 * SIZE], full[2 * SIZE :]
    return TextModel(
        tuple(labels),
        wide[:SIZE],
        wide[SIZE:],
        dense[: len(FIGURES)] * FIGURE_WEIGHT,
        dense[len(FIGURES) :] * VECTOR_WEIGHT,
        bias,
    )


def f1(gold: Sequence[object], predicted: Sequence[object], label: object) -> float:
    hit = sum(g == p == label for g, p in zip(gold, predicted, strict=True))
    both = sum(g == label for g in gold) + sum(p == label for p in predicted)
    return 2 * hit / both if both else 0.0


def deal(folds: Sequence[str], count: int = 5) -> list[list[str]]:
    """Deal sets into bunches of like size, so that each set is judged by a model that never saw it."""
    sizes = Counter(folds)
    bunches: list[list[str]] = [[] for _ in range(min(count, len(sizes)))]
    for name, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        min(bunches, key=lambda bunch: sum(sizes[other] for other in bunch)).append(name)
    return [bunch for bunch in bunches if bunch] if len(sizes) > 1 else []
