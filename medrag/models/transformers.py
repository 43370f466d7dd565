"""gpt-oss in this process through Hugging Face Transformers: for experiments, one request at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from typing import Any

import torch
import transformers

from medrag.errors import GenerationError, PromptTooLong
from medrag.models import oss_harmony
from medrag.models.chat import ChatDelta, ChatReply, Message, Sampling, Usage

_END = -1


class Transformers:
    """A ChatModel over a directory (or a cached hub name) of a gpt-oss model.

    Nothing is downloaded: a name that is not in the local cache is an error.

    Args:
        path: Where the weights lie.
        max_model_len: Context in tokens; what the weights allow can be more than the memory does.
        device: As `torch.device` takes it; "auto" spreads the model over what there is
            (which Transformers does with the package accelerate).
    """

    def __init__(self, *, path: str, max_model_len: int, device: str = "cpu") -> None:
        self.name = path
        self._max_model_len = max_model_len
        try:
            self._model = transformers.AutoModelForCausalLM.from_pretrained(
                path,
                dtype=torch.bfloat16,
                device_map="auto" if device == "auto" else None,
                local_files_only=True,
            )
        except OSError as error:
            raise GenerationError(
                "cannot load the model", where=path, hint="give a local directory with its weights"
            ) from error
        if device != "auto":
            self._model.to(device)
        self._one_at_a_time: asyncio.Lock | None = None

    async def stream(
        self, messages: Sequence[Message], *, sampling: Sampling
    ) -> AsyncGenerator[ChatDelta | ChatReply, None]:
        """See ChatModel.stream.

        Raises:
            PromptTooLong: The prompt alone exceeds the context.
            GenerationError: What the model wrote is no harmony transcript.
        """
        self._one_at_a_time = self._one_at_a_time or asyncio.Lock()
        async with self._one_at_a_time:
            prompt = oss_harmony.render(messages)
            if len(prompt) >= self._max_model_len:
                raise PromptTooLong(
                    f"{len(prompt)} tokens, and the context has {self._max_model_len}",
                    where=self.name,
                )
            transcript = oss_harmony.Transcript()
            content: list[str] = []
            reasoning: list[str] = []
            finish_reason = "length"
            writing = _Writing(self._model, prompt, sampling)
            try:
                while (token := await writing.next()) != _END:
                    if token in oss_harmony.stop_tokens():
                        finish_reason = "stop"
                        break
                    delta = transcript.feed(token)
                    content.append(delta.content)
                    reasoning.append(delta.reasoning)
                    if delta.content or delta.reasoning:
                        yield delta
            except oss_harmony.Malformed as error:
                raise GenerationError(str(error), where=self.name, retryable=True) from error
            finally:
                await writing.stop()
        yield ChatReply(
            content="".join(content).rstrip("\ufffd"),
            reasoning="".join(reasoning).rstrip("\ufffd") or None,
            finish_reason=finish_reason,
            model=self.name,
            usage=Usage(
                prompt_tokens=len(prompt),
                completion_tokens=transcript.count,
                reasoning_tokens=transcript.reasoning_count,
            ),
        )

    async def context_length(self) -> int | None:
        """What it was started with."""
        return self._max_model_len

    async def aclose(self) -> None:
        """Nothing is held open."""


class _Writing:
    """`generate` in a thread, its tokens handed to the event loop, and a way to stop it."""

    def __init__(self, model: Any, prompt: list[int], sampling: Sampling) -> None:
        self._model = model
        self._prompt = torch.tensor([prompt], device=model.device)
        self._settings = _settings(sampling)
        self._seed = sampling.seed
        self._queue: asyncio.Queue[int | BaseException] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._stopped = threading.Event()
        self._prompt_seen = False
        self._done = asyncio.ensure_future(asyncio.to_thread(self._run))

    async def next(self) -> int:
        """The next token, or _END."""
        item = await self._queue.get()
        if isinstance(item, BaseException):
            raise GenerationError(f"generation failed ({type(item).__name__})") from item
        return item

    async def stop(self) -> None:
        """End the thread after the token it is at."""
        self._stopped.set()
        with suppress(asyncio.CancelledError):
            await asyncio.shield(self._done)

    def put(self, value: Any) -> None:
        """For `generate`, which streams the prompt first and then token by token."""
        if self._prompt_seen:
            for token in value.flatten().tolist():
                self._hand(token)
        self._prompt_seen = True

    def end(self) -> None:
        """For `generate`."""

    def __call__(self, input_ids: Any, _scores: Any, **_: Any) -> Any:
        """Whether to stop, for each sequence; `generate` asks after every token."""
        return torch.full((input_ids.shape[0],), self._stopped.is_set(), device=input_ids.device)

    def _run(self) -> None:
        try:
            if self._seed is not None:
                torch.manual_seed(self._seed)
            self._model.generate(
                input_ids=self._prompt,
                attention_mask=torch.ones_like(self._prompt),
                streamer=self,
                stopping_criteria=[self],
                eos_token_id=oss_harmony.stop_tokens(),
                **self._settings,
            )
        except Exception as error:  # noqa: BLE001 (whatever it is, the caller waits for it)
            self._hand(error)
        self._hand(_END)

    def _hand(self, item: int | BaseException) -> None:
        self._loop.call_soon_threadsafe(self._queue.put_nowait, item)


def _settings(sampling: Sampling) -> dict[str, Any]:
    """Sampling by the names of GenerationConfig; temperature 0 is greedy."""
    settings: dict[str, Any] = {"max_new_tokens": sampling.max_tokens or 1024}
    if not sampling.temperature:
        return {**settings, "do_sample": False}
    chosen = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
    }
    return {
        **settings,
        "do_sample": True,
        **{name: value for name, value in chosen.items() if value is not None},
    }
