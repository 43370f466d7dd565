"""Markdown: the text stays as written, the headings are the ATX and setext ones.

What stands between two lines of hyphens at the top (front matter) is what the file says of itself,
and no text: its plain `key: value` lines are read, lists and nested values are kept as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.documents.parsers import Heading, Options, Parsed, text
from medrag.errors import EmptyDocument

_FRONT = re.compile(
    r"---[ \t]*\n((?:[A-Za-z_][\w-]*[ \t]*:.*\n(?:[ \t#-].*\n|\n)*)+?)(?:---|\.\.\.)[ \t]*(?:\n+|\Z)"
)
_PAIR = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(.*)")
_FIELDS = {
    **{key: key for key in ("id", "title", "society", "edition", "published", "language")},
    **{key: key for key in ("licence", "supersedes", "url")},
    "date": "published",
    "lang": "language",
    "license": "licence",
    "version": "edition",
    "publisher": "society",
}
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
    said, body = front_matter(reading.text)
    if not body.strip():
        raise EmptyDocument("nothing but front matter", where=where, hint="remove it")
    found = headings(body)
    title = next((body[h.start : h.end].lstrip("# \t　") for h in found if h.level == 1), None)
    fields = {_FIELDS[key]: value for key, value in said.items() if key in _FIELDS}
    yield Parsed(
        text=body,
        headings=found or None,
        fields={"title": title, **fields} if title else fields,
        metadata={
            **text.noted(reading),
            **{key: value for key, value in said.items() if key not in _FIELDS},
        },
        notices=text.doubts(reading),
    )


def front_matter(source: str) -> tuple[dict[str, str], str]:
    """What a Markdown text says of itself by key, and the text after that."""
    match = _FRONT.match(source)
    if match is None:
        return {}, source
    said: dict[str, str] = {}
    key = ""
    for line in match[1].split("\n"):
        if pair := _PAIR.match(line):
            key = pair[1].lower()
            said[key] = pair[2].strip().strip("\"'")
        elif key and line.strip():
            said[key] = f"{said[key]} {line.strip()}".strip()
    return {key: value for key, value in said.items() if value}, source[match.end() :]


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
