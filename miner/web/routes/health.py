"""What a supervisor asks."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from miner import __version__
from miner.errors import MinerError
from miner.web.access import desk

router = APIRouter()


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """The store answers too."""
    try:
        desk(request).store.posts.stamp()
    except MinerError as error:
        return JSONResponse({"status": "not ready", "why": str(error)}, status_code=503)
    return JSONResponse({"status": "ready"})
