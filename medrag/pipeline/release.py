"""What a stream lets go of, and when: text as it is written, or only what has been checked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from medrag.answer.compose import in_document
from medrag.answer.events import Checked, Cited, Event, TextDelta, Warned
from medrag.answer.record import Answer
from medrag.attribution.checker import Checker
from medrag.attribution.verdicts import EvidenceText
from medrag.generation.stream import SentenceStream
from medrag.retrieval.retriever import Hit

Release = Literal["verified", "draft"]


def numbered(hits: Sequence[Hit]) -> list[EvidenceText]:
    """The hits as the checker sees them: passages "1" to "k", the numbers of the markers."""
    return [
        EvidenceText(id=str(number), text=hit.passage.text)
        for number, hit in enumerate(hits, start=1)
    ]


class Releases:
    """Turns what a generator writes into events.

    Args:
        release: "verified": a sentence is let go with the verdicts of its claims; "draft": text
            is let go at once, and the verdicts follow when all of it is there.
        repairs: Whether claims may be taken out afterwards: then "verified" text is let go only
            when all of it has been checked and repaired.
    """

    def __init__(
        self,
        checker: Checker,
        question: str,
        hits: Sequence[Hit],
        release: Release,
        *,
        repairs: bool,
    ) -> None:
        self._checker = checker
        self._question = question
        self._hits = hits
        self._verified = release == "verified"
        self._repairs = repairs
        self._sentences = SentenceStream()
        self._released = ""

    async def feed(self, text: str) -> list[Event]:
        """Take more of the draft; the events that are due."""
        if not text:
            return []
        if not self._verified:
            self._released += text
            return [TextDelta(text=text)]
        if self._repairs:
            return []
        whole = "".join(self._sentences.feed(text))
        if not whole:
            return []
        return await asyncio.to_thread(lambda: list(self._checked(whole)))

    def finish(self, answer: Answer) -> Iterator[Event]:
        """What is still due once the answer is there."""
        if not self._verified:
            for claim in answer.claims:
                yield Checked(claim=claim)
        elif answer.text.startswith(self._released):
            rest = answer.text[len(self._released) :]
            if rest:
                yield TextDelta(text=rest)
            for claim in answer.claims:
                if claim.end > len(self._released):
                    yield Checked(claim=claim)
        for citation in answer.citations:
            yield Cited(citation=citation)
        for notice in answer.warnings:
            yield Warned(notice=notice)

    def _checked(self, whole: str) -> Iterator[Event]:
        """Released text with its verdicts, spans counted from the beginning of the answer."""
        offset = len(self._released)
        self._released += whole
        yield TextDelta(text=whole)
        report = self._checker.check(whole, numbered(self._hits), question=self._question)
        for claim in report.claims:
            moved = replace(claim, start=claim.start + offset, end=claim.end + offset)
            yield Checked(claim=in_document(moved, self._hits))
