"""Word documents by python-docx: paragraphs and tables in order, hidden runs left out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from medrag.documents.parsers import Heading, Options, Parsed, archives
from medrag.documents.parsers.docx_numbers import Numbers
from medrag.errors import DamagedDocument, EmptyDocument, EncryptedDocument, Notice

_ENCRYPTED = b"\xd0\xcf\x11\xe0"  # an OLE container holds an encrypted document, or an old .doc
_WRAPPERS = (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:moveTo"), qn("w:customXml"))
# What older readers show in place of a drawing that newer ones show: the same text again.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


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
    page = _Page(document)
    page.blocks(document.element.body)
    page.notes(document)
    text = "".join(page.pieces)
    if not text.strip():
        raise EmptyDocument(
            "the document shows no text", where=where, hint="remove it, or export it again"
        )
    title = (document.core_properties.title or "").strip()
    yield Parsed(
        text=text,
        headings=tuple(page.headings) or None,
        fields={"title": title} if title else {},
        notices=tuple(page.notices()),
    )


class _Page:
    """The text written so far."""

    def __init__(self, document: WordDocument) -> None:
        self._document = document
        self._numbers = Numbers(document)
        self.pieces: list[str] = []
        self.length = 0
        self.headings: list[Heading] = []
        self.hidden: list[str] = []
        self.changes = 0

    def write(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)

    def blocks(self, parent: Any) -> None:
        """Paragraphs and tables in order, those inside content controls too."""
        for node in parent.iterchildren():
            if node.tag == qn("w:p"):
                self.paragraph(Paragraph(node, self._document._body))  # noqa: SLF001
            elif node.tag == qn("w:tbl"):
                self.table(node)
            elif node.tag in _WRAPPERS:
                self.blocks(node)

    def paragraph(self, paragraph: Paragraph) -> None:
        text = self.visible(paragraph._p)  # noqa: SLF001
        if not text:
            return
        text = self._numbers.before(paragraph) + text
        level = _level(paragraph)
        if level:
            text = " ".join(text.split())
            self.headings.append(
                Heading(start=self.length, end=self.length + len(text), level=level)
            )
        self.write(text + "\n\n")

    def table(self, table: Any) -> None:
        for row in table.iterchildren(qn("w:tr"), *_WRAPPERS):
            for one in [row] if row.tag == qn("w:tr") else row.iter(qn("w:tr")):
                cells = [self.cell(cell) for cell in one.iter(qn("w:tc")) if _owner(cell) is one]
                self.write("\t".join(cells) + "\n")
        self.write("\n")

    def cell(self, cell: Any) -> str:
        """A cell on one line; a table inside it is its cells, one after another."""
        merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        if merged is not None and merged.get(qn("w:val")) != "restart":
            cell = _above(cell)
        texts = (
            self.visible(paragraph)
            for paragraph in cell.iter(qn("w:p"))
            if not _inside(paragraph, "w:txbxContent")  # its runs are the outer paragraph's too
        )
        return " ".join(" ".join(texts).split("\n")).strip()

    def notes(self, document: WordDocument) -> None:
        """Footnotes and endnotes, which stand in files of their own."""
        for part in document.part.package.iter_parts():
            if str(part.partname) not in ("/word/footnotes.xml", "/word/endnotes.xml"):
                continue
            for note in parse_xml(part.blob):
                texts = (self.visible(paragraph) for paragraph in note.iter(qn("w:p")))
                if text := " ".join(filter(None, texts)):
                    self.write(f"注{note.get(qn('w:id'))}　{text}\n\n")

    def visible(self, paragraph: Any) -> str:
        """The text of a paragraph without hidden runs, furigana, field codes or what was deleted."""
        parts: list[str] = []
        for run in paragraph.iter(qn("w:r")):  # runs inside links, insertions and text boxes too
            if _inside(run, "w:del") or _inside(run, "w:moveFrom"):
                self.changes += 1
                continue
            self.changes += _inside(run, "w:ins") or _inside(run, "w:moveTo")
            if _inside(run, "w:rt") or _inside(run, _FALLBACK):
                continue
            if any(node.tag == qn("w:p") for node in run.iterdescendants()):
                parts.append(" ")  # a text box: its own runs follow
            text = "".join(_letters(node) for node in run)
            if not text:
                continue
            if _concealed(run):
                self.hidden.append(text)
            else:
                parts.append(text)
        return "".join(parts).strip()

    def notices(self) -> Iterator[Notice]:
        """What a reader of the text must know of the file."""
        if self.hidden:
            sample = "; ".join(self.hidden)[:200]
            message = f"{len(self.hidden)} hidden texts were left out: {sample}"
            yield Notice(code="hidden_text", message=message)
        if self.changes:
            message = "changes that nobody has accepted yet were read as if they were accepted"
            yield Notice(code="tracked_changes", message=message)


def _owner(cell: Any) -> Any:
    """The row that a cell belongs to."""
    node = cell.getparent()
    while node is not None and node.tag != qn("w:tr"):
        node = node.getparent()
    return node


def _above(cell: Any) -> Any:
    """The cell that one merged with those above it goes on from: the one that begins the merger."""
    column, row = _column(cell), _owner(cell)
    while (row := row.getprevious()) is not None:
        for other in row.iterchildren(qn("w:tc")):
            merged = other.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            begins = merged is None or merged.get(qn("w:val")) == "restart"
            if _column(other) == column and begins:
                return other
    return cell


def _column(cell: Any) -> int:
    """Where a cell begins, in columns of the table's grid."""
    before = 0
    while (cell := cell.getprevious()) is not None:
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        before += (
            int(span.get(qn("w:val"), "1")) if span is not None else int(cell.tag == qn("w:tc"))
        )
    return before


def _letters(node: object) -> str:
    tag = getattr(node, "tag", "")
    if tag == qn("w:t"):
        return getattr(node, "text", "") or ""
    if tag == qn("w:tab"):
        return "\u3000"
    if tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
        return f"（注{getattr(node, 'get')(qn('w:id'))}）"  # noqa: B009 - lxml has no types here
    return "\n" if tag in (qn("w:br"), qn("w:cr")) else ""


def _inside(run: Any, name: str) -> bool:
    """Whether a run stands in an element of that name, within its paragraph."""
    tag = qn(name) if name.startswith("w:") else name
    node = run.getparent()
    while node is not None and node.tag not in (qn("w:tc"), qn("w:body")):
        if node.tag == tag:
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
