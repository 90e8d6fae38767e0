"""What is particular to single formats."""

from __future__ import annotations

import dataclasses
import json

import openpyxl
import pptx
import pypdf
from PIL import Image as Picture

from miner.exporters.excel import Excel
from miner.exporters.image import Image
from miner.exporters.json import Json, guarded
from miner.exporters.markdown import Markdown
from miner.exporters.pdf import Pdf
from miner.exporters.slides import Slides


def test_a_picture_is_an_a4_page_or_a_slide(profile, tmp_path):
    """A4 at 150 dots per inch, or full HD."""
    for shape, size in (("a4", (1754, 1240)), ("slide", (1920, 1080))):
        Image(shape=shape).export(profile, tmp_path / "p.png")
        with Picture.open(tmp_path / "p.png") as picture:
            assert picture.size == size


def test_the_portrait_is_one_page_of_the_pdf(profile, tmp_path):
    """Page one holds all lines and page two the voices, however long the lines are."""
    lines = tuple(dataclasses.replace(line, text=f"{line.text} " * 20) for line in profile.lines)
    Pdf().export(dataclasses.replace(profile, lines=lines), tmp_path / "p.pdf")
    pages = pypdf.PdfReader(tmp_path / "p.pdf").pages
    assert "Портрет описывает группу" in pages[0].extract_text()
    assert "Что говорят люди" in pages[1].extract_text()


def test_a_pdf_carries_its_font(profile, tmp_path):
    """Every font of the file is embedded, and it is ours."""
    Pdf().export(profile, tmp_path / "p.pdf")
    fonts = pypdf.PdfReader(tmp_path / "p.pdf").pages[0]["/Resources"]["/Font"].values()
    inner = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts]
    assert inner
    assert all("PTSans" in font["/BaseFont"] and "/FontFile2" in font["/FontDescriptor"] for font in inner)


def test_a_workbook_has_lines_facts_and_evidence(profile, tmp_path):
    """Shares are numbers that can be counted with, not text."""
    Excel().export(profile, tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    assert book.sheetnames == ["Портрет", "Строки", "Характеристики", "Цитаты"]
    row = next(row for row in book["Строки"].iter_rows(values_only=True) if row[0] == "Б1")
    assert row[2:6] == ("Плохое транспортное сообщение", 12, 14, 0.3)


def test_text_in_a_workbook_is_never_a_formula(profile, tmp_path):
    line = dataclasses.replace(profile.lines[0], text="=1+1")
    Excel().export(dataclasses.replace(profile, lines=(line,)), tmp_path / "p.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "p.xlsx")["Строки"]["C2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_deck_is_one_slide_with_a_title_and_notes(profile, tmp_path):
    """The outline names the group; the notes hold what the slide has no room for."""
    Slides().export(profile, tmp_path / "p.pptx")
    deck = pptx.Presentation(str(tmp_path / "p.pptx"))
    assert len(deck.slides) == 1
    assert deck.slides[0].shapes.title.text_frame.text == profile.title
    assert "Б1. Плохое транспортное сообщение" in deck.slides[0].notes_slide.notes_text_frame.text


def test_json_keeps_small_groups_hidden(profile, tmp_path):
    """Answers of too few people are counted, not told."""
    Json().export(profile, tmp_path / "p.json")
    facts = {fact["field"]: fact for fact in json.loads((tmp_path / "p.json").read_text("utf-8"))["facts"]}
    assert (facts["children"]["n"], facts["children"]["values"]) == (2, [])


def test_the_privacy_look_changes_nothing_twice(profile):
    assert guarded(guarded(profile)) == guarded(profile)


def test_markdown_shows_markup_as_text(profile, tmp_path):
    Markdown().export(profile, tmp_path / "p.md")
    text = (tmp_path / "p.md").read_text("utf-8")
    assert "\\<b\\>с разметкой" in text
    assert "| Образование |  | нет данных |" in text
