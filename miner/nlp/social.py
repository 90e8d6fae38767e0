"""The spaCy component `miner_social`: text as people write it, understood without changing a letter of it.

``Doc._.quoted`` holds what is not the author's own (reply quotes), ``Doc._.language`` the language. ``Token.norm_`` is
the word that was meant («ооочень» → «очень», «з/п» → «зарплата», «рaбoтa» with Latin letters → «работа»), and
``Token.lemma_`` is corrected where the lemmatizer was misled. Addresses and markup have the norms of ``MARKS``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from spacy.attrs import IDX, ORTH, SPACY
from spacy.language import Language

from miner.errors import BadInput
from miner.nlp import extensions
from miner.nlp.batches import batches
from miner.nlp.language import language
from miner.settings import resources
from miner.words import analyser

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from spacy.tokens import Doc
    from spacy.vocab import Vocab

URL, HANDLE, MARKUP, REST, GLAD, SAD = MARKS = ("<url>", "<handle>", "<markup>", "<rest>", ":)", ":(")
extensions.register()
REMEMBERED = 200_000
LONGEST_WORD = 60

Span = tuple[int, int]

# Reply quotes. Every pattern is linear in the text: no nested repetition.
QUOTE_SIGNS = re.compile(
    r"\[/?quote|<blockquote|^[ \t]*(?:>|&gt;)|\bписал|\bпишет\b|\bнаписал|^[ \t]*цитата", re.IGNORECASE | re.MULTILINE
)
QUOTE_TAG = re.compile(r"\[(/?)quote\b[^\]\n]{0,200}\]|<(/?)blockquote\b[^>\n]{0,300}>", re.IGNORECASE)
QUOTE_LINE = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
QUOTE_HEAD = re.compile(
    r"^[ \t]*(?:цитата(?:[ \t]*[:(][^\n]{0,80})?|[^\n:«»\"]{2,60}?[ \t](?:на)?писал(?:а|\(а\)|\(a\)|и)?[^\n:«»\"]{0,40}"
    r"|[^\n:«»\"]{2,60}?[ \t]пишет[^\n:«»\"]{0,40}):[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
QUOTE_INLINE = re.compile(
    r"^[ \t]*[^\n:«»\"]{2,60}?[ \t](?:на)?писал(?:а|\(а\)|\(a\)|и)?[ \t]*:[ \t]*([«\"][^«»\"\n]{1,1000}[»\"])",
    re.IGNORECASE | re.MULTILINE,
)
BLANK_LINE = re.compile(r"\n[ \t]*\n")

# What stands in a text and is no word.
MARK_SIGNS = re.compile(r"[@\[\]<>&()^=:;]|//|www\.|\.ru\b|\.com\b|[xхXХ]D", re.IGNORECASE)
MARK = re.compile(
    r"(?P<url>https?://[^\s<>\[\]\"«»]{1,2000}|www\.[^\s<>\[\]\"«»]{1,2000}"
    r"|\b[a-zа-яё0-9][a-zа-яё0-9-]{0,60}\.(?:ru|com|рф|org|net|su|me|info)\b(?:/[^\s<>\[\]\"«»]{0,2000})?)"
    r"|(?P<email>\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{2,40}\b)"
    r"|(?P<handle>(?<![\w@])@\w{2,40}\b|\[(?:id|club|public)\d{1,20}\|[^\]\n]{1,100}\])"
    r"|(?P<markup>\[/?(?:b|i|u|s|url|img|color|size|quote|code|spoiler|list|center|left|right|font|\*)"
    r"(?:[=\s][^\]\n]{0,300})?\]"
    r"|</?[a-z][a-z0-9]{0,15}(?:\s[^<>\n]{0,500})?/?>|&(?:[a-z]{2,8}|\#\d{1,7});)"
    r"|(?P<glad>[:;=]['’]?[-^o]?[)D\]*]+|[:;=]-?[3Pp](?!\w)|\){2,}0*|\^_{0,3}\^|(?<!\w)[xхXХ]D+(?!\w))"
    r"|(?P<sad>[:;=]['’]?[-^]?[(\[]+|[:=]-?[/\\|](?!/)|\({2,})"
    r"|(?P<bracket>[()])",
    re.IGNORECASE,
)
MIXED_WORD = re.compile(r"[а-яё][a-z]|[a-z][а-яё]", re.IGNORECASE)
MIXED = re.compile(r"(?<!\w)(?=\w{2,60}(?!\w))(?=\w*?(?:[а-яё][a-z]|[a-z][а-яё]))\w+", re.IGNORECASE)
LATIN_LOOKS = str.maketrans("aceopxykmtbhnruABCEHKMOPTXYkKiI3", "асеорхукмтвнпгиАВСЕНКМОРТХУкКiI3")
LATIN_LETTER = re.compile(r"[a-z]", re.IGNORECASE)
RUSSIAN_WORD = re.compile(r"[а-яё]+")
LOOKALIKES = frozenset("aceopxykmtbhnruABCEHKMOPTXY")
REPEATED = re.compile(r"([^\W\d_])\1\1+", re.IGNORECASE)
DOUBLED = re.compile(r"([аеёиоуыэюя])\1+", re.IGNORECASE)
SKIN = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
LETTERS = re.compile(r"[^\W\d_]")


class Reading(NamedTuple):
    """How a token is to be read: its norm, and its lemma where that has to change."""

    norm: str
    lemma: str | None = None


class Mark(NamedTuple):
    """A stretch of text that is read as a whole; its first token gets ``norm`` and ``lemma``, the others ``rest``."""

    start: int
    stop: int
    norm: str
    rest: str
    lemma: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``config/lexicons/social.toml``: one-token entries by form, the others as one pattern."""

    words: dict[str, Reading]
    phrases: dict[str, Reading]
    pattern: re.Pattern[str] | None = field(default=None)

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """Raises BadInput naming the file and what is wrong with it."""
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadInput(f"{path}: can't be read as TOML: {error}. Mend the file.") from error
        words: dict[str, Reading] = {}
        phrases: dict[str, Reading] = {}
        for name, table in tables.items():
            if not isinstance(table, dict) or not all(isinstance(meaning, str) for meaning in table.values()):
                raise BadInput(f'{path}: {name}: a section of lines "как пишут" = "как понимать" is needed.')
            for form, meaning in table.items():
                lemma = meaning if " " not in meaning and "." not in meaning else form
                reading = Reading(meaning.lower(), lemma.lower())
                one = all(letter.isalpha() for letter in form)
                (words if one else phrases)[form] = reading
        pattern = None
        if phrases:
            longest = sorted(phrases, key=len, reverse=True)
            pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)
        return cls(words, phrases, pattern)

    def get(self, form: str) -> Reading | None:
        return self.words.get(form) or self.words.get(form.lower())


@Language.factory("miner_social", assigns=["doc._.quoted", "doc._.language", "token.norm", "token.lemma"])
def make_social(nlp: Language, name: str) -> Social:
    return Social(nlp.vocab, name, Lexicon.read(resources() / "config" / "lexicons" / "social.toml"))


class Social:
    """Mark quotes and language, and read words as they were meant."""

    def __init__(self, vocab: Vocab, name: str, lexicon: Lexicon) -> None:
        self.vocab, self.name, self.lexicon = vocab, name, lexicon
        self.readings: dict[int, Reading | None] = {}

    def __call__(self, doc: Doc) -> Doc:
        self.annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        for batch in batches(stream, batch_size):
            self.annotate(batch)
            yield from batch

    def annotate(self, docs: Sequence[Doc]) -> None:
        docs = [doc for doc in docs if len(doc)]
        if not docs:
            return
        for doc, text in zip(docs, self.read_words(docs), strict=True):
            doc._.language = language(text)
            doc._.quoted = tuple(quotes(text))
            self.read_marks(doc, text)

    def read_words(self, docs: Sequence[Doc]) -> list[str]:
        """Set norms and lemmas of words; return the texts, which cost half of what ``doc.text`` does."""
        table = np.concatenate([doc.to_array([ORTH, SPACY]) for doc in docs])
        distinct, inverse = np.unique(table[:, 0], return_inverse=True)
        words = [self.vocab.strings[form] for form in distinct.tolist()]
        pieces = [*words, *(f"{word} " for word in words)]
        written = [pieces[number] for number in (inverse + (table[:, 1] != 0) * len(words)).tolist()]
        edges = np.cumsum([0, *map(len, docs)]).tolist()
        texts = ["".join(written[start:stop]) for start, stop in pairwise(edges)]
        readings = [self.reading(form) for form in distinct.tolist()]
        changed = np.flatnonzero(np.array([reading is not None for reading in readings])[inverse])
        if not len(changed):
            return texts
        stops = np.cumsum([len(doc) for doc in docs])
        owners = np.searchsorted(stops, changed, side="right").tolist()
        for place, owner, number in zip(changed.tolist(), owners, inverse[changed].tolist(), strict=True):
            doc = docs[owner]
            reading = readings[number]
            if reading is not None:
                token = doc[place - int(stops[owner]) + len(doc)]
                token.norm_ = reading.norm
                if reading.lemma is not None:
                    token.lemma_ = reading.lemma
        return texts

    def reading(self, form: int) -> Reading | None:
        try:
            return self.readings[form]
        except KeyError:
            if len(self.readings) >= REMEMBERED:
                self.readings.clear()
            reading = self.readings[form] = self.read(self.vocab.strings[form])
            return reading

    def read(self, word: str) -> Reading | None:
        """How one token is to be read, or None when it stands as it is."""
        if len(word) > LONGEST_WORD or word.isspace():
            return None
        if found := self.lexicon.get(word):
            return found
        if not LETTERS.search(word):
            bare = SKIN.sub("", word)
            return Reading(bare, bare) if bare and bare != word else None
        if REPEATED.search(word) or DOUBLED.search(word):
            return self.shortened(word.lower())
        return None

    def shortened(self, word: str) -> Reading | None:
        """«ооочень» → «очень», «длинный» as it is, «ждууу» → «жду»."""
        if analyser().word_is_known(word):
            return None
        once, twice = DOUBLED.sub(r"\1", REPEATED.sub(r"\1", word)), REPEATED.sub(r"\1\1", word)
        for guess in (once, twice, REPEATED.sub(r"\1", word)):
            if guess == word:
                continue
            if found := self.lexicon.get(guess):
                return found
            if analyser().word_is_known(guess):
                return Reading(guess, analyser().parse(guess)[0].normal_form)
        return Reading(once, None) if REPEATED.search(word) else None

    def read_marks(self, doc: Doc, text: str) -> None:
        marks = list(self.marks(text))
        if not marks:
            return
        offsets = doc.to_array([IDX]).reshape(-1).astype(np.int64)
        for mark in marks:
            first, stop = np.searchsorted(offsets, [mark.start, mark.stop]).tolist()
            # A smile that razdel joined with other punctuation is read off the token.
            if first == stop or offsets[first] != mark.start:
                first = max(first - 1, 0)
            for index in range(first, max(stop, first + 1)):
                token = doc[index]
                if not token.is_space:
                    token.norm_ = mark.norm if index == first else mark.rest
                    token.lemma_ = mark.lemma if index == first else mark.rest

    def marks(self, text: str) -> Iterator[Mark]:
        """Yield addresses, markup, smiles, abbreviations with signs in them, and words of two alphabets."""
        if MARK_SIGNS.search(text):
            yield from marks(text)
        if self.lexicon.pattern:
            for match in self.lexicon.pattern.finditer(text):
                reading = self.lexicon.phrases.get(match.group()) or self.lexicon.phrases.get(match.group().lower())
                if reading is not None:
                    yield Mark(match.start(), match.end(), reading.norm, REST, reading.lemma or reading.norm)
        if MIXED_WORD.search(text):
            for match in MIXED.finditer(text):
                if meant := cyrillic(match.group()):
                    lemma = analyser().parse(meant)[0].normal_form
                    yield Mark(match.start(), match.end(), meant, REST, lemma)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        del path, exclude  # the lexicon is part of the installation

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Social:
        del path, exclude
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        del exclude
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Social:
        del data, exclude
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "readings": {}}


def quotes(text: str) -> Iterator[Span]:
    """Yield the spans that are another's words, in order and without overlap.

    >>> text = "> надоело ждать\\nа мне ответили за день"
    >>> [text[start:stop] for start, stop in quotes(text)]
    ['> надоело ждать']
    >>> text = "Ольга писал(а):\\nденег нет\\n\\nУ меня есть"
    >>> [text[start:stop] for start, stop in quotes(text)]
    ['Ольга писал(а):\\nденег нет']
    """
    if not QUOTE_SIGNS.search(text):
        return
    found = sorted([*tagged(text), *lines(text), *headed(text), *inline(text)])
    start = stop = -1
    for begin, end in found:
        if begin > stop:
            if stop > start:
                yield start, stop
            start, stop = begin, end
        else:
            stop = max(stop, end)
    if stop > start:
        yield start, stop


def tagged(text: str) -> Iterator[Span]:
    """[quote]…[/quote] and <blockquote>…</blockquote>, nested or not; one that is never closed ends at a blank line."""
    depth, start = 0, 0
    for match in QUOTE_TAG.finditer(text):
        closing = bool(match.group(1) or match.group(2))
        if not closing:
            if depth == 0:
                start = match.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                yield start, match.end()
    if depth:
        yield start, block_end(text, start)


def lines(text: str) -> Iterator[Span]:
    """`> …` lines."""
    for match in QUOTE_LINE.finditer(text):
        yield match.span()


def headed(text: str) -> Iterator[Span]:
    """«Имя писал(а):» and the block that follows: up to a blank line, or one line when there is none."""
    for match in QUOTE_HEAD.finditer(text):
        body = match.end() + 1
        if body >= len(text):
            continue
        blank = BLANK_LINE.search(text, body)
        line_end = text.find("\n", body)
        yield match.start(), blank.start() if blank else line_end if line_end >= 0 else len(text)


def inline(text: str) -> Iterator[Span]:
    """«Оля писала: "денег нет"» at the start of a line."""
    for match in QUOTE_INLINE.finditer(text):
        yield match.span()


def block_end(text: str, start: int) -> int:
    blank = BLANK_LINE.search(text, start)
    return blank.start() if blank else len(text)


def marks(text: str) -> Iterator[Mark]:
    """Yield addresses, markup and smiles. A bracket that pairs with another is no smile.

    >>> [(text.norm, text.start) for text in marks("привет) (шучу) жаль( @ivan_i a.ru [b]")]
    [(':)', 6), (':(', 19), ('<handle>', 21), ('<url>', 29), ('<markup>', 34)]
    """
    depth = 0
    for match in MARK.finditer(text):
        start, stop = match.span()
        kind = match.lastgroup
        if kind == "bracket":
            if match.group() == "(":
                if stop < len(text) and not text[stop].isspace():
                    depth += 1
                    continue
                kind = "sad"
            elif depth:
                depth -= 1
                continue
            else:
                kind = "glad"
        elif kind == "glad" and depth and match.group() == "))":
            depth -= 1
        norm = {"url": URL, "email": URL, "handle": HANDLE, "markup": MARKUP, "glad": GLAD, "sad": SAD}[str(kind)]
        yield Mark(start, stop, norm, REST if norm in {GLAD, SAD} else norm, norm)


def cyrillic(word: str) -> str | None:
    """Return a word of two alphabets with the Latin look-alikes made Cyrillic, lower case; None when others are left.

    >>> cyrillic("рaбoтa"), cyrillic("IT-шник"), cyrillic("wifiроутер")
    ('работа', None, None)
    """
    latin = LATIN_LETTER.findall(word)
    if not latin or not all(letter in LOOKALIKES for letter in latin):
        return None
    meant = word.translate(LATIN_LOOKS).lower()
    return meant if RUSSIAN_WORD.fullmatch(meant) else None
