"""`miner evaluate`: figures on annotated posts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from miner.cli import _common as common

app = typer.Typer()


@app.command()
def evaluate(
    gold: Annotated[list[str], typer.Argument(metavar="GOLD.jsonl…", help="Posts with their gold annotations.")],
    candidates: Annotated[
        Path | None,
        typer.Option("--candidates", metavar="ITEMS.json", help="Score mined candidates against the group's items."),
    ] = None,
    workers: common.Workers = 1,
    workspace: common.Workspace = None,
) -> None:
    """Score the pipeline against gold posts: statements, facts, personal data, noise, sentiment; or candidates."""
    from miner import pipeline

    settings = common.settings(workspace)
    results = {}
    with common.progress() as shown:
        for path in gold:
            posts = common.read(path)
            annotated = pipeline.annotate(posts, settings, workers=workers)
            documents = list(shown.follow(Path(path).name, annotated, total=len(posts)))
            results[path] = pipeline.evaluate(posts, documents, settings, items=candidates)
    typer.echo(json.dumps(results if len(gold) > 1 else results[gold[0]], ensure_ascii=False, indent=1))
