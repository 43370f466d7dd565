"""Verification: any text, checked against any passages."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter

from medrag.answer import NOTICE

from ..schemas import responses
from ..schemas.requests import Verification
from ..state import Rag
from ..wire import Json

router = APIRouter(prefix="/v1/verify", tags=["verify"])


@router.post("", response_model=responses.Report)
async def verify(given: Verification, rag: Rag) -> Json:
    """Check every claim of a text against the passages that it cites; needs no index."""
    passages = [{"id": passage.id, "text": passage.text} for passage in given.passages]
    report = await asyncio.to_thread(rag.verify, given.text, passages, question=given.question)
    return Json({**report.to_dict(), "notice": NOTICE})
