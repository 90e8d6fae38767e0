"""A post in pieces: what is a statement, a named thing, hidden, or was looked for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from miner.masks import NAMES, OTHER, disjoint
from miner.records import Document
from miner.store.search import Term

_WORD = re.compile(r"[А-Яа-яЁёA-Za-z]+(?:[-/][А-Яа-яЁёA-Za-z]+)*|\d+")
_END = re.compile(r"[.!?…\n]\s+")
# An excerpt has so many characters, and so many stand before the place it shows.
SHOWN, BEFORE = 600, 160


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to which the same is to be said: ``statement`` is its number, with ``first`` for where it begins."""

    text: str
    statement: int | None = None
    first: bool = False
    entity: str | None = None
    hidden: str | None = None
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Pieces of the part of a post that matters; ``before`` and ``after`` say that more of it was left out there."""

    pieces: tuple[Piece, ...]
    before: bool = False
    after: bool = False


def hits(text: str, wanted: Sequence[Term]) -> list[tuple[int, int]]:
    """The places of the words that were looked for, in any form.

    >>> from miner.store.search import terms
    >>> hits("Обещали переобучение", terms("переобучением"))
    [(8, 20)]
    """
    from miner.words import lemma, tokens

    whole = {form for term in wanted if not term.absent for form in term.lemmas[: len(term.lemmas) - term.begins]}
    begun = tuple(term.lemmas[-1] for term in wanted if term.begins and not term.absent)
    if not whole and not begun:
        return []
    found = []
    for match in _WORD.finditer(text):
        forms = [lemma(token)[0] for token in tokens(match[0])]
        if any(form in whole or (begun and form.startswith(begun)) for form in forms):
            found.append(match.span())
    return found


def excerpt(text: str, document: Document, found: Sequence[tuple[int, int]], *, whole: bool = False) -> Excerpt:
    """The part of a masked post around what was found, or around its first statement; all of it when ``whole``."""
    start, stop = (0, len(text)) if whole else window(text, _focus(document, found))
    return Excerpt(tuple(pieces(text, document, found, start, stop)), start > 0, stop < len(text))


def window(text: str, focus: int) -> tuple[int, int]:
    """Where the excerpt that shows a place begins and ends: at a sentence or a word.

    >>> window("коротко", 3)
    (0, 7)
    """
    if len(text) <= SHOWN + BEFORE:
        return 0, len(text)
    start = max(0, min(focus - BEFORE, len(text) - SHOWN))
    if start:
        sentence = _END.search(text, start, max(start, focus))
        start = sentence.end() if sentence else text.find(" ", start) + 1
    stop = min(len(text), start + SHOWN)
    if stop < len(text):
        stop = max(text.rfind(" ", start + SHOWN // 2, stop), start + SHOWN // 2)
    return start, stop


def pieces(text: str, document: Document, found: Sequence[tuple[int, int]], start: int, stop: int) -> Iterable[Piece]:
    """The pieces of a masked text from ``start`` to ``stop``, in order; together they are that text."""
    masks = disjoint(document.pii, len(text))
    spans = [(s.start, s.end) for s in document.statements]
    edges = {start, stop}
    named = [(e.start, e.end) for e in document.entities] + [(m.start, m.end) for m in masks]
    for begin, end in (*spans, *named, *found):
        edges |= {begin, end}
    cuts = sorted(edge for edge in edges if start <= edge <= stop)
    told: set[int] = set()
    for begin, end in itertools.pairwise(cuts):
        number = next((n for n, span in enumerate(spans) if _covers(span, begin, end)), None)
        yield Piece(
            text=text[begin:end],
            statement=number,
            first=number is not None and number not in told,
            entity=next((e.label for e in document.entities if _covers((e.start, e.end), begin, end)), None),
            hidden=next((NAMES.get(m.label, OTHER) for m in masks if _covers((m.start, m.end), begin, end)), None),
            hit=any(_covers(span, begin, end) for span in found),
        )
        if number is not None:
            told.add(number)


def _focus(document: Document, found: Sequence[tuple[int, int]]) -> int:
    said = [s.start for s in document.statements]
    return min((begin for begin, _ in found), default=min(said, default=0))


def _covers(span: tuple[int, int], begin: int, end: int) -> bool:
    return span[0] <= begin and end <= span[1]
