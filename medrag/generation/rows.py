"""Rows: a table taken apart, each row to be read without its table.

A row says under each heading something of what it is about, and each of that is a claim of its own, which
can be cited and checked by itself. A row without headings is a recommendation with its class, or a
line of labels and values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medrag.documents import grades
from medrag.generation.keys import drugs_in
from medrag.generation.measures import OF_PATIENTS, Measure, measures_in, under
from medrag.japanese import sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table.

    Attributes:
        cells: As they stand, without a column that only numbers the rows.
        statements: What it says, a statement a cell; where it has no headings, its sentences.
        columns: What stands over each statement; none without headings.
        meant: The measures of a patient for which it is meant (CCr 30〜49).
        of: The heading of its table, where that alone names the drug.
    """

    cells: tuple[str, ...]
    statements: tuple[str, ...]
    columns: tuple[str, ...] = ()
    meant: tuple[Measure, ...] = ()
    of: str = ""


class Table:
    """What the rows of a passage have in common.

    Args:
        raw: The sentences of the passage.
        table: The passage is a table; otherwise only a line with a rule under it is a header.
        heading: The innermost heading over it, without its number; "" if there is none.
        shown: The text of the passage, against which what is said is checked.
    """

    def __init__(self, raw: Sequence[str], *, table: bool, heading: str, shown: str) -> None:
        self._table = table
        self._heading = heading
        self._shown = " ".join(shown.split())
        lines = [cells_of(sentence, table=table) for sentence in raw]
        ruled = [place for place, line in enumerate(raw[1:]) if _RULE.fullmatch(line.strip())]
        first = next((place for place, cells in enumerate(lines) if cells), None)
        self._header: list[str] = []
        if first is not None and not _labels(lines[first]):
            alike = [cells for cells in lines if len(cells) == len(lines[first])]
            tabbed = "\t" in raw[first] and not _data(lines[first])
            tabbed = tabbed and (table or len(alike) > _ROWS)
            self._header = lines[first] if tabbed or first in ruled else []
        rows = [cells for cells in lines if cells and cells != self._header]
        self._numbered = bool(self._header) and _ORDINAL.fullmatch(self._header[0]) is not None
        self._rows = [cells[1:] if self._numbered else cells for cells in rows]

    @property
    def header(self) -> tuple[str, ...]:
        """What stands over the cells; none where the passage does not say."""
        return tuple(self._header)

    def heads(self, sentence: str) -> bool:
        """Whether a sentence is the header, or says it again on a further page."""
        return bool(self._header) and cells_of(sentence, table=self._table) == self._header

    def row(self, sentence: str) -> Row | None:
        """The row that a sentence is; None if it is none."""
        cells = cells_of(sentence, table=self._table)
        if not cells:
            return None
        header = self._header if len(self._header) == len(cells) else []
        if not header:
            filled = tuple(cell for cell in cells if cell)
            return Row(cells=filled, statements=_unnamed(filled))
        if self._numbered:
            header, cells = header[1:], cells[1:]
        if _graded(header):
            said = "、".join(
                f"{name}：{cell}" for name, cell in zip(header, cells, strict=True) if cell
            )
            return Row(cells=tuple(cells), statements=(said,))
        if not cells[0]:
            return Row(cells=tuple(cells), statements=("、".join(filter(None, cells)),))
        named = {
            name: cell for name, cell in zip(header[1:], cells[1:], strict=True) if name and cell
        }
        if not named:
            return Row(cells=tuple(cells), statements=("、".join(filter(None, cells)),))
        of = self._of(cells, header)
        told = of if of in self._shown else ""
        return Row(
            cells=tuple(cells),
            statements=self._said(cells, named, header, told),
            columns=tuple(name for name in named if name != self._parting(cells, header)),
            meant=_meant(cells, header),
            of=of,
        )

    def _parting(self, cells: Sequence[str], header: Sequence[str]) -> str:
        """The column that tells a row from others about the same (by age, by route); "" if none is needed.

        Not one of doses: those are what the rows say.
        """
        alike = [row for row in self._rows if len(row) == len(cells) and row[0] == cells[0]]
        if len(alike) < 2:
            return ""
        return next(
            (
                name
                for name, column in zip(
                    header[1:], zip(*(row[1:] for row in alike), strict=True), strict=True
                )
                if all(column)
                and len(set(column)) == len(alike)
                and not any(map(_DOSE.search, column))
            ),
            "",
        )

    def _said(
        self, cells: Sequence[str], named: Mapping[str, str], header: Sequence[str], of: str
    ) -> tuple[str, ...]:
        japanese = _JAPANESE.search("".join((cells[0], *named)))
        about = f"{header[0]} {cells[0]}" if _BARE.fullmatch(cells[0]) else cells[0]
        parting = self._parting(cells, header)
        if parting:
            about += f"（{named[parting]}）" if japanese else f" ({named[parting]})"
        pattern = "{}の{}は{}" if japanese else "{}, {}: {}"
        said = (
            pattern.format(about, column, cell)
            for column, cell in named.items()
            if column != parting
        )
        return tuple(f"{of}：{one}" if of else one for one in said)

    def _of(self, cells: Sequence[str], header: Sequence[str]) -> str:
        """The heading of a table whose row does not name the drug of which it speaks.

        It names none, or one that is given besides: 「併用薬 | バルプロ酸あり」 of a table of another drug.
        """
        besides = _BESIDES.search(cells[0]) or _BESIDES.search(header[0])
        drugs, named = drugs_in(cells[0]), drugs_in(self._heading)
        return "" if not named or (drugs and not besides) or drugs & named else self._heading


def cells_of(sentence: str, *, table: bool) -> list[str]:
    """The cells of a table row; none if it is not one.

    Args:
        table: It stands in a table, where one tab suffices.
    """
    line = sentence.strip("\n ")
    if "\n" in line:
        return []
    if line.startswith("|") and line.count("|") > 2:
        return [" ".join(cell.split()) for cell in line.strip("|").split("|")]
    if line.count("\t") >= (1 if table else 2):
        return [" ".join(cell.split()) for cell in line.split("\t")]
    return []


def _meant(cells: Sequence[str], header: Sequence[str]) -> tuple[Measure, ...]:
    """The measures of a row: those of its first cell, else of a cell that holds nothing but a range."""
    first = under(header[0], cells[0])
    return first or tuple(
        measure
        for name, cell in zip(header[1:], cells[1:], strict=True)
        if _BARE.fullmatch(cell)
        for measure in under(name, cell)
        if measure.name in OF_PATIENTS
    )


def _graded(header: Sequence[str]) -> bool:
    """Whether the headings name a strength or a certainty from the first on."""
    return grades.column_of(header[0]) is not None


def _data(cells: Sequence[str]) -> bool:
    """Whether a line says something of a drug or holds mostly figures: a table cut in two begins so."""
    figures = sum(bool(_DIGIT.search(cell)) and not measures_in(cell) for cell in cells)
    return bool(drugs_in(cells[0])) or 2 * figures > len(cells)


def _labels(cells: Sequence[str]) -> bool:
    """Whether a line is a label and its value (推奨の強さ | 1：強い), and so no header."""
    return len(cells) == 2 and _graded(cells) and grades.column_of(cells[1]) is None


def _unnamed(cells: Sequence[str]) -> tuple[str, ...]:
    """A row without names: its sentences, with what is said of them (III、C) in brackets behind."""
    if not cells:
        return ()
    if len(cells) == 2 and len(cells[0]) < _SENTENCE:
        return (f"{cells[0]}：{cells[1]}",)
    main = max(cells, key=len)
    place = cells.index(main)
    ahead = [] if all(len(cell) < _NUMBER for cell in cells[:place]) else list(cells[:place])
    if ahead or len(main) < _SENTENCE:
        return ("、".join(cells),)
    *before, last = [main[span.start : span.end] for span in sentences.split(main)]
    of_it = "、".join(cell.rstrip("。．") for cell in cells[place + 1 :])
    return (*before, f"{last.rstrip('。．')}{f'（{of_it}）' if of_it else ''}")


#: Rows that make a table of lines with tabs where none is announced.
_ROWS = 2
#: A cell ahead of a recommendation that is shorter than this only numbers it.
_NUMBER = 6
#: The shortest cell that is a sentence.
_SENTENCE = 10
_RULE = re.compile(r"\|?[\s:|-]*-[\s:|-]*\|?")
_DOSE = re.compile(r"[0-9０-９]\s*(?:m?g|[μµ]g|mcg|m[lL]|単位|錠|包|滴|units?)(?!/)")
_DIGIT = re.compile(r"[0-9０-９]")
_ORDINAL = re.compile(r"順|順位|番号|No\.?|#", re.IGNORECASE)
_BESIDES = re.compile(r"併用|(?:あり|なし)(?:$|[（(])")
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")
_BARE = re.compile(
    r"[0-9０-９][0-9０-９.,〜~–\-\s]*(?:以上|以下|未満|超)?(?:[0-9０-９.]+\s*(?:以下|未満))?(?:\s*(?:kg|歳))?"
)
