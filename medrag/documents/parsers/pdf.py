"""PDF text by PDFium."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from medrag.documents.document import Page
from medrag.documents.parsers import Options, Parsed
from medrag.errors import DamagedDocument, EmptyDocument, EncryptedDocument, NeedsOCR


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed]:
    """One document with its pages."""
    if not data:
        raise EmptyDocument("the file is empty", where=where)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            raise EncryptedDocument(
                "the PDF needs a password", where=where, hint="save a copy without the password"
            ) from error
        raise DamagedDocument(
            f"not a readable PDF: {error}", where=where, hint="fetch the file again"
        ) from error
    pages: list[Page] = []
    texts: list[str] = []
    scanned: list[int] = []
    offset = 0
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        body = (
            page.get_textpage()
            .get_text_bounded()
            .replace("\r\n", "\n")
            .replace("\ufffe", "")
            .strip()
            + "\n"
        )
        if len(body.strip()) < 20 and any(
            page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2)
        ):
            scanned.append(number)
        texts.append(body)
        pages.append(Page(number=number, start=offset, end=offset + len(body)))
        offset += len(body)
        page.close()
    text = "".join(texts)
    if scanned and len(scanned) * 2 > len(pages):
        raise NeedsOCR(
            f"{len(scanned)} of {len(pages)} pages are pictures without text",
            where=where,
            hint="run OCR over the file and ingest the result",
            pages=tuple(scanned),
        )
    if not text.strip():
        raise EmptyDocument("no page holds text", where=where)
    yield Parsed(text=text, pages=tuple(pages))
