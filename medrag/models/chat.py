"""ChatModel: the one interface between medrag and a language model.

Streaming is the only call: it is what every server does well, what survives truncation, and a
whole reply is a stream read to its end. Reasoning is kept apart from content from the first byte,
so that it cannot leak into an answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from medrag.errors import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How tokens are drawn. `None` leaves a parameter to the server.

    Attributes:
        max_tokens: Upper bound on reasoning and answer together.
        top_k, min_p: Sent beside the OpenAI fields; not every server takes them.
        json_schema: What the answer, its reasoning apart, is to keep to, where the model can be
            held to it. Where it cannot the reply is free text: whoever asks checks what came.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    json_schema: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, float | int]:
        """The numbers that are set, by their OpenAI or vLLM names."""
        names = ("temperature", "top_p", "top_k", "min_p", "seed", "max_tokens")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens, as the server counted them; None where it did not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatDelta:
    """A piece of a streamed reply; either field may be empty."""

    content: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReply:
    """The end of a stream: the whole reply.

    Attributes:
        finish_reason: "stop", "length", or what else the server said.
        model: The name the server answered with.
        notices: For example a parameter that the server refused and that was left out.
        raw: Facts worth recording in provenance (request id, system fingerprint).
    """

    content: str
    reasoning: str | None
    finish_reason: str | None
    model: str
    usage: Usage = field(default_factory=Usage)
    notices: tuple[Notice, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


class ChatModel(Protocol):
    """A language model that completes a conversation."""

    name: str

    def stream(
        self, messages: Sequence[Message], *, sampling: Sampling
    ) -> AsyncGenerator[ChatDelta | ChatReply, None]:
        """Deltas in order and then exactly one ChatReply, the last item.

        Closing the iterator early cancels the request at the server.

        Raises:
            GenerationError: The model cannot be reached or gave nothing usable.
        """
        ...

    async def context_length(self) -> int | None:
        """Tokens of prompt and reply together, if the model can tell.

        Raises:
            GenerationError: The model cannot be reached.
        """
        ...

    async def aclose(self) -> None:
        """Release connections."""
        ...
