"""What the service is at, for those who watch: Prometheus's page, and runs as they go (server-sent events)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from miner.service import metrics, progress
from miner.web.access import AtDesk, Reader

router = APIRouter()


@router.get("/metrics")
def figures(at: AtDesk) -> Response:
    """Figures of the whole service. No names of people are among them; who may ask is the proxy's business."""
    return Response(metrics.page(at.store), media_type=metrics.CONTENT_TYPE)


@router.get("/events/runs")
async def runs(request: Request, at: AtDesk, who: Reader) -> StreamingResponse:
    """Every run that is due, under way or has just ended, then each change of one, as events named ``run``."""
    del who
    told = progress.events(at.store, gone=request.is_disconnected)
    return StreamingResponse(told, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
