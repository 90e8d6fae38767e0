"""How good the topics are, told to the reader: coherence, separation, stability over seeds, share without topic.

Coherence is NPMI of keywords within texts (Bouma, 2009); stability is the adjusted Rand index between fits with other
seeds (Hubert, Arabie, 1985) and, per topic, the best Jaccard overlap with a topic of each of them (Hennig, 2007).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from miner.records import Json
from miner.settings import Settings
from miner.topics import cluster, lexicon, model
from miner.topics.folding import MOST_CHARS
from miner.topics.model import Text, TopicsResult

SEEDS = 5
WORDS = 6
LEAST_STABILITY = 0.5
LEAST_COHERENCE = 0.0
LEAST_SEPARATION = 0.0


@dataclass(frozen=True, slots=True)
class TopicQuality:
    """``coherence`` -1..1, ``separation`` -1..1 (own centre against the nearest other), ``stability`` 0..1.

    ``weak`` says in the reader's language what is wrong; empty when nothing is.
    """

    topic: str
    coherence: float
    separation: float
    stability: float
    weak: tuple[str, ...]

    def to_json(self) -> Json:
        return {
            "topic": self.topic,
            "coherence": round(self.coherence, 4),
            "separation": round(self.separation, 4),
            "stability": round(self.stability, 4),
            "weak": list(self.weak),
        }


@dataclass(frozen=True, slots=True)
class Quality:
    """Of the whole: ``stability`` is the mean adjusted Rand index of the fits of other seeds with this one."""

    topics: tuple[TopicQuality, ...]
    stability: float
    without: float

    def to_json(self) -> Json:
        return {
            "topics": [topic.to_json() for topic in self.topics],
            "stability": round(self.stability, 4),
            "without_topic": round(self.without, 4),
        }


def measure(texts: Sequence[Text], result: TopicsResult, settings: Settings, seeds: int = SEEDS) -> Quality:
    """Return the quality of a result; the texts are clustered again with ``seeds`` other seeds."""
    names = [topic.id for topic in result.topics]
    place = {name: index for index, name in enumerate(names)}
    labels = np.array([place.get(a.topic or "", -1) for a in result.assignments], np.int64)
    agreement, overlap = stability(texts, labels, len(names), settings, seeds)
    apart = separation(texts, labels, len(names), settings)
    bags = [{form for form, _ in lexicon.terms(text.text[:MOST_CHARS])} for text in texts]
    found = []
    for index, topic in enumerate(result.topics):
        coherence = npmi(topic.keywords[:WORDS], bags)
        weak = tuple(weaknesses(coherence, float(apart[index]), float(overlap[index])))
        found.append(TopicQuality(topic.id, coherence, float(apart[index]), float(overlap[index]), weak))
    without = model.share_without(result.assignments)
    return Quality(tuple(found), agreement, 0.0 if math.isnan(without) else without)


def weaknesses(coherence: float, apart: float, stable: float) -> list[str]:
    """Say what is wrong with a topic.

    >>> weaknesses(0.2, 0.1, 0.9), weaknesses(-0.1, 0.1, 0.2)
    ([], ['слова темы редко встречаются вместе', 'при другом начале счёта тема распадается'])
    """
    rules = [
        (coherence < LEAST_COHERENCE, "слова темы редко встречаются вместе"),
        (apart < LEAST_SEPARATION, "тема сливается с соседней"),
        (stable < LEAST_STABILITY, "при другом начале счёта тема распадается"),
    ]
    return [complaint for broken, complaint in rules if broken]


def npmi(keywords: Sequence[str], bags: Sequence[set[str]]) -> float:
    """Return the mean normalised pointwise mutual information of word pairs; 0 for fewer than two words.

    >>> npmi(["а", "б"], [{"а", "б"}, {"а", "б"}, {"в"}]), npmi(["а", "в"], [{"а", "б"}, {"а", "б"}, {"в"}])
    (1.0, -1.0)
    """
    total = len(bags)
    having = {word: {row for row, bag in enumerate(bags) if word in bag} for word in keywords}
    values = []
    for one, other in combinations(keywords, 2):
        together = len(having[one] & having[other])
        if not having[one] or not having[other]:
            continue
        if not together:
            values.append(-1.0)
        elif together == total:
            values.append(1.0)
        else:
            mutual = math.log(together * total / (len(having[one]) * len(having[other])))
            values.append(mutual / -math.log(together / total))
    return round(sum(values) / len(values), 9) if values else 0.0


def stability(
    texts: Sequence[Text], labels: np.ndarray, count: int, settings: Settings, seeds: int
) -> tuple[float, np.ndarray]:
    """Return the mean adjusted Rand index with fits of other seeds, and each topic's mean best Jaccard overlap."""
    from sklearn.metrics import adjusted_rand_score

    if not count or not seeds:
        return 1.0, np.ones(count)
    overlaps, agreements = np.zeros(count), []
    alone = np.arange(len(labels)) + count
    for step in range(1, seeds + 1):
        other = settings.model_copy(
            update={"topics": settings.topics.model_copy(update={"seed": settings.topics.seed + step})}
        )
        again = model.group(texts, other).labels
        agreements.append(
            adjusted_rand_score(
                np.where(labels < 0, alone, labels), np.where(again < 0, alone + again.max() + 1, again)
            )
        )
        overlaps += best_overlaps(labels, again, count)
    return float(np.mean(agreements)), overlaps / seeds


def best_overlaps(labels: np.ndarray, again: np.ndarray, count: int) -> np.ndarray:
    """Return for each label the greatest Jaccard overlap with a label of another grouping.

    >>> best_overlaps(np.array([0, 0, 1, 1]), np.array([5, 5, 5, 6]), 2).round(2).tolist()
    [0.67, 0.5]
    """
    best = np.zeros(count)
    sizes = np.bincount(again[again >= 0], minlength=1)
    for label in range(count):
        rows = again[labels == label]
        shared = np.bincount(rows[rows >= 0], minlength=len(sizes))
        best[label] = (shared / np.maximum(sizes + len(rows) - shared, 1)).max(initial=0)
    return best


def separation(texts: Sequence[Text], labels: np.ndarray, count: int, settings: Settings) -> np.ndarray:
    """Return per topic how much nearer its texts are to its own centre than to the nearest other (a silhouette)."""
    from miner.topics.encoder import encoder, fit

    if not count:
        return np.zeros(0)
    rows = model.stratified(texts, model.SAMPLE, settings.topics.seed)
    bodies = [texts[row].text[:MOST_CHARS] for row in rows]
    vectors = model.encode(fit(encoder(settings.encoder.name), bodies), bodies)
    own = labels[rows]
    middle = cluster.centres(vectors, own, count)
    apart = np.ones(count)
    for label in range(count):
        cosines = vectors[own == label] @ middle.T
        if len(cosines) and count > 1:
            far, other = 1 - cosines[:, label], 1 - np.delete(cosines, label, 1).max(1)
            apart[label] = float(((other - far) / np.maximum(np.maximum(other, far), 1e-9)).mean())
    return apart
