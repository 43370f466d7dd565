"""Documents and passages over HTTP: a citation can be followed to its source."""

from pathlib import Path
from urllib.parse import quote

import pytest
from httpx import AsyncClient

from medrag.pipeline import Medrag
from medrag.pipeline.ingest import ingest
from medrag.settings import Settings
from medrag_api.app import create_app
from medrag_api.schemas import requests, responses
from tests.api.calling import calling

pytestmark = pytest.mark.anyio


async def test_the_documents_are_listed_in_pages(client: AsyncClient) -> None:
    response = await client.get("/v1/documents")
    every = responses.Documents.model_validate_json(response.content)
    assert every.total == len(every.documents) == 9
    assert "hypertension-2025" in {document.document_id for document in every.documents}
    second = (await client.get("/v1/documents", params={"limit": 2, "offset": 1})).json()
    assert second["total"] == 9
    assert [document["document_id"] for document in second["documents"]] == [
        document.document_id for document in every.documents[1:3]
    ]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", f"offset={10**30}"])
async def test_pages_that_cannot_be_are_refused(client: AsyncClient, query: str) -> None:
    response = await client.get(f"/v1/documents?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_document_comes_with_outline_and_text(client: AsyncClient, rag: Medrag) -> None:
    response = await client.get("/v1/documents/atrial-fibrillation-2024")
    document = responses.Document.model_validate_json(response.content)
    original = rag.index.document("atrial-fibrillation-2024")
    assert document.text == original.text
    assert document.characters == len(original.text)
    assert [page.number for page in document.pages] == [1, 2, 3, 4]
    assert [tuple(section.path) for section in document.sections] == [
        section.path for section in original.sections
    ]


async def test_a_passage_is_its_documents_text_at_its_span(client: AsyncClient) -> None:
    hit = (await client.post("/v1/search", json={"question": "降圧目標", "k": 1})).json()["hits"][0]
    response = await client.get(f"/v1/passages/{quote(hit['passage_id'], safe='')}")
    passage = responses.Passage.model_validate_json(response.content)
    document = (await client.get(f"/v1/documents/{hit['document_id']}")).json()
    assert passage.text == hit["text"]
    assert document["text"][passage.start : passage.end] == passage.text


async def test_a_text_that_must_not_be_passed_on_whole_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 架空の手引き\n\n目標は130/80 mmHg未満とする。\n", "utf-8")
    (tmp_path / "corpus.toml").write_text(
        '[[document]]\npath = "a.md"\nid = "手引き-第1版"\nredistribute = false\n', "utf-8"
    )
    ingest([tmp_path], index=tmp_path / "index", settings=Settings())
    with Medrag(settings=Settings(), index=tmp_path / "index") as rag:
        async with calling(create_app(rag)) as client:
            document = (await client.get(f"/v1/documents/{quote('手引き-第1版')}")).json()
    assert document["document_id"] == "手引き-第1版"
    assert document["text"] is None
    assert document["characters"] > 0


async def test_a_passage_is_shown_as_far_as_its_document_may_be_quoted(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 架空の手引き\n\n目標は130/80 mmHg未満とする。\n", "utf-8")
    (tmp_path / "corpus.toml").write_text('[[document]]\npath = "a.md"\nquote_limit = 5\n', "utf-8")
    ingest([tmp_path], index=tmp_path / "index", settings=Settings())
    with Medrag(settings=Settings(), index=tmp_path / "index") as rag:
        async with calling(create_app(rag)) as client:
            search = await client.post("/v1/search", json={"question": "目標"})
            hit = search.json()["hits"][0]
            passage = (await client.get(f"/v1/passages/{quote(hit['passage_id'], safe='')}")).json()
            document = (await client.get("/v1/documents/a")).json()
            answer = (await client.post("/v1/ask", json={"question": "目標は？"})).json()
    assert len(passage["text"]) == passage["end"] - passage["start"] == 5
    assert len(hit["text"]) == 5
    assert document["text"] is None
    assert all(len(citation["quote"]) <= 5 for citation in answer["citations"])


@pytest.mark.parametrize("kind", ["documents", "passages"])
async def test_an_id_that_the_index_does_not_hold_is_404(client: AsyncClient, kind: str) -> None:
    response = await client.get(f"/v1/{kind}/nothing-here")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["error"] == "NotInIndex"


@pytest.mark.parametrize("kind", ["documents", "passages"])
@pytest.mark.parametrize(
    "identifier",
    [
        "%2e%2e",
        "%2e%2e%2fx",
        "..%5cx",
        "a%00",
        "%00",
        "%0a",
        "a//b",
        quote("ＣＯＮ"),
        "nul.txt",
        "%20",
        "x" * 300,
        quote("高" * 100),
    ],
)
async def test_what_cannot_be_an_id_is_refused(
    client: AsyncClient, kind: str, identifier: str
) -> None:
    response = await client.get(f"/v1/{kind}/{identifier}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [
        f"{kind.removesuffix('s')}_id"
    ]


def test_every_id_of_an_ingested_document_fits() -> None:
    longest = "高" * 66  # 198 bytes; the manifest allows 200
    assert requests.identifier(f"{longest}#0123456789ab-12") == f"{longest}#0123456789ab-12"
