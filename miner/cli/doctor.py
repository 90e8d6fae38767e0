"""`miner doctor`: what is in order, what is not, and what to do about it."""

from __future__ import annotations

import typer

from miner.cli import _common as common

app = typer.Typer()


@app.command()
def doctor(workspace: common.Workspace = None) -> None:
    """Check settings, workspace, database, models and disk; say what to do about what is amiss."""
    from miner.doctor import examine

    findings = list(examine(workspace))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.good else 'FAIL'} {finding.what}: {finding.said}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
