"""Text documents as lines: Word, OpenDocument, RTF, PDF, HTML, subtitles, plain text. Hostile files end in BadInput."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from miner.charset import decode
from miner.errors import BadInput

MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph. ``lead`` is its bold beginning, ``speaker`` who the file itself says is talking."""

    text: str
    lead: str = ""
    bold: bool = False
    heading: bool = False
    speaker: str | None = None
    start: int | None = None


def read_bytes(target: str, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file, ``-`` for standard input. Raises BadInput when it is missing, empty or huge."""
    if target == "-":
        data = sys.stdin.buffer.read(limit + 1)
    else:
        try:
            with open(target, "rb") as stream:
                data = stream.read(limit + 1)
        except OSError as error:
            reason = "it is a folder" if Path(target).is_dir() else error.strerror
            raise BadInput(f"{target}: can't be read: {reason}. Give an existing file.") from error
    if not data.strip():
        raise BadInput(f"{target}: the file is empty. Give a file with text in it.")
    if len(data) > limit:
        raise BadInput(f"{target}: larger than {limit // 2**20} MB. Split the file.")
    return data


def read_lines(target: str, encoding: str | None = None) -> list[Line]:
    """The lines of a document in reading order. Raises BadInput for what is no such document."""
    data = read_bytes(target)
    kind = _kind(target, data)
    lines = [line for line in _guarded(target, kind, READERS[kind], data, encoding) if line.text.strip()]
    if not lines:
        hint = " A scanned PDF has to be recognised (OCR) first." if kind == "pdf" else ""
        raise BadInput(f"{target}: there is no text in it.{hint}")
    return lines


def _guarded(
    target: str, kind: str, reader: Callable[[bytes, str | None], Iterator[Line]], data: bytes, encoding: str | None
) -> list[Line]:
    try:
        return list(reader(data, encoding))
    except BadInput as error:
        raise BadInput(f"{target}: {error}") from error
    except (MemoryError, RecursionError):
        raise BadInput(f"{target}: too deep or too large inside. Save it again as .txt.") from None
    except Exception as error:
        # The libraries raise whatever a broken file makes them stumble over.
        raise BadInput(
            f"{target}: a broken {NAMES[kind]} ({type(error).__name__}). Save it again, or as .txt."
        ) from error


# What kind of file it is ---------------------------------------------------------------------------------------------

NAMES = {
    "docx": "Word file (.docx)",
    "odt": "OpenDocument text (.odt)",
    "rtf": "RTF file",
    "pdf": "PDF",
    "srt": "subtitle file (.srt)",
    "vtt": "subtitle file (.vtt)",
    "html": "HTML page",
    "txt": "plain text",
}
SUFFIXES = {f".{kind}": kind for kind in NAMES} | {".htm": "html", ".text": "txt", ".md": "txt", "": "txt"}


def _kind(target: str, data: bytes) -> str:
    """What the file is; what it is called has to agree, so that nothing is read as something else."""
    inside = _inside(data, target)
    if target == "-":
        return inside
    suffix = Path(target).suffix.lower()
    named = SUFFIXES.get(suffix)
    if named is None:
        known = ", ".join(suffix for suffix in SUFFIXES if suffix)
        raise BadInput(f"{target}: {suffix} is no kind of file read here. Known: {known}. Save it as one of them.")
    if named == inside or (named in ("srt", "vtt", "txt", "html") and inside in ("srt", "vtt", "txt", "html")):
        return inside if named == "txt" and inside in ("srt", "vtt") else named
    raise BadInput(
        f"{target}: called {suffix} but there is {NAMES.get(inside, inside)} inside. "
        f"Rename it to .{inside}, or save it again as {suffix}."
    )


def _inside(data: bytes, target: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, target)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise BadInput(f"{target}: protected by a password, or an old .doc. Save it as .docx without a password.")
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    text = decode(data[:4096])[0].lstrip("\ufeff \t\r\n")
    if text.startswith("WEBVTT"):
        return "vtt"
    if re.match(r"\d+\s*\n\s*\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->", text):
        return "srt"
    if re.match(r"(?is)<(?:!doctype\s+html|html|head|body|\?xml[^>]*>\s*<(?:!doctype\s+)?html)\b", text):
        return "html"
    if text.count("\x00") > len(text) // 50:
        raise BadInput(f"{target}: no text, some other kind of data. Save the transcript as .docx or .txt.")
    return "txt"


def _zipped(data: bytes, target: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise BadInput(f"{target}: unpacks to more than {MAX_UNPACKED // 2**20} MB. Save the text alone.")
            if "word/document.xml" in names:
                return "docx"
            if "mimetype" in names and b"opendocument.text" in archive.read("mimetype"):
                if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                    raise BadInput(f"{target}: protected by a password. Save it without one.")
                return "odt"
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadInput(f"{target}: a broken archive ({error}). Save the file again.") from error
    raise BadInput(f"{target}: an archive, but no Word or OpenDocument text. Give the document itself.")


# Readers -------------------------------------------------------------------------------------------------------------


def _docx(data: bytes, _encoding: str | None) -> Iterator[Line]:
    import docx
    from docx.table import Table

    for block in docx.Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield from _row([cell.text for cell in _distinct(row.cells)])
        else:
            style = (block.style.name or "") if block.style is not None else ""
            heading = style.lower().startswith(("heading", "заголовок", "title", "название"))
            runs = [(run.text, bool(run.bold)) for run in block.runs]
            yield from _paragraph(runs if "".join(t for t, _ in runs) == block.text else [(block.text, False)], heading)


def _distinct(cells: tuple[Any, ...]) -> Iterator[Any]:
    # A merged cell is reported once for each column it covers.
    seen: set[int] = set()
    for cell in cells:
        if id(cell._tc) not in seen:  # noqa: SLF001  # python-docx has no public identity for a cell
            seen.add(id(cell._tc))  # noqa: SLF001
            yield cell


_COUNTER = re.compile(
    r"\s*(?:\d{1,4}[.)]?|[\[(<]?(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d+)?[\])>]?(?:\s*[-–—]\s*[\d:.,]+)?)?\s*"
)
_HEAD_CELLS = {"спикер", "говорящий", "кто", "кто говорит", "роль", "имя", "участник", "автор", "speaker", "name"}


def _row(cells: list[str]) -> Iterator[Line]:
    """A row of a table: who talks in a short cell, what is said in the last one; numbers and timecodes are left out."""
    said = [cell.strip() for cell in cells if not _COUNTER.fullmatch(cell)]
    if len(said) == 2 and len(said[0]) <= 60 and "\n" not in said[0]:
        speaker = said[0].rstrip(": ")
        if speaker.lower() not in _HEAD_CELLS or len(said[1].split()) > 2:
            yield Line(said[1], speaker=speaker)
        return
    for cell in said:
        yield from (Line(line) for line in cell.split("\n"))


def _paragraph(runs: list[tuple[str, bool]], heading: bool = False) -> Iterator[Line]:
    """A paragraph of bold and plain runs, cut at its line breaks."""
    letters = [(c, bold) for text, bold in runs for c in text.replace("\xad", "")]
    line: list[tuple[str, bool]] = []
    for letter in [*letters, ("\n", False)]:
        if letter[0] != "\n":
            line.append(letter)
            continue
        text = "".join(c for c, _ in line)
        first_plain = next((i for i, (c, bold) in enumerate(line) if not bold and not c.isspace()), len(line))
        bold = first_plain == len(line) and bool(text.strip())
        yield Line(text.strip(), "" if bold else text[:first_plain].strip(), bold, heading)
        line = []


def _odt(data: bytes, _encoding: str | None) -> Iterator[Line]:
    from odf import opendocument  # type: ignore[import-untyped]

    document = opendocument.load(io.BytesIO(data))
    bold = _bold_styles(document)
    yield from _odf_blocks(document.text, bold)


def _bold_styles(document: Any) -> set[str]:
    from odf.style import Style  # type: ignore[import-untyped]

    names = set()
    for style in document.getElementsByType(Style):
        for child in style.childNodes:
            if child.qname[1] == "text-properties" and child.getAttribute("fontweight") == "bold":
                names.add(style.getAttribute("name"))
    return names


def _odf_blocks(node: Any, bold: set[str]) -> Iterator[Line]:
    for child in node.childNodes:
        name = child.qname[1] if child.nodeType == 1 else ""
        if name in ("p", "h"):
            weight = child.getAttribute("stylename") in bold
            yield from _paragraph(list(_odf_runs(child, bold, weight)), name == "h")
        elif name == "table-row":
            yield from _row(["\n".join(line.text for line in _odf_blocks(cell, bold)) for cell in child.childNodes])
        elif name and name not in ("tracked-changes", "annotation"):
            yield from _odf_blocks(child, bold)


def _odf_runs(node: Any, bold: set[str], weight: bool) -> Iterator[tuple[str, bool]]:
    for child in node.childNodes:
        if child.nodeType == 3:
            yield str(child.data), weight
        elif child.nodeType == 1:
            name = child.qname[1]
            if name in ("s", "tab"):
                yield (" " if name == "s" else "\t"), weight
            elif name == "line-break":
                yield "\n", weight
            elif name not in ("note", "annotation"):
                inner = child.getAttribute("stylename") if name == "span" else None
                yield from _odf_runs(child, bold, weight or inner in bold)


def _rtf(data: bytes, _encoding: str | None) -> Iterator[Line]:
    from striprtf.striprtf import rtf_to_text

    # RTF is ASCII with escapes; bytes that some programs leave unescaped are of the Russian Windows.
    text = rtf_to_text(data.decode("cp1251", "replace"), encoding="cp1251", errors="replace")  # type: ignore[no-untyped-call]
    yield from (Line(line.strip()) for line in text.replace("\xad", "").splitlines())


def _txt(data: bytes, encoding: str | None) -> Iterator[Line]:
    text = _decoded(data, encoding).replace("\xad\n", "").replace("\xad", "")
    for line in text.splitlines():
        stars = re.match(r"\s*(?:\*\*|__)(.{1,80}?)(?:\*\*|__)(:?)(.*)", line)
        if stars:
            yield Line(
                f"{stars[1]}{stars[2]}{stars[3]}".strip(), lead=(stars[1] + stars[2]) if stars[3].strip() else ""
            )
        else:
            yield Line(line.strip())


def _decoded(data: bytes, encoding: str | None) -> str:
    if encoding is None:
        return decode(data)[0]
    try:
        return data.decode(encoding)
    except LookupError:
        raise BadInput(f"no encoding named {encoding!r}. Known: utf-8, cp1251, utf-16, koi8-r, cp866") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"not {encoding} at byte {error.start}. Leave --encoding out to have it recognised") from None


_FURNITURE = re.compile(r"(?i)(?:стр(?:аница|\.)?\s*)?[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*(?:/|из|of)\s*\d{1,4})?")


def _pdf(data: bytes, _encoding: str | None) -> Iterator[Line]:
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise BadInput("protected by a password. Save it without one")
    pages = [[line.strip() for line in page.extract_text().splitlines() if line.strip()] for page in reader.pages]
    # What stands at the edge of every page is a running title, not speech.
    edges = Counter(line for page in pages for line in {*page[:1], *page[-1:]})
    running = {line for line, count in edges.items() if count >= 3 and count > len(pages) / 2}
    for page in pages:
        for number, line in enumerate(page):
            edge = number in (0, len(page) - 1)
            if not (edge and (line in running or _FURNITURE.fullmatch(line))):
                yield Line(line)


def _html(data: bytes, encoding: str | None) -> Iterator[Line]:
    from bs4 import BeautifulSoup

    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:2048])
    text = _decoded(data, encoding) if encoding else decode(data, declared[1].decode() if declared else None)[0]
    soup = BeautifulSoup(text, "lxml")
    for tag in soup(["script", "style", "nav", "head", "noscript", "template"]):
        tag.decompose()
    for br in soup("br"):
        br.replace_with("\n")
    yield from _html_blocks(soup.body or soup)


_BLOCKS = {"p", "div", "section", "article", "main", "li", "ul", "ol", "blockquote", "dl", "dt", "dd", "body", "pre"}
_TITLES = {"h1", "h2", "h3", "h4", "h5", "h6"}


def _html_blocks(node: Any) -> Iterator[Line]:
    runs: list[tuple[str, bool]] = []
    for child in node.children:
        name = getattr(child, "name", None)
        if name in _TITLES or name in _BLOCKS or name in ("table", "tbody", "thead", "tr"):
            yield from _paragraph(runs)
            runs = []
            if name in _TITLES:
                yield from _paragraph([(child.get_text(" ", strip=True), True)], heading=True)
            elif name == "tr":
                yield from _row(
                    [cell.get_text(" ", strip=True) for cell in child.find_all(["td", "th"], recursive=False)]
                )
            else:
                yield from _html_blocks(child)
        elif name:
            runs.extend(_html_runs(child, name in ("b", "strong")))
        elif type(child).__name__ == "NavigableString":
            runs.append((str(child), False))
    yield from _paragraph(runs)


def _html_runs(node: Any, bold: bool) -> Iterator[tuple[str, bool]]:
    for child in node.children:
        name = getattr(child, "name", None)
        if name:
            yield from _html_runs(child, bold or name in ("b", "strong"))
        elif type(child).__name__ == "NavigableString":
            yield str(child), bold


def _subtitles(data: bytes, encoding: str | None) -> Iterator[Line]:
    import pysubs2

    # pysubs2 drops WebVTT's voices, which are the speakers.
    text = re.sub(r"<v(?:\.[\w.]+)?\s+([^>\n]{1,80})>", r"\1: ", _decoded(data, encoding))
    for event in pysubs2.SSAFile.from_string(text):
        lines = [line.strip() for line in event.plaintext.splitlines() if line.strip()]
        yield from (Line(line, start=event.start) for line in lines)


READERS: dict[str, Callable[[bytes, str | None], Iterator[Line]]] = {
    "docx": _docx,
    "odt": _odt,
    "rtf": _rtf,
    "pdf": _pdf,
    "srt": _subtitles,
    "vtt": _subtitles,
    "html": _html,
    "txt": _txt,
}
