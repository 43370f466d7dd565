"""What the routes share: the one Medrag behind the service, and the work in progress."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from medrag.pipeline import Medrag

from .lifetime import Work


def share(app: FastAPI, rag: Medrag) -> None:
    """Make `rag` what the routes of `app` ask."""
    app.state.rag = rag
    app.state.work = Work()


def rag_of(app: FastAPI) -> Medrag:
    """What the routes of `app` ask."""
    rag: Medrag = app.state.rag
    return rag


def work_of(app: FastAPI) -> Work:
    """What the routes of `app` are doing."""
    work: Work = app.state.work
    return work


async def _rag(request: Request) -> Medrag:
    return rag_of(request.app)


async def _work(request: Request) -> Work:
    return work_of(request.app)


Rag = Annotated[Medrag, Depends(_rag)]
InProgress = Annotated[Work, Depends(_work)]
