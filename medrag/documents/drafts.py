"""A recommendation while it is being put together from the sentences of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from medrag.documents import directives, grades
from medrag.documents.guideline import Condition, Grade
from medrag.documents.labels import label_of
from medrag.documents.paragraphs import LIST_MARK
from medrag.japanese.normalize import Span, fold

_FILLER = re.compile(
    r"[\s、，,/／。．.;；:：|*_()（）\[\]［］〔〕【】「」％%0-9０-９・\-–—－〈〉《》]+"
)
_VOTE = re.compile(
    r"(?:合意率?|同意率|賛成率|投票|合意度|一致率|agreement|consensus|votes?)[^、，,/／。|\n]{0,40}",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"[)）\]］〕】〉》][。．]?")
_VERB = re.compile(r"(?:[うくすつぬふむぐぶる]|ない)$")
_OPENING = 8  # characters; what begins the sentence is no exception to it
_EMPHASIS = frozenset("*_")  # of Markdown
_SEPARATOR = re.compile(r"[*_\s　:：/／、,，]*")
_BRACKETS = tuple("（(［[〔【〈《")
_CLAUSE = re.compile(
    r"(?P<ja>[^。．、，（）()\n]{2,40}を除(?:き|いて|く)(?=[、，）)]|すべて|全て|全|成人|患者|小児|症例|者))|(?P<en>\b(?:unless|except)\b[^.,;()]{3,120})",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Draft:
    """A recommendation being put together; spans index the document's text."""

    start: int
    end: int
    block_end: int
    block_start: int = -1  # where its row of a table begins; else its own start
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

    def repeated_by(self, other: Draft) -> bool:
        """Whether the same words elsewhere may be the same recommendation, by question and grades."""
        pairs = (
            (self.label, other.label),
            (self.strength and self.strength.raw, other.strength and other.strength.raw),
            (self.certainty and self.certainty.raw, other.certainty and other.certainty.raw),
        )
        return not self.exceptions and all(a is None or b is None or a == b for a, b in pairs)

    def adopt(self, other: Draft) -> None:
        """Take the grades and the label of the same recommendation in another place."""
        self.strength = self.strength or other.strength
        self.certainty = self.certainty or other.certainty
        if self.label is None:
            self.label, self.question = other.label, other.question

    def core(self, text: str) -> str:
        """What is recommended, without the exceptions inside it: they refuse something else."""
        kept, cursor = "", self.start
        for exception in sorted(self.exceptions, key=lambda exception: exception.start):
            if self.start + _OPENING < exception.start < self.end:
                kept += text[cursor : max(cursor, exception.start)]
                cursor = max(cursor, exception.end)
        return kept + text[cursor : max(cursor, self.end)]

    def withhold(self, text: str, pieces: Sequence[Span]) -> Literal[False]:
        """Take from the reasons below it to whom it is not given; they end its block."""
        for piece in pieces:
            said = condition(text, piece)
            if directives.withholding(said.text) and said not in self.exceptions:
                self.exceptions.append(said)
        return False

    def limit(self, condition: Condition) -> None:
        """Take an exception, once."""
        if all(known.start != condition.start for known in self.exceptions):
            self.exceptions.append(condition)
        self.block_end = max(self.block_end, condition.end)


def drafted(text: str, pieces: Sequence[Span], mentions: Sequence[grades.Mention]) -> Draft:
    """A recommendation from the sentences of one paragraph: up to its grades, if it has any."""
    start, end = pieces[0].start, pieces[-1].end
    openings = (grades.bracket_before(text, start, mention.start) for mention in mentions)
    cut = min(
        (opening for opening in openings if opening is not None and opening > start), default=end
    )
    for piece in pieces[1:]:  # Weak recommendation, low-quality evidence.
        if only_grades(
            text, piece.start, piece.end, [m for m in mentions if m.start >= piece.start]
        ):
            cut = min(cut, piece.start)
    draft = Draft(start=start, end=cut, block_end=end, spoken=end)
    while draft.end > start and (text[draft.end - 1].isspace() or text[draft.end - 1] in _EMPHASIS):
        draft.end -= 1
    for piece in pieces[1:]:
        bare = _without_grades(text, piece, mentions)
        label = label_of(fold(text[bare.start : bare.end])) if bare is not None else None
        if bare is not None and label is not None and label[0] == "exception":
            draft.limit(condition(text, Span(bare.start + label[1], bare.end)))
        elif bare is not None and directives.limiting(text[bare.start : bare.end]):
            draft.limit(condition(text, bare))
    for clause in _CLAUSE.finditer(text, start, draft.end):
        inside = any(e.start <= clause.start() < e.end for e in draft.exceptions)
        if not inside:
            draft.limit(Condition(text=clause[0], start=clause.start(), end=clause.end()))
    draft.grade(mentions)
    return draft


def _without_grades(text: str, piece: Span, mentions: Sequence[grades.Mention]) -> Span | None:
    """A sentence without the brackets before or behind it that grade; None if nothing is left."""
    start, end = piece.start, piece.end
    own = [mention for mention in mentions if start <= mention.start < end]
    if only_grades(text, start, end, own):
        return None
    for mention in own:
        opening = grades.bracket_before(text, start, mention.start)
        if opening is None:
            continue
        if text[start:opening].strip():
            end = min(end, opening)
        elif (closing := _CLOSING.search(text, mention.end, end)) is not None:
            start = max(start, closing.end())
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if end > start else None


def leading(text: str, span: Span, mentions: Sequence[grades.Mention]) -> int:
    """Where a line goes on behind the grades that it begins with: 〔2D〕…, グレードB　…."""
    position = span.start
    while True:
        bare = _SEPARATOR.match(text, position, span.end)
        opening = bare.end() if bare else position
        inside = opening + 1 if text[opening : opening + 1] in _BRACKETS else opening
        mention = next((m for m in mentions if m.start == inside), None)
        if mention is None:
            return position
        if inside > opening:
            closing = _CLOSING.search(text, mention.end, span.end)
            position = closing.end() if closing else span.start
        else:
            position = mention.end
        after = _SEPARATOR.match(text, position, span.end)
        position = after.end() if after else position
        if position >= span.end or inside == span.start == position:
            return span.start


def condition(text: str, piece: Span) -> Condition:
    """A sentence or a list item as a condition, without its list marker and emphasis."""
    start, end = piece.start, piece.end
    if marker := LIST_MARK.match(text, start, end):
        start = marker.end()
    while end > start and text[end - 1] in _EMPHASIS:
        end -= 1
    while start < end and text[start] in _EMPHASIS:
        start += 1
    return Condition(text=text[start:end], start=start, end=end)


def only_votes(text: str) -> bool:
    """Whether a line says nothing but how the panel voted: 合意率 94.4%（17/18名）."""
    votes = _VOTE.search(text)
    return votes is not None and len(_FILLER.sub("", _VOTE.sub("", text))) <= 4


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
    said = _VOTE.sub("", "".join(rest))
    left = _FILLER.sub("", said)
    states = directives.recommending(said) or (len(left) > 4 and _VERB.search(left) is not None)
    return len(left) <= 12 and not states
