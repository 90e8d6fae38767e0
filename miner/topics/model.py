"""BERTopic made of our parts: encoder, Leiden communities, c-TF-IDF over lemmas, labels from the texts' own phrases.

>>> from miner.records import Post
>>> posts = [Post(str(i), text) for i, text in enumerate(["нет опыта", "опыта нет", "низкая зарплата"])]
>>> result = fit(posts, Settings())
>>> [a.topic for a in result.assignments]
['t1', 't1', None]
"""

from __future__ import annotations

import functools
import json
import math
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from miner.records import Json, Topic
from miner.settings import Settings
from miner.topics import cluster, lexicon
from miner.topics.folding import MOST_CHARS, Folded, fold

if TYPE_CHECKING:
    import pandas as pd
    from sentence_transformers import SentenceTransformer

SAMPLE = 50_000
BATCH = 20_000
SHORT_WORDS = 8
KEYWORDS = 10
CANDIDATES = 60
REPRESENTATIVE = 5
DIVERSITY = 0.15
# A long text posted so often is a topic of its own, not a member of another.
SPAM_COPIES = 20
TEMPERATURE = 0.1


class Text(Protocol):
    """Anything with an id and a text: a post, a statement."""

    @property
    def id(self) -> str: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Assignment:
    """The topic of a text, or None; ``probability`` says how much nearer it is than the other topics (0..1)."""

    id: str
    topic: str | None
    probability: float

    def to_json(self) -> Json:
        return {"id": self.id, "topic": self.topic, "probability": round(self.probability, 4)}


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to topics in a refit: born, continued, split, merged or dormant."""

    event: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def to_json(self) -> Json:
        return {"event": self.event, "from": list(self.before), "to": list(self.after)}


@dataclass(frozen=True, slots=True)
class TopicsResult:
    """``assignments`` in the order of the texts, ``topics`` the largest first, ``lineage`` since the previous fit.

    ``state`` is what a later fit needs to recognise the topics (see ``registry``); ``model`` gives further views, and
    is None when there were too few texts for one.
    """

    assignments: tuple[Assignment, ...]
    topics: tuple[Topic, ...]
    lineage: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()
    state: Json = field(default_factory=dict)
    model: Fitted | None = None

    def to_json(self) -> Json:
        return {
            "assignments": [a.to_json() for a in self.assignments],
            "topics": [t.to_json() for t in self.topics],
            "lineage": [e.to_json() for e in self.lineage],
            "notes": list(self.notes),
            "registry": self.state,
        }


@dataclass(frozen=True, slots=True)
class Grouping:
    """Texts as vectors and numbers of topics, before topics have names: what one fit found.

    ``labels`` is per text, -1 for none; ``sample`` are the rows that were clustered, the rest was assigned. ``vectors``
    (of the fitted encoder) and ``general`` (of the one that knows no corpus) are those of the sample.
    """

    encoder: SentenceTransformer
    labels: np.ndarray
    probabilities: np.ndarray
    centres: np.ndarray
    sample: np.ndarray
    folded: Folded
    vectors: np.ndarray
    general: np.ndarray


def fit(texts: Sequence[Text], settings: Settings, previous: Mapping[str, Any] | None = None) -> TopicsResult:
    """Find the topics of the texts; ``previous`` is the JSON of an earlier result, whose topics keep their ids.

    The same texts and settings give the same result, byte for byte. Fewer than 20 texts give groups of near-equal
    texts, and a note says so. Raises BadInput when the encoder of the settings can't be had, or ``previous`` is none.
    """
    from miner.topics.registry import Registry

    return Registry.from_json(previous).fit(texts, settings)


def group(texts: Sequence[Text], settings: Settings) -> Grouping:
    """Fold copies, encode and cluster. Beyond 50,000 texts a stratified sample is clustered and the rest assigned."""
    from miner.topics.encoder import encoder

    bodies = [text.text[:MOST_CHARS] for text in texts]
    sample = stratified(texts, SAMPLE, settings.topics.seed)
    sampled = [bodies[row] for row in sample]
    folded = fold(sampled)
    plain = encoder(settings.encoder.name)
    kept = [sampled[row] for row in folded.kept]
    model = learned(plain, kept)
    vectors = encode(model, kept)
    general = vectors if model is plain else encode(plain, kept)
    lengths = [len(text.split()) for text in sampled]
    short = bool(lengths) and median(lengths) < SHORT_WORDS
    labels = cluster.cluster(
        vectors, folded.sizes.tolist(), seed=settings.topics.seed, least=settings.topics.min_size, short=short
    )
    labels = spam_apart(labels, folded)
    middle = cluster.centres(vectors, labels)
    all_labels = np.full(len(texts), -1, np.int64)
    probabilities = np.zeros(len(texts), np.float32)
    all_labels[sample] = labels[folded.place]
    probabilities[sample] = sureness(vectors, middle, labels)[folded.place]
    rest = np.setdiff1d(np.arange(len(texts)), sample)
    for start in range(0, len(rest), BATCH):
        rows = rest[start : start + BATCH]
        all_labels[rows], probabilities[rows] = assign(encode(model, [bodies[row] for row in rows]), middle)
    place = folded.place
    return Grouping(model, all_labels, probabilities, middle, sample, folded, vectors[place], general[place])


def learned(model: SentenceTransformer, texts: Sequence[str]) -> SentenceTransformer:
    from miner.topics.encoder import fit as fit_encoder

    return fit_encoder(model, texts)


def encode(model: SentenceTransformer, texts: Sequence[str]) -> np.ndarray:
    """Return (texts, width) float32 of length 1, zeros for a text without words."""
    if not texts:
        return np.zeros((0, model.get_embedding_dimension() or 1), np.float32)
    vectors = np.asarray(model.encode(list(texts), batch_size=256, show_progress_bar=False), np.float32)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)


def stratified(texts: Sequence[Text], size: int, seed: int) -> np.ndarray:
    """Return rows of at most ``size`` texts, each group of clients with its share; all rows when there are few."""
    if len(texts) <= size:
        return np.arange(len(texts))
    random = np.random.default_rng(seed)
    names = np.array([str(getattr(text, "group", None) or "") for text in texts])
    chosen = []
    for name in np.unique(names):
        rows = np.flatnonzero(names == name)
        wanted = min(len(rows), max(1, round(size * len(rows) / len(texts))))
        chosen.append(random.choice(rows, wanted, replace=False))
    return np.sort(np.concatenate(chosen))[:size]


def spam_apart(labels: np.ndarray, folded: Folded) -> np.ndarray:
    apart = labels.copy()
    for row in np.flatnonzero(folded.long & (folded.sizes >= SPAM_COPIES)):
        if (labels == labels[row]).sum() > 1 or labels[row] < 0:
            apart[row] = apart.max() + 1
    return apart


def sureness(vectors: np.ndarray, middle: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return per text the softmax of its cosines to the topics' centres, at its own topic; 0 without a topic."""
    if not len(middle):
        return np.zeros(len(vectors), np.float32)
    cosines = vectors @ middle.T / TEMPERATURE
    odds = np.exp(cosines - cosines.max(1, keepdims=True))
    own = odds[np.arange(len(odds)), np.maximum(labels, 0)] / odds.sum(1)
    return np.asarray(np.where(labels >= 0, own, 0), np.float32)


def assign(vectors: np.ndarray, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest topic of each vector (-1 when none is near) and how sure that is."""
    if not len(middle):
        return np.full(len(vectors), -1, np.int64), np.zeros(len(vectors), np.float32)
    cosines = vectors @ middle.T
    labels = np.where(cosines.max(1) >= cluster.NEAR, cosines.argmax(1), -1)
    return labels, sureness(vectors, middle, labels)


def lemmas(text: str) -> list[str]:
    """Return the lemmas that may be keywords.

    >>> lemmas("Очень долгая дорога до работы")
    ['долгий', 'дорога', 'работа']
    """
    return [form for form, part in lexicon.terms(text) if part in {"NOUN", "ADJ", "VERB", "PROPN", "X"}]


class Fitted:
    """A BERTopic model over texts whose topics are known, with our permanent ids instead of its numbers."""

    def __init__(
        self,
        texts: Sequence[Text],
        labels: np.ndarray,
        ids: Sequence[str],
        vectors: np.ndarray,
        model: SentenceTransformer,
    ) -> None:
        self.texts = texts
        self.bodies = [text.text[:MOST_CHARS] or " " for text in texts]
        self.labels = labels
        self.ids = list(ids)
        self.vectors = vectors
        self.encoder = model

    @functools.cached_property
    def bertopic(self) -> Any:
        """The BERTopic model itself; its topic numbers are places in ``ids``."""
        with warnings.catch_warnings():
            # BERTopic imports names that its neighbours have moved, and UMAP, which we don't call, misses TensorFlow.
            warnings.simplefilter("ignore")
            from bertopic import BERTopic
            from bertopic.cluster import BaseCluster
            from bertopic.dimensionality import BaseDimensionalityReduction
            from bertopic.vectorizers import ClassTfidfTransformer
            from sklearn.feature_extraction.text import CountVectorizer

            model = BERTopic(
                embedding_model=self.encoder,
                umap_model=BaseDimensionalityReduction(),
                hdbscan_model=BaseCluster(),
                vectorizer_model=CountVectorizer(tokenizer=lemmas, token_pattern=None, lowercase=False),
                ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True, bm25_weighting=True),
                top_n_words=CANDIDATES,
                calculate_probabilities=False,
            )
            model.fit(self.bodies, embeddings=self.vectors, y=self.labels)
        return model

    @functools.cached_property
    def number(self) -> dict[int, int]:
        """From BERTopic's numbers to places in ``ids``: it numbers topics by size again."""
        pairs = zip(self.bertopic.topics_, self.labels.tolist(), strict=True)
        return {theirs: ours for theirs, ours in sorted(set(pairs)) if theirs >= 0}

    def name(self, theirs: int) -> str | None:
        return self.ids[self.number[theirs]] if theirs in self.number else None

    def weights(self) -> dict[str, dict[str, float]]:
        """Return how telling each lemma is for each topic: c-TF-IDF, times the logarithm of how many texts use it.

        A word of a single text of the topic counts only when there is no other.
        """
        spoken: dict[int, Counter[str]] = defaultdict(Counter)
        for label, body in zip(self.labels.tolist(), self.bodies, strict=True):
            if label >= 0:
                spoken[label].update(set(lemmas(body)))
        found = {}
        for theirs, pairs in self.bertopic.get_topics().items():
            if (name := self.name(theirs)) is None:
                continue
            used = spoken[self.number[theirs]]
            every = {w: float(weight) * math.log1p(used[w]) for w, weight in pairs if w and weight > 0}
            shared = {w: weight for w, weight in every.items() if used[w] > 1}
            ordered = sorted((shared or every).items(), key=lambda pair: (-round(pair[1], 9), pair[0]))
            found[name] = dict(ordered)
        return found

    def representative(self, size: int = REPRESENTATIVE) -> dict[str, tuple[str, ...]]:
        """Return the ids of texts from each topic's core, the most central first."""
        middle = cluster.centres(self.vectors, self.labels, len(self.ids))
        found: dict[str, tuple[str, ...]] = {}
        for place, name in enumerate(self.ids):
            rows = np.flatnonzero(self.labels == place)
            cosines = self.vectors[rows] @ middle[place]
            order = rows[np.lexsort((rows, -np.round(cosines, 5)))]
            found[name] = tuple(self.texts[row].id for row in distinct_first(order, self.bodies)[:size])
        return found

    def hierarchy(self) -> pd.DataFrame:
        """Return BERTopic's tree of topics (Parent_Name, Topics, Child_Left_Name, …), Topics as our ids."""
        table: pd.DataFrame = self.bertopic.hierarchical_topics(self.bodies)
        table["Topics"] = [[self.name(theirs) for theirs in row] for row in table["Topics"]]
        return table

    def over_time(self, dates: Sequence[str], bins: int | None = None) -> pd.DataFrame:
        """Return Topic, Words, Frequency, Timestamp; ``dates`` are ISO 8601, one for each text."""
        # BERTopic reads strings with an option that pandas 3 no longer has.
        moments = [datetime.fromisoformat(date).replace(tzinfo=None) for date in dates]
        return self._named(self.bertopic.topics_over_time(self.bodies, moments, nr_bins=bins))

    def per_group(self, groups: Sequence[str]) -> pd.DataFrame:
        """Return Topic, Words, Frequency, Class: how much each group speaks of a topic, and in which words."""
        return self._named(self.bertopic.topics_per_class(self.bodies, classes=list(groups)))

    def find(self, phrase: str, size: int = 5) -> list[tuple[str, float]]:
        """Return the topics nearest to a phrase in meaning, with cosines; none for a phrase without words."""
        vector = encode(self.encoder, [phrase])
        if not vector.any():
            return []
        cosines = (vector @ cluster.centres(self.vectors, self.labels, len(self.ids)).T)[0]
        return [(self.ids[place], float(cosines[place])) for place in np.argsort(-cosines, kind="stable")[:size]]

    def _named(self, table: pd.DataFrame) -> pd.DataFrame:
        table = table[table["Topic"] >= 0].copy()
        table["Topic"] = [self.name(theirs) for theirs in table["Topic"]]
        return table.reset_index(drop=True)


def distinct_first(order: np.ndarray, bodies: Sequence[str]) -> list[int]:
    seen: set[str] = set()
    first: list[int] = []
    again: list[int] = []
    for row in order.tolist():
        key = " ".join(lemmas(bodies[row]))
        (again if key in seen else first).append(row)
        seen.add(key)
    return first + again


def unlike(weighted: Sequence[tuple[str, float]], size: int = KEYWORDS) -> tuple[str, ...]:
    """Choose words by weight and unlikeness to those chosen. Maximal marginal relevance: Carbonell, Goldstein, 1998."""
    if not weighted:
        return ()
    most = max(weight for _, weight in weighted)
    vectors = np.stack([lexicon.vector(word) for word, _ in weighted])
    likeness = vectors @ vectors.T
    chosen = [0]
    while len(chosen) < min(size, len(weighted)):
        left = [place for place in range(len(weighted)) if place not in chosen]
        gain = [
            (1 - DIVERSITY) * weighted[place][1] / most - DIVERSITY * float(likeness[place, chosen].max())
            for place in left
        ]
        chosen.append(left[int(np.argmax(gain))])
    return tuple(weighted[place][0] for place in chosen)


def dumps(result: TopicsResult) -> str:
    """Return the file's text, the same for the same result."""
    return json.dumps(result.to_json(), ensure_ascii=False, indent=1) + "\n"


def share_without(assignments: Sequence[Assignment]) -> float:
    return sum(a.topic is None for a in assignments) / len(assignments) if assignments else math.nan


def members(assignments: Sequence[Assignment]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for given in assignments:
        if given.topic is not None:
            found.setdefault(given.topic, []).append(given.id)
    yield from found.items()
