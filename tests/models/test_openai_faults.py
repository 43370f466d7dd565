"""What a server does wrong: what is asked again, what is an error, and what the error says."""

import asyncio

import pytest

from medrag.errors import GenerationError, PromptTooLong
from medrag.models.chat import Message
from tests.fake_vllm import ENGINE_DEAD, Answer, FakeVLLM, Fault, error
from tests.models.calling import CITED, QUESTION, SAMPLING, answer, client, failure, to_the_end

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "fault",
    [
        ENGINE_DEAD,
        error(503, "no replica"),
        Fault(status=429, headers=(("Retry-After", "0"),)),
        Fault(break_off=True),
        Fault(raw=b"data: {broken\n\n"),
        Fault(raw=b"data: [1]\n\n"),
        Fault(raw=b'data: {"choices":[{"delta":{"content":"\xe8\xa1"}}]}\n\n'),
        Fault(raw=b'data: {"choices":[{"delta":{"content":7}}]}\n\n'),
        Fault(raw=b'data: {"error":{"message":"EngineCore","code":500}}\n\n'),
        Fault(raw=b"data: [DONE]\n\n"),
        Fault(raw=b"<html>a proxy's page</html>"),
    ],
    ids=[
        "engine-killed-500",
        "503",
        "429",
        "connection-broken",
        "chunk-not-json",
        "chunk-not-an-object",
        "unfinished-utf-8",
        "content-not-text",
        "error-in-the-stream",
        "done-before-anything",
        "not-a-stream",
    ],
)
class TestBeforeTheFirstToken:
    async def test_is_retried(self, fault: Fault) -> None:
        with FakeVLLM(fault, fault, Answer("はい[1]。")) as server:
            assert (await answer(server)).content == "はい[1]。"
        assert len(server.requests) == 3

    async def test_is_an_error_that_says_retryable_when_it_stays(self, fault: Fault) -> None:
        with FakeVLLM(fault) as server:
            raised = await failure(server)
        assert raised.retryable
        assert raised.where == server.base_url
        assert len(server.requests) == 3


async def test_empty_choices_throughout_are_no_reply() -> None:
    with FakeVLLM(Fault(raw=b'data: {"choices":[]}\n\ndata: [DONE]\n\n')) as server:
        assert (await failure(server)).retryable


async def test_null_content_and_null_reasoning_is_asked_again() -> None:
    with FakeVLLM(Answer(None), Answer("はい[1]。")) as server:
        assert (await answer(server)).content == "はい[1]。"


@pytest.mark.parametrize(
    "fault",
    [Fault(after=4, break_off=True), Fault(after=4, raw=b"data: {broken\n\n")],
    ids=["broken-off", "malformed"],
)
async def test_after_the_first_token_nothing_is_retried(fault: Fault) -> None:
    with FakeVLLM(Answer(CITED, fault=fault), Answer("別の答え。")) as server:
        raised = await failure(server)
    assert raised.retryable
    assert len(server.requests) == 1


async def test_a_hang_before_the_stream_ends_at_the_idle_limit() -> None:
    with FakeVLLM(Fault(hang=True)) as server:
        raised = await failure(server, idle_seconds=0.1, retries=1)
    assert raised.retryable
    assert len(server.requests) == 2


async def test_a_hang_in_the_stream_ends_at_the_idle_limit() -> None:
    with FakeVLLM(Answer(CITED, fault=Fault(after=4, hang=True))) as server:
        raised = await failure(server, idle_seconds=0.1)
    assert raised.retryable
    assert len(server.requests) == 1


async def test_a_stream_that_never_ends_is_ended_at_the_total_limit() -> None:
    with FakeVLLM(Answer("長" * 10_000, tokens_per_second=50)) as server:
        raised = await failure(server, total_seconds=0.3)
        assert server.wait_until_idle()
    assert "0.3 s" in raised.message


async def test_refused_connections_are_retryable_and_name_the_address() -> None:
    server = FakeVLLM()
    with server:
        pass
    raised = await failure(server)
    assert raised.retryable
    assert raised.where == server.base_url
    assert "MEDRAG_LLM_BASE_URL" in (raised.hint or "")


async def test_an_engine_killed_mid_stream_is_an_error() -> None:
    with FakeVLLM(Answer("長" * 1000, tokens_per_second=100)) as server:
        async with client(server) as model:
            stream = model.stream(QUESTION, sampling=SAMPLING)
            await anext(stream)
            await asyncio.to_thread(server.kill)
            with pytest.raises(GenerationError, match="broke"):
                await to_the_end(stream)


@pytest.mark.parametrize(
    ("server", "hint"),
    [
        (FakeVLLM(model="another"), "MEDRAG_LLM_MODEL"),
        (FakeVLLM(api_key="secret"), "MEDRAG_LLM_API_KEY"),
    ],
    ids=["wrong-model-404", "wrong-key-401"],
)
async def test_a_request_that_cannot_succeed_is_not_sent_again(server: FakeVLLM, hint: str) -> None:
    with server:
        raised = await failure(server)
    assert not raised.retryable
    assert hint in (raised.hint or "")
    assert len(server.requests) <= 1


async def test_a_bad_parameter_is_not_sent_again() -> None:
    with FakeVLLM(max_model_len=256) as server:
        raised = await failure(server)
    assert not raised.retryable
    assert "max_tokens=512" in raised.message
    assert len(server.requests) == 1


async def test_a_prompt_over_the_context_is_its_own_error() -> None:
    with FakeVLLM(characters=5) as server, pytest.raises(PromptTooLong):
        await answer(server)
    assert len(server.requests) == 1


async def test_an_error_never_repeats_the_question() -> None:
    secret = "患者の名前は山田花子で、降圧目標を知りたい"
    fault = error(400, f"invalid: {{'input': '{secret}'}}")
    with FakeVLLM(fault) as server:
        async with client(server) as model:
            with pytest.raises(GenerationError) as raised:
                async for _ in model.stream(
                    [Message(role="user", content=secret)], sampling=SAMPLING
                ):
                    pass
    assert "山田" not in str(raised.value)
    assert "400" in raised.value.message


async def test_a_live_engine_may_answer_its_health_check_slowly() -> None:
    with FakeVLLM(health_seconds=0.3) as server:
        async with client(server, idle_seconds=0.1) as model:
            await model.health()


async def test_an_engine_that_does_not_answer_its_health_check_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("medrag.models.openai_compatible.HEALTH_SECONDS", 0.05)
    with FakeVLLM(health_seconds=5) as server:
        async with client(server) as model:
            with pytest.raises(GenerationError, match="cannot be reached"):
                await model.health()


async def test_an_engine_that_dies_answers_500_and_then_refuses_connections() -> None:
    with FakeVLLM(ENGINE_DEAD) as server:
        first = await failure(server, retries=0)
        server.kill()
        second = await failure(server, retries=0)
    assert (first.retryable, second.retryable) == (True, True)
    assert "500" in first.message
    assert "cannot connect" in second.message
