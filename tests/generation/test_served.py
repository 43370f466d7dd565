"""Served: the budget, the second attempt, and what counts as an answer."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from medrag.errors import GenerationError, Notice, PromptTooLong
from medrag.generation.draft import Delta, Draft
from medrag.generation.served import Served, abstains
from medrag.models.chat import ChatDelta, ChatReply, Message, Sampling, Usage
from medrag.retrieval.retriever import Hit
from tests.generation.test_prompt import hit

SAMPLING = Sampling(temperature=0.6, max_tokens=8192)
HITS = [hit("75歳以上では130/80 mmHg未満を目標とする。", start=100 * n) for n in range(4)]


def reply(content: str, *, finish_reason: str = "stop", reasoning: str | None = None) -> ChatReply:
    return ChatReply(
        content=content,
        reasoning=reasoning,
        finish_reason=finish_reason,
        model="tiny",
        usage=Usage(prompt_tokens=10, completion_tokens=5),
    )


class Scripted:
    """A ChatModel that plays what it is given, one entry a call."""

    name = "tiny"

    def __init__(self, *script: ChatReply | GenerationError, context: int | None = None) -> None:
        self.script = list(script)
        self.context = context
        self.prompts: list[Sequence[Message]] = []
        self.samplings: list[Sampling] = []

    async def stream(
        self, messages: Sequence[Message], *, sampling: Sampling
    ) -> AsyncGenerator[ChatDelta | ChatReply, None]:
        self.prompts.append(messages)
        self.samplings.append(sampling)
        entry = self.script[len(self.prompts) - 1]
        if isinstance(entry, GenerationError):
            if not isinstance(entry, PromptTooLong):
                yield ChatDelta(reasoning="考える。")
            raise entry
        if entry.reasoning:
            yield ChatDelta(reasoning=entry.reasoning)
        for character in entry.content:
            yield ChatDelta(content=character)
        yield entry

    async def context_length(self) -> int | None:
        return self.context

    async def aclose(self) -> None:
        pass


def served(
    model: Scripted, *, count: Callable[[str], int] = len, context_tokens: int = 32768
) -> Served:
    return Served(
        model,
        sampling=SAMPLING,
        count_tokens=count,
        context_tokens=context_tokens,
        evidence_tokens=12_000,
    )


async def write(
    model: Scripted, hits: Sequence[Hit] = HITS, **settings: Any
) -> tuple[list[Delta], Draft]:
    deltas: list[Delta] = []
    async for item in served(model, **settings).stream("降圧目標は？", hits):
        if isinstance(item, Draft):
            return deltas, item
        deltas.append(item)
    raise AssertionError("no draft")


@pytest.mark.anyio
class TestServed:
    async def test_deltas_come_first_and_the_draft_last(self) -> None:
        deltas, draft = await write(Scripted(reply("130/80 mmHg未満[1]。", reasoning="資料1。")))
        assert "".join(delta.text for delta in deltas) == draft.text == "130/80 mmHg未満[1]。"
        assert deltas[0].reasoning == draft.reasoning == "資料1。"
        assert (draft.mode, draft.abstained, draft.model) == ("model", False, "tiny")
        assert draft.usage.completion_tokens == 5
        assert draft.prompt_sha256 is not None

    async def test_the_reply_gets_what_the_prompt_leaves_and_no_more_than_asked(self) -> None:
        model = Scripted(reply("はい[1]。"), context=4096)
        _, draft = await write(model)
        prompt = sum(len(message.content) for message in model.prompts[0]) + 96
        assert model.samplings[0].max_tokens == 4096 - prompt - 64
        assert draft.sampling == {"temperature": 0.6, "max_tokens": 4096 - prompt - 64}
        model = Scripted(reply("はい[1]。"))
        await write(model)
        assert model.samplings[0].max_tokens == 8192

    async def test_evidence_that_does_not_fit_is_said_to_be_left_out(self) -> None:
        hits = [hit("長い段落。" * 300, start=2000 * n) for n in range(4)]
        _, draft = await write(Scripted(reply("はい[1]。"), context=8192), hits)
        assert [notice.code for notice in draft.notices] == ["evidence_dropped"]

    async def test_no_passage_at_all_fits(self) -> None:
        with pytest.raises(PromptTooLong):
            await write(Scripted(reply("はい[1]。"), context=2500), [hit("長い段落。" * 1000)])

    async def test_out_of_tokens_while_reasoning_asks_once_more_with_more_room_and_fewer_passages(
        self,
    ) -> None:
        model = Scripted(reply("", finish_reason="length", reasoning="長考"), reply("はい[1]。"))
        _, draft = await write(model)
        assert draft.text == "はい[1]。"
        assert [sampling.max_tokens for sampling in model.samplings] == [8192, 16384]
        assert [prompt[1].content.count("</資料>") for prompt in model.prompts] == [4, 2]
        assert [notice.code for notice in draft.notices] == ["asked_again"]

    async def test_out_of_tokens_twice_is_an_error_and_reasoning_is_never_an_answer(self) -> None:
        cut = reply("", finish_reason="length", reasoning="答えは130/80だ。")
        model = Scripted(cut, cut)
        with pytest.raises(GenerationError, match="ran out of tokens"):
            await write(model)
        assert len(model.prompts) == 2

    async def test_an_answer_that_is_cut_off_keeps_its_whole_sentences(self) -> None:
        _, draft = await write(
            Scripted(reply("目標は130/80 mmHg未満[1]。例外は起立性低", finish_reason="length"))
        )
        assert draft.text == "目標は130/80 mmHg未満[1]。"
        assert draft.finish_reason == "length"
        assert [notice.code for notice in draft.notices] == ["answer_truncated"]

    async def test_a_failure_after_reasoning_alone_is_tried_once_more(self) -> None:
        model = Scripted(GenerationError("broken", retryable=True), reply("はい[1]。"))
        _, draft = await write(model)
        assert draft.text == "はい[1]。"
        assert [notice.code for notice in draft.notices] == ["asked_again"]

    async def test_a_failure_that_cannot_pass_is_raised_at_once(self) -> None:
        model = Scripted(GenerationError("no such model", retryable=False))
        with pytest.raises(GenerationError, match="no such model"):
            await write(model)
        assert len(model.prompts) == 1

    async def test_a_prompt_that_the_server_finds_too_long_is_halved_once(self) -> None:
        model = Scripted(PromptTooLong("too long"), reply("はい[1]。"))
        _, draft = await write(model)
        assert [prompt[1].content.count("</資料>") for prompt in model.prompts] == [4, 2]
        assert [notice.code for notice in draft.notices] == ["asked_again"]

    async def test_notices_of_the_model_reach_the_draft(self) -> None:
        notice = Notice(code="parameter_dropped", message="top_k")
        _, draft = await write(Scripted(replace(reply("はい[1]。"), notices=(notice,))))
        assert draft.notices == (notice,)

    async def test_without_evidence_the_model_is_not_asked(self) -> None:
        model = Scripted()
        _, draft = await write(model, [])
        assert draft.abstained
        assert draft.text == "資料の中に答えがありません。"
        assert model.prompts == []

    async def test_an_abstention_is_said_in_the_draft(self) -> None:
        _, draft = await write(Scripted(reply("資料の中に答えがありません。")))
        assert draft.abstained


@pytest.mark.parametrize(
    "text",
    [
        "資料の中に答えがありません。",
        "資料の中に答えがありません[1]。",
        "提示された資料には、小児の用量に関する記載がありません。",
        "ご質問には回答できません。",
        "The passages do not contain the answer.",
        "This cannot be answered from the evidence.",
    ],
)
def test_it_abstains(text: str) -> None:
    assert abstains(text)


@pytest.mark.parametrize(
    "text",
    [
        "130/80 mmHg未満を目標とする[1]。",
        "130/80 mmHg未満を目標とする[1]。小児については資料の中に記載がありません。",
        "資料の中に75歳未満についての記載はありません。75歳以上では130/80 mmHg未満とする[1]。",
        "腎機能に関する情報がない場合は投与しない[2]。",
    ],
)
def test_it_answers(text: str) -> None:
    assert not abstains(text)
