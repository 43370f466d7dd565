"""Finding the recommendations of a document in its sections.

Behind medrag.documents.guideline.recognise. A recommendation is a paragraph under a label (推奨,
ステートメント), the first recommending paragraph under a clinical question, a sentence that carries
a grade, or a row of a table with a column of grades. What follows belongs to it while it is grades,
exceptions or conditions; an exception section of the same question does too. Only where a document
has none of these, and sets out what to do, are its directions listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from medrag.documents import directives, grade_tables, grades
from medrag.documents.document import Document, Section
from medrag.documents.drafts import (
    LIST_MARK,
    Draft,
    condition,
    drafted,
    only_grades,
    paragraphs_in,
    sentences_in,
)
from medrag.documents.guideline import Recommendation
from medrag.documents.labels import answers_in, question_of, statement_of
from medrag.japanese.normalize import Span

_TOPIC = re.compile(r"[^。、，：:\s]{2,12}[：:]\s*")
_SUB_ITEM = re.compile(r"[\s　]*(?:[ァ-ヶ][　．)]|[（(][ァ-ヶイロハニ][)）])")
_LEADS_A_LIST = re.compile(r"(?:次の|以下の|下記の|いずれか)[^。]*$|[:：]$")
_SHORTEST = 14  # a shorter sentence with a grade defines the grade
_UNGRADED = re.compile(r"(?:BQ|FRQ|GQ|背景疑問)", re.IGNORECASE)

Mode = Literal["labelled", "answer", "open"]


def found(document: Document) -> tuple[Recommendation, ...]:
    """The recommendations of a document, in order of their place."""
    drafts = _Reader(document).drafts()
    if not drafts and directives.guidance(document.title, document.text):
        drafts = list(_directions(document))
    drafts.sort(key=lambda draft: draft.start)
    return tuple(_finished(document, draft) for draft in drafts)


def _finished(document: Document, draft: Draft) -> Recommendation:
    stated = min(
        (e.start for e in draft.exceptions if e.start > draft.start + 8), default=draft.end
    )
    core = (
        document.text[draft.start : min(draft.end, stated)]
        or document.text[draft.start : draft.end]
    )
    refusal = document.text[draft.end : draft.spoken] if draft.strength is None else ""
    return Recommendation(
        document_id=document.id,
        text=document.text[draft.start : draft.end],
        start=draft.start,
        end=draft.end,
        block_start=draft.start,
        block_end=max(draft.block_end, draft.end),
        page=document.page_at(draft.start),
        polarity=directives.polarity(core + refusal, strength=draft.strength),
        cq=draft.label,
        question=draft.question,
        strength=draft.strength,
        certainty=draft.certainty,
        exceptions=tuple(sorted(draft.exceptions, key=lambda condition: condition.start)),
    )


class _Reader:
    """One pass over the sections of a document that grades or labels."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self.label: str | None = None
        self.question: str | None = None
        self.depth = 0
        self.current: list[Draft] = []
        self.taken: list[Draft] = []
        self.tabled: list[Draft] = []

    def drafts(self) -> list[Draft]:
        sections = self.document.sections
        for position, section in enumerate(sections):
            self.leave(section)
            if section.kind == "table":
                self.table(section)
            elif section.kind == "question":
                if section.body > section.start or not self.current:
                    self.ask(section)
                self.paragraphs(section, "open")
            elif section.kind == "recommendation":
                continued = position > 0 and section.body == section.start and bool(self.current)
                if not continued:
                    self.current = []
                self.paragraphs(section, "answer" if answers_in(section.path[-1]) else "labelled")
            elif section.kind == "exception":
                self.exceptions(section)
            elif section.kind == "body":
                self.current = []
                if grades.hinted(self.text[section.body : section.end]):
                    self.paragraphs(section, "open")
        return self.merged()

    def leave(self, section: Section) -> None:
        """Forget the question once its chapter is over."""
        if self.label is not None and len(section.path) < self.depth:
            self.label = self.question = None
            self.current = []

    def ask(self, section: Section) -> None:
        asked = question_of(section.path[-1])
        self.label, self.question = asked or (section.path[-1], None)
        self.depth = len(section.path)
        self.current = []

    def merged(self) -> list[Draft]:
        """A summary table repeats what the body states: the body counts, the table fills gaps."""
        stated = {draft.label: draft for draft in self.taken if draft.label}
        for row in self.tabled:
            twin = stated.get(row.label) if row.label else None
            if twin is None:
                self.taken.append(row)
            else:
                twin.strength = twin.strength or row.strength
                twin.certainty = twin.certainty or row.certainty
        return self.taken

    def table(self, section: Section) -> None:
        rows = list(grade_tables.recommendations(self.text, section))
        for row in rows:
            draft = Draft(start=row.start, end=row.end, block_end=row.row_end, strength=row.strength,
                          certainty=row.certainty, label=row.label or self.label, question=self.question)  # fmt: skip
            pieces = sentences_in(self.text, Span(row.start, row.end))
            for piece in pieces[1:]:
                if directives.limiting(self.text[piece.start : piece.end]):
                    draft.limit(condition(self.text, piece))
            self.tabled.append(draft)
        if not rows and self.current:
            read = grade_tables.grades_of(self.text, section)
            if read is not None:
                for draft in self.current:
                    draft.strength = draft.strength or read.strength
                    draft.certainty = draft.certainty or read.certainty
                self.current[-1].block_end = max(self.current[-1].block_end, section.end)

    def exceptions(self, section: Section) -> None:
        if not self.current or section.path[:-1] != self.current[-1].path[: len(section.path) - 1]:
            return
        for line in paragraphs_in(self.text, Span(section.body, section.end)):
            limit = condition(self.text, line)
            if limit.text:
                self.current[-1].limit(limit)

    def paragraphs(self, section: Section, mode: Mode) -> None:
        """Read the paragraphs of one section."""
        open_ = True  # whether what comes may still qualify the last recommendation
        for line in paragraphs_in(self.text, Span(section.body, section.end)):
            open_ = self.paragraph(section, line, mode, open_)

    def paragraph(self, section: Section, line: Span, mode: Mode, open_: bool) -> bool:
        text = self.text
        marker = LIST_MARK.match(text, line.start, line.end)
        start = marker.end() if marker else line.start
        pieces: Sequence[Span] = sentences_in(text, Span(start, line.end))
        if not pieces:
            return open_
        mentions = grades.find(text[start : line.end], start)
        if self.current and only_grades(text, start, line.end, mentions):
            self.current[-1].grade(mentions)
            self.current[-1].block_end = max(self.current[-1].block_end, line.end)
            return True
        if self.opens(pieces[0], mode, mentions):
            if mode != "labelled" and not mentions:
                pieces = _stating(text, pieces)
            self.start(section, pieces, mentions)
            return True
        if not self.current or not open_:
            return False
        last = self.current[-1]
        if mode == "labelled" and marker and _LEADS_A_LIST.search(text[last.start : last.end]):
            last.end = last.block_end = line.end
            return True
        return self.qualify(last, pieces, mentions, mode)

    def opens(self, piece: Span, mode: Mode, mentions: Sequence[grades.Mention]) -> bool:
        """Whether a paragraph that begins with this sentence states a recommendation of its own."""
        start = piece.start
        sentence = self.text[piece.start : piece.end]
        if mode == "labelled":
            if not self.current:
                return True
            if directives.exceptional(sentence):
                return False
            if mentions or directives.recommending(sentence):
                return not (
                    directives.limiting(sentence) and not mentions and not _weighs(sentence)
                )
            return False
        if not directives.recommending(sentence) or directives.exceptional(sentence):
            return False
        said = {mention.grade.raw for mention in mentions if mention.kind == "strength"}
        if (
            mode == "open"
            and self.label is None
            and (directives.defining(sentence) or len(said) > 1)
        ):
            return False
        if mode == "answer":
            return not self.current and not _ungraded(self.label)
        graded = (
            any(mention.kind == "strength" for mention in mentions) and len(sentence) > _SHORTEST
        )
        if self.label is None:
            return graded and _bracketed(self.text, start, mentions)
        if _ungraded(self.label):
            return graded
        return graded or (not self.current and not directives.reporting(sentence))

    def start(
        self, section: Section, pieces: Sequence[Span], mentions: Sequence[grades.Mention]
    ) -> None:
        draft = drafted(self.text, pieces, mentions)
        draft.label = statement_of(section.path[-1], self.label) if section.path else self.label
        draft.question = self.question
        draft.path = section.path
        self.current.append(draft)
        self.taken.append(draft)

    def qualify(
        self, last: Draft, pieces: Sequence[Span], mentions: Sequence[grades.Mention], mode: Mode
    ) -> bool:
        """Take a paragraph below a recommendation as grades or exceptions of it, or end it."""
        parts = [self.text[piece.start : piece.end] for piece in pieces]
        loose = mode != "open" and not any(directives.reporting(part) for part in parts)
        if not loose and not all(directives.limiting(part) for part in parts[:2]):
            return False
        for piece, part in zip(pieces, parts, strict=True):
            if not only_grades(self.text, piece.start, piece.end, grades.find(part, piece.start)):
                last.limit(condition(self.text, piece))
        last.grade(mentions)
        return True


def _stating(text: str, pieces: Sequence[Span]) -> Sequence[Span]:
    """The sentences that state and limit a recommendation, without the reasons behind them."""
    for position, piece in enumerate(pieces[1:], start=1):
        if not directives.limiting(text[piece.start : piece.end]):
            return pieces[:position]
    return pieces


def _weighs(sentence: str) -> bool:
    """Whether a sentence uses the verbs of recommending themselves."""
    return re.search(r"推奨|提案|勧め|すすめ|望ましい|recommend|suggest", sentence) is not None


def _ungraded(label: str | None) -> bool:
    return label is not None and _UNGRADED.match(label) is not None


def _bracketed(text: str, start: int, mentions: Sequence[grades.Mention]) -> bool:
    """Whether a strength stands in brackets behind a sentence, and not in its grammar."""
    return any(
        mention.kind == "strength"
        and (grades.bracket_before(text, start, mention.start) or start) > start
        for mention in mentions
    )


def _directions(document: Document) -> Iterator[Draft]:
    """Sentences that tell the reader what to do, in documents that grade and label nothing."""
    text = document.text
    sections = document.sections
    for position, section in enumerate(sections):
        if section.kind in ("table", "references", "contents") or (
            position == 0 and len(sections) > 2
        ):
            continue
        for line in paragraphs_in(text, Span(section.body, section.end)):
            if _SUB_ITEM.match(text, line.start, line.end):
                continue
            marker = LIST_MARK.match(text, line.start, line.end) or _TOPIC.match(
                text, line.start, line.end
            )
            start = marker.end() if marker else line.start
            pieces = sentences_in(text, Span(start, line.end))
            for number, piece in enumerate(pieces):
                if directives.directing(
                    text[piece.start : piece.end], item=bool(marker) and number == 0
                ):
                    draft = drafted(text, pieces[number:], ())
                    draft.path = section.path
                    yield draft
                    break
