"""The command line: one file per command, each a walk along the line that ``miner.pipeline`` draws.

A file here that has an ``app`` is a command, or a group of them. Nothing heavy is imported until a command runs.
"""

from __future__ import annotations

import importlib
import pkgutil
import signal
import sys
from typing import Any, NoReturn

import typer

from miner.errors import MinerError

INTERRUPTED = 130


def application() -> typer.Typer:
    """The whole command line, made of the files of this folder."""
    app = typer.Typer(
        name="miner",
        help="Mine open Russian-language opinions into evidence-backed pains, desires and values.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            found: Any = importlib.import_module(f"{__name__}.{module.name}")
            app.add_typer(found.app)
    return app


def _version(*, wanted: bool) -> None:
    if wanted:
        from miner import __version__

        typer.echo(f"miner {__version__}")
        raise typer.Exit


def _root(
    *,
    version: bool = typer.Option(
        False, "--version", callback=lambda value: _version(wanted=value), is_eager=True, help="Print the version."
    ),
) -> None:
    pass


def main() -> NoReturn:
    """Run the command line. Exit status: 0 done, 1 the work failed, 2 wrong use or bad input, 130 interrupted."""
    # A stop asked for by the system ends like Ctrl-C: outputs are whole or absent.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        application()(prog_name="miner")
    except MinerError as error:
        typer.echo(f"miner: {error}", err=True)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        typer.echo("miner: interrupted; nothing was left half-written", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does. Python would complain once more when it closes stdout.
        sys.stderr.close()
        sys.exit(1)
    sys.exit(0)


def _interrupt(number: int, frame: object) -> None:
    del number, frame
    raise KeyboardInterrupt
