"""The interchange form of a profile: what ``--format json`` writes and ``miner profile import`` reads.

``Profile.to_json`` writes the form; the JSON Schema in docs/profile.schema.json is made from the models here. Who said
a quote is not in the form.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from miner.errors import BadInput
from miner.jsonl import valid_date
from miner.records import (
    Fact,
    FactValue,
    Indicator,
    Kind,
    Line,
    Origin,
    Profile,
    ProfileStatus,
    Quote,
    Remark,
    Support,
)

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Interval = tuple[Share, Share]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, allow_inf_nan=False)


class SupportForm(_Form):
    authors: Count
    statements: Count
    threads: Count
    sources: Count
    months: Count
    share: Share
    ci: Interval


class QuoteForm(_Form):
    doc_id: str
    start: Count
    end: Count
    quote: str
    date: str | None = None
    url: str | None = None
    source: str | None = None


class ValueForm(_Form):
    value: int | str
    label: str
    authors: Count
    share: Share
    ci: Interval


class RemarkForm(_Form):
    text: str = Field(min_length=1)
    who: str | None = None
    at: str | None = None


class FactForm(_Form):
    field: str = Field(min_length=1)
    title: str
    section: str
    n: Count
    enough: bool
    divided: bool
    values: list[ValueForm]
    quotes: list[QuoteForm] = []
    remarks: list[RemarkForm] = []


class LineForm(_Form):
    id: str = Field(min_length=1)
    kind: Kind
    text: str = Field(min_length=1)
    origin: Origin
    accepted: bool
    who: str | None = None
    at: str | None = None
    support: SupportForm | None = None
    trend: float | None = None
    specificity: float | None = None
    warnings: list[str] = []
    quotes: list[QuoteForm] = []


class IndicatorForm(_Form):
    name: str
    title: str
    value: float
    ci: tuple[float, float]
    n: Count
    unit: Literal["share", "per_person"]
    trend: float | None = None
    enough: bool


class ProfileForm(_Form):
    """A profile of a client group as it travels between installations."""

    form: Literal["miner-profile/1"]
    group: str = Field(min_length=1)
    title: str = Field(min_length=1)
    audience: Literal["citizen", "employer"]
    region: str | None
    made: str
    period: tuple[str, str] | None
    posts: Count
    authors: Count
    version: Count
    status: ProfileStatus
    endorsed_by: str | None = None
    endorsed_at: str | None = None
    facts: list[FactForm]
    lines: list[LineForm]
    indicators: list[IndicatorForm] = []
    notes: list[str] = []


def from_form(raw: Any, name: str = "profile") -> Profile:
    """The profile of an interchange object. Raises BadInput with every broken rule and its place in ``name``."""
    try:
        form = ProfileForm.model_validate(raw)
    except ValidationError as error:
        raise BadInput("\n".join([f"{name}: not a profile:", *(f"  {_said(e)}" for e in error.errors())])) from error
    if mistakes := _senseless(form):
        raise BadInput("\n".join([f"{name}: not a profile:", *(f"  {mistake}" for mistake in mistakes)]))
    known = form.model_dump(exclude={"form", "facts", "lines", "indicators", "notes", "period"})
    return Profile(
        **known,
        period=form.period,
        facts=tuple(_read_fact(fact) for fact in form.facts),
        lines=tuple(_read_line(line) for line in form.lines),
        indicators=tuple(Indicator(**i.model_dump()) for i in form.indicators),
        notes=tuple(form.notes),
    )


def read_profile(path: Path) -> Profile:
    """The profile of a JSON file. Raises BadInput that names file, place and rule."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}. Give an exported profile.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 at byte {error.start}: save the file as UTF-8.") from error
    try:
        raw = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadInput(f"{path}: no JSON: {error}. Export the profile with --format json.") from error
    return from_form(raw, str(path))


def schema() -> dict[str, Any]:
    """The published JSON Schema of the form."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Профиль клиентской группы",
        **{key: value for key, value in ProfileForm.model_json_schema().items() if key != "title"},
    }


def _read_fact(form: FactForm) -> Fact:
    return Fact(
        **form.model_dump(exclude={"values", "quotes", "remarks"}),
        values=tuple(FactValue(**value.model_dump()) for value in form.values),
        quotes=tuple(Quote(speaker="", **quote.model_dump()) for quote in form.quotes),
        remarks=tuple(Remark(**remark.model_dump()) for remark in form.remarks),
    )


def _read_line(form: LineForm) -> Line:
    given = form.model_dump(exclude={"support", "quotes", "warnings"})
    return Line(
        **given,
        support=Support(**form.support.model_dump()) if form.support else None,
        quotes=tuple(Quote(speaker="", **quote.model_dump()) for quote in form.quotes),
        warnings=tuple(form.warnings),
    )


def _senseless(form: ProfileForm) -> list[str]:
    """Rules that no type says: dates are dates, ids are unique, intervals are in order."""
    mistakes = [
        f"{where}: {day[:40]!r} is no ISO 8601 date such as 2025-03-14"
        for where, day in [("made", form.made), *((f"period.{i}", d) for i, d in enumerate(form.period or ()))]
        if not valid_date(day)
    ]
    seen: set[str] = set()
    for at, line in enumerate(form.lines):
        if line.id in seen:
            mistakes.append(f"lines.{at}.id: {line.id!r} was already used, ids are unique")
        seen.add(line.id)
        if line.support and line.support.ci[0] > line.support.ci[1]:
            mistakes.append(f"lines.{at}.support.ci: the lower bound is above the upper one")
    return mistakes


def _said(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "file"
    if error["type"] == "extra_forbidden":
        return f"{key}: no such field"
    if error["type"] == "missing":
        return f"{key}: is missing"
    return f"{key}: {str(error['input'])[:60]!r}: {error['msg'][0].lower() + error['msg'][1:]}"
