"""Sentences out of a stream: a piece of a draft is let go when it is whole, markers included."""

from __future__ import annotations

import re

from medrag.japanese import sentences

# What may still belong to the sentence before it: a marker or a closing bracket, begun or whole.
_MAY_BELONG = re.compile(r"\s*(?:$|[\[［【〔)）」』\]］】〕\"”’'.。．])")

# Nothing ends without one of these, and to look for them is cheaper than to split at every token.
_MAY_END = re.compile(r"[。！？!?｡.．\n]")


class SentenceStream:
    """Cuts deltas into whole sentences, each with the markers that follow it.

    A sentence is whole once the next one has begun: `…する。` may be followed by `[1]`, and `][` may
    arrive as one token. Everything that goes in comes out, in order and unchanged.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> tuple[str, ...]:
        """Take more text; return the sentences that are now certainly whole."""
        self._held += text
        released: list[str] = []
        while (end := self._first_whole()) is not None:
            released.append(self._held[:end])
            self._held = self._held[end:]
        return tuple(released)

    def finish(self) -> str:
        """What is left when the stream has ended; "" if nothing is."""
        rest, self._held = self._held, ""
        return rest

    def _first_whole(self) -> int | None:
        """Where the first sentence that is certainly whole ends."""
        if not _MAY_END.search(self._held):
            return None
        spans = sentences.split(self._held)
        for span in spans[:-1]:
            if not _MAY_BELONG.match(self._held, span.end):
                return span.end
        return None
