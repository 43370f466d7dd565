"""vLLM in this process, without a server: many conversations at once, for experiments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import vllm

from medrag.errors import GenerationError, PromptTooLong
from medrag.models import oss_harmony
from medrag.models.chat import ChatDelta, ChatReply, Message, Sampling, Usage


class VLLMOffline:
    """A ChatModel over `vllm.LLM`, whose strength is `complete_all`.

    Args:
        path: Directory or cached hub name of a gpt-oss model.
        max_model_len: Context in tokens.
        options: Passed to `vllm.LLM`, for example tensor_parallel_size.
    """

    def __init__(self, *, path: str, max_model_len: int, **options: object) -> None:
        self.name = path
        self._max_model_len = max_model_len
        self._llm = vllm.LLM(model=path, max_model_len=max_model_len, **options)

    def complete_all(
        self, conversations: Sequence[Sequence[Message]], *, sampling: Sampling
    ) -> list[ChatReply | GenerationError]:
        """A reply, or why there is none, for each conversation, in order."""
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
            GenerationError: What the model wrote is no harmony transcript.
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
        """The engine ends with the process."""

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
