"""Finding the recommendations of a document in its sections.

Behind medrag.documents.guideline.recognise. A section of kind recommendation holds one
recommendation, or several that are numbered; grades beside, below or in a table behind it belong to
it; and so do exceptions, in the same paragraph or in the exception section that follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from medrag.documents import directives, grades
from medrag.documents.document import Document, Section
from medrag.documents.guideline import Condition, Grade, Polarity, Recommendation
from medrag.documents.structure import question_of
from medrag.japanese import sentences
from medrag.japanese.normalize import Span

_LIST_MARK = re.compile(
    r"(?:[-*+•・●○◦■□▶]\s*|[（(]?[0-9０-９]{1,2}[)）]\s*|[0-9０-９]{1,2}[.．、]\s*(?![0-9０-９])|[①-⑳⑴-⒇]\s*|[（(][ァ-ヶ一二三四五六七八九十a-z][)）]\s*|>\s*)+"
)
_GRADE_ONLY = re.compile(r"[\s、，,/／。．.;；:：|*_()（）\[\]［］〔〕【】「」％%0-9０-９]*")
_VOTE = re.compile(
    r"(?:合意率|同意率|賛成率|投票|合意度|一致率|agreement|consensus|votes?)[^、，,/／。|\n]{0,40}",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Draft:
    """A recommendation being put together."""

    start: int
    end: int
    block_end: int
    strength: Grade | None = None
    certainty: Grade | None = None
    exceptions: list[Condition] = field(default_factory=list)
    polarity: Polarity | None = None
    cq: str | None = None
    question: str | None = None


def found(document: Document) -> tuple[Recommendation, ...]:
    """The recommendations of a document, in order of their place."""
    drafts = list(_labelled(document)) + list(_tabled(document))
    if not drafts:
        drafts = list(_graded(document))
    if not drafts and directives.guidance(document.title, document.text):
        drafts = list(_directed(document))
    drafts.sort(key=lambda draft: draft.start)
    return tuple(_finished(document, draft) for draft in drafts)


def _finished(document: Document, draft: _Draft) -> Recommendation:
    text = document.text[draft.start : draft.end]
    polarity = draft.polarity or directives.polarity(
        document.text[draft.start : draft.exceptions[0].start]
        if draft.exceptions and draft.start < draft.exceptions[0].start < draft.end
        else text,
        strength=draft.strength,
    )
    return Recommendation(
        document_id=document.id,
        text=text,
        start=draft.start,
        end=draft.end,
        block_start=draft.start,
        block_end=max(draft.block_end, draft.end),
        page=document.page_at(draft.start),
        polarity=polarity,
        cq=draft.cq,
        question=draft.question,
        strength=draft.strength,
        certainty=draft.certainty,
        exceptions=tuple(draft.exceptions),
    )


def _labelled(document: Document) -> Iterator[_Draft]:
    """From sections of kind recommendation, with the tables and exceptions that follow them."""
    question: tuple[str, str | None] | None = None
    depth = 0
    current: list[_Draft] = []
    sections = document.sections
    for position, section in enumerate(sections):
        if section.kind == "question":
            question, depth = question_of(section.path[-1]), len(section.path)
            current = []
        elif question is not None and len(section.path) < depth:
            question = None
        if section.kind == "recommendation":
            continued = (
                position > 0
                and sections[position - 1].kind == "table"
                and section.body == section.start
                and current
            )
            if continued:
                _extend(document, Span(section.body, section.end), current)
                continue
            current = _recommended(document, Span(section.body, section.end))
            label = question_of(section.path[-1]) if section.path else None
            for draft in current:
                chosen = label or question
                draft.cq = chosen[0] if chosen else None
                draft.question = question[1] if question else None
            yield from current
        elif section.kind == "table" and current:
            _grade_table(document, section, current)
        elif section.kind == "exception" and current:
            _except(document, section, current)
        elif section.kind in ("body", "explanation", "references", "contents"):
            current = []


def _lines(text: str, span: Span) -> Iterator[Span]:
    """Paragraphs: runs of sentences without a list marker, a label or a blank line between."""
    pieces = [
        Span(span.start + s.start, span.start + s.end)
        for s in sentences.split(text[span.start : span.end])
    ]
    begin: int | None = None
    end = span.start
    for piece in pieces:
        if begin is not None and "\n" in text[end : piece.start]:
            yield Span(begin, end)
            begin = None
        if begin is None:
            begin = piece.start
        end = piece.end
    if begin is not None:
        yield Span(begin, end)


def _recommended(document: Document, span: Span) -> list[_Draft]:
    text = document.text
    drafts: list[_Draft] = []
    for line in _lines(text, span):
        _take(document, line, drafts, first=not drafts)
    return drafts


def _extend(document: Document, span: Span, drafts: list[_Draft]) -> None:
    for line in _lines(document.text, span):
        _take(document, line, drafts, first=False, new=False)


def _take(
    document: Document, line: Span, drafts: list[_Draft], *, first: bool, new: bool = True
) -> None:
    """Take one paragraph of a recommendation section."""
    text = document.text
    written = text[line.start : line.end]
    marker = _LIST_MARK.match(written)
    start = line.start + (marker.end() if marker else 0)
    if start >= line.end:
        return
    mentions = grades.find(text[start : line.end], start)
    if mentions and drafts and _only_grades(text, start, line.end, mentions):
        _assign(drafts, mentions, line.end)
        return
    pieces = [Span(start + s.start, start + s.end) for s in sentences.split(text[start : line.end])]
    if not pieces:
        return
    if drafts and not (new and _opens(text, pieces[0], bool(marker))):
        # It qualifies the recommendation above.
        for piece in pieces:
            part = text[piece.start : piece.end]
            if _only_grades(text, piece.start, piece.end, grades.find(part, piece.start)):
                continue
            if directives.exceptional(part) or not directives.background(part):
                drafts[-1].exceptions.append(_condition(text, piece))
                drafts[-1].block_end = piece.end
        _assign(drafts, mentions, None)
        return
    draft = _draft(text, pieces, mentions)
    drafts.append(draft)


def _opens(text: str, piece: Span, marked: bool) -> bool:
    part = text[piece.start : piece.end]
    if directives.exceptional(part):
        return False
    return directives.recommending(part) or (marked and directives.directing(part))


def _draft(text: str, pieces: Sequence[Span], mentions: Sequence[grades.Mention]) -> _Draft:
    """A recommendation from the sentences of one paragraph."""
    start, end = pieces[0].start, pieces[-1].end
    cut = end
    for mention in mentions:
        opening = _bracket_before(text, start, mention.start)
        if opening is not None:
            cut = min(cut, opening)
    exceptions: list[Condition] = []
    core_end = min(end, cut)
    for piece in pieces[1:]:
        part = text[piece.start : piece.end]
        if directives.exceptional(part) or piece.start >= cut:
            if not _only_grades(text, piece.start, piece.end, grades.find(part, piece.start)):
                exceptions.append(_condition(text, piece))
    draft = _Draft(
        start=start, end=_stripped(text, start, core_end), block_end=end, exceptions=exceptions
    )
    for mention in mentions:
        _grade(draft, mention)
    return draft


def _stripped(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _bracket_before(text: str, start: int, position: int) -> int | None:
    """Where the bracket opens that holds a grade, if one does."""
    depth = 0
    for offset in range(position - 1, start - 1, -1):
        character = text[offset]
        if character in "）)］]〕】":
            depth += 1
        elif character in "（(［[〔【":
            if depth == 0:
                return offset
            depth -= 1
        elif character in "。．\n" and depth == 0:
            return None
    return None


def _condition(text: str, piece: Span) -> Condition:
    start = piece.start
    if marker := _LIST_MARK.match(text, start, piece.end):
        start = marker.end()
    return Condition(text=text[start : piece.end], start=start, end=piece.end)


def _only_grades(text: str, start: int, end: int, mentions: Sequence[grades.Mention]) -> bool:
    """Whether a stretch says nothing but grades and votes."""
    if not mentions:
        return False
    rest = []
    cursor = start
    for mention in sorted(mentions, key=lambda m: m.start):
        rest.append(text[cursor : max(cursor, mention.start)])
        cursor = max(cursor, mention.end)
    rest.append(text[cursor:end])
    return len(_GRADE_ONLY.sub("", _VOTE.sub("", "".join(rest)))) <= 12


def _assign(drafts: Sequence[_Draft], mentions: Sequence[grades.Mention], end: int | None) -> None:
    for mention in mentions:
        _grade(drafts[-1], mention)
    if end is not None:
        drafts[-1].block_end = max(drafts[-1].block_end, end)


def _grade(draft: _Draft, mention: grades.Mention) -> None:
    if mention.kind == "strength" and draft.strength is None:
        draft.strength = mention.grade
    elif mention.kind == "certainty" and draft.certainty is None:
        draft.certainty = mention.grade


def _except(document: Document, section: Section, drafts: Sequence[_Draft]) -> None:
    for line in _lines(document.text, Span(section.body, section.end)):
        start = line.start
        if marker := _LIST_MARK.match(document.text, start, line.end):
            start = marker.end()
        if start >= line.end:
            continue
        drafts[-1].exceptions.append(
            Condition(text=document.text[start : line.end], start=start, end=line.end)
        )
        drafts[-1].block_end = line.end


def _cells(row: str) -> list[str]:
    if row.lstrip().startswith("|"):
        return [cell.strip() for cell in row.strip().strip("|").split("|")]
    return [cell.strip() for cell in row.split("\t")]


def _rows(text: str, section: Section) -> list[Span]:
    rows = []
    start = section.start
    for raw in text[section.start : section.end].split("\n"):
        bare = raw.strip()
        if bare and (bare[0] == "|" or "\t" in raw) and not re.fullmatch(r"[|:\-\s]+", bare):
            rows.append(Span(start, start + len(raw)))
        start += len(raw) + 1
    return rows


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Which column of a table holds what."""
    found: dict[str, int] = {}
    for position, cell in enumerate(header):
        kind = grades.column_of(cell)
        if kind and kind not in found:
            found[kind] = position
    return found


def _grade_table(document: Document, section: Section, drafts: Sequence[_Draft]) -> None:
    """A small table below a recommendation that says how strong it is."""
    text = document.text
    rows = _rows(text, section)
    if not rows:
        return
    columns = _columns(_cells(text[rows[0].start : rows[0].end]))
    if "strength" in columns or "certainty" in columns:
        for row in rows[1:]:
            cells = _cells(text[row.start : row.end])
            _cell_grades(drafts[-1], columns, cells)
            break
    else:
        for row in rows:
            cells = _cells(text[row.start : row.end])
            columns = _columns(cells[:1])
            if len(cells) >= 2 and columns:
                _cell_grades(drafts[-1], {next(iter(columns)): 1}, cells)
    drafts[-1].block_end = max(drafts[-1].block_end, section.end)


def _cell_grades(draft: _Draft, columns: dict[str, int], cells: Sequence[str]) -> None:
    for kind in ("strength", "certainty"):
        position = columns.get(kind)
        if position is not None and position < len(cells) and cells[position]:
            value = cells[position]
            grade = Grade(
                raw=value, scheme=grades.scheme_of(kind, columns_name(kind, columns), value)
            )
            if kind == "strength" and draft.strength is None:
                draft.strength = grade
            elif kind == "certainty" and draft.certainty is None:
                draft.certainty = grade


def columns_name(kind: str, columns: dict[str, int]) -> str:
    """A name that stands for a column whose own is not kept."""
    del columns
    return "推奨" if kind == "strength" else "エビデンス"


def _tabled(document: Document) -> Iterator[_Draft]:
    """From tables with a column of recommendations and one of their strength."""
    text = document.text
    for section in document.sections:
        if section.kind != "table":
            continue
        rows = _rows(text, section)
        if len(rows) < 2:
            continue
        header = _cells(text[rows[0].start : rows[0].end])
        columns = _columns(header)
        if "text" not in columns or "strength" not in columns:
            continue
        for row in rows[1:]:
            cells = _cells(text[row.start : row.end])
            if len(cells) <= max(columns.values()) or not cells[columns["text"]]:
                continue
            start = text.find(cells[columns["text"]], row.start, row.end)
            end = start + len(cells[columns["text"]])
            draft = _Draft(start=start, end=end, block_end=row.end)
            _cell_grades(draft, columns, cells)
            for piece in sentences.split(text[start:end])[1:]:
                shifted = Span(start + piece.start, start + piece.end)
                if directives.exceptional(text[shifted.start : shifted.end]):
                    draft.exceptions.append(_condition(text, shifted))
            yield draft


def _graded(document: Document) -> Iterator[_Draft]:
    """From sentences that carry a grade, in documents that do not label their recommendations."""
    text = document.text
    for section in document.sections:
        if section.kind in ("table", "references", "contents") or not grades.hinted(
            text[section.body : section.end]
        ):
            continue
        for line in _lines(text, Span(section.body, section.end)):
            start = line.start
            if marker := _LIST_MARK.match(text, start, line.end):
                start = marker.end()
            mentions = grades.find(text[start : line.end], start)
            if not any(mention.kind == "strength" for mention in mentions):
                continue
            pieces = [
                Span(start + s.start, start + s.end)
                for s in sentences.split(text[start : line.end])
            ]
            if pieces and directives.recommending(text[pieces[0].start : pieces[0].end]):
                yield _draft(text, pieces, mentions)


def _directed(document: Document) -> Iterator[_Draft]:
    """From sentences that tell the reader what to do, in documents that grade nothing."""
    text = document.text
    for section in document.sections:
        if section.kind in ("table", "references", "contents"):
            continue
        for line in _lines(text, Span(section.body, section.end)):
            written = text[line.start : line.end]
            marker = _LIST_MARK.match(written)
            start = line.start + (marker.end() if marker else 0)
            pieces = [
                Span(start + s.start, start + s.end)
                for s in sentences.split(text[start : line.end])
            ]
            if pieces and directives.directing(text[pieces[0].start : pieces[0].end]):
                yield _draft(text, pieces, ())
