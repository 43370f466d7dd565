"""Markdown: the text stays as written, the headings are the ATX and setext ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.documents.parsers import Heading, Options, Parsed, text

_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t　]+(\S[^\n]*?)[ \t]*$", re.MULTILINE)
_SETEXT = re.compile(r"^(?![#>|\-*+\s])(\S[^\n]*)\n(=+|-{3,})[ \t]*$", re.MULTILINE)
_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed]:
    """One document; the first level-1 heading is its title.

    Raises:
        EmptyDocument: Nothing but white space.
        UndecodableText: No encoding reads it.
    """
    reading = text.read(data, where=where, options=options)
    found = headings(reading.text)
    title = next(
        (reading.text[h.start : h.end].lstrip("# \t　") for h in found if h.level == 1), None
    )
    yield Parsed(
        text=reading.text,
        headings=found or None,
        fields={"title": title} if title else {},
        metadata=text.noted(reading),
        notices=text.doubts(reading),
    )


def headings(source: str) -> tuple[Heading, ...]:
    """The headings of a Markdown text, fenced code left out."""
    fences = [match.span() for match in _FENCE.finditer(source)]

    def fenced(offset: int) -> bool:
        return any(start <= offset < end for start, end in fences)

    found = [
        Heading(start=match.start(1), end=match.end(2), level=len(match[1]))
        for match in _ATX.finditer(source)
        if not fenced(match.start())
    ]
    found += [
        Heading(start=match.start(1), end=match.end(1), level=1 if match[2][0] == "=" else 2)
        for match in _SETEXT.finditer(source)
        if not fenced(match.start())
    ]
    return tuple(sorted(found, key=lambda heading: heading.start))
