"""A stream is looked at a few times a second, and nothing that was read waits for that."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from medrag.models.pace import paced

pytestmark = pytest.mark.anyio


async def looked_at(*, waits: bool, chunks: int, age: float) -> list[float]:
    """When a source of so many chunks was asked for each, in seconds since the first."""
    loop = asyncio.get_running_loop()
    asked: list[float] = []

    async def source() -> AsyncIterator[bytes]:
        for _ in range(chunks):
            asked.append(loop.time())
            if waits:
                await asyncio.sleep(0)
            yield b"x"

    begun = loop.time() - age
    assert [chunk async for chunk in paced(source(), begun=begun)] == [b"x"] * chunks
    return [at - asked[0] for at in asked]


async def test_after_a_wait_for_the_network_there_is_a_rest() -> None:
    first, second, third = await looked_at(waits=True, chunks=3, age=0.4)
    assert second - first >= 0.05  # an eighth of 0.4 s
    assert third - second >= 0.05


async def test_what_has_arrived_already_is_read_without_a_rest() -> None:
    asked = await looked_at(waits=False, chunks=200, age=16.0)
    assert asked[-1] < 20  # two hundred rests would be 40 s


async def test_a_reply_that_has_only_begun_is_not_kept_waiting() -> None:
    asked = await looked_at(waits=True, chunks=20, age=0.0)
    assert asked[-1] < 2  # twenty of the longest rests would be 4 s


async def test_a_chunk_is_passed_on_before_the_rest() -> None:
    loop = asyncio.get_running_loop()

    async def source() -> AsyncIterator[bytes]:
        await asyncio.sleep(0)
        yield b"first"
        await asyncio.sleep(3600)

    stream = paced(source(), begun=loop.time() - 3600)
    assert await anext(stream) == b"first"
    with pytest.raises(TimeoutError):  # the rest itself can be ended at any time
        await asyncio.wait_for(anext(stream), 0.01)
