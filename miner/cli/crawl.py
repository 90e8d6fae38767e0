"""`miner crawl [SOURCE…]`: what is new at the sources comes into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli import _common as common
from miner.cli.store import opened

if TYPE_CHECKING:
    from miner.crawling import CrawlOutcome
    from miner.store import Store

app = typer.Typer()


@app.command()
def crawl(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE…]", help="All that aren't paused if left out.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Ask for everything again, to find edits and deletions in old threads.")
    ] = False,
    workspace: common.Workspace = None,
) -> None:
    """Crawl sources into the workspace's store; a crawl that was cut off goes on where it was."""
    from miner.crawling import crawl_now
    from miner.errors import MinerError

    settings = common.settings(workspace)
    failed = []
    with opened(workspace) as store, common.progress() as shown:
        for name in _wanted(store, sources or ()):
            if whole:
                store.crawls.clear(name)

            def say(text: str, name: str = name) -> None:
                shown.bar.console.print(f"{name}: {text}", markup=False, highlight=False)

            try:
                told = _told(crawl_now(store, name, settings, follow=shown.follow, say=say))
            except MinerError as error:
                # One source in trouble doesn't keep the others waiting.
                failed.append(f"{name}: {error}")
                continue
            typer.echo(told)
    if failed:
        raise MinerError("\n  ".join(["not crawled:", *failed]))


def _wanted(store: Store, given: list[str] | tuple[str, ...]) -> list[str]:
    from miner.errors import BadInput

    if not given:
        active = [source.name for source in store.sources.list() if source.paused_at is None]
        if not active:
            raise BadInput("no source to crawl. Add one: miner sources add NAME COLLECTOR TARGET.")
        return active
    for source in map(store.sources.get, given):
        if source.paused_at is not None:
            raise BadInput(
                f"source {source.name} is paused: {source.pause_reason}. Let it run again: "
                f"miner sources resume {source.name}."
            )
    return list(given)


def _told(outcome: CrawlOutcome) -> str:
    """What a crawl brought, in a line."""
    said = [
        f"{outcome.new} new, {outcome.changed} changed, {outcome.vanished} vanished posts from {outcome.pages} pages"
    ]
    if outcome.failed:
        said.append(f"{outcome.failed} addresses gave nothing (miner sources show {outcome.source})")
    if outcome.unfinished:
        said.append(f"{outcome.due} addresses left: {outcome.unfinished}")
    return f"{outcome.source}: {'; '.join(said)}"
