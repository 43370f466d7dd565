"""Errors over HTTP: RFC 9457, told to who can mend them, and never with a question in them."""

import logging
import socket
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response

from medrag.errors import (
    EvaluationError,
    GenerationError,
    IndexCorrupted,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    MedragError,
    MissingDependency,
    NotInIndex,
    PromptTooLong,
    QuestionError,
    SettingsError,
)
from medrag.generation.draft import Delta, Draft, Mode
from medrag.pipeline import Medrag
from medrag.retrieval.retriever import Hit
from medrag.settings import Settings
from medrag_api import problems
from medrag_api.app import create_app
from tests.api.calling import calling

pytestmark = pytest.mark.anyio

PATIENT = "山田花子さん（仮名）の降圧目標は?"


def problem(response: Response) -> Any:
    """The problem document, with what RFC 9457 asks of it."""
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == response.status_code
    assert document["type"].startswith("urn:medrag:error:")
    assert document["title"]
    assert document["detail"]
    return document


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (QuestionError("empty"), 422),
        (SettingsError("unknown"), 422),
        (EvaluationError("no text"), 422),
        (NotInIndex("none"), 404),
        (IndexNotFound("none"), 503),
        (IndexCorrupted("checksum"), 503),
        (IndexMismatch("encoder"), 503),
        (IndexLocked("writing"), 503),
        (MissingDependency("torch"), 503),
        (GenerationError("refused", retryable=True), 503),
        (GenerationError("malformed"), 502),
        (PromptTooLong("context"), 502),
        (MedragError("new"), 500),
        (RuntimeError("bug"), 500),
    ],
)
def test_every_error_has_its_status(error: Exception, status: int) -> None:
    assert problems.of(error).status == status


def test_only_what_may_succeed_later_says_when_to_come_again() -> None:
    assert "Retry-After" in problems.of(GenerationError("busy", retryable=True)).headers
    assert "Retry-After" not in problems.of(GenerationError("malformed")).headers


async def test_an_unknown_address_and_a_wrong_method_are_problems(client: AsyncClient) -> None:
    assert problem(await client.get("/nothing"))["status"] == 404
    wrong = await client.get("/v1/ask")
    assert problem(wrong)["status"] == 405
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"k": 1e999}']
)
async def test_a_body_that_is_no_request_is_a_problem(client: AsyncClient, body: bytes) -> None:
    response = await client.post(
        "/v1/ask", content=body, headers={"Content-Type": "application/json"}
    )
    assert problem(response)["status"] in {400, 422}


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/ask/stream", "/v1/search"])
async def test_half_a_character_in_a_question_is_the_callers_mistake(
    client: AsyncClient, path: str
) -> None:
    response = await client.post(
        path,
        content=rb'{"question": "\ud800\u964d\u5727\u76ee\u6a19"}',
        headers={"Content-Type": "application/json"},
    )
    assert problem(response)["status"] == 422
    assert problem(response)["hint"]


async def test_half_a_character_in_a_filter_or_a_passage_is_refused(client: AsyncClient) -> None:
    for path, body in (
        ("/v1/ask", rb'{"question": "?", "filters": {"society": "\ud800"}}'),
        ("/v1/verify", rb'{"text": "x[1]", "passages": [{"id": "1", "text": "\udfff"}]}'),
    ):
        response = await client.post(
            path, content=body, headers={"Content-Type": "application/json"}
        )
        assert problem(response)["status"] == 422


async def test_many_mistakes_are_told_in_part(client: AsyncClient) -> None:
    given = {"question": "目標", **{f"key{number}": number for number in range(1000)}}
    response = await client.post("/v1/ask", json=given)
    assert len(problem(response)["errors"]) == 20


async def test_an_index_that_is_missing_is_an_outage_that_names_no_path(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    missing = tmp_path / "none"
    async with calling(create_app(Medrag(settings=Settings(), index=missing))) as client:
        response = await client.post("/v1/ask", json={"question": PATIENT})
    assert problem(response)["error"] == "IndexNotFound"
    assert response.status_code == 503
    assert str(tmp_path) not in response.text
    assert str(missing) in caplog.text  # the operator is told


async def test_a_model_that_is_away_is_an_outage_to_try_again(sample_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings = Settings(llm_base_url=f"http://127.0.0.1:{port}/v1", llm_retries=0, fallback="error")
    app = create_app(Medrag(settings=settings, index=sample_index))
    async with app.router.lifespan_context(app), calling(app) as client:
        response = await client.post("/v1/ask", json={"question": PATIENT})
    assert problem(response)["error"] == "GenerationError"
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert str(port) not in response.text


class Broken:
    """A generator with a fault that nobody foresaw, whose message quotes the question."""

    mode: Mode = "model"

    async def stream(
        self, question: str, hits: Sequence[Hit]
    ) -> AsyncGenerator[Delta | Draft, None]:
        if not hits:
            yield Delta(text="never")
        raise RuntimeError(question)


@pytest.fixture
def broken(sample_index: Path) -> Iterator[Medrag]:
    with Medrag(settings=Settings(), index=sample_index) as rag:
        rag.__dict__["generator"] = Broken()
        yield rag


async def test_an_unforeseen_fault_is_a_problem(broken: Medrag) -> None:
    async with calling(create_app(broken)) as client:
        response = await client.post("/v1/ask", json={"question": PATIENT})
    assert problem(response)["error"] == "InternalError"
    assert response.headers["cache-control"] == "no-store"


async def test_a_stream_that_fails_on_the_way_ends_with_an_error_event(broken: Medrag) -> None:
    async with calling(create_app(broken)) as client:
        response = await client.post("/v1/ask/stream", json={"question": PATIENT})
    *_, last = response.text.strip().split("\n\n")
    assert last.startswith('event: error\ndata: {"type":"urn:medrag:error:InternalError"')


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/v1/ask", {"question": PATIENT}),
        ("/v1/ask", {"question": [PATIENT]}),
        ("/v1/ask", {"question": PATIENT * 1000}),
        ("/v1/ask", {"question": PATIENT, "k": PATIENT, "as_of": PATIENT}),
        ("/v1/ask/stream", {"question": PATIENT}),
        ("/v1/verify", {"text": PATIENT * 10_000, "passages": [PATIENT]}),
    ],
)
async def test_no_error_and_no_log_line_repeats_what_was_asked(
    broken: Medrag, caplog: pytest.LogCaptureFixture, path: str, given: dict[str, Any]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with calling(create_app(broken)) as client:
        response = await client.post(path, json=given)
    told = response.text if response.status_code != 200 else response.text.split("event: error")[1]
    assert "山田" not in told
    assert "山田" not in caplog.text
