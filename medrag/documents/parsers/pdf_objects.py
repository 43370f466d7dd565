"""What a PDF page draws besides characters: rules, shades, pictures; and which text may be invisible."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

_PALE = 245  # of 255, in each of red, green and blue
FAINT = 12  # of 255, opacity
_THIN = 2.5  # points; a rule
_DEPTH = 4  # of forms within forms
INVISIBLE_MODES = (3, 7)


class Box(NamedTuple):
    """A rectangle in PDF points; the origin is the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Points."""
        return self.top - self.bottom

    def turned(self, rotation: int, width: float, height: float) -> Box:
        """Where it lies once its page, of this width and height, is turned clockwise."""
        if rotation == 90:
            return Box(self.bottom, width - self.right, self.top, width - self.left)
        if rotation == 180:
            return Box(
                width - self.right, height - self.top, width - self.left, height - self.bottom
            )
        return Box(height - self.top, self.left, height - self.bottom, self.right)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top


@dataclass(slots=True)
class Objects:
    """The page's objects that decide what is seen."""

    shades: list[Box]  # what is filled or pictured, and may lie behind pale text
    suspect: bool = False  # whether some text may be invisible
    picture: float = 0.0  # share of the page that images cover
    horizontal: int = 0  # rules
    vertical: int = 0
    drawn: int = 0  # shapes of the size of letters

    def rule(self, box: Box) -> None:
        """Count a path that may be a rule of a table, a box of four, or a letter drawn as a shape."""
        if 4 < box.width < 30 and 4 < box.height < 30:
            self.drawn += 1
        if box.height <= _THIN and box.width > 20:
            self.horizontal += 1
        elif box.width <= _THIN and box.height > 8:
            self.vertical += 1
        elif box.width > 20 and box.height > 8:
            self.horizontal += 2
            self.vertical += 2


def _bare(function: Any, result: Any, *arguments: Any) -> Any:
    """A PDFium function on bare addresses: checking pointer types costs as much as the call."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(result, *arguments)(address)


_P, _I = ctypes.c_void_p, ctypes.c_int
_object_count = _bare(raw.FPDFPage_CountObjects, _I, _P)
_object_of = _bare(raw.FPDFPage_GetObject, _P, _P, _I)
_inner_count = _bare(raw.FPDFFormObj_CountObjects, _I, _P)
_inner_of = _bare(raw.FPDFFormObj_GetObject, _P, _P, ctypes.c_ulong)
_kind_of = _bare(raw.FPDFPageObj_GetType, _I, _P)
_mode_of = _bare(raw.FPDFTextObj_GetTextRenderMode, _I, _P)
_fill_of = _bare(raw.FPDFPageObj_GetFillColor, _I, _P, _P, _P, _P, _P)
_bounds_of = _bare(raw.FPDFPageObj_GetBounds, _I, _P, _P, _P, _P, _P)
box_at = _bare(raw.FPDFText_GetLooseCharBox, _I, _P, _I, _P)
fill_at = _bare(raw.FPDFText_GetFillColor, _I, _P, _I, _P, _P, _P, _P)


def objects_of(page: pdfium.PdfPage, area: float) -> Objects:
    """Look through the page's objects once."""
    found = Objects([])
    edges = (ctypes.c_float * 4)()
    base = ctypes.addressof(edges)
    at = (base, base + 4, base + 8, base + 12)
    colour = Colour()

    def look(item: int, depth: int) -> None:
        kind = _kind_of(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if not found.suspect and (
                _mode_of(item) in INVISIBLE_MODES or (_fill_of(item, *colour.at) and colour.pale())
            ):
                found.suspect = True
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            for index in range(_inner_count(item) if depth < _DEPTH else 0):
                look(_inner_of(item, index), depth + 1)
        elif kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
            _bounds_of(item, *at)
            box = Box(*edges)
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                found.picture += box.width * box.height / max(area, 1.0)
                found.shades.append(box)
            else:
                found.rule(box)
                if _fill_of(item, *colour.at) and not colour.pale():
                    found.shades.append(box)

    handle = ctypes.cast(page.raw, ctypes.c_void_p).value
    for index in range(_object_count(handle)):
        look(_object_of(handle, index), 0)
    return found


class Colour:
    """A colour that PDFium writes into."""

    def __init__(self) -> None:
        self.values = (ctypes.c_uint * 4)()
        base = ctypes.addressof(self.values)
        self.at = (base, base + 4, base + 8, base + 12)

    def pale(self) -> bool:
        """Whether nothing is seen of it on white paper."""
        values = self.values
        if values[3] < FAINT:
            return True
        return values[0] >= _PALE and values[1] >= _PALE and values[2] >= _PALE


def without_text(data: bytes, pages: Sequence[int]) -> bytes:
    """A PDF of some pages with all but their text: where only the rules matter, text is the cost."""
    with pdfium.PdfDocument(data) as document, pdfium.PdfDocument.new() as bare:
        bare.import_pages(document, list(pages))
        for page in bare:
            found = [
                raw.FPDFPage_GetObject(page, n) for n in range(raw.FPDFPage_CountObjects(page))
            ]
            for item in found:
                if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_TEXT:
                    raw.FPDFPage_RemoveObject(page, item)
                    raw.FPDFPageObj_Destroy(item)
            page.gen_content()
            page.close()
        buffer = io.BytesIO()
        bare.save(buffer)
    return buffer.getvalue()
