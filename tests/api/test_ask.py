"""Questions over HTTP: one answer, or the events on the way to it."""

import json
from typing import Any

import pytest
from httpx import AsyncClient

from medrag.answer import NOTICE
from medrag.models import sse
from medrag.pipeline import Medrag
from medrag_api.schemas import responses

pytestmark = pytest.mark.anyio

TARGET = "75歳以上の高血圧患者の降圧目標は?"
HOSTILE = "<script>alert(1)</script>\"'`{{7*7}}\u2028\u202e 降圧目標は?"


async def test_an_answer_is_cited_checked_and_carries_the_notice(client: AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": TARGET})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert answer["status"] == "answered"
    assert "130/80" in answer["text"]
    assert {claim["verdict"] for claim in answer["claims"]} <= {"supported", "not_a_claim"}
    assert answer["notice"] == NOTICE


async def test_an_answer_is_the_one_that_python_gives(client: AsyncClient, rag: Medrag) -> None:
    over_http = (await client.post("/v1/ask", json={"question": TARGET})).json()
    in_python = json.loads(json.dumps((await rag.aask(TARGET)).to_dict()))
    for answer in (over_http, in_python):
        del answer["timings"]
    assert over_http == in_python


async def test_an_answer_has_the_shape_that_openapi_describes(client: AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": TARGET})
    responses.Answer.model_validate_json(response.content, strict=True)


async def test_every_quote_is_the_documents_text_at_its_span(client: AsyncClient) -> None:
    answer = (await client.post("/v1/ask", json={"question": TARGET})).json()
    assert answer["citations"]
    for citation in answer["citations"]:
        document = (await client.get(f"/v1/documents/{citation['document_id']}")).json()
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


async def test_japanese_is_sent_as_itself(client: AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": TARGET})
    assert "降圧目標".encode() in response.content
    assert b"\\u" not in response.content


async def test_the_evidence_can_be_narrowed(client: AsyncClient) -> None:
    given = {
        "question": TARGET,
        "k": 3,
        "as_of": "2022-01-01",
        "filters": {"society": "架空高血圧学会"},
    }
    answer = (await client.post("/v1/ask", json=given)).json()
    assert len(answer["hits"]) <= 3
    assert {citation["document_id"] for citation in answer["citations"]} == {"hypertension-2020"}
    assert answer["provenance"]["as_of"] == "2022-01-01"


async def test_what_the_guidelines_do_not_answer_is_not_answered(client: AsyncClient) -> None:
    response = await client.post(
        "/v1/ask", json={"question": "新幹線の東京から博多までの所要時間は?"}
    )
    assert response.status_code == 200
    assert response.json()["status"] == "abstained"
    assert response.json()["citations"] == []


async def test_markup_in_a_question_stays_a_json_string(client: AsyncClient) -> None:
    response = await client.post("/v1/ask", json={"question": HOSTILE})
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.json()["question"] == HOSTILE


async def streamed(client: AsyncClient, question: str) -> list[tuple[str, Any]]:
    """The events as a client reads them from the bytes."""
    async with client.stream("POST", "/v1/ask/stream", json={"question": question}) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        body = await response.aread()
    names = [
        line.removeprefix(b"event: ").decode()
        for line in body.split(b"\n")
        if line.startswith(b"event: ")
    ]
    reader = sse.EventReader()
    data = [
        json.loads(item)
        for position in range(0, len(body), 7)  # cuts inside characters, as networks do
        for item in reader.feed(body[position : position + 7])
    ]
    return list(zip(names, data, strict=True))


async def test_a_stream_ends_with_the_whole_answer(client: AsyncClient) -> None:
    events = await streamed(client, TARGET)
    names = [name for name, _ in events]
    assert names[0] == "retrieved"
    assert names[-1] == "final"
    assert {"delta", "claim", "citation"} <= set(names)
    answer = events[-1][1]
    responses.Answer.model_validate(answer)
    sent: dict[str, list[Any]] = {name: [] for name in names}
    for name, data in events:
        sent[name].append(data)
    assert "".join(delta["text"] for delta in sent["delta"]) == answer["text"]
    assert sent["claim"] == answer["claims"]
    assert sent["citation"] == answer["citations"]
    assert sent["retrieved"] == [{"hits": answer["hits"]}]


async def test_no_character_of_a_question_breaks_the_stream(client: AsyncClient) -> None:
    question = "降圧目標は?\r\n\r\nevent: final\ndata: {}\n\n\u0085\u2028\u2029\x00"
    async with client.stream("POST", "/v1/ask/stream", json={"question": question}) as response:
        lines = [line async for line in response.aiter_lines()]
    assert [line for line in lines if line.startswith("event: final")] == ["event: final"]
    assert json.loads(lines[-2].removeprefix("data: "))["question"] == question


async def test_a_stream_that_cannot_begin_is_a_problem_and_not_a_stream(
    client: AsyncClient,
) -> None:
    response = await client.post("/v1/ask/stream", json={"question": "　"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
