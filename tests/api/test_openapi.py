"""What the service says of itself."""

import pytest
from httpx import AsyncClient

from medrag import __version__
from medrag.answer import NOTICE

pytestmark = pytest.mark.anyio


async def test_openapi_says_that_it_is_for_research_only(client: AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert described["info"]["version"] == __version__
    assert NOTICE in described["info"]["description"]


async def test_openapi_names_every_route_and_its_problems(client: AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert {path: sorted(methods) for path, methods in described["paths"].items()} == {
        "/v1/ask": ["post"],
        "/v1/ask/stream": ["post"],
        "/v1/search": ["post"],
        "/v1/verify": ["post"],
        "/v1/documents": ["get"],
        "/v1/documents/{document_id}": ["get"],
        "/v1/passages/{passage_id}": ["get"],
        "/healthz": ["get"],
        "/readyz": ["get"],
    }
    for methods in described["paths"].values():
        for operation in methods.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert "200" in operation["responses"]


async def test_no_documentation_page_loads_scripts_from_elsewhere(client: AsyncClient) -> None:
    for path in ("/docs", "/redoc"):
        assert (await client.get(path)).status_code == 404
