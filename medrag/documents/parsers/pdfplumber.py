"""Where the cells of ruled tables lie, by pdfplumber; their text is PDFium's."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pdfplumber

from medrag.documents.parsers.pdf_objects import Box, without_text

Grid = list[list[Box | None]]


def grids(data: bytes, pages: Sequence[int]) -> dict[int, list[Grid]]:
    """The ruled tables of some pages: rows of cell boxes, None where a cell is merged away.

    Args:
        data: The PDF.
        pages: 0-based indices of the pages to look at.
    """
    found: dict[int, list[Grid]] = {}
    with pdfplumber.open(io.BytesIO(without_text(data, pages))) as document:
        for index, page in zip(pages, document.pages, strict=True):
            tables = page.find_tables(
                {"vertical_strategy": "lines", "horizontal_strategy": "lines"}
            )
            here = [_grid(table.cells, float(page.height)) for table in tables]
            if here := [grid for grid in here if len(grid) > 1 and max(map(len, grid)) > 1]:
                found[index] = here
            page.close()
    return found


def _grid(cells: Sequence[tuple[float, float, float, float]], height: float) -> Grid:
    """Cells, given by left, top, right and bottom, in their rows; pdfplumber's own is quadratic."""
    columns = sorted({left for left, _, _, _ in cells})
    rows: dict[float, dict[float, Box]] = {}
    for left, top, right, bottom in cells:
        rows.setdefault(top, {})[left] = Box(left, height - bottom, right, height - top)
    return [[rows[top].get(left) for left in columns] for top in sorted(rows)]
