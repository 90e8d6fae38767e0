"""`miner doctor`: what is in order, what is not, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer

from miner.cli import _common as common

app = typer.Typer()


@app.command()
def doctor(
    ask: Annotated[
        bool, typer.Option("--ask/--no-ask", help="Whether each source is asked for its page, once.")
    ] = True,
    workspace: common.Workspace = None,
) -> None:
    """Check settings, models, permissions, disk, database, queue, work and sources; say what to do about it."""
    from miner.doctor import examine

    findings = list(examine(workspace, ask=ask))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.good else 'FAIL'} {finding.what}: {finding.said}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
