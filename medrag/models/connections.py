"""A pool of connections for each event loop that asks for one.

A connection belongs to the loop that it began in, and a model is asked from several: the caller's own
and the one behind the synchronous calls. A pool ends with its loop: it is held by an asynchronous
generator, and every such generator that has begun in a loop is closed at the loop's end
(`asyncio.run`, `loop.shutdown_asyncgens`). So who calls `asyncio.run` has nothing to close.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What belongs to one event loop.

    Attributes:
        client: The pool.
        slots: The loop's share of requests in flight.
        end: Closing it closes the pool.
    """

    client: httpx.AsyncClient
    slots: asyncio.Semaphore
    end: AsyncGenerator[None, None]


class Connections:
    """One Connection for each event loop, made at first use.

    Args:
        make: Gives a new pool.
        concurrency: Requests in flight at once, in each loop.
    """

    def __init__(self, make: Callable[[], httpx.AsyncClient], *, concurrency: int) -> None:
        self._make = make
        self._concurrency = concurrency
        self._held: WeakKeyDictionary[asyncio.AbstractEventLoop, Connection] = WeakKeyDictionary()

    async def here(self) -> Connection:
        """That of the running loop."""
        loop = asyncio.get_running_loop()
        found = self._held.get(loop)
        if found is None:
            client = self._make()
            found = self._held[loop] = Connection(
                client=client, slots=asyncio.Semaphore(self._concurrency), end=_open(client)
            )
            await anext(found.end)
        return found

    async def aclose(self) -> None:
        """Close that of the running loop now; a later call opens another."""
        found = self._held.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found.end.aclose()


async def _open(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await client.aclose()
