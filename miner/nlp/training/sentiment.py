"""Train `models/sentiment`: the tone of a text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from miner.nlp.sentiment import FILE
from miner.nlp.textmodel import bank_of
from miner.nlp.training import texts
from miner.nlp.training.texts import f1, fit, matrix, prepare
from miner.records import TONES

STRENGTH = 1.0


def train(corpora: Sequence[Path], out: Path, seed: int = 42) -> str:
    """Train on posts with ``sentiment`` and on CEDR, write the model and its card; returns the table of scores."""
    del seed  # the fit is convex and starts at zero: nothing in it is random
    nlp = prepare()
    examples = [example for example in texts.read(corpora) if example.tone]
    gold = [str(example.tone) for example in examples]
    bank = bank_of(nlp)
    batch = bank.batch(list(nlp.pipe([example.text for example in examples])))
    rows = matrix(bank, batch)
    folds = np.array([example.fold for example in examples])
    table = ["| left out | posts | macro F1 |", "|---|---|---|"]
    for fold in sorted(set(folds)):
        kept, left = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(kept):
            continue
        model = fit(rows[kept], [gold[i] for i in kept], np.ones(len(kept)), TONES, strength=STRENGTH)
        answers = model.probabilities(bank, batch, batch.first[:-1][left], batch.first[1:][left]).argmax(1)
        own, found = [gold[i] for i in left], [TONES[answer] for answer in answers]
        score = np.mean([f1(own, found, label) for label in sorted(set(own))])
        table.append(f"| {fold} | {len(left)} | {score:.3f} |")
    model = fit(rows, gold, np.ones(len(gold)), TONES, strength=STRENGTH)
    out.mkdir(parents=True, exist_ok=True)
    model.save(out / FILE)
    return "\n".join(table)
