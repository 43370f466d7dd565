"""Documents and passages of the index, so that a citation can be followed to its source.

An id may hold `#` and other signs: percent-encode it in the path.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query

from medrag.answer import NOTICE
from medrag.documents.document import Document
from medrag.documents.guideline import Grade
from medrag.documents.rights import quotable
from medrag.index.index import Index
from medrag.pipeline import Medrag

from ..schemas import responses
from ..schemas.requests import Identifier
from ..state import Rag
from ..wire import Json

router = APIRouter(prefix="/v1", tags=["documents"])


@router.get("/documents", response_model=responses.Documents)
async def documents(
    rag: Rag,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Json:
    """List the documents."""
    return Json(await asyncio.to_thread(_listed, rag, limit, offset))


@router.get("/documents/{document_id:path}", response_model=responses.Document)
async def document(document_id: Identifier, rag: Rag) -> Json:
    """Give a document with its outline, and its text where it may be passed on whole."""
    return Json(await asyncio.to_thread(_document, rag, document_id))


@router.get("/passages/{passage_id:path}", response_model=responses.Passage)
async def passage(passage_id: Identifier, rag: Rag) -> Json:
    """Give a passage."""
    return Json(await asyncio.to_thread(_passage, rag, passage_id))


def _listed(rag: Medrag, limit: int, offset: int) -> dict[str, Any]:
    every = rag.index.documents
    return {
        "generation": rag.index.generation,
        "total": len(every),
        "documents": [
            _summary(every[identifier]) for identifier in islice(every, offset, offset + limit)
        ],
        "notice": NOTICE,
    }


def _document(rag: Medrag, identifier: str) -> dict[str, Any]:
    found = rag.index.document(identifier)
    return {
        **_summary(found),
        "generation": rag.index.generation,
        "characters": len(found.text),
        "sha256": found.source.sha256,
        "media_type": found.source.media_type,
        "pages": [
            {"number": page.number, "label": page.label, "start": page.start, "end": page.end}
            for page in found.pages
        ],
        "sections": [
            {
                "path": list(section.path),
                "kind": section.kind,
                "start": section.start,
                "end": section.end,
            }
            for section in found.sections
        ],
        "warnings": [{"code": note.code, "message": note.message} for note in found.notices],
        "text": found.text if _may_be_passed_on(found) else None,
        "notice": NOTICE,
    }


def _may_be_passed_on(found: Document) -> bool:
    """Whether nothing in its manifest forbids to give the text whole."""
    return found.metadata.get("redistribute") != "false" and "quote_limit" not in found.metadata


def _summary(found: Document) -> dict[str, Any]:
    return {
        "document_id": found.id,
        "title": found.title,
        "society": found.society,
        "edition": found.edition,
        "published": found.published.isoformat() if found.published else None,
        "supersedes": found.supersedes,
        "language": found.language,
        "licence": found.licence,
        "url": found.url,
    }


def _passage(rag: Medrag, identifier: str) -> dict[str, Any]:
    index: Index = rag.index
    found = index.passage(identifier)
    document = index.documents[found.document_id]
    limit = document.metadata.get("quote_limit")
    text = quotable(found.text, None if limit is None else int(limit))
    return {
        "generation": index.generation,
        "passage_id": found.id,
        "document_id": found.document_id,
        "title": document.title,
        "text": text,
        "start": found.start,
        "end": found.start + len(text),
        "page": found.page,
        "section": list(found.section),
        "kind": found.kind,
        "cq": found.cq,
        "polarity": found.polarity,
        "strength": _grade(found.strength),
        "certainty": _grade(found.certainty),
        "notice": NOTICE,
    }


def _grade(grade: Grade | None) -> dict[str, str] | None:
    return {"raw": grade.raw, "scheme": grade.scheme} if grade else None
