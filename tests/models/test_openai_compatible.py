"""The client against a loopback vLLM: what arrives, what is retried, what is an error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from medrag.errors import GenerationError, PromptTooLong
from medrag.models.chat import ChatDelta, ChatReply, Message, Sampling
from medrag.models.openai_compatible import OpenAICompatible
from tests.fake_vllm import ENGINE_DEAD, MODEL, Answer, FakeVLLM, Fault, error

pytestmark = pytest.mark.anyio

QUESTION = [
    Message(role="system", content="根拠を[n]で示す。"),
    Message(role="user", content="降圧目標は？"),
]
SAMPLING = Sampling(temperature=0.6, top_p=0.95, top_k=20, min_p=0.0, seed=0, max_tokens=512)
CITED = "診察室血圧が140/90mmHg以上です[2][3]。"


@asynccontextmanager
async def client(server: FakeVLLM, **settings: Any) -> AsyncIterator[OpenAICompatible]:
    model = OpenAICompatible(
        **{
            "base_url": server.base_url,
            "model": MODEL,
            "api_key": "EMPTY",
            "connect_seconds": 2.0,
            "idle_seconds": 5.0,
            "total_seconds": 20.0,
            "retries": 2,
            "concurrency": 4,
            "backoff_seconds": 0.01,
            **settings,
        }
    )
    try:
        yield model
    finally:
        await model.aclose()


async def ask(
    model: OpenAICompatible, sampling: Sampling = SAMPLING
) -> tuple[list[ChatDelta], ChatReply]:
    deltas: list[ChatDelta] = []
    async for item in model.stream(QUESTION, sampling=sampling):
        if isinstance(item, ChatReply):
            return deltas, item
        deltas.append(item)
    raise AssertionError("no reply at the end of the stream")


async def _to_the_end(stream: AsyncIterator[ChatDelta | ChatReply]) -> None:
    async for _ in stream:
        pass


async def answer(server: FakeVLLM, **settings: Any) -> ChatReply:
    async with client(server, **settings) as model:
        return (await ask(model))[1]


async def failure(server: FakeVLLM, **settings: Any) -> GenerationError:
    with pytest.raises(GenerationError) as raised:
        await answer(server, **settings)
    return raised.value


async def test_deltas_join_to_the_reply_and_reasoning_stays_apart() -> None:
    with FakeVLLM(Answer(CITED, "資料を確認する。")) as server:
        async with client(server) as model:
            deltas, reply = await ask(model)
    assert "".join(delta.content for delta in deltas) == reply.content == CITED
    assert "".join(delta.reasoning for delta in deltas) == reply.reasoning == "資料を確認する。"
    assert len(deltas) > 10
    assert reply.finish_reason == "stop"
    assert reply.model == MODEL
    assert reply.notices == ()


async def test_a_long_reasoning_comes_in_pieces_and_is_whole() -> None:
    reasoning = "資料1と資料2の推奨の強さを比べる。" * 60
    with FakeVLLM(Answer("はい[1]。", reasoning)) as server:
        async with client(server) as model:
            deltas, reply = await ask(model)
    assert "".join(delta.reasoning for delta in deltas) == reply.reasoning == reasoning
    assert sum(bool(delta.reasoning) for delta in deltas) < len(reasoning) / 100


async def test_usage_is_read_from_the_last_chunk_which_has_no_choices() -> None:
    with FakeVLLM(Answer("はい。", "うん")) as server:
        reply = await answer(server)
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (16, 5)
    assert reply.usage.reasoning_tokens == 2


async def test_older_servers_call_it_reasoning_content() -> None:
    with FakeVLLM(Answer("はい。", "考え", reasoning_field="reasoning_content")) as server:
        assert (await answer(server)).reasoning == "考え"


async def test_the_request_carries_the_sampling_and_never_a_stop() -> None:
    with FakeVLLM(Answer("はい。")) as server:
        await answer(server)
    body = server.requests[0]
    assert body["temperature"] == 0.6
    assert body["top_k"] == 20
    assert body["min_p"] == 0.0
    assert body["seed"] == 0
    assert body["max_tokens"] == 512
    assert body["stream"] is True
    assert "stop" not in body
    assert "reasoning_effort" not in body


async def test_the_request_id_travels_and_comes_back() -> None:
    with FakeVLLM(Answer("はい。")) as server:
        reply = await answer(server)
    sent = server.seen.headers[0]["x-request-id"]
    assert reply.raw["request_id"] == sent
    assert reply.raw["id"] == f"chatcmpl-{sent}"


async def test_one_connection_serves_many_requests() -> None:
    with FakeVLLM(Answer("はい。")) as server:
        async with client(server) as model:
            for _ in range(5):
                await ask(model)
    assert server.seen.connections == 1


async def test_bearer_token_and_own_headers_are_sent() -> None:
    with FakeVLLM(Answer("はい。"), api_key="secret") as server:
        reply = await answer(server, api_key="secret", headers={"X-Friendli-Team": "team"})
    assert reply.content == "はい。"
    assert server.seen.headers[0]["x-friendli-team"] == "team"


async def test_a_refused_extra_is_dropped_once_and_every_reply_says_so() -> None:
    with FakeVLLM(Answer("はい。"), refuses=["top_k", "min_p"]) as server:
        async with client(server) as model:
            first, second = (await ask(model))[1], (await ask(model))[1]
    assert ["top_k" in body for body in server.requests] == [True, False, False]
    assert server.requests[1]["temperature"] == 0.6
    for reply in (first, second):
        assert [notice.code for notice in reply.notices] == ["parameter_dropped"] * 2


async def test_a_reply_cut_off_inside_its_reasoning_has_no_content() -> None:
    with FakeVLLM(Answer(None, "診察室血\ufffd", finish_reason="length")) as server:
        reply = await answer(server)
    assert (reply.content, reply.reasoning, reply.finish_reason) == ("", "診察室血", "length")


async def test_a_character_cut_off_at_the_end_is_dropped() -> None:
    with FakeVLLM(Answer("目標は13\ufffd", finish_reason="length")) as server:
        assert (await answer(server)).content == "目標は13"


@pytest.mark.parametrize(
    "leak",
    [
        "<|channel|>analysis<|message|>資料1を見る。<|end|><|start|>assistant<|channel|>final<|message|>はい[1]。<|return|>",
        "analysis資料1を見る。assistantfinalはい[1]。",
    ],
)
async def test_of_a_leaked_transcript_only_the_final_channel_is_an_answer(leak: str) -> None:
    with FakeVLLM(Answer(leak)) as server:
        async with client(server) as model:
            deltas, reply = await ask(model)
    assert reply.content == "はい[1]。"
    assert "".join(delta.content for delta in deltas) == "はい[1]。"


@pytest.mark.parametrize(
    "leak", ["<|channel|>analysis<|message|>資料1を見る。", "analysis資料1を見る。"]
)
async def test_a_leak_without_a_final_channel_is_asked_again(leak: str) -> None:
    with FakeVLLM(Answer(leak), Answer("はい[1]。")) as server:
        reply = await answer(server)
    assert reply.content == "はい[1]。"
    assert len(server.requests) == 2


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
                await _to_the_end(stream)


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


async def test_closing_the_stream_ends_the_request_at_the_server() -> None:
    with FakeVLLM(Answer("長" * 10_000, tokens_per_second=200)) as server:
        async with client(server) as model:
            async with aclosing(model.stream(QUESTION, sampling=SAMPLING)) as stream:
                async for _ in stream:
                    break
            assert server.wait_until_idle(1.0)
    assert server.seen.cancelled == 1


async def test_cancelling_the_caller_ends_the_request_at_the_server() -> None:
    with FakeVLLM(Answer("長" * 10_000, tokens_per_second=200)) as server:
        async with client(server) as model:
            task = asyncio.create_task(ask(model))
            await asyncio.to_thread(server.wait_until_busy)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert server.wait_until_idle(1.0)
    assert server.seen.cancelled == 1


async def test_requests_in_flight_are_bounded_and_all_are_answered() -> None:
    with FakeVLLM(Answer("はい。", tokens_per_second=100)) as server:
        async with client(server, concurrency=3) as model:
            replies = await asyncio.gather(*(ask(model) for _ in range(12)))
    assert [reply.content for _, reply in replies] == ["はい。"] * 12
    assert server.seen.peak == 3


async def test_waiting_for_a_slot_ends_at_the_total_limit() -> None:
    with FakeVLLM(Fault(hang=True)) as server:
        async with client(server, concurrency=1, total_seconds=0.2, idle_seconds=10) as model:
            results = await asyncio.gather(ask(model), ask(model), return_exceptions=True)
    assert all(isinstance(result, GenerationError) and result.retryable for result in results)


async def test_a_long_retry_after_is_not_waited_for() -> None:
    with FakeVLLM(Fault(status=429, headers=(("Retry-After", "3600"),))) as server:
        raised = await failure(server)
    assert raised.retryable
    assert len(server.requests) == 1


async def test_the_context_length_is_what_the_endpoint_says() -> None:
    with FakeVLLM(max_model_len=4096) as server:
        async with client(server) as model:
            assert await model.context_length() == 4096
    with FakeVLLM(max_model_len=None) as server:
        async with client(server) as model:
            assert await model.context_length() is None


async def test_health_asks_beside_the_versioned_path() -> None:
    with FakeVLLM() as server:
        async with client(server) as model:
            await model.health()
            server.kill()
            with pytest.raises(GenerationError, match="cannot be reached"):
                await model.health()


def test_one_client_serves_several_event_loops() -> None:
    with FakeVLLM(Answer("はい。")) as server:
        model = OpenAICompatible(
            base_url=server.base_url,
            model=MODEL,
            api_key="EMPTY",
            connect_seconds=2,
            idle_seconds=5,
            total_seconds=20,
            retries=0,
            concurrency=1,
        )

        async def once() -> str:
            content = (await ask(model))[1].content
            await model.aclose()
            return content

        assert asyncio.run(once()) == asyncio.run(once()) == "はい。"
