"""Where the cells of ruled tables lie, by pdfplumber; their text is PDFium's."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pdfplumber

from medrag.documents.parsers.pdf_objects import Box

Grid = list[list[Box | None]]


def grids(data: bytes, pages: Sequence[int]) -> dict[int, list[Grid]]:
    """The ruled tables of some pages: rows of cell boxes, None where a cell is merged away.

    Args:
        data: The PDF.
        pages: 0-based indices of the pages to look at.
    """
    found: dict[int, list[Grid]] = {}
    with pdfplumber.open(io.BytesIO(data)) as document:
        for index in pages:
            page = document.pages[index]
            height = float(page.height)
            tables = page.find_tables(
                {"vertical_strategy": "lines", "horizontal_strategy": "lines"}
            )
            grids_here = []
            for table in tables:
                grid = [
                    [_box(cell, height) if cell else None for cell in row.cells]
                    for row in table.rows
                ]
                if len(grid) >= 2 and max(len(row) for row in grid) >= 2:
                    grids_here.append(grid)
            if grids_here:
                found[index] = grids_here
            page.close()
    return found


def _box(cell: tuple[float, float, float, float], height: float) -> Box:
    left, top, right, bottom = cell
    return Box(left=left, bottom=height - bottom, right=right, top=height - top)
