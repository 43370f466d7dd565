"""Reading a corpus: files, directories and corpus.toml become Documents with their Passages.

One bad file never stops the rest: it becomes a Failure with a typed error. The order is that of the
paths given, and inside a directory that of the names, so that ids and results are the same each
time, with however many workers. What was read before and has not changed need not be read again.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from typing import NamedTuple

from medrag.documents import (
    bibliography,
    files,
    guideline,
    parsers,
    passages,
    rights,
    sandbox,
    structure,
)
from medrag.documents import doubts as structure_doubts
from medrag.documents.document import Document, Source
from medrag.documents.files import Failure, File
from medrag.documents.guideline import Recommendation
from medrag.documents.identifiers import Identifiers
from medrag.documents.manifest import Entry
from medrag.documents.parsers import Options, Parsed, Unparsed
from medrag.documents.passages import Passage
from medrag.documents.sandbox import Limits
from medrag.errors import LimitExceeded, MedragError, Notice, ParseError

__all__ = ["Failure", "Ingested", "Progress", "Unchanged", "changes", "read"]

MAX_CHARACTERS = 20_000_000
VERSION = 3  # of what reading makes of a file; raised when the same file would come out otherwise
_SHORT = 4000
#: Code of the notice that a document could not have the id that it wanted. Whether it can depends on
#: the other documents, so its file is read again each time.
RENAMED = "duplicate_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """A document with its recommendations and passages.

    Attributes:
        fingerprint: Of the file and of all that decides what is read from it; the same for every
            document of one file. While it stays the same, so do the documents.
    """

    document: Document
    recommendations: tuple[Recommendation, ...]
    passages: tuple[Passage, ...]
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A file that was not read again, and the ids of the documents that it gave before."""

    path: str
    fingerprint: str
    document_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far reading has come: files done and in all, and the one just done with its pages."""

    done: int
    files: int
    name: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    parsed: Parsed
    source: Source
    fingerprint: str


def read(
    paths: Sequence[Path | str],
    *,
    max_tokens: int = passages.MAX_TOKENS,
    encoding: str | None = None,
    ocr: str | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    limits: Limits = sandbox.LIMITS,
) -> Iterator[Ingested | Failure]:
    """Read files, directories and manifests, one document after another.

    Args:
        paths: In the order wanted. A directory is read with everything below it, unless a
            corpus.toml in it says what it holds.
        max_tokens: Longest passage.
        encoding: Codec of text files; None to detect it.
        ocr: Recogniser of pages that are pictures, `package.module:function`; None for none.
        workers: How many files are parsed at a time; the order of what comes out is the same.
        progress: Called after each file.
        limits: What parsing one file may use.
    """
    for entry in changes(
        paths,
        known={},
        max_tokens=max_tokens,
        encoding=encoding,
        ocr=ocr,
        workers=workers,
        progress=progress,
        limits=limits,
    ):
        if not isinstance(entry, Unchanged):
            yield entry


def changes(
    paths: Sequence[Path | str],
    *,
    known: Mapping[str, Sequence[str]],
    max_tokens: int = passages.MAX_TOKENS,
    encoding: str | None = None,
    ocr: str | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    limits: Limits = sandbox.LIMITS,
) -> Iterator[Ingested | Failure | Unchanged]:
    """Read what is new or has changed; the rest comes out as Unchanged, in its place.

    Args:
        paths, max_tokens, encoding, ocr, workers, progress, limits: As for `read`.
        known: Fingerprints of files read before, with the ids of their documents.
    """
    found = list(files.listed(paths))
    names = Identifiers()
    settings = _Settings(max_tokens, encoding, ocr)
    kept: dict[int, Unchanged] = {}
    for position, file in enumerate(found if known else ()):
        if isinstance(file, File) and (unchanged := _unchanged(file, settings, known)) is not None:
            kept[position] = unchanged
            names.reserve(position, unchanged.document_ids)
    done = 0
    for file, parts in _parsed(found, kept, names.displaced, settings, workers, limits):
        pages = 0
        for part in parts:
            if not isinstance(part, _Part):
                if isinstance(part, Unchanged):
                    names.confirm(part.document_ids)
                yield part
                continue
            assert isinstance(file, File)  # noqa: S101 - only files have parts
            try:
                entry = _ingested(part, file, names, max_tokens)
            except ParseError as error:
                yield _failed(file, part.parsed.member, error, part.fingerprint)
                continue
            pages += len(entry.document.pages)
            yield entry
        done += 1
        if progress is not None:
            name = file.shown if isinstance(file, File) else file.path
            progress(Progress(done=done, files=len(found), name=name, pages=pages))


class _Settings(NamedTuple):
    """What an operator says of all files."""

    max_tokens: int
    encoding: str | None
    ocr: str | None

    def options(self, file: File) -> Options:
        named = file.entry.encoding if file.entry else None
        return Options(encoding=named or self.encoding, ocr=self.ocr)

    def fingerprint(self, file: File, data: bytes) -> str:
        decisive = parsers.signature(file.name, self.options(file))
        return file.fingerprint(data, (VERSION, self.max_tokens, *decisive))


def _unchanged(
    file: File, settings: _Settings, known: Mapping[str, Sequence[str]]
) -> Unchanged | None:
    try:
        fingerprint = settings.fingerprint(file, file.read())
    except MedragError:
        return None  # it is read again, and fails again
    if fingerprint not in known:
        return None
    return Unchanged(
        path=file.shown, fingerprint=fingerprint, document_ids=tuple(known[fingerprint])
    )


_Parts = Iterable["_Part | Failure | Unchanged"]


def _parsed(
    found: Sequence[File | Failure],
    kept: Mapping[int, Unchanged],
    displaced: Container[int],
    settings: _Settings,
    workers: int,
    limits: Limits,
) -> Iterator[tuple[File | Failure, _Parts]]:
    """Parse files, a few at a time, and give them back in their order.

    Args:
        kept: Those that need not be parsed, by position.
        displaced: Of those, the ones that must be parsed after all; it grows meanwhile.
    """
    count = max(1, workers)
    # The sandboxes end first: whoever is interrupted must not wait for a file that takes its time.
    with ThreadPoolExecutor(count) as threads, sandbox.pool(count, limits=limits) as boxes:
        free: SimpleQueue[sandbox.Sandbox] = SimpleQueue()
        for box in boxes:
            free.put(box)

        def parse(file: File | Failure) -> _Parts:
            assert isinstance(file, File)  # noqa: S101 - failures are not parsed
            box = free.get()
            try:
                return _contents(file, settings, box)
            finally:
                free.put(box)

        ahead: deque[tuple[int, Future[_Parts] | None]] = deque()
        waiting = 0

        def first() -> tuple[File | Failure, _Parts]:
            nonlocal waiting
            position, result = ahead.popleft()
            file = found[position]
            if result is not None:
                waiting -= 1
                return file, result.result()
            if isinstance(file, Failure):
                return file, [file]
            return file, parse(file) if position in displaced else [kept[position]]

        try:
            for position, file in enumerate(found):
                ready = position in kept or isinstance(file, Failure)
                ahead.append((position, None if ready else threads.submit(parse, file)))
                waiting += not ready
                while ahead and (waiting > 2 * count or ahead[0][1] is None):
                    yield first()
            while ahead:
                yield first()
        finally:
            # Whoever stops reading early must not wait for files that nobody will see.
            for _, result in ahead:
                if result is not None:
                    result.cancel()


def _contents(file: File, settings: _Settings, box: sandbox.Sandbox) -> _Parts:
    """What one file holds; an error of the file is its only content."""
    options = settings.options(file)
    try:
        format_ = parsers.format_of(file.shown)
        data = file.read()
        source = Source(
            name=file.name,
            media_type=format_.media_type,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
        )
        fingerprint = settings.fingerprint(file, data)
        parts: Iterable[Parsed | Unparsed]
        if format_.sandboxed and sandbox.available():
            parts = box.parse(data, where=file.shown, options=options)
        else:
            parts = parsers.parse(data, where=file.shown, options=options)
    except MedragError as error:
        return [Failure(path=file.shown, error=error)]
    return _settled(file, source, fingerprint, parts)


def _settled(
    file: File, source: Source, fingerprint: str, parts: Iterable[Parsed | Unparsed]
) -> Iterator[_Part | Failure]:
    try:
        for part in parts:
            if isinstance(part, Unparsed):
                yield _failed(file, part.member, part.error, fingerprint)
            else:
                yield _Part(parsed=part, source=source, fingerprint=fingerprint)
    except MedragError as error:
        yield Failure(path=file.shown, error=error)


def _failed(file: File, member: str | None, error: Exception, fingerprint: str) -> Failure:
    part = "" if member is None else f":{member}"
    if not isinstance(error, MedragError):
        error = ParseError(str(error), where=file.shown)
    return Failure(path=file.shown + part, error=error, part=part, fingerprint=fingerprint)


def _ingested(part: _Part, file: File, names: Identifiers, max_tokens: int) -> Ingested:
    """A Document with its structure and its passages, from what a parser found."""
    parsed = part.parsed
    if len(parsed.text) > MAX_CHARACTERS:
        raise LimitExceeded(
            f"{len(parsed.text)} characters, more than {MAX_CHARACTERS}",
            where=file.shown,
            hint="split the document",
        )
    # Encyclopedic paragraphs by the ten thousand: nothing is looked for where there is no sign of it.
    plain = parsed.headings is None and len(parsed.text) < _SHORT and structure.plain(parsed.text)
    found = _document(parsed, file.entry, part.source, names, file.shown, plain)
    recommendations = () if plain else guideline.recognise(found)
    if not plain and (doubts := structure_doubts.about(found, recommendations)):
        found = replace(found, notices=(*found.notices, *doubts))
    return Ingested(
        document=found,
        recommendations=recommendations,
        passages=passages.split(found, recommendations, max_tokens=max_tokens),
        fingerprint=part.fingerprint,
    )


def _document(
    parsed: Parsed, entry: Entry | None, source: Source, names: Identifiers, where: str, plain: bool
) -> Document:
    fields = dict(parsed.fields)
    said = (
        bibliography.NOTHING
        if plain
        else bibliography.read(parsed.text, parsed.headings, styled=bool(parsed.pages))
    )
    given = entry.id if entry and entry.id else fields.get("id")
    wanted = names.made(source.name, parsed.member) if given is None else names.given(given, where)
    identifier = names.unique(wanted, source.name if given is None else "")
    published = (
        entry.published
        if entry and entry.published
        else _date(fields.get("published")) or said.published
    )
    notices = list(parsed.notices)
    if identifier != wanted:
        message = f"the id {wanted!r} is another document's; this one has {identifier!r}"
        notices.append(Notice(code=RENAMED, message=message))
    metadata = {**parsed.metadata, **rights.of(entry, parsed.metadata, where)}

    def choose(key: str, read: str | None = None) -> str | None:
        return (getattr(entry, key) if entry else None) or fields.get(key) or read

    # The name of a part of a ZIP file says what it is, the number of a line does not.
    named = parsed.member if parsed.member and not parsed.member.isdecimal() else source.name
    title = choose("title", said.title) or PurePosixPath(named).stem
    sections = (
        structure.whole(parsed.text)
        if plain
        else structure.sections(parsed.text, parsed.headings, title=title)
    )
    return Document(
        id=identifier,
        title=title,
        text=parsed.text,
        source=source,
        pages=parsed.pages,
        sections=sections,
        society=choose("society", said.society),
        edition=choose("edition", said.edition),
        published=published,
        supersedes=entry.supersedes
        if entry and entry.supersedes is not None
        else fields.get("supersedes"),
        language=choose("language") or bibliography.language(parsed.text),
        licence=choose("licence"),
        url=choose("url"),
        metadata=metadata,
        notices=tuple(notices),
    )


def _date(text: str | None) -> date | None:
    return bibliography.date_in(text) if text else None
