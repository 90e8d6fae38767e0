"""`miner sources …`: where posts come from, how politely and on what legal basis they are asked for, and when."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from miner.cli import _common as common
from miner.cli.store import opened

if TYPE_CHECKING:
    from miner.store import Source, Store

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(group, name="sources", help="Say where posts come from; list, pause, resume and remove sources.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The source.")]
_KEYS = ("name", "collector", "targets", "group", "basis", "schedule", "timezone", "options", "selectors")
_SHOWN = 20


@group.command()
def add(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What the source is called here.")] = None,
    collector: Annotated[
        str | None, typer.Argument(metavar="COLLECTOR", help="Who reads it: miner collect --help lists them.")
    ] = None,
    targets: Annotated[list[str] | None, typer.Argument(metavar="TARGET…", help="Addresses or files.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE.toml", help="Read the source from a TOML file instead.")
    ] = None,
    client_group: Annotated[str | None, typer.Option("--group", help="Client group of its posts.")] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="Legal basis of collecting, for the ledger.")] = None,
    schedule: Annotated[str | None, typer.Option("--schedule", help="When the service crawls it.")] = None,
    timezone: Annotated[str | None, typer.Option("--timezone", help="Time zone of the schedule.")] = None,
    hours: Annotated[str | None, typer.Option("--hours", help="Hours in which it may be asked, such as 22-6.")] = None,
    delay: Annotated[float | None, typer.Option("--delay", help="Seconds between two requests to a host.")] = None,
    pages: Annotated[int | None, typer.Option("--pages", help="Budget of one crawl, in requests.")] = None,
    megabytes: Annotated[int | None, typer.Option("--megabytes", help="Budget of one crawl, in megabytes.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="An option of the collector; may be repeated."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Set up anew a source that is there already.")] = False,
    workspace: common.Workspace = None,
) -> None:
    """Add a source to the workspace."""
    from miner.errors import BadInput

    told = _from_file(file) if file else {}
    manners = {"hours": hours, "delay": delay, "pages": pages, "megabytes": megabytes}
    options = {**told.get("options", {}), **_options(option or ()), **_given(manners)}
    if "selectors" in told:
        options["selectors"] = told["selectors"]
    said = {"name": name, "collector": collector, "targets": targets or None, "group": client_group}
    raw = told | _given(said | {"basis": basis, "schedule": schedule, "timezone": timezone})
    for needed in ("name", "collector", "targets"):
        if not raw.get(needed):
            raise BadInput(f"no {needed} given. miner sources add NAME COLLECTOR TARGET…, or --file FILE.toml.")
    with opened(workspace) as store:
        source = _checked(raw | {"options": options}, common.settings(workspace))
        there = source.name in {known.name for known in store.sources.list()}
        (store.sources.change if replace and there else store.sources.add)(source)
    typer.echo(f"{source.name}: {source.collector} {' '.join(source.targets)}. Crawl it: miner crawl {source.name}")


@group.command("list")
def list_(workspace: common.Workspace = None) -> None:
    """List the sources: collector, group, posts' addresses known and due, state."""
    with opened(workspace) as store:
        rows = [("NAME", "COLLECTOR", "GROUP", "DONE", "DUE", "STATE"), *(_row(store, s) for s in store.sources.list())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@group.command()
def show(name: Name, workspace: common.Workspace = None) -> None:
    """Show a source: how it is set up, its last crawls, and the addresses that gave nothing, with the reasons."""
    with opened(workspace) as store:
        for line in _portrait(store, store.sources.get(name)):
            typer.echo(line)


@group.command()
def pause(
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who come later.")] = "by hand",
    workspace: common.Workspace = None,
) -> None:
    """Leave a source alone until it is resumed."""
    with opened(workspace) as store:
        store.sources.pause(name, reason)
    typer.echo(f"{name}: paused, {reason}")


@group.command()
def resume(name: Name, workspace: common.Workspace = None) -> None:
    """Let a source run again; its failures are forgiven."""
    with opened(workspace) as store:
        store.sources.resume(name)
    typer.echo(f"{name}: active")


@group.command()
def remove(name: Name, workspace: common.Workspace = None) -> None:
    """Crawl a source no more. Its posts stay."""
    with opened(workspace) as store:
        store.sources.remove(name)
    typer.echo(f"{name}: removed; its posts stay")


def _given(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if value is not None}


def _options(given: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs; a name that comes twice has a list."""
    from miner.errors import BadInput

    found: dict[str, Any] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"--option {pair!r}: NAME=VALUE is needed, such as depth=3.")
        key = name.strip().removeprefix("--").replace("-", "_")
        before = found.get(key)
        found[key] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return found


def _from_file(path: Path) -> dict[str, Any]:
    """A source as config/sources/example.toml has it; its name is the file's when it names none."""
    from miner.errors import BadInput

    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}. Give an existing file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: no TOML: {error}. See config/sources/example.toml.") from error
    for key, value in raw.items():
        if key not in _KEYS:
            raise BadInput(f"{path}: {key}: no such key. Known: {', '.join(_KEYS)}.")
        wanted = list if key == "targets" else dict if key in ("options", "selectors") else str
        if not isinstance(value, wanted):
            raise BadInput(f"{path}: {key} = {value!r}: {_WORDS[wanted]} is needed.")
    return {"name": path.stem} | raw


_WORDS: dict[type, str] = {list: "a list of strings", dict: "a table", str: "a string"}


def _checked(raw: Mapping[str, Any], settings: Any) -> Source:
    """The source, when its collector, options and targets can be used."""
    from miner.crawling import set_up
    from miner.errors import BadInput
    from miner.fetch import Guard
    from miner.store import Source

    targets = tuple(_place(str(target)) for target in raw["targets"])
    options = {name: _place(value) if isinstance(value, str) else value for name, value in raw["options"].items()}
    told = {key: value for key, value in raw.items() if key != "selectors"} | {"targets": targets}
    source = Source(**told | {"options": options})
    _, made = set_up(source)
    guard = Guard((*settings.fetch.allow_hosts, *getattr(made, "allow_host", ())))
    for target in targets:
        if "://" in target:
            try:
                guard.check(target)
            except Exception as error:
                raise BadInput(str(error)) from error
    kept = made.model_dump(mode="json", exclude_unset=True, exclude={"group", "basis"})
    return Source(**told | {"options": kept})


def _place(value: str) -> str:
    """A file is named from the root, since the service may be started elsewhere."""
    return str(Path(value).resolve()) if "://" not in value and Path(value).is_file() else value


def _state(source: Source) -> str:
    if source.paused_at is not None:
        return f"paused: {source.pause_reason}"
    return f"{source.failures} failures in a row" if source.failures else "active"


def _row(store: Store, source: Source) -> tuple[str, ...]:
    counts = store.crawls.counts(source.name)
    figures = (str(counts["done"]), str(counts["due"]))
    return (source.name, source.collector, source.group or "-", *figures, _state(source))


def _portrait(store: Store, source: Source) -> Iterator[str]:
    yield f"{source.name}: {source.collector} {' '.join(source.targets)}"
    for name in ("group", "basis", "schedule", "timezone"):
        if value := getattr(source, name):
            yield f"{name}: {value}"
    for name, value in source.options.items():
        yield f"{name}: {value}"
    yield f"state: {_state(source)}"
    counts = store.crawls.counts(source.name)
    yield f"addresses: {counts['done']} done, {counts['due']} due, {counts['failed']} gave nothing"
    for run in store.runs.recent("crawl", source.name, 5):
        figures = ", ".join(f"{value} {name}" for name, value in run.counts.items())
        begun = run.started_at or run.due_at
        yield f"crawl of {begun:%Y-%m-%d %H:%M} UTC: {run.error or run.status}{f' ({figures})' if figures else ''}"
    failures = list(store.crawls.failures(source.name).values())
    yield from (f"  {reason}" for reason in failures[:_SHOWN])
    if len(failures) > _SHOWN:
        yield f"  and {len(failures) - _SHOWN} more"
