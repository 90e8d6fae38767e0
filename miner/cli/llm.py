"""`miner llm`: the consent of a workspace that masked posts go to a language model, and what that has cost."""

from __future__ import annotations

from typing import Annotated

import typer

from miner.cli import _common as common

app = typer.Typer()
family = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(family, name="llm", help="A language model behind an OpenAI-compatible address: consent and costs.")


@family.command()
def consent(
    who: Annotated[str, typer.Option("--who", metavar="NAME", help="Who agrees, for the workspace's record.")],
    workspace: common.Workspace = None,
) -> None:
    """Agree that this workspace's masked posts go to the address in the settings."""
    import datetime as dt

    from miner.errors import BadInput
    from miner.llm import FOLDER
    from miner.llm import consent as consents

    settings = common.settings(workspace)
    if not settings.llm.url:
        raise BadInput("llm.url is empty: there is nobody to agree to. Set MINER_LLM_URL, or llm.url in miner.toml.")
    if not who.strip():
        raise BadInput("--who is empty: a consent bears a name.")
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    given = consents.give(settings.home / FOLDER, settings.llm.url, who=who.strip(), at=at)
    typer.echo(f"{given.who} agreed: masked posts of {settings.home} may go to {given.place}")


@family.command()
def withdraw(workspace: common.Workspace = None) -> None:
    """Take the consent back; from the next call on nothing is sent."""
    from miner.llm import FOLDER
    from miner.llm import consent as consents

    there = consents.withdraw(common.settings(workspace).home / FOLDER)
    typer.echo("withdrawn" if there else "there was no consent")


@family.command()
def status(workspace: common.Workspace = None) -> None:
    """Show address, model, consent, what is switched on, and what was spent today."""
    import datetime as dt

    from miner.llm import FOLDER
    from miner.llm import consent as consents
    from miner.llm.answers import Answers

    settings = common.settings(workspace)
    home = settings.home / FOLDER
    given, answers = consents.given(home), Answers(home)
    calls, tokens = answers.spent(dt.datetime.now(dt.UTC).date().isoformat())
    rows = {
        "address": settings.llm.url or "none",
        "model": settings.llm.model or "none",
        "consent": f"{given.who}, {given.at}, to {given.place}" if given else "none",
        "statements.backend": settings.statements.backend,
        "themes.wording": settings.themes.wording,
        "answers kept": f"{answers.count():,}",
        "spent today": f"{calls:,} calls, {tokens:,} tokens",
    }
    for name, value in rows.items():
        typer.echo(f"{name:<20}{value}")
