"""`miner serve`: the pages."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from miner.cli import _common as common

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; 127.0.0.1 unless set.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 8080 unless set.")] = None,
    workspace: common.Workspace = None,
) -> None:
    """Serve the portraits of the workspace's client groups."""
    import uvicorn

    from miner.settings import workspace_path
    from miner.web.app import create_app

    settings = common.settings(workspace)
    made = create_app(workspace_path(workspace), settings, os.environ.get("MINER_DATABASE_URL"))
    uvicorn.run(
        made, host=host or settings.web.host, port=settings.web.port if port is None else port, log_level="info"
    )
