"""From what was mined and what people decided to the portrait of a group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from miner.profiles.groups import Group
from miner.profiles.template import Template, lay_out
from miner.records import KINDS, Candidate, Decision, Line, Mined, Profile


def build(
    mined: Mined,
    group: Group,
    *,
    made: str,
    region: str | None = None,
    lines: int = 7,
    min_disclosures: int = 5,
    decisions: Sequence[Decision] = (),
    template: Template | None = None,
) -> Profile:
    """The profile of a group, made on the day ``made`` (ISO 8601).

    ``lines`` is how many lines of each kind are proposed; what a person accepted, edited or wrote always stays.
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
            )
        ),
        lines=tuple(_lines(mined.candidates, decisions, lines)),
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


def _lines(candidates: Sequence[Candidate], decisions: Sequence[Decision], limit: int) -> Iterable[Line]:
    del decisions
    for kind in KINDS:
        yield from [proposed(c) for c in candidates if c.kind == kind][:limit]
