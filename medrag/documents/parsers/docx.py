"""Word documents by python-docx: paragraphs and tables in order, hidden runs left out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from medrag.documents.parsers import Heading, Options, Parsed, archives
from medrag.errors import DamagedDocument, EmptyDocument, EncryptedDocument, Notice

_ENCRYPTED = b"\xd0\xcf\x11\xe0"  # an OLE container holds an encrypted document, or an old .doc
_MAX_DEPTH = 4


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed]:
    """One document; paragraphs are parted by blank lines, table rows are lines with tabs.

    Raises:
        EncryptedDocument: A password is needed, or it is the old binary format.
        DamagedDocument: Not a Word document.
        LimitExceeded: It unpacks to too much.
        EmptyDocument: It shows no text.
    """
    del options  # XML says itself how it is encoded
    if data.startswith(_ENCRYPTED):
        raise EncryptedDocument(
            "the document needs a password, or is in the old .doc format",
            where=where,
            hint="save it as .docx without a password",
        )
    for name, part in archives.parts(data, where=where):
        if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in part or b"<!ENTITY" in part):
            raise DamagedDocument(
                f"{name} declares entities, which no Word document needs",
                where=where,
                hint="save it again from Word",
            )
    try:
        document = docx.Document(io.BytesIO(data))
    except (
        KeyError,
        ValueError,
        zipfile.BadZipFile,
        SyntaxError,
        PackageNotFoundError,
    ) as error:
        raise DamagedDocument(
            f"not a Word document: {error}", where=where, hint="save it again from Word"
        ) from error
    page = _Page()
    page.body(document)
    text = "".join(page.pieces)
    if not text.strip():
        raise EmptyDocument(
            "the document shows no text", where=where, hint="remove it, or export it again"
        )
    notices: tuple[Notice, ...] = ()
    if page.hidden:
        sample = "; ".join(page.hidden)[:200]
        notices = (
            Notice(
                code="hidden_text",
                message=f"{len(page.hidden)} hidden texts were left out: {sample}",
            ),
        )
    title = (document.core_properties.title or "").strip()
    yield Parsed(
        text=text,
        headings=tuple(page.headings) or None,
        fields={"title": title} if title else {},
        notices=notices,
    )


class _Page:
    """The text written so far."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.headings: list[Heading] = []
        self.hidden: list[str] = []

    def write(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)

    def body(self, document: WordDocument) -> None:
        for block in document.iter_inner_content():
            if isinstance(block, Paragraph):
                self.paragraph(block)
            else:
                self.table(block)

    def paragraph(self, paragraph: Paragraph) -> None:
        text = self.visible(paragraph)
        if not text:
            return
        level = _level(paragraph)
        if level:
            text = " ".join(text.split())
            self.headings.append(
                Heading(start=self.length, end=self.length + len(text), level=level)
            )
        self.write(text + "\n\n")

    def table(self, table: Table) -> None:
        for row in table.rows:
            cells = []
            previous = None
            for cell in row.cells:
                if cell._tc is previous:  # noqa: SLF001 - a merged cell comes once for each column
                    continue
                previous = cell._tc  # noqa: SLF001
                cells.append(
                    " ".join(filter(None, (self.visible(p) for p in cell.paragraphs))).replace(
                        "\n", " "
                    )
                )
            self.write("\t".join(cells) + "\n")
        self.write("\n")

    def visible(self, paragraph: Paragraph) -> str:
        """The text of a paragraph without hidden runs, furigana or field codes."""
        parts: list[str] = []
        for run in paragraph._p.iter(qn("w:r")):  # noqa: SLF001 - runs inside links and insertions too
            if _inside(run, "w:rt") or _inside(run, "w:del"):
                continue
            text = "".join(_letters(node) for node in run)
            if not text:
                continue
            if _concealed(run):
                self.hidden.append(text)
            else:
                parts.append(text)
        return "".join(parts).strip()


def _letters(node: object) -> str:
    tag = getattr(node, "tag", "")
    if tag == qn("w:t"):
        return getattr(node, "text", "") or ""
    if tag == qn("w:tab"):
        return "\u3000"
    return "\n" if tag in (qn("w:br"), qn("w:cr")) else ""


def _inside(run: object, name: str) -> bool:
    node = getattr(run, "getparent")()  # noqa: B009 - lxml has no types here
    for _ in range(_MAX_DEPTH):
        if node is None:
            return False
        if node.tag == qn(name):
            return True
        node = node.getparent()
    return False


def _concealed(run: object) -> bool:
    properties = getattr(run, "find")(qn("w:rPr"))  # noqa: B009
    if properties is None:
        return False
    for name in ("w:vanish", "w:webHidden", "w:specVanish"):
        node = properties.find(qn(name))
        if node is not None and node.get(qn("w:val")) not in ("0", "false", "off"):
            return True
    size = properties.find(qn("w:sz"))
    if (
        size is not None
        and (size.get(qn("w:val")) or "20").isdigit()
        and int(size.get(qn("w:val")) or 20) <= 2
    ):
        return True
    colour, shading = properties.find(qn("w:color")), properties.find(qn("w:shd"))
    white = colour is not None and (colour.get(qn("w:val")) or "").upper() == "FFFFFF"
    return white and shading is None and properties.find(qn("w:highlight")) is None


def _level(paragraph: Paragraph) -> int | None:
    style = paragraph.style
    while style is not None:
        name = (style.name or "").lower()
        if name == "title":
            return 1
        if name.startswith(("heading ", "見出し")) and name.split()[-1].isdigit():
            return int(name.split()[-1])
        style = style.base_style
    return None
