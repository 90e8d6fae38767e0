"""Commands on a workspace: import, refresh, profile, export, forget, demo, doctor."""

import json
import os
from pathlib import Path

import pytest

from miner.settings import resources

DEMO = resources() / "corpora" / "demo"


def test_demo(miner, after_demo):
    """The demo writes every format for each of its groups; a second run does the work of changed posts only."""
    told = (after_demo / "told.txt").read_text(encoding="utf-8").splitlines()
    assert told[:2] == ["201 posts, 201 new, 0 changed", "27 files written, 0 up to date"]
    assert {Path(line).name for line in told[2:]} == {file.name for file in (after_demo / "profiles").iterdir()}
    assert {Path(line).suffix for line in told[2:]} == {*" .html .docx .pdf .png .pptx .xlsx .json .md".split()}
    page = (after_demo / "profiles" / "rural.html").read_text(encoding="utf-8")
    for said in ("Ценности, личные качества", "Желания", "Боли и сложности", "Жители сёл и малых городов", "<details"):
        assert said in page
    before = {file: file.stat().st_mtime_ns for file in (after_demo / "profiles").iterdir()}
    status, out, _ = miner("demo")
    assert status == 0
    assert "201 posts, 0 new, 0 changed" in out
    assert "0 files written, 27 up to date" in out
    assert {file: file.stat().st_mtime_ns for file in before} == before


@pytest.mark.usefixtures("after_demo")
def test_interviewers_turns_are_never_evidence(miner, tmp_path):
    """What the interviewer of the bundled interview asks stands behind no line."""
    assert miner("export", "candidates", "--group", "laid_off", "-o", tmp_path / "c.jsonl")[0] == 0
    quotes = [
        q["quote"]
        for line in (tmp_path / "c.jsonl").read_text("utf-8").splitlines()
        for q in json.loads(line)["evidence"]
    ]
    asked = [
        line
        for line in (DEMO / "laid_off_interview.txt").read_text("utf-8").splitlines()
        if line.startswith("Интервьюер:")
    ]
    assert quotes
    assert asked
    assert not [q for q in quotes if any(q in line for line in asked)]


@pytest.mark.usefixtures("after_demo")
def test_closed_questions_are_facts(miner, tmp_path):
    """What the survey's twelve respondents ticked counts among the facts of their group."""
    assert miner("profile", "export", "rural", "--format", "json", "-o", tmp_path / "p.json")[0] == 0
    facts = {f["field"]: f["n"] for f in json.loads((tmp_path / "p.json").read_text("utf-8"))["facts"]}
    assert facts["age"] >= 12
    assert facts["gender"] >= 12


def test_from_posts_to_a_portrait(miner, tmp_path):
    """Import, refresh, build, export, endorse, compare; every format is written."""
    posts = DEMO / "laid_off.jsonl"
    assert miner("import", posts)[1].strip() == "52 new, 0 changed, 0 known"
    assert miner("import", posts)[1].strip() == "0 new, 0 changed, 52 known"
    assert miner("refresh")[1].strip() == "mined again: laid_off"
    assert miner("refresh")[1].strip() == "nothing new"
    assert "version 1, draft" in miner("profile", "build", "laid_off")[1]
    assert "version 1 is current" in miner("profile", "endorse", "laid_off", "1", "--who", "отдел")[1]
    assert "без перемен" in miner("profile", "compare", "laid_off", "--with", "1")[1]
    assert "готовы и не старше года: 1 из 10" in miner("profile", "status")[1]
    for form in ("word", "pdf", "html", "image", "slides", "excel", "json", "markdown"):
        status, _, err = miner("profile", "export", "laid_off", "--format", form, "-o", tmp_path / f"out.{form}")
        assert status == 0, err
        assert (tmp_path / f"out.{form}").stat().st_size > 1000
    assert (
        miner("profile", "export", "laid_off", "--format", "json", "-o", tmp_path)[1].strip().endswith("laid_off.json")
    )
    status, out, _ = miner("profile", "import", tmp_path / "out.json")
    assert status == 0
    assert "version 2, draft" in out


def test_exported_posts_are_masked(miner, tmp_path):
    """What leaves the store has no personal data and no author's name."""
    post = {
        "id": "1",
        "text": "Нигде не берут. Звоните +7 900 000-11-22",
        "author": "masha",
        "source": "forum",
        "group": "g",
    }
    (tmp_path / "p.jsonl").write_text(json.dumps(post, ensure_ascii=False) + "\n", encoding="utf-8")
    assert miner("import", tmp_path / "p.jsonl")[0] == 0
    assert miner("refresh")[0] == 0
    out = miner("export", "posts")[1]
    assert "000-11-22" not in out
    assert "masha" not in out
    assert json.loads(out)["id"] == "1"


def test_forgotten(miner, tmp_path):
    """An author's erasure request removes their posts."""
    posts = [
        {"id": str(n), "text": "Нигде не берут", "author": name, "source": "forum", "group": "g"}
        for n, name in enumerate(("masha", "petya"))
    ]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(p) + "\n" for p in posts), encoding="utf-8")
    assert miner("import", tmp_path / "p.jsonl")[0] == 0
    assert miner("forget", "masha@forum")[0] == 0
    assert miner("refresh")[0] == 0
    assert [json.loads(line)["id"] for line in miner("export", "posts")[1].splitlines()] == ["1"]


def test_the_key_is_the_owners(miner, tmp_path):
    """The key that hides authors is made on first use and readable by its owner only."""
    assert miner("import", DEMO / "rural.jsonl")[0] == 0
    (key,) = (tmp_path / "var").glob("*.key")
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_format_that_is_not_there(miner):
    """An unknown format names the known ones."""
    assert miner("import", DEMO / "rural.jsonl")[0] == 0
    assert miner("refresh")[0] == 0
    status, _, err = miner("profile", "export", "rural", "--format", "papyrus", "-o", "x")
    assert status == 2
    assert "no exporter named 'papyrus'" in err
    assert "markdown" in err


def test_a_group_without_posts(miner):
    """A group that has nothing mined names those that have."""
    status, _, err = miner("profile", "build", "veterans")
    assert status == 2
    assert "veterans" in err
    assert "none yet" in err


def test_doctor(miner, tmp_path):
    """The doctor says what is in order; a database that is none is named with the way out."""
    status, out, _ = miner("doctor")
    assert status == 0, out
    assert out.count("ok  ") == 10
    (tmp_path / "var").mkdir(exist_ok=True)
    (tmp_path / "var" / "miner.db").write_text("this is no database" * 100)
    status, out, _ = miner("doctor")
    assert status == 1
    assert "FAIL database" in out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_workspace_that_cannot_be_written(miner, tmp_path):
    """A read-only workspace is told, with the way out."""
    (tmp_path / "var").mkdir(mode=0o500)
    status, _, err = miner("import", DEMO / "rural.jsonl")
    assert status == 2
    assert "can't be written" in err


def test_decisions_are_obeyed(miner, tmp_path):
    """An accepted, an edited and a rejected line, and one of the staff's own, hold in every later profile."""
    assert miner("import", DEMO / "laid_off.jsonl")[0] == 0
    assert miner("refresh")[0] == 0
    lines = [json.loads(line) for line in miner("export", "candidates")[1].splitlines()]
    accepted, edited, rejected = [line["id"] for line in lines if line["kind"] == "pain"][:3]
    assert miner("profile", "decide", "accept", accepted, "--who", "отдел")[0] == 0
    assert miner("profile", "decide", "edit", edited, "--text", "Сказано иначе", "--who", "отдел")[0] == 0
    assert miner("profile", "decide", "reject", rejected, "--reason", "не о том", "--who", "отдел")[0] == 0
    assert miner("profile", "add-line", "laid_off", "value", "Стесняются просить о помощи", "--who", "отдел")[0] == 0
    assert miner("profile", "build", "laid_off")[0] == 0
    assert miner("profile", "export", "laid_off", "--format", "json", "-o", tmp_path / "p.json")[0] == 0
    made = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["lines"]
    by_id = {line["id"]: line for line in made}
    assert by_id[accepted]["accepted"]
    assert (by_id[edited]["text"], by_id[edited]["origin"]) == ("Сказано иначе", "edited")
    assert rejected not in by_id
    assert [line["text"] for line in made if line["origin"] == "manual"] == ["Стесняются просить о помощи"]


def test_personal_data_in_a_line_is_refused(miner):
    """A line of the staff's own with a phone number is refused, and says why."""
    status, _, err = miner("profile", "add-line", "rural", "pain", "Звонить +7 900 000-11-22", "--who", "отдел")
    assert status == 2
    assert "телефон" in err
