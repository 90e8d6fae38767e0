"""Small trained models of text: what a word weighs is remembered, so that a text costs a few additions a token.

A text is seen as lemmas, norms, letter n-grams inside words, pairs of neighbours and words under a negation, hashed
into one table of weights (Weinberger et al. 2009), as the mean of its navec vectors, and as a row of plain figures
(`FIGURES`). All of it adds up over tokens, so the same model reads a post, a sentence or a clause. Nothing but numpy.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
from spacy.attrs import IS_SPACE, LEMMA, MORPH, NORM, ORTH

from miner.errors import BadInput
from miner.jsonl import whole_file
from miner.nlp.social import REST
from miner.settings import resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

BITS = 18
SIZE = 1 << BITS
PAIR = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
SHIFT = np.uint64(64 - BITS)
NGRAMS = (3, 4, 5)
NGRAM_WEIGHT = 0.35
PAIR_WEIGHT = 0.6
LONGEST_WORD = 30
REMEMBERED = 150_000
VECTOR = 300
NEGATORS = frozenset(("не", "ни", "без", "нет", "нельзя", "перестать"))

# Plain figures of a text, each between 0 and about 1.
WORD_FIGURES = (
    "first_person", "second_person", "imperative", "past", "future", "caps", "title", "latin", "digits", "url",
    "handle", "markup", "emoji", "glad", "sad", "exclamation", "question", "dash", "guillemet", "currency", "colon",
    "comma", "ellipsis", "irony", "positive", "negative", "not_positive", "not_negative", "verb", "noun", "adjective",
)  # fmt: skip
TEXT_FIGURES = (
    "length",
    "short",
    "long",
    "ends_question",
    "starts_dash",
    "any_first",
    "any_caps",
    "most_positive",
    "most_negative",
    "balance",
    "one_sided",
)
FIGURES = WORD_FIGURES + TEXT_FIGURES
POSITIVE, NEGATIVE = WORD_FIGURES.index("positive"), WORD_FIGURES.index("negative")
QUESTION, DASH = WORD_FIGURES.index("question"), WORD_FIGURES.index("dash")
NOT_POSITIVE, NOT_NEGATIVE = WORD_FIGURES.index("not_positive"), WORD_FIGURES.index("not_negative")
# A fear that proved idle is no fear: «боялась зря».
FEARS = frozenset("бояться переживать волноваться паниковать опасаться нервничать беспокоиться страшно".split())
IDLE = frozenset(("зря", "напрасно"))
IRONY = frozenset("ага угу щас сейчас-сейчас прям якобы типа 🙃 🤡 🤦 карл браво аплодировать".split())
FIRST_PRONOUNS = frozenset("я мой мы наш меня мне мной нас нам нами".split())
SECOND_PRONOUNS = frozenset("ты твой вы ваш тебя тебе вас вам вами".split())
SIGNS = {
    "<url>": "url", "<handle>": "handle", "<markup>": "markup", ":)": "glad", ":(": "sad", "!": "exclamation",
    "?": "question", "—": "dash", "–": "dash", "«": "guillemet", "»": "guillemet", "₽": "currency", "$": "currency",
    "рубль": "currency", "руб": "currency", ":": "colon", ",": "comma", "...": "ellipsis", "…": "ellipsis",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexicons:
    """What analysts know of words: ``polarity`` from -1 to 1 by lemma, and the lemmas of each genre."""

    polarity: Mapping[str, float]
    genres: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Batch:
    """The words of some texts that are the authors' own: one row each, ``first[i]:first[i + 1]`` of text ``i``."""

    words: np.ndarray  # row in the bank
    pairs: np.ndarray  # hash with the word after it, into SIZE
    negated: np.ndarray  # bool
    negations: np.ndarray  # hash of the word as a negated one, into SIZE
    first: np.ndarray
    offsets: np.ndarray  # the token's number in its doc


class Bank:
    """What is known of each distinct word: its hashed features, its figures, its vector.

    ``vectors`` gives a row of VECTOR numbers for each word form.
    """

    def __init__(
        self, vocab: Vocab, lexicon: Mapping[str, float], vectors: Callable[[Sequence[str]], np.ndarray]
    ) -> None:
        self.vocab, self.lexicon, self.look_up = vocab, lexicon, vectors
        self.rows: dict[int, int] = {}
        self.features: list[tuple[np.ndarray, np.ndarray]] = []
        self.figures = np.zeros((0, len(WORD_FIGURES)), np.float32)
        self.vectors = np.zeros((0, VECTOR), np.float16)
        self.lemmas = np.zeros(0, np.uint64)

    def __getstate__(self) -> dict[str, Any]:
        empty = Bank(self.vocab, self.lexicon, self.look_up)
        return dict(empty.__dict__)

    def forget(self) -> None:
        self.rows.clear()
        self.features.clear()
        self.figures = self.figures[:0]
        self.vectors = self.vectors[:0]
        self.lemmas = self.lemmas[:0]

    def batch(self, docs: Sequence[Doc]) -> Batch:
        """Look up the words of docs; white space, rests of marks and quoted words are left out."""
        tables, first, offsets, total = [], [0], [], 0
        for doc in docs:
            table = doc.to_array([NORM, LEMMA, ORTH, MORPH, IS_SPACE])
            kept = own_words(doc, table, self.vocab.strings[REST])
            tables.append(table[kept])
            offsets.append(kept)
            total += len(kept)
            first.append(total)
        table = np.concatenate(tables) if tables else np.zeros((0, 5), np.uint64)
        if len(self.rows) > REMEMBERED:
            self.forget()
        keys = table[:, 0] * PAIR[0] + table[:, 1] * PAIR[1] + table[:, 2] * PAIR[2] + table[:, 3]
        distinct, where, inverse = np.unique(keys, return_index=True, return_inverse=True)
        numbers = [self.rows.get(key, -1) for key in distinct.tolist()]
        new = [index for index, number in enumerate(numbers) if number < 0]
        if new:
            start = len(self.features)
            self.add(table[where[new]])
            for offset, index in enumerate(new):
                numbers[index] = self.rows[int(distinct[index])] = start + offset
        words = np.array(numbers, np.intp)[inverse]
        edges = np.array(first, np.intp)
        return Batch(words, *self.context(words, edges), edges, np.concatenate([*offsets, np.zeros(0, np.intp)]))

    def context(self, words: np.ndarray, first: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pair each word with the next one of its text, and say which stand within two words of a negation."""
        if not len(words):
            return np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, np.int64)
        lemmas = self.lemmas[words]
        after = np.roll(lemmas, -1)
        before = np.roll(self.is_negator(lemmas), 1)
        starts, stops = first[:-1][np.diff(first) > 0], first[1:][np.diff(first) > 0] - 1
        after[stops] = 0
        before[starts] = False
        second = np.roll(before, 1)
        second[starts] = False
        pairs = ((lemmas * PAIR[1] ^ (after * PAIR[2])) * PAIR[0]) >> SHIFT
        negations = ((lemmas ^ PAIR[2]) * PAIR[0]) >> SHIFT
        near = before | second | self.idle_fears(lemmas, first)
        return pairs.astype(np.int64), near, negations.astype(np.int64)

    def idle_fears(self, lemmas: np.ndarray, first: np.ndarray) -> np.ndarray:
        """Which words are a fear with «зря» within two words of it, in the same text."""
        fears, negators = self.among(lemmas, FEARS), self.is_negator(lemmas)
        answer = np.zeros(len(lemmas), bool)
        for place in np.flatnonzero(self.among(lemmas, IDLE)).tolist():
            text = int(np.searchsorted(first, place, side="right")) - 1
            if place > first[text] and negators[place - 1]:
                continue  # «боялась, и не зря»
            window = slice(max(place - 2, int(first[text])), min(place + 3, int(first[text + 1])))
            answer[window] |= fears[window]
        return answer

    def is_negator(self, lemmas: np.ndarray) -> np.ndarray:
        return self.among(lemmas, NEGATORS)

    def among(self, lemmas: np.ndarray, words: frozenset[str]) -> np.ndarray:
        return np.isin(lemmas, np.array([self.vocab.strings.add(word) for word in sorted(words)], np.uint64))

    def add(self, table: np.ndarray) -> None:
        """Work out features and figures of new words."""
        strings = self.vocab.strings
        norms = []
        figures = np.zeros((len(table), len(WORD_FIGURES)), np.float32)
        for row, (norm_id, lemma_id, orth_id, morph_id, _) in enumerate(table.tolist()):
            norm, lemma, form = strings[norm_id], strings[lemma_id].replace("ё", "е"), strings[orth_id]
            self.features.append(hashed(norm.replace("ё", "е"), lemma))
            norms.append(norm)
            describe(figures[row], form, norm, lemma, strings[morph_id] if morph_id else "", self.lexicon)
        self.figures = np.concatenate([self.figures, figures])
        self.vectors = np.concatenate([self.vectors, self.look_up(norms).astype(np.float16)])
        self.lemmas = np.concatenate([self.lemmas, table[:, 1]])


def own_words(doc: Doc, table: np.ndarray, rest: int) -> np.ndarray:
    """Return the numbers of the tokens that are words of the author."""
    kept = (table[:, 4] == 0) & (table[:, 0] != np.uint64(rest))
    for start, stop in doc._.quoted:
        span = doc.char_span(start, stop, alignment_mode="expand")
        if span is not None:
            kept[span.start : span.end] = False
    return np.flatnonzero(kept)


def hashed(norm: str, lemma: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the features of one word as places in the table and their weights."""
    norm = norm[:LONGEST_WORD]
    names = [f"l:{lemma[:LONGEST_WORD]}", f"n:{norm}"]
    weights = [1.0, 0.7]
    if any(letter.isalpha() for letter in norm):
        framed = f"^{norm}$"
        grams = [framed[start : start + size] for size in NGRAMS for start in range(len(framed) - size + 1)]
        names += grams
        weights += [NGRAM_WEIGHT] * len(grams)
    return np.array([crc32(name.encode()) & (SIZE - 1) for name in names], np.int64), np.array(weights, np.float32)


def describe(row: np.ndarray, form: str, norm: str, lemma: str, feats: str, lexicon: Mapping[str, float]) -> None:
    """Fill the figures of one word."""

    def on(name: str, value: float = 1.0) -> None:
        row[WORD_FIGURES.index(name)] = value

    if sign := SIGNS.get(norm) or SIGNS.get(lemma):
        on(sign)
    if lemma in FIRST_PRONOUNS or "Person=1" in feats:
        on("first_person")
    if lemma in SECOND_PRONOUNS or "Person=2" in feats:
        on("second_person")
    if "Mood=Imp" in feats:
        on("imperative")
    if "Tense=Past" in feats:
        on("past")
    if "Tense=Fut" in feats:
        on("future")
    if "VerbForm" in feats:
        on("verb")
    elif "Degree" in feats:
        on("adjective")
    elif "Animacy" in feats:
        on("noun")
    if len(form) > 2 and form.isupper():
        on("caps")
    elif form[:1].isupper():
        on("title")
    if form[:1].isascii() and form[:1].isalpha():
        on("latin")
    if form[:1].isdigit():
        on("digits")
    if form and (0x1F000 <= ord(form[0]) <= 0x1FAFF or 0x2600 <= ord(form[0]) <= 0x27BF):
        on("emoji")
    if lemma in IRONY or norm in IRONY:
        on("irony")
    polarity = lexicon.get(lemma) or lexicon.get(norm) or 0.0
    if polarity > 0:
        on("positive", polarity)
    elif polarity < 0:
        on("negative", -polarity)


def text_figures(
    sums: np.ndarray, sizes: np.ndarray, ends_question: np.ndarray, starts_dash: np.ndarray, peaks: np.ndarray
) -> np.ndarray:
    """Return a row of FIGURES for each text, from the sums of its words' figures, its size in words, and the most
    positive and the most negative of its words.
    """
    n = np.maximum(sizes, 1)[:, None].astype(np.float32)
    shares = sums / np.sqrt(n)
    first, caps = WORD_FIGURES.index("first_person"), WORD_FIGURES.index("caps")
    balance = shares[:, POSITIVE] - shares[:, NEGATIVE]
    more = [
        np.log1p(sizes) / 5,
        sizes <= 4,
        sizes >= 80,
        ends_question,
        starts_dash,
        sums[:, first] > 0,
        sums[:, caps] / n[:, 0] > 0.3,
        peaks[:, 0],
        peaks[:, 1],
        balance,
        np.abs(balance),
    ]
    return np.concatenate([shares, np.stack(more, 1).astype(np.float32)], 1)


class Navec:
    """Vectors of word forms, out of the tables that the pipeline's slovnet component holds already."""

    def __init__(self, slovnet: Any = None) -> None:
        self.slovnet = slovnet
        self._words: Any = None

    def __call__(self, forms: Sequence[str]) -> np.ndarray:
        """Return (forms, VECTOR); zeros for a word that navec has not."""
        words = self.words
        ids = np.array([words.ids.get(form, words.unknown) for form in forms], np.intp)
        vectors: np.ndarray = words.vectors(ids)
        vectors[ids == words.unknown] = 0
        return vectors

    @property
    def words(self) -> Any:
        if self._words is None:
            if self.slovnet is not None:
                self._words = self.slovnet.runtime.table.words
            else:
                from miner.words import navec

                self._words = navec()
        return self._words

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_words": None}


def bank_of(nlp: Language) -> Bank:
    """Return the one bank that all components of a pipeline share."""
    for _, pipe in nlp.pipeline:
        if isinstance(bank := getattr(pipe, "bank", None), Bank) and bank.vocab is nlp.vocab:
            return bank
    slovnet = next((pipe for _, pipe in nlp.pipeline if hasattr(pipe, "runtime") or "runtime" in dir(type(pipe))), None)
    return Bank(nlp.vocab, polarity(), Navec(slovnet))


def polarity(path: Path | None = None) -> dict[str, float]:
    """Read ``config/lexicons/polarity.toml``: lemma → from -1 (strongly bad) to 1. Raises BadInput."""
    path = path or resources() / "config" / "lexicons" / "polarity.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        values: dict[str, float] = {}
        for side, sign in (("positive", 1.0), ("negative", -1.0)):
            for strength, weight in (("weak", 0.5), ("strong", 1.0)):
                values |= {word.replace("ё", "е"): sign * weight for word in tables[side][strength].split()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: can't be read as TOML: {error}. Mend the file.") from error
    except (KeyError, AttributeError) as error:
        raise BadInput(f"{path}: [positive] and [negative] need strong and weak, texts of words; {error}.") from error
    return values


@dataclass
class TextModel:
    """Labels and their weights. ``probabilities`` answers for any stretches of a batch."""

    labels: tuple[str, ...]
    table: np.ndarray  # (SIZE, labels) float32
    pairs: np.ndarray  # (SIZE, labels), pairs of neighbours and negated words
    figures: np.ndarray  # (FIGURES, labels)
    vectors: np.ndarray  # (VECTOR, labels)
    bias: np.ndarray
    meta: dict[str, Any] = field(default_factory=dict)
    columns: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0), np.float32), repr=False)

    def words(self, bank: Bank) -> np.ndarray:
        """Return (words of the bank, 2, labels): what each word adds by its features, and by its vector."""
        known, count = len(self.columns), len(bank.features)
        if known > count or not count:
            # A bank that forgot its words, or has not seen one yet.
            self.columns = np.zeros((0, 2, len(self.labels)), np.float32)
            known = 0
        if known < count:
            added = np.zeros((count - known, 2, len(self.labels)), np.float32)
            for row, (places, weights) in enumerate(bank.features[known:]):
                added[row, 0] = weights @ self.table[places]
            added[:, 1] = bank.vectors[known:] @ self.vectors
            self.columns = np.concatenate([self.columns[:known], added]) if known else added
        return self.columns

    def logits(self, bank: Bank, batch: Batch, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """Return (stretches, labels) of the stretches ``starts[i]:stops[i]`` of the batch's words."""
        own = self.words(bank)[batch.words]
        flat = own[:, 0] + PAIR_WEIGHT * (
            self.pairs[batch.pairs] + self.pairs[batch.negations] * batch.negated[:, None]
        )
        sizes = np.maximum(stops - starts, 1).astype(np.float32)[:, None]
        logits: np.ndarray = summed(flat, starts, stops) / np.sqrt(sizes)
        logits += summed(own[:, 1], starts, stops) / sizes
        logits += figures(bank, batch, starts, stops) @ self.figures
        answer: np.ndarray = logits + self.bias
        return answer

    def probabilities(self, bank: Bank, batch: Batch, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        logits = self.logits(bank, batch, starts, stops)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        answer: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
        return answer

    def save(self, path: Path) -> None:
        """Write a compressed .npz: weights in 8 bits, the rest as it is."""
        arrays: dict[str, Any] = {}
        for name in ("table", "pairs"):
            weights = getattr(self, name)
            scale = float(np.abs(weights).max()) / 127 or 1.0
            arrays[name] = np.round(weights / scale).astype(np.int8)
            arrays[f"{name}_scale"] = np.array(scale, np.float32)
        arrays |= {"figures": self.figures, "vectors": self.vectors.astype(np.float16), "bias": self.bias}
        arrays["meta"] = np.array(json.dumps({"labels": self.labels, **self.meta}, ensure_ascii=False))
        with whole_file(path) as beside, open(beside, "wb") as stream:
            np.savez_compressed(stream, **arrays)

    @classmethod
    def load(cls, path: Path) -> TextModel:
        """Raises BadInput when the file is missing or no model."""
        try:
            with np.load(path, allow_pickle=False) as file:
                meta = json.loads(str(file["meta"]))
                table, pairs = (file[name].astype(np.float32) * file[f"{name}_scale"] for name in ("table", "pairs"))
                further, vectors, bias = (file[name].astype(np.float32) for name in ("figures", "vectors", "bias"))
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise BadInput(f"{path}: no trained model: {error}. Train it again, or install miner again.") from error
        return cls(tuple(meta.pop("labels")), table, pairs, further, vectors, bias, meta)


def copy_files(files: Iterable[Path], folder: Path) -> None:
    """Put model files into a folder, made where there is none; a file that lies there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        if file.resolve() != (folder / file.name).resolve():
            shutil.copyfile(file, folder / file.name)


def summed(rows: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Sum the rows of each stretch; stretches may overlap.

    >>> summed(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 1]), np.array([2, 3, 1])).tolist()
    [[3.0], [6.0], [0.0]]
    """
    sums = np.zeros((len(rows) + 1, rows.shape[1]))
    np.cumsum(rows, axis=0, out=sums[1:], dtype=np.float64)
    answer: np.ndarray = (sums[stops] - sums[starts]).astype(np.float32)
    return answer


def figures(bank: Bank, batch: Batch, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Return (stretches, FIGURES)."""
    own = bank.figures[batch.words]
    negated = batch.negated
    own[:, NOT_POSITIVE] = own[:, POSITIVE] * negated
    own[:, NOT_NEGATIVE] = own[:, NEGATIVE] * negated
    own[negated, POSITIVE] = 0
    own[negated, NEGATIVE] = 0
    sizes = stops - starts
    full = sizes > 0
    ends, begins = np.zeros(len(sizes), bool), np.zeros(len(sizes), bool)
    ends[full] = own[stops[full] - 1, QUESTION] > 0
    begins[full] = own[starts[full], DASH] > 0
    return text_figures(summed(own, starts, stops), sizes, ends, begins, highest(own, starts, stops))


def highest(own: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Return (stretches, 2): the strongest positive and the strongest negative word; a negated one counts half, and
    for the other side.
    """
    peaks = np.zeros((len(starts), 2), np.float32)
    full = np.flatnonzero(stops > starts)
    if len(full):
        sides = np.zeros((len(own) + 1, 2), np.float32)
        sides[:-1, 0] = np.maximum(own[:, POSITIVE], own[:, NOT_NEGATIVE] / 2)
        sides[:-1, 1] = np.maximum(own[:, NEGATIVE], own[:, NOT_POSITIVE] / 2)
        edges = np.stack([starts[full], stops[full]], 1).reshape(-1)
        peaks[full] = np.maximum.reduceat(sides, edges, axis=0)[::2]
    return peaks
