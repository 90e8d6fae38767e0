"""Lemmas by pymorphy3 through spaCy's Russian lemmatizer, each distinct analysed form looked up once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import LEMMA, MORPH, ORTH, POS
from spacy.lang.ru.lemmatizer import RussianLemmatizer, oc2ud
from spacy.language import Language
from spacy.pipeline.lemmatizer import lemmatizer_score

from miner import words
from miner.nlp.batches import batches
from miner.nlp.tokenizer import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.tokens import Doc, Token

REMEMBERED = 300_000
INFLECTED = frozenset(("ADJ", "AUX", "DET", "NOUN", "NUM", "PRON", "PROPN", "VERB"))
SAME_NOUN = {"PROPN": "NOUN"}
SAME_PART = {**SAME_NOUN, "AUX": "VERB", "DET": "PRON"}
# Lemmas of the OpenCorpora dictionary that nobody would look for, and what a reader expects.
EXPECTED = {"деньга": "деньги", "родный": "родной", "основный": "основной", "должный": "должен"}
# The features in which an analysis has to agree with the tagger's, where both have them.
COMPARED = {
    "VERB": ("Aspect", "Gender", "Mood", "Number", "Tense", "VerbForm", "Voice"),
    "PRON": ("Case", "Number", "Gender", "Person"),
    "NUM": ("Case", "Gender"),
    **dict.fromkeys(("ADJ", "DET", "NOUN", "PROPN"), ("Case", "Number", "Gender")),
}
POSSESSIVES = frozenset(("его", "ее", "её", "их"))
# Odd, so that multiplication loses nothing.
MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


# OpenCorpora has a few hundred tags.
universal = functools.cache(oc2ud)


@Language.factory(
    "miner_lemmatizer",
    assigns=["token.lemma"],
    requires=["token.pos", "token.morph"],
    default_config={"mode": "pymorphy3"},
    default_score_weights={"lemma_acc": 1.0},
)
def make_lemmatizer(nlp: Language, name: str, mode: str) -> CachedLemmatizer:
    return CachedLemmatizer(nlp.vocab, None, name, mode=mode, overwrite=True, scorer=lemmatizer_score)


class CachedLemmatizer(RussianLemmatizer):
    """spaCy's Russian lemmatizer with a memory, a guess for words that no dictionary has, and the author's ё.

    spaCy leaves an unknown word as it stands («соцконтракта»); here pymorphy3's prediction that agrees best with the
    word's features is taken («соцконтракт»). A word spelt without ё has a lemma without ё, so that «ребенка» and
    «ребёнка» stay what their authors wrote.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._morph = words.analyser()
        super().__init__(*args, **kwargs)
        self.lemmas: dict[int, str] = {}

    def __call__(self, doc: Doc) -> Doc:
        self.annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        for batch in batches(stream, batch_size):
            self.annotate(batch)
            yield from batch

    def annotate(self, docs: Sequence[Doc]) -> None:
        """Set the lemmas of all tokens; white space is its own lemma."""
        docs = [doc for doc in docs if len(doc)]
        if not docs:
            return
        tables = [doc.to_array([ORTH, POS, MORPH]) for doc in docs]
        sizes = np.array([len(table) for table in tables])
        keys = (np.concatenate(tables) * MIXERS).sum(1, dtype=np.uint64)
        distinct, where, inverse = np.unique(keys, return_index=True, return_inverse=True)
        starts = np.cumsum(sizes) - sizes
        owner = np.searchsorted(starts, where, side="right") - 1
        ids = np.empty(len(distinct), np.uint64)
        for index, (key, doc, place) in enumerate(
            zip(distinct.tolist(), owner.tolist(), (where - starts[owner]).tolist(), strict=True)
        ):
            lemma = self.lemmas.get(key)
            if lemma is None:
                lemma = self.remember(key, docs[doc][place])
            ids[index] = self.vocab.strings.add(lemma)
        values = ids[inverse][:, None]
        for doc_, start, size in zip(docs, starts.tolist(), sizes.tolist(), strict=True):
            write(doc_, [LEMMA], values[start : start + size])

    def remember(self, key: int, token: Token) -> str:
        if len(self.lemmas) >= REMEMBERED:
            self.lemmas.clear()
        lemma = self.lemmas[key] = self.pymorphy3_lemmatize(token)[0]
        return lemma

    def pymorphy3_lemmatize(self, token: Token) -> list[str]:
        """Return the lemma of one token, alone in a list as spaCy wants it."""
        form, pos = token.text.lower(), token.pos_
        if pos == "PUNCT":
            return self._pymorphy_lemmatize(token)
        if pos in {"SPACE", "SYM"} or (pos == "DET" and form in POSSESSIVES):
            return [form]
        feats = token.morph.to_dict()
        lemma = (self.agreeing(form, pos, feats) if pos in COMPARED else self.only(form)).lower()
        if pos in INFLECTED and lemma == form:
            lemma = self.best(form, pos, feats)
        return [spelt_as(form, EXPECTED.get(lemma, lemma))]

    def only(self, form: str) -> str:
        """Return the one normal form that all analyses have; ``form`` itself when they have several."""
        found = {str(analysis.normal_form) for analysis in self._morph.parse(form)}
        return found.pop() if len(found) == 1 else form

    def agreeing(self, form: str, pos: str, feats: dict[str, str]) -> str:
        """Return the normal form of the likeliest analysis of the dictionary that contradicts no feature, as spaCy
        chooses it (`_pymorphy_lemmatize`); ``form`` itself when there is none.
        """
        compared = COMPARED[pos]
        for analysis in self._morph.parse(form):
            own_pos, own_feats = universal(str(analysis.tag))
            fits = analysis.is_known and (
                SAME_NOUN.get(own_pos, own_pos) == SAME_NOUN.get(pos, pos) or (own_pos, pos) == ("PRON", "DET")
            )
            if fits and all(
                feats[name].lower() == own_feats[name].lower()
                for name in compared
                if name in feats and name in own_feats
            ):
                return str(analysis.normal_form)
        return form

    def best(self, form: str, pos: str, feats: dict[str, str]) -> str:
        """Return the normal form of the analysis that agrees best; ``form`` itself when it is one of that part.

        spaCy answers with the form itself both when it is the lemma and when it found nothing.
        """
        analyses = self._morph.parse(form)
        for analysis in analyses:
            if analysis.is_known and analysis.normal_form == form and same_part(universal(str(analysis.tag))[0], pos):
                return form
        best = max(analyses, key=lambda analysis: agreement(str(analysis.tag), pos, feats))
        return str(best.normal_form)


def same_part(one: str, other: str) -> bool:
    return SAME_PART.get(one, one) == SAME_PART.get(other, other)


def spelt_as(form: str, lemma: str) -> str:
    """Spell the lemma with the letters of the form.

    >>> spelt_as('ребенка', 'ребёнок'), spelt_as('ребёнка', 'ребёнок'), spelt_as('счастья', 'счастие')
    ('ребенок', 'ребёнок', 'счастье')
    """
    if lemma.endswith("ие") and form.startswith(f"{lemma[:-2]}ь"):
        lemma = f"{lemma[:-2]}ье"
    return lemma if "ё" in form else lemma.replace("ё", "е")


def agreement(tag: str, pos: str, feats: dict[str, str]) -> int:
    """Count what an OpenCorpora tag has in common with part of speech and features."""
    own_pos, own_feats = universal(tag)
    agreed = sum(feats.get(name, "").lower() == value.lower() for name, value in own_feats.items())
    return 3 * same_part(own_pos, pos) + agreed
