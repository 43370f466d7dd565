"""Search: the passages that best match a question."""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter

from medrag.answer import NOTICE

from ..schemas import responses
from ..schemas.requests import Question
from ..state import Rag
from ..wire import Json

router = APIRouter(prefix="/v1/search", tags=["search"])


@router.post("", response_model=responses.SearchResult)
async def search(given: Question, rag: Rag) -> Json:
    """Find the passages that best match a question."""
    begun = time.perf_counter()
    hits, notices = await asyncio.to_thread(
        rag.rank, given.question, k=given.k, filters=given.filters, as_of=given.as_of
    )
    elapsed = round((time.perf_counter() - begun) * 1000, 3)
    return Json(
        {
            "question": given.question,
            "generation": rag.index.generation,
            "hits": [hit.to_dict() for hit in hits],
            "warnings": [{"code": note.code, "message": note.message} for note in notices],
            "timings_ms": {"search": elapsed},
            "notice": NOTICE,
        }
    )
