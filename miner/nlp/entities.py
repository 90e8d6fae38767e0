"""The spaCy component `miner_entities`: what the text names, each with its dictionary form.

To slovnet's PER, LOC and ORG come SERVICE, BENEFIT, DOCUMENT (``config/lexicons/entities.toml``) and PROFESSION
(``professions.toml``). ``Span._.norm`` is the phrase in the nominative («в центре занятости» → «центр занятости»),
``Span.kb_id_`` the lexicon's concept («ЦЗН» and «биржа труда» → «центр занятости»), ``Span._.region`` the region of
Russia that a LOC lies in, or None.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from spacy.attrs import ENT_IOB, LEMMA, LOWER
from spacy.language import Language
from spacy.tokens import Span

from miner import places
from miner.errors import BadInput
from miner.nlp import extensions
from miner.nlp.batches import batches
from miner.nlp.social import Lexicon
from miner.settings import resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from spacy.tokens import Doc, Token
    from spacy.vocab import Vocab

extensions.register()
if not Span.has_extension("region"):
    Span.set_extension("region", default=None)

LABELS = ("SERVICE", "BENEFIT", "DOCUMENT")
PROFESSION = "PROFESSION"
BEGIN = 3
LONGEST_NAME = 12
CASES = {"Nom": "nomn", "Gen": "gent", "Dat": "datv", "Acc": "accs", "Ins": "ablt", "Loc": "loct"}
NUMBERS = {"Sing": "sing", "Plur": "plur"}
GENDERS = {"Masc": "masc", "Fem": "femn", "Neut": "neut"}
NAME_PARTS = ("Name", "Surn", "Patr")
PROPER_MARKS = (*NAME_PARTS, "Geox", "Orgn", "Trad", "Abbr")
PARTICLES = frozenset(("то", "ка", "таки"))
# Alone they name nobody.
LEGAL_FORMS = frozenset("ИП ООО ОАО ЗАО ПАО АО ОО НКО ГПХ СМЗ".split())
NOMINAL = frozenset(("NOUN", "ADJF", None))
WORDS = re.compile(r"[^\W\d_]+")


class Term(NamedTuple):
    """A wording of a lexicon: what it is, its dictionary form, and what it means («ЦЗН»: «центр занятости»)."""

    label: str
    norm: str
    concept: str


class Node:
    """A step of the trie: where each next word leads, and the term that ends here."""

    __slots__ = ("next", "term")

    def __init__(self) -> None:
        self.next: dict[int, Node] = {}
        self.term: Term | None = None


class Found(NamedTuple):
    start: int
    stop: int
    label: str
    norm: str
    concept: str = ""


def read_terms(folder: Path) -> Iterator[tuple[str, Term]]:
    """Yield every wording of the lexicons with its term. Raises BadInput naming file and rule."""
    path = folder / "entities.toml"
    tables = load(path)
    for label, table in tables.items():
        if label not in LABELS:
            raise BadInput(f"{path}: no entities called {label!r}. Known: {', '.join(LABELS)}.")
        for concept, wordings in table.items():
            if not isinstance(wordings, str):
                raise BadInput(f'{path}: {label}."{concept}": a text is needed, wordings with commas between them.')
            for wording in filter(None, (concept, *(part.strip() for part in wordings.split(",")))):
                yield wording, Term(label, wording, concept)
    professions = folder / "professions.toml"
    if professions.is_file():
        for name in load(professions).get("professions", ()):
            yield name, Term(PROFESSION, name, name)


def load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: can't be read as TOML: {error}. Mend the file.") from error


@Language.factory(
    "miner_entities", assigns=["doc.ents", "span._.norm", "span._.region"], requires=["token.lemma", "doc.ents"]
)
def make_entities(nlp: Language, name: str) -> Entities:
    return Entities(nlp.vocab, name, nlp.tokenizer, resources() / "config" / "lexicons")


class Entities:
    """Add the lexicons' entities to slovnet's, and give all of them their dictionary forms."""

    def __init__(self, vocab: Vocab, name: str, tokenizer: Callable[[str], Doc], folder: Path) -> None:
        self.vocab, self.name, self.tokenizer, self.folder = vocab, name, tokenizer, folder
        self._root: Node | None = None
        self.firsts = np.zeros(0, np.uint64)

    @property
    def root(self) -> Node:
        """The trie of all terms, built on first use."""
        if self._root is None:
            self._root = Node()
            terms = list(read_terms(self.folder))
            for wording, term in terms:
                self.insert(wording, term)
            known = dict(reversed(terms))
            # «соцзащиту» is a form that only the lexicon of social text knows.
            for form, reading in Lexicon.read(self.folder / "social.toml").words.items():
                if meant := known.get(reading.norm):
                    self.insert(form, meant)
            self.firsts = np.array(sorted(self._root.next), np.uint64)
        return self._root

    def insert(self, wording: str, term: Term) -> None:
        node, add = self._root, self.vocab.strings.add
        assert node is not None
        for token in self.tokenizer(wording):
            keys = [add(form) for form in forms(token.text)]
            step = next((node.next[key] for key in keys if key in node.next), None) or Node()
            for key in keys:
                step = node.next.setdefault(key, step)
            node = step
        node.term = node.term or term

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
        root = self.root
        table = np.concatenate([doc.to_array([LEMMA, LOWER, ENT_IOB]) for doc in docs])
        starts = np.isin(table[:, 0], self.firsts) | np.isin(table[:, 1], self.firsts)
        named = table[:, 2] == BEGIN
        edges = np.cumsum([0, *map(len, docs)])
        places_ = np.flatnonzero(starts)
        owners = np.searchsorted(edges, places_, side="right") - 1
        by_doc: dict[int, list[int]] = {}
        for place, owner in zip(places_.tolist(), owners.tolist(), strict=True):
            by_doc.setdefault(owner, []).append(place - int(edges[owner]))
        with_names = set((np.searchsorted(edges, np.flatnonzero(named), side="right") - 1).tolist())
        for number in sorted(with_names | by_doc.keys()):
            doc = docs[number]
            own = table[edges[number] : edges[number + 1], :2].tolist()
            self.name_in(doc, list(self.terms(root, doc, own, by_doc.get(number, []))))

    def terms(self, root: Node, doc: Doc, keys: list[list[int]], starts: Sequence[int]) -> Iterator[Found]:
        """Yield the longest term at each start that does not lie in the term before it."""
        reached = 0
        for start in starts:
            if start < reached:
                continue
            node, stop, term = root, start, None
            for index in range(start, len(keys)):
                lemma, lower = keys[index]
                step = node.next.get(lower) or node.next.get(lemma)
                if step is None:
                    break
                node = step
                if node.term:
                    stop, term = index + 1, node.term
            if term is not None and not belongs_to_next(doc, start, stop):
                reached = stop
                yield Found(start, stop, *term)

    def name_in(self, doc: Doc, terms: list[Found]) -> None:
        """Join the entities of slovnet and of the lexicons, the longer winning where they overlap."""
        own = names(doc)
        taken: set[int] = set()
        kept = []
        for found in sorted((*terms, *own), key=lambda found: (found.start - found.stop, not found.norm)):
            if taken.isdisjoint(range(found.start, found.stop)):
                taken.update(range(found.start, found.stop))
                kept.append(better(found, terms))
        kept.sort()
        spans = [Span(doc, found.start, found.stop, label=found.label, kb_id=found.concept) for found in kept]
        doc.ents = spans
        for span, found in zip(spans, kept, strict=True):
            span._.norm = found.norm or norm(span)
            if found.label == "LOC" and (region := places.region_of(span.text)):
                span._.region = region

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        del path, exclude  # the lexicons are part of the installation

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Entities:
        del path, exclude
        self._root = None
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        del exclude
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Entities:
        del data, exclude
        self._root = None
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_root": None}


@functools.lru_cache(maxsize=20_000)
def forms(word: str) -> tuple[str, ...]:
    """Return the spellings under which a lexicon's word may stand in ``lemma`` or ``lower`` of a token."""
    low = word.lower()
    normal = {str(analysis.normal_form) for analysis in places.parse(low)} if low.isalpha() else set()
    spelt = {low, *normal}
    return tuple(sorted(spelt | {form.replace("ё", "е") for form in spelt}))


def belongs_to_next(doc: Doc, start: int, stop: int) -> bool:
    """«трудовая» is a document, in «трудовая деятельность» it is not."""
    last = doc[stop - 1]
    if last.pos_ not in {"ADJ", "DET"} or stop == len(doc):
        return False
    after = doc[stop]
    return after.pos_ in {"NOUN", "PROPN"} and last.head.i >= stop and start < stop


def is_name(ent: Span) -> bool:
    """slovnet, brought up on news, takes smiles, cries and common words for names now and then."""
    text = ent.text
    if not any(letter.isupper() for letter in text):
        return False
    if ent.start and ent.doc[ent.start - 1].text == "#":
        return places.region_of(text) is not None
    if len(ent) > 1:
        return not (ent.label_ == "ORG" and text.isupper() and all(map(is_common, WORDS.findall(text))))
    return may_name(text, ent.label_, opens=bool(ent[0].is_sent_start))


@functools.lru_cache(maxsize=50_000)
def may_name(word: str, label: str, *, opens: bool = False) -> bool:
    """Whether one word can be a name; ``opens`` says that it has its capital from the start of a sentence.

    >>> may_name("Присматриваюсь", "ORG"), may_name("Гугл", "ORG"), may_name("ИП", "ORG"), may_name("АКЦИЯ", "ORG")
    (False, True, False, False)
    >>> may_name("Коля", "PER"), may_name("Котик", "PER"), may_name("Отец-доцент", "PER"), may_name("Вопрос-то", "PER")
    (True, False, False, False)
    >>> may_name("Тень", "LOC", opens=True), may_name("Сокол", "LOC", opens=True), may_name("Садовая", "LOC")
    (False, True, True)
    """
    analyses = places.parse(word)
    if analyses and analyses[0].is_known and not any(a.tag.POS in NOMINAL for a in analyses if a.score > 0.05):
        return False
    if label == "ORG":
        return word not in LEGAL_FORMS and not (word.isupper() and is_common(word))
    if label == "LOC":
        return not (opens and is_common(word) and places.region_of(word) is None)
    return not all(is_common(part) for part in word.split("-") if part.lower() not in PARTICLES)


@functools.lru_cache(maxsize=50_000)
def is_common(word: str) -> bool:
    """Whether the dictionary has the word, and not as a name or an abbreviation.

    >>> is_common("Практикантка"), is_common("Вера"), is_common("ДК"), is_common("Ратунова")
    (True, False, False, False)
    """
    analyses = places.parse(word)
    return bool(analyses) and analyses[0].is_known and not any(mark in a.tag for a in analyses for mark in PROPER_MARKS)


def names(doc: Doc) -> Iterator[Found]:
    """Yield slovnet's names that are names, put right where the words show it."""
    last: Found | None = None
    for ent in doc.ents:
        if not is_name(ent):
            continue
        found = Found(ent.start, end_of_quote(ent), label_of(ent), "")
        if last and last.label == found.label == "PER" and touches(doc, last, found):
            found = found._replace(start=last.start)
        elif last:
            yield last
        last = found
    if last:
        yield last


def touches(doc: Doc, one: Found, other: Found) -> bool:
    """«Смолина» beside «Вера Егоровна» is a surname: one name in two pieces."""
    short = one.stop - one.start == 1 and other.stop - other.start == 2
    return short and one.stop == other.start and bool(doc[one.start].whitespace_)


def label_of(ent: Span) -> str:
    """«Воркута» is no person, whatever slovnet says: its dictionary form is a place's and nobody's name."""
    if ent.label_ == "PER" and len(ent) == 1 and places.region_of(ent.text) and not may_be_person(ent.text):
        return "LOC"
    return ent.label_


@functools.lru_cache(maxsize=50_000)
def may_be_person(word: str) -> bool:
    """
    >>> may_be_person("Владимир"), may_be_person("Воркута")
    (True, False)
    """
    return any(part in analysis.tag for analysis in places.parse(word) for part in NAME_PARTS)


def end_of_quote(ent: Span) -> int:
    """The end of a name, with the quotation mark that closes the one inside it: «ТЦ "Меридиан"»."""
    after = ent.doc[ent.end].text if ent.end < len(ent.doc) else ""
    opened = {"»": "«", '"': '"', "”": "“"}.get(after)
    if opened and ent.text.count(opened) % 2 == 1 and "»" not in ent.text:
        return int(ent.end) + 1
    return int(ent.end)


def better(found: Found, terms: Sequence[Found]) -> Found:
    """An organisation that begins with a service's name is that service («ЦЗН Твери»)."""
    if found.label == "ORG":
        for term in terms:
            if term.label == "SERVICE" and found.start == term.start and term.stop <= found.stop:
                return found._replace(label="SERVICE")
    return found


def norm(span: Span) -> str:
    """The dictionary form of a name: the nominative, agreement kept."""
    if span.label_ == "LOC" and (known := places.name_of(span.text)):
        return known
    words = tuple((undrawled(token), token.whitespace_, facts(token, span)) for token in islice(span, LONGEST_NAME))
    return " ".join(nominative(words, span.label_).split())


def undrawled(token: Token) -> str:
    """«Ильяяяя» is «Илья»."""
    text, meant = token.text, token.norm_
    return as_written(text, meant) if meant.isalpha() and text.isalpha() and len(meant) < len(text) else text


def facts(token: Token, span: Span) -> tuple[str, str, str, str, str]:
    """What decides how a word is brought into the nominative: place, part of speech, case, number, gender."""
    head = token.head.i
    where = "head" if head == token.i or not span.start <= head < span.end else "before" if head > token.i else "after"
    feats = token.morph.to_dict()
    return where, token.pos_, feats.get("Case", ""), feats.get("Number", ""), feats.get("Gender", "")


@functools.lru_cache(maxsize=50_000)
def nominative(words: tuple[tuple[str, str, tuple[str, str, str, str, str]], ...], label: str) -> str:
    """Bring the head and what agrees with it into the nominative; what hangs on it otherwise stays.

    >>> centre, work = ('head', 'NOUN', 'Loc', 'Sing', 'Masc'), ('after', 'NOUN', 'Gen', 'Sing', 'Fem')
    >>> nominative((('центре', ' ', centre), ('занятости', '', work)), 'ORG')
    'центр занятости'
    """
    out = []
    seen_head = False
    gender = person_gender(words) if label == "PER" else ""
    for text, blank, (where, pos, case, number, own_gender) in words:
        agrees = label == "PER" or (where == "head" and not seen_head) or (where == "before" and pos in {"ADJ", "DET"})
        seen_head = seen_head or where == "head"
        if agrees and text.isalpha() and (case or label == "PER"):
            wanted = gender or GENDERS.get(own_gender, "")
            form = straight(text.lower(), CASES.get(case, ""), NUMBERS.get(number, ""), wanted, label)
            out.append(as_written(text, form))
        else:
            out.append(text)
        out.append(blank)
    return "".join(out).strip()


def person_gender(words: Sequence[tuple[str, str, tuple[str, ...]]]) -> str:
    """The gender that the first name or the patronymic shows."""
    for text, _, _ in words:
        for analysis in places.parse(text.lower()):
            if ("Name" in analysis.tag or "Patr" in analysis.tag) and analysis.tag.gender:
                return str(analysis.tag.gender)
    return ""


def straight(word: str, case: str, number: str, gender: str, label: str) -> str:
    """Return the nominative of a form that stands in ``case``."""
    analyses = places.parse(word)

    def fit(analysis: Any) -> float:
        tag = analysis.tag
        name = any(part in tag for part in NAME_PARTS) if label == "PER" else "Geox" in tag or "Orgn" in tag
        return (
            2 * bool(case and tag.case == case)
            + bool(number and tag.number == number)
            + 1.5 * (not gender or tag.gender in {gender, None})
            + 2 * name
            + float(analysis.score)
        )

    best = max(analyses, key=fit, default=None)
    if best is None:
        return word
    if best.tag.case is None or best.tag.case == "nomn":
        return word
    grammemes = {"nomn", *filter(None, (best.tag.number,))}
    if best.tag.POS == "ADJF" and best.tag.number == "sing" and best.tag.gender:
        grammemes.add(best.tag.gender)
    inflected = best.inflect(grammemes)
    answer = str(inflected.word) if inflected else word
    return answer if "ё" in word else answer.replace("ё", "е")


def as_written(text: str, word: str) -> str:
    """Give a word the capitals of the text."""
    if text.isupper() and len(text) > 1:
        return text if word != text.lower() and len(text) < 5 else word.upper()
    return word[:1].upper() + word[1:] if text[:1].isupper() else word
