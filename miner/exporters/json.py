"""The interchange form of a profile (docs/profile.schema.json): another installation imports it again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from miner.exporters import Exporter, Quotes
from miner.exporters._portrait import COLUMNS
from miner.exporters._privacy import hide, traceless
from miner.jsonl import write_json
from miner.records import Fact, Line, Profile, Quote


class Json(Exporter):
    """Everything of a profile but who said a quote."""

    suffix: ClassVar[str] = ".json"

    def export(self, profile: Profile, path: Path) -> None:
        write_json(path, guarded(profile, self.quotes).to_json())


def guarded(profile: Profile, quotes: Quotes = "whole") -> Profile:
    """The profile after the last privacy look; doing it twice changes nothing."""
    return dataclasses.replace(
        profile,
        facts=tuple(_fact(fact, quotes) for fact in profile.facts),
        lines=tuple(_line(line, quotes) for kind, _, _ in COLUMNS for line in profile.of(kind)),
    )


def _fact(fact: Fact, quotes: Quotes) -> Fact:
    """Answers of too few people are not told one by one."""
    remarks = tuple(dataclasses.replace(remark, text=hide(remark.text)) for remark in fact.remarks)
    if not fact.enough:
        return dataclasses.replace(fact, values=(), quotes=(), remarks=remarks)
    values = tuple(
        dataclasses.replace(v, value=hide(v.value) if isinstance(v.value, str) else v.value, label=hide(v.label))
        for v in fact.values
    )
    return dataclasses.replace(fact, values=values, quotes=_quotes(fact.quotes, quotes), remarks=remarks)


def _line(line: Line, quotes: Quotes) -> Line:
    return dataclasses.replace(line, text=hide(line.text), quotes=_quotes(line.quotes, quotes))


def _quotes(quotes: Iterable[Quote], how: Quotes) -> tuple[Quote, ...]:
    return tuple(traceless(quote, how) for quote in quotes) if how != "none" else ()
