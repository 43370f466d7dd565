"""Reading a corpus: files, directories and corpus.toml become Documents with their Passages.

One bad file never stops the rest: it becomes a Failure with a typed error. The order is that of the
paths given, and inside a directory that of the names, so that ids and results are the same each time.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from queue import SimpleQueue

from medrag.documents import (
    bibliography,
    guideline,
    manifest,
    parsers,
    passages,
    sandbox,
    structure,
)
from medrag.documents.document import Document, Source
from medrag.documents.guideline import Recommendation
from medrag.documents.manifest import Entry
from medrag.documents.parsers import Options, Parsed, Unparsed
from medrag.documents.passages import Passage
from medrag.documents.sandbox import Limits
from medrag.errors import (
    CorpusError,
    LimitExceeded,
    MedragError,
    ParseError,
    SourceNotFound,
)

MAX_BYTES = 200 * 2**20
MAX_CHARACTERS = 20_000_000
_SHORT = 4000
_ID_BYTES = 120
_GIVEN_ID_BYTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """A document with its recommendations and passages."""

    document: Document
    recommendations: tuple[Recommendation, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A file, or a part of one, that could not be read; `path` is as the user gave it."""

    path: str
    error: MedragError


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    shown: str  # as the user gave it
    name: str  # relative to the corpus
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far reading has come: files done and in all, and the one just done with its pages."""

    done: int
    files: int
    name: str
    pages: int


def read(
    paths: Sequence[Path | str],
    *,
    max_tokens: int = passages.MAX_TOKENS,
    encoding: str | None = None,
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
        workers: How many files are parsed at a time; the order of what comes out is the same.
        progress: Called after each file.
        limits: What parsing one file may use.
    """
    files = list(_files(paths))
    names = _Names()
    done = 0
    for file, parts in _parsed(files, encoding, workers, limits):
        pages = 0
        for part in parts:
            if isinstance(part, Failure):
                yield part
                continue
            try:
                entry = ingested(
                    part.parsed, file.entry, part.source, names, file.shown, max_tokens
                )
            except ParseError as error:
                yield Failure(path=_place(file, part.parsed.member), error=error)
                continue
            pages += len(entry.document.pages)
            yield entry
        done += 1
        if progress is not None:
            progress(Progress(done=done, files=len(files), name=file.shown, pages=pages))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    parsed: Parsed
    source: Source


_Read = tuple["_File", Iterable["_Part | Failure"]]


def _parsed(
    files: Sequence[_File | Failure], encoding: str | None, workers: int, limits: Limits
) -> Iterator[_Read]:
    """Parse files, a few at a time, and give them back in their order."""
    count = max(1, workers)
    with sandbox.pool(count, limits=limits) as boxes, ThreadPoolExecutor(count) as threads:
        free = SimpleQueue[sandbox.Sandbox]()
        for box in boxes:
            free.put(box)

        def parse(file: _File) -> Iterable[_Part | Failure]:
            box = free.get()
            try:
                return _contents(file, encoding, box)
            finally:
                free.put(box)

        ahead: deque[tuple[_File, Future[Iterable[_Part | Failure]]]] = deque()
        for file in files:
            if isinstance(file, Failure):
                found = file
                placeholder = _File(path=Path(found.path), shown=found.path, name=found.path)
                settled: Future[Iterable[_Part | Failure]] = Future()
                settled.set_result([found])
                ahead.append((placeholder, settled))
            else:
                ahead.append((file, threads.submit(parse, file)))
            if len(ahead) > 2 * count:
                first, result = ahead.popleft()
                yield first, result.result()
        while ahead:
            first, result = ahead.popleft()
            yield first, result.result()


def _contents(file: _File, encoding: str | None, box: sandbox.Sandbox) -> Iterable[_Part | Failure]:
    """What one file holds; an error of the file is its only content."""
    options = Options(encoding=(file.entry.encoding if file.entry else None) or encoding)
    try:
        format_ = parsers.format_of(file.shown)
        data = _bytes(file)
        digest = hashlib.sha256(data).hexdigest()
        source = Source(
            name=file.name, media_type=format_.media_type, sha256=digest, size=len(data)
        )
        if format_.sandboxed and sandbox.available():
            parts: Iterable[Parsed | Unparsed] = box.parse(data, where=file.shown, options=options)
        else:
            parts = parsers.parse(data, where=file.shown, options=options)
            if format_.module != "jsonl":
                parts = list(parts)
    except MedragError as error:
        return [Failure(path=file.shown, error=error)]
    except OSError as error:
        reason = SourceNotFound(
            f"not readable: {error.strerror}", where=file.shown, hint="check its permissions"
        )
        return [Failure(path=file.shown, error=reason)]
    return _settled(file, source, parts)


def _settled(
    file: _File, source: Source, parts: Iterable[Parsed | Unparsed]
) -> Iterator[_Part | Failure]:
    try:
        for part in parts:
            if isinstance(part, Unparsed):
                yield Failure(path=_place(file, part.member), error=_typed(part.error, file.shown))
            else:
                yield _Part(parsed=part, source=source)
    except MedragError as error:
        yield Failure(path=file.shown, error=error)


def _place(file: _File, member: str | None) -> str:
    return file.shown if member is None else f"{file.shown}:{member}"


def ingested(
    parsed: Parsed, entry: Entry | None, source: Source, names: _Names, where: str, max_tokens: int
) -> Ingested:
    """A Document with its structure and its passages, from what a parser found."""
    if len(parsed.text) > MAX_CHARACTERS:
        raise LimitExceeded(
            f"{len(parsed.text)} characters, more than {MAX_CHARACTERS}",
            where=where,
            hint="split the document",
        )
    # Encyclopedic paragraphs by the ten thousand: nothing is looked for where there is no sign of it.
    plain = parsed.headings is None and len(parsed.text) < _SHORT and structure.plain(parsed.text)
    found = _document(parsed, entry, source, names, where, plain)
    recommendations = () if plain else guideline.recognise(found)
    return Ingested(
        document=found,
        recommendations=recommendations,
        passages=passages.split(found, recommendations, max_tokens=max_tokens),
    )


def _document(
    parsed: Parsed, entry: Entry | None, source: Source, names: _Names, where: str, plain: bool
) -> Document:
    fields = dict(parsed.fields)
    said = bibliography.NOTHING if plain else bibliography.read(parsed.text, parsed.headings)
    given = entry.id if entry and entry.id else fields.get("id")
    identifier = names.given(given, where) if given else names.made(source.name, parsed.member)
    published = (
        entry.published
        if entry and entry.published
        else _date(fields.get("published")) or said.published
    )
    notices = list(parsed.notices)
    metadata = dict(parsed.metadata)
    if entry is not None and entry.quote_limit is not None:
        metadata["quote_limit"] = str(entry.quote_limit)
    if entry is not None and entry.redistribute is not None:
        metadata["redistribute"] = "true" if entry.redistribute else "false"

    def choose(key: str, read: str | None = None) -> str | None:
        return (getattr(entry, key) if entry else None) or fields.get(key) or read

    title = choose("title", said.title) or PurePosixPath(source.name).stem
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
        supersedes=choose("supersedes"),
        language=choose("language") or bibliography.language(parsed.text),
        licence=choose("licence"),
        url=choose("url"),
        metadata=metadata,
        notices=tuple(notices),
    )


def _date(text: str | None) -> date | None:
    return bibliography.date_in(text) if text else None


def _typed(error: Exception, where: str) -> MedragError:
    return error if isinstance(error, MedragError) else ParseError(str(error), where=where)


def _bytes(file: _File) -> bytes:
    size = file.path.stat().st_size
    if size > MAX_BYTES:
        raise LimitExceeded(
            f"{size} bytes, more than {MAX_BYTES}", where=file.shown, hint="split the file"
        )
    return file.path.read_bytes()


def _files(paths: Sequence[Path | str]) -> Iterator[_File | Failure]:
    for given in paths:
        path = Path(given)
        shown = str(given)
        if path.is_dir():
            yield from _directory(path, shown, "")
        elif path.name == manifest.NAME:
            yield from _listed(path, shown, str(PurePosixPath(shown).parent), "")
        elif path.is_file():
            yield _File(path=path, shown=shown, name=path.name)
        else:
            reason = "not a regular file" if path.exists() else "no such file or directory"
            yield Failure(
                path=shown, error=SourceNotFound(reason, where=shown, hint="check the path")
            )


def _directory(path: Path, shown: str, prefix: str) -> Iterator[_File | Failure]:
    listing = path / manifest.NAME
    if listing.is_file():
        yield from _listed(listing, _join(shown, manifest.NAME), shown, prefix)
        return
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        yield Failure(
            path=shown, error=SourceNotFound(f"not readable: {error.strerror}", where=shown)
        )
        return
    found = False
    for entry in entries:
        if entry.name.startswith("."):
            continue
        found = True
        inside, name = _join(shown, entry.name), prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _directory(path / entry.name, inside, name + "/")
        elif entry.is_file():
            yield _File(path=path / entry.name, shown=inside, name=name)
        else:
            yield Failure(path=inside, error=SourceNotFound("not a regular file", where=inside))
    if not found and not prefix:
        yield Failure(
            path=shown,
            error=SourceNotFound("the directory holds no file", where=shown, hint="check the path"),
        )


def _listed(path: Path, shown: str, root: str, prefix: str) -> Iterator[_File | Failure]:
    try:
        entries = manifest.read(path)
    except CorpusError as error:
        error.where = shown
        yield Failure(path=shown, error=error)
        return
    for entry in entries:
        target = path.parent / entry.path
        inside = _join(root, entry.path)
        if target.is_file():
            yield _File(path=target, shown=inside, name=prefix + entry.path, entry=entry)
        else:
            yield Failure(
                path=inside,
                error=SourceNotFound(
                    f"listed in {shown} but not there", where=inside, hint="correct the path"
                ),
            )


def _join(root: str, name: str) -> str:
    return name if root in ("", ".") else f"{root.rstrip('/')}/{name}"


_UNSAFE = re.compile(r"[^\w.\-]+")


class _Names:
    """Ids that are unique, stable and safe in a URL and a file name."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def given(self, name: str, where: str) -> str:
        """An id that the manifest or the file states."""
        if (
            not name.strip()
            or len(name.encode("utf-8", "replace")) > _GIVEN_ID_BYTES
            or not name.isprintable()
        ):
            raise ParseError(
                "an id must be printable, not empty and at most 200 bytes",
                where=where,
                hint="correct the id",
            )
        return self._unique(name)

    def made(self, source: str, member: str | None) -> str:
        """An id from the file's name, relative to the corpus."""
        path = PurePosixPath(source)
        stem = str(path.with_suffix("")) if path.suffix.lower() in parsers.FORMATS else str(path)
        slug = _UNSAFE.sub("-", unicodedata.normalize("NFKC", stem)).strip("-.") or "document"
        if member is not None:
            slug += "-" + (
                _UNSAFE.sub("-", unicodedata.normalize("NFKC", member)).strip("-.") or "part"
            )
        if len(slug.encode()) > _ID_BYTES:
            digest = hashlib.sha256(slug.encode()).hexdigest()[:10]
            slug = slug.encode()[: _ID_BYTES - 11].decode("utf-8", "ignore") + "-" + digest
        if slug in self._taken:
            slug = f"{slug}-{path.suffix.lower().lstrip('.')}" if path.suffix else slug
        return self._unique(slug)

    def _unique(self, name: str) -> str:
        chosen, count = name, 1
        while chosen in self._taken:
            count += 1
            chosen = f"{name}-{count}"
        self._taken.add(chosen)
        return chosen
