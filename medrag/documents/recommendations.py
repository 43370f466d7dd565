"""Finding the recommendations of a document in its sections.

Behind medrag.documents.guideline.recognise. A recommendation is a paragraph under a label (推奨,
ステートメント), the first recommending paragraph under a clinical question, a sentence that carries
a grade, or a row of a table with a column of grades. What follows belongs to it while it is grades,
exceptions or conditions; an exception section of the same question does too. Only where a document
has none of these, and sets out what to do, are its directions listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from medrag.documents import (
    announced,
    directions,
    directives,
    footnotes,
    grade_tables,
    grades,
    legends,
    summaries,
)
from medrag.documents.document import Document, Section
from medrag.documents.drafts import (
    Draft,
    condition,
    drafted,
    leading,
    only_grades,
    only_votes,
)
from medrag.documents.guideline import Condition, Grade, Recommendation
from medrag.documents.labels import answers_in, question_of, statement_of, ungraded
from medrag.documents.paragraphs import (
    GRADE_LENGTH,
    LIST_MARK,
    bracketed,
    naming,
    paragraphs_in,
    runs,
    sentences_in,
    stating,
    withdrawing,
)
from medrag.japanese.normalize import Span, fold

_LEADS_A_LIST = re.compile(r"(?:次の|以下の|下記の|いずれか)[^。]*$|[:：]$")
_SHORTEST = 14  # a shorter sentence with a grade defines the grade
_NUMBER = re.compile(r"[（(]?([0-9０-９]{1,2})[)）.．、]")

Mode = Literal["labelled", "answer", "open"]


def found(document: Document) -> tuple[Recommendation, ...]:
    """The recommendations of a document, in order of their place."""
    drafts = [] if directions.prices(document.text) else _Reader(document).drafts()
    drafts = drafts or list(directions.found(document))
    drafts.sort(key=lambda draft: draft.start)
    announced.attach(document, drafts)
    footnotes.attach(document.text, drafts)
    refusing = legends.refusing(document.text) if drafts else frozenset()
    return tuple(_finished(document, draft, refusing) for draft in drafts)


def _finished(document: Document, draft: Draft, refusing: frozenset[str]) -> Recommendation:
    core = draft.core(document.text)
    refusal = document.text[draft.end : draft.spoken] if draft.strength is None else ""
    polarity = directives.polarity(core + refusal, strength=draft.strength, refusing=refusing)
    if draft.strength is None and polarity != "neither":
        draft.strength = grades.spoken(core)
    return Recommendation(
        document_id=document.id,
        text=document.text[draft.start : draft.end],
        start=draft.start,
        end=draft.end,
        block_start=draft.start if draft.block_start < 0 else draft.block_start,
        block_end=max(draft.block_end, draft.end),
        page=document.page_at(draft.start),
        polarity=polarity,
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
        self.number: int | None = None  # of the list item that states the last recommendation
        self.ahead: list[grades.Mention] = []  # grades written before what they grade
        self.below: Sequence[grades.Mention] = ()  # on the next line, if it only grades
        self.named: grades.Kind | None = None  # a line names this grade, the next gives it

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
            elif section.kind in ("exception", "explanation"):
                self.beside(section)
            elif section.kind == "body" and self.graded_by(section):
                continue
            elif section.kind == "body":
                self.current = []
                self.ahead = []
                if grades.hinted(self.text[section.body : section.end]):
                    self.paragraphs(section, "open")
        return summaries.merged(self.text, self.taken, self.tabled)

    def graded_by(self, section: Section) -> bool:
        """Take a section whose heading names a grade and whose body gives it: 推奨の強さ / 2（弱い）."""
        heading = Span(section.start, section.body)
        if self.current and (mentions := self.grading(heading)):  # 推奨の強さ：弱い as a heading
            self.current[-1].grade(mentions)
            return True
        kind = grades.column_of(section.path[-1]) if section.path else None
        value = self.text[section.body : section.end].strip()
        start = self.text.index(value, section.body)
        span = Span(start, start + len(value))
        if kind not in ("strength", "certainty") or not self.short(span):
            return False
        self.value(kind, span)
        return True

    def short(self, span: Span) -> bool:
        """Whether a line may be a grade by itself, or boxes of which one is ticked."""
        return (
            0 < span.end - span.start <= GRADE_LENGTH or grades.ticked(self.text, span) is not None
        )

    def value(self, kind: grades.Kind, span: Span) -> None:
        """A grade that stands alone, under or beside its name."""
        span = grades.ticked(self.text, span) or span
        raw = self.text[span.start : span.end]
        grade = Grade(raw=raw, scheme=grades.scheme_of(kind, "", fold(raw)))
        mention = grades.Mention(kind=kind, grade=grade, start=span.start, end=span.end)
        if self.current:
            self.current[-1].grade([mention])
            self.current[-1].block_end = max(self.current[-1].block_end, span.end)
        else:
            self.ahead.append(mention)

    def leave(self, section: Section) -> None:
        """Forget the question once its chapter is over."""
        if self.label is not None and len(section.path) < self.depth:
            self.label = self.question = None
            self.current = []

    def ask(self, section: Section) -> None:
        asked = question_of(section.path[-1])
        self.label, self.question = asked or (section.path[-1], None)
        below = next(paragraphs_in(self.text, Span(section.body, section.end)), None)
        if (
            self.question is None
            and below
            and directives.asking(self.text[below.start : below.end])
        ):
            self.question = self.text[below.start : below.end]
        self.depth = len(section.path)
        self.current = []
        self.ahead = []

    def table(self, section: Section) -> None:
        rows = list(grade_tables.recommendations(self.text, section))
        rows = rows or list(grade_tables.stated(self.text, section))
        for row in rows:
            draft = Draft(start=row.start, end=row.end, block_end=row.row_end, block_start=row.row_start, strength=row.strength,
                          certainty=row.certainty, label=row.label or self.label, question=self.question)  # fmt: skip
            pieces = sentences_in(self.text, Span(row.start, row.end))
            for piece in pieces[1:]:
                if directives.limiting(self.text[piece.start : piece.end]):
                    draft.limit(condition(self.text, piece))
            for cell in row.exceptions:
                draft.limit(Condition(text=cell.text, start=cell.start, end=cell.end))
            if row.question:
                draft.question = row.question
            self.tabled.append(draft)
        if not rows and self.current:
            read = grade_tables.grades_of(self.text, section)
            if read is not None:
                for draft in self.current:
                    draft.strength = draft.strength or read.strength
                    draft.certainty = draft.certainty or read.certainty
                self.current[-1].block_end = max(self.current[-1].block_end, section.end)

    def beside(self, section: Section) -> None:
        """Read exceptions or an explanation, until the list of recommendations goes on."""
        lines = list(paragraphs_in(self.text, Span(section.body, section.end)))
        resumed = next((n for n, line in enumerate(lines) if self.resumes(line)), len(lines))
        related = bool(self.current) and (
            section.path[:-1] == self.current[-1].path[: len(section.path) - 1]
        )
        for line in lines[:resumed] if related else []:
            limits = [line] if section.kind == "exception" else withdrawing(self.text, line)
            for limit in (condition(self.text, piece) for piece in limits):
                if limit.text:
                    self.current[-1].limit(limit)
        if lines[resumed:]:
            self.read(section, lines[resumed:], "open")

    def resumes(self, line: Span) -> bool:
        """Whether a paragraph is the next number of a list of graded recommendations."""
        number = _NUMBER.match(self.text, line.start, line.end)
        if number is None or self.number is None or int(number[1]) != self.number + 1:
            return False
        start = LIST_MARK.match(self.text, line.start, line.end)
        mentions = grades.find(self.text[line.start : line.end], line.start)
        pieces = sentences_in(self.text, Span(start.end() if start else line.start, line.end))
        return bool(pieces) and bool(mentions) and self.opens(pieces[0], "open", mentions)

    def paragraphs(self, section: Section, mode: Mode) -> None:
        """Read the paragraphs of one section."""
        self.read(section, paragraphs_in(self.text, Span(section.body, section.end)), mode)

    def read(self, section: Section, lines: Iterable[Span], mode: Mode) -> None:
        open_ = True  # whether what comes may still qualify the last recommendation
        lines = list(lines)
        for position, line in enumerate(lines):
            self.below = self.grading(lines[position + 1]) if lines[position + 1 :] else ()
            written = self.text[line.start : line.end]
            if self.named is not None and self.short(line):
                self.value(self.named, line)
                self.named = None
                continue
            self.named = naming(written)
            if self.named is not None:
                continue
            open_ = self.paragraph(section, line, mode, open_)

    def grading(self, line: Span) -> Sequence[grades.Mention]:
        """The grades of a line that says nothing else."""
        mentions = grades.find(self.text[line.start : line.end], line.start)
        return mentions if only_grades(self.text, line.start, line.end, mentions) else ()

    def paragraph(self, section: Section, line: Span, mode: Mode, open_: bool) -> bool:
        text = self.text
        marker = LIST_MARK.match(text, line.start, line.end)
        start = marker.end() if marker else line.start
        mentions = grades.find(text[start : line.end], start)
        only = only_grades(text, start, line.end, mentions)
        if only and not self.current and (mode == "labelled" or self.label is not None):
            self.ahead += mentions
            return True
        led = start if only else leading(text, Span(start, line.end), mentions)
        pieces: Sequence[Span] = sentences_in(text, Span(led, line.end))
        if not pieces:
            return open_
        started = False
        if self.current and (only or (not mentions and only_votes(text[start : line.end]))):
            self.current[-1].grade(mentions)
            self.current[-1].block_end = max(self.current[-1].block_end, line.end)
            return True
        for run in runs(text, pieces, mentions):
            begin = run[0].start if run[0] is not pieces[0] else start
            said = [m for m in mentions if begin <= m.start and m.end <= run[-1].end]
            first = self.opening(run, mode, said)
            if first is None:
                continue
            stated = run[first:]
            if mode != "labelled" and not said:
                stated = stating(text, stated)
            self.start(section, stated, said)
            number = _NUMBER.match(text, line.start, line.end)
            self.number = int(number[1]) if number else None
            started = True
        if started:
            return True
        if not self.current:
            return False
        last = self.current[-1]
        if not open_:
            return last.withhold(text, pieces) if mode == "open" and self.label else False
        if mode == "labelled" and marker and _LEADS_A_LIST.search(text[last.start : last.end]):
            last.end = last.block_end = line.end
            return True
        return self.qualify(last, pieces, mentions)

    def opening(
        self, pieces: Sequence[Span], mode: Mode, mentions: Sequence[grades.Mention]
    ) -> int | None:
        """Which sentence of a paragraph begins a recommendation, if any does."""
        if self.opens(pieces[0], mode, mentions):
            return 0
        if mode == "labelled" or (mode == "open" and not mentions):
            return None
        for position, piece in enumerate(pieces[1:], start=1):
            if self.opens(piece, mode, mentions):
                return position
        return None

    def opens(self, piece: Span, mode: Mode, mentions: Sequence[grades.Mention]) -> bool:
        """Whether a paragraph that begins with this sentence states a recommendation of its own."""
        start = piece.start
        sentence = self.text[piece.start : piece.end]
        if mode == "labelled":
            if self.label is None and not mentions and directives.defining(sentence):
                return False
            if not self.current:
                return not ungraded(self.label) or any(m.kind == "strength" for m in mentions)
            if directives.exceptional(sentence):
                return False
            if mentions or directives.recommending(sentence):
                return not (
                    directives.limiting(sentence)
                    and not mentions
                    and not directives.weighing(sentence)
                )
            return False
        if directives.exceptional(sentence) or directives.asking(sentence):
            return False
        if mode == "open" and self.label is None:
            mentions = mentions or self.below
        strengths = {mention.grade.raw for mention in mentions if mention.kind == "strength"}
        graded = bool(strengths) and len(sentence) > _SHORTEST
        if mode == "open" and self.label is None:
            plain = len(strengths) == 1 and not directives.defining(sentence)
            return graded and plain and self.grades_itself(piece, mentions)
        framed = graded and bracketed(self.text, start, mentions)
        if not directives.recommending(sentence):
            graded = framed if mode == "answer" else any(m.kind == "strength" for m in self.ahead)
            return graded and not self.current and not directives.defining(sentence)
        if mode == "answer":
            return (not self.current or framed) and not ungraded(self.label)
        if ungraded(self.label):
            return graded
        states = directives.undecided(sentence) or not directives.reporting(sentence)
        return graded or (not self.current and states)

    def grades_itself(self, piece: Span, mentions: Sequence[grades.Mention]) -> bool:
        """Whether a sentence without a question or a label is a recommendation by its grade."""
        sentence = self.text[piece.start : piece.end]
        framed = bracketed(self.text, piece.start, mentions)
        prefixed = any(mention.start < piece.start for mention in mentions)
        if not directives.recommending(sentence):
            mentions = [mention for mention in mentions if mention.start < piece.end]
            framed = bracketed(self.text, piece.start, mentions)
        if directives.recommending(sentence) and (framed or self.followed(piece, mentions)):
            return True
        if directives.rating(sentence) or directives.reporting(sentence):
            return False
        return framed or (prefixed and directives.recommending(sentence))

    def followed(self, piece: Span, mentions: Sequence[grades.Mention]) -> bool:
        """Whether a sentence's grades stand behind it, on the same line or below."""
        first = min(mention.start for mention in mentions)
        between = self.text[piece.end : first]
        return first >= piece.end and not between.strip(" 　\t\n（(［[〔【*_-—/／・")

    def start(
        self, section: Section, pieces: Sequence[Span], mentions: Sequence[grades.Mention]
    ) -> None:
        draft = drafted(self.text, pieces, mentions)
        draft.label = statement_of(section.path[-1], self.label) if section.path else self.label
        if section.kind == "recommendation":
            draft.grade(grades.find(self.text[section.start : section.body], section.start))
        draft.grade(self.ahead)
        self.ahead = []
        draft.question = self.question
        draft.path = section.path
        self.current.append(draft)
        self.taken.append(draft)

    def qualify(
        self, last: Draft, pieces: Sequence[Span], mentions: Sequence[grades.Mention]
    ) -> bool:
        """Take a paragraph below a recommendation as grades or exceptions of it, or end it."""
        parts = [self.text[piece.start : piece.end] for piece in pieces]
        if not all(directives.limiting(part) for part in parts[:2]):
            return last.withhold(self.text, pieces) if self.label else False
        for piece, part in zip(pieces, parts, strict=True):
            if not only_grades(self.text, piece.start, piece.end, grades.find(part, piece.start)):
                last.limit(condition(self.text, piece))
        last.grade(mentions)
        return True
