"""Spreadsheets and separated text as a table of strings, wherever its header is and whatever it is cut by."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from miner.charset import decode
from miner.collectors._lines import MAX_UNPACKED, read_bytes
from miner.errors import BadInput

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt")
SEPARATORS = (",", ";", "\t", "|")
_PK, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A cell of a hostile or broken file is no survey answer.
MAX_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """Column names, each once, and the rows below them; every row has as many cells as there are columns."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, number: int) -> list[str]:
        return [row[number] for row in self.rows]


def read_table(target: str, sheet: str | None = None, encoding: str | None = None) -> Table:
    """The table of a file, or of its sheet. Raises BadInput for what is none."""
    data = read_bytes(target)
    suffix = Path(target).suffix.lower()
    if target != "-" and suffix not in SUFFIXES:
        raise BadInput(f"{target}: {suffix or 'a file without suffix'} is no table. Known: {', '.join(SUFFIXES)}.")
    text = suffix in (".csv", ".tsv", ".txt") or (target == "-" and not data.startswith((_PK, _OLE)))
    if text and data.startswith((_PK, _OLE)):
        raise BadInput(
            f"{target}: called {suffix} but there is a spreadsheet inside. Rename it to .xlsx, .ods or .xls."
        )
    if not text and not data.startswith((_PK, _OLE, b"\x09\x08")):
        raise BadInput(f"{target}: called {suffix} but no spreadsheet inside. Rename it to .csv, or save it again.")
    cells = _separated(target, data, encoding) if text else _workbook(target, data, sheet)
    return _table(target, cells)


def _workbook(target: str, data: bytes, sheet: str | None) -> list[list[str]]:
    import python_calamine

    _refuse_bombs(target, data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            raise BadInput(f"{target}: no sheet named {sheet!r}. Sheets: {', '.join(names)}.")
        sheets = [
            [[_text(c) for c in row] for row in book.get_sheet_by_name(name).to_python()]
            for name in [sheet or names[0], *([] if sheet else names[1:])]
        ]
    except python_calamine.PasswordError as error:
        raise BadInput(f"{target}: protected by a password. Save it without one.") from error
    except (python_calamine.CalamineError, OSError, IndexError) as error:
        if data.startswith(_OLE) and b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in data:
            raise BadInput(f"{target}: protected by a password. Save it without one.") from error
        raise BadInput(f"{target}: a broken spreadsheet ({error}). Save it again, or as .csv.") from error
    # Forms put a summary or an empty sheet first now and then; the answers are where the rows are.
    return max(sheets, key=lambda rows: sum(any(row) for row in rows) > 1) if sheets else []


def _refuse_bombs(target: str, data: bytes) -> None:
    if data.startswith(_PK):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                size = sum(info.file_size for info in archive.infolist())
        except zipfile.BadZipFile as error:
            raise BadInput(f"{target}: a broken archive ({error}). Save the table again.") from error
        if size > MAX_UNPACKED:
            raise BadInput(f"{target}: unpacks to more than {MAX_UNPACKED // 2**20} MB. Save the answers alone.")


def _text(cell: Any) -> str:
    """A cell as a person reads it: 54.0 is 54.

    >>> [_text(cell) for cell in (54.0, True, " да ", dt.datetime(2025, 3, 14, 10, 0), None)]
    ['54', 'да', 'да', '2025-03-14T10:00:00', '']
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "да" if cell else "нет"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.isoformat()
    return str(cell).replace("\r\n", "\n").strip()[:MAX_CELL]


def _separated(target: str, data: bytes, encoding: str | None) -> list[list[str]]:
    if encoding:
        try:
            text = data.decode(encoding)
        except (LookupError, UnicodeDecodeError) as error:
            raise BadInput(f"{target}: --encoding {encoding}: {error}. Leave it out to have it recognised.") from error
    else:
        text = decode(data)[0]
    text = text.lstrip("\ufeff")
    # Excel's own hint to itself.
    if hint := re.match(r"sep=(.)\r?\n", text):
        return _cut(target, text[hint.end() :], hint[1])
    best = max(SEPARATORS, key=lambda separator: _fit(_cut(target, text, separator)))
    return _cut(target, text, best)


def _cut(target: str, text: str, separator: str) -> list[list[str]]:
    csv.field_size_limit(MAX_CELL)
    try:
        return [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        ]
    except csv.Error as error:
        raise BadInput(f"{target}: can't be cut into columns: {error}. Save the table as .xlsx.") from error


def _fit(rows: Sequence[Sequence[str]]) -> float:
    """How well a separator cuts: many columns, and the same number in every row."""
    widths = [len(row) for row in rows if any(row)]
    if not widths or widths[0] < 2:
        return 0.0
    return widths[0] * (sum(width == widths[0] for width in widths) / len(widths)) ** 3


def _table(target: str, cells: Iterable[Sequence[str]]) -> Table:
    rows = [list(row) for row in cells if any(row)]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    if not rows:
        raise BadInput(f"{target}: the table is empty. Export the answers again.")
    top = _header_row(rows)
    header, below = rows[top], rows[top + 1 :]
    if below and _is_second_header(header, below[0]):
        header, below = _joined(header, below[0]), below[1:]
    if not below:
        raise BadInput(f"{target}: a header but no answers below it. Export the answers again.")
    used = [n for n in range(width) if header[n] or any(row[n] for row in below)]
    return Table(_once([header[n] for n in used]), tuple(tuple(row[n] for n in used) for row in below))


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    """Some exports begin with the survey's title; the header is the first row that is nearly full."""
    full = max(sum(map(bool, row)) for row in rows[:20])
    return next(n for n, row in enumerate(rows[:20]) if sum(map(bool, row)) >= max(1, 0.5 * full))


def _is_second_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Under a question with several options stands a row of the options, and nothing under the others."""
    holes = [n for n, cell in enumerate(first) if n and not cell]
    return bool(holes) and all(second[n] for n in holes) and sum(map(bool, second)) <= 2 * len(holes)


def _joined(first: Sequence[str], second: Sequence[str]) -> list[str]:
    names, question = [], ""
    for above, below in zip(first, second, strict=True):
        question = above or question
        names.append(f"{question}: {below}" if below else above)
    return names


def _once(names: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    unique = []
    for number, raw in enumerate(names, 1):
        name = " ".join(re.sub(r"<[^>]{1,200}>", " ", raw).split()) or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)
