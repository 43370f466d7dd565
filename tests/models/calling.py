"""The client as the tests of this room call it: short limits, and a reply read to its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from medrag.errors import GenerationError
from medrag.models.chat import ChatDelta, ChatReply, Message, Sampling
from medrag.models.openai_compatible import OpenAICompatible
from tests.fake_vllm import MODEL, FakeVLLM

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


async def to_the_end(stream: AsyncIterator[ChatDelta | ChatReply]) -> None:
    async for _ in stream:
        pass


async def answer(server: FakeVLLM, **settings: Any) -> ChatReply:
    async with client(server, **settings) as model:
        return (await ask(model))[1]


async def failure(server: FakeVLLM, **settings: Any) -> GenerationError:
    with pytest.raises(GenerationError) as raised:
        await answer(server, **settings)
    return raised.value
