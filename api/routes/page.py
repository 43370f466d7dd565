"""The page at `/`: static files of its own, and the words that every surface shows."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from medrag.answer import labels

from ..wire import Json

FILES = Path(__file__).parent.parent / "page"

router = APIRouter(include_in_schema=False)


@router.get("/")
async def index() -> FileResponse:
    """The page."""
    return FileResponse(FILES / "index.html")


@router.get("/page/labels.json")
async def words() -> Json:
    """What verdicts, states, modes and editions are called."""
    return Json(
        {
            "verdicts": labels.VERDICTS,
            "differences": labels.DIFFERENCES,
            "review": labels.REVIEW,
            "statuses": labels.STATUSES,
            "modes": labels.MODES,
            "tiers": labels.TIERS,
            "editions": labels.EDITIONS,
            "nearest": labels.NEAREST,
        }
    )
