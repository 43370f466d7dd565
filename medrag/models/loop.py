"""One event loop in a background thread, for callers that have none to spare.

A loop a call would throw away the model's connections every time, and `asyncio.run` refuses to
work inside a notebook, whose own loop is running.
"""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


class BackgroundLoop:
    """Runs coroutines to their end from synchronous code; starts its thread at first use.

    The thread ends with `close`, with this object, or with the interpreter, and what was open in its
    loop is closed before.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: Callable[[], object] | None = None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result; an interrupt cancels it."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._running())
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def iterate(self, items: AsyncIterator[T]) -> Iterator[T]:
        """The items of an asynchronous iterator; closing early closes it too."""
        try:
            while True:
                try:
                    yield self.run(_next(items))
                except StopAsyncIteration:
                    return
        finally:
            self.run(_close(items))

    def close(self) -> None:
        """Stop the thread; the loop starts anew if it is used again."""
        if self._process != os.getpid():
            self._begin()
        with self._lock:
            end, self._loop, self._end = self._end, None, None
        if end is not None:
            end()

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._process != os.getpid():
            # A fork copies the loop but not its thread, and perhaps the lock as it was held.
            self._begin()
        with self._lock:
            if self._loop is None:
                runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
                self._loop = runner.get_loop()
                thread = threading.Thread(
                    target=self._loop.run_forever, name="medrag-loop", daemon=True
                )
                self._end = weakref.finalize(self, _end, runner, thread, os.getpid())
                thread.start()
            return self._loop


def _end(runner: asyncio.Runner, thread: threading.Thread, process: int) -> None:
    if process != os.getpid():
        return  # in a fork, it is not ours
    loop = runner.get_loop()
    loop.call_soon_threadsafe(loop.stop)
    if thread is not threading.current_thread():
        thread.join()
        runner.close()


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


async def _close(items: AsyncIterator[Any]) -> None:
    close = getattr(items, "aclose", None)
    if close is not None:
        await close()
