"""`miner train`: the small models that travel with miner, made again from annotated texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from miner.cli import _common as common

app = typer.Typer()
family = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(family, name="train", help="Train a model of the pipeline on annotated texts.")

Corpora = Annotated[list[Path], typer.Argument(metavar="CORPUS.jsonl…", help="Annotated posts.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where the model goes; models/NAME if left out.")
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed and data give the same model.")]


@family.command()
def statements(
    corpora: Corpora,
    out: Out = None,
    seed: Seed = 42,
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", metavar="NAME", help="A transformer by hub name or folder, for a head on it."),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            "--with-decisions", metavar="FILE.jsonl", help="Statements that people accepted, rejected, relabelled."
        ),
    ] = None,
    *,
    teacher: Annotated[
        bool, typer.Option("--teacher", help="Let a language model label some of your posts first, once.")
    ] = False,
    posts: Annotated[
        str | None, typer.Option("--posts", metavar="POSTS.jsonl", help="The posts that the teacher labels some of.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many posts the teacher labels.")] = 500,
    check: Annotated[
        int, typer.Option("--check", min=0, help="How many texts of the corpora it reads, to be compared with people.")
    ] = 100,
    dry_run: common.DryRun = False,
    workspace: common.Workspace = None,
) -> None:
    """Train the model that finds pains, desires and values."""
    from miner.errors import BadInput
    from miner.settings import resources

    if teacher != (posts is not None) or (dry_run and not teacher):
        raise BadInput("--teacher and --posts POSTS.jsonl go together, and --dry-run with them. Give both, or neither.")
    lesson = None
    if posts is not None:
        from miner.llm import rehearsal
        from miner.nlp.training import teacher as teaching

        settings = common.settings(workspace)
        if dry_run:
            with rehearsal() as counted:
                teaching.lesson(posts, corpora, settings, limit=limit, check=check, seed=seed)
            typer.echo(counted[0].told())
            return
        lesson = teaching.lesson(posts, corpora, settings, limit=limit, check=check, seed=seed)
        common.told(settings)
    from miner.nlp.training import statements as training

    place = out or resources() / "models" / "statements"
    report = training.train(
        corpora, place, seed=seed, decisions=decisions, encoder=encoder, lesson=lesson, tell=common.note
    )
    typer.echo(json.dumps(report, ensure_ascii=False, indent=1))


@family.command()
def themes(corpora: Corpora, out: Out = None, seed: Seed = 42) -> None:
    """Train what knows well-known themes by their annotated statements."""
    from miner.topics import themes_training as training

    _train(training.train, "themes", corpora, out, seed)


@family.command()
def relevance(corpora: Corpora, out: Out = None, seed: Seed = 42) -> None:
    """Train the model that tells opinions from noise."""
    from miner.nlp.training import relevance as training

    _train(training.train, "relevance", corpora, out, seed)


@family.command()
def sentiment(corpora: Corpora, out: Out = None, seed: Seed = 42) -> None:
    """Train the model of tone."""
    from miner.nlp.training import sentiment as training

    _train(training.train, "sentiment", corpora, out, seed)


def _train(train: object, name: str, corpora: list[Path], out: Path | None, seed: int) -> None:
    from miner.settings import resources

    assert callable(train)
    typer.echo(train(corpora, out or resources() / "models" / name, seed=seed))
