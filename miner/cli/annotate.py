"""`miner annotate`: posts to documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from miner.cli import _common as common

app = typer.Typer()


@app.command()
def annotate(
    posts: common.Posts,
    output: common.Output = "-",
    workers: common.Workers = 1,
    *,
    tokens: Annotated[bool, typer.Option("--tokens", help="Keep sentences with their words.")] = False,
    skip_bad: common.SkipBad = False,
    dry_run: common.DryRun = False,
    workspace: common.Workspace = None,
) -> None:
    """Annotate posts: relevance, sentiment, entities, statements, facts, personal data."""
    from miner import pipeline
    from miner.jsonl import Skipped, read_posts, write_lines

    settings = common.settings(workspace)
    skipped = Skipped() if skip_bad else None
    if dry_run:
        common.rehearse(read_posts(posts, skipped=skipped), settings)
        return
    with common.progress() as shown:
        documents = pipeline.annotate(read_posts(posts, skipped=skipped), settings, workers=workers, tokens=tokens)
        write_lines(output, (d.to_json() for d in shown.follow("annotate", documents, total=lines(posts))))
    common.report(skipped)
    common.asked(settings)


def lines(path: str) -> int | None:
    """How many lines a file has; unknown for a stream."""
    if not Path(path).is_file():
        return None
    with open(path, "rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
