"""HTML as a reader sees it: blocks on lines, no navigation, ruby readings or hidden text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from medrag.documents.parsers import Heading, Options, Parsed, encodings, table_lines
from medrag.documents.parsers.table_lines import Cell
from medrag.errors import EmptyDocument, Notice

_DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "footer",
        "rt",
        "rp",
        "head",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "audio",
        "video",
        "select",
        "option",
        "button",
        "form",
        "input",
        "textarea",
        "dialog",
        "map",
        "area",
    ]
)
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_PARAGRAPH = frozenset(
    [
        "address",
        "blockquote",
        "dd",
        "dt",
        "figcaption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "p",
        "pre",
        "table",
    ]
)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(
    rb"""^\s*<\?xml[^>]+encoding\s*=\s*["']([A-Za-z0-9_\-]+)""", re.IGNORECASE
)
_CODECS = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
}
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)"
    r"|font-size\s*:\s*(?:0|0?\.\d+|[01](?:\.\d+)?)\s*(?:px|pt|em|rem|%)?\s*(?:;|$|!)"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\s*\d{3,}"
    r"|clip\s*:\s*rect\(\s*0|clip-path\s*:\s*inset\(\s*(?:50|100)%",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?<![\w-])color\s*:\s*([^;!]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"(?<![\w-])background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
_SHORTEST_TITLE = 4
_SPACE = re.compile(r"[ \t\r\n\f\x0b]+")
_WIDE = re.compile(
    r"(?<=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]) (?=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])"
)
_WHITE = frozenset(
    {"white", "#fff", "#ffffff", "rgb(255,255,255)", "transparent", "rgba(255,255,255,1)"}
)


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed]:
    """One document of the page's visible text; table rows are lines with tabs between cells.

    Raises:
        EmptyDocument: Nothing visible.
        UndecodableText: No encoding reads it.
    """
    reading = encodings.decode(data, where=where, encoding=options.encoding or _declared(data))
    tree = LexborHTMLParser(reading.text)
    page = _Page()
    if (shown := _main(tree)) is not None:
        page.render(shown)
    text = page.text()
    if not text.strip():
        raise EmptyDocument(
            "the page shows no text", where=where, hint="save the page after its scripts have run"
        )
    title_node = tree.css_first("title")
    title = _SPACE.sub(" ", title_node.text()).strip() if title_node is not None else ""
    if len(title) < _SHORTEST_TITLE:
        title = next((text[h.start : h.end] for h in page.headings if h.level == 1), "")
    notices: list[Notice] = []
    if page.hidden:
        sample = "、".join(page.hidden)[:200]
        notices.append(
            Notice(
                code="hidden_text",
                message=f"{len(page.hidden)} hidden texts were left out: {sample}",
            )
        )
    yield Parsed(
        text=text,
        headings=tuple(page.headings) or None,
        fields={"title": title} if title else {},
        notices=tuple(notices),
    )


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    """The part of the page that is its content: the one main or article that it names, if it does."""
    for name in ("main", "article"):
        found = tree.css(name)
        if len(found) == 1 and found[0].text().strip():
            return found[0]
    return tree.body or tree.root


def _declared(data: bytes) -> str | None:
    """The encoding that the page declares, unless its bytes say otherwise."""
    if data[:3] == b"\xef\xbb\xbf" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None
    match = _CHARSET.search(data[:4096]) or _XML_ENCODING.search(data[:200])
    if match is None:
        return None
    name = match[1].decode("ascii").lower()
    codec = _CODECS.get(name, name)
    try:
        data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None
    return codec


_SUPERSCRIPTS = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")


@dataclass(slots=True)
class _Page:
    """The text rendered so far."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    headings: list[Heading] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "".join(self.pieces)

    def write(self, piece: str) -> None:
        if piece:
            self.pieces.append(piece)
            self.length += len(piece)

    def line(self) -> None:
        while self.pieces and (trimmed := self.pieces[-1].rstrip(" ")) != self.pieces[-1]:
            self.length -= len(self.pieces.pop()) - len(trimmed)
            if trimmed:
                self.pieces.append(trimmed)
        if self.pieces and not self.pieces[-1].endswith("\n"):
            self.write("\n")

    def inline(self, raw: str) -> None:
        piece = _WIDE.sub("", _SPACE.sub(" ", raw))
        at_start = not self.pieces or self.pieces[-1][-1] in "\n\t "
        if at_start:
            piece = piece.lstrip(" ")
        elif (
            piece.startswith(" ")
            and len(piece) > 1
            and ord(piece[1]) >= 0x3000
            and ord(self.pieces[-1][-1]) >= 0x3000
        ):
            piece = piece[1:]
        self.write(piece)

    def render(self, node: LexborNode) -> None:
        child = node.child
        while child is not None:
            self.node(child)
            child = child.next

    def node(self, node: LexborNode) -> None:
        tag = node.tag
        if tag == "-text":
            self.inline(node.text_content or "")
            return
        if tag is None or tag.startswith(("-", "!", "_")) or tag in _DROPPED:
            return
        if _hidden(node):
            if inside := _SPACE.sub(" ", node.text()).strip():
                self.hidden.append(inside)
            return
        if tag == "br":
            self.write("\n")
        elif tag == "sup":
            self.raised(node.text())
        elif tag == "table":
            self.table(node)
        elif tag == "pre":
            self.line()
            self.write(node.text())
            self.line()
        elif tag in _BLOCK:
            self.line()
            start = self.length
            self.render(node)
            if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
                self.heading(start, int(tag[1]))
            self.line()
            # A blank line says that the block is complete, where a line break may be soft.
            if self.length > start and tag in _PARAGRAPH and not self.pieces[-1].endswith("\n\n"):
                self.write("\n")
        else:
            self.render(node)

    def raised(self, text: str) -> None:
        """A superscript, kept apart from what it stands on: 10<sup>5</sup> is not 105."""
        shown = text.strip()
        if self.pieces and self.pieces[-1][-1:].isdigit() and shown.lstrip("+-−").isdigit():
            self.write(f"^{shown}")
        elif shown and not any(character.isalpha() for character in shown) and len(shown) > 1:
            self.write(f"[{shown}]" if not shown.startswith(("[", "(")) else shown)
        else:
            self.inline(text.translate(_SUPERSCRIPTS))

    def heading(self, start: int, level: int) -> None:
        if self.length <= start:
            return
        title = self.text()[start:]
        # A heading is one line: a break inside it was for layout.
        flat = _SPACE.sub(" ", title).strip()
        while self.length > start:
            self.length -= len(self.pieces.pop())
        self.write(flat)
        if flat:
            self.headings.append(Heading(start=start, end=self.length, level=level))

    def table(self, table: LexborNode) -> None:
        self.line()
        if (caption := table.css_first("caption")) is not None:
            self.render(caption)
            self.line()
        rows = table.css("tr")
        if sum(len(_cells(row)) > 1 for row in rows) == 0:  # a table for layout
            for row in rows:
                for cell in _cells(row):
                    self.render(cell)
                self.line()
            return
        shown = []
        for row in rows:
            if _hidden(row):
                self.hidden.append(_SPACE.sub(" ", row.text()).strip())
            else:
                shown.append([self.cell(cell) for cell in _cells(row)])
        for line in table_lines.lines(shown):
            self.write(line)
            self.line()
        self.write("\n")

    def cell(self, cell: LexborNode) -> Cell:
        inner = _Page()
        inner.node(cell)
        self.hidden.extend(inner.hidden)
        return Cell(
            text=_SPACE.sub(" ", inner.text()).strip(),
            columns=_span(cell, "colspan", 1000) or 1,
            rows=_span(cell, "rowspan", 65534),
            heads=cell.tag == "th",
        )


def _span(cell: LexborNode, name: str, most: int) -> int:
    """How many columns or rows a cell covers; `most` is what the standard allows."""
    stated = (cell.attributes.get(name) or "").strip()[:6]
    return min(int(stated), most) if stated.isascii() and stated.isdecimal() else 1


def _cells(row: LexborNode) -> list[LexborNode]:
    cells = []
    child = row.child
    while child is not None:
        if child.tag in ("td", "th"):
            cells.append(child)
        child = child.next
    return cells


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    if not style:
        return False
    if _HIDING.search(style):
        return True
    if colour := _COLOUR.search(style):
        shown = colour[1].replace(" ", "").lower()
        background = _BACKGROUND.search(style)
        behind = background[1].replace(" ", "").lower() if background else "white"
        return shown == behind or (shown in _WHITE and behind in _WHITE)
    return False
