"""`miner mine`: the main job on a file."""

from __future__ import annotations

from typing import Annotated

import typer

from miner.cli import _common as common

app = typer.Typer()


@app.command()
def mine(
    posts: common.Posts,
    group: Annotated[str, typer.Option("--group", help="The client group: its name in config/groups, or a new one.")],
    output: common.Output = "-",
    workers: common.Workers = 1,
    *,
    skip_bad: common.SkipBad = False,
    dry_run: common.DryRun = False,
    workspace: common.Workspace = None,
) -> None:
    """Mine posts of a client group: candidates for its profile, best first, and facts about its people."""
    from miner import pipeline
    from miner.jsonl import write_json

    settings = common.settings(workspace)
    found = common.read(posts, skip_bad=skip_bad)
    if dry_run:
        common.rehearse(found, settings, lambda made: pipeline.mine(zip(found, made, strict=True), group, settings))
        return
    with common.progress() as shown:
        annotated = pipeline.annotate(found, settings, workers=workers)
        documents = list(shown.follow("annotate", annotated, total=len(found)))
    mined = pipeline.mine(zip(found, documents, strict=True), group, settings)
    write_json(output, mined.to_json())
    for line in mined.notes:
        common.note(line)
    common.asked(settings)
