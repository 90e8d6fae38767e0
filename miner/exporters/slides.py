"""One slide for a meeting: shapes and text boxes that PowerPoint edits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from miner.exporters import Exporter, Quotes
from miner.exporters._portrait import Bar, Column, Figure, Portrait, Row, Trait, portrait
from miner.exporters._privacy import tidy
from miner.exporters._typst import cut, steps
from miner.jsonl import whole_file
from miner.records import Profile

DEEP, INK, SOFT, FAINT, GROUND, ACCENT, ROSE = "12375C", "17263A", "5B6B7F", "8A97A8", "E3E9F0", "2E6DA4", "B0587F"
TONES = {"value": ("1D7A66", "EEF7F4"), "desire": ("2563A8", "EEF4FB"), "pain": ("B4472F", "FCF2EE")}
# Inches; a slide of 13.333 by 7.5.
WIDE, HIGH, EDGE = 13.333, 7.5, 0.35
HEAD_TOP, COLUMNS_TOP, BOTTOM, BOTTOM_ABOVE_TEXT = 1.1, 2.78, 6.66, 6.42
# Left, top, width and height in inches.
Place = tuple[float, float, float, float]
MAX_ROWS, MAX_TRAITS, MAX_BARS = 8, 7, 4
# More characteristics than a row holds stand in two, lower ones.
COMPACT, MAX_COMPACT_BARS = 12, 2


class Slides(Exporter):
    """A deck of one slide; the quotes stay in the documents."""

    suffix: ClassVar[str] = ".pptx"

    def __init__(self, *, quotes: Quotes = "none") -> None:
        super().__init__(quotes=quotes)

    def export(self, profile: Profile, path: Path) -> None:
        deck = _deck(portrait(profile, "none"), profile.made)
        with whole_file(path) as beside:
            deck.save(str(beside))


def _deck(view: Portrait, made: str) -> Any:
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(HIGH)
    properties = deck.core_properties
    properties.title, properties.author, properties.last_modified_by = tidy(view.title)[:200], "", ""
    try:
        day = dt.datetime.fromisoformat(made[:10]).replace(tzinfo=dt.UTC)
    except ValueError:
        pass
    else:
        properties.created = properties.modified = day
    # The layout with nothing but a title, so that the outline of the deck names the group.
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    _masthead(slide, view)
    _head(slide, view)
    for at, column in enumerate(view.columns):
        _column(slide, column, at, len(view.columns), BOTTOM_ABOVE_TEXT if view.told_sections else BOTTOM)
    _further(slide, view)
    _figures(slide, view.indicators)
    _text(slide, (EDGE, HIGH - 0.3, WIDE - 2 * EDGE, 0.26), [(view.caution, 7, False, SOFT)])
    slide.notes_slide.notes_text_frame.text = _notes(view)
    return deck


def _masthead(slide: Any, view: Portrait) -> None:
    from pptx.util import Inches, Pt

    _box(slide, (0, 0, WIDE, 0.98), DEEP)
    _text(slide, (EDGE, 0.08, 9.6, 0.25), [(view.kicker.upper(), 9, False, "B9D0E6")])
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = Inches(EDGE), Inches(0.26), Inches(9.8), Inches(0.45)
    title.text_frame.text = tidy(cut(view.title, 110))
    _frame(title.text_frame)
    run = title.text_frame.paragraphs[0].runs[0]
    size = max(10.0, min(22.0, 9.8 * 72 / (len(title.text_frame.text) * 0.74)))
    _paint(run, size, bold=True, colour="FFFFFF")
    title.text_frame.paragraphs[0].alignment = 1
    title.text_frame.paragraphs[0].line_spacing = Pt(24)
    # A placeholder is drawn below what was added after it; the band must not hide the title.
    slide.shapes._spTree.append(title._element)  # noqa: SLF001
    about = [view.region, view.period, f"составлен {view.made}", view.version]
    _text(slide, (EDGE, 0.68, 9.8, 0.25), [(" · ".join(part for part in about if part), 9.5, False, "D5E2EE")])
    figures = [(view.authors, f"{view.people.split()[-1]} в группе"), (view.posts, view.messages.split()[-1])]
    for at, (count, unit) in enumerate(figures):
        left = WIDE - EDGE - 1.4 * (len(figures) - at)
        _text(
            slide, (left, 0.18, 1.4, 0.65), [(str(count), 20, True, "FFFFFF"), (unit, 9, False, "B9D0E6")], centre=True
        )


def _head(slide: Any, view: Portrait) -> None:
    """Characteristics side by side, the age pyramid behind the age, and a line of what there is no data for."""
    told_of = [trait for trait in view.head if not trait.empty]
    compact = len(told_of) > MAX_TRAITS
    shown: list[Trait | None] = [*told_of[: COMPACT if compact else MAX_TRAITS]]
    if view.pyramid and len(shown) < MAX_TRAITS:
        shown.insert(next((at for at, t in enumerate(shown, 1) if t and t.field == "age"), len(shown)), None)
    across = -(-len(shown) // 2) if compact else max(4, len(shown))
    width = (WIDE - 2 * EDGE - 0.2 * (across - 1)) / across
    for at, trait in enumerate(shown):
        left, top = EDGE + at % across * (width + 0.2), HEAD_TOP + at // across * 0.72
        if trait:
            _trait(slide, trait, (left, top, width, 0.7 if compact else 1.4))
        else:
            _pyramid(slide, view, left, width)
    told = [f"{trait.title}: {cut(trait.summary, 60)}" for trait in (*told_of[len(shown) :], *view.gaps)]
    if told:
        place = (EDGE, COLUMNS_TOP - 0.22, WIDE - 2 * EDGE, 0.2)
        _text(slide, place, [(cut(";  ".join(told), 190), 8, False, SOFT)])


def _title(slide: Any, place: tuple[float, float, float], title: str, told: str = "") -> None:
    """The heading of a characteristic, small enough for its line: left, top and width in inches."""
    left, top, width = place
    short = title.split(",", maxsplit=1)[0] if width < 2.4 else title
    # A letter of a bold sans is some 0.7 of its size wide at most.
    letters = len(short) + 0.8 * (len(told) + 2)
    size = max(6.5, min(9.5 if width > 1.9 else 8.0, width * 72 / (letters * 0.7)))
    frame = _text(slide, (left, top, width, 0.22), [(short, size, True, DEEP)])
    if told:
        run = frame.paragraphs[0].add_run()
        run.text = f"  {told}"
        _paint(run, size - 1.5, bold=False, colour=FAINT)


def _trait(slide: Any, trait: Trait, place: Place) -> None:
    left, above, width, height = place
    compact = height < 1
    _title(slide, (left, above, width), trait.title, trait.told if trait.n else "")
    size = 9.5 if width > 1.9 and not compact else 8.0
    step, first = (0.235, 0.2) if compact else (0.275, 0.24)
    for at, bar in enumerate(_largest(trait, MAX_COMPACT_BARS if compact else MAX_BARS) if trait.drawn else []):
        top = above + first + at * step
        label = cut(bar.label, int((width - 0.4) * 17))
        _text(slide, (left, top, width - 0.4, 0.18), [(label, size - 1, False, INK)])
        _text(slide, (left + width - 0.7, top, 0.7, 0.18), [(bar.percent, size - 0.5, True, INK)], right=True)
        _bar(slide, (left, top + (0.165 if compact else 0.19), width, 0.035), bar, ACCENT)
    if trait.remarks and not trait.drawn:
        said = trait.remarks[0]
        room = int(width * (30 if compact else 60))
        parts = [(cut(said.text, room), size - 0.5, False, INK), (cut(said.by, int(width * 16)), 6.5, False, FAINT)]
        _text(slide, (left, above + first, width, height - first), parts)


def _pyramid(slide: Any, view: Portrait, left: float, width: float) -> None:
    """Women to the left, men to the right, the oldest on top."""
    storeys = steps(view)[:6]
    top_share = max(max(s["women"], s["men"]) for s in storeys) or 1.0
    half, middle = (width - 0.5) / 2, left + width / 2
    _title(slide, (left, HEAD_TOP, width), "Возраст и пол")
    size = 9.5 if width > 1.9 else 8.0
    _text(slide, (left, HEAD_TOP + 0.21, half, 0.15), [("женщины", size - 2, False, SOFT)], right=True)
    _text(slide, (middle + 0.25, HEAD_TOP + 0.21, half, 0.15), [("мужчины", size - 2, False, SOFT)])
    for at, storey in enumerate(storeys):
        top = HEAD_TOP + 0.38 + at * 0.165
        women, men = (half * storey[who] / top_share for who in ("women", "men"))
        _text(slide, (middle - 0.25, top - 0.03, 0.5, 0.15), [(storey["label"], 7, False, INK)], centre=True)
        for start, length, colour in ((middle - 0.25 - women, women, ROSE), (middle + 0.25, men, ACCENT)):
            if length > 0:
                _box(slide, (start, top, length, 0.11), colour)


def _further(slide: Any, view: Portrait) -> None:
    """What the further sections tell, in two lines."""
    told = [
        f"{trait.title}: {cut(trait.remarks[0].text if trait.remarks else trait.summary, 90)}"
        for _, traits in view.told_sections
        for trait in traits
    ]
    if told:
        place = (EDGE, BOTTOM_ABOVE_TEXT + 0.05, WIDE - 2 * EDGE, 0.28)
        _text(slide, place, [(cut(";  ".join(told), 320), 8, False, INK)])


def _figures(slide: Any, figures: Sequence[Figure]) -> None:
    """The client indicators in a row below the columns."""
    width = (WIDE - 2 * EDGE - 0.2 * (len(figures) - 1)) / max(1, len(figures))
    for at, figure in enumerate(figures):
        left = EDGE + at * (width + 0.2)
        _text(slide, (left, BOTTOM + 0.1, 0.75, 0.3), [(figure.value, 15, True, DEEP)])
        parts = [(figure.title, 8.5, False, INK), (figure.basis, 7.5, False, SOFT)]
        _text(slide, (left + 0.75, BOTTOM + 0.11, width - 0.75, 0.34), parts)


def _largest(trait: Trait, most: int) -> list[Bar]:
    """The answers there is room for, in the order of the scale."""
    kept = sorted(trait.bars, key=lambda bar: -bar.share)[:most]
    return [bar for bar in trait.bars if bar in kept]


def _column(slide: Any, column: Column, at: int, across: int, bottom: float) -> None:
    tone, wash = TONES[column.kind]
    width = (WIDE - 2 * EDGE - 0.2 * (across - 1)) / across
    left = EDGE + at * (width + 0.2)
    _box(slide, (left, COLUMNS_TOP, width, bottom - COLUMNS_TOP), wash)
    _box(slide, (left, COLUMNS_TOP, width, 0.32), tone)
    _text(slide, (left + 0.1, COLUMNS_TOP + 0.04, width - 0.2, 0.25), [(column.title, 12, True, "FFFFFF")])
    rows = column.rows[:MAX_ROWS]
    if hidden := len(column.rows) - len(rows):
        left_out = [(f"и ещё {hidden}", 9, False, "FFFFFF")]
        _text(slide, (left + 0.1, COLUMNS_TOP + 0.07, width - 0.2, 0.2), left_out, right=True)
    if not rows:
        told = "Строк пока нет: об этом говорили слишком мало людей."
        _text(slide, (left + 0.1, COLUMNS_TOP + 0.42, width - 0.2, 0.3), [(told, 9.5, False, SOFT)])
        return
    slot = min((bottom - COLUMNS_TOP - 0.36) / len(rows), 0.95)
    for down, row in enumerate(rows):
        _row(slide, row, (left + 0.1, COLUMNS_TOP + 0.36 + down * slot, width - 0.2, slot), tone)


def _row(slide: Any, row: Row, place: Place, tone: str) -> None:
    left, top, width, slot = place
    size = next(size for least, size in ((0.8, 12), (0.52, 9.5), (0, 8.5)) if slot > least)
    _text(slide, (left, top, width, slot - 0.2), [(cut(row.text, 100), size, True, INK)])
    if not row.authors:
        _text(slide, (left, top + slot - 0.18, width, 0.16), [(cut(row.origin, 60), 8, False, SOFT)])
        return
    _bar(slide, (left, top + slot - 0.215, width, 0.035), Bar("", row.authors, row.weight, row.low, row.high), tone)
    _text(slide, (left, top + slot - 0.18, width, 0.16), [(row.voices, 8, True, tone)])
    told = f"{row.trend}  {row.share} ({row.interval})".strip()
    _text(slide, (left, top + slot - 0.18, width, 0.16), [(told, 8, False, SOFT)], right=True)
    if not row.trend:
        _spark(slide, row.spark, (left + width / 2 - 0.35, top + slot - 0.16, 0.7, 0.11), _pale(tone))


def _spark(slide: Any, counts: Sequence[int], place: Place, colour: str) -> None:
    """People a quarter, a little column each."""
    left, top, width, height = place
    if not any(counts):
        return
    step = min(0.07, width / len(counts))
    for at, count in enumerate(counts):
        tall = max(0.008, height * count / max(counts))
        _box(slide, (left + at * step, top + height - tall, step * 0.75, tall), colour)


def _bar(slide: Any, place: Place, bar: Bar, tone: str) -> None:
    left, top, width, height = place
    _box(slide, place, GROUND)
    _box(slide, (left + width * bar.low, top, width * (bar.high - bar.low), height), _pale(tone))
    _box(slide, (left, top, width * max(bar.share, 0.004), height), tone)


def _pale(tone: str) -> str:
    """The colour at a third of its strength on white."""
    return "".join(f"{255 - (255 - int(tone[at : at + 2], 16)) // 3:02X}" for at in (0, 2, 4))


def _box(slide: Any, place: Place, colour: str) -> None:
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Inches

    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *map(Inches, place))
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    shape.line.fill.background()
    # The theme's style would bring its shadow.
    for look in shape._element.xpath("p:style"):  # noqa: SLF001
        shape._element.remove(look)  # noqa: SLF001


def _text(
    slide: Any,
    place: Place,
    parts: Sequence[tuple[str, float, bool, str]],
    *,
    right: bool = False,
    centre: bool = False,
) -> Any:
    """A text box of paragraphs: text, size in points, bold, colour. Returns its frame."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches

    frame = slide.shapes.add_textbox(*map(Inches, place)).text_frame
    _frame(frame)
    for at, (text, size, bold, colour) in enumerate(parts):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.CENTER if centre else PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = tidy(text)
        _paint(run, size, bold=bold, colour=colour)
    return frame


def _frame(frame: Any) -> None:
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _paint(run: Any, size: float, *, bold: bool, colour: str) -> None:
    from pptx.util import Pt

    run.font.name, run.font.size, run.font.bold = "Arial", Pt(size), bold
    run.font.color.rgb = _rgb(colour)


def _rgb(colour: str) -> Any:
    from pptx.dml import color

    made: Any = color.RGBColor
    return made(*bytes.fromhex(colour))


def _notes(view: Portrait) -> str:
    """What the speaker may be asked: every line in full, and what the slide had no room for."""
    lines = [f"{row.code}. {row.text} – {row.voices or row.origin}" for c in view.columns for row in c.rows]
    figures = [f"{i.title}: {i.value} ({i.basis})" for i in view.indicators]
    further = [f"{trait.title}: {trait.summary}" for _, traits in view.told_sections for trait in traits]
    return tidy("\n".join([*lines, *further, *figures, *view.notes]))
