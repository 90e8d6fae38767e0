"""Train `models/relevance`: opinions of clients against noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from miner.jsonl import whole_text
from miner.nlp.relevance import FILE, LABELS, NETWORK_FILE, NOISE, RELEVANT, together
from miner.nlp.textmodel import bank_of
from miner.nlp.training import texts
from miner.nlp.training.textnet import UNKNOWN, Tasks, fit_network
from miner.nlp.training.texts import deal, f1, fit, matrix, prepare, tags
from miner.records import TONES

STRENGTH, EPOCHS = 3.0, 5
SAMPLES = "noise"
# Sentences torn out of blogs and tweets tell little of what stands in forums of the unemployed.
WEIGHTS = {"real_cedr": 0.2, "web_l": 0.3, SAMPLES: 1.0, "web": 1.0}
# What the posts of a client group look like is what profiles are made from.
GROUP_WEIGHT = 2.0

CARD = """# Relevance: opinions against noise

`miner_relevance` gives each text the probability that it tells of its author's work, means or dealings with services.
Noise: advertisements, vacancies, news, bots, moderators, jokes, flood, other people's affairs.

Logistic regression on hashed lemmas, letters within words, pairs of words, negated words, the mean navec vector and
plain figures of a text (`miner/nlp/textmodel.py`), and a convolutional network over its words
(`miner/nlp/textnet.py`), which learns tone and statements beside; the mean of both. Weights in 8 bits.

- Data: {count} texts ({noise} noise) of {sets};
  beside these {more} texts of which only the tone is known.
- Command: `miner train relevance {paths} --seed {seed}`
- Weights of sets: {weights}; client groups 2. `noise` is written out from `corpora/noise/noise.txt`.

## Sets left out

Each set is judged by a model that was trained without it (sets dealt into five bunches).

{table}
"""


def weight(fold: str) -> float:
    return WEIGHTS.get(fold, WEIGHTS["web"] if fold.startswith("web") else GROUP_WEIGHT)


def train(corpora: Sequence[Path], out: Path, seed: int = 42) -> str:
    """Train on posts with ``relevant``, write the model and its card to ``out``; returns the table of scores."""
    nlp = prepare()
    # A text of which only the tone is known teaches the network what words mean.
    examples = [example for example in texts.read(corpora) if example.relevant is not None or example.tone]
    gold = [RELEVANT if example.relevant else NOISE for example in examples]
    judged = np.array([example.relevant is not None for example in examples])
    bank = bank_of(nlp)
    docs = list(nlp.pipe([example.text for example in examples]))
    batch = bank.batch(docs)
    rows = matrix(bank, batch)
    folds = np.array([example.fold for example in examples])
    weights = np.array([weight(fold) for fold in folds])
    known = np.where(judged, [LABELS.index(label) for label in gold], UNKNOWN)
    tone = np.array([TONES.index(example.tone) if example.tone in TONES else UNKNOWN for example in examples])
    tasks = Tasks(tone, known, TONES, LABELS, np.ones(len(gold)), weights, tags(examples, docs, batch))
    scores: dict[str, str] = {}
    for bunch in deal([fold for fold in folds[judged] if fold != SAMPLES]):
        left = np.isin(folds, bunch)
        rest = np.flatnonzero(~left)
        kept = np.flatnonzero(~left & judged)
        model = fit(rows[kept], [gold[i] for i in kept], weights[kept], LABELS, strength=STRENGTH, seed=seed)
        network = fit_network(bank, batch, tasks, rest, epochs=EPOCHS, seed=seed)
        answers = together(model, network, bank, batch)
        for fold in bunch:
            own = np.flatnonzero(folds == fold)
            truth = [gold[i] for i in own]
            score = f1(truth, [LABELS[int(answers[i] >= 0.5)] for i in own], NOISE)
            scores[fold] = f"| {fold} | {len(own)} | {truth.count(NOISE)} | {score:.3f} |"
    kept = np.flatnonzero(judged)
    model = fit(rows[kept], [gold[i] for i in kept], weights[kept], LABELS, strength=STRENGTH, seed=seed)
    model.meta = {"seed": seed, "texts": len(kept)}
    out.mkdir(parents=True, exist_ok=True)
    model.save(out / FILE)
    network = fit_network(bank, batch, tasks, np.arange(len(gold)), epochs=EPOCHS, seed=seed)
    network.meta = model.meta
    network.save(out / NETWORK_FILE)
    table = "\n".join(
        ["| left out | texts | noise | F1 of noise |", "|---|---|---|---|", *(scores[k] for k in sorted(scores))]
    )
    with whole_text(out / "README.md") as card:
        card.write(
            CARD.format(
                count=len(kept),
                more=len(gold) - len(kept),
                noise=sum(gold[i] == NOISE for i in kept),
                sets=", ".join(sorted(set(folds))),
                paths=" ".join(path.name for path in corpora),
                seed=seed,
                weights=", ".join(f"{name} {weight:g}" for name, weight in WEIGHTS.items()),
                table=table,
            )
        )
    return table
