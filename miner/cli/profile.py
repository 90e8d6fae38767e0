"""`miner profile`: build, export, endorse, import and watch over the portraits of client groups."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from miner.cli import _common as common
from miner.cli.store import opened

if TYPE_CHECKING:
    from miner.store import Store

app = typer.Typer()
family = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(family, name="profile", help="The portraits of client groups.")

Group = Annotated[str, typer.Argument(metavar="GROUP", help="A group's name in config/groups, its title or an alias.")]


Anyway = Annotated[
    bool, typer.Option("--anyway", help="Keep the words though they look like personal data; exports hide it.")
]


class Quotes(StrEnum):
    whole = "whole"
    short = "short"
    paraphrased = "paraphrased"
    none = "none"


class Shape(StrEnum):
    a4 = "a4"
    slide = "slide"


class Action(StrEnum):
    accept = "accept"
    edit = "edit"
    reject = "reject"
    later = "later"
    undo = "undo"


class Kind(StrEnum):
    pain = "pain"
    desire = "desire"
    value = "value"


def _now() -> str:
    return dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")


def _today() -> str:
    return dt.datetime.now(tz=dt.UTC).date().isoformat()


def _name(store: Store, group: str) -> str:
    from miner import pipeline
    from miner.profiles import find_group

    return find_group(group, pipeline.groups_of(store)).name


@family.command()
def build(group: Group, workspace: common.Workspace = None) -> None:
    """Build the next version of a group's profile, as a draft, from what was mined and decided."""
    from miner import pipeline

    settings = common.settings(workspace)
    with opened(workspace) as store:
        made = store.profiles.save(pipeline.profile(store, _name(store, group), settings, made=_today()))
    typer.echo(f"{made.group}: version {made.version}, {made.status}, {len(made.lines)} lines, {made.authors} people")


@family.command()
def export(
    group: Group,
    form: Annotated[str, typer.Option("--format", help="word, pdf, html, image, slides, excel, json or markdown.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write, or a folder.")],
    version: Annotated[int | None, typer.Option("--version", min=1, help="A version; the latest if left out.")] = None,
    quotes: Annotated[
        Quotes, typer.Option("--quotes", help="How people are quoted; short and paraphrased are found by no search.")
    ] = Quotes.whole,
    shape: Annotated[Shape, typer.Option("--shape", help="The page of an image.")] = Shape.a4,
    workspace: common.Workspace = None,
) -> None:
    """Write a profile as a file; a group without one gets its first draft."""
    from miner import pipeline

    settings = common.settings(workspace)
    with opened(workspace) as store:
        name = _name(store, group)
        made = store.profiles.version(name, version) if version else store.profiles.latest(name)
        if made is None:
            made = store.profiles.save(pipeline.profile(store, name, settings, made=_today()))
        options = {"shape": shape.value} if form == "image" else {}
        file = pipeline.export(made, form, output, quotes=quotes.value, **options)
    typer.echo(str(file))


@family.command()
def endorse(
    group: Group,
    version: Annotated[int, typer.Argument(metavar="VERSION", min=1, help="The version that becomes current.")],
    who: Annotated[str, typer.Option("--who", help="The person who endorses it.")],
    workspace: common.Workspace = None,
) -> None:
    """Make a version the current one; the one before is archived."""
    with opened(workspace) as store:
        made = store.profiles.endorse(_name(store, group), version, who)
    typer.echo(f"{made.group}: version {made.version} is {made.status}")


@family.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A profile exported with --format json, or an edited --format word one."),
    ],
    who: Annotated[str | None, typer.Option("--who", help="Who edited the Word document.")] = None,
    workspace: common.Workspace = None,
) -> None:
    """Import a profile as the next version of its group, a draft; edits of a Word document become decisions."""
    from miner import pipeline
    from miner.profiles.form import read_profile

    if file.suffix.lower() == ".docx" and not who:
        raise typer.BadParameter("an edited Word document needs the person who edited it.", param_hint="--who")
    with opened(workspace) as store:
        if who and file.suffix.lower() == ".docx":
            made = pipeline.import_word(store, file, common.settings(workspace), who=who, at=_now())
        else:
            made = store.profiles.save(read_profile(file))
    typer.echo(f"{made.group}: version {made.version}, {made.status}, {len(made.lines)} lines")


@family.command()
def members(
    group: Annotated[
        str | None, typer.Argument(metavar="[GROUP]", help="One group; counts of all if left out.")
    ] = None,
    workspace: common.Workspace = None,
) -> None:
    """Show who was assigned to a group by what they say of themselves: how sure, in which post, in which words."""
    from miner import pipeline

    with opened(workspace) as store:
        for row in pipeline.members(store, common.settings(workspace), _name(store, group) if group else None):
            typer.echo(row)


@family.command()
def compare(
    group: Group,
    other: Annotated[str, typer.Option("--with", metavar="VERSION|DATE", help="The earlier version, or its day.")],
    workspace: common.Workspace = None,
) -> None:
    """Tell what changed since an earlier version: new, grown, faded, gone and reworded lines."""
    from miner import pipeline

    with opened(workspace) as store:
        for line in pipeline.compare(store, _name(store, group), other):
            typer.echo(line)


@family.command()
def status(workspace: common.Workspace = None) -> None:
    """Show all groups: the ten-profile target, age, evidence, gaps."""
    from miner import pipeline

    with opened(workspace) as store:
        rows = list(pipeline.status(store, _today()))
    for row in rows:
        typer.echo(row)


@family.command()
def decide(
    action: Annotated[Action, typer.Argument(help="What is decided.")],
    candidate: Annotated[str, typer.Argument(metavar="CANDIDATE", help="Its id, as miner export candidates has it.")],
    who: Annotated[str, typer.Option("--who", help="The person who decides.")],
    text: Annotated[str | None, typer.Option("--text", help="The line in other words, for edit.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for those who come later.")] = None,
    *,
    anyway: Anyway = False,
    workspace: common.Workspace = None,
) -> None:
    """Accept, edit, reject or put off a candidate, or undo the last word on it; every later build obeys."""
    from miner import pipeline

    with opened(workspace) as store:
        made = pipeline.decide(
            store, action.value, candidate, who=who, at=_now(), anyway=anyway, text=text, reason=reason
        )
    typer.echo(f"{made.action} {made.target}")


@family.command("add-line")
def add_line(
    group: Group,
    kind: Annotated[Kind, typer.Argument(help="The column.")],
    text: Annotated[str, typer.Argument(help="The line.")],
    who: Annotated[str, typer.Option("--who", help="Whose experience it is.")],
    *,
    anyway: Anyway = False,
    workspace: common.Workspace = None,
) -> None:
    """Add a line from the staff's experience; it is marked as such."""
    with opened(workspace) as store:
        typer.echo(_told(store, "line", group=_name(store, group), who=who, anyway=anyway, kind=kind.value, text=text))


@family.command("add-fact")
def add_fact(
    group: Group,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="A characteristic of config/groups/_template.toml.")],
    text: Annotated[str, typer.Argument(help="What the staff know of it.")],
    who: Annotated[str, typer.Option("--who", help="Whose experience it is.")],
    *,
    anyway: Anyway = False,
    workspace: common.Workspace = None,
) -> None:
    """Complete a characteristic from the staff's experience; it is marked as such."""
    from miner import pipeline

    with opened(workspace) as store:
        name = _name(store, group)
        pipeline.characteristic(store, name, field)
        typer.echo(_told(store, "fact", group=name, who=who, anyway=anyway, field=field, text=text))


def _told(store: Store, what: str, *, who: str, anyway: bool, **data: Any) -> str:
    """Keep what the staff told; returns the id that undoes it."""
    import uuid

    from miner import pipeline

    target = f"{what}-{uuid.uuid4().hex[:12]}"
    pipeline.decide(store, "manual", target, who=who, at=_now(), anyway=anyway, **data)
    return target
