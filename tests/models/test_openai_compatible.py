"""The client against a loopback vLLM: what is sent, what arrives, and whose connections those are."""

import asyncio
from contextlib import aclosing

import pytest

from medrag.errors import GenerationError
from medrag.models.chat import Sampling
from medrag.models.openai_compatible import OpenAICompatible
from tests.fake_vllm import MODEL, Answer, FakeVLLM, Fault
from tests.models.calling import CITED, QUESTION, SAMPLING, answer, ask, client, failure

pytestmark = pytest.mark.anyio


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


async def test_nothing_is_sent_that_a_server_would_ignore_without_a_word() -> None:
    with FakeVLLM(Answer("はい。")) as server:
        await answer(server)
    assert set(server.requests[0]) == {
        *("model", "messages", "stream", "stream_options", "max_tokens"),
        *("temperature", "top_p", "top_k", "min_p", "seed"),
    }


async def test_a_schema_goes_as_response_format_and_only_where_one_is_asked_for() -> None:
    schema = {"type": "object"}
    with FakeVLLM(Answer("{}")) as server:
        async with client(server) as model:
            await ask(model, Sampling(json_schema=schema))
    wanted = server.requests[0]["response_format"]
    assert wanted["type"] == "json_schema"
    assert wanted["json_schema"]["schema"] == schema
    assert "structured_outputs" not in server.requests[0]


async def test_a_refused_schema_is_told_only_where_one_was_asked_for() -> None:
    with FakeVLLM(Answer("{}"), refuses=["response_format"]) as server:
        async with client(server) as model:
            with_schema = (await ask(model, Sampling(json_schema={"type": "object"})))[1]
            without = (await ask(model))[1]
    assert [notice.code for notice in with_schema.notices] == ["parameter_dropped"]
    assert without.notices == ()


async def test_a_hosted_endpoint_has_a_path_a_token_and_no_context_length() -> None:
    hosted = FakeVLLM(
        Answer("はい[1]。", "考え", reasoning_field="reasoning_content"),
        prefix="/dedicated",
        api_key="token",
        max_model_len=None,
    )
    with hosted as server:
        async with client(server, api_key="token") as model:
            _, reply = await ask(model)
            assert await model.context_length() is None
    assert server.base_url.endswith("/dedicated/v1")
    assert (reply.content, reply.reasoning) == ("はい[1]。", "考え")


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


def unclosed(server: FakeVLLM) -> OpenAICompatible:
    return OpenAICompatible(
        base_url=server.base_url,
        model=MODEL,
        api_key="EMPTY",
        connect_seconds=2,
        idle_seconds=5,
        total_seconds=20,
        retries=0,
        concurrency=1,
    )


def test_one_client_serves_several_event_loops() -> None:
    with FakeVLLM(Answer("はい。")) as server:
        model = unclosed(server)

        async def once() -> str:
            content = (await ask(model))[1].content
            await model.aclose()
            return content

        assert asyncio.run(once()) == asyncio.run(once()) == "はい。"


def test_connections_end_with_the_event_loop_that_they_were_opened_in() -> None:
    with FakeVLLM(Answer("はい。")) as server:
        model = unclosed(server)

        async def twice() -> None:
            await ask(model)
            await ask(model)

        for _ in range(2):  # nobody calls aclose
            asyncio.run(twice())
            assert server.wait_until_left()
        assert server.seen.connections == 2
