"""Train `models/relevance`: opinions of clients against noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from miner.nlp.relevance import FILE, LABELS, NOISE, RELEVANT
from miner.nlp.textmodel import bank_of
from miner.nlp.training import texts
from miner.nlp.training.texts import f1, fit, matrix, prepare

STRENGTH = 1.0


def train(corpora: Sequence[Path], out: Path, seed: int = 42) -> str:
    """Train on posts with ``relevant``, write the model and its card to ``out``; returns the table of scores."""
    del seed  # the fit is convex and starts at zero: nothing in it is random
    nlp = prepare()
    examples = [example for example in texts.read(corpora) if example.relevant is not None]
    gold = [RELEVANT if example.relevant else NOISE for example in examples]
    bank = bank_of(nlp)
    batch = bank.batch(list(nlp.pipe([example.text for example in examples])))
    rows = matrix(bank, batch)
    folds = np.array([example.fold for example in examples])
    table = ["| left out | posts | noise | F1 of noise |", "|---|---|---|---|"]
    for fold in sorted(set(folds)):
        kept, left = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(kept):
            continue
        model = fit(rows[kept], [gold[i] for i in kept], np.ones(len(kept)), LABELS, strength=STRENGTH)
        answers = model.probabilities(bank, batch, batch.first[:-1][left], batch.first[1:][left]).argmax(1)
        own = [gold[i] for i in left]
        score = f1(own, [LABELS[answer] for answer in answers], NOISE)
        table.append(f"| {fold} | {len(left)} | {own.count(NOISE)} | {score:.3f} |")
    model = fit(rows, gold, np.ones(len(gold)), LABELS, strength=STRENGTH)
    out.mkdir(parents=True, exist_ok=True)
    model.save(out / FILE)
    return "\n".join(table)
