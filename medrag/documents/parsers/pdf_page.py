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

import pypdfium2 as pdfium
from pypdfium2 import raw

from medrag.documents.parsers.pdf_objects import (
    FAINT,
    INVISIBLE_MODES,
    Box,
    Colour,
    box_at,
    fill_at,
    objects_of,
)
from medrag.japanese.normalize import fold

_RUBY = 0.62
_TINY = 1.5  # points; nobody reads smaller print
_KANA = re.compile(r"[ぁ-ゖァ-ヺー・ｦ-ﾟ]+")
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_PICTURE = 0.3  # of the page
_FEWEST = 3  # characters that tell the direction of a line


@dataclass(slots=True, kw_only=True)
class Line:
    """A run of characters that PDFium set on one line.

    Attributes:
        text: The characters, with the spaces between words.
        box: Around all of them.
        size: The usual extent of a character across the line, in points.
        vertical: Whether the characters run from top to bottom.
        boxes: One a character of `text`, None for a space that PDFium put in; empty where the page
            has no table that they would have to be sorted into.
        lead: Width of the first word of a line in Latin letters, in points.
    """

    text: str
    box: Box
    size: float
    vertical: bool
    boxes: list[Box | None]
    lead: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """What one page shows.

    Attributes:
        lines: In reading order.
        hidden: Texts that are there and cannot be seen.
        picture: Whether an image covers much of the page.
        drawn: How many shapes of the size of letters it has: text may be drawn with them.
        unknown: Characters that its fonts draw and do not name; they are in no line.
        rules: How many rules it has, if both horizontal and vertical ones as tables have; else 0.
    """

    lines: list[Line]
    width: float
    height: float
    hidden: tuple[str, ...] = ()
    picture: bool = False
    rules: int = 0
    drawn: int = 0
    unknown: int = 0


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
        objects = objects_of(page, width * height)
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
    rules = objects.horizontal + objects.vertical
    if min(objects.horizontal - 1, objects.vertical) < _FEWEST - 1:
        rules = 0  # underlines, or a frame
    for line in lines:
        line.lead = _first_word(line)
        if not rules:
            line.boxes = []  # a box a character would be most of what a long document holds
    return PageLines(
        lines=lines,
        width=width,
        height=height,
        hidden=hidden,
        picture=objects.picture > _PICTURE,
        drawn=objects.drawn,
        unknown=found.codes.count("\ufffd"),
        rules=rules,
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
    # FS_RECTF is left, top, right, bottom; all of them are read at once, as floats.
    rectangles = (ctypes.c_float * (4 * count))()
    base = ctypes.addressof(rectangles)
    address = ctypes.cast(handle, ctypes.c_void_p).value
    for index, character in enumerate(text):
        if character > " ":
            box_at(address, index, base + 16 * index)
    edges = iter(rectangles)
    boxes: list[Box | None] = [
        Box(a, d, c, b) for a, b, c, d in zip(edges, edges, edges, edges, strict=True)
    ]
    codes = list(text)
    west, south, east, north = bounds
    heights: dict[int, int] = {}
    stray = False
    for index, character in enumerate(text):
        if character <= " ":
            boxes[index] = None
            if character not in " \r\n":
                codes[index] = " " if character in "\t\x00" else "\ufffd"
            continue
        left, bottom, right, top = boxes[index]  # type: ignore[misc]
        height = top - bottom
        if (
            left + right < 2 * west
            or left + right > 2 * east
            or bottom + top < 2 * south
            or bottom + top > 2 * north
        ) or (height < _TINY and right - left < _TINY):
            stray = True
        key = int(2 * height + 0.5)
        heights[key] = heights.get(key, 0) + 1
    usual = max(heights, key=lambda size: heights[size]) / 2 if heights else 10.0
    return _Characters(codes, boxes, max(usual, 0.5), stray)


def _first_word(line: Line) -> float:
    if not line.text[0].isascii():
        return 0.0
    places = [box for box in line.boxes[: max(line.text.find(" "), 1)] if box is not None]
    return places[-1].right - places[0].left + 0.5 * line.size if places else 0.0


def _letter(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _visible(
    text_page: pdfium.PdfTextPage, boxes: Sequence[Box | None], bounds: Box, shades: Sequence[Box]
) -> list[bool]:
    """For each character, whether a reader of the page sees it."""
    handle = text_page.raw
    address = ctypes.cast(handle, ctypes.c_void_p).value
    colour = Colour()
    seen: list[bool] = []
    for index, box in enumerate(boxes):
        if box is None:
            seen.append(True)
            continue
        x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        shown = bounds.holds(x, y) and max(box.height, box.width) >= _TINY
        if shown:
            item = raw.FPDFText_GetTextObject(handle, index)
            shown = raw.FPDFTextObj_GetTextRenderMode(item) not in INVISIBLE_MODES
        if shown and fill_at(address, index, *colour.at) and colour.pale():
            shown = colour.values[3] >= FAINT and any(shade.holds(x, y) for shade in shades)
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
        box=around(places),
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


def around(places: Sequence[Box]) -> Box:
    """The smallest box around others."""
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
            last.box = around([last.box, line.box])
            return
    lines.append(line)


def _continues(last: Line, line: Line) -> bool:
    a, b = last.box, line.box
    size = max(last.size, line.size)
    if last.vertical:
        return abs(a.left - b.left) < 0.4 * size and -0.3 * size < a.bottom - b.top < 0.6 * size
    overlap = min(a.top, b.top) - max(a.bottom, b.bottom)
    return overlap > 0.6 * min(a.height, b.height) and -0.3 * size < b.left - a.right < 0.6 * size
