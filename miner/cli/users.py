"""`miner users`: who may work in the review room."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from miner.cli import _common as common
from miner.cli.store import opened
from miner.errors import BadInput

app = typer.Typer()
family = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(family, name="users", help="Who may work in the review room.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]
CLI = "miner users"


class Role(StrEnum):
    analyst = "analyst"
    researcher = "researcher"
    author = "author"
    admin = "admin"


Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")]


def _password() -> str:
    line = sys.stdin.readline()
    if not line:
        raise BadInput("--password-stdin: standard input is empty. Send the password as one line.")
    return line.rstrip("\r\n")


@family.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What this person does.")],
    password_stdin: Stdin = False,
    workspace: common.Workspace = None,
) -> None:
    """Add an account; without a password only an identity provider lets its owner in."""
    password = _password() if password_stdin else None
    with opened(workspace) as store:
        user = store.accounts.add(name, role.value, password)
        store.audit.write(CLI, "add", f"user:{user.name}", after={"role": user.role})
    typer.echo(f"{user.name}: {user.role}")


@family.command()
def token(
    name: Name,
    label: Annotated[str, typer.Option("--label", help="What the token is for.")] = "command line",
    workspace: common.Workspace = None,
) -> None:
    """Make a token for calls of the API in this person's name and print it; it is shown once."""
    with opened(workspace) as store:
        made = store.accounts.make_token(name, label)
        store.audit.write(CLI, "make-token", f"user:{name}", after={"label": label})
    typer.echo(made)


@family.command()
def change(
    name: Name,
    role: Annotated[Role | None, typer.Option("--role", help="Another role.")] = None,
    password_stdin: Stdin = False,
    disabled: Annotated[
        bool | None, typer.Option("--close/--open", help="Close the account, or open it again.")
    ] = None,
    workspace: common.Workspace = None,
) -> None:
    """Change a role or a password, close an account or open it again."""
    password = _password() if password_stdin else None
    with opened(workspace) as store:
        before = store.accounts.get(name)
        user = store.accounts.change(name, role=role.value if role else None, password=password, disabled=disabled)
        told = {"role": user.role, "disabled": user.disabled_at is not None}
        was = {"role": before.role, "disabled": before.disabled_at is not None}
        store.audit.write(CLI, "change", f"user:{user.name}", before=was, after=told)
    typer.echo(f"{user.name}: {user.role}{', closed' if user.disabled_at else ''}")


@family.command("list")
def list_(workspace: common.Workspace = None) -> None:
    """List the accounts with their roles."""
    with opened(workspace) as store:
        for user in store.accounts.list():
            seen = f"{user.visited_at:%Y-%m-%d}" if user.visited_at else "never seen"
            typer.echo(f"{user.name}\t{user.role}\t{seen}{chr(9) + 'closed' if user.disabled_at else ''}")
