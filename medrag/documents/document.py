"""Document: one edition of one source, as text with its places.

A Document's text is the original: what a reader of the file sees, not normalised. Every span in
medrag (pages, sections, passages, citations) is a half-open range of code points in that text, so
`document.text[start:end] == quote` holds for everything that is ever quoted. Normalisation happens
beside the text (medrag.japanese.normalize), never in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from medrag.errors import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a Document came from.

    Attributes:
        name: Path as the user gave it, relative to the corpus, with forward slashes.
        media_type: For example "application/pdf".
        sha256: Hex digest of the file's bytes.
        size: Bytes.
    """

    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: 1-based number in the file, the label printed on it if it was found, its span."""

    number: int
    start: int
    end: int
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it, up to the next heading of any level.

    Attributes:
        path: Headings from the document's top to this one, as written; () before any heading.
        start: Where the section's heading begins (or its text, when it has none).
        end: Where the next heading begins.
        body: Where the text after the heading begins; equals `start` when there is no heading.
        kind: What the section holds: body, question, recommendation, explanation, exception,
            table, references, contents.
    """

    path: tuple[str, ...]
    start: int
    end: int
    body: int
    kind: str = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One edition of one guideline, notice or text.

    Attributes:
        id: Stable id, from the manifest or the file's name.
        text: The original text; all spans index it.
        pages: In order, covering the text; empty for formats without pages.
        sections: In order, covering the text.
        edition: As written, for example "2025年版" or "第3版".
        published: Date of publication, if known.
        supersedes: Id of the edition that this one replaces; "" where it is said to replace none.
            In an index, also what the edition graph of all its documents infers.
        language: BCP 47, "ja" or "en".
        metadata: Anything else that the manifest or the file says, as strings.
        notices: What the parser could not be sure of.
    """

    id: str
    title: str
    text: str
    source: Source
    pages: tuple[Page, ...] = ()
    sections: tuple[Section, ...] = ()
    society: str | None = None
    edition: str | None = None
    published: date | None = None
    supersedes: str | None = None
    language: str = "ja"
    licence: str | None = None
    url: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The 1-based number of the page that holds the code point at `offset`."""
        position = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        return self.pages[position].number if position >= 0 else None

    def section_at(self, offset: int) -> Section | None:
        """The section that holds the code point at `offset`."""
        position = bisect_right(self.sections, offset, key=lambda section: section.start) - 1
        return self.sections[position] if position >= 0 else None
