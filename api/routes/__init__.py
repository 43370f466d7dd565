"""The routes, one file a noun."""

from __future__ import annotations

from fastapi import APIRouter

from . import ask, documents, health, page, search, verify

routers: tuple[APIRouter, ...] = (
    ask.router,
    search.router,
    verify.router,
    documents.router,
    health.router,
    page.router,
)
