"""Tables of recommendations with their grades, and small tables that grade one recommendation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from medrag.documents import directives, grades
from medrag.documents.document import Section
from medrag.documents.guideline import Grade
from medrag.documents.labels import question_of
from medrag.japanese.normalize import Span, fold

_RULE = re.compile(r"[|:\-\s]+")
_LABEL = re.compile(r"(?:CQ|BQ|FQ|Q|No\.?|番号|臨床疑問|Question)$", re.IGNORECASE)
_MEANING = re.compile(r"定義|意味|説明|解釈|解説|meaning|definition|description", re.IGNORECASE)
_SENTENCE = (
    12.0  # characters that the cells of a column of recommendations have at least, on average
)
_NOTHING = re.compile(r"(?:なし|無し|特になし|該当なし|none|n/?a|[-–—ー―]*)[。.]?", re.IGNORECASE)
_NUMBER = re.compile(r"(?:[A-Z]{1,3}\s*)?[0-9]+(?:[-.－][0-9]+)*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A recommendation in a table: its text's span, that of its row, its label and grades."""

    start: int
    end: int
    row_start: int
    row_end: int
    label: str | None
    strength: Grade | None
    certainty: Grade | None
    exceptions: tuple[Cell, ...] = ()
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """What a small table says about one recommendation."""

    strength: Grade | None
    certainty: Grade | None


def recommendations(text: str, section: Section) -> Iterator[Row]:
    """The recommendations of a table that has a column of them and one of their strength."""
    rows = _rows(text, section)
    if len(rows) < 2:
        return
    header = cells(text, rows[0])
    columns = _columns(header)
    if not ({"strength", "certainty"} & set(columns)):
        return
    if "text" not in columns:
        stating = _stating(header, columns, [cells(text, row) for row in rows[1:]])
        if stating is None:
            return
        columns["text"] = stating
    for row in rows[1:]:
        values = cells(text, row)
        if len(values) <= columns["text"]:
            continue
        # The last cells of a row that is written with tabs are lost when they are empty.
        missing = max(columns.values()) + 1 - len(values)
        values += [Cell(text="", start=row.end, end=row.end)] * missing
        stated = values[columns["text"]]
        if not stated.text:
            continue
        label = None
        if "label" in columns:
            written = fold(values[columns["label"]].text).replace(" ", "")
            header_number = fold(header[columns["label"]].text).startswith("No")
            prefix = (
                ""
                if re.match(r"[A-Z]", written) or not written or header_number
                else fold(header[columns["label"]].text)
            )
            label = (
                prefix if _LABEL.match(prefix or "x") and prefix.isascii() else ""
            ) + written or None
        strength = _grade("strength", header, columns, values)
        certainty = _grade("certainty", header, columns, values)
        one = strength or certainty  # 推奨の強さ・エビデンスの確実性 may be one column
        if one and not (strength and certainty) and (both := grades.parted(one.raw)):
            strength, certainty = both
        yield Row(
            start=stated.start,
            end=stated.end,
            row_start=row.start,
            row_end=row.end,
            label=label,
            strength=strength,
            certainty=certainty,
            exceptions=_exceptions(
                values[columns[kind]]
                for kind in ("exception", "note")
                if kind in columns
                and (kind == "exception" or directives.limiting(values[columns[kind]].text))
            ),
        )


def stated(text: str, section: Section) -> Iterator[Row]:
    """The recommendations of a table that is written by rows: 推奨 | …, 推奨の強さ | …, 例外 | ….

    Tables with nothing between them are one section, so a row that asks or recommends again
    begins the next recommendation.
    """
    record: list[Span] = []
    known: set[str] = set()
    for row in _rows(text, section):
        values = cells(text, row)
        begins = _begins(values) if len(values) == 2 else None
        if begins in known:
            if read := _record(text, record):
                yield read
            record, known = [], set()
        known |= {begins} if begins else set()
        record.append(row)
    if read := _record(text, record):
        yield read


def _begins(values: Sequence[Cell]) -> str | None:
    """Whether a row of two cells asks a question or gives a recommendation, of which each has one."""
    if _asked(values[0].text, values[1].text):
        return "question"
    return "text" if grades.column_of(values[0].text) == "text" else None


def _record(text: str, rows: Sequence[Span]) -> Row | None:
    """One recommendation from the rows that describe it."""
    found: dict[str, Cell] = {}
    names: dict[str, str] = {}
    end = rows[-1].end if rows else 0
    asked: tuple[str, str | None] | None = None
    for row in rows:
        values = cells(text, row)
        kind = grades.column_of(values[0].text) if len(values) == 2 else None
        if len(values) == 2 and asked is None:
            asked = _asked(values[0].text, values[1].text)
        if kind is not None and values[1].text and kind not in found:
            found[kind], names[kind] = values[1], values[0].text
            end = row.end
    if "text" not in found or not ({"strength", "certainty"} & set(found)):
        return None
    graded = {
        kind: _named(kind, names[kind], found[kind].text)
        for kind in ("strength", "certainty")
        if kind in found
    }
    return Row(
        start=found["text"].start,
        end=found["text"].end,
        row_start=rows[0].start,
        row_end=end,
        label=asked[0] if asked else None,
        question=asked[1] if asked else None,
        strength=graded.get("strength"),
        certainty=graded.get("certainty"),
        exceptions=_exceptions([found["exception"]] if "exception" in found else []),
    )


def _asked(name: str, value: str) -> tuple[str, str | None] | None:
    """The label and the text of the question in a row: CQ1 | … or CQ | CQ1 …."""
    if _LABEL.match(fold(name).strip()):
        return question_of(value)
    asked = question_of(name)
    return (asked[0], asked[1] or value) if asked else None


def _exceptions(written: Iterable[Cell]) -> tuple[Cell, ...]:
    return tuple(cell for cell in written if not _NOTHING.fullmatch(fold(cell.text)))


def _stating(
    header: Sequence[Cell], columns: dict[str, int], rows: Sequence[Sequence[Cell]]
) -> int | None:
    """The column that holds sentences where no header says so, unless it defines the grades."""
    graded = "strength" if "strength" in columns else "certainty"
    values = [row[columns[graded]].text for row in rows if len(row) > columns[graded]]
    if not {"strength", "certainty"} <= set(columns) and len(set(values)) == len(values):
        return None  # every grade once: a list of what they mean
    best, most = None, _SENTENCE
    for position, cell in enumerate(header):
        written = [row[position].text for row in rows if len(row) > position]
        if position in columns.values() or not written or _MEANING.search(fold(cell.text)):
            continue
        length = sum(map(len, written)) / len(written)
        if length >= most:
            best, most = position, length
    return best


def grades_of(text: str, section: Section) -> Grades | None:
    """The grades that a small table states, by columns or by rows; None when it states none."""
    rows = _rows(text, section)
    if not rows:
        return None
    header = cells(text, rows[0])
    columns = _columns(header)
    across = len(header) < 2 or grades.column_of(header[0].text) in (None, "text")
    across = across or grades.column_of(header[1].text) is not None or len(header) > 2
    if across and len(rows) in (2, 3) and ({"strength", "certainty"} & set(columns)):
        values = cells(text, rows[1])
        return Grades(
            strength=_grade("strength", header, columns, values),
            certainty=_grade("certainty", header, columns, values),
        )
    found: dict[str, Grade] = {}
    for row in rows:
        values = cells(text, row)
        for name, value in zip(values[::2], values[1::2], strict=False):
            kind = grades.column_of(name.text)
            if kind in ("strength", "certainty") and value.text:
                found.setdefault(kind, _named(kind, name.text, value.text))
    return (
        Grades(strength=found.get("strength"), certainty=found.get("certainty")) if found else None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell's text and its span in the document."""

    text: str
    start: int
    end: int


def cells(text: str, row: Span) -> list[Cell]:
    """The cells of a row that is written with bars or tabs."""
    raw = text[row.start : row.end]
    mark = "|" if raw.lstrip().startswith("|") else "\t"
    found = []
    position = row.start
    for piece in raw.split(mark):
        inner = piece.strip()
        start = position + (len(piece) - len(piece.lstrip()))
        found.append(Cell(text=inner, start=start, end=start + len(inner)))
        position += len(piece) + 1
    if mark == "|":
        found = found[1:]
        if found and not found[-1].text:
            found.pop()
    return found


def _rows(text: str, section: Section) -> list[Span]:
    rows = []
    start = section.start
    for raw in text[section.start : section.end].split("\n"):
        bare = raw.strip()
        if bare and (bare[0] == "|" or "\t" in raw) and not _RULE.fullmatch(bare):
            rows.append(Span(start, start + len(raw)))
        start += len(raw) + 1
    return rows


def _columns(header: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, cell in enumerate(header):
        kind = "label" if _LABEL.match(fold(cell.text).strip()) else grades.column_of(cell.text)
        if kind and kind not in found:
            found[kind] = position
    return found


def _grade(
    kind: grades.Kind, header: Sequence[Cell], columns: dict[str, int], values: Sequence[Cell]
) -> Grade | None:
    position = columns.get(kind)
    if position is None or position >= len(values) or not values[position].text:
        return None
    return _named(kind, header[position].text, values[position].text)


def _named(kind: grades.Kind, name: str, value: str) -> Grade:
    bare = value.strip("*_ ")
    return Grade(raw=bare, scheme=grades.scheme_of(kind, fold(name), fold(bare)))
