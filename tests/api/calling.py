"""A client of an application in this process."""

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient


def calling(app: FastAPI) -> AsyncClient:
    """Requests go straight to `app`; its lifespan is the caller's to run."""
    return AsyncClient(transport=ASGITransport(app=app), base_url="http://medrag")
