"""Alive, and ready."""

from pathlib import Path

import pytest
from httpx import AsyncClient

from medrag.pipeline import Medrag
from medrag.settings import Settings
from medrag_api.app import create_app
from tests.api.calling import calling

pytestmark = pytest.mark.anyio


async def test_a_service_with_an_index_is_ready(client: AsyncClient, rag: Medrag) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert ready.json() == {"status": "ready", "generation": rag.index.generation}


async def test_a_service_without_an_index_is_alive_and_not_ready(tmp_path: Path) -> None:
    app = create_app(Medrag(settings=Settings(), index=tmp_path / "none"))
    async with app.router.lifespan_context(app), calling(app) as client:
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["error"] == "IndexNotFound"


async def test_the_index_is_open_once_the_service_has_started(sample_index: Path) -> None:
    rag = Medrag(settings=Settings(), index=sample_index)
    app = create_app(rag)
    async with app.router.lifespan_context(app):
        assert "index" in rag.__dict__
    assert "index" not in rag.__dict__
