"""Paragraphs and their sentences: which state something of their own and which go with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medrag.documents import directives, grades
from medrag.japanese import sentences
from medrag.japanese.normalize import Span

GRADE_LENGTH = 24
"""Characters of a grade that stands on a line of its own, at most."""
LIST_MARK = re.compile(
    r"(?:[-*+•・●○◦■□▶◆※]\s*|[（(]?[0-9０-９]{1,2}[)）]\s*|[0-9]{1,2}(?:\.[0-9]{1,2}){1,3}\.?\s+|[0-9０-９]{1,2}[.．、]\s*(?![0-9０-９])|[①-⑳⑴-⒇]\s*"
    r"|[（(][ァ-ヶ一二三四五六七八九十a-zⅰ-ⅹ][)）]\s*|[一二三四五六七八九十]{1,2}[　、．]\s*|[ア-ン][　．]\s*|>\s*|\*\*\s*)+"
)


def sentences_in(text: str, span: Span) -> list[Span]:
    """The sentences of a part of a text, as spans of the whole."""
    return [
        Span(span.start + s.start, span.start + s.end)
        for s in sentences.split(text[span.start : span.end])
    ]


def paragraphs_in(text: str, span: Span) -> Iterator[Span]:
    """Runs of sentences with no line break between them."""
    begin: int | None = None
    end = span.start
    for piece in sentences_in(text, span):
        if begin is not None and "\n" in text[end : piece.start]:
            yield Span(begin, end)
            begin = None
        if begin is None:
            begin = piece.start
        end = piece.end
    if begin is not None:
        yield Span(begin, end)


def withdrawing(text: str, line: Span) -> list[Span]:
    """The sentences of an explanation that say for whom the recommendation does not hold."""
    pieces = sentences_in(text, line)
    return [piece for piece in pieces if directives.withdrawing(text[piece.start : piece.end])]


def runs(
    text: str, pieces: Sequence[Span], mentions: Sequence[grades.Mention]
) -> list[Sequence[Span]]:
    """A paragraph in parts, where it states several recommendations with a strength each."""
    strengths = [mention.start for mention in mentions if mention.kind == "strength"]
    cuts = [0]
    for position, piece in enumerate(pieces):
        part = text[piece.start : piece.end]
        before = any(pieces[cuts[-1]].start <= start < piece.start for start in strengths)
        own = any(piece.start < start < piece.end for start in strengths)
        if before and own and directives.recommending(part) and not directives.exceptional(part):
            cuts.append(position)
    return [pieces[start:end] for start, end in zip(cuts, [*cuts[1:], len(pieces)], strict=True)]


def stating(text: str, pieces: Sequence[Span]) -> Sequence[Span]:
    """The sentences that state and limit a recommendation, without the reasons behind them."""
    for position, piece in enumerate(pieces[1:], start=1):
        if not directives.limiting(text[piece.start : piece.end]):
            return pieces[:position]
    return pieces


def naming(line: str) -> grades.Kind | None:
    """The grade that a line names and does nothing else."""
    bare = line.strip("*_　 :：【】［］[]■●◆<>＜＞")
    kind = grades.column_of(bare) if len(bare) <= GRADE_LENGTH else None
    if kind not in ("strength", "certainty") or grades.find(bare) or not grades.names(bare):
        return None
    return kind


def bracketed(text: str, start: int, mentions: Sequence[grades.Mention]) -> bool:
    """Whether a strength stands in brackets behind a sentence, and not in its grammar."""
    return any(
        mention.kind == "strength"
        and (grades.bracket_before(text, start, mention.start) or start) > start
        for mention in mentions
    )
