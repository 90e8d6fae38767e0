"""Statements by a language model: masked texts go out, spans come back that stand in the text letter by letter.

>>> placed("Денег нет. Хочу сад", [Claim(span="Хочу сад", kind="desire"), Claim(span="денег нет", kind="pain")])
[(11, 19, 'desire')]
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationError

from miner.llm import instructions
from miner.llm.answers import key
from miner.llm.client import Client, Question, tokens
from miner.llm.errors import Unusable
from miner.masks import mask_same_length
from miner.nlp.extensions import STATEMENTS
from miner.records import KINDS, Kind

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

    from miner.nlp.statements import Statements

Found = list[tuple[int, int, str]]
# A call holds posts of about so many characters together; a longer post goes alone.
CHARS = 6_000
# A language model gives no probability.
UNKNOWN = 0.5
# Fewer letters are no statement, and more of them in one text are no reading.
FEWEST_LETTERS, MOST_CLAIMS = 3, 200


class Claim(BaseModel):
    """A span that the model underlined."""

    span: str
    kind: Kind


def _sound(claims: Any) -> Any:
    """Without those of no form: one bad claim doesn't spoil the others."""
    return [claim for claim in claims if _is_claim(claim)] if isinstance(claims, list) else claims


def _is_claim(raw: Any) -> bool:
    try:
        Claim.model_validate(raw)
    except ValidationError:
        return False
    return True


class Reading(BaseModel):
    """What stands in the post of that number."""

    n: int
    statements: Annotated[list[Claim], BeforeValidator(_sound)]


class Underlined(BaseModel):
    """The answer to a call: a reading of each of its posts."""

    posts: list[Reading]


def placed(text: str, claims: Iterable[Claim]) -> Found:
    """Return where the claims stand in the text; those that aren't verbatim, hold no word, or overlap are dropped."""
    found: Found = []
    for claim in islice(claims, MOST_CLAIMS):
        span = claim.span.strip()
        start = text.find(span) if sum(map(str.isalpha, span)) >= FEWEST_LETTERS else -1
        while start >= 0 and any(begin < start + len(span) and start < end for begin, end, _ in found):
            start = text.find(span, start + 1)
        if start >= 0:
            found.append((start, start + len(span), claim.kind))
    return sorted(found)


class Underliner:
    """Reads masked texts with a language model."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.instruction = instructions.read("statements")

    def read(self, texts: Sequence[str]) -> list[Found | None]:
        """Return the statements of each text, None where the model gave no usable answer.

        Raises Unavailable when it is no use to ask on. What was answered until then is kept.
        """
        names = [self.name(text) for text in texts]
        known: dict[str, Found] = {
            name: [(start, end, kind) for start, end, kind in value]
            for name, value in self.client.answers.known(names).items()
        }
        self.client.count(cached=sum(name in known for name in names))
        waiting = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
        calls = list(batches(list(waiting.values()), self.client.settings.posts_per_call))
        with ThreadPoolExecutor(self.client.settings.parallel) as pool:
            answered = [pool.submit(self.ask, call) for call in calls]
            try:
                for done in answered:
                    known |= {self.name(text): found for text, found in done.result().items()}
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        found = [known.get(name) for name in names]
        self.client.count(left=sum(each is None for each in found))
        return found

    def name(self, text: str) -> str:
        """The key under which the answer to a text is kept."""
        return key(self.client.settings.model, self.instruction.digest, text)

    def ask(self, texts: Sequence[str]) -> dict[str, Found]:
        """Return the statements of the texts that were answered; a call that came to nothing is tried in halves."""
        try:
            answer = self.client.ask(self.question(texts), Underlined)
        except Unusable:
            if len(texts) == 1 or self.client.dry:
                return {}
            half = len(texts) // 2
            return self.ask(texts[:half]) | self.ask(texts[half:])
        found: dict[str, Found] = {}
        for reading in answer.posts:
            if 1 <= reading.n <= len(texts) and texts[reading.n - 1] not in found:
                text = texts[reading.n - 1]
                found[text] = placed(text, reading.statements)
                self.client.count(spans=len(reading.statements), dropped=len(reading.statements) - len(found[text]))
        self.client.answers.keep({self.name(text): spans for text, spans in found.items()})
        forgotten = [text for text in texts if text not in found]
        # An answer that leaves out all of its posts won't give them when asked again.
        return found | (self.ask(forgotten) if forgotten and found else {})

    def question(self, texts: Sequence[str]) -> Question:
        examples = self.instruction.examples
        shown = [{"n": n, "text": example["text"]} for n, example in enumerate(examples, 1)]
        told = [{"n": n, "statements": example["statements"]} for n, example in enumerate(examples, 1)]
        asked = [{"n": n, "text": text} for n, text in enumerate(texts, 1)]
        turns = (
            ("user", json.dumps({"posts": shown}, ensure_ascii=False)),
            ("assistant", json.dumps({"posts": told}, ensure_ascii=False)),
            ("user", json.dumps({"posts": asked}, ensure_ascii=False)),
        )
        # All of a text may be statements, and each has its brackets.
        most = sum(300 + 2 * tokens(text) for text in texts)
        return Question(self.instruction.system, turns, most)

    # -- in the pipeline --

    def pipe(self, stream: Iterable[Doc], local: Statements, least_relevance: float) -> Iterator[Doc]:
        """Fill ``doc.spans["statements"]``; where the model gives no usable answer, the local one reads the text."""
        settings = self.client.settings
        stream = iter(stream)
        while window := list(islice(stream, 4 * settings.parallel * settings.posts_per_call)):
            for doc in window:
                doc.spans[STATEMENTS] = []
            asked = [doc for doc in window if concerns(doc, least_relevance)]
            found = self.read([mask_same_length(doc.text, doc._.pii) for doc in asked])
            local.annotate([doc for doc, spans in zip(asked, found, strict=True) if spans is None])
            for doc, spans in zip(asked, found, strict=True):
                if spans is not None:
                    doc.spans[STATEMENTS] = list(self.spans(doc, spans))
            yield from window

    def spans(self, doc: Doc, found: Found) -> Iterator[Span]:
        done = 0
        for start, stop, kind in found:
            span = doc.char_span(start, stop, label=kind, alignment_mode="expand")
            if span is None or span.start < done or kind not in KINDS:
                continue
            # Words of somebody else that the author quotes are nobody's statement.
            if any(begin < span.end_char and span.start_char < end for begin, end in doc._.quoted):
                continue
            done = span.end
            span._.score = UNKNOWN
            span._.why = (f"языковая модель {self.client.settings.model}",)
            yield span


def concerns(doc: Doc, least_relevance: float) -> bool:
    """Whether a text is asked about at all: a client's own Russian words, to the point."""
    # The post that spaCy carries beside its text; a text without one is taken for a client's.
    part = getattr(doc, "_context", None)
    role = part.post.role if part is not None else "client"
    return bool(role == "client" and doc._.language == "ru" and doc._.relevance >= least_relevance and doc.text.strip())


def batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """Cut texts into calls.

    >>> list(batches(["а", "б" * CHARS, "в", "г"], 2))  # doctest: +ELLIPSIS
    [['а'], ['ббб...'], ['в', 'г']]
    """
    call: list[str] = []
    for text in texts:
        if call and (len(call) >= most or sum(map(len, call)) + len(text) > CHARS):
            yield call
            call = []
        call.append(text)
    if call:
        yield call
