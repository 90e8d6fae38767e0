"""Train `models/sentiment`: the tone of a text, and of what is said of an entity."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language

from miner.jsonl import whole_text
from miner.nlp.relevance import LABELS, NOISE, RELEVANT
from miner.nlp.sentiment import ENTITIES_FILE, ENTITY_TONES, FILE, NETWORK_FILE, around, places, together
from miner.nlp.textmodel import Bank, bank_of
from miner.nlp.training import texts
from miner.nlp.training.textnet import UNKNOWN, Tasks, fit_network
from miner.nlp.training.texts import OTHER, SOCIAL, Example, deal, f1, fit, matrix, prepare, tags
from miner.records import TONES

STRENGTH, EPOCHS = 0.7, 5
CEDR_WEIGHT = 0.3
PLAIN = ("negative", "neutral", "positive")
ENTITY_LABELS = {"-1": "negative", "0": "neutral", "1": "positive"}

CARD = """# Sentiment: how an author sounds

`miner_sentiment` gives posts, sentences and statements one of negative, neutral, positive, mixed, and entities one of
the first three. Logistic regression, one label against the rest, on hashed lemmas, letters within words, pairs of
words, negated words, the mean navec vector and plain figures with the lexicon `config/lexicons/polarity.toml`
(`miner/nlp/textmodel.py`), weights in 8 bits. A whole text is judged by a convolutional network over its words too
(`miner/nlp/textnet.py`), which learns relevance and statements beside; the geometric mean of both.

- Data: {count} texts of {sets}. CEDR (Apache-2.0; joy is positive, sadness, fear and anger negative, none neutral,
  surprise left out) weighs {cedr} each. Entities: RuSentNE-2023 (MIT), the words around the entity. Neither set is
  part of this repository.
- Command: `miner train sentiment {paths} --seed {seed}`

## Social text of a set that was not trained on

{transfer}

## Sets left out

Each set is judged by a model that was trained without it (sets dealt into five bunches); labels as in the set.

{table}

## Entities

{entities}
"""


def train(corpora: Sequence[Path], out: Path, seed: int = 42) -> str:
    """Train on posts with ``sentiment``, CEDR and RuSentNE (their .csv), write the models and their card to ``out``.

    Returns the tables of scores.
    """
    nlp = prepare()
    news = [path for path in files(corpora) if is_rusentne(path)]
    examples = [example for example in texts.read([p for p in files(corpora) if p not in news]) if example.tone]
    gold = [str(example.tone) for example in examples]
    bank = bank_of(nlp)
    docs = list(nlp.pipe([example.text for example in examples]))
    batch = bank.batch(docs)
    rows = matrix(bank, batch)
    folds = np.array([example.fold for example in examples])
    weights = np.array([CEDR_WEIGHT if fold.startswith("cedr-") else 1.0 for fold in folds])

    relevant = [{True: RELEVANT, False: NOISE, None: None}[example.relevant] for example in examples]
    beside = np.array([UNKNOWN if label is None else LABELS.index(label) for label in relevant])
    asked = np.array([TONES.index(label) for label in gold])
    tasks = Tasks(beside, asked, LABELS, TONES, weights, weights, tags(examples, docs, batch))

    def answers_of(kept: np.ndarray, each: np.ndarray) -> np.ndarray:
        """Return (texts, labels) of models that were trained on ``kept``."""
        model = fit(rows[kept], [gold[i] for i in kept], each[kept], TONES, strength=STRENGTH, seed=seed)
        own = replace(tasks, weights=each, beside_weights=each)
        return together(model, fit_network(bank, batch, own, kept, epochs=EPOCHS, seed=seed), bank, batch)

    def judged(kept: np.ndarray, left: np.ndarray, each: np.ndarray, labels: Sequence[str]) -> float:
        answers = answers_of(kept, each)[left]
        allowed = [TONES.index(label) for label in labels]
        found = [labels[answer] for answer in answers[:, allowed].argmax(1)]
        return float(np.mean([f1([gold[i] for i in left], found, label) for label in labels]))

    scores = []
    for bunch in deal(folds.tolist()):
        kept = np.flatnonzero(~np.isin(folds, bunch))
        answers = answers_of(kept, weights).argmax(1)
        for fold in bunch:
            own = np.flatnonzero(folds == fold)
            truth = [gold[i] for i in own]
            found = [TONES[answer] for answer in answers[own]]
            score = np.mean([f1(truth, found, label) for label in sorted(set(truth))])
            scores.append(f"| {fold} | {len(own)} | {score:.3f} |")
    table = "\n".join(["| left out | texts | macro F1 |", "|---|---|---|", *sorted(scores)])
    transfer = "\n".join(
        ["| trained on | judged on | texts | macro F1 of negative, neutral, positive |", "|---|---|---|---|"]
        + [
            f"| {on} | {name} | {len(left)} | {judged(kept, left, np.ones(len(gold)), PLAIN):.3f} |"
            for on, name, kept, left in transfers(examples)
        ]
    )
    model = fit(rows, gold, weights, TONES, strength=STRENGTH, seed=seed)
    model.meta = {"seed": seed, "texts": len(gold)}
    out.mkdir(parents=True, exist_ok=True)
    model.save(out / FILE)
    network = fit_network(bank, batch, tasks, np.arange(len(gold)), epochs=EPOCHS, seed=seed)
    network.meta = model.meta
    network.save(out / NETWORK_FILE)
    entities = train_entities(nlp, bank, news, out, seed) if news else "No set of entities was given."
    with whole_text(out / "README.md") as card:
        card.write(
            CARD.format(
                count=len(gold),
                sets=", ".join(sorted(set(folds))),
                cedr=CEDR_WEIGHT,
                paths=" ".join(path.name for path in corpora),
                seed=seed,
                transfer=transfer,
                table=table,
                entities=entities,
            )
        )
    return f"{transfer}\n\n{table}\n\n{entities}"


def files(paths: Sequence[Path]) -> list[Path]:
    """Folders as the files in them that can be trained on."""
    found = []
    for path in paths:
        found += sorted((*path.glob("*.jsonl"), *path.glob("*.csv"))) if path.is_dir() else [path]
    return found


def is_rusentne(path: Path) -> bool:
    if path.suffix != ".csv":
        return False
    with open(path, encoding="utf-8") as stream:
        return stream.readline().startswith("sentence\tentity")


def transfers(examples: Sequence[Example]) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Sets of one kind against sets of another, a text of one never in the other."""
    cedr = np.array([example.fold.startswith("cedr-") for example in examples])
    # Sentences of CEDR with labels of our own are CEDR all the same.
    akin = cedr | np.array([example.fold == "real_cedr" for example in examples])
    social = cedr & np.array([example.genre == SOCIAL for example in examples])
    news = cedr & np.array([example.genre == OTHER for example in examples])
    plain = np.array([example.tone in PLAIN for example in examples])
    web = np.array([example.fold.startswith("web") for example in examples])
    for on, name, kept, left in (
        ("own corpora and CEDR's news", "CEDR, LiveJournal and Twitter", ~akin | news, social & plain),
        ("CEDR", "own web corpora", akin, web & plain),
    ):
        if kept.any() and left.any():
            yield on, name, np.flatnonzero(kept), np.flatnonzero(left)


def train_entities(nlp: Language, bank: Bank, news: Sequence[Path], out: Path, seed: int) -> str:
    """Train on the words around each entity; a file with «validation» in its name is for judging."""
    rows, gold, judging = [], [], []
    for path in news:
        found, labels = windows(nlp, bank, path)
        rows.append(found)
        gold += labels
        judging += ["validation" in path.name] * len(labels)
    from scipy import sparse

    table, judge = sparse.vstack(rows).tocsr(), np.array(judging)
    kept, left = np.flatnonzero(~judge), np.flatnonzero(judge)
    weights = np.array([1.0 if label == "neutral" else 2.0 for label in gold])
    answer = "Not judged: no file with «validation» in its name was given."
    if len(kept) and len(left):
        model = fit(table[kept], [gold[i] for i in kept], weights[kept], ENTITY_TONES, strength=STRENGTH, seed=seed)
        wide = np.concatenate([model.table, model.pairs, model.figures, model.vectors / texts.VECTOR_WEIGHT])
        found = [ENTITY_TONES[best] for best in (table[left] @ wide + model.bias).argmax(1)]
        truth = [gold[i] for i in left]
        by_label = {label: f1(truth, found, label) for label in ENTITY_TONES}
        line = ", ".join(f"{label} {score:.3f}" for label, score in by_label.items())
        answer = (
            f"RuSentNE-2023 validation, {len(left)} entities: macro F1 {np.mean(list(by_label.values())):.3f} ({line})."
        )
    model = fit(table, gold, weights, ENTITY_TONES, strength=STRENGTH, seed=seed)
    model.meta = {"seed": seed, "entities": len(gold)}
    model.save(out / ENTITIES_FILE)
    return answer


def windows(nlp: Language, bank: Bank, path: Path) -> tuple[Any, list[str]]:
    """Return the features of the words around each entity of a file, and its labels."""
    with open(path, encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream, delimiter="\t"))
    docs = list(nlp.pipe([line["sentence"] for line in lines]))
    kept, spans, labels = [], [], []
    for doc, line in zip(docs, lines, strict=True):
        start, stop = int(line["entity_pos_start_rel"]), int(line["entity_pos_end_rel"])
        span = doc.char_span(start, stop, alignment_mode="expand")
        if span is not None and len(span):
            kept.append(doc)
            spans.append(around(span))
            labels.append(ENTITY_LABELS[line["label"]])
    batch = bank.batch(kept)
    starts, stops = places(batch, np.arange(len(kept)), spans)
    return matrix(bank, batch, starts, stops), labels
