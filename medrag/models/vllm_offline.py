"""vLLM in this process, without a server: many conversations at once, for experiments.

The engine runs in a child process that does not end by itself: the interpreter would wait for it at
its own end. So it is shut down by `close`, at the end of a `with`, or at exit.
"""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import AsyncGenerator, Sequence
from threading import Lock
from typing import Any, Self

import vllm

from medrag.errors import GenerationError, PromptTooLong
from medrag.models import oss_harmony
from medrag.models.chat import ChatDelta, ChatReply, Message, Sampling, Usage


class VLLMOffline:
    """A ChatModel over `vllm.LLM`, whose strength is `complete_all`; a context manager.

    Args:
        path: Directory or cached hub name of a gpt-oss model.
        max_model_len: Context in tokens.
        options: Passed to `vllm.LLM`, for example tensor_parallel_size.
    """

    def __init__(self, *, path: str, max_model_len: int, **options: object) -> None:
        self.name = path
        self._max_model_len = max_model_len
        self._llm: Any = vllm.LLM(model=path, max_model_len=max_model_len, **options)
        self._one_batch_at_a_time = Lock()  # an engine hands its outputs to whoever asks
        # Registered after multiprocessing's own hook, which waits for children, and so run before it.
        atexit.register(self.close)

    def close(self) -> None:
        """End the engine's process; there is no way back. Closing twice is harmless."""
        atexit.unregister(self.close)
        with self._one_batch_at_a_time:
            llm, self._llm = self._llm, None
            if llm is not None:
                llm.llm_engine.engine_core.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def complete_all(
        self, conversations: Sequence[Sequence[Message]], *, sampling: Sampling
    ) -> list[ChatReply | GenerationError]:
        """A reply, or why there is none, for each conversation, in order.

        Raises:
            GenerationError: The engine has been shut down.
        """
        prompts = [oss_harmony.render(messages) for messages in conversations]
        results: list[ChatReply | GenerationError] = [
            PromptTooLong(
                f"{len(prompt)} tokens, and the context has {self._max_model_len}", where=self.name
            )
            for prompt in prompts
        ]
        fitting = [
            number for number, prompt in enumerate(prompts) if len(prompt) < self._max_model_len
        ]
        with self._one_batch_at_a_time:
            if self._llm is None:
                raise GenerationError("the engine has been shut down", where=self.name)
            outputs = self._llm.generate(
                [{"prompt_token_ids": prompts[number]} for number in fitting],
                vllm.SamplingParams(
                    **sampling.to_dict(),
                    stop_token_ids=oss_harmony.stop_tokens(),
                    skip_special_tokens=False,
                ),
                use_tqdm=False,
            )
        for number, output in zip(fitting, outputs, strict=True):
            completion = output.outputs[0]
            results[number] = self._reply(
                len(prompts[number]), list(completion.token_ids), completion.finish_reason
            )
        return results

    async def stream(
        self, messages: Sequence[Message], *, sampling: Sampling
    ) -> AsyncGenerator[ChatDelta | ChatReply, None]:
        """See ChatModel.stream. The reply comes in one piece, and closing early saves nothing.

        Raises:
            PromptTooLong: The prompt alone exceeds the context.
            GenerationError: What the model wrote is no harmony transcript, or the engine is down.
        """
        result = (await asyncio.to_thread(self.complete_all, [messages], sampling=sampling))[0]
        if isinstance(result, GenerationError):
            raise result
        yield ChatDelta(content=result.content, reasoning=result.reasoning or "")
        yield result

    async def context_length(self) -> int | None:
        """What it was started with."""
        return self._max_model_len

    async def aclose(self) -> None:
        """See `close`."""
        await asyncio.to_thread(self.close)

    def _reply(
        self, prompt_tokens: int, tokens: Sequence[int], finish_reason: str | None
    ) -> ChatReply | GenerationError:
        transcript = oss_harmony.Transcript()
        try:
            deltas = [
                transcript.feed(token) for token in tokens if token not in oss_harmony.stop_tokens()
            ]
        except oss_harmony.Malformed as error:
            return GenerationError(str(error), where=self.name, retryable=True)
        return ChatReply(
            content="".join(delta.content for delta in deltas).rstrip("\ufffd"),
            reasoning="".join(delta.reasoning for delta in deltas).rstrip("\ufffd") or None,
            finish_reason=finish_reason,
            model=self.name,
            usage=Usage(
                prompt_tokens=prompt_tokens,
                completion_tokens=len(tokens),
                reasoning_tokens=transcript.reasoning_count,
            ),
        )
