"""A table's cells as lines of text: one a row, tabs between, every value below what heads it.

A reader of one row sees neither the cell that reaches down into it nor the one above that heads
several columns; so a cell that spans is written in each row and column that it covers, and several
rows of header become one (HTML Living Standard 4.9.12: how spans fill the grid).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cell:
    """One cell as the file has it.

    Attributes:
        columns: How many columns it covers, 1 or more.
        rows: How many rows, itself included; 0 for all that follow.
        heads: Whether the file says that it is a header.
    """

    text: str
    columns: int = 1
    rows: int = 1
    heads: bool = False


def lines(table: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a table."""
    grid = _grid(table)
    width = max((len(row) for row in grid), default=0)
    titles = 0
    while titles < len(grid) and _whole(grid[titles], width):
        titles += 1
    depth = _depth(grid[titles:])
    for row in grid[:titles]:
        yield _line(row, width)
    if depth > 1:
        yield "\t".join(_header(grid[titles : titles + depth]))
    for row in grid[titles + depth if depth > 1 else titles :]:
        yield _line(row, width)


def _grid(table: Sequence[Sequence[Cell]]) -> list[list[Cell | None]]:
    """Which cell covers each place; None where no cell does."""
    rows: list[dict[int, Cell]] = [{} for _ in table]
    for number, cells in enumerate(table):
        column = 0
        for cell in cells:
            while column in rows[number]:
                column += 1
            below = rows[number : number + cell.rows] if cell.rows else rows[number:]
            for row in below:
                for place in range(column, column + cell.columns):
                    row.setdefault(place, cell)
            column += cell.columns
    return [[row.get(column) for column in range(max(row, default=-1) + 1)] for row in rows]


def _whole(row: Sequence[Cell | None], width: int) -> bool:
    """Whether one cell is the row: a title, or a heading of the rows below."""
    return width > 1 and len(row) == width and row[0] is not None and len(set(row)) == 1


def _depth(grid: Sequence[Sequence[Cell | None]]) -> int:
    """How many rows at the top are header: all of them marked so, or tied by the first one's spans."""
    depth = 0
    while depth < len(grid) and all(cell is not None and cell.heads for cell in grid[depth]):
        depth += 1
    if depth == 0 and grid:
        first = [cell for cell in grid[0] if cell is not None]
        if any(cell.columns > 1 for cell in first):
            depth = max(cell.rows for cell in first)
    return depth if depth < len(grid) else 0


def _header(rows: Sequence[Sequence[Cell | None]]) -> Iterator[str]:
    for column in range(max(map(len, rows))):
        above = [row[column] for row in rows if column < len(row)]
        yield " ".join(cell.text for cell in dict.fromkeys(above) if cell is not None and cell.text)


def _line(row: Sequence[Cell | None], width: int) -> str:
    if _whole(row, width) and row[0] is not None:
        return row[0].text
    return "\t".join("" if cell is None else cell.text for cell in row)
