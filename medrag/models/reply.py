"""A streamed reply as it grows: its parts joined, and what may not be shown kept back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medrag.errors import Notice
from medrag.models.chat import ChatDelta, ChatReply, Usage
from medrag.models.harmony import FinalChannel, Leak
from medrag.models.sse import MalformedStream
from medrag.models.wire import Chunk, chunk_of, read_chunk


class GrowingReply:
    """Takes events, gives what may be shown, and at the end the whole."""

    def __init__(
        self, *, model: str, request_id: str | None = None, notices: tuple[Notice, ...] = ()
    ) -> None:
        self._model = model
        self._notices = notices
        self._raw: dict[str, Any] = {"request_id": request_id} if request_id else {}
        self._content: list[str] = []
        self._reasoning: list[str] = []
        self._finish_reason: str | None = None
        self._usage = Usage()
        self._final = FinalChannel()

    def take(self, event: str) -> ChatDelta:
        """The part of an event that may be shown.

        Raises:
            MalformedStream: See read_chunk; or the server reports an error within its stream.
            Leak: See FinalChannel.
        """
        return self.add(read_chunk(event))

    def add(self, chunk: Chunk) -> ChatDelta:
        """As `take`, of an event that has been read."""
        if chunk.error is not None:
            code = f" {chunk.error_code}" if chunk.error_code else ""
            raise MalformedStream(f"the server reported an error{code} within the stream")
        content = self._final.feed(chunk.content) if chunk.content else ""
        self._content.append(content)
        self._reasoning.append(chunk.reasoning)
        self._finish_reason = chunk.finish_reason or self._finish_reason
        self._usage = chunk.usage or self._usage
        self._model = chunk.model or self._model
        if chunk.id is not None:
            self._raw["id"] = chunk.id
        if chunk.system_fingerprint is not None:
            self._raw["system_fingerprint"] = chunk.system_fingerprint
        return ChatDelta(content=content, reasoning=chunk.reasoning)

    def end(self) -> tuple[str, ChatReply]:
        """What was still held back, and the whole reply.

        Raises:
            MalformedStream: The stream broke off, or there is neither an answer nor a reason why.
            Leak: See FinalChannel.
        """
        if self._finish_reason is None:
            raise MalformedStream("the stream ended before the reply did")
        try:
            rest = self._final.finish()
        except Leak:
            if self._finish_reason != "length":
                raise
            rest = ""  # cut off inside leaked reasoning: the same as any other reply without answer
        content = "".join(self._content) + rest
        if not content.strip() and self._finish_reason != "length":
            raise MalformedStream("a finished reply without content")
        return rest, ChatReply(
            content=content,
            reasoning="".join(self._reasoning).rstrip("\ufffd") or None,
            finish_reason=self._finish_reason,
            model=self._model,
            usage=self._usage,
            notices=self._notices,
            raw=self._raw,
        )


def whole_reply(body: Mapping[str, Any]) -> ChatReply:
    """The reply that a completion holds which was not streamed.

    Raises:
        MalformedStream, Leak: As GrowingReply.
    """
    reply = GrowingReply(model="")
    reply.add(chunk_of(body))
    return reply.end()[1]
