"""`miner serve`, `miner worker`, `miner runs`: the service, its hands, and what they are at."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from miner.cli import _common as common

if TYPE_CHECKING:
    from miner.settings import Settings

app = typer.Typer()
# A page that follows the runs never ends by itself.
QUIETLY: dict[str, Any] = {"log_config": None, "access_log": False, "timeout_graceful_shutdown": 5}


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; 127.0.0.1 unless set.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 8080 unless set.")] = None,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Whether a worker runs beside the pages.")
    ] = True,
    workspace: common.Workspace = None,
) -> None:
    """Serve the pages and the API; run the schedule and a worker beside them."""
    import uvicorn

    from miner.service import logs
    from miner.service.supervisor import beside
    from miner.settings import workspace_path
    from miner.web.app import create_app

    settings = common.settings(workspace)
    home = workspace_path(workspace)
    with _alone(home):
        _check(home, settings)
        logs.set_up()
        if host is not None or port is not None:
            given = {"host": host or settings.web.host, "port": settings.web.port if port is None else port}
            settings = settings.model_copy(update={"web": settings.web.model_copy(update=given)})
        made = create_app(home, settings, os.environ.get("MINER_DATABASE_URL"))
        with beside(home, settings, worker=worker):
            uvicorn.run(made, host=settings.web.host, port=settings.web.port, **QUIETLY)


@app.command("worker")
def work(workspace: common.Workspace = None) -> None:
    """Do what is due – crawls, annotation, topics, candidates, upkeep – until stopped."""
    from miner.settings import workspace_path
    from miner.worker import main

    settings = common.settings(workspace)
    home = workspace_path(workspace)
    _check(home, settings)
    main(home, settings)


@app.command()
def runs(
    follow: Annotated[bool, typer.Option("--follow", help="Stay, and show every change until Ctrl-C.")] = False,
    workspace: common.Workspace = None,
) -> None:
    """Show what is due, under way and done, with its progress."""
    from miner.cli.store import opened
    from miner.service import progress

    with opened(workspace) as store:
        for changed in progress.changes(store):
            for run in changed:
                typer.echo(progress.line(run))
            if not follow:
                return


def _check(home: Path, settings: Settings) -> None:
    """Say what is wrong before anything is started: the database, the queue's address, the schedule of refits."""
    from miner.service.bell import Bell
    from miner.service.scheduler import of_settings
    from miner.store import open_store

    open_store(home, os.environ.get("MINER_DATABASE_URL")).close()
    Bell(home)
    if settings.service.refit:
        of_settings(settings)


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One service on an SQLite workspace; services on PostgreSQL share."""
    from miner.service.lock import alone
    from miner.store.database import database_of

    database = database_of(home, os.environ.get("MINER_DATABASE_URL"))
    shared = not database.is_sqlite
    database.close()
    with contextlib.nullcontext() if shared else alone(home):
        yield
