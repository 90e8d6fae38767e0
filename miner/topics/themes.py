"""Themes: statements of one kind within one group that mean one thing, however they are worded."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from miner.records import Kind, Quote, Saturation, Theme
from miner.topics import _themes_text as text
from miner.topics._themes_known import Themes, shared

# More statements than this are grouped by a sample, the rest joins the nearest theme.
_LARGE = 2_500
# How much the known themes count beside the words themselves, and how sharply they are told apart.
_KNOWN_SHARE = 0.4
_SHARPNESS = 8.0
# Themes per square root of statements: 26 for 60, 76 for 500.
_GRAIN = 3.4
# A theme has a known name when its quotes sound like it this much, and so much more than like any other.
_SURE = 0.12
_LEAD = 0.0
_SURE_TO_JOIN = 0.18
# A theme of so many people can do without those who don't sound like it.
_ENOUGH = 3
# Few quotes prove little: as if so many more didn't sound like the name at all.
_DOUBT = 2
_CORE = 5
# From so many authors on a fifth of them tells something; a source that brings so few new themes is read out.
_TOLD_FROM, _LITTLE = 15, 0.05


def find(
    statements: Sequence[Quote],
    *,
    group: str,
    kind: Kind,
    seed: int = 42,
    background: Mapping[str, int] | None = None,
    known: Themes | None = None,
) -> Iterator[Theme]:
    """Yield the themes of a group's statements of one kind, those of most people first.

    Copies and an author's repeats count once. ``background`` are the word counts of other groups (see ``counts``):
    keywords are those that others use less. ``known`` are the well-known themes, by default those of config/lexicons.
    The answer doesn't depend on the order of ``statements``.
    """
    found = text.distinct(statements)
    if not found:
        return
    desk = _Desk(group, kind, found, known or shared(), background or {})
    themes = [desk.theme(ids) for ids in desk.fitting(desk.joined(desk.groups(seed)))]
    themes.sort(key=lambda t: (-len({q.speaker for q in t.quotes}), -len(t.quotes), t.id))
    yield from _facing(themes, desk.known, kind)


class _Desk:
    """A group's statements of one kind, laid out for comparing."""

    def __init__(
        self, group: str, kind: Kind, found: Sequence[text.Distinct], known: Themes, background: Mapping[str, int]
    ) -> None:
        self.group, self.kind, self.found, self.known = group, kind, found, known
        texts = [d.quote.quote for d in found]
        self.tokens = [text.content(t) for t in texts]
        self.weight = _weight(self.tokens, background)
        self.sides = known.sides(texts)
        self.names, self.sounds = known.sounds(self.sides, kind)
        self.hints = known.hints(self.sides, kind, self.names)
        likely = np.exp(_SHARPNESS * (self.sounds - self.sounds.max(axis=1, keepdims=True)))
        # Bhattacharyya: how much two statements' distributions over the known themes have in common.
        self.roots = np.sqrt(likely / likely.sum(axis=1, keepdims=True)).astype(np.float32)

    def alike(self, rows: Sequence[int], columns: Sequence[int]) -> np.ndarray:
        words = self.known.alike(self.sides.take(rows), self.sides.take(columns))
        themes = self.roots[list(rows)] @ self.roots[list(columns)].T
        mixed: np.ndarray = _KNOWN_SHARE * themes + (1 - _KNOWN_SHARE) * words
        return mixed

    def groups(self, seed: int) -> list[list[int]]:
        """Rows of one theme together, by average linkage."""
        every = list(range(len(self.found)))
        sample = every
        if len(every) > _LARGE:
            sample = sorted(np.random.default_rng(seed).choice(len(every), _LARGE, replace=False).tolist())
        members: dict[int, list[int]] = defaultdict(list)
        for row, label in zip(sample, _linkage(self.alike(sample, sample)), strict=True):
            members[label].append(row)
        rest = sorted(set(every) - set(sample))
        cores = {label: list(rows) for label, rows in members.items() if len(rows) > 1}
        cores = cores or {label: list(rows) for label, rows in members.items()}
        for start in range(0, len(rest), 1_000):
            rows = rest[start : start + 1_000]
            near = self.alike(rows, sample)
            place = {row: i for i, row in enumerate(sample)}
            labels = sorted(cores)
            fit = np.stack([near[:, [place[r] for r in cores[label]]].mean(axis=1) for label in labels], axis=1)
            for row, best in zip(rows, fit.argmax(axis=1), strict=True):
                members[labels[int(best)]].append(row)
        return list(members.values())

    def joined(self, groups: Sequence[list[int]]) -> list[list[int]]:
        """Groups that surely bear the same known name become one."""
        by_name: dict[str, list[int]] = {}
        result = []
        for ids in groups:
            name, sureness = self.name(ids)
            if name is None or sureness < _SURE_TO_JOIN:
                result.append(ids)
            elif name in by_name:
                by_name[name] += ids
            else:
                by_name[name] = ids
                result.append(ids)
        return [sorted(ids) for ids in result]

    def fitting(self, groups: Iterable[list[int]]) -> Iterator[list[int]]:
        """Whoever doesn't sound like the known name that a group surely bears stands alone, if enough people remain."""
        for ids in groups:
            name, sureness = self.name(ids)
            if name is None or sureness < _SURE_TO_JOIN:
                yield ids
                continue
            place = self.names.index(name)
            own = self.sounds[ids]
            fits = (own[:, place] >= _SURE) | (own.argmax(axis=1) == place)
            left = [i for i, fit in zip(ids, fits, strict=True) if fit]
            if len({self.found[i].quote.speaker for i in left}) < _ENOUGH:
                yield ids
                continue
            yield left
            yield from ([i] for i, fit in zip(ids, fits, strict=True) if not fit)

    def theme(self, ids: Sequence[int]) -> Theme:
        some = ids[:_LARGE]
        central = self.alike(ids, some).mean(axis=1)
        order = [ids[i] for i in sorted(range(len(ids)), key=lambda i: (-round(float(central[i]), 5), i))]
        spread: Counter[str] = Counter(token for i in ids for token in set(self.tokens[i]))
        keywords = sorted(spread, key=lambda token: (-spread[token] * self.weight.get(token, 1.0), token))[:6]
        name, mean = self.name(ids)
        quotes = tuple(self.found[i].quote for i in order)
        return Theme(
            id=name_of(self.group, self.kind, f"{quotes[0].doc_id}:{quotes[0].start}"),
            group=self.group,
            kind=self.kind,
            label=", ".join(word.replace("не_", "не ") for word in keywords[:3]),
            keywords=tuple(keywords),
            quotes=quotes,
            known=name,
            sureness=round(mean * len(ids) / (len(ids) + _DOUBT), 3) if name and self.hinted(name, ids) else 0.0,
            copies=sum(self.found[i].copies for i in ids),
        )

    def hinted(self, name: str, ids: Sequence[int]) -> bool:
        """Whether one of these statements has a stem of the theme: sounding like it without its words is chance."""
        return bool(self.hints[list(ids), self.names.index(name)].any())

    def name(self, ids: Sequence[int]) -> tuple[str | None, float]:
        """The known theme that most of these statements sound like, when it stands out."""
        sounds = self.sounds[list(ids)].mean(axis=0)
        first, second = np.argsort(-sounds, kind="stable")[:2]
        lead = float(sounds[first] - sounds[second])
        if sounds[first] < _SURE or lead < _LEAD:
            return None, 0.0
        return self.names[int(first)], round(min(1.0, float(sounds[first])), 3)


def _linkage(alike: np.ndarray) -> list[int]:
    from sklearn.cluster import AgglomerativeClustering

    if len(alike) == 1:
        return [0]
    wanted = max(1, min(len(alike), round(_GRAIN * len(alike) ** 0.5)))
    model = AgglomerativeClustering(n_clusters=wanted, metric="precomputed", linkage="average")
    # Rounded, so that the last bit of a sum doesn't decide between equals.
    return [int(label) for label in model.fit_predict(np.round(alike.max() - alike, 5))]


def _facing(themes: Sequence[Theme], known: Themes, kind: Kind) -> Iterator[Theme]:
    """Set beside each theme the quotes that say the opposite: a known opposite, or the same words without «не»."""
    quotes = [(number, quote) for number, theme in enumerate(themes) for quote in theme.quotes]
    mirror = _Mirror([quote for _, quote in quotes])
    named: dict[str, list[int]] = defaultdict(list)
    for place, (number, _) in enumerate(quotes):
        if (theme := themes[number]).known and _surely(theme):
            named[theme.known].append(place)
    for number, theme in enumerate(themes):
        entry = known.lexicon.get((kind, theme.known or "")) if _surely(theme) else None
        facing = set(named.get(entry.opposite or "", ())) if entry else set()
        facing.update(place for other in theme.quotes[:_CORE] for place in mirror.of(other))
        against = [quotes[place][1] for place in sorted(facing) if quotes[place][0] != number]
        yield replace(theme, against=tuple(against)) if against else theme


def _surely(theme: Theme) -> bool:
    return theme.sureness >= _SURE_TO_JOIN


class _Mirror:
    """Finds the short quotes that say what another one says, with a verb or a noun denied.

    Their words without «не» are the same, or one of four or five is missing: looked up, not compared one by one.

    >>> q = lambda text: Quote("1", 0, len(text), text, "a")
    >>> mirror = _Mirror([q("зарплата для меня не главное"), q("главное зарплата")])
    >>> mirror.of(q("зарплата для меня главное")), mirror.of(q("работа для меня главное"))
    ([0], [])
    """

    def __init__(self, quotes: Sequence[Quote]) -> None:
        self._said = [_said(quote.quote) for quote in quotes]
        self._whole: dict[frozenset[str], list[int]] = defaultdict(list)
        self._short_of_one: dict[frozenset[str], list[int]] = defaultdict(list)
        for place, said in enumerate(self._said):
            if 2 <= len(said) <= 5:
                bare = _bare(said)
                self._whole[bare].append(place)
                for part in _parts(bare):
                    self._short_of_one[part].append(place)

    def of(self, quote: Quote) -> list[int]:
        """The places of the quotes that deny what this one says, or say what it denies."""
        ours = _said(quote.quote)
        if not 2 <= len(ours) <= 5:
            return []
        bare = _bare(ours)
        likely = {*self._whole.get(bare, ()), *self._short_of_one.get(bare, ())}
        likely.update(place for part in _parts(bare) for place in self._whole.get(part, ()))
        return sorted(place for place in likely if _mirrored(ours, self._said[place]))


def _bare(said: frozenset[str]) -> frozenset[str]:
    return frozenset(token.removeprefix("не_") for token in said)


def _parts(bare: frozenset[str]) -> Iterator[frozenset[str]]:
    """What is left of four or five words when one is missing; of fewer too little would be the same."""
    if len(bare) >= 4:
        yield from (bare - {token} for token in bare)


@functools.lru_cache(maxsize=100_000)
def _said(quote: str) -> frozenset[str]:
    return frozenset(text.content(quote))


def _mirrored(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether a word is denied on one side only."""
    both = _bare(ours) & _bare(theirs)
    return any((f"не_{token}" in ours) != (f"не_{token}" in theirs) for token in both)


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


def saturation(themes: Sequence[Theme], *, min_authors: int = 2) -> Iterator[Saturation]:
    """Yield the curve of all sources together, then of each source: whether it is time to stop crawling."""
    lasting = [t for t in themes if len({q.speaker for q in t.quotes}) >= min_authors]
    quotes = [(q, t.id) for t in lasting for q in t.quotes]
    yield _curve(None, quotes)
    for source in sorted({q.source for q, _ in quotes if q.source}):
        yield _curve(source, [(q, name) for q, name in quotes if q.source == source])


def enough(curves: Iterable[Saturation]) -> Iterator[str]:
    """Say of each source whether going on collecting pays, in words for an analyst.

    >>> curves = Saturation(None, 40, 30, 1, ()), Saturation("vk", 20, 12, 4, ()), Saturation("ok", 3, 1, 0, ())
    >>> [line.rsplit("; ")[1] for line in enough(curves)]
    ['новое почти не приходит', 'собирать дальше стоит']
    """
    for curve in curves:
        if curve.authors < _TOLD_FROM or not curve.themes:
            continue
        advice = "новое почти не приходит" if curve.new <= _LITTLE * curve.themes else "собирать дальше стоит"
        name = curve.source or "все источники"
        yield (
            f"насыщение, {name}: последняя пятая часть авторов добавила тем: {curve.new} из {curve.themes}; {advice}"
        )


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


def name_of(group: str, kind: str, core: str) -> str:
    """A theme's permanent name, the same in every run.

    >>> name_of("rural", "pain", "transport") == name_of("rural", "pain", "transport")
    True
    """
    return hashlib.sha256(f"{group}\n{kind}\n{core}".encode()).hexdigest()[:12]
