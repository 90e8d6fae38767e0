"""What is known of a lemma before any corpus is seen: its vector, and how common it is.

A vector joins navec's (300 numbers, the component that all words share taken away) and what a multilingual sentence
encoder says of the word alone (128 numbers, models/encoder). All-but-the-top: Mu, Viswanath, 2018.
"""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Iterator

import numpy as np

from miner import words
from miner.settings import resources

FILE = "words.npz"
ALPHABET = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
REMEMBERED = 200_000


class Lexicon:
    """models/encoder: ``rows`` of lemmas, their ``table`` of bytes, ``counts`` of texts among ``documents``."""

    def __init__(self) -> None:
        with np.load(resources() / "models" / "encoder" / FILE) as stored:
            forms = stored["forms"].tobytes().decode().split("\n")
            self.rows = {form: row for row, form in enumerate(forms)}
            self.table: np.ndarray = stored["table"]
            self.scale: np.ndarray = stored["scale"]
            self.counts: np.ndarray = stored["counts"]
            self.documents = int(stored["documents"])
            self.navec_mean: np.ndarray = stored["navec_mean"]
            self.navec_common: np.ndarray = stored["navec_common"]
        self.width = words.DIMENSIONS + self.table.shape[1]

    def taught(self, form: str) -> np.ndarray | None:
        row = self.rows.get(form)
        return None if row is None else unit(self.table[row] * self.scale)

    def navec(self, form: str) -> np.ndarray | None:
        known = words.navec()
        if form not in known:
            return None
        centred = unit(known[form]) - self.navec_mean
        return unit(centred - centred @ self.navec_common.T @ self.navec_common)


@functools.cache
def lexicon() -> Lexicon:
    return Lexicon()


def unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / (np.linalg.norm(vector) or 1.0), np.float32)


@functools.lru_cache(maxsize=REMEMBERED)
def vector(form: str) -> np.ndarray:
    """Return the lemma's vector of length 1: its own, else of the nearest words by spelling, else zeros."""
    halves = []
    for look, width in ((lexicon().navec, words.DIMENSIONS), (lexicon().taught, lexicon().table.shape[1])):
        own = look(form)
        if own is None:
            found = [v for near in neighbours(form) if (v := look(near)) is not None]
            own = unit(np.sum(found, 0)) if found else np.zeros(width, np.float32)
        halves.append(own)
    return unit(np.concatenate(halves))


@functools.lru_cache(maxsize=REMEMBERED)
def rarity(form: str) -> float:
    """Return the inverse document frequency in everyday Russian: about 3 for «работа», 10 for a word never seen.

    >>> rarity("работа") < rarity("соцконтракт")
    True
    """
    known = lexicon()
    row = known.rows.get(form)
    return math.log((known.documents + 1) / ((0 if row is None else int(known.counts[row])) + 3))


@functools.lru_cache(maxsize=REMEMBERED)
def canonical(word: str) -> tuple[str, str]:
    """Return the lemma and part of speech of a word, a typo mended.

    >>> canonical("зарплту"), canonical("вокансии"), canonical("зарплату")
    (('зарплата', 'NOUN'), ('вакансия', 'NOUN'), ('зарплата', 'NOUN'))
    """
    form, part = words.lemma(word)
    if form in lexicon().rows or form in words.navec() or word in words.navec() or words.known(word):
        return form, part
    if meant := mended(word):
        return words.lemma(meant[0])
    return form, part


def terms(text: str) -> list[tuple[str, str]]:
    """Return the lemmas of a text with their parts of speech, typos mended, without stop words.

    >>> terms("Зарплтаа маленькая, вокансий нет")
    [('зарплата', 'NOUN'), ('маленький', 'ADJ'), ('вакансия', 'NOUN')]
    """
    return [pair for pair in map(canonical, words.tokens(text)) if not words.is_stop(*pair)]


def neighbours(form: str) -> list[str]:
    """Return the lemmas that stand for a form: of its parts, of a mended typo, or of words with its beginning.

    >>> neighbours("контракт-онлайн"), neighbours("зарплтаа")
    (['контракт', 'онлайн'], ['зарплата'])
    """
    if "-" in form:
        return [near for part in form.split("-") if part for near in ([part] if known(part) else neighbours(part))]
    return [words.lemma(near)[0] for near in mended(form) or beginnings(form)]


def known(form: str) -> bool:
    return form in words.navec() or form in lexicon().rows


def mended(form: str) -> list[str]:
    """Return dictionary words at one edit from the form, the most common first; none for forms too short to be sure.

    >>> mended("безроботица"), mended("дм")
    (['безработица'], [])
    """
    if len(form) < 5:
        return []
    vectors = words.navec()
    found = sorted({word for word in edits(form) if word in vectors and words.known(word)})
    return sorted(found, key=lambda word: rarity(words.lemma(word)[0]))[:1]


def edits(form: str) -> Iterator[str]:
    """Yield what one dropped, swapped, added or changed letter makes of the form."""
    for place in range(len(form) + 1):
        head, tail = form[:place], form[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in ALPHABET:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def beginnings(form: str) -> list[str]:
    """Return the few navec words that share the longest beginning with the form, at least 5 letters and 60 % of it."""
    ordered = words.navec().words
    for length in range(len(form), max(4, math.ceil(len(form) * 0.6)) - 1, -1):
        start = bisect.bisect_left(ordered, form[:length])
        if found := [word for word in ordered[start : start + 8] if word.startswith(form[:length])]:
            return found
    return []
