"""`miner topics`: texts to topics with permanent ids."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from miner.cli import _common as common

app = typer.Typer()


class Level(StrEnum):
    post = "post"
    statement = "statement"


@app.command()
def topics(
    posts: common.Posts,
    output: common.Output = "-",
    level: Annotated[Level, typer.Option("--level", help="What the topics are made of.")] = Level.post,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="TOPICS.json", help="An earlier answer whose topics go on.")
    ] = None,
    *,
    quality: Annotated[
        bool, typer.Option("--quality", help="Measure coherence, separation and stability of each topic; slower.")
    ] = False,
    skip_bad: common.SkipBad = False,
    workspace: common.Workspace = None,
) -> None:
    """Group texts into topics; with an earlier answer, topics keep their ids and the lineage is told."""
    from miner import pipeline
    from miner.jsonl import write_json

    settings = common.settings(workspace)
    found = common.read(posts, skip_bad=skip_bad)
    write_json(output, pipeline.topics(found, settings, level=level.value, previous=previous, quality=quality))
