"""The service: rooms for people, the API under /api/v1, and what a supervisor asks.

A file of ``routes`` or ``api`` with a ``router`` is a part of the app: its presence is its registration.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from miner import __version__
from miner.errors import MinerError
from miner.settings import Settings
from miner.web import api, problems, routes
from miner.web.delivery import Postman
from miner.web.desk import Desk
from miner.web.safety import Safely

HERE = Path(__file__).parent
API = "/api/v1"
ABOUT = (
    "Всё, что делают страницы miner. Токен: `miner users token ИМЯ`, заголовок `Authorization: Bearer …`. "
    "Ошибки – RFC 9457, страницы – курсором `next`, версии – `ETag` и `If-Match`, повторы – `Idempotency-Key`."
)


def create_app(workspace: Path, settings: Settings, url: str | None = None) -> FastAPI:
    """The app over a workspace's store."""
    desk = Desk(workspace, settings, url)
    app = FastAPI(
        title="miner",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        lifespan=_lifespan,
    )
    app.state.desk = desk
    app.mount("/static", Static(directory=HERE / "static"), name="static")
    problems.register(app)
    for module in members(routes):
        app.include_router(module.router, include_in_schema=False)
    resources = APIRouter(prefix=API, responses=problems.described(400, 401, 403, 409, 413, 422, 429, 503))
    for module in members(api):
        resources.include_router(module.router)
    app.include_router(resources)
    _add_sign_in(app, settings)
    app.add_middleware(Safely)
    return app


def members(family: ModuleType) -> Iterator[Any]:
    """The files of a package that have a ``router``."""
    for found in pkgutil.iter_modules(family.__path__):
        module = importlib.import_module(f"{family.__name__}.{found.name}")
        if hasattr(module, "router"):
            yield module


class Static(StaticFiles):
    """Files whose address says their version may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    _say_how_to_begin(desk)
    threading.Thread(target=_warm, args=(desk,), daemon=True, name="warm").start()
    with Postman(desk):
        yield
    desk.close()


def _say_how_to_begin(desk: Desk) -> None:
    """Print the one-time link that makes the first administrator, while nobody has an account."""
    with contextlib.suppress(MinerError):  # a store that doesn't answer yet is told by /readyz
        secret = desk.store.accounts.setup_secret()
        if secret:
            web = desk.settings.web
            print(
                f"miner: nobody has an account yet. This link makes the administrator, once, within a day:\n"
                f"  http://{web.host}:{web.port}/setup/{secret}",
                file=sys.stderr,
                flush=True,
            )


def _warm(desk: Desk) -> None:
    """Load the language model before the first person edits a line."""
    from miner import pipeline

    with desk.language:
        pipeline.private("Надоело ждать")


def _add_sign_in(app: FastAPI, settings: Settings) -> None:
    if settings.web.oidc_issuer:
        from miner.web.oidc import add_sign_in

        add_sign_in(app, settings.web)
