"""A streamed reply as it grows: its parts joined, and what may not be shown kept back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medrag.errors import Notice
from medrag.models.chat import ChatDelta, ChatReply, Usage
from medrag.models.harmony import FinalChannel, Leak
from medrag.models.sse import EventReader, MalformedStream
from medrag.models.wire import Chunk, chunk_of, read_chunk

#: Characters of reasoning that are passed on at once.
THOUGHT = 200


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

    def add(self, chunk: Chunk) -> str:
        """Take an event; return what of its content may be shown.

        Raises:
            MalformedStream: The server reports an error within its stream.
            Leak: See FinalChannel.
        """
        if chunk.error is not None:
            code = f" {chunk.error_code}" if chunk.error_code else ""
            raise MalformedStream(f"the server reported an error{code} within the stream")
        if chunk.reasoning:
            self._reasoning.append(chunk.reasoning)
        if chunk.finish_reason is not None:
            self._finish_reason = chunk.finish_reason
        if chunk.usage is not None:
            self._usage = chunk.usage
        if chunk.model:
            self._model = chunk.model
        if chunk.id is not None:
            self._raw["id"] = chunk.id
        if chunk.system_fingerprint is not None:
            self._raw["system_fingerprint"] = chunk.system_fingerprint
        if not chunk.content:
            return ""
        content = self._final.feed(chunk.content)
        self._content.append(content)
        return content

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


class StreamedReply:
    """A reply out of the bytes of its stream, in pieces that are worth passing on.

    Attributes:
        done: The stream has said that it ends; what follows is no part of it.
    """

    def __init__(self, *, model: str, request_id: str, notices: tuple[Notice, ...]) -> None:
        self.done = False
        self._events = EventReader()
        self._reply = GrowingReply(model=model, request_id=request_id, notices=notices)
        self._thought = ""
        self._begun = False

    def feed(self, chunk: bytes) -> ChatDelta | None:
        """Take more bytes; return what is due of them, their events joined.

        Raises:
            MalformedStream: Not a stream of completion events, or one that reports an error.
            Leak: See FinalChannel.
        """
        return self._due(self._taken(self._events.feed(chunk)))

    def finish(self) -> tuple[ChatDelta | None, ChatReply]:
        """What was still held back, and the whole reply.

        Raises:
            MalformedStream, Leak: As GrowingReply.end.
        """
        content = "" if self.done else self._taken(self._events.finish())
        rest, whole = self._reply.end()
        content += rest
        if not content and not self._thought:
            return None, whole
        return ChatDelta(content=content, reasoning=self._thought), whole

    def _taken(self, events: list[str]) -> str:
        content = ""
        for event in events:
            if event == "[DONE]":
                self.done = True
                break
            chunk = read_chunk(event)
            content += self._reply.add(chunk)
            self._thought += chunk.reasoning
        return content

    def _due(self, content: str) -> ChatDelta | None:
        """Reasoning is most of the tokens, and nobody waits for each."""
        if not content and not (
            self._thought and (not self._begun or len(self._thought) >= THOUGHT)
        ):
            return None
        delta = ChatDelta(content=content, reasoning=self._thought)
        self._begun, self._thought = True, ""
        return delta


def whole_reply(body: Mapping[str, Any]) -> ChatReply:
    """The reply that a completion holds which was not streamed.

    Raises:
        MalformedStream, Leak: As GrowingReply.
    """
    reply = GrowingReply(model="")
    reply.add(chunk_of(body))
    return reply.end()[1]
