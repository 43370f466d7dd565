"""Ingestion: files become Documents, Documents an index generation, and all of it a report."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

from medrag.documents import corpus, editions
from medrag.documents.corpus import Ingested, Progress, Unchanged
from medrag.documents.editions import Graph, Place
from medrag.documents.files import Failure
from medrag.documents.parsers import NEEDS_OCR
from medrag.errors import (
    CorpusError,
    IndexCorrupted,
    IndexMismatch,
    IndexNotFound,
    NeedsOCR,
    Notice,
)
from medrag.index import unread as unread_files
from medrag.index.catalogue import Summary
from medrag.index.encoders import Encoder
from medrag.index.index import Index
from medrag.index.records import counts
from medrag.pipeline import finding
from medrag.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """What ingestion made of one document.

    Attributes:
        questions: Clinical questions that a recommendation answers.
        without_strength: Recommendations whose strength the document does not give.
        supersedes: The edition that it replaces, as is stated or inferred.
        source: The file's path, relative to the corpus.
        sha256: Of the file's bytes.
        needs_ocr: Pages that were left out, because they are pictures without text.
    """

    document_id: str
    title: str
    pages: int
    passages: int
    recommendations: int
    questions: int
    without_strength: int
    edition: str | None
    supersedes: str | None = None
    source: str
    sha256: str
    needs_ocr: tuple[int, ...]
    warnings: tuple[Notice, ...]

    def says(self, code: str) -> bool:
        """Whether the document carries a notice of this code."""
        return any(notice.code == code for notice in self.warnings)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of interface `medrag ingest`."""
        return {
            "document_id": self.document_id,
            "title": self.title,
            "pages": self.pages,
            "passages": self.passages,
            "recommendations": self.recommendations,
            "clinical_questions": self.questions,
            "without_strength": self.without_strength,
            "edition": self.edition,
            "supersedes": self.supersedes,
            "warnings": [
                {"code": notice.code, "message": notice.message} for notice in self.warnings
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What an ingestion did.

    Attributes:
        generation: Id of the generation that is now current; None when nothing was written.
        seconds: Wall time.
    """

    generation: str | None
    documents: tuple[DocumentRow, ...]
    passages: int
    errors: tuple[Failure, ...]
    seconds: float

    def summary(self) -> dict[str, Any]:
        """What a librarian looks for before anything is written.

        Returns:
            Counts of documents, editions, clinical questions, recommendations and those without a
            strength; the pages that need OCR, by path; the documents in which hidden text was
            found and left out.
        """
        return {
            "documents": len(self.documents),
            "editions": sum(row.edition is not None for row in self.documents),
            "clinical_questions": sum(row.questions for row in self.documents),
            "recommendations": sum(row.recommendations for row in self.documents),
            "without_strength": sum(row.without_strength for row in self.documents),
            "needs_ocr": {
                failure.path: list(failure.error.pages)
                for failure in self.errors
                if isinstance(failure.error, NeedsOCR)
            }
            | {row.source: list(row.needs_ocr) for row in self.documents if row.needs_ocr},
            "hidden_text": [row.document_id for row in self.documents if row.says("hidden_text")],
        }

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of interface `medrag ingest`."""
        return {
            "generation": self.generation,
            "documents": [row.to_dict() for row in self.documents],
            "passages": self.passages,
            "errors": [_failure(failure) for failure in self.errors],
            "seconds": round(self.seconds, 3),
            "summary": self.summary(),
        }


def ingest(
    paths: Sequence[Path],
    *,
    index: Path,
    settings: Settings,
    dry_run: bool = False,
    encoding: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> IngestReport:
    """Read files and make their content the index's new generation.

    Only files that are new or have changed since the current generation are parsed and encoded;
    what is no longer among `paths` leaves the index. The generation is the same as a build of
    everything would give.

    Args:
        paths: Files, directories or corpus.toml manifests: together, all that the index will hold.
        dry_run: Report, and write nothing.
        encoding: Codec of text files; None to detect it.
        progress: Called after each file.

    Returns:
        The report. A file that cannot be read is an error in it and never stops the rest; the old
        generation stays current when nothing at all could be read.

    Raises:
        CorpusError: A manifest is malformed.
        IndexLocked: Another process is writing this index.
    """
    begun = time.perf_counter()
    encoder = finding.encoder(settings)
    with contextlib.closing(_Current(index, encoder)) as current:
        rows: list[DocumentRow] = []
        errors: list[Failure] = []
        kept: set[str] = set()
        files: set[str] = set()
        # A file of which nothing could be read is read again each time, and needs no memory.
        partly = (failure for failure in errors if failure.fingerprint in files)
        series: list[Place] = []

        def changed() -> Iterator[Ingested]:
            for entry in corpus.changes(
                paths,
                known=current.fingerprints,
                max_tokens=settings.passage_tokens,
                encoding=encoding,
                ocr=settings.ocr,
                workers=settings.workers,
                progress=progress,
            ):
                if isinstance(entry, Failure):
                    errors.append(entry)
                elif isinstance(entry, Unchanged):
                    kept.update(entry.document_ids)
                    files.add(entry.fingerprint)
                    errors.extend(current.unread(entry))
                    for summary in map(current.summary, entry.document_ids):
                        rows.append(_row_of(summary))
                        series.append(summary.place)
                else:
                    rows.append(_row(entry))
                    files.add(entry.fingerprint)
                    series.append(editions.place(entry.document))
                    yield entry

        generation: str | None = None
        if dry_run:
            deque(changed(), maxlen=0)
        elif current.index is None:
            generation = _build(index, changed(), partly, encoder)
        else:
            new = list(changed())
            removed = set(current.index.identifiers) - kept
            if not new and not removed:
                generation = current.index.generation
            elif new or kept:
                with contextlib.closing(
                    Index.update(
                        index,
                        new,
                        encoder=encoder,
                        removed=removed,
                        unread=partly,
                        base=current.index,
                    )
                ) as updated:
                    generation = updated.generation
    return IngestReport(
        generation=generation,
        documents=tuple(_with_editions(rows, editions.graph(series))),
        passages=sum(row.passages for row in rows),
        errors=tuple(errors),
        seconds=time.perf_counter() - begun,
    )


def _with_editions(rows: Sequence[DocumentRow], graph: Graph) -> Iterator[DocumentRow]:
    """The rows, with what each replaces and a warning of whatever nobody stated.

    A misspelt id would leave the old edition standing as the current one.
    """
    known = {row.document_id for row in rows}
    amended = {base: addendum for addendum, base in graph.amends.items()}
    first: dict[str, DocumentRow] = {}
    for row in rows:
        identifier = row.document_id
        older = graph.supersedes.get(identifier)
        found: dict[str, str] = {}
        same = first.setdefault(row.sha256, row)
        if same.source != row.source:
            found["same_content"] = f"the same bytes as {same.document_id!r}"
        if older is not None and older not in known:
            found["supersedes_unknown"] = f"supersedes {older!r} names no document of this corpus"
        if identifier in graph.inferred:
            found["edition_inferred"] = (
                f"taken to replace {older!r}, by title and date or edition; corpus.toml can say "
                'otherwise (supersedes = "" for none)'
            )
        if other := graph.unclear.get(identifier):
            found["edition_unclear"] = (
                f"of one title with {other!r}, and neither dates nor editions say which is newer; "
                "say so in corpus.toml"
            )
        if base := graph.amends.get(identifier):
            found["amends"] = f"taken to add to {base!r}, and to replace nothing"
        if addendum := amended.get(identifier):
            found["amended"] = f"{addendum!r} adds to it or corrects it"
        notices = tuple(Notice(code=code, message=message) for code, message in found.items())
        if older is None and not notices:
            yield row
            continue
        yield replace(row, supersedes=older, warnings=(*row.warnings, *notices))


class _Current:
    """The generation to start from, if there is one that can be carried on."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self.index: Index | None = None
        self.fingerprints: Mapping[str, tuple[str, ...]] = {}
        # One that is damaged or was built otherwise is no start: everything is read again.
        with contextlib.suppress(IndexNotFound, IndexMismatch, IndexCorrupted):
            self.index = Index.open(path, encoder=encoder)
            renamed = {
                summary.fingerprint
                for summary in self.index.summaries
                if any(notice.code == corpus.RENAMED for notice in summary.notices)
            }
            known = self.index.fingerprints()
            self.fingerprints = {file: known[file] for file in known if file not in renamed}

    def summary(self, identifier: str) -> Summary:
        """What the generation holds of a document."""
        return self._summaries[identifier]

    def unread(self, file: Unchanged) -> list[Failure]:
        """What could not be read of a file that has not changed since."""
        assert self.index is not None  # noqa: S101 - its own fingerprints name its documents
        failed = self.index.unread.get(file.fingerprint, ())
        return unread_files.failures(failed, file.path, file.fingerprint)

    @cached_property
    def _summaries(self) -> Mapping[str, Summary]:
        assert self.index is not None  # noqa: S101
        return {summary.id: summary for summary in self.index.summaries}

    def close(self) -> None:
        """Let go of the files."""
        if self.index is not None:
            self.index.close()


def sample_corpus() -> Path:
    """The sample corpus: of this checkout, else the one that was installed with the package.

    Raises:
        CorpusError: Neither is there.
    """
    installed = find_spec("medrag_sample")
    places = list(installed.submodule_search_locations or ()) if installed else []
    for place in ("corpora/sample", *places):
        if (Path(place) / "corpus.toml").is_file():
            return Path(place)
    raise CorpusError(
        "the sample corpus is neither here nor installed",
        where="corpora/sample",
        hint="run it in a checkout of medrag, or reinstall medrag",
    )


def _build(
    path: Path, entries: Iterator[Ingested], unread: Iterable[Failure], encoder: Encoder
) -> str | None:
    first = next(entries, None)
    if first is None:
        return None  # an index of nothing helps nobody
    with contextlib.closing(
        Index.build(path, chain([first], entries), encoder=encoder, unread=unread)
    ) as built:
        return built.generation


def _row(entry: Ingested) -> DocumentRow:
    document = entry.document
    return DocumentRow(
        document_id=document.id,
        title=document.title,
        edition=document.edition,
        source=document.source.name,
        sha256=document.source.sha256,
        needs_ocr=_pages(document.metadata),
        warnings=document.notices,
        **counts(document, entry.passages, entry.recommendations)._asdict(),
    )


def _row_of(summary: Summary) -> DocumentRow:
    return DocumentRow(
        document_id=summary.id,
        title=summary.title,
        edition=summary.edition,
        source=summary.source,
        sha256=summary.sha256,
        needs_ocr=_pages(summary.metadata),
        warnings=summary.notices,
        **summary.counts._asdict(),
    )


def _pages(metadata: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(map(int, metadata.get(NEEDS_OCR, "").split()))


def _failure(failure: Failure) -> dict[str, Any]:
    error = failure.error
    return {
        "path": failure.path,
        "error": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        **({"pages": list(error.pages)} if isinstance(error, NeedsOCR) else {}),
    }
