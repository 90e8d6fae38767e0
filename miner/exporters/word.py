"""A Word document that the staff edit: real styles, headings and tables; the quotes in an appendix.

Bars, the age pyramid and sparklines are pictures, drawn once for the whole document and kept in ``Art``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from miner.exporters import Exporter
from miner.exporters._portrait import Bar, Citation, Column, Portrait, Row, Trait, portrait
from miner.exporters._privacy import tidy
from miner.exporters._typst import pictures, steps
from miner.jsonl import whole_file
from miner.records import Profile

DEEP, INK, SOFT, LINE, ACCENT = "12375C", "17263A", "5B6B7F", "DFE5EC", "2E6DA4"
TONES = {"value": ("1D7A66", "EEF7F4"), "desire": ("2563A8", "EEF4FB"), "pain": ("B4472F", "FCF2EE")}
WIDTH_CM = 26.7
LINE_STYLE, VOICES_STYLE, TRAIT_STYLE, ANSWER_STYLE = "Строка портрета", "Голоса", "Характеристика", "Ответ"
BAR_STYLE = "Полоса"
# Paragraphs of a line's cell that are not the line.
ASIDE = frozenset((VOICES_STYLE, BAR_STYLE, "Предупреждение", "Заголовок колонки"))
# A longer answer has its figure on a line of its own.
LONG_ANSWER = 20
# Quotes of a characteristic that the appendix has room for.
OF_THEMSELVES = 3


class Word(Exporter):
    """The portrait on the first pages, an appendix of quotes behind it, and links between both."""

    suffix: ClassVar[str] = ".docx"

    def export(self, profile: Profile, path: Path) -> None:
        document = _document(portrait(profile, self.quotes), profile.made)
        with whole_file(path) as beside:
            document.save(str(beside))


class Art:
    """The pictures of a document, by what they show."""

    LINE, ANSWER, TOWER, SPARK = 62.0, 48.0, 52.0, 16.0
    QUARTER = 1.13

    def __init__(self, view: Portrait) -> None:
        rows = [(column.kind, row) for column in view.columns for row in column.rows if row.authors]
        traits = [t for traits in (view.head, *(s for _, s in view.told_sections)) for t in traits if t.drawn]
        wanted: dict[tuple[Any, ...], dict[str, Any]] = {}
        for kind, row in rows:
            weight = {"share": row.weight, "low": row.low, "high": row.high}
            wanted["line", row.code] = {"what": "bar", "tone": kind, "width": self.LINE, **weight}
            if any(row.spark):
                wanted["spark", row.code] = {"what": "spark", "tone": kind, "counts": row.spark}
        for bar in (bar for trait in traits for bar in trait.bars):
            figures = {"share": bar.share, "low": bar.low, "high": bar.high}
            wanted["answer", bar.share, bar.low] = {"what": "bar", "tone": "trait", "width": self.ANSWER, **figures}
        if view.pyramid:
            wanted["pyramid",] = {"what": "pyramid", "width": self.TOWER, "steps": steps(view)}
        self._drawn = dict(zip(wanted, pictures(list(wanted.values())), strict=True))

    def line(self, row: Row) -> bytes | None:
        return self._drawn.get(("line", row.code))

    def spark(self, row: Row) -> bytes | None:
        return self._drawn.get(("spark", row.code))

    def answer(self, bar: Bar) -> bytes | None:
        return self._drawn.get(("answer", bar.share, bar.low))

    @property
    def pyramid(self) -> bytes | None:
        return self._drawn.get(("pyramid",))


def _document(view: Portrait, made: str) -> Any:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    document, art = docx.Document(), Art(view)
    _styles(document)
    _properties(document, view, made)
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(1.5)
    page.top_margin, page.bottom_margin = Cm(1.2), Cm(1.3)
    page.header_distance = page.footer_distance = Cm(0.6)
    _footer(page, view)
    _title(document, view)
    _head(document, view.head, art, pyramid=art.pyramid)
    _gaps(document, view.gaps)
    _columns(document, view.columns, art)
    for title, traits in view.told_sections:
        document.add_heading(title, level=2)
        _head(document, traits, art)
    _indicators(document, view)
    for text in (view.caution, *view.notes):
        document.add_paragraph(tidy(text), style="Примечание")
    _appendix(document, view)
    return document


def _styles(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    from miner.exporters._docx import style

    style(document, "Normal", size=10, colour=INK)
    style(document, "Title", size=22, bold=True, colour=DEEP, after=1)
    # The border under python-docx's own title would cut the page in two.
    for edge in document.styles["Title"].element.xpath("w:pPr/w:pBdr"):
        edge.getparent().remove(edge)
    style(document, "Subtitle", size=9.5, colour=SOFT, after=6)
    for edge in document.styles["Subtitle"].element.xpath("w:rPr/w:spacing"):
        edge.getparent().remove(edge)
    style(document, "Heading 1", size=16, bold=True, colour=DEEP, after=4, keep=True)
    style(document, "Heading 2", size=12.5, bold=True, colour=DEEP, before=10, after=3, keep=True)
    style(document, "Heading 3", size=10.5, bold=True, colour=INK, before=8, after=1, keep=True)
    style(document, "Quote", size=9.5, colour=INK, after=1)
    document.styles["Quote"].paragraph_format.left_indent = Pt(12)
    style(document, "Надзаголовок", size=8.5, colour=ACCENT, bold=True)
    style(document, TRAIT_STYLE, size=8.5, bold=True, colour=DEEP, after=2, keep=True)
    style(document, ANSWER_STYLE, size=8.5, after=0.5)
    style(document, BAR_STYLE, size=4, after=1.5)
    style(document, "Показатель", size=16, bold=True, colour=DEEP)
    style(document, "Заголовок колонки", size=11.5, bold=True, colour="FFFFFF")
    style(document, LINE_STYLE, size=9.5, bold=True, before=1)
    style(document, VOICES_STYLE, size=8, colour=SOFT, after=1)
    style(document, "Предупреждение", size=8, colour="8A5A00", after=1)
    style(document, "Место цитаты", size=8, colour=SOFT, after=4)
    document.styles["Место цитаты"].paragraph_format.left_indent = Pt(12)
    style(document, "Примечание", size=8, colour=SOFT, before=3)
    link = document.styles.add_style("Ссылка", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb = RGBColor.from_string(ACCENT)


def _properties(document: Any, view: Portrait, made: str) -> None:
    properties = document.core_properties
    properties.title, properties.subject = tidy(view.title)[:200], view.kicker
    # An edited document says which version it was made of.
    properties.keywords = f"{view.group} {view.number}"
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.language = "ru-RU"
    try:
        day = dt.datetime.fromisoformat(made[:10]).replace(tzinfo=dt.UTC)
    except ValueError:
        return
    properties.created = properties.modified = day


def _footer(page: Any, view: Portrait) -> None:
    from docx.shared import Cm

    from miner.exporters._docx import page_number, right_tab

    paragraph = page.footer.paragraphs[0]
    paragraph.style = "Примечание"
    right_tab(paragraph, Cm(WIDTH_CM))
    paragraph.add_run(f"{tidy(view.title)[:120]}. Составлен {view.made}\t")
    page_number(paragraph)


def _title(document: Any, view: Portrait) -> None:
    document.add_paragraph(view.kicker.upper(), style="Надзаголовок")
    document.add_paragraph(tidy(view.title), style="Title")
    about = [view.region, view.period, f"{view.people}, {view.messages}", f"составлен {view.made}", view.version]
    document.add_paragraph(tidy(" · ".join(part for part in about if part)), style="Subtitle")


def _head(document: Any, traits: Sequence[Trait], art: Art, *, pyramid: bytes | None = None) -> None:
    """A table of characteristics, with the age pyramid behind the age."""
    from docx.shared import Cm

    from miner.exporters._docx import borders, keep_whole, margins

    cells: list[Trait | None] = [trait for trait in traits if not trait.empty]
    if pyramid:
        age = next((at for at, trait in enumerate(cells, 1) if trait and trait.field == "age"), len(cells))
        cells.insert(age, None)
    if not cells:
        return
    # A long answer needs a wide cell, or its figure falls on the next line.
    wide = any(len(bar.label) > LONG_ANSWER for trait in cells if trait for bar in trait.bars)
    widths = range(min(len(cells), 4 if wide else 5), min(len(cells), 3) - 1, -1)
    across = min(widths, key=lambda width: -len(cells) % width)
    table = document.add_table(rows=-(-len(cells) // across), cols=across)
    table.autofit = False
    borders(table, colour=LINE, inside=True)
    margins(table, top=60, side=120)
    for at, trait in enumerate(cells):
        cell = table.cell(at // across, at % across)
        if trait:
            _trait(cell, trait, Cm(WIDTH_CM / across - 0.45), art)
        elif pyramid:
            _pyramid(cell, pyramid)
    for row in table.rows:
        keep_whole(row)
    for column in table.columns:
        column.width = Cm(WIDTH_CM / across)
        for cell in column.cells:
            cell.width = Cm(WIDTH_CM / across)


def _pyramid(cell: Any, drawn: bytes) -> None:
    from miner.exporters._docx import picture

    cell.paragraphs[0].style = TRAIT_STYLE
    cell.paragraphs[0].add_run("Возраст и пол")
    alt = "Возрастная пирамида: женщины слева, мужчины справа, старшие сверху"
    picture(cell.add_paragraph(style=ANSWER_STYLE).add_run(), drawn, Art.TOWER, alt)


def _gaps(document: Any, gaps: Sequence[Trait]) -> None:
    if gaps:
        text = ";  ".join(f"{trait.title}: {trait.told}" for trait in gaps)
        document.add_paragraph(tidy(text), style="Примечание")


def _trait(cell: Any, trait: Trait, width: Any, art: Art) -> None:
    from miner.exporters._docx import picture, right_tab

    title = cell.paragraphs[0]
    title.style = TRAIT_STYLE
    right_tab(title, width)
    title.add_run(tidy(trait.title))
    if trait.n:
        title.add_run(f"\t{trait.told}").bold = False
    for bar in trait.bars if trait.drawn else ():
        answer = cell.add_paragraph(style=ANSWER_STYLE)
        right_tab(answer, width)
        answer.add_run(tidy(bar.label))
        if len(bar.label) > LONG_ANSWER:
            answer = cell.add_paragraph(style=ANSWER_STYLE)
            right_tab(answer, width)
        answer.add_run("\t")
        answer.add_run(bar.percent).bold = True
        answer.add_run(f" ({bar.interval})")
        if drawn := art.answer(bar):
            picture(cell.add_paragraph(style=BAR_STYLE).add_run(), drawn, Art.ANSWER, f"{bar.label}: {bar.percent}")
    for said in trait.remarks:
        cell.add_paragraph(tidy(said.text), style=ANSWER_STYLE)
        cell.add_paragraph(tidy(said.by), style=VOICES_STYLE)
    if trait.camps:
        cell.add_paragraph(tidy(trait.camps), style="Предупреждение")


def _indicators(document: Any, view: Portrait) -> None:
    """A row of large figures, each with what it is and how sure."""
    from docx.shared import Cm

    from miner.exporters._docx import borders, margins

    if not view.indicators:
        return
    document.add_heading("Показатели работы с группой", level=2)
    table = document.add_table(rows=1, cols=len(view.indicators))
    table.autofit = False
    borders(table, colour=LINE, inside=True)
    margins(table, top=60, side=120)
    for cell, figure in zip(table.rows[0].cells, view.indicators, strict=True):
        cell.width = Cm(WIDTH_CM / len(view.indicators))
        cell.paragraphs[0].style = "Показатель"
        cell.paragraphs[0].add_run(figure.value)
        cell.add_paragraph(tidy(figure.title), style=ANSWER_STYLE)
        cell.add_paragraph(figure.basis, style=VOICES_STYLE)


def _columns(document: Any, columns: Sequence[Column], art: Art) -> None:
    from docx.shared import Cm

    from miner.exporters._docx import borders, keep_whole, margins, repeat_header, shade

    document.add_paragraph(style="Примечание")
    # A row for each line: the table parts between lines at the end of a page, and an editor adds a row for a new one.
    table = document.add_table(rows=1 + max(1, *(len(column.rows) for column in columns)), cols=len(columns))
    table.autofit = False
    borders(table, colour=LINE, inside=True)
    margins(table, top=50, side=120)
    repeat_header(table.rows[0])
    for row in table.rows:
        keep_whole(row)
    for at, column in enumerate(columns):
        tone, wash = TONES[column.kind]
        cells = table.columns[at].cells
        for cell in cells:
            cell.width = Cm(WIDTH_CM / len(columns))
            shade(cell, tone if cell is cells[0] else wash)
            cell.paragraphs[0].style = LINE_STYLE
        cells[0].paragraphs[0].style = "Заголовок колонки"
        cells[0].paragraphs[0].add_run(column.title)
        for cell, line in zip(cells[1:], column.rows, strict=False):
            _line(cell, line, tone, art)
        if not column.rows:
            cells[1].paragraphs[0].style = VOICES_STYLE
            cells[1].paragraphs[0].add_run("Строк пока нет: об этом говорили слишком мало людей.")


def _line(cell: Any, row: Row, tone: str, art: Art) -> None:
    from docx.shared import Cm, RGBColor

    from miner.exporters._docx import bookmark, link, picture, right_tab

    text = cell.paragraphs[0]
    text.add_run(tidy(row.text))
    # The bookmark is how an edited document finds its line again.
    bookmark(text, f"edit_{_anchor(row)}", 20_000 + _number(row))
    if drawn := art.line(row):
        alt = f"{row.share} группы, от и до: {row.interval}"
        bar = cell.add_paragraph(style=BAR_STYLE)
        picture(bar.add_run(), drawn, Art.LINE, alt)
        if spark := art.spark(row):
            right_tab(bar, Cm(WIDTH_CM / 3 - 0.5))
            bar.add_run("\t")
            width = min(Art.SPARK, Art.QUARTER * len(row.spark))
            picture(bar.add_run(), spark, width, f"Людей по кварталам: {', '.join(map(str, row.spark))}")
    if row.authors:
        meta = cell.add_paragraph(style=VOICES_STYLE)
        told = meta.add_run(row.voices)
        told.bold, told.font.color.rgb = True, RGBColor.from_string(tone)
        meta.add_run(f", {row.share} группы ({row.interval})")
        if row.citations:
            meta.add_run("  ")
            link(meta, f"цитаты {row.code}", anchor=_anchor(row))
    for note in filter(None, (row.trend, row.origin)):
        cell.add_paragraph(tidy(note), style=VOICES_STYLE)
    for note in row.warnings:
        cell.add_paragraph(tidy(note), style="Предупреждение")


def _number(row: Row) -> int:
    return "ЦЖБ".index(row.code[0]) * 1000 + int(row.code[1:])


def _anchor(row: Row) -> str:
    # Word wants Latin letters, digits and underscores.
    kind = {"Ц": "value", "Ж": "desire", "Б": "pain"}[row.code[0]]
    return f"{kind}_{row.code[1:]}"


def _appendix(document: Any, view: Portrait) -> None:
    from docx.enum.section import WD_SECTION

    from miner.exporters._docx import bookmark, text_columns

    quoted = [column for column in view.columns if any(row.citations for row in column.rows)]
    if not quoted and not view.quoted:
        return
    document.add_section(WD_SECTION.NEW_PAGE)
    document.add_heading("Приложение. Что говорят люди", level=1)
    document.add_paragraph(view.on_quotes, style="Subtitle")
    text_columns(document.add_section(WD_SECTION.CONTINUOUS), 2)
    number = iter(range(1, 10_000))
    for column in quoted:
        document.add_heading(column.title, level=2)
        for row in column.rows:
            if row.citations:
                heading = document.add_heading(f"{row.code}. {tidy(row.text)}", level=3)
                bookmark(heading, _anchor(row), next(number))
                _citations(document, row.citations)
                if row.more:
                    document.add_paragraph(f"и ещё {row.more}", style="Место цитаты")
    if view.quoted:
        document.add_heading("Что люди говорят о себе", level=2)
    for trait in view.quoted:
        document.add_heading(tidy(trait.title), level=3)
        _citations(document, trait.citations[:OF_THEMSELVES])


def _citations(document: Any, citations: Sequence[Citation]) -> None:
    from miner.exporters._docx import link

    for citation in citations:
        document.add_paragraph(tidy(citation.marked), style="Quote").paragraph_format.keep_with_next = True
        place = document.add_paragraph(style="Место цитаты")
        place.add_run(tidy(citation.place))
        if citation.link:
            place.add_run(" · " if citation.place else "")
            link(place, "источник", url=citation.link)
