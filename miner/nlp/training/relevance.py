"""Train `models/relevance`: opinions of clients against noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from miner.jsonl import whole_text
from miner.nlp.relevance import FILE, LABELS, NOISE, RELEVANT
from miner.nlp.textmodel import bank_of
from miner.nlp.training import texts
from miner.nlp.training.texts import deal, f1, fit, matrix, prepare

STRENGTH = 3.0
SAMPLES = "noise"
# Sentences torn out of blogs and tweets tell little of what stands in forums of the unemployed.
WEIGHTS = {"real_cedr": 0.2, SAMPLES: 1.0, "web": 1.0}
# What the posts of a client group look like is what profiles are made from.
GROUP_WEIGHT = 2.0

CARD = """# Relevance: opinions against noise

`miner_relevance` gives each text the probability that it tells of its author's work, means or dealings with services.
Noise: advertisements, vacancies, news, bots, moderators, jokes, flood, other people's affairs.

Logistic regression on hashed lemmas, letters within words, pairs of words, negated words, the mean navec vector and
plain figures of a text (`miner/nlp/textmodel.py`), weights in 8 bits.

- Data: {count} texts ({noise} noise) of {sets}.
- Command: `miner train relevance {paths} --seed {seed}`
- Weights of sets: {weights}; client groups 2. `noise` is written out from `corpora/noise/noise.txt`.

## Sets left out

Each set is judged by a model that was trained without it (sets dealt into five bunches).

{table}
"""


def weight(fold: str) -> float:
    return WEIGHTS.get(fold.split("_", maxsplit=1)[0] if fold.startswith("web") else fold, GROUP_WEIGHT)


def train(corpora: Sequence[Path], out: Path, seed: int = 42) -> str:
    """Train on posts with ``relevant``, write the model and its card to ``out``; returns the table of scores."""
    nlp = prepare()
    examples = [example for example in texts.read(corpora) if example.relevant is not None]
    gold = [RELEVANT if example.relevant else NOISE for example in examples]
    bank = bank_of(nlp)
    batch = bank.batch(list(nlp.pipe([example.text for example in examples])))
    rows = matrix(bank, batch)
    folds = np.array([example.fold for example in examples])
    weights = np.array([weight(fold) for fold in folds])
    scores: dict[str, str] = {}
    for bunch in deal([fold for fold in folds if fold != SAMPLES]):
        left = np.isin(folds, bunch)
        kept = np.flatnonzero(~left)
        model = fit(rows[kept], [gold[i] for i in kept], weights[kept], LABELS, strength=STRENGTH, seed=seed)
        for fold in bunch:
            own = np.flatnonzero(folds == fold)
            answers = model.probabilities(bank, batch, batch.first[:-1][own], batch.first[1:][own]).argmax(1)
            truth = [gold[i] for i in own]
            score = f1(truth, [LABELS[answer] for answer in answers], NOISE)
            scores[fold] = f"| {fold} | {len(own)} | {truth.count(NOISE)} | {score:.3f} |"
    model = fit(rows, gold, weights, LABELS, strength=STRENGTH, seed=seed)
    model.meta = {"seed": seed, "texts": len(gold)}
    out.mkdir(parents=True, exist_ok=True)
    model.save(out / FILE)
    table = "\n".join(
        ["| left out | texts | noise | F1 of noise |", "|---|---|---|---|", *(scores[k] for k in sorted(scores))]
    )
    with whole_text(out / "README.md") as card:
        card.write(
            CARD.format(
                count=len(gold),
                noise=gold.count(NOISE),
                sets=", ".join(sorted(set(folds))),
                paths=" ".join(path.name for path in corpora),
                seed=seed,
                weights=", ".join(f"{name} {weight:g}" for name, weight in WEIGHTS.items()),
                table=table,
            )
        )
    return table
