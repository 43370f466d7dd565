"""One PDF page as lines of visible characters with their places.

PDFium gives the characters in an order that is right for columns, vertical and rotated text; what it
does not tell apart is furigana, hidden text and table cells. Furigana is kana of at most 0.62 of the
page's usual size; hidden text is invisible by render mode, drawn in the colour of the paper, far too
small, or off the page. Neither rule had a false positive on the files measured.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from medrag.japanese.normalize import fold

_RUBY = 0.62
_TINY = 1.5  # points; nobody reads smaller print
_PALE = 245  # of 255, in each of red, green and blue
_KANA = re.compile(r"[ぁ-ゖァ-ヺー・ｦ-ﾟ]+")
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_ITEM = re.compile(
    r"[-・•①-⑳⑴-⒇]|[(（]?[0-9０-９一二三四五六七八九十]{1,3}[)）　 ．.]|[ア-ン][　 ]"
)
_FAINT = 12  # of 255, opacity
_THIN = 2.5  # points; a rule
_PICTURE = 0.3  # of the page
_DEPTH = 4  # of forms within forms
_FEWEST = 3  # characters that tell the direction of a line
_INVISIBLE_MODES = (3, 7)


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


@dataclass(slots=True, kw_only=True)
class Line:
    """A run of characters that PDFium set on one line.

    Attributes:
        text: The characters, with the spaces between words.
        box: Around all of them.
        size: The usual extent of a character across the line, in points.
        vertical: Whether the characters run from top to bottom.
        boxes: One a character of `text`; None for a space that PDFium put in.
    """

    text: str
    box: Box
    size: float
    vertical: bool
    boxes: list[Box | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """What one page shows.

    Attributes:
        lines: In reading order.
        hidden: Texts that are there and cannot be seen.
        picture: Whether an image covers much of the page.
        drawn: How many shapes of the size of letters it has: text may be drawn with them.
        rules: How many rules it has, if both horizontal and vertical ones as tables have; else 0.
    """

    lines: list[Line]
    width: float
    height: float
    hidden: tuple[str, ...] = ()
    picture: bool = False
    rules: int = 0
    drawn: int = 0


@dataclass(slots=True)
class _Objects:
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


@dataclass(slots=True)
class _Characters:
    """The characters of a page and their loose boxes; None for a space that PDFium put in."""

    codes: list[str]
    boxes: list[Box | None]
    usual: float  # the commonest height, in points
    stray: bool  # whether any is off the page or too small to read

    def turned(self, rotation: int, width: float, height: float) -> _Characters:
        """As they lie on the page once it is turned clockwise; width and height are before that."""
        boxes = [box and box.turned(rotation, width, height) for box in self.boxes]
        return _Characters(self.codes, boxes, self.usual, self.stray)


def _sideways(text_page: pdfium.PdfTextPage, codes: Sequence[str]) -> bool:
    """Whether the text itself is set turned, so that turning the page puts it upright."""
    handle = text_page.raw
    sample = [index for index, code in enumerate(codes[:400]) if not code.isspace()][:40]
    turned = sum(0.3 < raw.FPDFText_GetCharAngle(handle, index) % 3.1416 < 2.8 for index in sample)
    return bool(2 * turned > len(sample))


def read(page: pdfium.PdfPage) -> PageLines:
    """The visible lines of a page, in reading order."""
    rotation = page.get_rotation()
    page.set_rotation(
        0
    )  # PDFium's order is right for how the text was set, not for how it is turned
    width, height = page.get_size()
    left, bottom, right, top = page.get_cropbox()
    bounds = Box(min(left, 0.0), min(bottom, 0.0), max(right, width), max(top, height))
    text_page = page.get_textpage()
    try:
        objects = _objects(page, width * height)
        found = _characters(text_page, bounds)
        if rotation and _sideways(text_page, found.codes):
            text_page.close()
            page.set_rotation(rotation)
            text_page = page.get_textpage()
            found = _characters(text_page, bounds).turned(rotation, width, height)
            bounds = bounds.turned(rotation, width, height)
            objects.shades = [shade.turned(rotation, width, height) for shade in objects.shades]
            width, height = page.get_size()
        seen: Sequence[bool] | None = None
        hidden: tuple[str, ...] = ()
        if objects.suspect or found.stray:
            seen = _visible(text_page, found.boxes, bounds, objects.shades)
            hidden = _hidden_texts(found.codes, seen)
        lines = _lines(found, seen)
    finally:
        text_page.close()
    return PageLines(
        lines=lines,
        width=width,
        height=height,
        hidden=hidden,
        picture=objects.picture > _PICTURE,
        drawn=objects.drawn,
        rules=objects.horizontal + objects.vertical
        if min(objects.horizontal - 1, objects.vertical) > 1
        else 0,
    )


def _characters(text_page: pdfium.PdfTextPage, bounds: Box) -> _Characters:
    # The hot loop: a page has a thousand characters, a circular a million.
    handle = text_page.raw
    count = raw.FPDFText_CountChars(handle)
    text = text_page.get_text_range()
    if len(text) != count:  # what is beyond the basic plane, or is no character at all
        text = "".join(_letter(raw.FPDFText_GetUnicode(handle, index)) for index in range(count))
    if _RADICAL.search(text):
        text = _RADICAL.sub(lambda match: fold(match[0])[:1], text)
    rectangle = raw.FS_RECTF()
    reference = ctypes.byref(rectangle)
    box_of = raw.FPDFText_GetLooseCharBox
    west, south, east, north = bounds
    codes: list[str] = []
    boxes: list[Box | None] = []
    heights: dict[int, int] = {}
    stray = False
    for index, character in enumerate(text):
        if character <= " ":
            codes.append(
                character if character in "\r\n" else " " if character in " \t\x00" else "\ufffd"
            )
            boxes.append(None)
            continue
        box_of(handle, index, reference)
        left, bottom, right, top = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
        x, y, height = (left + right) / 2, (bottom + top) / 2, top - bottom
        if not (west <= x <= east and south <= y <= north) or (
            height < _TINY and right - left < _TINY
        ):
            stray = True
        key = int(2 * height + 0.5)
        heights[key] = heights.get(key, 0) + 1
        codes.append(character)
        boxes.append(Box(left, bottom, right, top))
    usual = max(heights, key=lambda size: heights[size]) / 2 if heights else 10.0
    return _Characters(codes, boxes, max(usual, 0.5), stray)


def _letter(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


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
_fill_at = _bare(raw.FPDFText_GetFillColor, _I, _P, _I, _P, _P, _P, _P)


def _objects(page: pdfium.PdfPage, area: float) -> _Objects:
    """Look through the page's objects once."""
    found = _Objects([])
    edges = (ctypes.c_float * 4)()
    base = ctypes.addressof(edges)
    at = (base, base + 4, base + 8, base + 12)
    colour = _Colour()

    def look(item: int, depth: int) -> None:
        kind = _kind_of(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            if not found.suspect and (
                _mode_of(item) in _INVISIBLE_MODES or (_fill_of(item, *colour.at) and colour.pale())
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


class _Colour:
    """A colour that PDFium writes into."""

    def __init__(self) -> None:
        self.values = (ctypes.c_uint * 4)()
        base = ctypes.addressof(self.values)
        self.at = (base, base + 4, base + 8, base + 12)

    def pale(self) -> bool:
        """Whether nothing is seen of it on white paper."""
        values = self.values
        if values[3] < _FAINT:
            return True
        return values[0] >= _PALE and values[1] >= _PALE and values[2] >= _PALE


def _visible(
    text_page: pdfium.PdfTextPage, boxes: Sequence[Box | None], bounds: Box, shades: Sequence[Box]
) -> list[bool]:
    """For each character, whether a reader of the page sees it."""
    handle = text_page.raw
    address = ctypes.cast(handle, ctypes.c_void_p).value
    colour = _Colour()
    seen: list[bool] = []
    for index, box in enumerate(boxes):
        if box is None:
            seen.append(True)
            continue
        x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        shown = bounds.holds(x, y) and max(box.height, box.width) >= _TINY
        if shown:
            item = raw.FPDFText_GetTextObject(handle, index)
            shown = raw.FPDFTextObj_GetTextRenderMode(item) not in _INVISIBLE_MODES
        if shown and _fill_at(address, index, *colour.at) and colour.pale():
            shown = colour.values[3] >= _FAINT and any(shade.holds(x, y) for shade in shades)
        seen.append(shown)
    return seen


def _hidden_texts(codes: Sequence[str], seen: Sequence[bool]) -> tuple[str, ...]:
    texts: list[str] = []
    run: list[str] = []
    for character, shown in zip(codes, seen, strict=True):
        if not shown:
            run.append(character)
        elif run and not character.isspace():
            texts.append("".join(run))
            run = []
    if run:
        texts.append("".join(run))
    return tuple(text for text in texts if text.strip())


def _lines(found: _Characters, seen: Sequence[bool] | None) -> list[Line]:
    """Lines in reading order, furigana and hidden characters left out."""
    codes = found.codes
    lines: list[Line] = []
    start = 0
    total = len(codes)
    for index in range(total + 1):
        if index < total and codes[index] not in "\r\n":
            continue
        if index > start:
            here = slice(start, index)
            line = _line(codes[here], found.boxes[here], seen[here] if seen else None, found.usual)
            if line is not None:
                _add(lines, line)
        start = index + 1
    return lines


def _line(
    codes: Sequence[str], boxes: Sequence[Box | None], seen: Sequence[bool] | None, usual: float
) -> Line | None:
    vertical = _vertical(boxes)
    extents = [
        usual if box is None else (box.right - box.left if vertical else box.top - box.bottom)
        for box in boxes
    ]
    kept = list(range(len(codes)))
    if seen is not None:
        kept = [index for index in kept if seen[index]]
    if min(extents) <= _RUBY * usual:
        kept = [
            index
            for index in kept
            if extents[index] > _RUBY * usual or not _KANA.match(codes[index])
        ]
    if "\ufffe" in codes or "\u00ad" in codes:  # PDFium's mark for a hyphen at a line's end
        kept = [index for index in kept if codes[index] not in "\ufffe\u00ad"]
    while kept and codes[kept[0]].isspace():
        kept.pop(0)
    while kept and codes[kept[-1]].isspace():
        kept.pop()
    if len(kept) < len(codes):
        kept = _closed(kept, codes, boxes, vertical)
    places = [box for index in kept if (box := boxes[index]) is not None]
    if not places:
        return None
    sizes = sorted(extents[index] for index in kept)
    return Line(
        text="".join([codes[index] for index in kept]),
        box=_around(places),
        size=sizes[len(sizes) // 2],
        vertical=vertical,
        boxes=[boxes[index] for index in kept],
    )


def _vertical(boxes: Sequence[Box | None]) -> bool:
    """Whether the characters run downwards: judged by a few of them, the first and the last."""
    places = [box for box in (*boxes[:8], *boxes[-3:]) if box is not None]
    if len(places) < _FEWEST:
        return False
    first, last = places[0], places[-1]
    down = first.bottom - last.bottom
    return down > 1.5 * first.height and down > 2 * abs(last.left - first.left)


def _around(places: Sequence[Box]) -> Box:
    lefts, bottoms, rights, tops = zip(*places, strict=True)
    return Box(min(lefts), min(bottoms), max(rights), max(tops))


def _closed(
    kept: Sequence[int], codes: Sequence[str], boxes: Sequence[Box | None], vertical: bool
) -> list[int]:
    """Without the spaces that PDFium put in where furigana stood."""
    closed: list[int] = []
    for position, index in enumerate(kept):
        if boxes[index] is None and 0 < position < len(kept) - 1:
            before, after = boxes[kept[position - 1]], boxes[kept[position + 1]]
            wide = codes[kept[position - 1]] >= "\u3000" and codes[kept[position + 1]] >= "\u3000"
            if before is not None and after is not None and wide:
                gap = before.bottom - after.top if vertical else after.left - before.right
                if gap < 0.8 * max(before.width, before.height):
                    continue
        closed.append(index)
    return closed


def _add(lines: list[Line], line: Line) -> None:
    """Add a line, joining what furigana had torn apart."""
    if lines:
        last = lines[-1]
        same = last.vertical == line.vertical and _continues(last, line)
        if same:
            last.text += line.text
            last.boxes += line.boxes
            last.box = _around([last.box, line.box])
            return
    lines.append(line)


def _continues(last: Line, line: Line) -> bool:
    a, b = last.box, line.box
    size = max(last.size, line.size)
    if last.vertical:
        return abs(a.left - b.left) < 0.4 * size and -0.3 * size < a.bottom - b.top < 0.6 * size
    overlap = min(a.top, b.top) - max(a.bottom, b.bottom)
    return overlap > 0.6 * min(a.height, b.height) and -0.3 * size < b.left - a.right < 0.6 * size


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
                        box=_around(places),
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
