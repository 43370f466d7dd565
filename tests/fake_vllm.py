"""A loopback server that speaks the vLLM protocol, faults included, for every test that needs a model.

It replays what real servers were seen to do: reasoning and content in separate deltas, usage in a last
chunk without choices, typed 400s, unknown fields ignored. A script says what each request gets; the
last entry of the script answers all further ones. It runs in a thread of its own, so that synchronous
callers and child processes can use it as well.

    with FakeVLLM(Answer("降圧目標は130/80mmHg未満である[1]。")) as server:
        ... server.base_url ... server.requests[0]["messages"] ...
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

MODEL = "tiny-gptoss"
#: Roughly the model's tokens: `][` is one, as are short runs of letters and digits.
_TOKEN = re.compile(r"\]\[|[A-Za-z]{1,6}|[0-9]{1,3}|.", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How a reply goes wrong: before it begins, or after some of its deltas."""

    status: int | None = None
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    hang: bool = False
    break_off: bool = False
    after: int | None = None  # deltas sent before the fault; None: before the response begins
    raw: bytes = b""  # sent as it is in the stream


@dataclass(frozen=True)
class Answer:
    """A reply: what the final channel and the analysis channel hold, and how it ends."""

    content: str | None = ""
    reasoning: str | None = None
    finish_reason: str = "stop"
    deltas: Sequence[str] | None = None  # of the content, where its cuts matter
    reasoning_field: str = "reasoning"
    tokens_per_second: float | None = None
    fault: Fault | None = None


def error(
    status: int, message: str, *, kind: str = "BadRequestError", param: str | None = None
) -> Fault:
    """An error answer in vLLM's form."""
    body = {"error": {"message": message, "type": kind, "param": param, "code": status}}
    return Fault(status=status, body=json.dumps(body).encode())


ENGINE_DEAD = error(500, "EngineCore encountered an issue.", kind="InternalServerError")


@dataclass
class Seen:
    """What the server saw: bodies and headers of the completion requests, and its connections."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    in_flight: int = 0
    peak: int = 0
    cancelled: int = 0


class FakeVLLM:
    """The server; a context manager.

    Args:
        script: What the completion requests get, in order; the last one is repeated.
        refuses: Fields that it answers 422 to, as `transformers serve` does.
        characters: Of all messages together; a longer prompt is refused as too long.
        api_key: If given, what the Authorization header must carry.
        prefix: Of every path, as hosted endpoints have one before the version.
        health_seconds: How long a health check waits, as on a busy engine.
    """

    def __init__(
        self,
        *script: Answer | Fault,
        model: str = MODEL,
        max_model_len: int | None = 32768,
        refuses: Sequence[str] = (),
        characters: int | None = None,
        api_key: str | None = None,
        port: int = 0,
        prefix: str = "",
        health_seconds: float = 0.0,
    ) -> None:
        self.script = list(script) or [Answer("根拠の中に答えがありません。")]
        self.model = model
        self.max_model_len = max_model_len
        self.refuses = tuple(refuses)
        self.characters = characters
        self.api_key = api_key
        self.port = port
        self.prefix = prefix
        self.health_seconds = health_seconds
        self.seen = Seen()
        self._served = 0
        self._early: dict[asyncio.StreamWriter, bytes] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.prefix}/v1"

    @property
    def requests(self) -> list[dict[str, Any]]:
        return self.seen.requests

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """Drop every connection and listen no more, as after kill -9."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)

    def wait_until_idle(self, seconds: float = 5.0) -> bool:
        """Whether no request is in flight any more, within so many seconds."""
        return _within(seconds, lambda: self.seen.in_flight == 0)

    def wait_until_left(self, seconds: float = 5.0) -> bool:
        """Whether no connection is open any more, within so many seconds."""
        return _within(seconds, lambda: self.seen.open == 0)

    def wait_until_busy(self, seconds: float = 5.0) -> bool:
        """Whether a request is in flight, within so many seconds."""
        return _within(seconds, lambda: self.seen.in_flight > 0)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.seen.connections += 1
        self.seen.open += 1
        pushed = b""
        try:
            while request := await _read_request(reader, pushed):
                pushed = b""
                if not await self._respond(request, reader, writer):
                    break
                pushed = self._early.pop(writer, b"")
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.seen.open -= 1
            self._tasks.discard(task)
            writer.transport.abort()

    async def _respond(
        self, request: _Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request; False ends the connection."""
        path = request.path.removeprefix(self.prefix)
        if path == "/health":
            await asyncio.sleep(self.health_seconds)
            return await _send(writer, 200, b"")
        if self.api_key and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return await _send(writer, 401, b'{"error":"Unauthorized"}')
        if path == "/v1/models":
            entry: dict[str, Any] = {"id": self.model, "object": "model", "owned_by": "vllm"}
            if self.max_model_len is not None:
                entry["max_model_len"] = self.max_model_len
            return await _send(
                writer, 200, json.dumps({"object": "list", "data": [entry]}).encode()
            )
        if path != "/v1/chat/completions":
            return await _send(writer, 404, b'{"detail":"Not Found"}')
        body = json.loads(request.body)
        self.seen.requests.append(body)
        self.seen.headers.append(request.headers)
        if (fault := self._validate(body)) is not None:
            return await _send(writer, fault.status or 400, fault.body)
        step = self.script[min(self._served, len(self.script) - 1)]
        self._served += 1
        self.seen.in_flight += 1
        self.seen.peak = max(self.seen.peak, self.seen.in_flight)
        # Reading is how a hang-up is noticed; a byte instead of it begins the next request.
        gone = asyncio.ensure_future(reader.read(1))
        work = asyncio.ensure_future(self._complete(step, body, request, writer))
        try:
            await asyncio.wait({gone, work}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                self.seen.cancelled += 1
                return False
            if gone.done() and not gone.result():
                return False
            if gone.done():
                self._early[writer] = gone.result()
            return work.result()
        finally:
            self.seen.in_flight -= 1
            for waiting in (gone, work):
                waiting.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await waiting

    def _validate(self, body: dict[str, Any]) -> Fault | None:
        refused = [name for name in self.refuses if name in body]
        if refused:
            detail = {"detail": f"Unexpected keys in the request: {set(refused)}"}
            return Fault(status=422, body=json.dumps(detail).encode())
        if body["model"] != self.model:
            return error(
                404,
                f"The model `{body['model']}` does not exist.",
                kind="NotFoundError",
                param="model",
            )
        limit = self.max_model_len or 32768
        if (asked := body.get("max_tokens") or 0) > limit:
            return error(
                400,
                f"max_tokens={asked} cannot be greater than max_model_len={limit}.",
                param="max_tokens",
            )
        length = sum(len(message["content"]) for message in body["messages"])
        if self.characters is not None and length > self.characters:
            return error(
                400, f"This model's maximum context length is {limit} tokens.", param="input_tokens"
            )
        if body.get("reasoning_effort") in {"none", "minimal", "xhigh"}:
            return error(
                400, "reasoning_effort is not supported by Harmony.", param="reasoning_effort"
            )
        return None

    async def _complete(
        self,
        step: Answer | Fault,
        body: dict[str, Any],
        request: _Request,
        writer: asyncio.StreamWriter,
    ) -> bool:
        answer = Answer(fault=step) if isinstance(step, Fault) else step
        fault = answer.fault
        if fault is not None and fault.after is None and not fault.raw:
            return await _fail(writer, fault)
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        identity = f"chatcmpl-{request.headers.get('x-request-id', 'fake')}"
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{answer.reasoning_field: token} for token in _tokens(answer.reasoning)]
        content = answer.deltas if answer.deltas is not None else _tokens(answer.content)
        deltas += [{"content": token} for token in content]
        for sent, delta in enumerate(deltas):
            if fault is not None and fault.after == sent:
                return await _fail(writer, fault)
            if answer.tokens_per_second:
                await asyncio.sleep(1 / answer.tokens_per_second)
            await _event(
                writer, self._chunk(identity, [{"index": 0, "delta": delta, "finish_reason": None}])
            )
        if fault is not None:
            return await _fail(writer, fault)
        last = {"index": 0, "delta": {}, "finish_reason": answer.finish_reason, "stop_reason": None}
        await _event(writer, self._chunk(identity, [last]))
        if body.get("stream_options", {}).get("include_usage"):
            prompt = sum(len(message["content"]) for message in body["messages"])
            usage = {
                "prompt_tokens": prompt,
                "completion_tokens": len(deltas) - 1,
                "total_tokens": prompt + len(deltas) - 1,
                "completion_tokens_details": {"reasoning_tokens": len(_tokens(answer.reasoning))},
            }
            await _event(writer, {**self._chunk(identity, []), "usage": usage})
        await _chunked(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    def _chunk(self, identity: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": identity,
            "object": "chat.completion.chunk",
            "created": 0,
            "model": self.model,
            "choices": choices,
            "system_fingerprint": "vllm-fake",
        }


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not (met := holds()) and time.monotonic() < end:
        time.sleep(0.005)
    return met


@dataclass(frozen=True)
class _Request:
    path: str
    headers: dict[str, str]
    body: bytes


async def _read_request(reader: asyncio.StreamReader, pushed: bytes) -> _Request | None:
    try:
        head = (pushed + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return _Request(path=first.split(" ")[1], headers=headers, body=body)


async def _send(
    writer: asyncio.StreamWriter, status: int, body: bytes, headers: Sequence[tuple[str, str]] = ()
) -> bool:
    extra = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return True


async def _fail(writer: asyncio.StreamWriter, fault: Fault) -> bool:
    if fault.raw:
        await _chunked(writer, fault.raw)
        if not fault.hang and not fault.break_off:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
            return False
    if fault.hang:
        await asyncio.sleep(3600)
    if fault.break_off or fault.status is None:
        return False
    return await _send(writer, fault.status, fault.body, fault.headers)


async def _event(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
    await _chunked(writer, b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n")


async def _chunked(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await writer.drain()


def _tokens(text: str | None) -> list[str]:
    return _TOKEN.findall(text or "")
