"""A Markdown page: for wikis, e-mails and reviews of changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from miner.exporters import Exporter
from miner.exporters._portrait import Citation, Column, Portrait, Row, Trait, portrait
from miner.jsonl import whole_text
from miner.records import Profile

# What Markdown would take for markup; < opens HTML in every dialect.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~])")
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)")


class Markdown(Exporter):
    """Headings, a table of characteristics, lists of lines with their quotes."""

    suffix: ClassVar[str] = ".md"

    def export(self, profile: Profile, path: Path) -> None:
        with whole_text(path) as stream:
            stream.write("\n".join(_page(portrait(profile, self.quotes))).rstrip() + "\n")


def plain(text: str) -> str:
    r"""Text that Markdown shows as it is.

    >>> plain("# 1 *важно* [скрыто]")
    '\\# 1 \\*важно\\* \\[скрыто\\]'
    """
    return _LIST.sub(r"\1\\\2\3", _MARKUP.sub(r"\\\1", " ".join(text.split())))


def _page(view: Portrait) -> Iterator[str]:
    yield f"# {plain(view.title)}"
    about = [view.kicker, view.region, view.period, view.people, view.messages, f"составлен {view.made}", view.version]
    yield from ("", plain(" · ".join(part for part in about if part)), "")
    yield from _table(view.head)
    for column in view.columns:
        yield from _column(column)
    for title, traits in view.sections:
        yield from (f"## {plain(title)}", "")
        yield from _table(traits)
    if view.indicators:
        yield from ("## Показатели работы с группой", "")
        yield from (f"- {plain(i.title)}: {i.value} ({i.basis})" for i in view.indicators)
        yield ""
    if view.quoted:
        yield from ("## Что люди говорят о себе", "")
        for trait in view.quoted:
            yield from (f"### {plain(trait.title)}", "")
            yield from _citations(trait.citations)
    yield from ("---", "", plain(view.caution))
    for note in view.notes:
        yield from ("", plain(note))


def _table(traits: tuple[Trait, ...]) -> Iterator[str]:
    if not traits:
        return
    yield "| Характеристика | Распределение | Рассказали |"
    yield "|---|---|---|"
    for trait in traits:
        bars = "; ".join(f"{plain(bar.label)} {bar.percent} ({bar.interval})" for bar in trait.bars if trait.drawn)
        said = (f"{plain(said.text)} ({plain(said.by)})" for said in trait.remarks)
        told = ". ".join(part for part in (bars, plain(trait.camps), *said) if part)
        yield f"| {plain(trait.title)} | {told} | {plain(trait.told) if trait.n or not trait.remarks else ''} |"
    yield ""


def _column(column: Column) -> Iterator[str]:
    yield from (f"## {column.title}", "")
    if not column.rows:
        yield from ("Строк пока нет.", "")
    for row in column.rows:
        yield from _row(row)


def _row(row: Row) -> Iterator[str]:
    yield f"### {row.code}. {plain(row.text)}"
    told = [f"**{row.voices}**", f"{row.share} группы ({row.interval})"] if row.authors else []
    told += [plain(note) for note in (row.trend, row.origin, *row.warnings) if note]
    yield from ("", " · ".join(told), "")
    yield from _citations(row.citations)
    if row.more:
        yield f"> и ещё {row.more}"
    yield ""


def _citations(citations: Iterable[Citation]) -> Iterator[str]:
    for citation in citations:
        source = f" [источник]({citation.link.replace(')', '%29')})" if citation.link else ""
        place = f" – {plain(citation.place)}" if citation.place else ""
        yield f"> {plain(citation.text)}{place}{source}"
        yield ">"
    yield ""
