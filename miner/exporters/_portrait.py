"""What every exporter draws: the profile in the words and figures of a reader, in the order of the template."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from miner.exporters import Quotes
from miner.exporters._privacy import hide, tidy, traceless
from miner.exporters._words import NBSP, day, decimal, interval, messages, people, percent, span, voices
from miner.records import Fact, FactValue, Indicator, Kind, Line, Profile, Quote
from miner.shares import Z95

# The order of the published template; what matters to people comes first, what hurts last.
COLUMNS: tuple[tuple[Kind, str, str], ...] = (
    ("value", "Ценности, личные качества, интересы", "Ц"),
    ("desire", "Желания", "Ж"),
    ("pain", "Боли и сложности", "Б"),
)
NO_DATA = "нет данных"
NO_FIGURE = "–"
FEW_DATA = "данных мало"
OTHER = "другое"
MAX_QUOTES = 12
ENOUGH_FOR_TREND = 8
# Two camps are halves when neither is further from a half than this.
HALF = 0.1
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
class Citation:
    """A quote with where and when it was said."""

    text: str
    when: str
    where: str
    link: str | None
    verbatim: bool = True

    @property
    def marked(self) -> str:
        """In quotation marks when these are the author's own words."""
        return f"«{self.text}»" if self.verbatim else self.text

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.where, self.when) if part)


@dataclass(frozen=True, slots=True)
class Said:
    """What the staff know of a characteristic from experience, and who says so."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Trait:
    """A characteristic of the head or of a further section."""

    field: str
    title: str
    n: int
    bars: tuple[Bar, ...]
    enough: bool
    divided: bool
    remarks: tuple[Said, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show but that there is nothing."""
        return not self.drawn and not self.remarks

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
        """The distribution and what the staff say, in one line."""
        bars = "; ".join(f"{bar.label} {bar.percent}" for bar in self.bars) + f" ({self.told})" if self.drawn else ""
        parts = [bars, self.camps, *(f"{said.text} ({said.by})" for said in self.remarks)]
        return ". ".join(part for part in parts if part) or self.told

    @property
    def camps(self) -> str:
        """Both camps in a sentence, when the group is divided: halves when they are about halves."""
        if not self.divided:
            return ""
        first, second = sorted(self.bars, key=lambda bar: -bar.share)[:2]
        halves = max(abs(first.share - 0.5), abs(second.share - 0.5)) <= HALF
        one, other = ("половина", "другая половина") if halves else ("одни", "другие")
        return (
            f"Группа разделилась: {one}{NBSP}– {first.label} ({first.percent}), "
            f"{other}{NBSP}– {second.label} ({second.percent})"
        )


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
    all_citations: tuple[Citation, ...]
    trend: str
    spark: tuple[int, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What a page has room for."""
        return self.all_citations[:MAX_QUOTES]

    @property
    def more(self) -> int:
        return len(self.all_citations) - len(self.citations)


@dataclass(frozen=True, slots=True)
class Column:
    kind: Kind
    title: str
    letter: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A client indicator in words."""

    title: str
    value: str
    interval: str
    told: str
    trend: str

    @property
    def basis(self) -> str:
        return ", ".join(part for part in (self.interval, self.told, self.trend) if part)


@dataclass(frozen=True, slots=True)
class Step:
    """One storey of the age pyramid: shares of all who told both age and sex."""

    label: str
    women: float
    men: float


@dataclass(frozen=True, slots=True)
class Portrait:
    group: str
    number: int
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
    indicators: tuple[Figure, ...]
    pyramid: tuple[Step, ...]
    version: str
    notes: tuple[str, ...]
    caution: str
    on_quotes: str

    @property
    def lines(self) -> int:
        return sum(len(column.rows) for column in self.columns)

    @property
    def told_sections(self) -> tuple[tuple[str, tuple[Trait, ...]], ...]:
        """The further sections without what nobody told."""
        kept = ((title, tuple(trait for trait in traits if not trait.empty)) for title, traits in self.sections)
        return tuple((title, traits) for title, traits in kept if traits)

    @property
    def gaps(self) -> tuple[Trait, ...]:
        """The characteristics of all sections that nobody told of, or too few people."""
        return tuple(trait for traits in (self.head, *(t for _, t in self.sections)) for trait in traits if trait.empty)

    @property
    def quoted(self) -> tuple[Trait, ...]:
        """The characteristics with words of people about themselves."""
        return tuple(t for traits in (self.head, *(s for _, s in self.sections)) for t in traits if t.citations)


CAUTION = (
    "Портрет описывает группу, а не отдельного человека. Доля характеристики считается среди тех, кто рассказал о ней "
    f"сам{NBSP}(n); доля строки – среди всех людей группы. В скобках – 95-процентный интервал. Считаются люди, "
    "а не сообщения."
)


ON_QUOTES: dict[Quotes, str] = {
    "whole": "Слова людей приведены так, как написаны. Имена, телефоны и адреса скрыты.",
    "short": "Слова людей приведены отрывками, чтобы их авторов нельзя было найти поиском.",
    "paraphrased": "Слова людей пересказаны, чтобы их авторов нельзя было найти поиском.",
    "none": "",
}


def portrait(profile: Profile, quotes: Quotes = "whole") -> Portrait:
    """The profile as every exporter shows it; quotes have passed the second privacy look."""
    traits = [(fact.section or "head", _trait(fact, quotes)) for fact in profile.facts if fact.section != "pyramid"]
    return Portrait(
        group=tidy(profile.group),
        number=profile.version,
        kicker="Портрет группы работодателей" if profile.audience == "employer" else "Портрет клиентской группы",
        title=tidy(profile.title),
        region=tidy(profile.region or ""),
        made=tidy(day(profile.made)),
        period=span(*profile.period) if profile.period else "",
        people=people(profile.authors),
        messages=messages(profile.posts),
        authors=profile.authors,
        posts=profile.posts,
        head=tuple(trait for section, trait in traits if section == "head"),
        sections=tuple(_sections((s, t) for s, t in traits if s != "head")),
        columns=tuple(
            Column(kind, title, letter, tuple(_rows(profile, kind, letter, quotes))) for kind, title, letter in COLUMNS
        ),
        indicators=tuple(_figure(indicator) for indicator in profile.indicators),
        pyramid=_pyramid(profile.fact("age_gender")),
        version=_version(profile),
        notes=tuple(_sentence(tidy(note)) for note in profile.notes if note.strip()),
        caution=CAUTION,
        on_quotes=ON_QUOTES[quotes],
    )


def _sentence(note: str) -> str:
    """
    >>> _sentence("не на русском языке: 3")
    'Не на русском языке: 3.'
    """
    note = note.strip()
    return note[:1].upper() + note[1:] + ("" if note.endswith((".", "!", "?", "…")) else ".")


def _sections(traits: Iterable[tuple[str, Trait]]) -> Iterator[tuple[str, tuple[Trait, ...]]]:
    for title, members in groupby(traits, key=lambda pair: pair[0]):
        yield title, tuple(trait for _, trait in members)


def _trait(fact: Fact, quotes: Quotes) -> Trait:
    return Trait(
        field=fact.field,
        title=fact.title or fact.field,
        n=fact.n,
        bars=tuple(_bar(value) for value in fact.values),
        enough=fact.enough,
        divided=fact.divided,
        remarks=tuple(Said(hide(r.text), _by("опыт сотрудников", r.who, r.at)) for r in fact.remarks),
        citations=tuple(_citations(fact.quotes, quotes)),
    )


def _bar(value: FactValue) -> Bar:
    return Bar(hide(value.label or str(value.value)), value.authors, value.share, *value.ci)


def _version(profile: Profile) -> str:
    if not profile.version:
        return ""
    if not profile.endorsed_by:
        return f"версия{NBSP}{profile.version}, черновик"
    return tidy(f"версия{NBSP}{profile.version}, утвердил(а) {profile.endorsed_by} {day(profile.endorsed_at)}").strip()


def _figure(indicator: Indicator) -> Figure:
    per_person = indicator.unit == "per_person"
    low, high = indicator.ci
    told = f"n{NBSP}={NBSP}{indicator.n}" if indicator.n else NO_DATA
    if indicator.n and not indicator.enough:
        told = f"{FEW_DATA}, {told}"
    return Figure(
        title=indicator.title,
        value=(decimal(indicator.value) if per_person else percent(indicator.value)) if indicator.enough else NO_FIGURE,
        interval=(f"{decimal(low)}–{decimal(high)}" if per_person else interval(low, high)) if indicator.enough else "",
        told=told,
        trend=_change_of(indicator),
    )


def change(trend: float | None, term: str = "год") -> str:
    """The change of a share in words; a change under three points is none.

    >>> change(0.12).replace(NBSP, " "), change(-0.2, "период").replace(NBSP, " "), change(0.01), change(None)
    ('↑ на 12 п. п. за год', '↓ на 20 п. п. за период', '', '')
    """
    if trend is None or abs(trend) < 0.03:
        return ""
    return f"{'↑' if trend > 0 else '↓'} на{NBSP}{abs(trend) * 100:.0f}{NBSP}п.{NBSP}п. за{NBSP}{term}"


def _change_of(indicator: Indicator) -> str:
    """An indicator's change since the year before; that there is none is worth saying."""
    if indicator.trend is None or not indicator.enough:
        return ""
    if not indicator.trend:
        return f"за{NBSP}год без заметных перемен"
    if indicator.unit == "share":
        return change(indicator.trend)
    return f"{'↑' if indicator.trend > 0 else '↓'} на{NBSP}{decimal(abs(indicator.trend))} за{NBSP}год"


def _pyramid(fact: Fact | None) -> tuple[Step, ...]:
    """The storeys from the oldest down; empty when too few told both age and sex."""
    if fact is None or not fact.enough:
        return ()
    shares: dict[str, dict[str, float]] = {}
    for value in fact.values:
        sex, _, band = value.label.partition(" ")
        shares.setdefault(band, {})[sex] = value.share
    return tuple(Step(band, both.get("f", 0.0), both.get("m", 0.0)) for band, both in reversed(shares.items()))


def _quarters(line: Line, period: tuple[str, str] | None) -> tuple[int, ...]:
    """Distinct people per quarter of the profile's period; empty when it is shorter than a year."""
    if not period:
        return ()
    first, last = _quarter(period[0]), _quarter(period[1])
    if first is None or last is None or not 3 <= last - first < 40:
        return ()
    heard = {(_quarter(quote.date), quote.speaker or quote.doc_id) for quote in line.quotes}
    counts = Counter(quarter for quarter, _ in heard)
    return tuple(counts[quarter] for quarter in range(first, last + 1))


def _quarter(date: str | None) -> int | None:
    if not date or not date[:4].isdigit() or not date[5:7].isdigit():
        return None
    return int(date[:4]) * 4 + (int(date[5:7]) - 1) // 3


def _rows(profile: Profile, kind: Kind, letter: str, quotes: Quotes) -> Iterator[Row]:
    for at, line in enumerate(profile.of(kind), 1):
        support = line.support
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
            warnings=tuple(_warning(warning) for warning in line.warnings),
            all_citations=tuple(_citations(line.quotes, quotes)),
            trend=_told_trend(line, profile.authors),
            spark=_quarters(line, profile.period),
        )


def _told_trend(line: Line, people: int) -> str:
    """The change of a line's share over the period, where chance alone would hardly have made it."""
    if line.trend is None or not line.support or line.support.authors < ENOUGH_FOR_TREND:
        return ""
    share = line.support.share
    # A third of the people is compared with another third.
    chance = Z95 * math.sqrt(2 * share * (1 - share) * 3 / max(people, 1))
    return change(line.trend, "период") if abs(line.trend) > chance else ""


def _warning(text: str) -> str:
    """A warning in a reader's words: sources by their names, no numbers of threads.

    >>> _warning("больше половины из одного источника: interview"), _warning("больше половины из одного обсуждения: t9")
    ('больше половины из одного источника (интервью)', 'больше половины из одного обсуждения')
    """
    head, _, place = text.partition(": ")
    if head.endswith("одного обсуждения"):
        return head
    if head.endswith("одного источника"):
        return f"{head} ({SOURCES.get(place, hide(place))})"
    return hide(text)


def _origin(line: Line) -> str:
    if line.origin == "mined":
        return ""
    return _by({"edited": "правка", "manual": "опыт сотрудников"}[line.origin], line.who, line.at)


def _by(what: str, who: str | None, at: str | None) -> str:
    named = ", ".join(part for part in (who, day(at)) if part)
    return tidy(f"{what}: {named}" if named else what)


def _citations(quotes: Iterable[Quote], how: Quotes) -> Iterator[Citation]:
    """One quote of each person first, the most telling of them; a person's further quotes follow."""
    seen: set[str] = set()
    said: set[str] = set()
    later: list[Citation] = []
    for quote in quotes:
        shown = traceless(quote, how)
        text = shown.quote
        if not text or text in said:
            continue
        said.add(text)
        where = hide(SOURCES.get(quote.source or "", quote.source or ""))
        citation = Citation(text, day(shown.date), where, shown.url, how != "paraphrased")
        if quote.speaker in seen:
            later.append(citation)
        else:
            seen.add(quote.speaker)
            yield citation
    yield from later
