"""What the linear model knows of one analysed word, looked up once per distinct word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from spacy.parts_of_speech import NAMES
from spacy.strings import hash_string  # type: ignore[attr-defined]  # spaCy's stubs leave it out

from miner.nlp.cues import begun

if TYPE_CHECKING:
    from spacy.strings import StringStore

    from miner.nlp.opinion.table import Table

SHORTEST_PIECE, LONGEST_PIECE = 3, 5
LONGEST_WORD = 24
# The grammemes that tell whose experience is told, when and in what mood.
TELLING = ("Person", "Tense", "Mood", "VerbForm", "Gender", "Number", "Case", "Variant", "Degree", "Polarity", "Voice")
VERBAL = ("Person", "Tense", "Mood", "Number", "VerbForm", "Gender")
REMEMBERED = 400_000


def plain(word: str) -> str:
    """ё and е are one letter to most writers.

    >>> plain('ещё')
    'еще'
    """
    return word.replace("ё", "е")


def letters(word: str) -> Iterator[str]:
    """Yield the pieces of a word, its edges marked, by which misspelt and unknown words resemble known ones.

    >>> list(letters('ЗП'))
    ['<зп', 'зп>', '<зп>']
    """
    marked = f"<{plain(word.lower())[:LONGEST_WORD]}>"
    for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]


def modality(pos: str, feats: dict[str, str]) -> str:
    """Part of speech with what tells who acts, when, and whether it is real.

    >>> modality('VERB', {'Person': 'First', 'Tense': 'Pres', 'Aspect': 'Imp'})
    'VERB First Pres'
    """
    told = VERBAL if pos in {"VERB", "AUX"} else ("Case",) if pos in {"NOUN", "PRON", "PROPN"} else ("Variant",)
    return " ".join([pos, *(feats[name] for name in told if name in feats)])


class Words:
    """Rows of distinct analysed words, as the table's ``key`` names them: hashed features of the word, alone."""

    def __init__(self, strings: StringStore, buckets: int) -> None:
        self.strings, self.buckets = strings, buckets
        self.rows: dict[int, int] = {}
        self.features: list[np.ndarray] = []
        self.modalities: list[int] = []
        self.plain: list[str] = []
        self.opens_cue: list[bool] = []

    def look_up(self, table: Table) -> np.ndarray:
        """Return the row of each token; new words are added."""
        keys, where, inverse = np.unique(table.key, return_index=True, return_inverse=True)
        rows = np.empty(len(keys), np.int64)
        for place, (key, token) in enumerate(zip(keys.tolist(), where.tolist(), strict=True)):
            row = self.rows.get(key)
            if row is None:
                row = self.rows[key] = self.add(table, token)
            rows[place] = row
        return rows[inverse]

    def add(self, table: Table, token: int) -> int:
        text = self.strings
        lower, lemma = text[int(table.lower[token])], text[int(table.lemma[token])]
        pos, dep = NAMES[int(table.pos[token])], text[int(table.dep[token])]
        feats = dict(part.split("=", 1) for part in text[int(table.morph[token])].split("|") if "=" in part)
        mode = modality(pos, feats)
        named = [f"l {plain(lemma)}", f"f {plain(lower)}", f"m {mode}", f"d {dep} {pos}"]
        named += [f"g {name} {feats[name]}" for name in TELLING if name in feats]
        if pos not in {"PUNCT", "SYM", "NUM"}:
            named += [f"c {piece}" for piece in letters(lower)]
        self.features.append(np.array([hash_string(name) for name in named], np.uint64) % np.uint64(self.buckets))
        self.modalities.append(hash_string(mode))
        self.plain.append(plain(lower))
        self.opens_cue.append(bool(begun(plain(lower))))
        return len(self.features) - 1
