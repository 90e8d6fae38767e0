"""Commands on a workspace: import, refresh, export, forget, db."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from miner.cli import _common as common

if TYPE_CHECKING:
    from miner.settings import Settings
    from miner.store import Store

app = typer.Typer()
db = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(db, name="db", help="Bring the workspace's database to a version, or keep a copy of it.")


class What(StrEnum):
    posts = "posts"
    statements = "statements"
    candidates = "candidates"


def opened(workspace: Path | None, *, check: bool = True) -> Store:
    from miner.settings import workspace_path
    from miner.store import open_store

    return open_store(workspace_path(workspace), os.environ.get("MINER_DATABASE_URL"), check=check)


@app.command("import")
def import_(posts: common.Posts, *, skip_bad: common.SkipBad = False, workspace: common.Workspace = None) -> None:
    """Import posts into the workspace's store; posts that are there already are told apart by their text."""
    from miner.jsonl import Skipped, read_posts

    skipped = Skipped() if skip_bad else None
    with opened(workspace) as store, common.progress() as shown:
        added = store.posts.add(shown.follow("import", read_posts(posts, skipped=skipped)))
    common.report(skipped)
    typer.echo(f"{added.new} new, {added.changed} changed, {added.same} known")


@app.command()
def refresh(
    groups: Annotated[list[str] | None, typer.Argument(metavar="[GROUP…]", help="All groups if left out.")] = None,
    workers: common.Workers = 1,
    *,
    dry_run: common.DryRun = False,
    workspace: common.Workspace = None,
) -> None:
    """Annotate new posts, and mine again the groups that they touch."""
    from miner import refreshing

    settings = common.settings(workspace)
    with opened(workspace) as store, common.progress() as shown:
        if dry_run:
            waiting = refreshing.pending(store, settings, groups or ())
            common.rehearse(waiting, settings)
            return
        touched = refreshing.update(store, settings, shown.follow, groups=groups or (), workers=workers)
    common.asked(settings)
    typer.echo(f"mined again: {', '.join(touched)}" if touched else "nothing new")


@app.command()
def export(
    what: Annotated[What, typer.Argument(help="What to write.")],
    output: common.Output = "-",
    group: Annotated[str | None, typer.Option("--group", help="One group only.")] = None,
    workspace: common.Workspace = None,
) -> None:
    """Write posts, statements or candidates of the store as lines of JSON, personal data hidden."""
    from miner.jsonl import write_lines

    with opened(workspace) as store:
        count = write_lines(output, _lines(store, what, group, common.settings(workspace)))
    common.note(f"{count} {what.value}" + ("" if output == "-" else f" in {output}"))


def _lines(store: Store, what: What, group: str | None, settings: Settings) -> Iterator[dict[str, Any]]:
    from miner import pipeline

    if what is What.candidates:
        for name in [group] if group else sorted(store.candidates.groups()):
            mined = store.candidates.of(name)
            yield from ({"group": name, **c.to_json()} for c in (mined.candidates if mined else ()))
        return
    version = pipeline.version(settings)
    for post, document in store.documents.of_group(group, version) if group else store.documents.all(version):
        if what is What.posts:
            yield post.to_json()
        else:
            yield from ({"doc_id": post.id, "group": post.group, **s.to_json()} for s in document.statements)


@app.command()
def forget(
    author: Annotated[str, typer.Argument(metavar="AUTHOR", help="An author's key, or NAME@SOURCE.")],
    workspace: common.Workspace = None,
) -> None:
    """Remove every trace of an author from the store."""
    with opened(workspace) as store:
        typer.echo(str(store.forget(author)))


@db.command()
def upgrade(workspace: common.Workspace = None) -> None:
    """Bring the database to this miner's version."""
    with opened(workspace, check=False) as store:
        typer.echo(store.upgrade())


@db.command()
def downgrade(
    to: Annotated[str, typer.Argument(metavar="VERSION", help="The version to go back to, or base.")],
    workspace: common.Workspace = None,
) -> None:
    """Take the database back to an older version."""
    with opened(workspace, check=False) as store:
        typer.echo(store.downgrade(to))


@db.command()
def backup(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    workspace: common.Workspace = None,
) -> None:
    """Keep a whole copy of the database while it is in use."""
    with opened(workspace, check=False) as store:
        typer.echo(str(store.backup(output)))
