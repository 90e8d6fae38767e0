"""The few things of a Word document that python-docx leaves to its users: links, bookmarks, shading, tabs."""

from __future__ import annotations

import io
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from miner.exporters._privacy import tidy


def style(
    document: Any,
    name: str,
    *,
    base: str = "Normal",
    size: float,
    bold: bool = False,
    italic: bool = False,
    colour: str | None = None,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> Any:
    """A paragraph style of our own, which the editor sees and may change for the whole document at once."""
    known = [s.name for s in document.styles]
    made = document.styles[name] if name in known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if name != base:
        made.base_style = document.styles[base]
    font(made, size=size, bold=bold, italic=italic, colour=colour)
    made.paragraph_format.space_before = Pt(before)
    made.paragraph_format.space_after = Pt(after)
    made.paragraph_format.keep_with_next = keep
    made.quick_style = True
    return made


def font(made: Any, *, size: float, bold: bool, italic: bool, colour: str | None, face: str = "Arial") -> None:
    made.font.name, made.font.size, made.font.bold, made.font.italic = face, Pt(size), bold, italic
    if colour:
        made.font.color.rgb = RGBColor.from_string(colour)
    fonts = made.element.get_or_add_rPr().get_or_add_rFonts()
    # Themes would win over the name for Cyrillic otherwise.
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), face)


def right_tab(paragraph: Any, at: Any, *, dots: bool = False) -> None:
    leader = WD_TAB_LEADER.DOTS if dots else WD_TAB_LEADER.SPACES
    paragraph.paragraph_format.tab_stops.add_tab_stop(at, WD_TAB_ALIGNMENT.RIGHT, leader)


def shade(cell: Any, colour: str) -> None:
    mark = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        mark.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(mark)  # noqa: SLF001  # python-docx has no shading of its own


def borders(table: Any, *, colour: str, inside: bool = False) -> None:
    frame = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edge = OxmlElement(f"w:{side}")
        drawn = inside or not side.startswith("inside")
        for key, value in (("val", "single" if drawn else "nil"), ("sz", "4"), ("space", "0"), ("color", colour)):
            edge.set(qn(f"w:{key}"), value)
        frame.append(edge)
    table._tbl.tblPr.append(frame)  # noqa: SLF001


def margins(table: Any, *, top: int, side: int) -> None:
    """Cell margins in twentieths of a point."""
    cell = OxmlElement("w:tblCellMar")
    for name, width in (("top", top), ("left", side), ("bottom", top), ("right", side)):
        edge = OxmlElement(f"w:{name}")
        edge.set(qn("w:w"), str(width))
        edge.set(qn("w:type"), "dxa")
        cell.append(edge)
    table._tbl.tblPr.append(cell)  # noqa: SLF001


def text_columns(section: Any, count: int) -> None:
    """Sets the text of a section in columns, as in a newspaper."""
    columns = section._sectPr.xpath("w:cols")[0]  # noqa: SLF001
    columns.set(qn("w:num"), str(count))
    columns.set(qn("w:space"), "500")


def keep_whole(row: Any) -> None:
    """The row moves to the next page rather than part."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def repeat_header(row: Any) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    properties.append(mark)


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """Makes the whole paragraph the target ``name``."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    end.set(qn("w:id"), str(number))
    properties = paragraph._p.pPr  # noqa: SLF001
    at = 0 if properties is None else list(paragraph._p).index(properties) + 1  # noqa: SLF001
    paragraph._p.insert(at, start)  # noqa: SLF001
    paragraph._p.append(end)  # noqa: SLF001


def link(paragraph: Any, text: str, *, anchor: str | None = None, url: str | None = None, look: str = "Ссылка") -> None:
    """A link to a bookmark of the document or to a page."""
    mark = OxmlElement("w:hyperlink")
    if anchor:
        mark.set(qn("w:anchor"), anchor)
    elif url:
        mark.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(tidy(text), style=look)
    mark.append(run._r)  # noqa: SLF001
    paragraph._p.append(mark)  # noqa: SLF001


def page_number(paragraph: Any) -> None:
    """«3 из 5» as fields that Word keeps up to date."""
    for code, after in (("PAGE", " из "), ("NUMPAGES", "")):
        for kind, text in (("begin", None), (None, code), ("separate", None), ("shown", "1"), ("end", None)):
            run = paragraph.add_run()
            if kind == "shown":
                run.text = text
            elif text:
                field = OxmlElement("w:instrText")
                field.text = text
                run._r.append(field)  # noqa: SLF001
            else:
                edge = OxmlElement("w:fldChar")
                edge.set(qn("w:fldCharType"), kind or "")
                run._r.append(edge)  # noqa: SLF001
        paragraph.add_run(after)


def picture(run: Any, png: bytes, width_mm: float, alt: str) -> None:
    """Draws a picture in the line of text, with the words that a screen reader says for it."""
    from docx.shared import Mm

    drawn = run.add_picture(io.BytesIO(png), width=Mm(width_mm))
    # Without them LibreOffice leaves three millimetres on each side.
    for side in ("distT", "distB", "distL", "distR"):
        drawn._inline.set(side, "0")  # noqa: SLF001
    about = drawn._inline.docPr  # noqa: SLF001
    about.set("descr", tidy(alt))
    about.set("name", tidy(alt)[:60])
