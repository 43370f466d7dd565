"""A recommendation while it is being put together from the sentences of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from medrag.documents import directives, grades
from medrag.documents.guideline import Condition, Grade
from medrag.japanese import sentences
from medrag.japanese.normalize import Span

LIST_MARK = re.compile(
    r"(?:[-*+•・●○◦■□▶◆]\s*|[（(]?[0-9０-９]{1,2}[)）]\s*|[0-9０-９]{1,2}[.．、]\s*(?![0-9０-９])|[①-⑳⑴-⒇]\s*"
    r"|[（(][ァ-ヶ一二三四五六七八九十a-zⅰ-ⅹ][)）]\s*|[一二三四五六七八九十]{1,2}[　、．]\s*|[ア-ン][　．]\s*|>\s*|\*\*\s*)+"
)
_FILLER = re.compile(r"[\s、，,/／。．.;；:：|*_()（）\[\]［］〔〕【】「」％%0-9０-９]+")
_VOTE = re.compile(
    r"(?:合意率?|同意率|賛成率|投票|合意度|一致率|agreement|consensus|votes?)[^、，,/／。|\n]{0,40}",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?P<ja>[^。．、，（）()\n]{2,40}を除(?:き|いて|く)(?=[、，）)]))|(?P<en>\b(?:unless|except)\b[^.,;()]{3,120})",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Draft:
    """A recommendation being put together; spans index the document's text."""

    start: int
    end: int
    block_end: int
    strength: Grade | None = None
    certainty: Grade | None = None
    exceptions: list[Condition] = field(default_factory=list)
    label: str | None = None
    question: str | None = None
    path: tuple[str, ...] = ()
    spoken: int = 0  # where the paragraph that states it ends, grades included

    def grade(self, mentions: Sequence[grades.Mention]) -> None:
        """Take the first strength and the first certainty."""
        for mention in mentions:
            if mention.kind == "strength" and self.strength is None:
                self.strength = mention.grade
            elif mention.kind == "certainty" and self.certainty is None:
                self.certainty = mention.grade

    def limit(self, condition: Condition) -> None:
        """Take an exception, once."""
        if all(known.start != condition.start for known in self.exceptions):
            self.exceptions.append(condition)
        self.block_end = max(self.block_end, condition.end)


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


def drafted(text: str, pieces: Sequence[Span], mentions: Sequence[grades.Mention]) -> Draft:
    """A recommendation from the sentences of one paragraph: up to its grades, if it has any."""
    start, end = pieces[0].start, pieces[-1].end
    openings = (grades.bracket_before(text, start, mention.start) for mention in mentions)
    cut = min(
        (opening for opening in openings if opening is not None and opening > start), default=end
    )
    draft = Draft(start=start, end=cut, block_end=end, spoken=end)
    while draft.end > start and text[draft.end - 1].isspace():
        draft.end -= 1
    for piece in pieces[1:]:
        part = text[piece.start : piece.end]
        if directives.limiting(part) and not only_grades(
            text, piece.start, piece.end, grades.find(part, piece.start)
        ):
            draft.limit(condition(text, piece))
    for clause in _CLAUSE.finditer(text, start, draft.end):
        inside = any(e.start <= clause.start() < e.end for e in draft.exceptions)
        if not inside:
            draft.limit(Condition(text=clause[0], start=clause.start(), end=clause.end()))
    draft.grade(mentions)
    return draft


def condition(text: str, piece: Span) -> Condition:
    """A sentence or a list item as a condition, without its list marker."""
    start = piece.start
    if marker := LIST_MARK.match(text, start, piece.end):
        start = marker.end()
    return Condition(text=text[start : piece.end], start=start, end=piece.end)


def only_grades(text: str, start: int, end: int, mentions: Sequence[grades.Mention]) -> bool:
    """Whether a stretch of text says nothing but grades and votes."""
    if not mentions:
        return False
    rest = []
    cursor = start
    for mention in sorted(mentions, key=lambda m: m.start):
        rest.append(text[cursor : max(cursor, mention.start)])
        cursor = max(cursor, mention.end)
    rest.append(text[cursor:end])
    return len(_FILLER.sub("", _VOTE.sub("", "".join(rest)))) <= 12
