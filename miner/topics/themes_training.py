"""Make models/themes: the annotated examples that teach well-known themes, and a card with honest figures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from miner import jsonl, scores
from miner.errors import BadInput
from miner.records import KINDS, Quote
from miner.settings import resources
from miner.topics import themes
from miner.topics._themes_known import Example, Themes, read_lexicon


def train(corpora: Sequence[Path], out: Path, *, seed: int = 42) -> str:
    """Write ``out``/examples.jsonl and README.md from annotated posts; returns the table of scores.

    Which item of which corpus belongs to which theme stands in config/lexicons/themes/items.tsv. Corpora with an
    X.items.json beside X.jsonl are left out in turn to measure what the themes recover there. Raises BadInput when
    no statement of the corpora has an item of the table.
    """
    items = read_items(resources() / "config" / "lexicons" / "themes" / "items.tsv")
    examples = [e for corpus in corpora for e in _examples(corpus, items)]
    if not examples:
        names = ", ".join(str(c) for c in corpora)
        raise BadInput(
            f"{names}: no statement has an item that config/lexicons/themes/items.tsv names. Name the items there."
        )
    rows = [(c.stem, *score(c, [e for e in examples if e.corpus != c.stem], seed)) for c in corpora if _gold(c)]
    table = _table(rows)
    jsonl.write_lines(
        out / "examples.jsonl",
        ({"text": e.text, "kind": e.kind, "theme": e.theme, "corpus": e.corpus} for e in examples),
    )
    with jsonl.whole_text(out / "README.md") as card:
        card.write(
            _CARD.format(count=len(examples), corpora=", ".join(c.stem for c in corpora), seed=seed, table=table)
        )
    return table


def read_items(file: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """(corpus, item) → (kind, theme)."""
    lines = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {(corpus, item): (kind, theme) for corpus, item, kind, theme in lines}


def score(corpus: Path, examples: Sequence[Example], seed: int = 42) -> tuple[float, float]:
    """Recall and precision of a corpus's items in the first ten themes of a kind, its own statements given."""
    posts = [value for _, value, trouble in jsonl.read_objects(corpus) if trouble is None]
    known = Themes(read_lexicon(), examples)
    candidates = []
    for kind in KINDS:
        quotes = [_quote(post, place) for post in posts for place in scores.places(post) if place[2] == kind]
        candidates += [_line(t) for t in themes.find(quotes, group=corpus.stem, kind=kind, seed=seed, known=known)]
    items = json.loads(_items(corpus).read_text(encoding="utf-8"))["items"]
    got = scores.of_candidates(posts, items, {"group": corpus.stem, "candidates": candidates})["scores"]["all"]
    return float(got["recall"]), float(got["precision"])


def _quote(post: dict[str, Any], place: Sequence[Any]) -> Quote:
    start, end = place[0], place[1]
    who = f"{post.get('author', post['id'])}@{post.get('source', '')}"
    return Quote(post["id"], start, end, post["text"][start:end], who, post.get("date"), source=post.get("source"))


def _line(theme: Any) -> dict[str, Any]:
    return {
        "kind": theme.kind,
        "text": theme.label,
        "support": {"authors": len({q.speaker for q in theme.quotes})},
        "evidence": [q.to_json() for q in theme.quotes],
    }


def _examples(corpus: Path, items: dict[tuple[str, str], tuple[str, str]]) -> Iterator[Example]:
    for _, post, trouble in jsonl.read_objects(corpus):
        for statement in post.get("statements", ()) if trouble is None else ():
            kind, theme = items.get((corpus.stem, statement.get("item", "")), ("", ""))
            if kind == statement["kind"]:
                yield Example(statement["span"], statement["kind"], theme, corpus.stem)


def _items(corpus: Path) -> Path:
    return corpus.with_suffix("").with_suffix(".items.json")


def _gold(corpus: Path) -> bool:
    return _items(corpus).is_file()


def _table(rows: Sequence[tuple[str, float, float]]) -> str:
    lines = ["| left out | recall | precision |", "|---|---|---|"]
    lines += [f"| {name} | {recall:.2f} | {precision:.2f} |" for name, recall, precision in rows]
    if rows:
        mean = [sum(r for _, r, _ in rows) / len(rows), sum(p for _, _, p in rows) / len(rows)]
        lines.append(f"| **mean** | **{mean[0]:.2f}** | **{mean[1]:.2f}** |")
    return "\n".join(lines)


_CARD = """# Themes

Examples of well-known themes: {count} annotated statements of {corpora} (CC BY 4.0, written for this project), beside
the invented ones of config/lexicons/themes. The model itself is fitted from both on first use (kernel ridge regression
over word vectors, letters, lemmas and the lexicon's stems; see miner/topics/_themes_known.py), so nothing is stored
but the examples, and the lexicon can be edited without training.

Command: `miner train themes CORPUS.jsonl…`, seed {seed}.

Items that at least three authors voice, recovered among the first ten themes of their kind, with the annotated
statements given and the corpus's own examples left out of the model (the lexicon stays):

{table}

How to read these figures: the grain, the sharpness and the share of known themes were chosen among about thirty
settings by the mean of this very table, and the lexicon was written with the item lists of these corpora in view (and
the statements of laid_off read), so the table flatters. Corpora that had no part in either choice are the fair test.
"""
