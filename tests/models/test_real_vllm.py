"""The main job through a real vLLM: a cited answer, and an honest one when the server dies."""

from pathlib import Path

import pytest

import medrag
from medrag.errors import GenerationError
from medrag.models.chat import Message, Sampling
from tests.models.conftest import over_http
from tests.real_vllm import MODEL, RUNNING_MODEL, RealVLLM

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


def rag_over(base_url: str, index: Path, **settings: float) -> medrag.Medrag:
    return medrag.Medrag(
        settings=medrag.Settings(
            llm_base_url=base_url, llm_model=RUNNING_MODEL, temperature=0.0, k=1, **settings
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
    model = over_http(vllm_server, RUNNING_MODEL)
    messages = [Message(role="user", content="高血圧の診断基準は？")]
    *_, reply = [item async for item in model.stream(messages, sampling=Sampling(temperature=0.0))]
    await model.aclose()
    assert reply.raw["id"] == f"chatcmpl-{reply.raw['request_id']}"  # type: ignore[union-attr]


async def test_kill_9_mid_stream_is_an_error_and_then_a_labelled_extractive_answer(
    tiny_gptoss: Path, index: Path, tmp_path: Path
) -> None:
    with RealVLLM(tiny_gptoss, tmp_path / "server.log") as server:
        model = over_http(server.base_url, MODEL)
        greedy = Sampling(temperature=0.0, seed=0, max_tokens=128)
        stream = model.stream(
            [Message(role="user", content="高血圧の診断基準は？")], sampling=greedy
        )
        await anext(stream)
        server.kill()
        with pytest.raises(GenerationError) as raised:
            async for _ in stream:
                pass
        await model.aclose()
        rag = rag_over(server.base_url, index)
        answer = await rag.aask(QUESTION)
        rag.close()
    assert raised.value.retryable
    assert answer.mode == "extractive"
    assert "against the use of a LABA" in answer.text
    assert any("model" in warning.code or "fallback" in warning.code for warning in answer.warnings)
