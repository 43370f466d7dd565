"""The bodies of the OpenAI-compatible protocol, as vLLM and its kin were seen to write them.

Everything read here comes from another process: each field is checked before it is used, and what
does not have the expected shape is a MalformedStream, never an AttributeError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from medrag.models.chat import Message, Sampling, Usage
from medrag.models.sse import MalformedStream


class Chunk(NamedTuple):
    """One event of a streamed completion; there is one a token, so it is made the cheap way.

    Attributes:
        error: What the server said went wrong in the middle of the stream, if it did.
        error_code: Its HTTP-like code, if it gave one.
    """

    content: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    id: str | None = None
    model: str | None = None
    system_fingerprint: str | None = None
    error: str | None = None
    error_code: int | None = None


#: What makes it a streamed one, which reports its usage.
STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
#: Fields that not every server takes, and how a refusal names them; `transformers serve` answers
#: 422 to the first two.
EXTRAS = {
    "top_k": re.compile(r"\btop_k\b"),
    "min_p": re.compile(r"\bmin_p\b"),
    "stream_options": re.compile(r"\bstream_options\b"),
    "response_format": re.compile(
        r"response_format|json_schema|structured.output|guided|grammar", re.IGNORECASE
    ),
}


def request_body(model: str, messages: Sequence[Message], sampling: Sampling) -> dict[str, Any]:
    """The body of a completion. No `stop`: it would match inside the reasoning.

    A schema goes as `response_format`, which refuses aloud; `structured_outputs` is vLLM's alone,
    and a field that a server does not know is ignored without a word.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        **sampling.to_dict(),
    }
    if sampling.json_schema is not None:
        wanted = {"name": "reply", "strict": True, "schema": dict(sampling.json_schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": wanted}
    return body


_NOTHING: dict[str, Any] = {}
_NO_CHOICE = [_NOTHING]
_decode = json.JSONDecoder().raw_decode


def read_chunk(data: str) -> Chunk:
    """The event that `data` holds.

    Raises:
        MalformedStream: `data` is not a JSON object, or its fields have the wrong types.
    """
    try:
        body, end = _decode(data)
    except (ValueError, RecursionError):
        raise MalformedStream("an event that is not JSON") from None
    if end < len(data) and data[end:].strip():
        raise MalformedStream("an event that is more than JSON")
    if not isinstance(body, dict):
        raise MalformedStream("an event that is not a JSON object")
    return chunk_of(body)


def chunk_of(body: Mapping[str, Any]) -> Chunk:
    """What an event says; a whole completion is read as one event.

    The last event has usage and no choices; `reasoning` was `reasoning_content` on older servers.

    Raises:
        MalformedStream: Its fields have the wrong types.
    """
    if "error" in body:
        return _read_error(body["error"])
    choices = body.get("choices") or _NO_CHOICE
    choice = choices[0] if isinstance(choices, list) else None
    if not isinstance(choice, dict):
        raise MalformedStream("an event whose choice is not an object")
    delta = choice.get("delta") or choice.get("message") or _NOTHING
    if not isinstance(delta, dict):
        raise MalformedStream("an event whose delta is not an object")
    usage = body.get("usage")
    return Chunk(
        _text(delta, "content") or "",
        _text(delta, "reasoning") or _text(delta, "reasoning_content") or "",
        _text(choice, "finish_reason"),
        _usage(usage) if usage else None,
        _text(body, "id"),
        _text(body, "model"),
        _text(body, "system_fingerprint"),
    )


def _read_error(error: Any) -> Chunk:
    if not isinstance(error, dict):
        return Chunk(error=str(error))
    code = error.get("code")
    return Chunk(
        error=str(error.get("message") or error.get("type") or "no message"),
        error_code=code if isinstance(code, int) else None,
    )


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise MalformedStream(f"an event whose {name} is not text")


def _usage(value: Any) -> Usage | None:
    if not isinstance(value, dict):
        return None
    details = value.get("completion_tokens_details")
    return Usage(
        prompt_tokens=_count(value.get("prompt_tokens")),
        completion_tokens=_count(value.get("completion_tokens")),
        reasoning_tokens=_count(details.get("reasoning_tokens"))
        if isinstance(details, dict)
        else None,
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a server refused a request: its words, and the parameter it names."""

    message: str
    param: str | None = None


def read_refusal(body: bytes) -> Refusal:
    """The reason in an error body: vLLM's `error`, FastAPI's `detail`, or plain text.

    What the server echoes of the request (`input`) is left out.
    """
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return Refusal(message=body.decode("utf-8", "replace").strip())
    if not isinstance(fields, dict):
        return Refusal(message=str(fields))
    error = fields.get("error", fields)
    if not isinstance(error, dict):
        return Refusal(message=str(error))
    param = error.get("param")
    message = error.get("message") or _detail(error.get("detail")) or "no message"
    return Refusal(message=str(message), param=param if isinstance(param, str) else None)


def extras_named(refusal: Refusal, sent: Collection[str]) -> list[str]:
    """The extras among the fields that were sent which a refusal names."""
    said = f"{refusal.param} {refusal.message}"
    return [extra for extra, words in EXTRAS.items() if extra in sent and words.search(said)]


def _detail(detail: Any) -> str:
    if not isinstance(detail, list):
        return str(detail or "")
    entries = [entry for entry in detail if isinstance(entry, dict)]
    return "; ".join(f"{entry.get('msg')} {entry.get('loc')}" for entry in entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A model that an endpoint lists, with its context length in tokens where it says so."""

    id: str
    max_model_len: int | None = None


def read_models(body: bytes) -> tuple[ServedModel, ...]:
    """The models of a `/v1/models` answer.

    Raises:
        MalformedStream: It is not such an answer.
    """
    try:
        entries = json.loads(body)["data"]
        return tuple(
            ServedModel(id=str(entry["id"]), max_model_len=_count(entry.get("max_model_len")))
            for entry in entries
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise MalformedStream("/models did not answer with a list of models") from None


def seconds(retry_after: str | None) -> float | None:
    """Retry-After in its number form; the date form is left to the usual pause."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else None


def without_request(said: str, messages: Sequence[Message]) -> str:
    """The server's words, unless they repeat the request: errors are logged, questions are not."""
    window = 8
    for message in messages:
        text = message.content
        if any(text[i : i + window] in said for i in range(max(1, len(text) - window + 1)) if text):
            return "(the server's message repeats the request and is left out)"
    return said[:300]
