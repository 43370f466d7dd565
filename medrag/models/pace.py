"""How often a stream is looked at: not for every token.

To wake up for one token costs several times what reading it does, and of a reasoning nobody sees the
tokens at all. So after each wait for the network the reader rests, for a small part of the time that
the reply has taken so far, and finds all that came meanwhile in one piece. Nothing is held back:
what has been read is passed on before the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

#: Of the time since the request began: no token comes later by more than this part of it.
_PART = 1 / 8
#: Seconds; a shorter rest costs as much as it saves.
_SHORTEST = 0.005
#: Seconds; five times a second is often enough for a reader.
_LONGEST = 0.2


async def paced(chunks: AsyncIterator[bytes], *, begun: float) -> AsyncGenerator[bytes, None]:
    """The chunks as they are; `begun` is when the request was sent, by the event loop's clock."""
    loop = asyncio.get_running_loop()
    turn = _Turn(loop)
    while True:
        turn.begin()
        try:
            chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        waited = turn.over
        yield chunk
        if waited and (rest := min(_LONGEST, (loop.time() - begun) * _PART)) >= _SHORTEST:
            await asyncio.sleep(rest)


class _Turn:
    """Tells whether the event loop went round: then something was waited for.

    A chunk that lay in a buffer is there without it, and without a timer or a system call.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.over = True

    def begin(self) -> None:
        if self.over:
            self.over = False
            self._loop.call_soon(self._end)

    def _end(self) -> None:
        self.over = True
