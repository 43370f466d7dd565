"""Limits on what the service reads, held before anything is parsed."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Longest body of a request, in bytes: a verification of a long answer against its passages.
BODY_BYTES = 1 << 20


class BodyLimit:
    """Refuses a longer body with 413: by its announced length, else as soon as it is exceeded."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        left = self._limit

        async def limited() -> Message:
            nonlocal left
            if announced.isdecimal() and int(announced) > self._limit:
                raise self._too_long()
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise self._too_long()
            return message

        await self._app(scope, limited, send)

    def _too_long(self) -> HTTPException:
        return HTTPException(413, f"the body of a request has at most {self._limit} bytes")
