"""The gpt-oss vocabulary and the harmony format, from oss-harmony, whose vocabulary is inside it.

For a model that runs in this process there is no server to render the prompt and to part reasoning
from answer; both are done here with token ids, so that text which spells a control token stays text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import openai_harmony as harmony

from medrag.models.chat import ChatDelta, Message


@cache
def _encoding() -> Any:
    return harmony.load_harmony_encoding(harmony.HarmonyEncodingName.HARMONY_GPT_OSS)


def count(text: str) -> int:
    """Tokens of `text` as ordinary text: control tokens spelt out in it are letters."""
    return len(_encoding().encode(text, disallowed_special=()))


def render(messages: Sequence[Message]) -> list[int]:
    """The conversation up to where the assistant begins to write.

    As vLLM renders it: its own identity line, the system message as the developer's instructions. No
    date, so that the same question gives the same tokens on any day.
    """
    turns = [
        harmony.Message.from_role_and_content(harmony.Role.SYSTEM, harmony.SystemContent.new())
    ]
    for message in messages:
        if message.role == "system":
            content = harmony.DeveloperContent.new().with_instructions(message.content)
            turns.append(harmony.Message.from_role_and_content(harmony.Role.DEVELOPER, content))
        elif message.role == "user":
            turns.append(harmony.Message.from_role_and_content(harmony.Role.USER, message.content))
        else:
            final = harmony.Message.from_role_and_content(harmony.Role.ASSISTANT, message.content)
            turns.append(final.with_channel("final"))
    conversation = harmony.Conversation.from_messages(turns)
    tokens: list[int] = _encoding().render_conversation_for_completion(
        conversation, harmony.Role.ASSISTANT
    )
    return tokens


def stop_tokens() -> list[int]:
    """Ids that end the assistant's turn."""
    tokens: list[int] = _encoding().stop_tokens_for_assistant_actions()
    return tokens


class Malformed(ValueError):
    """The tokens are not a harmony transcript."""


class Transcript:
    """Parts the tokens that a model writes into reasoning and answer, one by one."""

    def __init__(self) -> None:
        self._parser = harmony.StreamableParser(_encoding(), role=harmony.Role.ASSISTANT)
        self.count = 0
        self.reasoning_count = 0

    def feed(self, token: int) -> ChatDelta:
        """What the token adds; nothing while a header or half a character is being written.

        Raises:
            Malformed: The token cannot stand here.
        """
        try:
            self._parser.process(token)
        except harmony.HarmonyError as error:
            raise Malformed(f"no harmony: {error}") from None
        self.count += 1
        text = self._parser.last_content_delta or ""
        if self._parser.current_channel == "final":
            return ChatDelta(content=text)
        if self._parser.state == harmony.StreamState.CONTENT:
            self.reasoning_count += 1
        return ChatDelta(reasoning=text)
