"""Limits on the body of a request."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from medrag.pipeline import Medrag
from medrag_api.app import create_app
from medrag_api.limits import BODY_BYTES
from tests.api.calling import calling

pytestmark = pytest.mark.anyio


def body(length: int) -> bytes:
    """A valid request of so many bytes."""
    start, end = '{"question": "降圧目標は?"'.encode(), b"}"
    return start + b" " * (length - len(start) - len(end)) + end


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for position in range(0, len(content), 100):
        yield content[position : position + 100]


JSON = {"Content-Type": "application/json"}


async def test_a_body_of_the_limit_is_read_and_one_byte_more_is_not(rag: Medrag) -> None:
    async with calling(create_app(rag, body_limit=1000)) as client:
        assert (await client.post("/v1/ask", content=body(1000), headers=JSON)).status_code == 200
        refused = await client.post("/v1/ask", content=body(1001), headers=JSON)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_body_that_does_not_announce_its_length_is_counted(rag: Medrag) -> None:
    async with calling(create_app(rag, body_limit=1000)) as client:
        read = await client.post("/v1/ask", content=pieces(body(1000)), headers=JSON)
        refused = await client.post("/v1/ask", content=pieces(body(1001)), headers=JSON)
    assert (read.status_code, refused.status_code) == (200, 413)


async def test_the_limit_holds_by_default(client: AsyncClient) -> None:
    response = await client.post("/v1/ask", content=body(BODY_BYTES + 1), headers=JSON)
    assert response.status_code == 413
