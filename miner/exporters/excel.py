"""A workbook for those who count: the portrait, its lines, its facts and its evidence, a sheet each."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from miner.exporters import Exporter
from miner.exporters._portrait import Portrait, Trait, portrait
from miner.exporters._privacy import tidy
from miner.jsonl import whole_file
from miner.records import Profile

TONES = {"value": "1D7A66", "desire": "2563A8", "pain": "B4472F"}
DEEP, INK = "12375C", "17263A"
# Excel holds no more in a cell.
CELL = 32_000


class Excel(Exporter):
    """Sheets «Портрет», «Строки», «Характеристики», «Показатели», «Цитаты»."""

    suffix: ClassVar[str] = ".xlsx"

    def export(self, profile: Profile, path: Path) -> None:
        book = _book(portrait(profile, self.quotes), profile.made)
        with whole_file(path) as beside:
            book.save(str(beside))


def _font(**look: Any) -> Any:
    from openpyxl.styles import Font

    return Font(name="Arial", **{"size": 10, "color": INK, **look})


def put(cell: Any, value: Any) -> None:
    """Sets a cell; text stays text, even when it looks like a formula."""
    cell.value = tidy(value)[:CELL] if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type, cell.quotePrefix = "s", value[:1] in set("=+-@")


def _add(sheet: Any, values: Iterable[Any]) -> int:
    """Appends a row; returns its number."""
    down = sheet.max_row + 1 if sheet.max_row > 1 or sheet["A1"].value is not None else 1
    for across, value in enumerate(values, 1):
        put(sheet.cell(down, across), value)
    return int(down)


def _book(view: Portrait, made: str) -> Any:
    import openpyxl

    book = openpyxl.Workbook()
    book.properties.creator, book.properties.title = "", view.title[:200]
    with contextlib.suppress(ValueError):
        book.properties.created = book.properties.modified = dt.datetime.fromisoformat(made[:10])
    _portrait_sheet(book.active, view)
    _lines(book.create_sheet("Строки"), view)
    _facts(book.create_sheet("Характеристики"), view)
    if view.indicators:
        _indicators(book.create_sheet("Показатели"), view)
    _quotes(book.create_sheet("Цитаты"), view)
    return book


def _portrait_sheet(sheet: Any, view: Portrait) -> None:
    from openpyxl.styles import Alignment, PatternFill

    sheet.title = "Портрет"
    wrapped = Alignment(wrap_text=True, vertical="top")
    _add(sheet, [view.title])
    sheet["A1"].font = _font(size=18, bold=True, color=DEEP)
    about = [view.kicker, view.region, view.period, view.people, view.messages, f"составлен {view.made}", view.version]
    _wide(sheet, _add(sheet, [" · ".join(part for part in about if part)]), 1)
    for trait in view.head:
        _told(sheet, trait.title, trait.summary)
    top = _add(sheet, [column.title for column in view.columns])
    for at, column in enumerate(view.columns, 1):
        cell = sheet.cell(top, at)
        cell.fill, cell.font = (
            PatternFill("solid", fgColor=TONES[column.kind]),
            _font(bold=True, color="FFFFFF", size=12),
        )
        for down, row in enumerate(column.rows, top + 1):
            told = f"{row.voices}, {row.share} ({row.interval})" if row.authors else row.origin
            put(sheet.cell(down, at), f"{row.text}\n{told}".strip())
            sheet.cell(down, at).alignment, sheet.cell(down, at).font = wrapped, _font()
        sheet.column_dimensions["ABC"[at - 1]].width = 48
    for down in range(top + 1, sheet.max_row + 1):
        longest = max(len(str(sheet.cell(down, at).value or "")) for at in (1, 2, 3))
        sheet.row_dimensions[down].height = 14 * (1 + -(-min(longest, 900) // 50))
    for title, traits in view.told_sections:
        _heading(sheet, title)
        for trait in traits:
            _told(sheet, trait.title, trait.summary)
    if view.indicators:
        _heading(sheet, "Показатели работы с группой")
    for figure in view.indicators:
        _told(sheet, figure.title, f"{figure.value} ({figure.basis})")
    down = _add(sheet, [view.caution])
    _wide(sheet, down, 1)
    sheet.row_dimensions[down].height = 34
    _page(sheet)


def _heading(sheet: Any, title: str) -> None:
    sheet.cell(_add(sheet, [title]), 1).font = _font(bold=True, color=DEEP, size=12)


def _told(sheet: Any, title: str, told: str) -> None:
    """A row of a title and what is told of it."""
    from openpyxl.styles import Alignment

    down = _add(sheet, [title, told])
    sheet.cell(down, 1).font = _font(bold=True, color=DEEP)
    sheet.cell(down, 1).alignment = Alignment(wrap_text=True, vertical="top")
    _wide(sheet, down, 2)
    sheet.row_dimensions[down].height = 15 * (1 + len(told) // 95)


def _page(sheet: Any) -> None:
    """Prints as wide as an A4 sheet on its side."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.gridLines = False


def _wide(sheet: Any, down: int, start: int) -> None:
    from openpyxl.styles import Alignment

    sheet.merge_cells(start_row=down, start_column=start, end_row=down, end_column=3)
    sheet.cell(down, start).alignment, sheet.cell(down, start).font = Alignment(wrap_text=True, vertical="top"), _font()


def _lines(sheet: Any, view: Portrait) -> None:
    rows = [
        [
            row.code,
            column.title,
            row.text,
            row.authors or None,
            row.statements or None,
            row.weight if row.authors else None,
            row.low if row.authors else None,
            row.high if row.authors else None,
            row.trend,
            row.origin or "найдено в текстах",
            "; ".join(row.warnings),
        ]
        for column in view.columns
        for row in column.rows
    ]
    titles = [
        "Код",
        "Колонка",
        "Строка",
        "Людей",
        "Высказываний",
        "Доля",
        "от",
        "до",
        "Изменение",
        "Откуда",
        "Замечания",
    ]
    _table(sheet, titles, rows, [8, 38, 60, 10, 16, 9, 9, 9, 22, 26, 40], shares=(6, 7, 8), bars=6)


def _facts(sheet: Any, view: Portrait) -> None:
    rows: list[list[Any]] = []
    for section, traits in (("Шапка портрета", view.head), *view.sections):
        for trait in traits:
            rows += _answers(section, trait)
    titles = ["Раздел", "Характеристика", "Ответ", "Людей", "Рассказали всего", "Доля", "от", "до"]
    _table(sheet, titles, rows, [26, 30, 40, 10, 17, 9, 9, 9], shares=(6, 7, 8), bars=6)


def _answers(section: str, trait: Trait) -> Iterable[list[Any]]:
    said = [[section, trait.title, f"{s.text} ({s.by})", None, None, None, None, None] for s in trait.remarks]
    if trait.empty:
        return [[section, trait.title, trait.told, None, trait.n, None, None, None]]
    bars = trait.bars if trait.drawn else ()
    return [[section, trait.title, b.label, b.authors, trait.n, b.share, b.low, b.high] for b in bars] + said


def _indicators(sheet: Any, view: Portrait) -> None:
    rows = [[i.title, i.value, i.interval, i.told, i.trend] for i in view.indicators]
    _table(sheet, ["Показатель", "Значение", "Интервал", "Основание", "Изменение"], rows, [50, 16, 20, 22, 26])


def _quotes(sheet: Any, view: Portrait) -> None:
    rows = [
        [row.code, row.text, citation.text, citation.where, citation.when, citation.link]
        for column in view.columns
        for row in column.rows
        for citation in row.all_citations
    ]
    rows += [
        [None, trait.title, citation.text, citation.where, citation.when, citation.link]
        for trait in view.quoted
        for citation in trait.citations
    ]
    _table(
        sheet, ["Код", "Строка, характеристика", "Цитата", "Откуда", "Когда", "Ссылка"], rows, [8, 40, 80, 16, 20, 40]
    )


def _table(
    sheet: Any,
    titles: Sequence[str],
    rows: Iterable[Sequence[Any]],
    widths: Sequence[int],
    *,
    shares: Sequence[int] = (),
    bars: int = 0,
) -> None:
    """A filtered table with a frozen header; ``shares`` are the columns in per cent, ``bars`` the one drawn as bars."""
    from openpyxl.formatting.rule import DataBarRule
    from openpyxl.styles import Alignment, PatternFill
    from openpyxl.utils import get_column_letter

    _add(sheet, titles)
    for cell in sheet[1]:
        cell.fill, cell.font = PatternFill("solid", fgColor=DEEP), _font(bold=True, color="FFFFFF")
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    for row in rows:
        down = _add(sheet, row)
        # LibreOffice fits rows to their text by itself, Excel doesn't when the file says nothing.
        texts = [(value, width) for value, width in zip(row, widths, strict=True) if isinstance(value, str)]
        lines = max(-(-len(text) // max(1, width - 2)) for text, width in texts)
        sheet.row_dimensions[down].height = min(14 * lines + 2, 400)
        for cell in sheet[down]:
            cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), _font()
            if cell.column in shares and cell.value is not None:
                cell.number_format = "0%"
    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.row_dimensions[1].height = 20
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    _page(sheet)
    sheet.auto_filter.ref = sheet.dimensions
    if bars and sheet.max_row > 1:
        letter = get_column_letter(bars)
        rule = DataBarRule(start_type="num", start_value=0, end_type="num", end_value=1, color="2E6DA4")
        sheet.conditional_formatting.add(f"{letter}2:{letter}{sheet.max_row}", rule)
