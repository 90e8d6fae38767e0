"""annotate, mine, topics and evaluate on files, good and bad."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "eval"
KEYS = {"id", "relevant", "relevance", "sentiment", "entities", "statements", "facts", "pii"}


def write(path, *lines):
    path.write_text(
        "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines),
        encoding="utf-8",
    )
    return path


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_annotated_records(miner, tmp_path):
    """Each post has a document of the published form, in the posts' order; offsets point into its text."""
    text = "Мне 54, меня сократили. Третий месяц нигде не берут, надоело ждать! Звоните +7 900 000-11-22"
    posts = write(tmp_path / "posts.jsonl", {"id": "a", "text": text, "likes": 3}, {"id": "b", "text": "С праздником!"})
    status, _, _ = miner("annotate", posts, "-o", tmp_path / "out.jsonl", "--tokens")
    assert status == 0
    first, second = read(tmp_path / "out.jsonl")
    assert set(first) >= KEYS | {"sentences"}
    assert [first["id"], second["id"]] == ["a", "b"]
    assert first["statements"]
    for statement in first["statements"]:
        assert text[statement["start"] : statement["end"]] == statement["text"]
        assert statement["kind"] in {"pain", "desire", "value"}
        assert statement["why"]
    assert [text[m["start"] : m["end"]] for m in first["pii"]] == ["+7 900 000-11-22"]
    words = [word for sentence in first["sentences"] for word in sentence]
    assert all(text[w["start"] : w["end"]] == w["text"] for w in words)
    assert set(words[0]) == {"start", "end", "text", "lemma", "pos", "feats", "head", "rel"}


def test_workers_change_nothing(miner, tmp_path):
    """Two processes give the documents that one gives, in the same order."""
    posts = ROOT / "corpora" / "demo" / "rural.jsonl"
    assert miner("annotate", posts, "-o", tmp_path / "one.jsonl")[0] == 0
    assert miner("annotate", posts, "-o", tmp_path / "two.jsonl", "--workers", "2")[0] == 0
    assert (tmp_path / "one.jsonl").read_text("utf-8") == (tmp_path / "two.jsonl").read_text("utf-8")


def test_standard_streams():
    """`-` reads standard input; results go to standard output, notes elsewhere."""
    done = subprocess.run(
        [sys.executable, "-c", "from miner.cli import main; main()", "annotate", "-"],
        input='{"id": "1", "text": "Надоело ждать"}\n',
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert json.loads(done.stdout)["id"] == "1"


def test_mined(miner, tmp_path):
    """The main job on a file: candidates with support and evidence that points into the posts, and facts."""
    posts = ROOT / "corpora" / "demo" / "rural.jsonl"
    status, _, _ = miner("mine", posts, "--group", "rural", "-o", tmp_path / "mined.json")
    assert status == 0
    mined = json.loads((tmp_path / "mined.json").read_text(encoding="utf-8"))
    texts = {post["id"]: post["text"] for post in read(posts)}
    assert mined["group"] == "rural"
    assert mined["posts"] == len(texts)
    assert {c["kind"] for c in mined["candidates"]} == {"pain", "desire", "value"}
    for candidate in mined["candidates"]:
        support = candidate["support"]
        assert 1 <= support["authors"] <= mined["authors"]
        assert support["ci"][0] <= support["share"] <= support["ci"][1]
        for quote in candidate["evidence"]:
            assert 0 <= quote["start"] < quote["end"] <= len(texts[quote["doc_id"]])
    for kind in ("pain", "desire", "value"):
        counts = [c["support"]["authors"] for c in mined["candidates"] if c["kind"] == kind]
        assert counts == sorted(counts, reverse=True)
    for fact in mined["facts"].values():
        assert fact["n"] == sum(value["authors"] for value in fact["values"])


def test_only_clients_are_evidence(miner, tmp_path):
    """An interviewer's, moderator's or staff member's words are never evidence."""
    said = "Нигде не берут, надоело ждать, денег не хватает даже на еду"
    posts = [
        {"id": role, "text": said, "role": role, "author": role}
        for role in ("client", "interviewer", "moderator", "staff")
    ]
    assert miner("mine", write(tmp_path / "p.jsonl", *posts), "--group", "g", "-o", tmp_path / "m.json")[0] == 0
    mined = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    assert mined["authors"] == 1
    assert {q["doc_id"] for c in mined["candidates"] for q in c["evidence"]} <= {"client"}


def test_topics(miner, tmp_path):
    """Every post has an assignment; a second run with the first one's answer keeps the topics' ids."""
    posts = tmp_path / "posts.jsonl"
    posts.write_text(
        "".join((ROOT / "corpora" / "demo" / f"{g}.jsonl").read_text("utf-8") for g in ("rural", "employers")), "utf-8"
    )
    assert miner("topics", posts, "-o", tmp_path / "one.json")[0] == 0
    one = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert {a["id"] for a in one["assignments"]} == {post["id"] for post in read(posts)}
    assert {a["topic"] for a in one["assignments"]} - {None} <= {t["id"] for t in one["topics"]}
    assert miner("topics", posts, "-o", tmp_path / "two.json", "--previous", tmp_path / "one.json")[0] == 0
    two = json.loads((tmp_path / "two.json").read_text(encoding="utf-8"))
    assert {t["id"] for t in two["topics"]} == {t["id"] for t in one["topics"]}
    assert {e["event"] for e in two["lineage"]} == {"continued"}


@pytest.mark.parametrize("name", ["pre_retirees", "young_parents", "real"])
def test_the_yardstick(name, miner, tmp_path):
    """`miner evaluate` prints what the yardstick prints."""
    gold, score = SHARED / "dev" / f"{name}.jsonl", SHARED / "score.py"
    if not gold.is_file():
        pytest.skip(f"{gold} is not here")
    assert miner("annotate", gold, "-o", tmp_path / "a.jsonl")[0] == 0
    judged = subprocess.run(
        [sys.executable, score, "annotations", gold, tmp_path / "a.jsonl"], capture_output=True, text=True, check=True
    )
    status, out, _ = miner("evaluate", gold)
    assert status == 0
    assert json.loads(out) == json.loads(judged.stdout)


@pytest.mark.parametrize("name", ["pre_retirees", "young_parents"])
def test_the_yardstick_of_candidates(name, miner, tmp_path):
    """`miner evaluate --candidates` prints what the yardstick prints."""
    gold, items = (SHARED / "dev" / f"{name}.{suffix}" for suffix in ("jsonl", "items.json"))
    if not gold.is_file():
        pytest.skip(f"{gold} is not here")
    assert miner("mine", gold, "--group", name, "-o", tmp_path / "m.json")[0] == 0
    judged = subprocess.run(
        [sys.executable, SHARED / "score.py", "candidates", gold, items, tmp_path / "m.json"],
        capture_output=True,
        text=True,
        check=True,
    )
    status, out, _ = miner("evaluate", gold, "--candidates", items)
    assert status == 0
    assert json.loads(out)["scores"] == json.loads(judged.stdout)["scores"]


BAD_FILES = {
    "empty": ("", "no posts in it"),
    "no JSON": ('{"id": "1", "text": "да"}\nпривет\n', "posts.jsonl:2: no JSON"),
    "no text": ('{"id": "1"}\n', "posts.jsonl:1: field text is missing"),
    "no id": ('{"text": "да"}\n', "posts.jsonl:1: field id is missing"),
    "two with one id": ('{"id": "1", "text": "да"}\n{"id": "1", "text": "нет"}\n', "already used on line 1"),
    "no date": ('{"id": "1", "text": "да", "date": "вчера"}\n', "'вчера' is no ISO 8601 date"),
    "a list": ("[1]\n", "a post is a JSON object"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files(case, miner, tmp_path):
    """Bad input ends with 2 and a message that names file, line and rule; no output appears."""
    content, message = BAD_FILES[case]
    posts = tmp_path / "posts.jsonl"
    posts.write_text(content, encoding="utf-8")
    status, _, err = miner("annotate", posts, "-o", tmp_path / "out.jsonl")
    assert status == 2
    assert message in err
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "var") == ["posts.jsonl"]


def test_skip_bad(miner, tmp_path):
    """--skip-bad answers the good lines, and counts and lists the bad ones."""
    posts = write(tmp_path / "p.jsonl", {"id": "1", "text": "да"}, "привет", {"id": "2"})
    status, _, err = miner("annotate", posts, "-o", tmp_path / "out.jsonl", "--skip-bad")
    assert status == 0
    assert [d["id"] for d in read(tmp_path / "out.jsonl")] == ["1"]
    assert "skipped 2 bad lines" in err
    assert "p.jsonl:2" in err


ODD_TEXTS = {
    "1 MB": ("работа " * 150_000, None),
    "one token of 1 MB": ("а" * 1_000_000, None),
    "English": ("I have been looking for a job for three months and nobody calls back.", "en"),
    "emoji": ("😂😂😂👍", "und"),
    "control characters": ("надоело\x00ждать\x07 работу\u202e", None),
    "a lone surrogate": ("надоело \ud83d ждать", None),
    "empty": ("", "und"),
    "blank": (" \n\t ", "und"),
}


@pytest.mark.parametrize("case", ODD_TEXTS)
def test_odd_texts(case, miner, tmp_path):
    """Odd texts are answered; another language is marked and not mined."""
    text, language = ODD_TEXTS[case]
    posts = tmp_path / "p.jsonl"
    posts.write_text(json.dumps({"id": "1", "text": text}) + "\n", encoding="utf-8")
    assert miner("annotate", posts, "-o", tmp_path / "out.jsonl")[0] == 0
    (document,) = read(tmp_path / "out.jsonl")
    assert document["id"] == "1"
    if language:
        assert document["language"] == language
        assert not document["statements"]


def test_missing_file(miner):
    """A file that is not there is named."""
    status, _, err = miner("annotate", "nothing.jsonl")
    assert status == 2
    assert "nothing.jsonl: can't be read" in err


def test_an_output_that_cannot_be_written(miner, tmp_path):
    """A folder in the place of the output is told before the work starts to cost."""
    posts = write(tmp_path / "p.jsonl", {"id": "1", "text": "да"})
    (tmp_path / "file").write_text("")
    status, _, err = miner("annotate", posts, "-o", tmp_path / "file" / "out.jsonl")
    assert status == 2
    assert "can't be written" in err


def test_three_mistakes_at_once(miner, tmp_path):
    """A settings file with three mistakes has all three told, each with file, key and what is allowed."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "miner.toml").write_text("[topics]\nseed = -1\n[nlp]\nmax_char = 5\n[webb]\nport = 1\n")
    posts = write(tmp_path / "p.jsonl", {"id": "1", "text": "да"})
    status, _, err = miner("annotate", posts)
    assert status == 2
    for said in (
        "3 mistakes",
        "miner.toml: topics.seed = -1",
        "nlp.max_char: no such key. Known: max_chars",
        "webb: no such section",
    ):
        assert said in err


def test_interrupted(tmp_path):
    """Ctrl-C in the middle ends with 130, and the output is absent."""
    many = [{"id": str(n), "text": f"Надоело ждать работу {n} месяцев, хочу учиться. " * 20} for n in range(20_000)]
    posts = write(tmp_path / "p.jsonl", *many)
    code = "from miner.cli import main; main()"
    running = subprocess.Popen(
        [sys.executable, "-c", code, "annotate", str(posts), "-o", str(tmp_path / "out.jsonl")],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        # Whatever runs in the background of a shell has been told to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    for _ in range(200):
        time.sleep(0.1)
        if any(p.name.endswith(".part") for p in tmp_path.iterdir()):
            break
    time.sleep(1)
    os.kill(running.pid, signal.SIGINT)
    try:
        _, err = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 130, err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.jsonl"]
