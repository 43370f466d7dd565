"""Ruled tables of a PDF page as rows: the characters of its lines put into the cells they stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medrag.documents.parsers.pdf_objects import Box
from medrag.documents.parsers.pdf_page import Line, PageLines, around

_ITEM = re.compile(
    r"[-・•①-⑳⑴-⒇]|[(（]?[0-9０-９一二三四五六七八九十]{1,3}[)）　 ．.]|[ア-ン][　 ]"
)


def with_tables(page: PageLines, grids: Sequence[Sequence[Sequence[Box | None]]]) -> list[Line]:
    """The lines of a page where each table's rows are lines with tabs between the cells."""
    filled = [[["" for _ in row] for row in grid] for grid in grids]
    first: dict[int, int] = {}
    kept: list[Line | int] = []
    for line in page.lines:
        table = _fill(line, grids, filled)
        if table is None:
            kept.append(line)
        elif table not in first:
            first[table] = len(kept)
            kept.append(table)
    lines: list[Line] = []
    for entry in kept:
        if isinstance(entry, Line):
            lines.append(entry)
            continue
        for row, texts in zip(grids[entry], filled[entry], strict=True):
            cells = [text for text, box in zip(texts, row, strict=True) if box is not None]
            places = [box for box in row if box is not None]
            if any(cells) and places:
                lines.append(
                    Line(
                        text="\t".join(cells),
                        box=around(places),
                        size=page_size(page),
                        vertical=False,
                        boxes=[],
                    )
                )
    return lines


def page_size(page: PageLines) -> float:
    """The usual size of the page's characters, in points."""
    sizes = sorted(line.size for line in page.lines)
    return sizes[len(sizes) // 2] if sizes else 10.0


def _fill(
    line: Line, grids: Sequence[Sequence[Sequence[Box | None]]], filled: list[list[list[str]]]
) -> int | None:
    """Put the characters of a line into the cells that they stand in; the table, if it is in one."""
    table: int | None = None
    cell: tuple[int, int, int] | None = None
    texts = []
    for character, box in zip(line.text, line.boxes, strict=True):
        if box is not None:
            cell = _cell(grids, (box.left + box.right) / 2, (box.bottom + box.top) / 2)
            if cell is None:
                if table is None:
                    return None
                continue
            table = cell[0]
        if cell is not None:
            texts.append((cell, character))
    here: dict[tuple[int, int, int], str] = {}
    for place, character in texts:
        here[place] = here.get(place, "") + character
    for (number, row, column), written in here.items():
        before, words = filled[number][row][column], written.strip()
        apart = (
            before
            and words
            and ((before[-1].isascii() and words[0].isascii()) or _ITEM.match(words))
        )
        filled[number][row][column] = f"{before} {words}" if apart else before + words
    return table


def _cell(
    grids: Sequence[Sequence[Sequence[Box | None]]], x: float, y: float
) -> tuple[int, int, int] | None:
    for number, grid in enumerate(grids):
        for row, cells in enumerate(grid):
            for column, box in enumerate(cells):
                if box is not None and box.holds(x, y):
                    return number, row, column
    return None
