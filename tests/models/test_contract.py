"""What every ChatModel keeps to, wherever it runs: a fake vLLM, a real one, or this process."""

from collections.abc import Sequence
from contextlib import aclosing

import pytest

from medrag.errors import PromptTooLong
from medrag.generation import markers
from medrag.models.chat import ChatDelta, ChatModel, ChatReply, Message, Sampling
from medrag.models.openai_compatible import OpenAICompatible

pytestmark = pytest.mark.anyio

QUESTION = (
    Message(role="system", content="根拠を[n]で示す。"),
    Message(role="user", content="高血圧の診断基準は？"),
)
GREEDY = Sampling(temperature=0.0, seed=0, max_tokens=128)


async def complete(
    model: ChatModel, messages: Sequence[Message] = QUESTION, sampling: Sampling = GREEDY
) -> tuple[list[ChatDelta], ChatReply]:
    items = [item async for item in model.stream(messages, sampling=sampling)]
    *deltas, reply = items
    assert isinstance(reply, ChatReply)
    return [delta for delta in deltas if isinstance(delta, ChatDelta)], reply


async def test_deltas_join_to_the_reply_which_comes_last_and_once(model: ChatModel) -> None:
    deltas, reply = await complete(model)
    assert "".join(delta.content for delta in deltas) == reply.content
    assert "".join(delta.reasoning for delta in deltas) == (reply.reasoning or "")
    assert reply.finish_reason == "stop"


async def test_reasoning_and_control_tokens_are_not_in_the_answer(model: ChatModel) -> None:
    _, reply = await complete(model)
    assert reply.reasoning
    assert reply.reasoning not in reply.content
    assert "<|" not in reply.content
    assert markers.find(reply.content)


async def test_tokens_are_counted(model: ChatModel) -> None:
    _, reply = await complete(model)
    assert reply.usage.prompt_tokens
    assert reply.usage.completion_tokens
    assert reply.usage.reasoning_tokens
    assert reply.usage.reasoning_tokens < reply.usage.completion_tokens


async def test_the_same_question_gets_the_same_greedy_answer(model: ChatModel) -> None:
    (_, first), (_, second) = await complete(model), await complete(model)
    assert first.content == second.content


async def test_closing_early_leaves_the_model_usable(model: ChatModel) -> None:
    async with aclosing(model.stream(QUESTION, sampling=GREEDY)) as stream:
        await anext(stream)
    _, reply = await complete(model)
    assert reply.content


async def test_a_prompt_over_the_context_is_refused_as_such(model: ChatModel) -> None:
    long = Message(role="user", content="血圧。" * 3000)
    with pytest.raises(PromptTooLong):
        await complete(model, (long,))


async def test_the_context_length_is_known(model: ChatModel) -> None:
    assert await model.context_length()


@pytest.mark.vllm
@pytest.mark.parametrize("name", ["vllm_http", "transformers_model", "vllm_in_process"])
async def test_out_of_tokens_inside_the_reasoning_leaves_no_answer(
    name: str, request: pytest.FixtureRequest
) -> None:
    model: ChatModel = request.getfixturevalue(name)
    short = Sampling(temperature=0.0, seed=0, max_tokens=5)
    _, reply = await complete(model, sampling=short)
    if isinstance(model, OpenAICompatible):
        await model.aclose()
    assert (reply.content, reply.finish_reason) == ("", "length")
