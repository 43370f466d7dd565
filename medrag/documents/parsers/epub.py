"""EPUB: the chapters of the spine, read as HTML, one after another."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from medrag.documents.parsers import Heading, Options, Parsed, archives, html
from medrag.errors import DamagedDocument, EmptyDocument, Notice

_ROOT = re.compile(r"""<rootfile\b[^>]*?full-path\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_ITEM = re.compile(r"<item\b[^>]*>", re.IGNORECASE)
_REFERENCE = re.compile(r"""<itemref\b[^>]*?idref\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*["']([^"']*)["']""")
_TITLE = re.compile(r"<dc:title\b[^>]*>([^<]+)</dc:title>", re.IGNORECASE)


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed]:
    """One document of all chapters.

    Raises:
        DamagedDocument: Not an EPUB, or a chapter is missing.
        LimitExceeded: It unpacks to too much.
        EmptyDocument: No chapter shows text.
    """
    parts = dict(archives.parts(data, where=where))
    hint = "fetch the file again"
    container = parts.get("META-INF/container.xml", b"").decode("utf-8", "replace")
    root = _ROOT.search(container)
    package = parts.get(root[1]) if root else None
    if root is None or package is None:
        raise DamagedDocument("not an EPUB: it names no package", where=where, hint=hint)
    opf = package.decode("utf-8", "replace")
    items = [dict(_ATTRIBUTE.findall(tag)) for tag in _ITEM.findall(opf)]
    names = {item.get("id"): item.get("href", "") for item in items}
    folder = posixpath.dirname(root[1])
    text = ""
    headings: list[Heading] = []
    notices: list[Notice] = []
    for reference in _REFERENCE.findall(opf):
        name = posixpath.normpath(posixpath.join(folder, unquote(names.get(reference, ""))))
        content = parts.get(name)
        if content is None:
            raise DamagedDocument(f"the chapter {name!r} is missing", where=where, hint=hint)
        try:
            chapter = next(html.parse(content, where=where, options=options))
        except EmptyDocument:
            continue  # a cover, most often
        headings += [
            Heading(start=h.start + len(text), end=h.end + len(text), level=h.level)
            for h in chapter.headings or ()
        ]
        notices += chapter.notices
        text += chapter.text if chapter.text.endswith("\n") else chapter.text + "\n"
    if not text.strip():
        raise EmptyDocument("no chapter shows text", where=where, hint=hint)
    title = _TITLE.search(opf)
    yield Parsed(
        text=text,
        headings=tuple(headings) or None,
        fields={"title": title[1].strip()} if title else {},
        notices=tuple(notices),
    )
