"""Posts in, documents out: the pipeline run over any number of posts, in order, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from miner.records import KINDS, Disclosure, Document, Entity, Mask, Post, Sentiment, Statement
from miner.settings import Nlp

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

    from miner.nlp.opinion.llm import Underliner

# Where a long post may be cut: after a blank line, else a line, a sentence, a word.
CUTS = [re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"[.!?…]\s", r"\s")]
UNDETERMINED = "und"
ASKERS = frozenset(("interviewer", "moderator"))


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a post that is annotated in one go; ``offset`` is where it starts in the post's text."""

    post: Post
    offset: int
    last: bool


def parts(text: str, most: int) -> Iterator[tuple[int, str]]:
    """Cut a text into pieces of at most ``most`` characters, at the end of a paragraph where there is one.

    >>> list(parts("Раз два. Три.", 9))
    [(0, 'Раз два. '), (9, 'Три.')]
    """
    start = 0
    while len(text) - start > most:
        window = text[start : start + most]
        ends = (max((m.end() for m in cut.finditer(window, most // 2)), default=0) for cut in CUTS)
        size = next((end for end in ends if end), most)
        yield start, window[:size]
        start += size
    yield start, text[start:]


class Annotator:
    """Runs a spaCy pipeline over posts. ``tokens`` keeps the sentences with their words in the documents.

    With an ``underliner`` a language model finds the statements.
    """

    def __init__(
        self,
        nlp: Language,
        settings: Nlp | None = None,
        *,
        tokens: bool = False,
        underliner: Underliner | None = None,
    ) -> None:
        self.nlp = nlp
        self.settings = settings or Nlp()
        self.tokens = tokens
        self.underliner = underliner

    def annotate(self, posts: Iterable[Post]) -> Iterator[Document]:
        """Yield a document for each post, in their order."""
        open_parts: list[tuple[int, Doc]] = []
        # Nobody asks for the statements of posts that don't count.
        options: dict[str, dict[str, Any]] = {"statements": {"least_relevance": self.settings.relevance_threshold}}
        if self.underliner is not None:
            options["statements"]["underliner"] = self.underliner
        for doc, part in self.nlp.pipe(self.pieces(posts), as_tuples=True, component_cfg=options):
            open_parts.append((part.offset, doc))
            if part.last:
                yield self.document(part.post, open_parts)
                open_parts = []

    def pieces(self, posts: Iterable[Post]) -> Iterator[tuple[str, Part]]:
        for post in posts:
            cut = list(parts(post.text, self.settings.max_chars))
            for offset, text in cut:
                yield text, Part(post, offset, last=offset == cut[-1][0])

    def document(self, post: Post, docs: Sequence[tuple[int, Doc]]) -> Document:
        russian = any(doc._.language == "ru" for _, doc in docs)
        # The larger part of the text decides how it sounds and what it is about.
        main = max((doc for _, doc in docs), key=len)
        relevance = max(doc._.relevance for _, doc in docs) if russian else 0.0
        relevant = relevance >= self.settings.relevance_threshold and post.role not in ASKERS
        label, score = main._.sentiment
        voiced = russian and relevant and post.role == "client"
        return Document(
            id=post.id,
            relevance=relevance,
            relevant=relevant,
            language=main._.language if main.text.strip() else UNDETERMINED,
            sentiment=Sentiment(label, score),
            entities=tuple(entity(ent, at) for at, doc in docs for ent in doc.ents),
            statements=tuple(self.statements(post, docs)) if voiced else (),
            facts=tuple(Disclosure(f.field, f.value, f.start + at, f.end + at) for at, doc in docs for f in doc._.facts)
            if russian and post.role == "client"
            else (),
            pii=tuple(Mask(m.start + at, m.end + at, m.label) for at, doc in docs for m in doc._.pii),
            sentences=tuple(sentence(s, at) for at, doc in docs for s in doc.sents) if self.tokens else None,
        )

    def statements(self, post: Post, docs: Sequence[tuple[int, Doc]]) -> Iterator[Statement]:
        for at, doc in docs:
            for span in doc.spans.get("statements", ()):
                if span.label_ in KINDS and span._.score >= self.settings.statement_threshold:
                    yield Statement(
                        document=post.id,
                        start=span.start_char + at,
                        end=span.end_char + at,
                        text=span.text,
                        kind=span.label_,
                        score=float(span._.score),
                        sentiment=span._.sentiment,
                        why=tuple(span._.why),
                    )


def agreed(docs: Sequence[tuple[int, Doc]]) -> Iterator[Disclosure]:
    """The disclosures of a post's parts: one a field, none where the parts disagree."""
    said: dict[str, list[Disclosure]] = {}
    for at, doc in docs:
        for fact in doc._.facts:
            said.setdefault(fact.field, []).append(Disclosure(fact.field, fact.value, fact.start + at, fact.end + at))
    yield from (own[0] for own in said.values() if len({fact.value for fact in own}) == 1)


def entity(span: Span, at: int) -> Entity:
    norm = span._.norm or span.lemma_
    return Entity(span.start_char + at, span.end_char + at, span.label_, span.text, norm)


def sentence(span: Span, at: int) -> tuple[dict[str, Any], ...]:
    """The words of a sentence; ``head`` counts them from 1, 0 is the root."""
    words = [token for token in span if not token.is_space]
    place = {token.i: index for index, token in enumerate(words, 1)}
    return tuple(
        {
            "start": token.idx + at,
            "end": token.idx + len(token) + at,
            "text": token.text,
            "lemma": token.lemma_,
            "pos": token.pos_,
            "feats": str(token.morph),
            "head": 0 if token.dep_ == "root" else place.get(token.head.i, 0),
            "rel": token.dep_,
        }
        for token in words
    )
