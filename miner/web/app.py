"""The service: pages for people, and what a supervisor asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from miner import __version__, pipeline
from miner.errors import MinerError
from miner.settings import Settings

HERE = Path(__file__).parent
# The exported page brings its own style with it; nothing on a page of ours comes from elsewhere or runs inline.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
PORTRAIT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
SAFETY = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def create_app(workspace: Path, settings: Settings, url: str | None = None) -> FastAPI:
    """The app over a workspace's store."""
    app = FastAPI(title="miner", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    templates = Jinja2Templates(HERE / "templates")
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    def store() -> AbstractContextManager[Any]:
        from miner.store import open_store

        return open_store(workspace, url)

    @app.middleware("http")
    async def safely(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        for name, value in SAFETY.items():
            response.headers.setdefault(name, value)
        return response

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok", "version": __version__}

    @app.get("/readyz")
    def readyz() -> Response:
        """The store answers too."""
        try:
            with store() as opened:
                return JSONResponse({"status": "ready", "posts": opened.posts.count()})
        except MinerError as error:
            return JSONResponse({"status": "not ready", "why": str(error)}, status_code=503)

    @app.get("/", response_class=HTMLResponse)
    def groups(request: Request) -> Response:
        """The client groups of the workspace, each with a way to its portrait."""
        from miner.profiles import find_group

        with store() as opened:
            rows = [
                {
                    "name": name,
                    "title": find_group(name).title,
                    "posts": opened.posts.count(name),
                    "mined": when,
                }
                for name, when in sorted(opened.candidates.groups().items())
            ]
        return templates.TemplateResponse(request, "groups.html", {"groups": rows})

    @app.get("/profiles/{name}", response_class=HTMLResponse)
    def portrait(name: str) -> Response:
        """The portrait of a group, as it is exported."""
        from miner.exporters.html import page

        with store() as opened:
            if opened.candidates.of(name) is None:
                raise HTTPException(404, f"Группы «{name}» в этом рабочем месте нет.")
            today = dt.datetime.now(tz=dt.UTC).date().isoformat()
            made = pipeline.profile(opened, name, settings, made=today)
        return HTMLResponse(page(made), headers={"Content-Security-Policy": PORTRAIT_POLICY})

    return app
