"""Harmony, the format of gpt-oss, where a server lets it through into the text.

A server normally splits the model's channels into reasoning and content. When its parser fails, the
raw transcript arrives as content: with its special tokens (`<|channel|>analysis<|message|>…`) or,
where they were skipped, as `analysis…assistantfinal…`. Only what the final channel holds is an
answer; reasoning is never promoted to one. Format: the harmony response format of gpt-oss.
"""

from __future__ import annotations

import re

_REPLACEMENT = "\ufffd"
_SPECIAL = re.compile(r"<\|(?:channel|start|end|message|return|call|constrain)\|>")
_FINAL = re.compile(r"<\|channel\|>final(?:<\|constrain\|>[^<]*)?<\|message\|>|assistantfinal")
_ENDS = re.compile(r"<\|(?:end|return|call|start)\|>")
_TRANSCRIPT = re.compile(
    r"analysis.*assistantfinal|assistantfinal|(?:assistant)?(?:analysis|commentary)(?=\w)",
    re.DOTALL,
)
#: Beginnings that a leaked transcript has, and an answer in Japanese or English does not.
_OPENINGS = ("<|", "analysis", "assistant", "commentary")
_LONGEST = len("<|constrain|>")


class Leak(ValueError):
    """The content is a harmony transcript that holds no final message."""


class FinalChannel:
    """Passes an answer through as it streams, and takes it out of a leaked transcript.

    Text is held back only while it could still turn out to be a transcript: at the very start, and
    from a `<|` on. A U+FFFD at the end is held back too: it is what is left of a character that was
    cut off when the tokens ran out.
    """

    def __init__(self) -> None:
        self._held = ""
        self._started = False
        self._leaked = False

    def feed(self, text: str) -> str:
        """Take more content; return what is certainly part of the answer.

        Raises:
            Leak: A transcript begins after part of an answer went out, with no way to tell them apart.
        """
        if self._started and not self._held and "<" not in text and _REPLACEMENT not in text:
            return text  # as nearly every token of an answer
        self._held += text
        if self._leaked or self._leaks():
            return ""
        if not self._started and any(
            opening.startswith(self._held[: len(opening)]) for opening in _OPENINGS
        ):
            return ""
        return self._release(self._certain())

    def finish(self) -> str:
        """The rest of the answer, once the stream has ended.

        Raises:
            Leak: There is a transcript and it has no final message.
        """
        if self._leaked or self._leaks():
            return _last_final(self._held).rstrip(_REPLACEMENT)
        return self._release(len(self._held.rstrip(_REPLACEMENT)))

    def _leaks(self) -> bool:
        if not (
            _SPECIAL.search(self._held) or (not self._started and _TRANSCRIPT.match(self._held))
        ):
            return False
        if self._started:
            raise Leak("a harmony transcript follows part of an answer")
        self._leaked = True
        return True

    def _certain(self) -> int:
        """How much of what is held can be let go."""
        end = len(self._held.rstrip(_REPLACEMENT))
        opening = self._held.rfind("<", max(0, end - _LONGEST))
        if opening >= 0 and "<|".startswith(self._held[opening : opening + 2]):
            end = min(end, opening)
        return end

    def _release(self, end: int) -> str:
        certain, self._held = self._held[:end], self._held[end:]
        self._started = self._started or bool(certain)
        return certain


def _last_final(transcript: str) -> str:
    finals = list(_FINAL.finditer(transcript))
    if not finals:
        raise Leak("a harmony transcript without a final message")
    return _ENDS.split(transcript[finals[-1].end() :], maxsplit=1)[0]
