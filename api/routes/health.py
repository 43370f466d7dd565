"""Health: whether the process answers, and whether it can answer from its index."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from fastapi import APIRouter

from medrag.errors import MedragError

from .. import problems
from ..schemas import responses
from ..state import Rag
from ..wire import Json

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=responses.Health)
async def healthz() -> Json:
    """The process is alive."""
    return Json({"status": "ok"})


@router.get("/readyz", response_model=responses.Health)
async def readyz(rag: Rag) -> Json:
    """The index is open; 503 as long as it cannot be used."""
    try:
        generation = (await asyncio.to_thread(lambda: rag.index)).generation
    except MedragError as error:
        problems.log(error)
        return replace(problems.of(error), status=503).response()
    return Json({"status": "ready", "generation": generation})
