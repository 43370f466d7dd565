"""The main job through a real vLLM: a cited answer, and an honest one when the server dies."""

import json
from pathlib import Path

import pytest

import medrag
from medrag.answer.events import Final, TextDelta
from medrag.models.chat import ChatReply, Message, Sampling
from tests.models.conftest import over_http
from tests.real_vllm import MODEL, SERVED, RealVLLM

pytestmark = [pytest.mark.vllm, pytest.mark.anyio]

CORPUS = Path(__file__).resolve().parents[2] / "corpora" / "sample" / "asthma-en-2022.md"
#: The tiny model knows one transcript; a prompt as short as this one's keeps it on that track.
QUESTION = "Should LABA be used alone?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from medrag.documents import corpus
    from medrag.index import encoders
    from medrag.index.index import Index

    path = tmp_path_factory.mktemp("index")
    entries = [entry for entry in corpus.read([CORPUS]) if isinstance(entry, corpus.Ingested)]
    Index.build(path, entries, encoder=encoders.load(None))
    return path


def rag_over(base_url: str, index: Path, *, model: str = SERVED, retries: int = 2) -> medrag.Medrag:
    return medrag.Medrag(
        settings=medrag.Settings(
            llm_base_url=base_url, llm_model=model, llm_retries=retries, temperature=0.0, k=1
        ),
        index=index,
    )


def test_a_question_is_answered_by_the_model_with_parsed_citations(
    vllm_server: str, index: Path
) -> None:
    rag = rag_over(vllm_server, index)
    answer = rag.ask(QUESTION)
    rag.close()
    assert answer.mode == "model"
    assert [citation.number for citation in answer.citations] == [1]
    assert "<|" not in answer.text
    assert answer.usage.prompt_tokens


async def test_our_request_id_is_in_the_servers_own(vllm_server: str) -> None:
    model = over_http(vllm_server, SERVED)
    messages = [Message(role="user", content="高血圧の診断基準は？")]
    *_, reply = [item async for item in model.stream(messages, sampling=Sampling(temperature=0.0))]
    await model.aclose()
    assert reply.raw["id"] == f"chatcmpl-{reply.raw['request_id']}"  # type: ignore[union-attr]


async def test_a_reply_keeps_to_the_schema_that_is_asked_for(vllm_server: str) -> None:
    schema = {
        "type": "object",
        "properties": {"verdict": {"type": "string", "enum": ["supported", "not_found"]}},
        "required": ["verdict"],
        "additionalProperties": False,
    }
    model = over_http(vllm_server, SERVED)
    messages = [Message(role="user", content="高血圧の診断基準は？")]
    sampling = Sampling(temperature=0.0, seed=0, max_tokens=256, json_schema=schema)
    *_, reply = [item async for item in model.stream(messages, sampling=sampling)]
    await model.aclose()
    assert isinstance(reply, ChatReply)
    assert reply.notices == ()  # the server took it
    assert json.loads(reply.content)["verdict"] in {"supported", "not_found"}
    assert reply.reasoning


def test_kill_9_mid_stream_is_a_labelled_extractive_answer(
    tiny_gptoss: Path, index: Path, tmp_path: Path
) -> None:
    with RealVLLM(tiny_gptoss, tmp_path / "server.log") as server:
        rag = rag_over(server.base_url, index, model=MODEL, retries=0)
        events = rag.ask_stream(QUESTION, release="draft")
        begun = next(event for event in events if isinstance(event, TextDelta))
        server.kill()
        *_, final = events
        later = rag.ask(QUESTION)
        rag.close()
    assert begun.text
    assert isinstance(final, Final)
    for answer in (final.answer, later):
        assert answer.mode == "extractive"
        assert "against the use of a LABA" in answer.text
        assert "model_failed" in [warning.code for warning in answer.warnings]
