"""`miner collect COLLECTOR TARGET…`: one-off collection without a database; each of the family is a command."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from miner.cli import _common as common

if TYPE_CHECKING:
    from miner.collectors import Collector, Flag


class Family(TyperGroup):
    """The commands of the group are the files of miner/collectors; their flags are their ``Options``."""

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        from miner.components import names

        return names("collectors")

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        del ctx
        from miner.components import load, names

        if cmd_name not in names("collectors"):
            raise unknown(cmd_name)
        return command(cmd_name, load("collectors", cmd_name))


app = typer.Typer()
family = typer.Typer(cls=Family, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(family, name="collect", help="Collect posts from an address or a file into POSTS.jsonl.")


@family.callback()
def collect() -> None:
    pass


def unknown(name: str) -> Exception:
    from miner.components import names
    from miner.errors import UnknownComponent

    return UnknownComponent(f"no collector named {name!r}. Known: {', '.join(names('collectors'))}.")


def command(name: str, collector: type[Collector]) -> Any:
    """A command with the collector's own flags."""
    from miner.collectors import flags, summary

    own = flags(collector.Options)

    def run(**given: Any) -> None:
        _run(name, collector, **given)

    run.__doc__ = summary(name)
    parameters = [
        _parameter("targets", Annotated[list[str], typer.Argument(metavar=f"{collector.target}…")]),
        _parameter("output", common.Output, "-"),
        _parameter(
            "suggest",
            Annotated[bool, typer.Option("--suggest", help="Print a draft of the mapping or selectors to correct.")],
            default=False,
        ),
        _parameter("workspace", common.Workspace, None),
        *(_option(flag) for flag in own),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    made = typer.Typer(rich_markup_mode=None, add_completion=False)
    made.command(name)(run)
    return typer.main.get_command(made)


def _option(flag: Flag) -> inspect.Parameter:
    names = (flag.flag,)
    kind: Any = {"text": str, "number": float, "switch": bool}[flag.kind]
    help_text = flag.help + (f" One of: {', '.join(flag.choices)}." if flag.choices else "")
    if flag.many:
        return _parameter(flag.name, Annotated[list[kind] | None, typer.Option(*names, help=help_text)], None)
    if flag.kind == "switch":
        return _parameter(flag.name, Annotated[bool, typer.Option(*names, help=help_text)], bool(flag.default))
    return _parameter(flag.name, Annotated[kind | None, typer.Option(*names, help=help_text)], None)


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _run(name: str, collector: type[Collector], **given: Any) -> None:
    from miner.collectors import Context, configure
    from miner.jsonl import write_lines

    targets, output, workspace = given.pop("targets"), given.pop("output"), given.pop("workspace")
    suggest = given.pop("suggest")
    options = configure(collector.Options, {key: value for key, value in given.items() if value not in (None, [])})
    heard: set[str] = set()

    def say(text: str) -> None:
        if text not in heard:
            heard.add(text)
            common.note(f"{name}: {text}")

    made = collector(targets, options, Context(hide=_hider(workspace), say=say))
    if suggest:
        typer.echo(made.suggest())
        return
    with common.progress() as shown:
        count = write_lines(output, (post.to_json() for post in shown.follow("collect", made.collect())))
    common.note(f"{count} posts" + ("" if output == "-" else f" in {output}"))


def _hider(workspace: Any) -> Any:
    from miner.settings import workspace_path
    from miner.store.keys import AuthorKeys

    keys = AuthorKeys(workspace_path(workspace))
    return keys.key
