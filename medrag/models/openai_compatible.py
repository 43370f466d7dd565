"""Any OpenAI-compatible endpoint: vLLM on the hospital's own machine, or a hosted one.

Always streamed, so that a long reasoning is not a silent connection and a caller who leaves frees the
engine. A failure is retried only while nothing has reached the caller; afterwards it is an error,
since half an answer followed by another whole one is worse than none. Sampling fields outside the
OpenAI set are left out once a server has refused them, and every reply from then on says so.
"""

from __future__ import annotations

import asyncio
import random
import re
import uuid
from collections.abc import AsyncGenerator, Awaitable, Collection, Mapping, Sequence
from contextlib import aclosing, suppress
from types import MappingProxyType
from typing import TypeVar, cast
from urllib.parse import urlsplit

import httpx

from medrag.errors import GenerationError, Notice, PromptTooLong
from medrag.models.chat import ChatDelta, ChatReply, Message, Sampling
from medrag.models.connections import Connection, Connections
from medrag.models.harmony import Leak
from medrag.models.pace import paced
from medrag.models.reply import StreamedReply
from medrag.models.sse import MalformedStream
from medrag.models.wire import (
    STREAMED,
    Refusal,
    ServedModel,
    extras_named,
    read_models,
    read_refusal,
    request_body,
    seconds,
    without_request,
)

#: A live engine under load was seen to answer its health check slowly.
HEALTH_SECONDS = 10.0
#: A server that asks for a longer pause than this is treated as down: the caller has a fallback.
LONGEST_PAUSE = 20.0
#: Between a stream's last event and the end of the response.
_ENDING_SECONDS = 0.5
_ERROR_BODY = 1 << 16

_T = TypeVar("_T")


class _ExtraRefused(Exception):
    """The server names fields that can be left out; they have been remembered."""


class _Transient(Exception):
    """The request may succeed if sent again, after a pause if the server asked for one."""

    def __init__(self, error: GenerationError, *, pause: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause = pause


class OpenAICompatible:
    """A ChatModel behind `base_url`.

    Args:
        base_url: Up to and including the version, for example http://localhost:8000/v1.
        model: Name at that endpoint (on FriendliAI dedicated, the endpoint's id).
        api_key: Bearer token.
        connect_seconds: To open a connection.
        idle_seconds: Longest silence within a stream.
        total_seconds: One call from waiting for a slot to the last token, retries included.
        retries: Further attempts after connection errors, 429, 5xx and malformed output.
        concurrency: Requests in flight at once, in each event loop; further ones wait.
        headers: Sent with every request, for example X-Friendli-Team.
        backoff_seconds: Middle of the first pause between attempts; it doubles each time.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str,
        connect_seconds: float,
        idle_seconds: float,
        total_seconds: float,
        retries: int,
        concurrency: int,
        headers: Mapping[str, str] = MappingProxyType({}),
        backoff_seconds: float = 0.5,
    ) -> None:
        self.name = model
        self.base_url = base_url.rstrip("/")
        own = {"Authorization": f"Bearer {api_key}", "Accept-Encoding": "identity"}
        self._headers = {**own, **headers}
        self._timeout = httpx.Timeout(idle_seconds, connect=connect_seconds)
        self._idle_seconds = idle_seconds
        self._total_seconds = total_seconds
        self._retries = retries
        self._concurrency = concurrency
        self._backoff_seconds = backoff_seconds
        self._refused: dict[str, Notice] = {}
        self._context_length: int | None = None
        self._connections = Connections(self._client, concurrency=concurrency)

    async def stream(
        self, messages: Sequence[Message], *, sampling: Sampling
    ) -> AsyncGenerator[ChatDelta | ChatReply, None]:
        """See ChatModel.stream.

        Raises:
            PromptTooLong: The prompt alone exceeds the context.
            GenerationError: Anything else, after the retries that are allowed.
        """
        deadline = asyncio.get_running_loop().time() + self._total_seconds
        connection = await self._connections.here()
        await self._before(deadline, connection.slots.acquire(), waiting_for="a free slot")
        try:
            attempt = 0
            begun = False
            while True:
                try:
                    async with aclosing(
                        self._exchange(connection, messages, sampling, deadline)
                    ) as items:
                        async for item in items:
                            begun = True
                            yield item
                except _ExtraRefused:
                    continue
                except _Transient as failure:
                    pause = self._pause(failure, attempt)
                    left = deadline - asyncio.get_running_loop().time()
                    if begun or attempt == self._retries or pause > min(left, LONGEST_PAUSE):
                        raise failure.error from failure
                    attempt += 1
                    await asyncio.sleep(pause)
                else:
                    return
        finally:
            connection.slots.release()

    async def context_length(self) -> int | None:
        """Tokens of prompt and reply together, if the endpoint says so; asked for once.

        Raises:
            GenerationError: The endpoint cannot be reached.
        """
        if self._context_length is None:
            listed = await self.models()
            lengths = [model.max_model_len for model in listed if model.id == self.name]
            self._context_length = next(iter(lengths), None) or 0
        return self._context_length or None

    async def models(self) -> tuple[ServedModel, ...]:
        """What the endpoint serves, as `/models` lists it.

        Raises:
            GenerationError: It cannot be reached, refuses, or answers something else.
        """
        url = f"{self.base_url}/models"
        body = await self._get(url)
        try:
            return read_models(body)
        except MalformedStream as error:
            raise GenerationError(
                str(error), where=url, hint="is this an OpenAI-compatible endpoint?"
            ) from None

    async def health(self) -> None:
        """Ask vLLM's `/health`, beside the versioned path. Hosted endpoints may not have one.

        Raises:
            GenerationError: It does not answer within HEALTH_SECONDS, or not with 200.
        """
        await self._get(re.sub(r"/v\d+$", "", self.base_url) + "/health")

    async def aclose(self) -> None:
        """Close the connections that were opened in this event loop, which else end with it."""
        await self._connections.aclose()

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            headers=self._headers,
            timeout=self._timeout,
            limits=httpx.Limits(max_connections=self._concurrency + 1),
            # Certificates take 0.1 s to load; plain HTTP has none, and redirects are not followed.
            verify=self.base_url.startswith("https"),
            # A proxy that is meant for the internet must not see a hospital's own server.
            trust_env=urlsplit(self.base_url).hostname not in {"localhost", "127.0.0.1", "::1"},
        )

    async def _exchange(
        self,
        connection: Connection,
        messages: Sequence[Message],
        sampling: Sampling,
        deadline: float,
    ) -> AsyncGenerator[ChatDelta | ChatReply, None]:
        """One request and its reply.

        Raises:
            _ExtraRefused, _Transient, GenerationError: See where they are caught.
        """
        wanted = {**request_body(self.name, messages, sampling), **STREAMED}
        body = {name: value for name, value in wanted.items() if name not in self._refused}
        left_out = tuple(notice for name, notice in self._refused.items() if name in wanted)
        request_id = uuid.uuid4().hex
        request = connection.client.build_request(
            "POST",
            f"{self.base_url}/chat/completions",
            json=body,
            headers={"X-Request-Id": request_id},
        )
        reply = StreamedReply(model=self.name, request_id=request_id, notices=left_out)
        begun = asyncio.get_running_loop().time()
        try:
            response = await self._before(deadline, connection.client.send(request, stream=True))
            try:
                if response.status_code != httpx.codes.OK:
                    raise await self._refusal(response, messages, body, deadline)
                async with (
                    aclosing(_bytes(response)) as raw,
                    aclosing(paced(raw, begun=begun)) as chunks,
                ):
                    while (chunk := await self._next(deadline, chunks)) is not None:
                        if (delta := reply.feed(chunk)) is not None:
                            yield delta
                        if reply.done:
                            # Read to its end, a response gives its connection back for the next one.
                            with suppress(TimeoutError):
                                await asyncio.wait_for(anext(raw, None), _ENDING_SECONDS)
                            break
            finally:
                await response.aclose()
            last, whole = reply.finish()
        except (MalformedStream, Leak) as error:
            raise self._transient(f"unusable reply: {error}") from error
        except httpx.ConnectError as error:
            raise self._transient("cannot connect", hint=_UNREACHABLE) from error
        except httpx.TimeoutException as error:
            raise self._transient("no answer within the time limit", hint=_SLOW) from error
        except httpx.HTTPError as error:
            raise self._transient(f"the connection broke ({type(error).__name__})") from error
        if last is not None:
            yield last
        yield whole

    async def _before(
        self, deadline: float, awaitable: Awaitable[_T], *, waiting_for: str = "the reply"
    ) -> _T:
        try:
            async with asyncio.timeout_at(deadline):
                return await awaitable
        except TimeoutError:
            raise GenerationError(
                f"no end after {self._total_seconds:g} s, waiting for {waiting_for}",
                where=self.base_url,
                hint=_SLOW,
                retryable=True,
            ) from None

    async def _next(self, deadline: float, chunks: AsyncGenerator[bytes, None]) -> bytes | None:
        """The next bytes, None at the end.

        While more than the idle limit is left, the connection's own limit ends the wait in time, and
        the cost of a timer for every token is saved.
        """
        if deadline - asyncio.get_running_loop().time() > self._idle_seconds:
            try:
                return await chunks.__anext__()
            except StopAsyncIteration:
                return None
        return await self._before(deadline, anext(chunks, None))

    def _pause(self, failure: _Transient, attempt: int) -> float:
        if failure.pause is not None:
            return failure.pause
        jitter = random.uniform(0.5, 1.5)  # noqa: S311 (spreads retries, protects nothing)
        return self._backoff_seconds * 2.0**attempt * jitter

    def _transient(self, message: str, *, hint: str | None = None) -> _Transient:
        return _Transient(GenerationError(message, where=self.base_url, hint=hint, retryable=True))

    async def _refusal(
        self,
        response: httpx.Response,
        messages: Sequence[Message],
        sent: Collection[str],
        deadline: float,
    ) -> Exception:
        """What to raise for a status that is not 200; remembers an extra that it names."""
        body = await self._before(deadline, _error_body(response))
        refusal = read_refusal(body)
        status = response.status_code
        said = without_request(refusal.message, messages)
        if status in {400, 422} and self._remember_extras(refusal, said, sent):
            return _ExtraRefused()
        message = f"HTTP {status}: {said}"
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
            failure = self._transient(
                message, hint="the server is overloaded or its engine is down"
            )
            failure.pause = seconds(response.headers.get("Retry-After"))
            return failure
        if refusal.param == "input_tokens" or "maximum context length" in refusal.message:
            return PromptTooLong(message, where=self.base_url, hint="use fewer passages")
        return GenerationError(
            message, where=self.base_url, hint=_HINTS.get(status), retryable=False
        )

    def _remember_extras(self, refusal: Refusal, said: str, sent: Collection[str]) -> bool:
        """Whether the refusal names extras that were sent."""
        named = extras_named(refusal, sent)
        for extra in named:
            self._refused[extra] = Notice(
                code="parameter_dropped",
                message=f"接続先が受け付けなかった {extra} を除いて送信しました（{said}）。",
            )
        return bool(named)

    async def _get(self, url: str) -> bytes:
        try:
            response = await (await self._connections.here()).client.get(
                url, timeout=HEALTH_SECONDS
            )
        except httpx.HTTPError as error:
            raise GenerationError(
                f"cannot be reached ({type(error).__name__})",
                where=url,
                hint=_UNREACHABLE,
                retryable=True,
            ) from error
        if response.status_code != httpx.codes.OK:
            raise GenerationError(
                f"HTTP {response.status_code}",
                where=url,
                hint=_HINTS.get(response.status_code),
                retryable=response.status_code >= 500,
            )
        return response.content


_UNREACHABLE = "is the server running, and is MEDRAG_LLM_BASE_URL its address?"
_SLOW = "the server may be overloaded; see MEDRAG_LLM_IDLE_SECONDS and MEDRAG_LLM_TOTAL_SECONDS"
_HINTS = {
    401: "check MEDRAG_LLM_API_KEY",
    403: "check MEDRAG_LLM_API_KEY",
    404: "check MEDRAG_LLM_BASE_URL and MEDRAG_LLM_MODEL",
}


def _bytes(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it comes in; decoded only if it was encoded, which was not asked for."""
    encoded = "content-encoding" in response.headers
    chunks = (
        response.aiter_bytes() if encoded else aiter(cast("httpx.AsyncByteStream", response.stream))
    )
    return cast("AsyncGenerator[bytes, None]", chunks)


async def _error_body(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _ERROR_BODY:
            break
    return body
