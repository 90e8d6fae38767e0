"""What every exporter draws: the profile in the words and figures of a reader, in the order of the template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from miner.exporters import Quotes
from miner.exporters._privacy import hide, link, quotable
from miner.exporters._words import NBSP, day, interval, messages, people, percent, span, voices
from miner.records import Fact, FactValue, Kind, Line, Profile, Quote

# The order of the published template; what matters to people comes first, what hurts last.
COLUMNS: tuple[tuple[Kind, str, str], ...] = (
    ("value", "Ценности, личные качества, интересы", "Ц"),
    ("desire", "Желания", "Ж"),
    ("pain", "Боли и сложности", "Б"),
)
NO_DATA = "нет данных"
FEW_DATA = "данных мало"
OTHER = "другое"
MAX_QUOTES = 12
SOURCES = {
    "forum": "форум",
    "vk": "ВКонтакте",
    "telegram": "Telegram",
    "survey": "опрос",
    "interview": "интервью",
    "review": "отзыв",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer: its share of those who told, the interval, and how many they are."""

    label: str
    authors: int
    share: float
    low: float
    high: float

    @property
    def percent(self) -> str:
        return percent(self.share)

    @property
    def interval(self) -> str:
        return interval(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Trait:
    """A characteristic of the head or of a further section."""

    field: str
    title: str
    n: int
    bars: tuple[Bar, ...]
    enough: bool
    divided: bool

    @property
    def scattered(self) -> bool:
        """Nobody's answer was given twice, so there is no distribution to draw."""
        single = len(self.bars) > 3 and max(bar.authors for bar in self.bars) == 1
        return self.n > 0 and (single or {bar.label for bar in self.bars} == {OTHER})

    @property
    def drawn(self) -> bool:
        """Whether there is a distribution worth drawing; otherwise ``told`` says all."""
        return self.n > 0 and self.enough and not self.scattered

    @property
    def told(self) -> str:
        """How many people told, or that too few did."""
        if not self.n:
            return NO_DATA
        if not self.enough:
            return f"{FEW_DATA}, n{NBSP}={NBSP}{self.n}"
        told = f"n{NBSP}={NBSP}{self.n}"
        if self.scattered:
            listed = ", ".join(bar.label for bar in self.bars if bar.label != OTHER)
            return f"у{NBSP}всех разное, {told}" + (f": {listed}" if listed else "")
        return told

    @property
    def summary(self) -> str:
        """The distribution in one line."""
        if not self.drawn:
            return self.told
        return "; ".join(f"{bar.label} {bar.percent}" for bar in self.bars) + f" ({self.told})"

    @property
    def camps(self) -> str:
        """Both camps in a sentence, when the group is divided."""
        if not self.divided:
            return ""
        first, second = sorted(self.bars, key=lambda bar: -bar.share)[:2]
        return f"Группа разделилась: {first.label} ({first.percent}) и {second.label} ({second.percent})"


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote with where and when it was said."""

    text: str
    when: str
    where: str
    link: str | None

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.where, self.when) if part)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a column. ``code`` («Б3») is what the appendix refers to."""

    id: str
    code: str
    text: str
    voices: str
    share: str
    interval: str
    weight: float
    low: float
    high: float
    authors: int
    statements: int
    origin: str
    warnings: tuple[str, ...]
    citations: tuple[Citation, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Column:
    kind: Kind
    title: str
    letter: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    kicker: str
    title: str
    region: str
    made: str
    period: str
    people: str
    messages: str
    authors: int
    posts: int
    head: tuple[Trait, ...]
    sections: tuple[tuple[str, tuple[Trait, ...]], ...]
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    caution: str

    @property
    def lines(self) -> int:
        return sum(len(column.rows) for column in self.columns)


CAUTION = (
    "Портрет описывает группу, а не отдельного человека. Доля характеристики считается среди тех, кто рассказал о ней "
    f"сам{NBSP}(n); доля строки – среди всех людей группы. В скобках – 95-процентный интервал. Считаются люди, "
    "а не сообщения."
)


def portrait(profile: Profile, quotes: Quotes = "whole") -> Portrait:
    """The profile as every exporter shows it; quotes have passed the second privacy look."""
    traits = [(fact.section or "head", _trait(fact)) for fact in profile.facts]
    return Portrait(
        kicker="Портрет группы работодателей" if profile.audience == "employer" else "Портрет клиентской группы",
        title=profile.title,
        region=profile.region or "",
        made=day(profile.made),
        period=span(*profile.period) if profile.period else "",
        people=people(profile.authors),
        messages=messages(profile.posts),
        authors=profile.authors,
        posts=profile.posts,
        head=tuple(trait for section, trait in traits if section == "head"),
        sections=tuple(_sections((s, t) for s, t in traits if s != "head")),
        columns=tuple(
            Column(kind, title, letter, tuple(_rows(profile.of(kind), letter, quotes)))
            for kind, title, letter in COLUMNS
        ),
        notes=profile.notes,
        caution=CAUTION,
    )


def _sections(traits: Iterable[tuple[str, Trait]]) -> Iterator[tuple[str, tuple[Trait, ...]]]:
    for title, members in groupby(traits, key=lambda pair: pair[0]):
        yield title, tuple(trait for _, trait in members)


def _trait(fact: Fact) -> Trait:
    bars = tuple(_bar(value) for value in fact.values)
    return Trait(fact.field, fact.title or fact.field, fact.n, bars, fact.enough, fact.divided)


def _bar(value: FactValue) -> Bar:
    return Bar(hide(value.label or str(value.value)), value.authors, value.share, *value.ci)


def _rows(lines: Sequence[Line], letter: str, quotes: Quotes) -> Iterator[Row]:
    for at, line in enumerate(lines, 1):
        support = line.support
        citations = list(_citations(line.quotes, quotes))
        yield Row(
            id=line.id,
            code=f"{letter}{at}",
            text=hide(line.text),
            voices=voices(support.authors) if support else "",
            share=percent(support.share) if support else "",
            interval=interval(*support.ci) if support else "",
            weight=support.share if support else 0.0,
            low=support.ci[0] if support else 0.0,
            high=support.ci[1] if support else 0.0,
            authors=support.authors if support else 0,
            statements=support.statements if support else 0,
            origin=_origin(line),
            warnings=line.warnings,
            citations=tuple(citations[:MAX_QUOTES]),
            more=max(0, len(citations) - MAX_QUOTES),
        )


def _origin(line: Line) -> str:
    by = ", ".join(part for part in (line.who, day(line.at)) if part)
    named = f": {by}" if by else ""
    return {"mined": "", "edited": f"правка{named}", "manual": f"опыт сотрудников{named}"}[line.origin]


def _citations(quotes: Iterable[Quote], how: Quotes) -> Iterator[Citation]:
    """One quote of each person first, the most telling of them; a person's further quotes follow."""
    seen: set[str] = set()
    said: set[str] = set()
    later: list[Citation] = []
    for quote in quotes:
        text = quotable(quote.quote, how)
        if not text or text in said:
            continue
        said.add(text)
        where = SOURCES.get(quote.source or "", quote.source or "")
        citation = Citation(text, day(quote.date), hide(where), link(quote.url) if how == "whole" else None)
        if quote.speaker in seen:
            later.append(citation)
        else:
            seen.add(quote.speaker)
            yield citation
    yield from later
