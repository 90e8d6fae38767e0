"""The template of a profile: which characteristics stand where, and in which words."""

from __future__ import annotations

import dataclasses
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from miner.errors import BadConfig
from miner.places import region_of
from miner.records import Fact, FactValue, Quote, Remark
from miner.settings import resources
from miner.shares import wilson

TEMPLATE = "_template.toml"
OTHER = "другое"
HEAD = "head"
# Age by sex, for the pyramid; it has no place of its own in the template.
PYRAMID = "age_gender"
MAX_QUOTES = 6

# Who of the group discloses a value of a characteristic, in which words.
Told = Mapping[str, Sequence[tuple[str | int, Quote]]]


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
    regions: bool = False

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


def template_of(*folders: Path) -> Template:
    """The template of the last of the folders that has one, else the bundled one."""
    files = [folder / TEMPLATE for folder in folders if (folder / TEMPLATE).is_file()]
    return load_template(files[-1] if files else None)


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
    told: Told | None = None,
    remarks: Mapping[str, Sequence[Remark]] | None = None,
) -> Iterator[Fact]:
    """Yield the facts of a profile in the template's order, with its words, bands and sections.

    A required characteristic that nobody disclosed is there with ``n`` 0: a gap is worth seeing. Facts for which the
    template has no place follow at the end when enough people disclosed them. ``told`` are the quotes and ``remarks``
    the staff's words, by characteristic.
    """
    template, told, remarks = template or load_template(), told or {}, remarks or {}
    given = {fact.field: fact for fact in facts}
    wanted, enabled = {*required, *remarks}, {*enable, *required}
    placed = {name for section in template.sections(audience) for name in section.traits}
    for section in template.sections(audience):
        for name in section.traits:
            trait, fact = template.traits[name], given.get(name) or Fact(name, 0, ())
            if trait.special and name not in enabled:
                continue
            if fact.n or trait.always or name in wanted:
                shown = shape(fact, trait, section.section, min_disclosures, told.get(name, ()))
                yield dataclasses.replace(shown, remarks=tuple(remarks.get(name, ())))
    if (both := given.pop(PYRAMID, None)) and both.n >= min_disclosures and "age" in placed:
        yield pyramid(both, template.traits["age"])
    for name, fact in given.items():
        trait = template.traits.get(name) or Trait(title=name)
        if name not in placed and not trait.special and fact.n >= min_disclosures:
            yield shape(fact, trait, "Другие сведения", min_disclosures)


def shape(
    fact: Fact, trait: Trait, section: str, min_disclosures: int, told: Sequence[tuple[str | int, Quote]] = ()
) -> Fact:
    """The fact as a reader sees it: shown values, shares among those who disclosed it, camps, quotes."""
    label = _labels(fact, trait)
    counts: Counter[str] = Counter()
    for value in fact.values:
        counts[label(value.value)] += value.authors
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
        # What one person alone disclosed would point at that person.
        quotes=tuple(_quotes([(label(raw), quote) for raw, quote in told], values)) if enough else (),
    )


def pyramid(both: Fact, age: Trait) -> Fact:
    """Age bands by sex: values such as «f 52» become «f 45–54 лет», youngest first.

    >>> fact = Fact(PYRAMID, 3, (FactValue("f 52", 2, 2 / 3, (0, 1)), FactValue("m 19", 1, 1 / 3, (0, 1))))
    >>> [value.label for value in pyramid(fact, Trait(title="Возраст", bands=(14, 18, 25, 45, 55), unit="лет")).values]
    ['m 18–24 лет', 'f 45–54 лет']
    """
    counts: Counter[tuple[str, str]] = Counter()
    for value in both.values:
        sex, _, years = str(value.value).partition(" ")
        counts[sex, age.value(years)] += value.authors
    steps = sorted(counts.items(), key=lambda pair: (age.order(pair[0][1]), pair[0][0]))
    values = tuple(_value(f"{sex} {band}", count, both.n) for (sex, band), count in steps)
    return dataclasses.replace(both, values=values, title="Возраст и пол", section="pyramid", enough=True)


def _labels(fact: Fact, trait: Trait) -> Callable[[str | int], str]:
    """How values are shown: settlements as their regions where the group lives in several."""
    if not trait.regions or len({region_of(str(value.value)) for value in fact.values} - {None}) < 2:
        return trait.value
    return lambda raw: region_of(str(raw)) or trait.value(raw)


def _quotes(told: Sequence[tuple[str, Quote]], values: Sequence[FactValue]) -> Iterator[Quote]:
    """Some quotes of each value in turn, the largest first, none of what a single person disclosed."""
    of: dict[str, list[Quote]] = defaultdict(list)
    for shown, quote in told:
        of[shown].append(quote)
    ranked = [of[v.label] for v in sorted(values, key=lambda v: -v.authors) if v.authors >= 2 and v.label in of]
    turns = (quote for turn in zip_longest(*ranked) for quote in turn if quote)
    yield from islice(turns, MAX_QUOTES)


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
