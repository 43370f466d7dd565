"""Served: a ChatModel behind the prompt.

Correctness comes from the protocol: the model sees only the evidence, the budget is explicit because
servers clamp silently, reasoning never becomes an answer, and what is unusable is an error for the
pipeline to fall back on. One second attempt is made where the first one put out no text.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import lru_cache

from medrag.errors import GenerationError, Notice, PromptTooLong
from medrag.generation import markers
from medrag.generation.draft import Delta, Draft, Mode
from medrag.generation.language import NO_EVIDENCE, language_of, notice
from medrag.generation.prompt import Prompt, bare_tokens, build
from medrag.models.chat import ChatModel, ChatReply, Sampling
from medrag.retrieval.retriever import Hit

#: Kept free between prompt, reply and the end of the context, for what our count does not see.
SPARE_TOKENS = 64
#: A reply that ran out of tokens while reasoning is asked for once more with up to this many.
SECOND_MAX_TOKENS = 16384


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """How one request is made."""

    hits: Sequence[Hit]
    max_tokens: int
    again: str | None = None  # why it is a second one


class Served:
    """A Generator that asks a language model.

    Args:
        model: Where it runs does not matter.
        sampling: Its `max_tokens` bounds reasoning and answer together.
        count_tokens: Tokens of a text; see medrag.models.tokens.
        context_tokens: Prompt and reply together; less if the model itself says less.
        evidence_tokens: What the evidence may take of it.
    """

    mode: Mode = "model"

    def __init__(
        self,
        model: ChatModel,
        *,
        sampling: Sampling,
        count_tokens: Callable[[str], int],
        context_tokens: int,
        evidence_tokens: int,
    ) -> None:
        self._model = model
        self._sampling = sampling
        # The instructions are in every prompt, and a passage in many.
        self._count = lru_cache(maxsize=2048)(count_tokens)
        self._context_tokens = context_tokens
        self._evidence_tokens = evidence_tokens

    async def stream(
        self, question: str, hits: Sequence[Hit]
    ) -> AsyncGenerator[Delta | Draft, None]:
        """See Generator.stream.

        Raises:
            GenerationError: The model failed, or ran out of tokens twice before it answered.
        """
        if not hits:
            yield Draft(text=NO_EVIDENCE[language_of(question)], mode=self.mode, abstained=True)
            return
        context = min(
            self._context_tokens, await self._model.context_length() or self._context_tokens
        )
        attempt: _Attempt | None = _Attempt(
            hits=hits, max_tokens=self._sampling.max_tokens or context // 2
        )
        second = False
        while attempt is not None:
            prompt, sampling = self._fit(question, attempt, context)
            written = reasoned = False
            thought = ""
            reply: ChatReply | None = None
            try:
                async with aclosing(
                    self._model.stream(prompt.messages, sampling=sampling)
                ) as items:
                    async for item in items:
                        if isinstance(item, ChatReply):
                            reply = item
                            continue
                        thought += item.reasoning
                        reasoned = True
                        if item.content:  # reasoning is shown to nobody: it goes with the text
                            yield Delta(text=item.content, reasoning=thought)
                            written, thought = True, ""
            except PromptTooLong:
                if second:
                    raise
                attempt = replace(_fewer(attempt), again="prompt_too_long")
            except GenerationError as error:
                # The client retries by itself until something has reached us; reasoning alone is no harm.
                if second or written or not (reasoned and error.retryable):
                    raise
                attempt = replace(attempt, again="malformed")
            else:
                draft = _draft(reply, prompt, sampling, attempt)
                if draft is not None:
                    yield draft
                    return
                self._only_once_more(second)
                attempt = replace(_fewer(attempt), max_tokens=SECOND_MAX_TOKENS, again="truncated")
            second = True

    def _only_once_more(self, second: bool) -> None:
        if second:
            raise GenerationError(
                "the model ran out of tokens before it answered, twice",
                where=self._model.name,
                hint="raise MEDRAG_MAX_TOKENS",
                retryable=True,
            )

    def _fit(self, question: str, attempt: _Attempt, context: int) -> tuple[Prompt, Sampling]:
        """A prompt that leaves room for a reply, and the sampling with the room that is left."""
        room = min(attempt.max_tokens, context // 2)
        bare = bare_tokens(question, count=self._count)
        evidence = min(self._evidence_tokens, context - room - SPARE_TOKENS - bare)
        prompt = build(question, attempt.hits, evidence_tokens=evidence, count=self._count)
        if attempt.hits and not prompt.numbers:
            raise PromptTooLong(
                "not even one passage fits the context",
                where=self._model.name,
                hint="shorten the question, or serve the model with a longer context",
            )
        left = context - prompt.tokens - SPARE_TOKENS
        return prompt, replace(self._sampling, max_tokens=min(attempt.max_tokens, left))


def _fewer(attempt: _Attempt) -> _Attempt:
    return replace(attempt, hits=attempt.hits[: max(1, len(attempt.hits) // 2)])


def _draft(
    reply: ChatReply | None, prompt: Prompt, sampling: Sampling, attempt: _Attempt
) -> Draft | None:
    """The finished draft; None if the reply was cut off before its first whole sentence."""
    if reply is None:
        raise GenerationError("the model's stream ended without a reply", retryable=True)
    text = reply.content.strip()
    notices: list[Notice] = []
    if attempt.again is not None:
        shown = len(prompt.numbers)
        notices.append(notice("asked_again", prompt.language, shown=shown, why=attempt.again))
    if reply.finish_reason == "length":
        text = _whole_sentences(text)
        notices.append(notice("answer_truncated", prompt.language))
    if not text:
        return None
    return Draft(
        text=text,
        mode="model",
        abstained=abstains(text),
        reasoning=reply.reasoning,
        finish_reason=reply.finish_reason,
        usage=reply.usage,
        model=reply.model,
        sampling=sampling.to_dict(),
        prompt_sha256=prompt.sha256,
        notices=(*prompt.notices, *notices, *reply.notices),
    )


_SENTENCE_END = re.compile(r"(?:[。！？!?．]|\.(?=\s|$))(?:\s*[\[［【〔][^\[\]\n]*[\]］】〕])*|\n")


def _whole_sentences(text: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[-1]].rstrip() if ends else ""


# What the prompt asks for, and how models vary it.
_NO_ANSWER = re.compile(
    r"(?:資料|根拠|文献|本文|提示された|与えられた|ガイドライン).{0,30}(?:答え|回答|情報|記載|記述|言及)"
    r".{0,12}(?:ありません|ない|見当たりません|見つかりません|含まれていません|されていません)"
    r"|(?:お答え|回答|答えること)(?:が|は)?(?:でき|出来)(?:ません|ない)"
    r"|\b(?:passages?|evidence|sources?|documents?)\b.{0,40}\b(?:do(?:es)? not|don't|doesn't)\b"
    r".{0,20}\b(?:contain|answer|state|provide|include|address|mention)"
    r"|\b(?:cannot|can't|unable to) (?:be )?answer",
    re.IGNORECASE,
)


def abstains(text: str) -> bool:
    """Whether a reply says that the evidence has no answer, and says nothing else.

    A reply that answers a part and cites it is an answer, whatever it leaves open.
    """
    first, *others = [part for part in _SENTENCE_END.split(text) if part and part.strip()]
    return bool(_NO_ANSWER.search(first)) and (not others or not markers.find(text))
