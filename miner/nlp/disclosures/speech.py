"""The author's own words of a post: lower case, ё as е, everything quoted blanked out, every offset kept.

>>> own_words("Ёлки! Он мне: «Вам 50 лет» — а мне 54.")
'елки! он мне: ¤¤¤¤¤¤¤¤¤¤¤¤ — а мне 54.'
>>> own_words("> Мне 20\\nА мне 30")
'¤¤¤¤¤¤¤¤\\nа мне 30'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from miner.nlp.disclosures.lexicons import heads
from miner.nlp.disclosures.numerals import FORMS, ORDINAL_FORMS

if TYPE_CHECKING:
    from spacy.tokens import Doc

NUMERALS = frozenset((*FORMS, *ORDINAL_FORMS, "полгода", "полтора", "месяц", "год"))
BLANK = "¤"
# Quotation marks of every kind, a quote of another post at the start of a line.
QUOTED = re.compile(
    r"«[^«»]{1,400}»|“[^“”]{1,400}”|„[^„“”]{1,400}[“”]|\"[^\"\n]{2,300}\"|^[^\S\n]*>[^\n]*", re.MULTILINE
)
WORD = re.compile(r"[а-яa-z]+")
DIGIT = re.compile(r"\d")
TURN = re.compile(r"(?:^|[.!?…\n]\s*)[—–-]\s")
CLOSE = re.compile(r"[.!?…\n]")
SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+|\n+|$)")


def own_words(text: str, quoted: Iterable[tuple[int, int]] = ()) -> str:
    plain = text.lower()
    if len(plain) != len(text):
        # A few letters grow when lowered: «İ».
        plain = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    plain = plain.replace("ё", "е").replace("\u00a0", " ")
    spans = list(quoted)
    if plain.startswith(("— ", "- ", "– ")) and len(TURN.findall(plain)) > 1:
        # A joke or somebody's conversation: none of the voices is known to be the author's.
        return BLANK * len(plain)
    if "«" in plain or '"' in plain or ">" in plain or "“" in plain or "„" in plain:
        spans += [match.span() for match in QUOTED.finditer(plain)]
    for start, end in spans:
        plain = plain[:start] + BLANK * (end - start) + plain[end:] if end - start else plain
    return plain


# Sets of strings that rules ask for → their bit, and the strings with a blank, which are looked for in the text.
SIGNS: dict[tuple[str, ...], tuple[int, tuple[str, ...]]] = {}
# The strings without a blank → the bits of the sets that have them, and the longest of each first pair of letters.
PARTS: dict[str, int] = {}
LONGEST: dict[str, int] = {}
# Words → the bits of the sets of which they have a string.
BITS: dict[str, int] = {}
REMEMBERED = 200_000


def sign(parts: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """Give a set of strings its bit; what was known of words is out of date then."""
    bit = 1 << len(SIGNS)
    found = SIGNS[parts] = (bit, tuple(part for part in parts if not part.isalpha()))
    for part in filter(str.isalpha, parts):
        PARTS[part] = PARTS.get(part, 0) | bit
        LONGEST[part[:2]] = max(LONGEST.get(part[:2], 0), len(part))
    BITS.clear()
    return found


def bits_of(word: str) -> int:
    if len(BITS) > REMEMBERED:
        BITS.clear()
    bits = 0
    for start in range(len(word) - 1):
        for stop in range(start + 2, min(len(word), start + LONGEST.get(word[start : start + 2], 0)) + 1):
            bits |= PARTS.get(word[start:stop], 0)
    BITS[word] = bits
    return bits


class Speech:
    """A post as its author speaks: ``plain`` is as long as ``text``."""

    def __init__(self, text: str, quoted: Iterable[tuple[int, int]] = (), doc: Doc | None = None) -> None:
        self.text = text
        self.plain = own_words(text, quoted)
        self.doc = doc

    def mentions(self, *parts: str) -> bool:
        """Whether any of the strings occurs; cheap enough to ask before every rule."""
        known = SIGNS.get(parts)
        if known is None:
            known = sign(parts)
            self.__dict__.pop("signs", None)
        bit, phrases = known
        if self.signs & bit:
            return True
        plain = self.plain
        for phrase in phrases:  # noqa: SIM110 - a generator costs more than the search
            if phrase in plain:
                return True
        return False

    @cached_property
    def signs(self) -> int:
        """One bit for each set of strings of which some word has one."""
        bits = 0
        for word in self.words:
            known = BITS.get(word)
            bits |= bits_of(word) if known is None else known
        return bits

    def located(self, at: int) -> bool:
        """Whether the tagger takes the word at a place in the text for the name of a location."""
        return self.doc is not None and at in self.locations

    @cached_property
    def locations(self) -> frozenset[int]:
        return (
            frozenset(ent.start_char for ent in self.doc.ents if ent.label_ == "LOC")
            if self.doc is not None
            else frozenset()
        )

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(WORD.findall(self.plain))

    @cached_property
    def names_calling(self) -> bool:
        """Whether a calling is named at all."""
        return not self.words.isdisjoint(heads())

    @cached_property
    def counts(self) -> bool:
        """Whether there is a number at all, in figures or in words."""
        return not self.words.isdisjoint(NUMERALS) or DIGIT.search(self.plain) is not None

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Where sentences start and end, by punctuation and line breaks alone."""
        return (match.span() for match in SENTENCE.finditer(self.plain))

    def before(self, at: int, size: int = 40) -> str:
        """What stands before a place in its sentence, whole words of at most ``size`` characters."""
        start = max(0, at - size)
        said = CLOSE.split(self.plain[start:at])[-1]
        if start and len(said) == at - start and self.plain[start - 1].isalpha():
            # «дет|ей» would be somebody else.
            return said.partition(" ")[2]
        return said

    def after(self, at: int, size: int = 40) -> str:
        """What stands after a place in its sentence."""
        return CLOSE.split(self.plain[at : at + size])[0]
