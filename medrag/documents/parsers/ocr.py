"""Where a recogniser of one's own reads pages that are pictures; medrag brings none.

A recogniser is any callable from a `PageImage` to text, named `package.module:function` in the
settings. It runs where the file is parsed: in a process with limits, an empty environment and
nothing of the caller's memory. What it gives is marked with a warning, for no recogniser is right to
the character, and a page for which it gives next to nothing still counts as one without text.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2 as pdfium

from medrag.documents.parsers.pdf_objects import Box
from medrag.documents.parsers.pdf_page import Line
from medrag.errors import MissingDependency, NeedsOCR

DPI = 300
_MAX_PIXELS = 50_000_000  # an A3 page at 300 dpi has 17 million
_SIZE, _PITCH = 10.0, 14.0  # points; where its lines stood, a recogniser does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """A page as it is shown.

    Attributes:
        page: 1-based number in the file.
        pixels: One byte a pixel, 0 black and 255 white, row by row from the top, without padding.
        dpi: Pixels an inch.
    """

    page: int
    width: int
    height: int
    pixels: bytes
    dpi: float


Recogniser = Callable[[PageImage], str]


def load(name: str) -> Recogniser:
    """The recogniser of a name, `package.module:function`.

    Raises:
        MissingDependency: It cannot be imported, or is not there.
    """
    module, _, function = name.partition(":")
    try:
        found: Recogniser = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise MissingDependency(
            f"the OCR recogniser {name!r} cannot be imported: {error}",
            hint="install the package that holds it beside medrag, or unset MEDRAG_OCR",
        ) from error
    return found


def read(page: pdfium.PdfPage, number: int, recognise: Recogniser) -> list[Line]:
    """The lines that a recogniser reads on a page.

    Raises:
        NeedsOCR: The recogniser failed.
    """
    width, height = page.get_size()
    scale = min(DPI / 72, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        rows = memoryview(bitmap.buffer).cast("B")
        pixels = b"".join(
            bytes(rows[row * bitmap.stride : row * bitmap.stride + bitmap.width])
            for row in range(bitmap.height)
        )
        image = PageImage(
            page=number, width=bitmap.width, height=bitmap.height, pixels=pixels, dpi=72 * scale
        )
    finally:
        bitmap.close()
    try:
        text = recognise(image)
    except MemoryError:
        raise
    except Exception as error:
        raise NeedsOCR(
            f"the OCR recogniser failed: {type(error).__name__}: {error}"[:400],
            hint="mend the recogniser, or unset MEDRAG_OCR",
            pages=(number,),
        ) from error
    written = [line.strip() for line in text.splitlines() if line.strip()]
    top = height - 0.2 * height
    return [
        Line(
            text=line,
            box=Box(_SIZE, top - _PITCH * place - _SIZE, _SIZE * (1 + len(line)), top - _PITCH * place),
            size=_SIZE,
            vertical=False,
            boxes=[],
        )
        for place, line in enumerate(written)
    ]  # fmt: skip
