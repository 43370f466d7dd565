"""Ingestion: files become Documents, Documents an index generation, and all of it a report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from medrag.documents import corpus
from medrag.documents.corpus import Failure, Ingested
from medrag.errors import CorpusError, NeedsOCR, Notice
from medrag.index import encoders
from medrag.index.index import Index
from medrag.settings import Settings

Progress = Callable[[int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """What ingestion made of one document.

    Attributes:
        questions: Clinical questions that a recommendation answers.
        without_strength: Recommendations whose strength the document does not give.
    """

    document_id: str
    title: str
    pages: int
    passages: int
    recommendations: int
    questions: int
    without_strength: int
    edition: str | None
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
            },
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
    progress: Progress | None = None,
) -> IngestReport:
    """Read files and make their content the index's new generation.

    Args:
        paths: Files, directories or corpus.toml manifests: together, all that the index will hold.
        dry_run: Report, and write nothing.
        progress: Called with the number of documents done and the last one's id.

    Returns:
        The report. A file that cannot be read is an error in it and never stops the rest; the old
        generation stays current when nothing at all could be read.

    Raises:
        CorpusError: A manifest is malformed.
        SourceNotFound: A path does not exist.
        IndexLocked: Another process is writing this index.
    """
    begun = time.perf_counter()
    rows: list[DocumentRow] = []
    errors: list[Failure] = []

    def readable() -> Iterator[Ingested]:
        for entry in corpus.read(paths, max_tokens=settings.passage_tokens):
            if isinstance(entry, Failure):
                errors.append(entry)
                continue
            rows.append(_row(entry))
            if progress is not None:
                progress(len(rows), entry.document.id)
            yield entry

    generation: str | None = None
    if dry_run:
        for _ in readable():
            pass
    else:
        generation = _write(readable(), index, settings)
    return IngestReport(
        generation=generation,
        documents=tuple(rows),
        passages=sum(row.passages for row in rows),
        errors=tuple(errors),
        seconds=time.perf_counter() - begun,
    )


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


def _write(entries: Iterator[Ingested], index: Path, settings: Settings) -> str | None:
    first = next(entries, None)
    if first is None:
        # An index of nothing would silently replace a good one.
        return None
    encoder = encoders.load(settings.encoder)

    def all_entries() -> Iterator[Ingested]:
        yield first
        yield from entries

    with closing(Index.build(index, all_entries(), encoder=encoder)) as built:
        return built.generation


def _row(entry: Ingested) -> DocumentRow:
    document = entry.document
    return DocumentRow(
        document_id=document.id,
        title=document.title,
        pages=len(document.pages),
        passages=len(entry.passages),
        recommendations=len(entry.recommendations),
        questions=len({found.cq for found in entry.recommendations if found.cq}),
        without_strength=sum(found.strength is None for found in entry.recommendations),
        edition=document.edition,
        warnings=document.notices,
    )


def _failure(failure: Failure) -> dict[str, Any]:
    error = failure.error
    return {
        "path": failure.path,
        "error": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        **({"pages": list(error.pages)} if isinstance(error, NeedsOCR) else {}),
    }
