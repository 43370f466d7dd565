"""How long the work for a request lasts: until it is done, its caller has gone, or the service stops.

Work is ended by cancelling its task, which closes the request to the language model with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from fastapi import Request


class Stopping(Exception):
    """The service stopped before the work was done."""


class CallerGone(Exception):
    """Nobody waits for the result any more."""


class Work:
    """All that is being done for requests."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ended = False

    @contextmanager
    def counted(self) -> Iterator[None]:
        """What the current task does inside belongs to it.

        Raises:
            Stopping: It was ended.
        """
        task = _current()
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._ended:
                raise
            task.uncancel()
            raise Stopping from None
        finally:
            self._tasks.discard(task)

    def end(self) -> None:
        """End all of it."""
        self._ended = True
        for task in self._tasks:
            task.cancel()


@asynccontextmanager
async def present(request: Request) -> AsyncIterator[None]:
    """What is done inside is ended when the caller closes the connection.

    For answers sent at once; a stream notices by itself.

    Raises:
        CallerGone: It was ended.
    """
    task = _current()
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone = True
        task.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
        if gone:  # at the last moment: the cancellation arrives here, and not somewhere later
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        if not gone:
            raise
        task.uncancel()
        raise CallerGone from None
    finally:
        watcher.cancel()


def _current() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        message = "not in a task"
        raise RuntimeError(message)
    return task
