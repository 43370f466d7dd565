"""Parsers: one file a format, chosen by suffix, each imported only when its format turns up.

A parser reads bytes and yields what a reader of the file sees: text, and where in it the pages and
the headings are. It does not know guidelines (medrag.documents.structure does) and it never guesses
silently: a file that cannot be read to the character raises a typed ParseError.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from medrag.documents.document import Page
from medrag.errors import MissingDependency, Notice, UnsupportedFormat

if TYPE_CHECKING:
    from medrag.documents.parsers.pdf_objects import Box


#: Key of the metadata that names the pages which were left out for want of text: "3 7".
NEEDS_OCR = "needs_ocr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading that the format itself marks: the span of its line and its level, 1 outermost."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a parser found.

    Attributes:
        text: What a reader of the file sees; all spans index it.
        pages: In order, covering the text; empty for formats without pages.
        headings: In order; None where the format does not mark any, so that they must be found.
        fields: What the file says about itself, by the key that corpus.toml uses ("title", "id"…).
        metadata: Anything else that it says.
        member: Name of the part of the file that this is, for files that hold several documents.
    """

    text: str
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    member: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unparsed:
    """A part of a file that could not become a document, while the rest could."""

    member: str
    error: Exception


def _ignore(pages: int, pictures: int = 0) -> None:
    """Nobody asked how many pages there are."""
    del pages, pictures


class Counted(Protocol):
    """Told how much a document is to read, once that is known."""

    def __call__(self, pages: int, pictures: int = 0) -> None:
        """So many pages, of which so many are pictures that a recogniser will read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What an operator may say about how files are read.

    Attributes:
        encoding: Codec of text files; None to detect it.
        ocr: Recogniser of pages that are pictures, `package.module:function`; None for none.
        counted: Told how many pages a document has, once that is known.
    """

    encoding: str | None = None
    ocr: str | None = None
    counted: Counted = _ignore


class Parser(Protocol):
    """Reads one format. Errors carry `where`, the file's name as the user gave it."""

    def __call__(self, data: bytes, *, where: str, options: Options) -> Iterator[Parsed | Unparsed]:
        """The documents in a file's bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format: the module that reads it, the packages and the extra which that needs."""

    module: str
    media_type: str
    packages: tuple[str, ...] = ()
    extra: str | None = None
    sandboxed: bool = True


_PDF, _HTML, _WORD = ("pypdfium2", "pdfplumber"), ("selectolax",), ("python-docx", "lxml")
FORMATS: Mapping[str, Format] = {
    ".txt": Format(module="text", media_type="text/plain", sandboxed=False),
    ".md": Format(module="markdown", media_type="text/markdown", sandboxed=False),
    ".markdown": Format(module="markdown", media_type="text/markdown", sandboxed=False),
    ".html": Format(module="html", media_type="text/html", packages=_HTML),
    ".htm": Format(module="html", media_type="text/html", packages=_HTML),
    ".xhtml": Format(module="html", media_type="application/xhtml+xml", packages=_HTML),
    ".pdf": Format(module="pdf", media_type="application/pdf", packages=_PDF),
    ".docx": Format(
        module="docx",
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        packages=_WORD,
        extra="documents",
    ),
    ".epub": Format(module="epub", media_type="application/epub+zip", packages=_HTML),
    ".zip": Format(module="zip", media_type="application/zip", packages=(*_PDF, *_HTML, *_WORD)),
    ".jsonl": Format(module="jsonl", media_type="application/jsonl", sandboxed=False),
}


def format_of(name: str) -> Format:
    """The format of a file, by its suffix.

    Raises:
        UnsupportedFormat: No parser reads it.
    """
    suffix = PurePath(name).suffix.lower()
    if found := FORMATS.get(suffix):
        return found
    raise UnsupportedFormat(
        f"no parser for {suffix!r} files"
        if suffix
        else "the file has no suffix that names its format",
        where=name,
        hint=f"convert it to one of {', '.join(sorted(FORMATS))}",
    )


def signature(name: str, options: Options) -> tuple[str | None, ...]:
    """What decides, beside the file itself, how it is read: another one, and it is read again.

    A package that was not installed when a file was read, and is now, is such a thing.
    """
    packages = (
        FORMATS[suffix].packages if (suffix := PurePath(name).suffix.lower()) in FORMATS else ()
    )
    ocr = options.ocr if "pypdfium2" in packages else None
    return (options.encoding, ocr, *map(installed, packages))


@cache
def installed(package: str) -> str | None:
    """The version of a package, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def parse(data: bytes, *, where: str, options: Options) -> Iterator[Parsed | Unparsed]:
    """The documents in one file, in this process.

    Raises:
        ParseError: The file could not be read; the kinds are drawn in medrag.errors.
        MissingDependency: The format needs an optional package.
    """
    return prepare(where)(data, where=where, options=options)


def prepare(where: str) -> Parser:
    """The parser of a file, imported.

    Raises:
        UnsupportedFormat: No parser reads it.
        MissingDependency: The format needs an optional package.
    """
    chosen = format_of(where)
    try:
        module = importlib.import_module(f"{__name__}.{chosen.module}")
    except ModuleNotFoundError as error:
        if chosen.extra is None or (error.name or "").startswith("medrag"):
            raise
        raise MissingDependency(
            f"reading {PurePath(where).suffix} files needs the package {error.name}",
            where=where,
            hint=f"pip install 'medrag[{chosen.extra}]'",
        ) from error
    parser: Parser = module.parse
    return parser


def tables_of(data: bytes, pages: Sequence[int]) -> dict[int, list[list[list[Box | None]]]]:
    """The cells of ruled tables in a PDF, by page index.

    Raises:
        MissingDependency: pdfplumber is not installed.
    """
    try:
        from medrag.documents.parsers import pdfplumber
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("medrag"):
            raise
        raise MissingDependency(
            f"ruled tables need the package {error.name}", hint="pip install 'medrag[documents]'"
        ) from error
    return pdfplumber.grids(data, pages)
