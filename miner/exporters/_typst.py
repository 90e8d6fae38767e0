"""The portrait drawn by typst: what the PDF and the picture share."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from miner.exporters._icons import ICONS, svg
from miner.exporters._portrait import Column, Portrait, Row, Trait

ASSETS = Path(__file__).parent / "_assets"
# Millimetres; the slide is 16:9.
SHAPES = {"a4": (297.0, 210.0), "slide": (338.667, 190.5)}
MAX_ROWS = 10
MAX_TEXT = 180
MAX_BARS = 6
VOICES = 2
Shape = Literal["a4", "slide"]


def draw(view: Portrait, shape: Shape, *, form: Literal["pdf", "png"], voices: int, ppi: float | None = None) -> bytes:
    """The pages as PDF, or the one page as PNG. ``voices`` quotes of each line follow on further pages; 0 for none."""
    return b"".join(_compile("profile.typ", data(view, shape, voices), form, ppi))


def pictures(wanted: Sequence[dict[str, Any]]) -> list[bytes]:
    """A PNG for each drawing: ``what`` is pyramid, bar or spark, with its figures and ``width`` in millimetres."""
    return _compile("pictures.typ", wanted, "png", 220.0) if wanted else []


def steps(view: Portrait) -> list[dict[str, Any]]:
    """The storeys of the age pyramid as the drawings take them."""
    return [{"label": s.label.removesuffix(" лет"), "women": s.women, "men": s.men} for s in view.pyramid]


def _compile(template: str, given: Any, form: Literal["pdf", "png"], ppi: float | None) -> list[bytes]:
    import typst

    made = typst.compile(
        str(ASSETS / template),
        root=str(ASSETS),
        font_paths=[str(ASSETS / "fonts")],
        ignore_system_fonts=True,
        format=form,
        ppi=ppi,
        sys_inputs={"data": json.dumps(given, ensure_ascii=False)},
    )
    return [made] if isinstance(made, bytes) else list(made)


def data(view: Portrait, shape: Shape, voices: int) -> dict[str, Any]:
    """What the template draws; texts are cut to what a page can hold."""
    width, height = SHAPES[shape]
    parts = [view.region, view.period, f"составлен {view.made}", view.version]
    return {
        "width": width,
        "height": height,
        "across": 6 if shape == "slide" else 5,
        "icons": _icons(),
        "kicker": view.kicker,
        "title": cut(view.title, 140),
        "about": " · ".join(part for part in parts if part),
        "figures": [
            [str(view.authors), f"{view.people.split()[-1]} в группе"],
            [str(view.posts), view.messages.split()[-1]],
            [str(view.lines), "строк портрета"],
        ],
        "head": [_trait(trait) for trait in view.head if not trait.empty],
        "gaps": [[trait.title, cut(trait.told, 120)] for trait in view.gaps],
        "pyramid": steps(view),
        "columns": [_column(column) for column in view.columns],
        "indicators": [{"title": i.title, "value": i.value, "told": i.basis} for i in view.indicators],
        "sections": [
            {"title": title, "traits": [_trait(trait) for trait in traits]} for title, traits in view.told_sections
        ],
        "caution": " ".join((view.caution, *view.notes)),
        "voices": _voices(view, voices),
        "on_quotes": view.on_quotes,
    }


@functools.cache
def _icons() -> dict[str, str]:
    return {name: svg(name) for name in ICONS}


def cut(text: str, limit: int) -> str:
    """
    >>> cut("Плохое транспортное сообщение", 12)
    'Плохое …'
    """
    clean = " ".join(text.split())
    return clean if len(clean) <= limit else clean[: limit - 1].rsplit(" ", 1)[0] + " …"


def _trait(trait: Trait) -> dict[str, Any]:
    bars = trait.bars if trait.drawn else ()
    return {
        "field": trait.field,
        "title": trait.title,
        "told": cut(trait.told, 60) if trait.n or not trait.remarks else "",
        "remarks": [[cut(said.text, 200), cut(said.by, 80)] for said in trait.remarks],
        "bars": [
            {"label": cut(b.label, 50), "percent": b.percent, "share": b.share, "low": b.low, "high": b.high}
            for b in bars[:MAX_BARS]
        ],
        "rest": cut("и ещё: " + ", ".join(b.label for b in bars[MAX_BARS:]), 160) if len(bars) > MAX_BARS else "",
        "camps": trait.camps,
    }


def _column(column: Column) -> dict[str, Any]:
    rows = [_row(row) for row in column.rows[:MAX_ROWS]]
    if (hidden := len(column.rows) - MAX_ROWS) > 0:
        rows[-1]["notes"].append(f"и ещё {hidden} в полном тексте профиля")
    return {"kind": column.kind, "title": column.title, "rows": rows}


def _row(row: Row) -> dict[str, Any]:
    return {
        "text": cut(row.text, MAX_TEXT),
        "authors": row.authors,
        "voices": row.voices,
        "share": row.share,
        "interval": row.interval,
        "weight": row.weight,
        "low": row.low,
        "high": row.high,
        "spark": list(row.spark),
        "notes": [cut(note, 90) for note in (row.trend, row.origin, *row.warnings) if note],
    }


def _voices(view: Portrait, count: int) -> list[dict[str, Any]]:
    """What people say behind each line, then what they say of themselves."""
    lines = [
        (column.kind, f"{row.code}. {cut(row.text, MAX_TEXT)}", row.citations)
        for column in view.columns
        for row in column.rows
    ]
    traits = [("self", trait.title, trait.citations) for trait in view.quoted]
    return [
        {
            "kind": kind,
            "heading": heading,
            "quotes": [{"text": cut(c.marked, 400), "place": c.place, "link": c.link} for c in citations[:count]],
        }
        for kind, heading, citations in (*lines, *traits)
        if citations and count
    ]
