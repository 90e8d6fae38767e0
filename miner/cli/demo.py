"""`miner demo`: the whole line on the bundled corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from miner.cli import _common as common

app = typer.Typer()


@app.command()
def demo(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Where profiles go; WORKSPACE/profiles if left out."),
    ] = None,
    workspace: common.Workspace = None,
) -> None:
    """Read the bundled corpus, annotate, cluster, map, and write a profile of each of its client groups."""
    from miner.demo import run
    from miner.settings import workspace_path

    home = workspace_path(workspace)
    with common.progress() as shown:
        made = run(home, output or home / "profiles", common.settings(workspace), _follow(shown))
    for line in made:
        typer.echo(line)


def _follow(shown: common.Progress) -> Any:
    def follow(stage: str, things: Any, total: int | None) -> Any:
        return shown.follow(stage, things, total)

    return follow
