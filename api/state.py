"""What the routes share: the one Medrag behind the service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from medrag.pipeline import Medrag


def share(app: FastAPI, rag: Medrag) -> None:
    """Make `rag` what the routes of `app` ask."""
    app.state.rag = rag


def shared(app: FastAPI) -> Medrag:
    """What the routes of `app` ask."""
    rag: Medrag = app.state.rag
    return rag


async def _rag(request: Request) -> Medrag:
    return shared(request.app)


Rag = Annotated[Medrag, Depends(_rag)]
