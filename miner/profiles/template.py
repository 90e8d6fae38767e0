"""The template of a profile: which characteristics stand where, and in which words."""

from __future__ import annotations

import dataclasses
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from miner.errors import BadConfig
from miner.records import Fact, FactValue
from miner.settings import resources
from miner.shares import wilson

TEMPLATE = "_template.toml"
OTHER = "другое"
HEAD = "head"


class Trait(BaseModel):
    """How one characteristic is shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    labels: dict[str, str] = {}
    bands: tuple[int, ...] = ()
    last: str | None = None
    unit: str = ""
    always: bool = False
    special: bool = False
    ordered: bool = False
    fold: bool = False
    camps: bool = False

    def value(self, raw: str | int) -> str:
        """The shown value of a disclosed one: its band, its word, or itself.

        >>> Trait(title="Возраст", bands=(14, 18, 25), unit="лет").value(19)
        '18–24 лет'
        """
        number = _whole(raw) if self.bands else None
        if number is None:
            return self.labels.get(str(raw), str(raw))
        return self._band(number)

    def _band(self, number: int) -> str:
        if number < self.bands[0]:
            return f"младше {self.bands[0]} {self.unit}".strip()
        at = max(i for i, low in enumerate(self.bands) if low <= number)
        low = self.bands[at]
        if at == len(self.bands) - 1:
            return self.last or f"{low} {self.unit} и больше".replace("  ", " ")
        high = self.bands[at + 1] - 1
        if low == high:
            return self.labels.get(str(low), f"{low} {self.unit}".strip())
        return f"{low}–{high} {self.unit}".strip()

    def order(self, shown: str) -> int:
        """Where a value of an ordered scale stands; -1 for unordered ones."""
        if self.bands:
            scale = [self._band(self.bands[0] - 1), *(self._band(low) for low in self.bands)]
        elif self.ordered:
            scale = list(self.labels.values())
        else:
            return -1
        return scale.index(shown) if shown in scale else len(scale)


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    section: str = Field(min_length=1)
    traits: tuple[str, ...]


class Template(BaseModel):
    """The head, the other sections and the characteristics of both audiences."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    citizen: tuple[Section, ...]
    employer: tuple[Section, ...]
    traits: dict[str, Trait]

    def sections(self, audience: str) -> Sequence[Section]:
        return self.employer if audience == "employer" else self.citizen


def load_template(file: Path | None = None) -> Template:
    """The template of ``file``, or the bundled one. Raises BadConfig with every mistake of the file."""
    path = file or resources() / "config" / "groups" / TEMPLATE
    try:
        template = Template.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig([f"{path}: no TOML: {error}"]) from error
    except ValidationError as error:
        raise BadConfig([complaint(str(path), e) for e in error.errors()]) from error
    if mistakes := [f"{path}: {wrong}" for wrong in _unknown_traits(template)]:
        raise BadConfig(mistakes)
    return template


def complaint(file: str, error: Any, model: type[BaseModel] | None = None) -> str:
    """One mistake of pydantic's in our words; with the ``model``, an unknown key is told the known ones."""
    key = ".".join(str(part) for part in error["loc"])
    known = ", ".join(field for field in model.model_fields if field != "name") if model else ""
    if error["type"] == "extra_forbidden":
        return f"{file}: {key}: no such key" + (f". Known: {known}" if known else "")
    if error["type"] == "missing":
        return f"{file}: {key}: is missing"
    rule = error["msg"].removeprefix("Value error, ")
    return f"{file}: {key} = {error['input']!r}: {rule[0].lower() + rule[1:]}"


def _unknown_traits(template: Template) -> Iterator[str]:
    for audience in ("citizen", "employer"):
        for section in template.sections(audience):
            for name in section.traits:
                if name not in template.traits:
                    known = ", ".join(template.traits)
                    yield f"{audience}, section {section.section!r}: no trait {name!r}. Known: {known}."


def lay_out(
    facts: Iterable[Fact],
    audience: str,
    *,
    required: Iterable[str] = (),
    enable: Iterable[str] = (),
    min_disclosures: int = 5,
    template: Template | None = None,
) -> Iterator[Fact]:
    """Yield the facts of a profile in the template's order, with its words, bands and sections.

    A required characteristic that nobody disclosed is there with ``n`` 0: a gap is worth seeing. Facts for which the
    template has no place follow at the end when enough people disclosed them.
    """
    template = template or load_template()
    given = {fact.field: fact for fact in facts}
    wanted, enabled = set(required), set(enable)
    placed = {name for section in template.sections(audience) for name in section.traits}
    for section in template.sections(audience):
        for name in section.traits:
            trait, fact = template.traits[name], given.get(name) or Fact(name, 0, ())
            if trait.special and name not in enabled | wanted:
                continue
            if fact.n or trait.always or name in wanted:
                yield shape(fact, trait, section.section, min_disclosures)
    for name, fact in given.items():
        trait = template.traits.get(name) or Trait(title=name)
        if name not in placed and not trait.special and fact.n >= min_disclosures:
            yield shape(fact, trait, "Другие сведения", min_disclosures)


def shape(fact: Fact, trait: Trait, section: str, min_disclosures: int) -> Fact:
    """The fact as a reader sees it: shown values, shares among those who disclosed it, camps."""
    counts: Counter[str] = Counter()
    for value in fact.values:
        counts[trait.value(value.value)] += value.authors
    values = [_value(shown, count, fact.n) for shown, count in counts.most_common()]
    if trait.fold:
        values = list(_fold(values, fact.n))
    if trait.order(values[0].label if values else "") >= 0:
        values.sort(key=lambda v: trait.order(v.label))
    enough = fact.n >= min_disclosures
    return dataclasses.replace(
        fact,
        values=tuple(values),
        title=trait.title,
        section=section,
        enough=enough,
        divided=trait.camps and enough and is_divided(values),
    )


def is_divided(values: Sequence[FactValue]) -> bool:
    """Two camps: nobody is a clear majority, and the two largest answers hold almost everybody.

    >>> is_divided([_value("город", 11, 22), _value("село", 10, 22), _value("посёлок", 1, 22)])
    True
    >>> is_divided([_value("город", 20, 22), _value("село", 2, 22)])
    False
    """
    first, second = ([*sorted((v.share for v in values), reverse=True), 0.0, 0.0])[:2]
    return second >= 0.35 and first + second >= 0.8


def _value(shown: str, count: int, n: int) -> FactValue:
    # One author may have disclosed two values of a band over the years; a share stays a share.
    count = min(count, n) if n else count
    return FactValue(shown, count, count / n if n else 0.0, wilson(count, n), shown)


def _fold(values: Sequence[FactValue], n: int) -> Iterator[FactValue]:
    """Rare answers are one answer: a trade and a village named by one person would point at that person."""
    rare = [v for v in values if v.authors < 2]
    yield from (v for v in values if v.authors >= 2)
    if rare:
        yield _value(OTHER, sum(v.authors for v in rare), n)


def _whole(raw: str | int) -> int | None:
    try:
        return int(raw)
    except ValueError:
        return None
