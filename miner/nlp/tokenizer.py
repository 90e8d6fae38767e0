"""razdel's tokens and sentences as a spaCy ``Doc``, several times faster than razdel, with the same answers.

razdel decides on a pair of neighbouring atoms, and a token never crosses white space. So the pieces between white
space are cut once each and remembered; the few pieces whose cut depends on a neighbour («а- б») are cut in context.
A sentence ends only before white space, so razdel's own rules are asked once per piece that ends with a delimiter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from razdel.segmenters.punct import DASHES, ENDINGS
from razdel.segmenters.sentenize import BULLET_SIZE, DELIMITER, SentSplit
from razdel.segmenters.sentenize import RULES as SENTENCE_RULES
from razdel.segmenters.tokenize import ATOM, INT, LAT, OTHER, PUNCT, RU, SMILE
from spacy.attrs import SENT_START
from spacy.tokens import Doc
from spacy.util import DummyTokenizer, registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from spacy.language import Language
    from spacy.vocab import Vocab

SPACE = re.compile(r"(\s+)")
SURROGATE = re.compile(r"[\ud800-\udfff]")
SENTENCE_END = re.compile(DELIMITER)
SENTENCE_WINDOW = 10
LONGEST_SMILE = 5
# razdel's rules that look past a neighbour: the delimiter may stand at the edge of a piece.
CONTEXTUAL = frozenset(DASHES + "_.,/\\")
WORDLIKE = frozenset((OTHER, RU, LAT))
REMEMBERED_PIECES = 100_000
REMEMBERED_LENGTH = 40
# spaCy's -1 in its unsigned arrays.
START, INSIDE = 1, np.uint64(2**64 - 1)


class Piece(NamedTuple):
    """What stands between two white spaces. ``tokens`` is None when the cut depends on the neighbours."""

    tokens: tuple[str, ...] | None
    first: str
    last: str
    delimiter: str


class Segments(NamedTuple):
    """Tokens of a text: ``words`` with white space tokens where spaCy needs them, and where sentences start."""

    words: list[str]
    spaces: list[bool]
    starts: list[int]


class Segmenter:
    """razdel's ``tokenize`` and ``sentenize`` in one pass, in time linear in the text."""

    def __init__(self) -> None:
        self.pieces: dict[str, Piece] = {}
        self.contextual: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def __call__(self, text: str) -> Segments:
        parts = SPACE.split(text)
        chunks, gaps = parts[::2], parts[1::2]
        words: list[str] = []
        spaces: list[bool] = []
        starts = [0]
        known, before, offset, sentence = self.pieces, "", 0, 0
        for index, chunk in enumerate(chunks):
            piece = known.get(chunk) or self.piece(chunk)
            tokens = piece.tokens
            if tokens is None:
                tokens = self.in_context(chunk, before, self.first_type(chunks, index + 1))
            words += tokens
            spaces += [False] * len(tokens)
            before = piece.last or before
            if index == len(gaps):
                break
            gap = gaps[index]
            offset += len(chunk)
            ends = piece.delimiter and ends_sentence(text, sentence, offset, piece.delimiter)
            if gap == " " and words:
                spaces[-1] = True
            else:
                add_gap(words, spaces, gap)
            if ends:
                starts.append(len(words))
                sentence = offset
            offset += len(gap)
        return Segments(words, spaces, starts)

    def sentences(self, text: str) -> Iterator[int]:
        """Yield the offsets at which sentences start.

        >>> list(Segmenter().sentences('Жду. А толку?'))
        [0, 5]
        """
        words, spaces, starts = self(text)
        offsets = np.cumsum([0, *(len(word) + space for word, space in zip(words, spaces, strict=True))])
        yield from offsets[starts].tolist()

    def piece(self, chunk: str) -> Piece:
        atoms = [(match.lastgroup or OTHER, match.group()) for match in ATOM.finditer(chunk)]
        if not atoms:
            return Piece((), "", "", "")
        edges = {atoms[0][1], atoms[-1][1]} if len(atoms) > 1 else set()
        tokens = None if edges & CONTEXTUAL else tuple(join(atoms, "", ""))
        piece = Piece(tokens, atoms[0][0], atoms[-1][0], last_delimiter(chunk))
        if len(chunk) <= REMEMBERED_LENGTH:
            if len(self.pieces) >= REMEMBERED_PIECES:
                self.pieces.clear()
            self.pieces[chunk] = piece
        return piece

    def in_context(self, chunk: str, before: str, after: str) -> tuple[str, ...]:
        key = chunk, before, after
        tokens = self.contextual.get(key)
        if tokens is None:
            atoms = [(match.lastgroup or OTHER, match.group()) for match in ATOM.finditer(chunk)]
            tokens = tuple(join(atoms, before, after))
            if len(chunk) <= REMEMBERED_LENGTH:
                if len(self.contextual) >= REMEMBERED_PIECES:
                    self.contextual.clear()
                self.contextual[key] = tokens
        return tokens

    def first_type(self, chunks: list[str], index: int) -> str:
        if index >= len(chunks) or not chunks[index]:
            return ""
        return str(ATOM.match(chunks[index]).lastgroup)


def join(atoms: list[tuple[str, str]], before: str, after: str) -> Iterator[str]:
    """Join the atoms of one piece as razdel does; ``before`` and ``after`` are the types of the atoms around it.

    >>> list(join([(RU, 'кое'), (PUNCT, '-'), (RU, 'кто'), (PUNCT, '!')], '', ''))
    ['кое-кто', '!']
    """
    token, size = [atoms[0][1]], len(atoms[0][1])
    last = len(atoms) - 1
    for index in range(1, len(atoms)):
        left, right = atoms[index - 1], atoms[index]
        far_left = atoms[index - 2][0] if index > 1 else before
        far_right = atoms[index + 1][0] if index < last else after
        size += len(right[1])
        # A joined token may be a megabyte long: only what may be a smile is put together to look at.
        smile = "".join(token) + right[1] if size <= LONGEST_SMILE else ""
        if joins(left, right, far_left, far_right, smile):
            token.append(right[1])
        else:
            yield "".join(token)
            token, size = [right[1]], len(right[1])
    yield "".join(token)


def joins(left: tuple[str, str], right: tuple[str, str], far_left: str, far_right: str, smile: str) -> bool:
    """razdel's token rules on two atoms that touch."""
    left_type, left_text = left
    right_type, right_text = right
    for marks, joined in ((DASHES, words_around), ("_", words_around), (".,", numbers_around), ("/\\", numbers_around)):
        if left_text in marks:
            if joined(far_left, right_type):
                return True
        elif right_text in marks and joined(left_type, far_right):
            return True
    if left_type == right_type == PUNCT:
        both_end = left_text in ENDINGS and right_text in ENDINGS
        if both_end or left_text + right_text in {"--", "**"} or (smile and SMILE.match(smile)):
            return True
    if (left_type == OTHER and right_type in WORDLIKE) or (right_type == OTHER and left_type in WORDLIKE):
        return True
    return bool(right_text == "!" and left_text.lower() == "yahoo")


def words_around(left: str, right: str) -> bool:
    return bool(left and right) and PUNCT not in {left, right}


def numbers_around(left: str, right: str) -> bool:
    return bool(left == right == INT)


def last_delimiter(chunk: str) -> str:
    """The sentence delimiter that closes the piece, or nothing.

    >>> last_delimiter('ждать...'), last_delimiter('ура:)'), last_delimiter('да')
    ('.', ':)', '')
    """
    found = ""
    for match in SENTENCE_END.finditer(chunk):
        if match.end() == len(chunk):
            found = match.group(1)
    return found


def ends_sentence(text: str, start: int, end: int, delimiter: str) -> bool:
    """Ask razdel's rules whether the sentence that began at ``start`` ends at ``end``, with ``delimiter``."""
    stop = end - len(delimiter)
    split = SentSplit(text[max(0, stop - SENTENCE_WINDOW) : stop], delimiter, text[end : end + SENTENCE_WINDOW])
    # The one rule that reads the buffer looks no further than this.
    split.buffer = text[start : min(stop, start + BULLET_SIZE + 1)]
    # razdel's rules only ever say «join» or nothing.
    return not any(rule(split) for rule in SENTENCE_RULES)


def add_gap(words: list[str], spaces: list[bool], gap: str) -> None:
    """spaCy keeps one blank after a token; the rest of white space becomes a token of its own."""
    if words and gap.startswith(" "):
        spaces[-1] = True
        gap = gap[1:]
    if gap:
        blank_after = len(gap) > 1 and gap.endswith(" ")
        words.append(gap[:-1] if blank_after else gap)
        spaces.append(blank_after)


def write(doc: Doc, attributes: list[int | str], table: np.ndarray) -> None:
    """Set the attributes of all tokens from a row of uint64 each."""
    # spaCy's stubs know thinc's arrays only.
    values: Any = table
    doc.from_array(attributes, values)


class RazdelTokenizer(DummyTokenizer):
    r"""Make a ``Doc`` of any text: ``doc.text == text``, and sentence starts are set.

    >>> import spacy
    >>> doc = RazdelTokenizer(spacy.blank("ru").vocab)('Жду  ответа.\nТ.к. обещали!')
    >>> [token.text for token in doc], doc.text == 'Жду  ответа.\nТ.к. обещали!'
    (['Жду', ' ', 'ответа', '.', '\n', 'Т', '.', 'к', '.', 'обещали', '!'], True)
    >>> [sentence.text for sentence in doc.sents]
    ['Жду  ответа.\n', 'Т.к. обещали!']

    White space tokens have ``is_space`` set, and no model sees them. A lone surrogate, which no ``Doc`` can hold,
    is replaced by U+FFFD, so that offsets stay true.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self.segment = Segmenter()

    def __call__(self, text: str) -> Doc:
        if SURROGATE.search(text):
            text = SURROGATE.sub("\ufffd", text)
        words, spaces, starts = self.segment(text)
        doc = Doc(self.vocab, words=words, spaces=spaces)
        if words:
            flags = np.full(len(words), INSIDE)
            # A text that ends in white space ends its last sentence with it.
            flags[[start for start in starts if start < len(words)]] = START
            write(doc, [SENT_START], flags[:, None])
        return doc

    def pipe(self, texts: Iterable[str], **kwargs: Any) -> Iterator[Doc]:
        del kwargs
        yield from map(self, texts)


@registry.tokenizers("miner.razdel.v1")  # type: ignore[untyped-decorator]  # spaCy's registry has no types
def make_tokenizer() -> Callable[[Language], RazdelTokenizer]:
    """What ``config/pipeline.cfg`` names as ``[nlp.tokenizer]``."""

    def tokenizer(nlp: Language) -> RazdelTokenizer:
        return RazdelTokenizer(nlp.vocab)

    return tokenizer
