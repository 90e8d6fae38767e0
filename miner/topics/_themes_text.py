"""What a statement is made of: its lemmas, its vector, its letters. And which statements are copies of one text."""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from miner.records import Quote
from miner.words import analyser, navec

_WORD = re.compile(r"[а-яёa-z]+(?:-[а-яёa-z]+)*|\d+")
# Shorter texts may well be said by several people in the same words: «нет работы».
_COPYABLE = 4
_ALIKE = 0.8
_HASHES = 48

STOP = frozenset(
    _WORD.findall(
        "а без более бы был была были было быть в вам вас ведь весь во вот все всего всё вы где да даже для до его "
        "ее её если есть еще ещё же за здесь и из или им их к как какой ко когда который кто ли либо лишь мне мой "
        "мочь мы на над наш не него нее ней нет ни нибудь них но ну о об один однако он она они оно от очень по "
        "под при про раз с сам самый свой себя сейчас со так также такой там те тем то тот тоже только ты тут у уж "
        "уже чего чей чем что чтобы чтоб эта эти это этот я просто вообще ладно короче типа блин ага вроде значит "
        "кстати "
    )
)


@functools.lru_cache(maxsize=200_000)
def lemma(word: str) -> str:
    """
    >>> lemma("отказывали"), lemma("детей")
    ('отказывать', 'ребёнок')
    """
    parsed = analyser().parse(word)
    return str(parsed[0].normal_form) if parsed else word


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def lemmas(text: str) -> list[str]:
    """
    >>> lemmas("Нет работы рядом с домом!")
    ['нет', 'работа', 'рядом', 'с', 'дом']
    """
    return [lemma(word) for word in words(text)]


def content(text: str) -> list[str]:
    """The lemmas that carry meaning; negation counts as meaning.

    >>> content("и не берут меня никуда")
    ['не_брать', 'никуда']
    """
    found, negated = [], False
    for word in lemmas(text):
        if word in ("не", "нет", "ни", "без"):
            negated = word == "не"
            if word in ("нет", "без"):
                found.append(word)
            continue
        if word in STOP or len(word) < 2:
            continue
        found.append(f"не_{word}" if negated else word)
        negated = False
    return found


class Vectors:
    """Word vectors of navec, weighted by how rare a word is."""

    def __init__(self) -> None:
        self._navec = navec()

    @functools.lru_cache(maxsize=100_000)  # noqa: B019  # one instance lives as long as the process
    def word(self, lemma_: str) -> np.ndarray | None:
        key = lemma_.removeprefix("не_")
        if key not in self._navec:
            key = key.replace("ё", "е")
        if key not in self._navec:
            return None
        vector: np.ndarray = self._navec[key]
        return vector

    def text(self, tokens: Sequence[str], weight: dict[str, float]) -> np.ndarray:
        """(300,) of length one, or zeros when no word is known."""
        total = np.zeros(300, dtype=np.float32)
        for token in tokens:
            vector = self.word(token)
            if vector is not None:
                total += weight.get(token, 6.0) * vector
        return unit(total)


def unit(vector: np.ndarray) -> np.ndarray:
    norm = np.linalg.norm(vector, axis=-1, keepdims=True)
    result: np.ndarray = vector / np.maximum(norm, 1e-9)
    return result


@functools.lru_cache(maxsize=1)
def vectors() -> Vectors:
    return Vectors()


def rarity(texts: Iterable[Sequence[str]]) -> dict[str, float]:
    """Inverse document frequency of tokens, smoothed."""
    counts: Counter[str] = Counter()
    total = 0
    for tokens in texts:
        total += 1
        counts.update(set(tokens))
    return {token: float(np.log((total + 1) / (n + 0.5))) for token, n in counts.items()}


@dataclass(frozen=True, slots=True)
class Distinct:
    """One text and how many copies of it were left out."""

    quote: Quote
    copies: int = 0


def plain(text: str) -> str:
    """
    >>> plain("Надоело   ждать!!! Всё...")
    'надоело ждать все'
    """
    return " ".join(words(text)).replace("ё", "е")


def plain_stem(stem: str) -> tuple[str, ...]:
    """
    >>> plain_stem("не_с_кем"), plain_stem("ребён")
    (('не', 'с', 'кем'), ('ребен',))
    """
    return tuple(part for part in stem.lower().replace("ё", "е").split("_") if part)


def distinct(quotes: Sequence[Quote]) -> list[Distinct]:
    """Leave out copies: one author's repeats, and one text sent round under many names.

    Short texts of different people are kept, people do say the same in three words; unless there are so many that
    it is a flood. The earliest of the copies stays. The order is that of document and place, whatever the input's.

    >>> q = lambda i, who, text: Quote(str(i), 0, len(text), text, who)
    >>> [d.copies for d in distinct([q(1, "a", "нет работы"), q(2, "b", "Нет работы!"), q(3, "b", "нет работы")])]
    [0, 1]
    """
    ordered = sorted(quotes, key=lambda q: (q.date or "9999", q.doc_id, q.start))
    people = len({q.speaker for q in ordered})
    by_text: dict[str, list[Quote]] = defaultdict(list)
    for quote in ordered:
        by_text[plain(quote.quote)].append(quote)
    kept: list[tuple[str, Distinct]] = []
    for text, same in by_text.items():
        speakers = {q.speaker: q for q in reversed(same)}
        flood = len(speakers) > max(5, people // 10)
        if len(text.split()) >= _COPYABLE or flood:
            kept.append((text, Distinct(same[0], len(same) - 1)))
        else:
            firsts = sorted(speakers.values(), key=lambda q: (q.date or "9999", q.doc_id, q.start))
            spare = len(same) - len(firsts)
            kept += [(text, Distinct(q, spare if q is firsts[-1] else 0)) for q in firsts]
    return sorted(_near(kept), key=lambda d: (d.quote.doc_id, d.quote.start))


def _near(kept: Sequence[tuple[str, Distinct]]) -> list[Distinct]:
    """Join texts whose shingles are the same to four fifths (MinHash with banding, Broder 1997)."""
    result: list[Distinct] = []
    shingles: list[frozenset[int]] = []
    bands: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    rng = np.random.default_rng(7)
    factors = rng.integers(1, 2**31 - 1, _HASHES, dtype=np.int64) | 1
    shifts = rng.integers(0, 2**31 - 1, _HASHES, dtype=np.int64)
    for text, found in kept:
        if len(text.split()) < _COPYABLE + 2:
            result.append(found)
            shingles.append(frozenset())
            continue
        own = frozenset(_shingles(text))
        values = np.fromiter(own, dtype=np.int64, count=len(own))
        signature = ((values[:, None] * factors + shifts) % (2**31 - 1)).min(axis=0).reshape(-1, 4)
        keys = [(i, row.tobytes()) for i, row in enumerate(signature)]
        near = {j for key in keys for j in bands.get(key, ())}
        twin = next((j for j in sorted(near) if _jaccard(own, shingles[j]) >= _ALIKE), None)
        if twin is None:
            for key in keys:
                bands[key].append(len(result))
            result.append(found)
            shingles.append(own)
        else:
            first = result[twin]
            result[twin] = Distinct(first.quote, first.copies + found.copies + 1)
    return result


def _shingles(text: str) -> Iterable[int]:
    import zlib

    squeezed = text.replace(" ", "_")
    return (zlib.crc32(squeezed[i : i + 5].encode()) & 0x7FFFFFFF for i in range(max(1, len(squeezed) - 4)))


def _jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0
