"""From what was mined and what people decided to the portrait of a group."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from miner.profiles.groups import Group
from miner.profiles.template import Template, Told, lay_out
from miner.records import KINDS, Candidate, Indicator, Kind, Line, Mined, Profile, Remark

KEPT = ("accept", "edit")


class Word(Protocol):
    """A person's last word on a candidate; ``target`` is the name under which they knew it."""

    @property
    def target(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def text(self) -> str | None: ...
    @property
    def who(self) -> str: ...
    @property
    def at(self) -> str: ...


def build(
    mined: Mined,
    group: Group,
    *,
    made: str,
    region: str | None = None,
    lines: int = 7,
    min_disclosures: int = 5,
    said: Mapping[str, Word] | None = None,
    manual: Sequence[Line] = (),
    remarks: Mapping[str, Sequence[Remark]] | None = None,
    told: Told | None = None,
    indicators: Iterable[Indicator] = (),
    template: Template | None = None,
    orders: Mapping[Kind, Sequence[str]] | None = None,
) -> Profile:
    """The profile of a group, made on the day ``made`` (ISO 8601).

    ``said`` holds people's words on candidates by their ids, ``manual`` the lines of the staff's own experience and
    ``remarks`` their words on characteristics; ``told`` are quotes behind the facts.
    ``lines`` is how many lines of each kind a profile has; what a person accepted, edited or wrote always stays, and
    what a person rejected is never proposed. ``orders`` are the lines of a column in the order that a person gave them.
    """
    return Profile(
        group=group.name,
        title=group.title,
        audience=group.kind,
        region=region or group.region,
        made=made,
        posts=mined.posts,
        authors=mined.authors,
        period=period(mined.candidates),
        facts=tuple(
            lay_out(
                mined.facts,
                group.kind,
                required=group.required,
                enable=group.enable,
                min_disclosures=min_disclosures,
                template=template,
                told=told,
                remarks=remarks,
            )
        ),
        indicators=tuple(indicators),
        lines=tuple(columns(mined.candidates, said or {}, manual, lines, orders or {})),
        notes=mined.notes,
    )


def period(candidates: Iterable[Candidate]) -> tuple[str, str] | None:
    """The first and the last day of the evidence."""
    days = sorted(quote.date[:10] for candidate in candidates for quote in candidate.evidence if quote.date)
    return (days[0], days[-1]) if days else None


def proposed(candidate: Candidate) -> Line:
    """The line that a candidate proposes."""
    return Line(
        id=candidate.id,
        kind=candidate.kind,
        text=candidate.text,
        origin="mined",
        support=candidate.support,
        quotes=candidate.evidence,
        warnings=candidate.warnings,
        trend=candidate.trend,
        specificity=candidate.specificity,
    )


def columns(
    candidates: Sequence[Candidate],
    said: Mapping[str, Word],
    manual: Sequence[Line],
    limit: int,
    orders: Mapping[Kind, Sequence[str]],
) -> Iterable[Line]:
    """Yield the lines of a profile, column by column; what nobody has placed follows what somebody has."""
    for kind in KINDS:
        own = [c for c in candidates if c.kind == kind]
        settled = [_settled(c, said[c.id]) for c in own if c.id in said and said[c.id].action in KEPT]
        settled += [line for line in manual if line.kind == kind]
        open_ = [proposed(c) for c in own if c.id not in said or said[c.id].action == "later"]
        fresh = _fresh(open_, {line.text for line in settled}, limit - len(settled))
        names = {c.id: said[c.id].target for c in own if c.id in said}
        yield from placed([*settled, *fresh], orders.get(kind, ()), names)


def placed(lines: Iterable[Line], order: Sequence[str], names: Mapping[str, str]) -> list[Line]:
    """Lines by their ids, or the ``names`` under which they were known when the order was given.

    >>> lines = [Line(name, "pain", name, "mined") for name in "abc"]
    >>> [line.id for line in placed(lines, ["c", "was a"], {"a": "was a"})]
    ['c', 'a', 'b']
    """
    places = {name: place for place, name in enumerate(order)}
    last = len(places)
    return sorted(lines, key=lambda line: places.get(line.id, places.get(names.get(line.id, ""), last)))


def _fresh(proposals: Iterable[Line], said: set[str], limit: int) -> Iterable[Line]:
    """The first proposals that say something new: two themes may have found the same words, a page has them once."""
    for line in proposals:
        if limit > 0 and line.text not in said:
            said.add(line.text)
            limit -= 1
            yield line


def _settled(candidate: Candidate, word: Word) -> Line:
    edited = word.action == "edit" and word.text
    return dataclasses.replace(
        proposed(candidate),
        text=word.text if edited and word.text else candidate.text,
        origin="edited" if edited else "mined",
        accepted=True,
        who=word.who,
        at=word.at,
    )
