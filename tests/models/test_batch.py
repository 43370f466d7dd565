"""The file format of `vllm run-batch`."""

import json

import pytest

from medrag.errors import GenerationError
from medrag.models.batch import read_replies, request_line
from medrag.models.chat import ChatReply, Message, Sampling


def reply_line(body: object, *, status: int = 200, error: object = None) -> str:
    response = {"status_code": status, "request_id": "r", "body": body}
    return json.dumps({"id": "vllm-1", "custom_id": "q1", "response": response, "error": error})


def completion(
    content: str | None, reasoning: str | None, finish_reason: str = "stop"
) -> dict[str, object]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "tiny-gptoss",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "reasoning": reasoning},
                "finish_reason": finish_reason,
            }
        ],
        "usage": {"prompt_tokens": 95, "completion_tokens": 36, "total_tokens": 131},
    }


def outcome(line: str) -> ChatReply | GenerationError:
    (reply,) = read_replies([line, "\n"])
    assert reply.id == "q1"
    return reply.outcome


def test_a_request_is_one_line_of_the_openai_batch_form() -> None:
    line = request_line(
        "q1",
        "tiny",
        [Message(role="user", content="降圧目標は？\n")],
        sampling=Sampling(temperature=0.0, top_k=20),
    )
    assert "\n" not in line
    assert json.loads(line) == {
        "custom_id": "q1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {
            "model": "tiny",
            "messages": [{"role": "user", "content": "降圧目標は？\n"}],
            "temperature": 0.0,
            "top_k": 20,
        },
    }


def test_a_reply_keeps_reasoning_apart() -> None:
    reply = outcome(reply_line(completion("140/90mmHg以上です[2][3]。", "資料1を確認する。")))
    assert isinstance(reply, ChatReply)
    assert (reply.content, reply.reasoning) == ("140/90mmHg以上です[2][3]。", "資料1を確認する。")
    assert reply.usage.prompt_tokens == 95


def test_a_reply_cut_off_inside_its_reasoning_has_no_content() -> None:
    reply = outcome(reply_line(completion(None, "診察室血\ufffd", "length")))
    assert isinstance(reply, ChatReply)
    assert (reply.content, reply.reasoning) == ("", "診察室血")


def test_a_leaked_transcript_is_read_for_its_final_message() -> None:
    reply = outcome(reply_line(completion("analysis資料1。assistantfinalはい[1]。", None)))
    assert isinstance(reply, ChatReply)
    assert reply.content == "はい[1]。"


@pytest.mark.parametrize(
    "line",
    [
        reply_line(completion(None, None)),
        reply_line(None, status=400),
        reply_line(None, error={"message": "x"}),
        reply_line({"choices": [7]}),
    ],
    ids=["null-content", "refused", "error", "malformed"],
)
def test_no_usable_reply_is_an_outcome_not_an_exception(line: str) -> None:
    assert isinstance(outcome(line), GenerationError)


@pytest.mark.parametrize("line", ["{", "[]", "{}", '"x"'])
def test_another_file_is_refused_with_the_line(line: str) -> None:
    with pytest.raises(GenerationError, match="line 2"):
        list(read_replies([reply_line(completion("はい。", None)), line]))
