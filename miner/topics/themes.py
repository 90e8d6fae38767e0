"""Themes: statements of one kind within one group that mean one thing, however they are worded."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from miner.records import Kind, Quote, Theme
from miner.topics import _themes_text as text

_LARGE = 2_500


def find(
    statements: Sequence[Quote],
    *,
    group: str,
    kind: Kind,
    seed: int = 42,
    background: Mapping[str, int] | None = None,
) -> Iterator[Theme]:
    """Yield the themes of a group's statements of one kind, those of most people first.

    Copies and an author's repeats count once. ``background`` are the word counts of other groups (see ``counts``):
    words that everybody uses tell themes apart less. The answer doesn't depend on the order of ``statements``.
    """
    found = text.distinct(statements)
    if not found:
        return
    tokens = [text.content(d.quote.quote) for d in found]
    weight = _weight(tokens, background or {})
    alike = _likeness(tokens, [d.quote.quote for d in found], weight)
    labels = _clusters(alike, seed)
    members: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        members[label].append(index)
    themes = [_theme(group, kind, ids, found, tokens, alike, weight) for ids in members.values()]
    yield from sorted(themes, key=lambda t: (-len({q.speaker for q in t.quotes}), -len(t.quotes), t.id))


def _weight(tokens: Sequence[Sequence[str]], background: Mapping[str, int]) -> dict[str, float]:
    """Inverse document frequencies here, and lower ones for words that other groups use a lot."""
    weight = text.rarity(tokens)
    most = max(background.values(), default=0)
    return {token: own * (1 - 0.5 * background.get(token, 0) / most if most else 1) for token, own in weight.items()}


def counts(statements: Sequence[Quote]) -> Counter[str]:
    """How many different people use each word (lemma) in these statements."""
    said: Counter[str] = Counter()
    heard: set[tuple[str, str]] = set()
    for found in text.distinct(statements):
        for token in set(text.content(found.quote.quote)):
            if (found.quote.speaker, token) not in heard:
                heard.add((found.quote.speaker, token))
                said[token] += 1
    return said


def reasons(statements: Mapping[Kind, Sequence[Quote]], *, authors: int) -> tuple[str, ...]:
    """Why a group's answer is thin or empty, in words for an analyst."""
    every = [quote for quotes in statements.values() for quote in quotes]
    notes = []
    if not every:
        notes.append("высказываний не найдено: в сообщениях группы нет болей, желаний и ценностей")
    speakers = {quote.speaker for quote in every}
    if authors < 3 or (every and len(speakers) < 3):
        notes.append(f"менее 3 авторов: высказывались {len(speakers)}, выводы о группе делать нельзя")
    copies = sum(d.copies for quotes in statements.values() for d in text.distinct(quotes))
    if copies:
        notes.append(f"повторы и копии одного текста ({copies}) посчитаны один раз")
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class Saturation:
    """How much the last fifth of a source's authors added: ``new`` of ``themes`` appeared only with them.

    ``curve`` holds for each author in order of time how many themes were known by then; ``source`` None is all of them.
    """

    source: str | None
    authors: int
    themes: int
    new: int
    curve: tuple[int, ...]


def saturation(themes: Sequence[Theme], *, min_authors: int = 2) -> Iterator[Saturation]:
    """Yield the curve of all sources together, then of each source: whether it is time to stop crawling."""
    lasting = [t for t in themes if len({q.speaker for q in t.quotes}) >= min_authors]
    quotes = [(q, t.id) for t in lasting for q in t.quotes]
    yield _curve(None, quotes)
    for source in sorted({q.source for q, _ in quotes if q.source}):
        yield _curve(source, [(q, name) for q, name in quotes if q.source == source])


def _curve(source: str | None, quotes: Sequence[tuple[Quote, str]]) -> Saturation:
    first: dict[str, tuple[str, str]] = {}
    said: dict[str, set[str]] = defaultdict(set)
    for quote, name in quotes:
        when = (quote.date or "9999", quote.speaker)
        first[quote.speaker] = min(first.get(quote.speaker, when), when)
        said[quote.speaker].add(name)
    curve, known = [], set[str]()
    for speaker in sorted(first, key=lambda s: first[s]):
        known |= said[speaker]
        curve.append(len(known))
    last = max(1, len(curve) // 5)
    before = curve[-last - 1] if len(curve) > last else 0
    return Saturation(source, len(curve), len(known), len(known) - before, tuple(curve))


def _likeness(tokens: Sequence[Sequence[str]], texts: Sequence[str], weight: dict[str, float]) -> np.ndarray:
    """(n, n) likeness of meaning: vectors of the words, and the letters."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    meaning = np.array([text.vectors().text(own, weight) for own in tokens])
    meaning = text.unit(meaning - meaning.mean(axis=0))
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit_transform(
        [text.plain(t) or "-" for t in texts]
    )
    alike: np.ndarray = 0.6 * (meaning @ meaning.T) + 0.4 * (letters @ letters.T).toarray()
    return alike


def _clusters(alike: np.ndarray, seed: int) -> list[int]:
    from sklearn.cluster import AgglomerativeClustering

    del seed
    size = len(alike)
    if size == 1:
        return [0]
    wanted = min(size, max(2, min(20, round(size / 3))))
    model = AgglomerativeClustering(n_clusters=wanted, metric="precomputed", linkage="average")
    return [int(label) for label in model.fit_predict(1 - alike)]


def _theme(
    group: str,
    kind: Kind,
    ids: Sequence[int],
    found: Sequence[text.Distinct],
    tokens: Sequence[Sequence[str]],
    alike: np.ndarray,
    weight: Mapping[str, float],
) -> Theme:
    own = alike[np.ix_(ids, ids)]
    central = [ids[i] for i in sorted(range(len(ids)), key=lambda i: (-round(float(own[i].mean()), 6), i))]
    spread: Counter[str] = Counter(token for i in ids for token in set(tokens[i]))
    keywords = sorted(spread, key=lambda token: (-spread[token] * weight.get(token, 1.0), token))[:6]
    quotes = tuple(found[i].quote for i in central)
    return Theme(
        id=name_of(group, kind, f"{quotes[0].doc_id}:{quotes[0].start}"),
        group=group,
        kind=kind,
        label=", ".join(word.replace("не_", "не ") for word in keywords[:3]),
        keywords=tuple(keywords),
        quotes=quotes,
        copies=sum(found[i].copies for i in ids),
    )


def name_of(group: str, kind: str, core: str) -> str:
    """A theme's permanent name, the same in every run.

    >>> name_of("rural", "pain", "transport") == name_of("rural", "pain", "transport")
    True
    """
    return hashlib.sha256(f"{group}\n{kind}\n{core}".encode()).hexdigest()[:12]
