"""What people changed in a Word document of ours: its lines, each with where it stands.

The document's keywords name the profile and its version, a bookmark on each line says which line it was.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from miner.errors import BadInput
from miner.exporters._portrait import COLUMNS
from miner.exporters.word import ASIDE, LINE_STYLE
from miner.records import KINDS, Kind

_EDIT = re.compile(r"edit_(pain|desire|value)_(\d+)")
_KEYWORDS = re.compile(r"(?P<group>.+) (?P<number>\d+)")
TITLES = {title: kind for kind, title, _ in COLUMNS}


@dataclass(frozen=True, slots=True)
class EditedLine:
    """A line as it stands now; ``was`` is the kind and the number of the line it was, None for a new one."""

    kind: Kind
    text: str
    was: tuple[Kind, int] | None
    where: str


@dataclass(frozen=True, slots=True)
class Edited:
    group: str
    number: int
    lines: tuple[EditedLine, ...]


def read_edited(path: Path) -> Edited:
    """The lines of an edited document. Raises BadInput that says where the document is no longer one of ours."""
    document = _opened(path)
    known = _KEYWORDS.fullmatch((document.core_properties.keywords or "").strip())
    if not known:
        raise BadInput(
            f"{path}: the document's property «keywords» doesn't name a profile and its version, it is "
            f"{document.core_properties.keywords!r}. Export the profile again and edit that file."
        )
    table = _table(document, path)
    lines = tuple(_lines(table, path))
    _once(lines, path)
    return Edited(known["group"], int(known["number"]), lines)


def _opened(path: Path) -> Any:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if not path.is_file():
        raise BadInput(f"{path}: no such file. Give a document exported with --format word.")
    try:
        return docx.Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise BadInput(f"{path}: no Word document (.docx): {error}. Save it as .docx.") from error


def _table(document: Any, path: Path) -> Any:
    """The table of lines, known by its header."""
    headers = []
    for table in document.tables:
        header = [cell.text.strip() for cell in table.rows[0].cells] if table.rows else []
        if set(header) == set(TITLES) and len(header) == len(TITLES):
            return table
        headers.append(" | ".join(text.splitlines()[0] if text else "–" for text in header))
    found = "; ".join(f"table {at}: {header}" for at, header in enumerate(headers, 1)) or "none"
    raise BadInput(
        f"{path}: no table has the header {' | '.join(TITLES)}. Tables found: {found[:400]}. Put the header back."
    )


def _lines(table: Any, path: Path) -> Iterator[EditedLine]:
    kinds = [TITLES[cell.text.strip()] for cell in table.rows[0].cells]
    for down, row in enumerate(table.rows[1:], 2):
        cells = row.cells
        if len({cell._tc for cell in cells}) != len(kinds):  # noqa: SLF001  # a merged cell is given several times
            raise BadInput(f"{path}: row {down} of the table of lines: cells are merged or missing. Split them again.")
        for kind, cell in zip(kinds, cells, strict=True):
            for paragraph in cell.paragraphs:
                if line := _line(paragraph, kind, f"row {down}, column «{_title(kind)}»"):
                    yield line


def _line(paragraph: Any, kind: Kind, where: str) -> EditedLine | None:
    """A paragraph in the style of lines, or in a style that is none of ours: somebody typed it."""
    text = " ".join(paragraph.text.split())
    marks = [_EDIT.fullmatch(name) for name in paragraph._p.xpath("w:bookmarkStart/@w:name")]  # noqa: SLF001
    mark = next((mark for mark in marks if mark), None)
    if not text or (paragraph.style.name != LINE_STYLE and (not mark and paragraph.style.name in ASIDE)):
        return None
    was = next(((known, int(mark[2])) for known in KINDS if mark and known == mark[1]), None)
    return EditedLine(kind, text, was, where)


def _title(kind: Kind) -> str:
    return next(title for title, known in TITLES.items() if known == kind)


def _once(lines: tuple[EditedLine, ...], path: Path) -> None:
    seen: dict[tuple[Kind, int], str] = {}
    for line in lines:
        if line.was and line.was in seen:
            raise BadInput(
                f"{path}: {line.where}: the same line as in {seen[line.was]} («{line.text[:60]}»). Keep one of them, "
                "or type the other anew."
            )
        if line.was:
            seen[line.was] = line.where
