"""What Prometheus reads: /metrics."""

from fastapi import APIRouter, Depends, Request, Response

from engine.health.metrics import KIND
from web.doors import Watcher, room_of

router = APIRouter(dependencies=[Depends(Watcher())])


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    return Response(await room_of(request).desk.metrics(), media_type=KIND)
