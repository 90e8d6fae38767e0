"""The nouns of the field. Frozen, and pointing back to where they came from.

Offsets are character offsets into the post's ``text`` as its author wrote it.
``to_json`` of a record is its line in the interchange files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Kind = Literal["pain", "desire", "value"]
KINDS: tuple[Kind, ...] = ("pain", "desire", "value")
Tone = Literal["negative", "neutral", "positive", "mixed"]
TONES: tuple[Tone, ...] = ("negative", "neutral", "positive", "mixed")
Role = Literal["client", "staff", "interviewer", "moderator"]
ROLES: tuple[Role, ...] = ("client", "staff", "interviewer", "moderator")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """One message, survey answer or interview turn, as collected.

    >>> post = Post.from_json({"id": "vk:31", "text": "надоело ждать", "likes": 3})
    >>> post.extra
    {'likes': 3}
    >>> post.to_json()
    {'id': 'vk:31', 'text': 'надоело ждать', 'likes': 3}
    """

    id: str
    text: str
    author: str | None = None
    source: str | None = None
    url: str | None = None
    thread: str | None = None
    parent: str | None = None
    date: str | None = None
    title: str | None = None
    group: str | None = None
    role: Role = "client"
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Post:
        """Unknown fields are kept in ``extra``. Values are taken as they are: ``miner.jsonl`` checks them."""
        known = {name: raw[name] for name in POST_FIELDS if raw.get(name) is not None}
        extra = {name: value for name, value in raw.items() if name not in POST_FIELDS}
        return cls(**known, extra=extra)

    def to_json(self) -> Json:
        given = {name: getattr(self, name) for name in POST_FIELDS}
        if given["role"] == "client" and "role" not in self.extra:
            del given["role"]
        return {name: value for name, value in given.items() if value is not None} | dict(self.extra)

    @property
    def speaker(self) -> str:
        """Who counts as one person: the author within the source; a post without an author stands for itself."""
        return f"{self.author}@{self.source or ''}" if self.author else f"post {self.id}"


POST_FIELDS = tuple(f.name for f in fields(Post) if f.name != "extra")


@dataclass(frozen=True, slots=True)
class Sentiment:
    label: Tone
    score: float

    def to_json(self) -> Json:
        return {"label": self.label, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing; ``norm`` is its dictionary form («в центре занятости» → «центр занятости»)."""

    start: int
    end: int
    label: str
    text: str
    norm: str

    def to_json(self) -> Json:
        return {"start": self.start, "end": self.end, "label": self.label, "text": self.text, "norm": self.norm}


@dataclass(frozen=True, slots=True)
class Statement:
    """A clause in which the author voices a pain, a desire or a value.

    ``score`` is the probability of being such a statement; ``why`` names the cues that decided.
    """

    document: str
    start: int
    end: int
    text: str
    kind: Kind
    score: float
    sentiment: Tone
    why: tuple[str, ...] = ()

    def to_json(self) -> Json:
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "kind": self.kind,
            "score": round(self.score, 4),
            "sentiment": self.sentiment,
            "why": list(self.why),
        }


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What authors say of themselves; the span is the evidence."""

    field: str
    value: str | int
    start: int
    end: int

    def to_json(self) -> Json:
        return {"field": self.field, "value": self.value, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Mask:
    """A span of personal data and its label: phone, email, name, handle, snils, inn, card, passport, address."""

    start: int
    end: int
    label: str

    def to_json(self) -> Json:
        return {"start": self.start, "end": self.end, "label": self.label}


@dataclass(frozen=True, slots=True)
class Document:
    """An annotated post. ``language`` other than "ru" means: answered, marked, not mined."""

    id: str
    relevance: float
    relevant: bool
    sentiment: Sentiment
    language: str = "ru"
    entities: tuple[Entity, ...] = ()
    statements: tuple[Statement, ...] = ()
    facts: tuple[Disclosure, ...] = ()
    pii: tuple[Mask, ...] = ()
    sentences: tuple[tuple[Mapping[str, Any], ...], ...] | None = None

    def to_json(self) -> Json:
        line: Json = {
            "id": self.id,
            "relevant": self.relevant,
            "relevance": round(self.relevance, 4),
            "language": self.language,
            "sentiment": self.sentiment.to_json(),
            "entities": [e.to_json() for e in self.entities],
            "statements": [s.to_json() for s in self.statements],
            "facts": [d.to_json() for d in self.facts],
            "pii": [m.to_json() for m in self.pii],
        }
        if self.sentences is not None:
            line["sentences"] = [[dict(token) for token in sentence] for sentence in self.sentences]
        return line

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Document:
        """The inverse of ``to_json``; scores come back as rounded."""
        return cls(
            id=raw["id"],
            relevance=raw["relevance"],
            relevant=raw["relevant"],
            language=raw.get("language", "ru"),
            sentiment=Sentiment(**raw["sentiment"]),
            entities=tuple(Entity(**e) for e in raw["entities"]),
            statements=tuple(Statement(document=raw["id"], **{**s, "why": tuple(s["why"])}) for s in raw["statements"]),
            facts=tuple(Disclosure(**d) for d in raw["facts"]),
            pii=tuple(Mask(**m) for m in raw["pii"]),
            sentences=tuple(tuple(s) for s in raw["sentences"]) if "sentences" in raw else None,
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """A statement as evidence: its masked text with what a reader needs to find and weigh it."""

    doc_id: str
    start: int
    end: int
    quote: str
    speaker: str
    date: str | None = None
    url: str | None = None
    thread: str | None = None
    source: str | None = None
    score: float = 1.0

    def to_json(self) -> Json:
        return {
            "doc_id": self.doc_id,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "date": self.date,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Word:
    """A token as the parser sees it; ``head`` is the index of its head among the words parsed, -1 for a root.

    ``pos`` and ``rel`` are Universal Dependencies labels, ``feats`` its features: ``{"Case": "Nom"}``.
    """

    start: int
    end: int
    text: str
    lemma: str
    pos: str
    feats: Mapping[str, str]
    head: int
    rel: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme of texts with a permanent id; ``members`` are the ids of the texts."""

    id: str
    label: str
    keywords: tuple[str, ...]
    members: tuple[str, ...]
    representative: tuple[str, ...]

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "label": self.label,
            "keywords": list(self.keywords),
            "size": len(self.members),
            "representative": list(self.representative),
        }


@dataclass(frozen=True, slots=True)
class Theme:
    """Statements of one kind within one group that mean one thing, the most central quote first.

    ``known`` is the theme's name in config/lexicons/themes.toml when it is a well-known one, ``sureness`` (0..1) how
    sure of that; ``against`` are quotes of the group that say the opposite; ``copies`` of its texts were left out.
    """

    id: str
    group: str
    kind: Kind
    label: str
    keywords: tuple[str, ...]
    quotes: tuple[Quote, ...]
    known: str | None = None
    sureness: float = 0.0
    against: tuple[Quote, ...] = ()
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Support:
    """How many distinct people, messages and places stand behind a line.

    ``share`` is the share of the group's authors, ``ci`` its 95 % Wilson interval.
    """

    authors: int
    statements: int
    threads: int
    sources: int
    months: int
    share: float
    ci: tuple[float, float]

    def to_json(self) -> Json:
        return {
            "authors": self.authors,
            "statements": self.statements,
            "threads": self.threads,
            "sources": self.sources,
            "months": self.months,
            "share": round(self.share, 4),
            "ci": [round(self.ci[0], 4), round(self.ci[1], 4)],
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line suggested for a profile, with everything a reviewer needs to judge it.

    ``against`` are quotes that say the opposite; ``intensity`` (0..1) is how strongly people put it.
    """

    id: str
    group: str
    kind: Kind
    text: str
    support: Support
    specificity: float
    trend: float | None
    evidence: tuple[Quote, ...]
    keywords: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    against: tuple[Quote, ...] = ()
    intensity: float = 0.0

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "support": self.support.to_json(),
            "specificity": round(self.specificity, 4),
            "trend": None if self.trend is None else round(self.trend, 4),
            "evidence": [q.to_json() for q in self.evidence],
            "keywords": list(self.keywords),
            "warnings": list(self.warnings),
            "why": list(self.why),
            "against": [q.to_json() for q in self.against],
            "intensity": round(self.intensity, 4),
        }


@dataclass(frozen=True, slots=True)
class FactValue:
    """One value of a characteristic and the distinct authors who disclosed it; ``label`` is how a reader sees it."""

    value: str | int
    authors: int
    share: float
    ci: tuple[float, float]
    label: str = ""

    def to_json(self) -> Json:
        return {
            "value": self.value,
            "authors": self.authors,
            "share": round(self.share, 4),
            "ci": [round(self.ci[0], 4), round(self.ci[1], 4)],
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """What the staff know of a characteristic from experience, with who said so and when (ISO 8601)."""

    text: str
    who: str | None = None
    at: str | None = None

    def to_json(self) -> Json:
        return {"text": self.text, "who": self.who, "at": self.at}


@dataclass(frozen=True, slots=True)
class Fact:
    """A characteristic of the group: ``n`` authors disclosed it, most frequent value first.

    In a profile it also has its ``title``, its ``section`` of the page, whether ``n`` is ``enough`` to show shares,
    whether the group is ``divided`` into two camps over it, a few ``quotes`` of people who disclosed it, and the
    ``remarks`` of the staff.
    """

    field: str
    n: int
    values: tuple[FactValue, ...]
    title: str = ""
    section: str = ""
    enough: bool = True
    divided: bool = False
    quotes: tuple[Quote, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def to_json(self) -> Json:
        return {"n": self.n, "values": [v.to_json() for v in self.values]}


@dataclass(frozen=True, slots=True)
class Membership:
    """An author's place in a client group: how sure (0..1), and the words of the post that say so.

    ``start`` and ``end`` are both 0 when the place comes from the post's source and not from its words.
    """

    speaker: str
    group: str
    score: float
    doc_id: str
    start: int = 0
    end: int = 0

    @property
    def author(self) -> str | None:
        """The author's key, None for a post that stands for itself."""
        return None if self.speaker == f"post {self.doc_id}" else self.speaker.partition("@")[0]

    def to_json(self) -> Json:
        return {
            "author": self.author,
            "group": self.group,
            "score": self.score,
            "doc_id": self.doc_id,
            "start": self.start,
            "end": self.end,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a topic or a candidate; decisions are only ever appended.

    ``data`` holds what the action needs: the new wording, the topics merged, the reason.
    """

    id: str
    at: str
    who: str
    action: str
    target: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "at": self.at,
            "who": self.who,
            "action": self.action,
            "target": self.target,
            "data": dict(self.data),
        }


@dataclass(frozen=True, slots=True)
class Saturation:
    """How much the last fifth of a source's authors added: ``new`` of ``themes`` appeared only with them.

    ``curve`` holds for each author in order of time how many themes were known by then; ``source`` None is all of them.
    """

    source: str | None
    authors: int
    themes: int
    new: int
    curve: tuple[int, ...]

    def to_json(self) -> Json:
        return {
            "source": self.source,
            "authors": self.authors,
            "themes": self.themes,
            "new": self.new,
            "curve": list(self.curve),
        }


@dataclass(frozen=True, slots=True)
class Mined:
    """The answer of the main job on a group: its candidates, best first in each kind, and its facts."""

    group: str
    posts: int
    authors: int
    candidates: tuple[Candidate, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...] = ()
    saturation: tuple[Saturation, ...] = ()

    def of(self, kind: Kind) -> Sequence[Candidate]:
        return [c for c in self.candidates if c.kind == kind]

    def to_json(self) -> Json:
        return {
            "group": self.group,
            "posts": self.posts,
            "authors": self.authors,
            "candidates": [c.to_json() for c in self.candidates],
            "facts": {f.field: f.to_json() for f in self.facts},
            "notes": list(self.notes),
            "saturation": [curve.to_json() for curve in self.saturation],
        }


Origin = Literal["mined", "edited", "manual"]
ProfileStatus = Literal["draft", "current", "archived"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a profile: what it says, who stands behind it, and whether a machine or a person wrote it.

    A line is ``proposed`` until a person accepts it; ``who`` and ``at`` name the person and the day of the last word.
    """

    id: str
    kind: Kind
    text: str
    origin: Origin
    support: Support | None = None
    quotes: tuple[Quote, ...] = ()
    warnings: tuple[str, ...] = ()
    who: str | None = None
    at: str | None = None
    accepted: bool = False
    trend: float | None = None
    specificity: float | None = None

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "origin": self.origin,
            "accepted": self.accepted,
            "who": self.who,
            "at": self.at,
            "support": self.support.to_json() if self.support else None,
            "trend": _rounded(self.trend),
            "specificity": _rounded(self.specificity),
            "warnings": list(self.warnings),
            "quotes": [_quote_of_profile(quote) for quote in self.quotes],
        }


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure about the service's clients: ``value`` with its 95 % interval over ``n`` people.

    ``unit`` is "share" (0..1) or "per_person"; ``trend`` is the last year less the year before, 0 when chance alone may
    have made the difference, ``None`` when either year has too few people.
    """

    name: str
    title: str
    value: float
    ci: tuple[float, float]
    n: int
    unit: Literal["share", "per_person"] = "share"
    trend: float | None = None
    enough: bool = True

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "title": self.title,
            "value": _rounded(self.value),
            "ci": [_rounded(bound) for bound in self.ci],
            "n": self.n,
            "unit": self.unit,
            "trend": _rounded(self.trend),
            "enough": self.enough,
        }


@dataclass(frozen=True, slots=True)
class Profile:
    """The portrait of a client group: its head of facts and its three columns of lines.

    A profile speaks of what a group shares; every fact is a distribution, never one invented person. A version never
    changes; a draft becomes ``current`` when a person endorses it, and ``archived`` when the next one is.
    """

    group: str
    title: str
    audience: Literal["citizen", "employer"]
    region: str | None
    made: str
    posts: int
    authors: int
    period: tuple[str, str] | None
    facts: tuple[Fact, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    version: int = 0
    status: ProfileStatus = "draft"
    endorsed_by: str | None = None
    endorsed_at: str | None = None

    def of(self, kind: Kind) -> Sequence[Line]:
        return [line for line in self.lines if line.kind == kind]

    def fact(self, name: str) -> Fact | None:
        return next((f for f in self.facts if f.field == name), None)

    def to_json(self) -> Json:
        """The interchange form ``miner-profile/1``; shares are rounded, speakers are left out."""
        return {
            "form": "miner-profile/1",
            "group": self.group,
            "title": self.title,
            "audience": self.audience,
            "region": self.region,
            "made": self.made,
            "period": list(self.period) if self.period else None,
            "posts": self.posts,
            "authors": self.authors,
            "version": self.version,
            "status": self.status,
            "endorsed_by": self.endorsed_by,
            "endorsed_at": self.endorsed_at,
            "facts": [_fact_of_profile(fact) for fact in self.facts],
            "lines": [line.to_json() for line in self.lines],
            "indicators": [indicator.to_json() for indicator in self.indicators],
            "notes": list(self.notes),
        }


def _fact_of_profile(fact: Fact) -> Json:
    return {
        "field": fact.field,
        "title": fact.title,
        "section": fact.section,
        "n": fact.n,
        "enough": fact.enough,
        "divided": fact.divided,
        "values": [{**value.to_json(), "label": value.label} for value in fact.values],
        "quotes": [_quote_of_profile(quote) for quote in fact.quotes],
        "remarks": [remark.to_json() for remark in fact.remarks],
    }


def _quote_of_profile(quote: Quote) -> Json:
    return {**quote.to_json(), "source": quote.source}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
