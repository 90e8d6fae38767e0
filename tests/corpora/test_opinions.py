"""The corpus of opinions: lines that follow their guide, no copies, and a README that tells the truth."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from datasketch import MinHash, MinHashLSH

from miner.records import KINDS, TONES

FOLDER = Path(__file__).parents[2] / "corpora" / "opinions"
FILES = sorted(FOLDER.glob("*.jsonl"))
SHINGLE, ALIKE = 3, 0.6
FIELDS = {
    "age": int, "gender": str, "marital": str, "children": int, "disability_group": int, "education": str,
    "occupation": str, "region": str, "unemployed_months": int, "income": str, "headcount": int, "industry": str,
    "legal_form": str,
}  # fmt: skip


def lines(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line]


@pytest.fixture(scope="module")
def posts():
    return {file.stem: lines(file) for file in FILES}


def shingles(text):
    """Three words in a row, plain.

    >>> sorted(shingles("Ждал, ждал и не дождался"))
    ['ждал ждал и', 'ждал и не', 'и не дождался']
    """
    words = re.findall(r"\w+", text.lower().replace("ё", "е"))
    return {" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))}


def near_duplicates(texts):
    """Yield pairs of texts that share most of their shingles (MinHash with LSH, Broder 1997; Jaccard checked)."""
    index, known = MinHashLSH(threshold=0.5, num_perm=64), {}
    for name, text in texts:
        own = shingles(text)
        if len(own) < 2:
            continue
        hashed = MinHash(num_perm=64, seed=1)
        hashed.update_batch([shingle.encode() for shingle in own])
        for other in index.query(hashed):
            theirs = known[other]
            if len(own & theirs) >= ALIKE * len(own | theirs):
                yield name, other
        known[name] = own
        index.insert(name, hashed)


def test_there_are_enough_texts_of_the_form_of_real_posts(posts):
    web = sum(len(own) for name, own in posts.items() if name.startswith("web_"))
    total = sum(map(len, posts.values()))
    assert total >= 6_000
    assert web >= 3_000
    silent = sum(not post["statements"] for name, own in posts.items() if name.startswith("web_") for post in own)
    assert 0.4 <= silent / web <= 0.65


def test_every_line_follows_the_guide(posts):
    wrong = []
    for name, own in posts.items():
        for post in own:
            spans, last = [], 0
            for statement in post["statements"]:
                at = post["text"].find(statement["span"])
                if at < 0 or statement["kind"] not in KINDS:
                    wrong.append((name, post["id"], statement))
                spans.append((at, at + len(statement["span"])))
            for start, stop in sorted(set(spans)):
                if start < last and post["text"].count(post["text"][start:stop]) == 1:
                    wrong.append((name, post["id"], "spans overlap"))
                last = stop
            if post["sentiment"] not in TONES or (not post["relevant"] and post["statements"]):
                wrong.append((name, post["id"], "tone or relevance"))
            wrong += [(name, post["id"], f, v) for f, v in post["facts"].items() if type(v) is not FIELDS.get(f)]
            wrong += [(name, post["id"], datum) for datum in post["pii"] if datum not in post["text"]]
    assert not wrong


def test_ids_are_permanent_names(posts):
    counted = Counter(post["id"] for own in posts.values() for post in own)
    assert not [name for name, count in counted.items() if count > 1]


def test_near_duplicates_are_found():
    one = "полгода хожу в центр занятости и каждый раз одно и то же, вакансий нет приходите через месяц"
    assert list(near_duplicates([("a", one), ("b", one.replace("месяц", "неделю")), ("c", "совсем другое дело тут")]))


def test_no_text_is_a_copy_of_another(posts):
    assert not list(near_duplicates([(post["id"], post["text"]) for own in posts.values() for post in own]))


def test_addresses_are_invented(posts):
    """Mails are at example.ru and the like, whatever people may have typed."""
    mails = {
        mail
        for own in posts.values()
        for post in own
        for mail in re.findall(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", post["text"])
    }
    assert not [mail for mail in mails if not mail.split("@")[1].startswith("example.")]


def test_the_readme_counts_right(posts):
    table = dict(
        re.findall(r"^\| `(\w+)` \|.*?\| *([\d,]+) *\|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    assert {name: int(count.replace(",", "")) for name, count in table.items()} == {
        name: len(own) for name, own in posts.items()
    }


def test_the_second_annotation_agrees_as_the_readme_says(posts):
    from miner import scores

    second = lines(FOLDER / "second" / "annotation.jsonl")
    first = {post["id"]: post for own in posts.values() for post in own}
    assert len(second) == 200
    assert all(first[post["id"]]["text"] == post["text"] for post in second)
    gold = [first[post["id"]] for post in second]
    answered = {post["id"]: answer(post) for post in second}
    report = scores.of_annotations(gold, answered)
    assert f"**{report['statements']['micro']['f1']:.2f}**" in (FOLDER / "README.md").read_text("utf-8")


def answer(post):
    """An annotated line in the form in which `miner annotate` would write it."""
    found = [(post["text"].index(s["span"]), len(s["span"]), s["kind"]) for s in post["statements"]]
    return {
        "id": post["id"],
        "relevant": post["relevant"],
        "sentiment": {"label": post["sentiment"]},
        "statements": [{"start": start, "end": start + size, "kind": kind} for start, size, kind in found],
        "facts": [{"field": field, "value": value} for field, value in post["facts"].items()],
        "pii": [],
    }
