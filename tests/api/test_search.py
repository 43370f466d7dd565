"""Search over HTTP."""

import pytest
from httpx import AsyncClient

from medrag.pipeline import Medrag
from medrag_api.schemas import responses

pytestmark = pytest.mark.anyio


async def test_hits_are_those_of_the_library(client: AsyncClient, rag: Medrag) -> None:
    response = await client.post("/v1/search", json={"question": "降圧目標", "k": 3})
    assert response.status_code == 200
    found = response.json()
    assert found["hits"] == [hit.to_dict() for hit in rag.search("降圧目標", k=3)]
    assert found["generation"] == rag.index.generation
    responses.SearchResult.model_validate_json(response.content, strict=True)


async def test_filters_hold(client: AsyncClient) -> None:
    given = {"question": "推奨", "filters": {"society": "架空腎臓学会"}}
    found = (await client.post("/v1/search", json=given)).json()
    assert {hit["document_id"] for hit in found["hits"]} == {"ckd-2023"}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, "#/question"),
        ({"question": 75}, "#/question"),
        ({"question": "目標", "k": 0}, "#/k"),
        ({"question": "目標", "k": 201}, "#/k"),
        ({"question": "目標", "k": True}, "#/k"),
        ({"question": "目標", "as_of": 20261101}, "#/as_of"),
        ({"question": "目標", "as_of": "2026/11/01"}, "#/as_of"),
        ({"question": "目標", "filters": {"society": 1}}, "#/filters/society"),
        ({"question": "目標", "top_k": 3}, "#/top_k"),
    ],
)
async def test_a_wrong_request_is_told_where(
    client: AsyncClient, given: dict[str, object], place: str
) -> None:
    response = await client.post("/v1/search", json=given)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [place]


@pytest.mark.parametrize(
    "given",
    [
        {"question": "目標", "as_of": "2026-02-30"},
        {"question": "目標", "filters": {"colour": "red"}},
        {"question": " 　\n"},
        {"question": "高" * 4001},
    ],
)
async def test_what_only_the_library_can_refuse_comes_with_a_hint(
    client: AsyncClient, given: dict[str, object]
) -> None:
    response = await client.post("/v1/search", json=given)
    assert response.status_code == 422
    assert response.json()["error"] == "QuestionError"
    assert response.json()["hint"]
