"""What every exporter keeps: nobody is named, nothing is half-written, odd input is no trouble."""

from __future__ import annotations

import dataclasses
import html
import io
import re
import shutil
import subprocess
import zipfile

import pypdf
import pytest

from miner.components import load, names
from miner.errors import NotWritable

FORMATS = names("exporters")
SECRETS = ("speaker-one", "speaker-two", "900 000", "Петровна", "javascript:")


def export(name, profile, folder, **options):
    made = load("exporters", name)(**options)
    path = folder / f"profile{made.suffix}"
    made.export(profile, path)
    return path


def text_of(path):
    """Everything readable in a file of any of the formats."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(html.unescape(archive.read(n).decode("utf-8", "replace")) for n in archive.namelist())
    return "" if path.suffix == ".png" else data.decode("utf-8")


def test_the_formats_of_the_command_exist():
    assert set(FORMATS) == {"word", "pdf", "html", "image", "slides", "excel", "json", "markdown"}


@pytest.mark.parametrize("name", FORMATS)
def test_nobody_is_named(name, profile, tmp_path):
    """No speaker, phone, name or script link is in any format."""
    text = text_of(export(name, profile, tmp_path))
    assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "image"])
def test_every_line_is_told(name, profile, tmp_path):
    text = " ".join(text_of(export(name, profile, tmp_path)).split())
    for said in ("Плохое транспортное сообщение", "Найти работу рядом с домом", "Дорожит родными местами"):
        assert said in text


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_left_when_the_folder_refuses(name, profile, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritable):
        load("exporters", name)().export(profile, tmp_path / "file" / "p")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", FORMATS)
def test_odd_profiles_are_no_trouble(name, profile, tmp_path):
    """Quotes, slashes, control characters, formulas and lines of 3,000 characters."""
    long = dataclasses.replace(profile.lines[0], text="Очень долгая строка " * 150)
    formula = dataclasses.replace(profile.lines[1], text='=HYPERLINK("x") \x00\x0b\ud800 #[[{% raw %}]]')
    odd = dataclasses.replace(profile, title='ООО "Рога/копыта" \\ <и> #ко', lines=(long, formula), made="вчера")
    assert export(name, odd, tmp_path).stat().st_size > 500


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_profile_is_a_document_too(name, profile, tmp_path):
    """A group with no posts has a portrait of gaps."""
    empty = dataclasses.replace(profile, posts=0, authors=0, period=None, region=None, facts=(), lines=(), notes=())
    assert export(name, empty, tmp_path).stat().st_size > 300


@pytest.mark.parametrize("how", ["short", "paraphrased"])
@pytest.mark.parametrize("name", ["html", "word", "pdf", "excel", "json", "markdown"])
def test_no_quote_is_found_by_an_exact_search(name, how, profile, tmp_path):
    """On request no four words of an author stand together in a file, nor a link, an id or a day that lead to them."""
    said = "автобус два раза в неделю, и тот ломается по дороге"
    assert said in " ".join(text_of(export(name, profile, tmp_path)).split())
    file = export(name, profile, tmp_path, quotes=how)
    text = " ".join(text_of(file).split())
    words = said.replace(",", "").split()
    plain = " ".join(re.findall(r"\w+|…", text.lower()))
    assert [four for four in zip(*(words[at:] for at in range(4)), strict=False) if " ".join(four) in plain] == []
    assert "forum.example.ru" not in text
    assert "2024-05-02" not in text
    assert "post-51" not in text
    assert "раза" in text


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("name", "least"), [("word", 2), ("slides", 1), ("excel", 3)])
def test_libreoffice_renders_it(name, least, profile, tmp_path):
    """The office opens the file and draws every line of the portrait on its pages."""
    path = export(name, profile, tmp_path)
    run = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    subprocess.run([*run, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    pages = pypdf.PdfReader(tmp_path / "profile.pdf").pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert len(pages) >= least
    for said in ("Плохое транспортное сообщение", "Найти работу рядом с домом", "Дорожит родными местами"):
        assert said in text
