"""The files of `vllm run-batch`: requests out, replies in, joined by an id of the caller's.

    vllm run-batch -i requests.jsonl -o replies.jsonl --model NAME

The form is the OpenAI batch form: one JSON object a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from medrag.errors import GenerationError
from medrag.models.chat import ChatReply, Message, Sampling
from medrag.models.reply import whole_reply
from medrag.models.wire import request_body


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReply:
    """What came of one request: a reply, or why there is none."""

    id: str
    outcome: ChatReply | GenerationError


def request_line(id: str, model: str, messages: Sequence[Message], *, sampling: Sampling) -> str:  # noqa: A002
    """One line of the file of requests, without its line end."""
    body = request_body(model, messages, sampling)
    line = {"custom_id": id, "method": "POST", "url": "/v1/chat/completions", "body": body}
    return json.dumps(line, ensure_ascii=False)


def read_replies(lines: Iterable[str]) -> Iterator[BatchReply]:
    """The replies of a file, in its order, which need not be that of the requests.

    Raises:
        GenerationError: A line is not one of such a file.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            identity = str(fields["custom_id"])
            response = fields.get("response") or {}
            status = response.get("status_code")
            body = response.get("body")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise GenerationError(
                "not a line of a batch of replies",
                where=f"line {number}",
                hint="give the file that vllm run-batch wrote",
            ) from None
        yield BatchReply(id=identity, outcome=_outcome(identity, status, fields.get("error"), body))


def _outcome(identity: str, status: Any, error: Any, body: Any) -> ChatReply | GenerationError:
    if error or status not in {None, 200} or not isinstance(body, dict):
        return GenerationError(f"the batch has no reply (status {status})", where=identity)
    try:
        return whole_reply(body)
    except ValueError as unusable:
        return GenerationError(f"unusable reply: {unusable}", where=identity, retryable=True)
