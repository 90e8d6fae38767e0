"""The shape of the three published portraits: each of their fields has a place, in their order, in every format.

The folder ``portraits`` holds profiles with these fields and invented contents.
"""

from __future__ import annotations

import io
import itertools
import json
import shutil
import subprocess
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdf
import pytest
from bs4 import BeautifulSoup

from miner.components import load, names
from miner.exporters.json import Json
from miner.profiles.form import read_profile

FOLDER = Path(__file__).parent / "portraits"
CITIZEN = ["Регион", "Возраст", "Пол", "Семейное положение", "Дети", "Образование", "Опыт"]
CONTACT = ["Удобный способ связи", "Цель обращения"]
COLUMNS = ["Ценности, личные качества, интересы", "Желания", "Боли и сложности", "Цели"]
SHAPES = {
    "disabled": [*CITIZEN, "Причина инвалидности", "Группа инвалидности", "Перерыв в работе", *CONTACT],
    "small_employers": [*(f for f in CITIZEN if f != "Дети"), "Численность работников", "Сфера деятельности", *CONTACT],
    "released": [*CITIZEN, "Перерыв в работе", *CONTACT],
}
SAID = {
    "disabled": [
        "Нижегородская область",
        "Терпелив",
        "Хочет работать дома",
        "отказывают из-за инвалидности",
        "Обеспечивать",
    ],
    "small_employers": ["Липецкая область", "надёжных людей", "короче путь", "Трудно найти", "Удержать дело"],
    "released": ["Челябинская область", "прямой разговор", "не спрашивали", "из-за судимости", "Вернуть доверие"],
}


def word(path):
    body = docx.Document(str(path)).element.body
    return [p.text or "" for p in body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")]


def slides(path):
    """The boxes of the slide as they are read: the rows of the head, then the rest from above."""
    (slide,) = pptx.Presentation(str(path)).slides
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


READ = {
    "word": word,
    "pdf": lambda path: [page.extract_text() for page in pypdf.PdfReader(path).pages],
    "html": lambda path: [BeautifulSoup(path.read_text("utf-8"), "lxml").main.get_text(" ")],
    "slides": slides,
    "excel": lambda path: [str(v) for row in openpyxl.load_workbook(path)["Портрет"].values for v in row if v],
    "markdown": lambda path: [path.read_text("utf-8")],
}


def places(text, wanted):
    """Where each of the wanted words first stands after the one before it."""
    at, found = 0, []
    for each in wanted:
        at = text.find(each, at)
        found.append((each, at >= 0))
        at = max(at, 0)
    return found


@pytest.mark.parametrize("form", READ)
@pytest.mark.parametrize("name", SHAPES)
def test_the_fields_stand_in_their_order(name, form, tmp_path):
    """Region to goal in the head, then values, desires, pains, then goals; what is said of each is there."""
    made = load("exporters", form)()
    path = tmp_path / f"p{made.suffix}"
    made.export(read_profile(FOLDER / f"{name}.json"), path)
    text = " ".join(" ".join(READ[form](path)).split())
    assert places(text, [*SHAPES[name], *COLUMNS]) == [(field, True) for field in [*SHAPES[name], *COLUMNS]]
    assert [said for said in SAID[name] if said not in text] == []


def test_every_format_is_read_here():
    """A picture and the JSON form have tests of their own; a new format joins the list."""
    assert set(names("exporters")) - set(READ) == {"image", "json"}


@pytest.mark.parametrize("name", SHAPES)
def test_the_form_keeps_the_order(name, tmp_path):
    """The same fields, then values, desires, pains."""
    file = FOLDER / f"{name}.json"
    form = json.loads(file.read_text("utf-8"))
    titles = [fact["title"].split(",")[0] for fact in form["facts"]]
    assert [title for title in titles if title in SHAPES[name]] == SHAPES[name]
    assert [kind for kind, _ in itertools.groupby(line["kind"] for line in form["lines"])] == [
        "value",
        "desire",
        "pain",
    ]


@pytest.mark.parametrize("name", SHAPES)
def test_round_trip(name, tmp_path):
    """JSON → profile → JSON is equal, byte by byte."""
    Json().export(read_profile(FOLDER / f"{name}.json"), tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (FOLDER / f"{name}.json").read_bytes()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_office_loses_nothing(tmp_path):
    """Everything written in the documents and slides is on the pages that LibreOffice draws; none is cut off."""
    for name in SHAPES:
        for form in ("word", "slides"):
            made = load("exporters", form)()
            made.export(read_profile(FOLDER / f"{name}.json"), tmp_path / f"{name}_{form}{made.suffix}")
    files = [str(file) for file in sorted(tmp_path.iterdir())]
    run = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    subprocess.run([*run, "--outdir", str(tmp_path / "pdf"), *files], check=True, capture_output=True, timeout=180)
    for name, form in itertools.product(SHAPES, ("word", "slides")):
        pages = pypdf.PdfReader(io.BytesIO((tmp_path / "pdf" / f"{name}_{form}.pdf").read_bytes())).pages
        drawn = "".join("".join(page.extract_text() for page in pages).split())
        (file,) = tmp_path.glob(f"{name}_{form}.*")
        written = {"".join(part.split()) for text in READ[form](file) for part in text.splitlines()}
        assert {text for text in written if text not in drawn} == set()
        assert len(pages) <= (1 if form == "slides" else 3)
