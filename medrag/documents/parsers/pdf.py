"""PDF by PDFium: the visible text in reading order, pages with their printed labels, tables as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium

from medrag.documents.parsers import (
    NEEDS_OCR,
    Options,
    Parsed,
    ocr,
    pdf_cells,
    pdf_layout,
    pdf_page,
    tables_of,
)
from medrag.documents.parsers.pdf_page import Line, PageLines
from medrag.errors import (
    DamagedDocument,
    EmptyDocument,
    EncryptedDocument,
    LimitExceeded,
    MissingDependency,
    NeedsOCR,
    Notice,
    UndecodableText,
)

MAX_PAGES = 3000
_MAX_RULES = 1500  # on one page; finding cells is quadratic in them
_FEW = 20  # characters on a page that is otherwise a picture
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]"
)
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥]")
_LATIN = re.compile("[ -~]")
_SCRIPTS = re.compile(rb"/(?:JavaScript|JS)\b")


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed]:
    """One document with its pages.

    Raises:
        EncryptedDocument: A password is needed to open it.
        DamagedDocument: Not a PDF, or cut off.
        NeedsOCR: At least half of its pages are pictures without text.
        UndecodableText: Its fonts do not say which characters they draw.
        EmptyDocument: No page holds text.
        LimitExceeded: More than 3,000 pages.
    """
    document = _open(data, where)
    try:
        count = len(document)
        if count > MAX_PAGES:
            raise LimitExceeded(
                f"{count} pages, more than {MAX_PAGES}", where=where, hint="split the document"
            )
        if count == 0:
            raise DamagedDocument("the PDF has no page", where=where, hint="fetch the file again")
        options.counted(count)
        pages = [_page(document, index, where) for index in range(count)]
        metadata = _metadata(document)
        pictures = _pictures(pages)
        if pictures and options.ocr:
            options.counted(count, len(pictures))
            recognise = ocr.load(options.ocr)
            for n in pictures:
                lines = ocr.read(document[n - 1], n, recognise)
                pages[n - 1] = replace(pages[n - 1], lines=lines)
    finally:
        document.close()
    scanned = _pictures(pages)
    recognised = sorted(set(pictures) - set(scanned))
    _check(pages, scanned, where, asked=options.ocr is not None)
    notices = _notices(pages, scanned, recognised, data)
    if scanned:
        metadata[NEEDS_OCR] = " ".join(map(str, scanned))
    rows, reservations = _tables(data, pages)
    notices += reservations
    assembled = pdf_layout.assemble(pages, rows)
    if not assembled.text.strip():
        raise EmptyDocument(
            "no page shows text", where=where, hint="fetch the file again, or run OCR over it"
        )
    yield Parsed(
        text=assembled.text,
        pages=assembled.pages,
        headings=assembled.headings,
        metadata=metadata,
        notices=tuple(notices),
    )


def _open(data: bytes, where: str) -> pdfium.PdfDocument:
    if not data:
        raise EmptyDocument("the file is empty", where=where, hint="fetch the file again")
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error) or "ncrypt" in str(error) or "ecurity" in str(error):
            raise EncryptedDocument(
                "the PDF needs a password", where=where, hint="save a copy without the password"
            ) from error
        raise DamagedDocument(
            f"not a readable PDF ({error})", where=where, hint="fetch the file again"
        ) from error


def _page(document: pdfium.PdfDocument, index: int, where: str) -> PageLines:
    try:
        page = document[index]
    except pdfium.PdfiumError as error:
        raise DamagedDocument(
            f"page {index + 1} cannot be read", where=where, hint="fetch the file again"
        ) from error
    try:
        return pdf_page.read(page)
    except pdfium.PdfiumError as error:
        raise DamagedDocument(
            f"page {index + 1} cannot be read", where=where, hint="fetch the file again"
        ) from error
    finally:
        page.close()


def _pictures(pages: Sequence[PageLines]) -> tuple[int, ...]:
    """The numbers of the pages that are pictures and have next to no text."""
    found = enumerate(pages, start=1)
    return tuple(n for n, page in found if page.picture and _length(page) < _FEW)


def _length(page: PageLines) -> int:
    return sum(len(line.text) for line in page.lines)


def _check(pages: Sequence[PageLines], scanned: Sequence[int], where: str, *, asked: bool) -> None:
    """Fail closed on what cannot be read to the character."""
    if scanned and 2 * len(scanned) >= len(pages):
        hint = "the recogniser read next to nothing on them; give a better scan"
        raise NeedsOCR(
            f"{len(scanned)} of {len(pages)} pages are pictures without text",
            where=where,
            hint=hint if asked else "run OCR over the file, or name a recogniser (MEDRAG_OCR)",
            pages=tuple(scanned),
        )
    text = "".join(line.text for page in pages for line in page.lines)
    unknown = sum(page.unknown for page in pages) - text.count("\ufffd")
    if not text and not unknown:
        return
    unreadable = len(_UNREADABLE.findall(text)) + unknown
    known = len(_JAPANESE.findall(text)) + len(_LATIN.findall(text))
    if unreadable > 0.05 * (len(text) + unknown) or known < 0.3 * len(text):
        raise UndecodableText(
            "its fonts do not say which characters they draw",
            where=where,
            hint="fetch the file again, export it with Unicode fonts, or run OCR over it",
        )


def _notices(
    pages: Sequence[PageLines], scanned: Sequence[int], recognised: Sequence[int], data: bytes
) -> list[Notice]:
    notices = []
    if recognised:
        listed = ", ".join(map(str, recognised))
        message = (
            f"pages read by OCR, which may be wrong; compare numbers with the original: {listed}"
        )
        notices.append(Notice(code="ocr", message=message))
    if scanned:
        listed = ", ".join(map(str, scanned))
        notices.append(
            Notice(code="needs_ocr", message=f"pages without a text layer were left out: {listed}")
        )
    hidden = [(n, text) for n, page in enumerate(pages, start=1) for text in page.hidden]
    if hidden:
        sample = "; ".join(f"page {n}: {text.strip()[:60]}" for n, text in hidden[:5])
        notices.append(
            Notice(
                code="hidden_text", message=f"{len(hidden)} hidden texts were left out: {sample}"
            )
        )
    drawn = [
        n for n, page in enumerate(pages, start=1) if page.drawn > max(20, 0.15 * _length(page))
    ]
    if drawn:
        listed = ", ".join(map(str, drawn))
        message = (
            f"pages where letters seem to be drawn as shapes, which only OCR can read: {listed}"
        )
        notices.append(Notice(code="drawn_text", message=message))
    if _SCRIPTS.search(data):
        notices.append(Notice(code="javascript", message="the PDF carries scripts; none was run"))
    return notices


def _metadata(document: pdfium.PdfDocument) -> dict[str, str]:
    found = {}
    for key in ("Title", "Author", "Producer", "CreationDate"):
        value = document.get_metadata_value(key).replace("\x00", "").strip()
        if value:
            found[f"pdf_{key.lower()}"] = value[:300]
    return found


def _tables(data: bytes, pages: Sequence[PageLines]) -> tuple[dict[int, list[Line]], list[Notice]]:
    """The lines of pages with ruled tables, each row a line."""
    ruled = [index for index, page in enumerate(pages) if 0 < page.rules <= _MAX_RULES]
    dense = [index + 1 for index, page in enumerate(pages) if page.rules > _MAX_RULES]
    notices = []
    if dense:
        listed = ", ".join(map(str, dense))
        notices.append(
            Notice(
                code="tables_as_text",
                message=f"tables too dense to tell their cells apart: pages {listed}",
            )
        )
    if not ruled:
        return {}, notices
    try:
        cells = tables_of(data, ruled)
    except MissingDependency as error:
        message = f"ruled tables were read as plain lines: {error.hint}"
        return {}, [*notices, Notice(code="tables_as_text", message=message)]
    return {
        index: pdf_cells.with_tables(pages[index], grids) for index, grids in cells.items()
    }, notices
