"""What commands share: their usual options, the progress bar, notes for the reader on standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from miner.jsonl import Skipped
    from miner.records import Document, Post
    from miner.settings import Settings

T = TypeVar("T")

Posts = Annotated[
    str, typer.Argument(metavar="POSTS.jsonl", help="Posts, one JSON object a line; - is standard input.")
]
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - is standard output.")]
Workspace = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="DIR", help="The workspace; MINER_WORKSPACE or ./var when left out."),
]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that annotate side by side.")]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Leave bad lines out and list them instead of stopping at the first.")
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Print how often a language model would be asked, and how many tokens that is."),
]


def settings(workspace: Path | None = None) -> Settings:
    from miner.settings import load_settings, workspace_path

    return load_settings(workspace_path(workspace) / "miner.toml")


def note(text: str) -> None:
    """A line for the person at the terminal; results go to standard output."""
    typer.echo(text, err=True)


def read(path: str, *, skip_bad: bool = False) -> list[Post]:
    """All posts of a file; what was left out is listed on standard error."""
    from miner.jsonl import Skipped, read_posts

    skipped = Skipped() if skip_bad else None
    posts = list(read_posts(path, skipped=skipped))
    report(skipped)
    return posts


def report(skipped: Skipped | None) -> None:
    if skipped is not None and skipped.lines:
        note(skipped.report())


def rehearse(posts: Iterable[Post], settings: Settings, then: Callable[[list[Document]], object] = bool) -> None:
    """Print how often a language model would be asked to annotate the posts, and for what comes ``then``."""
    from miner import pipeline
    from miner.llm import rehearsal

    with rehearsal() as counted, progress() as shown:
        then(list(shown.follow("annotate", pipeline.annotate(posts, settings))))
    typer.echo(counted[0].told() if counted else "the language model would not be asked: nothing is set to it")


def asked(settings: Settings) -> None:
    """Tell what a language model was asked, where one is set to be."""
    if "llm" in (settings.statements.backend, settings.themes.wording):
        told(settings)


def told(settings: Settings) -> None:
    """Tell what a language model was asked."""
    from miner.llm import connect

    note(connect(settings).told())


class Progress:
    """A bar with stage, rate and time left on standard error, drawn only where somebody looks."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.bar = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )

    def follow(self, stage: str, things: Iterable[T], total: int | None = None, unit: str = "/s") -> Iterator[T]:
        """Yield the things, moving the bar of ``stage`` by one each."""
        task = self.bar.add_task(stage, total=total, rate="")
        count = 0
        for count, thing in enumerate(things, 1):
            yield thing
            speed = self.bar.tasks[task].speed
            self.bar.update(task, completed=count, rate=f"{speed:,.0f}{unit}" if speed else "")
        self.bar.update(task, completed=count, total=count)


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    shown = Progress()
    with shown.bar:
        yield shown


Follow = Callable[..., Iterator[T]]
