"""What the network sees of one analysed word, looked up once per distinct word: navec's numbers, grammemes, letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from spacy.parts_of_speech import NAMES
from spacy.strings import hash_string  # type: ignore[attr-defined]  # spaCy's stubs leave it out

from miner import words
from miner.nlp.opinion.words import plain

if TYPE_CHECKING:
    from spacy.strings import StringStore

    from miner.nlp.opinion.table import Table

PARTS = tuple("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split())
RELATIONS = tuple(
    """root acl acl:relcl advcl advmod amod appos aux aux:pass case cc ccomp compound conj cop csubj csubj:pass dep det
    discourse expl fixed flat flat:foreign flat:name iobj list mark nmod nsubj nsubj:pass nummod nummod:entity
    nummod:gov obj obl orphan parataxis punct vocative xcomp""".split()
)
GRAMMEMES = tuple(
    """Animacy=Anim Animacy=Inan Aspect=Imp Aspect=Perf Case=Acc Case=Dat Case=Gen Case=Ins Case=Loc Case=Nom Case=Par
    Case=Voc Degree=Cmp Degree=Pos Degree=Sup Foreign=Yes Gender=Fem Gender=Masc Gender=Neut Mood=Cnd Mood=Imp Mood=Ind
    Number=Plur Number=Sing Person=1 Person=2 Person=3 Polarity=Neg Tense=Fut Tense=Past Tense=Pres Variant=Short
    VerbForm=Conv VerbForm=Fin VerbForm=Inf VerbForm=Part Voice=Act Voice=Mid Voice=Pass""".split()
)
PIECE_BUCKETS = 1 << 13
LEMMA_BUCKETS = 1 << 13
PIECES = (3, 4)
LONGEST_WORD = 24
MOST_PIECES = 2 * LONGEST_WORD
DRAWL = re.compile(r"(.)\1{2,}")
PART, RELATION, GRAMMEME = (
    {name: number for number, name in enumerate(names, 1)} for names in (PARTS, RELATIONS, GRAMMEMES)
)


class Seen(NamedTuple):
    """One distinct word; ``form`` and ``lemma`` are rows of navec, or -1; 0 is any other part or relation."""

    form: int
    lemma: int
    hashed: int
    part: int
    relation: int
    grammemes: tuple[int, ...]
    pieces: tuple[int, ...]


def pieces(word: str) -> tuple[int, ...]:
    marked = f"<{word[:LONGEST_WORD]}>"
    return tuple(
        hash_string(marked[start : start + size]) % PIECE_BUCKETS
        for size in PIECES
        for start in range(len(marked) - size + 1)
    ) or (hash_string(marked) % PIECE_BUCKETS,)


class Lexicon:
    """Numbers the distinct words of tables; ``seen`` grows as they come."""

    def __init__(self, strings: StringStore) -> None:
        self.strings = strings
        self.rows: dict[int, int] = {}
        self.seen: list[Seen] = []

    def look_up(self, table: Table) -> np.ndarray:
        """Return the number of each token's word."""
        keys, where, inverse = np.unique(table.key, return_index=True, return_inverse=True)
        numbers = np.empty(len(keys), np.int64)
        for place, (key, token) in enumerate(zip(keys.tolist(), where.tolist(), strict=True)):
            number = self.rows.get(key)
            if number is None:
                number = self.rows[key] = len(self.seen)
                self.seen.append(self.see(table, token))
            numbers[place] = number
        return numbers[inverse]

    def see(self, table: Table, token: int) -> Seen:
        text = self.strings
        form = DRAWL.sub(r"\1", plain(text[int(table.lower[token])]))
        lemma = plain(text[int(table.lemma[token])]).lower()
        ids = words.navec().ids
        short = words.SHORT_FORMS.get(form)
        if short:
            lemma = short[0]
        feats = text[int(table.morph[token])].split("|")
        return Seen(
            form=ids.get(form, ids.get(lemma, -1)),
            lemma=ids.get(lemma, -1),
            hashed=hash_string(lemma) % LEMMA_BUCKETS,
            part=PART.get(NAMES[int(table.pos[token])], 0),
            relation=RELATION.get(text[int(table.dep[token])], 0),
            grammemes=tuple(GRAMMEME[name] for name in feats if name in GRAMMEME),
            pieces=pieces(form),
        )
