"""The Word document."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import zipfile

import docx
import pytest

from miner.exporters.word import Word


@pytest.fixture
def document(profile, tmp_path):
    Word().export(profile, tmp_path / "p.docx")
    return docx.Document(str(tmp_path / "p.docx"))


def texts(document):
    return [
        "".join(node.text or "" for node in p.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"))
        for p in document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
    ]


def test_the_columns_are_a_real_table_with_a_repeated_header(document):
    table = document.tables[1]
    assert [cell.text for cell in table.rows[0].cells] == [
        "Ценности, личные качества, интересы",
        "Желания",
        "Боли и сложности",
    ]
    assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")


def test_lines_have_a_style_of_their_own(document):
    """Whoever edits the document changes all lines at once."""
    cells = document.tables[1].columns[2].cells
    pains = [p.text for cell in cells for p in cell.paragraphs if p.style.name == "Строка портрета"]
    assert pains == ["Плохое транспортное сообщение", "Текст <b>с разметкой</b> & знаками"]


def test_headings_make_an_outline(document):
    outline = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert ("Heading 1", "Приложение. Что говорят люди") in outline
    assert ("Heading 3", "Б1. Плохое транспортное сообщение") in outline


def test_every_line_with_quotes_links_to_the_appendix(document):
    """Each internal link has its bookmark."""
    body = document.element.body
    anchors = set(body.xpath(".//w:hyperlink/@w:anchor"))
    assert anchors == {"pain_1", "desire_1"}
    assert anchors < set(body.xpath(".//w:bookmarkStart/@w:name"))


def test_nobody_is_named(profile, tmp_path):
    Word().export(profile, tmp_path / "p.docx")
    with zipfile.ZipFile(tmp_path / "p.docx") as archive:
        everything = "".join(
            archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        )
    for secret in ("speaker-one", "900 000", "Петровна", "javascript:", "python-docx"):
        assert secret not in everything


def test_characters_that_xml_forbids_are_dropped(profile, tmp_path):
    """A control character in a line doesn't make a file that Word refuses."""
    odd = dataclasses.replace(profile, lines=(dataclasses.replace(profile.lines[0], text="а\x00б\x0bв" * 1000),))
    Word().export(odd, tmp_path / "p.docx")
    assert "абв" * 1000 in texts(docx.Document(str(tmp_path / "p.docx")))


def test_an_empty_profile_is_a_document_too(profile, tmp_path):
    Word().export(dataclasses.replace(profile, facts=(), lines=()), tmp_path / "p.docx")
    assert any(text.startswith("Строк пока нет") for text in texts(docx.Document(str(tmp_path / "p.docx"))))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(profile, tmp_path):
    """LibreOffice renders every line of the portrait."""
    Word().export(profile, tmp_path / "p.docx")
    run = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/office",
        "--headless",
        "--convert-to",
        "txt:Text",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "p.docx"),
    ]
    subprocess.run(run, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "p.txt").read_text(encoding="utf-8-sig")
    for line in profile.lines:
        assert line.text in text
