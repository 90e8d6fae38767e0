"""Client indicators: how content people are with the service, what effort it costs them, whose need was met.

satisfaction  the share of the people speaking of the service whose tone towards it is good
effort        complaints about procedure per person of the group
resolved      the share of the people with a need who say that it was met

What counts as what stands in config/groups/_indicators.toml.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from miner.errors import BadConfig
from miner.profiles.assign import plain
from miner.profiles.template import complaint
from miner.records import Document, Indicator, Post, Tone
from miner.settings import resources
from miner.shares import Z95, newcombe, wilson

FILE = "_indicators.toml"
YEAR = dt.timedelta(days=365)
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")


class Rule(BaseModel):
    """What is listened for, and what takes it back; expressions over plain text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()

    @field_validator("says", "unless")
    @classmethod
    def _compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                empty = re.search(pattern, "")
            except re.error as error:
                raise ValueError(f"no regular expression: {error}") from error
            if empty:
                raise ValueError(f"{pattern!r} matches every text, even an empty one")
        return patterns

    def hears(self, text: str) -> bool:
        said = plain(text)
        return any(re.search(p, said) for p in self.says) and not any(re.search(p, said) for p in self.unless)


class Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    service: Rule
    effort: Rule
    resolved: Rule


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person showed in one post: its day and a figure, such as 1 or 0, or a number of complaints."""

    speaker: str
    date: str | None
    figure: float


def load_rules(file: Path | None = None) -> Rules:
    """The rules of ``file``, or the bundled ones. Raises BadConfig with every mistake of the file."""
    path = file or resources() / "config" / "groups" / FILE
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig([f"{path}: no TOML: {error}"]) from error
    except ValidationError as error:
        raise BadConfig([complaint(str(path), e) for e in error.errors()]) from error


def indicators(
    speaking: Sequence[tuple[Post, Document]],
    tone: Callable[[Sequence[Post]], Iterable[Tone]],
    *,
    rules: Rules | None = None,
    min_people: int = 5,
) -> Iterator[Indicator]:
    """Yield the three indicators of a group's annotated posts, each with its interval and trend.

    ``tone`` tells how sentences sound, given as posts. Shares have Wilson intervals; the number of complaints per
    person has a normal one, at least as wide as Poisson's.
    """
    rules = rules or load_rules()
    named = [post for each, _ in speaking for post in mentions(each, rules.service)]
    marks: Mapping[Tone, int] = {"positive": 1, "negative": -1, "mixed": 0}
    content = [
        Voice(post.speaker, post.date, marks[sound])
        for post, sound in zip(named, tone(named), strict=True)
        if sound in marks
    ]
    yield _share("satisfaction", "Довольны службой, среди говоривших о ней", content, min_people)
    effort = [Voice(p.speaker, p.date, complaints(d, rules.effort)) for p, d in speaking]
    yield _per_person("effort", "Жалоб на порядок и оформление, на человека", effort, min_people)
    met = [
        Voice(post.speaker, post.date, solved)
        for post, document in speaking
        for solved in [any(map(rules.resolved.hears, _sentences(post.text)))]
        if solved or any(s.kind in {"pain", "desire"} for s in document.statements)
    ]
    yield _share("resolved", "Потребность решена, по словам самих людей", met, min_people)


def mentions(post: Post, service: Rule) -> Iterator[Post]:
    """The sentences that name the service, as posts of their author."""
    for match in _SENTENCE.finditer(post.text):
        if service.hears(match.group()):
            yield Post(
                f"{post.id}:{match.start()}", match.group().strip(), post.author or post.id, post.source, date=post.date
            )


def complaints(document: Document, effort: Rule) -> int:
    """How many of a post's pains are about procedure."""
    return sum(s.kind == "pain" and effort.hears(s.text) for s in document.statements)


def _sentences(text: str) -> Iterator[str]:
    yield from (match.group() for match in _SENTENCE.finditer(text))


def _share(name: str, title: str, voices: Sequence[Voice], min_people: int) -> Indicator:
    """A person counts when their good signs outweigh the bad ones."""

    def counted(some: Iterable[Voice]) -> tuple[int, int]:
        sums = _by_person(some)
        return sum(total > 0 for total in sums.values()), len(sums)

    yes, n = counted(voices)
    years = [counted(year) for year in _years(voices)]
    trend = None
    if years and all(count >= min_people for _, count in years):
        (now, people), (before, people_before) = years
        low, high = newcombe(now, people, before, people_before)
        trend = now / people - before / people_before if low > 0 or high < 0 else 0.0
    return Indicator(name, title, yes / n if n else 0.0, wilson(yes, n), n, "share", trend, n >= min_people)


def _per_person(name: str, title: str, voices: Sequence[Voice], min_people: int) -> Indicator:
    mean, error, n = _mean(voices)
    years = [_mean(year) for year in _years(voices)]
    trend = None
    if years and all(people >= min_people for _, _, people in years):
        difference = years[0][0] - years[1][0]
        trend = difference if abs(difference) > Z95 * math.hypot(years[0][1], years[1][1]) else 0.0
    # Nobody of n complained: the rule of three.
    high = mean + Z95 * error if mean else 3 / n if n else 0.0
    return Indicator(name, title, mean, (max(0.0, mean - Z95 * error), high), n, "per_person", trend, n >= min_people)


def _mean(voices: Iterable[Voice]) -> tuple[float, float, int]:
    """Mean, its standard error, and the number of people."""
    sums = list(_by_person(voices).values())
    n = len(sums)
    if not n:
        return 0.0, 0.0, 0
    mean = sum(sums) / n
    variance = sum((value - mean) ** 2 for value in sums) / max(1, n - 1)
    return mean, math.sqrt(max(variance, mean) / n), n


def _by_person(voices: Iterable[Voice]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for voice in voices:
        sums[voice.speaker] += voice.figure
    return sums


def _years(voices: Sequence[Voice]) -> list[list[Voice]]:
    """The last twelve months and the twelve before; empty when nothing has a date."""
    dated = [(day, voice) for voice in voices if (day := _day(voice.date))]
    if not dated:
        return []
    last = max(day for day, _ in dated)
    return [[voice for day, voice in dated if last - YEAR * (back + 1) < day <= last - YEAR * back] for back in (0, 1)]


def _day(date: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(date[:10]) if date else None
    except ValueError:
        return None
