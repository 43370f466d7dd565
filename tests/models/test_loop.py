"""The loop behind the synchronous calls: what it runs, and when its thread ends."""

import asyncio
import gc
import threading
from collections.abc import AsyncGenerator

import pytest

from medrag.models.loop import BackgroundLoop


def threads() -> int:
    return sum(thread.name == "medrag-loop" for thread in threading.enumerate())


async def loop_of() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_calls_share_one_loop_until_it_is_closed() -> None:
    loop = BackgroundLoop()
    first = loop.run(loop_of())
    assert loop.run(loop_of()) is first
    loop.close()
    assert first.is_closed()
    assert loop.run(loop_of()) is not first
    loop.close()


def test_closing_twice_or_before_any_use_is_harmless() -> None:
    loop = BackgroundLoop()
    loop.close()
    loop.close()


def test_what_is_open_in_the_loop_is_closed_with_it() -> None:
    closed = threading.Event()

    async def held() -> AsyncGenerator[int, None]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.set()

    loop = BackgroundLoop()
    generator = held()

    async def begin() -> int:
        return await anext(generator)

    assert loop.run(begin()) == 1
    loop.close()
    assert closed.is_set()


def test_a_loop_that_nobody_holds_ends_its_thread() -> None:
    before = threads()
    loop = BackgroundLoop()
    loop.run(asyncio.sleep(0))
    assert threads() == before + 1
    del loop
    gc.collect()
    assert threads() == before


def test_an_iterator_that_is_closed_early_closes_what_it_reads() -> None:
    closed = threading.Event()

    async def numbers() -> AsyncGenerator[int, None]:
        try:
            for number in range(10):
                yield number
        finally:
            closed.set()

    loop = BackgroundLoop()
    items = loop.iterate(numbers())
    assert next(items) == 0
    items.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    loop.close()


def test_an_error_reaches_the_caller() -> None:
    async def fails() -> None:
        raise LookupError("here")

    loop = BackgroundLoop()
    with pytest.raises(LookupError, match="here"):
        loop.run(fails())
    loop.close()
