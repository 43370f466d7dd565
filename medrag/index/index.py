"""Index: build one from ingested documents, open it, read from it.

An opened index holds one generation for as long as it lives. Opening compares every checksum and
maps files; it parses nothing that grows with the number of passages. Documents and passages are
read one at a time when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medrag.documents.document import Document
from medrag.documents.guideline import Recommendation
from medrag.documents.passages import Passage
from medrag.errors import IndexCorrupted, NotInIndex
from medrag.index import builder, generations, manifests, records, unread, writing
from medrag.index.abbreviations import Abbreviations
from medrag.index.catalogue import Checked, Documents, Summary
from medrag.index.columns import DOCUMENT_COLUMNS, EDITION_COLUMNS, Column, Identifiers
from medrag.index.encoders import Encoder
from medrag.index.lexical import Leg
from medrag.index.storage import Blobs, Ranges, load_array, read_record
from medrag.index.terms import Keys
from medrag.index.vectors import Vectors

if TYPE_CHECKING:
    from medrag.documents.corpus import Ingested
    from medrag.documents.files import Failure

#: Generations that stay on disk after a build: the current one, and one to compare it with.
KEPT_GENERATIONS = 2


class Index:
    """One generation of an index, opened for reading.

    Attributes:
        path: The index's directory.
        generation: Id of the generation that is open; a function of its content.
        manifest: What it says of itself: versions, counts, checksums.
        encoder: Of the vector leg.
        words, bigrams: The lexical legs.
        vectors: The vector leg.
        passage_document: For each passage the row of its document, shape (passages,).
        kinds: For each passage what it holds.
        columns: What filters need of every document, by key of its record.
    """

    def __init__(self, path: Path, generation: str, *, encoder: Encoder, verify: bool) -> None:
        directory = path / "generations" / generation
        manifest = generations.read_manifest(directory)
        manifests.match(manifest, encoder, where=str(directory))
        if verify:
            generations.verify(directory, manifest)
        self.path = path
        self.generation = generation
        self.manifest: Mapping[str, Any] = manifest
        self.encoder = encoder
        self._directory = directory
        self._documents = Blobs(directory, "documents.jsonl")
        self._outlines = Blobs(directory, "outlines.jsonl")
        self._texts = Blobs(directory, "texts.utf8")
        self._passages = Blobs(directory, "passages.jsonl")
        self._recommendations = Blobs(directory, "recommendations.jsonl")
        self._abbreviations = Blobs(directory, "abbreviations.jsonl")
        self._sequences = Ranges(directory / "sequences.npy")
        self._sequence_offsets = load_array(directory / "sequences.offsets.npy")
        self._document_rows = Identifiers(directory / "documents.identifiers.npy")
        self._passage_rows = Identifiers(directory / "passages.identifiers.npy")
        self._recommendation_document = load_array(directory / "recommendations.document.npy")
        self.passage_document: NDArray[np.int32] = load_array(directory / "passages.document.npy")
        self.kinds = Column.load(directory, "passages.kind")
        self.columns: Mapping[str, Column] = {
            name: Column.load(directory, f"documents.{name}")
            for name in (*DOCUMENT_COLUMNS, *EDITION_COLUMNS)
        }
        self.words = Leg(directory, "words", passages=len(self))
        self.bigrams = Leg(directory, "bigrams", passages=len(self))
        self.document_at = lru_cache(maxsize=4096)(self._document_at)
        self.passage_at = lru_cache(maxsize=1024)(self._passage_at)

    @classmethod
    def build(
        cls,
        path: Path | str,
        entries: Iterable[Ingested],
        *,
        encoder: Encoder,
        unread: Iterable[Failure] = (),
        keep: int = KEPT_GENERATIONS,
    ) -> Index:
        """Write a new generation of the documents in `entries` and make it the current one.

        The same documents, in whatever order, give the same generation id.

        Args:
            path: The index's directory; made if it is not there.
            unread: What could not be read of the files that the documents came from; looked at
                once all of `entries` have been.
            keep: How many generations stay on disk.

        Raises:
            IndexLocked: Another process is writing this index.
            CorpusError: Two documents have the same id.
            OSError: The disk is full or fails; the old generation stays current.
        """
        path = Path(path)
        with generations.writing(path) as temporary:
            generation = writing.write(
                path, temporary, entries, unread, encoder=encoder, base=None, carried={}
            )
            generations.prune(path, keep=keep)
        return cls(path, generation, encoder=encoder, verify=False)

    @classmethod
    def update(
        cls,
        path: Path | str,
        entries: Iterable[Ingested],
        *,
        encoder: Encoder,
        removed: Iterable[str] = (),
        unread: Iterable[Failure] = (),
        base: Index | None = None,
        keep: int = KEPT_GENERATIONS,
    ) -> Index:
        """Write a new generation: the current one with `entries` put in and `removed` taken out.

        A document of `entries` replaces the one with its id. The others are carried over with
        their words and vectors: only `entries` are cut into words and encoded. With the built-in
        encoder the generation is the same, to the byte, as a build of all documents gives.

        Args:
            removed: Ids of documents; one that is not there is no error.
            unread: What could not be read of the files of all documents, as for `build`.
            base: The current generation, if it is open already and its checksums were compared;
                another that has become current meanwhile is taken instead.

        Raises:
            IndexNotFound, IndexMismatch, IndexCorrupted: The current generation cannot be used.
            IndexLocked: Another process is writing this index.
            CorpusError: Two documents of `entries` have the same id.
        """
        path = Path(path)
        with generations.writing(path) as temporary:
            if base is None or base.generation != generations.current_id(path):
                base = cls.open(path, encoder=encoder)
            entries = list(entries)
            replaced = {*removed, *(entry.document.id for entry in entries)}
            carried = {
                identifier: row
                for row, identifier in enumerate(base.identifiers)
                if identifier not in replaced
            }
            generation = writing.write(
                path, temporary, entries, unread, encoder=encoder, base=base, carried=carried
            )
            generations.prune(path, keep=keep)
        return cls(path, generation, encoder=encoder, verify=False)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        encoder: Encoder,
        generation: str | None = None,
        verify: bool = True,
    ) -> Index:
        """Open the current generation, or the one named.

        Args:
            verify: Compare every file's checksum first (.4 to 2 GB a second).

        Raises:
            IndexNotFound: There is no index here.
            IndexMismatch: It was built with another encoder, tokenizer, dictionary or format.
            IndexCorrupted: A file is missing, damaged or does not belong here; it is named.
        """
        path = Path(path)
        if generation is not None:
            return cls(path, generation, encoder=encoder, verify=verify)
        current = generations.current_id(path)
        while True:
            try:
                return cls(path, current, encoder=encoder, verify=verify)
            except (IndexCorrupted, OSError):
                # Writers may have moved on and removed it between reading CURRENT and opening it.
                newer = generations.current_id(path)
                if newer == current:
                    raise
                current = newer

    def __len__(self) -> int:
        """How many passages there are."""
        return len(self._passages)

    @cached_property
    def vectors(self) -> Vectors:
        """The vector leg, opened when first used."""
        return Vectors(self._directory, dimension=self.encoder.dimension, count=len(self))

    @cached_property
    def abbreviations(self) -> Abbreviations:
        """What the documents define, read when first used."""
        return Abbreviations(self._abbreviations.run(0, len(self._abbreviations)).content)

    @property
    def documents(self) -> Documents:
        """All documents, by id, without text, pages and sections."""
        return Documents(self)

    @cached_property
    def summaries(self) -> tuple[Summary, ...]:
        """What the record of every document says for an ingestion, in the order of the rows."""
        return tuple(map(Summary.of, map(read_record, self._documents)))

    @cached_property
    def identifiers(self) -> tuple[str, ...]:
        """The id of every document, in the order of the rows."""
        return tuple(summary.id for summary in self.summaries)

    def fingerprints(self) -> dict[str, tuple[str, ...]]:
        """The files that were read, by fingerprint, with the ids of the documents of each."""
        files: dict[str, list[str]] = {}
        for summary in self.summaries:
            if summary.fingerprint:
                files.setdefault(summary.fingerprint, []).append(summary.id)
        return {fingerprint: tuple(ids) for fingerprint, ids in files.items()}

    @cached_property
    def unread(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """What could not be read of the files that documents are from, by their fingerprint."""
        return unread.read(self._directory)

    def document_row(self, identifier: str) -> int | None:
        """The row of a document, or None when it is not here."""
        rows = self._document_rows.rows(identifier)
        return next((row for row in rows if self.document_at(row).id == identifier), None)

    def _document_at(self, row: int) -> Document:
        """The document of a row without text, pages and sections; `document_at` remembers."""
        return self._with_edition(row, {}, "")

    def document(self, identifier: str) -> Document:
        """A document, whole.

        Raises:
            NotInIndex: There is none with this id.
        """
        row = self.document_row(identifier)
        if row is None:
            raise NotInIndex("there is no such document in the index", where=identifier[:200])
        return self._with_edition(
            row, read_record(self._outlines[row]), records.decode(self._texts[row])
        )

    def _with_edition(self, row: int, outline: Mapping[str, Any], text: str) -> Document:
        """The document of a row; which edition it replaces depends on all the documents here."""
        document = records.read_document(read_record(self._documents[row]), outline, text)
        replaced = self.columns["supersedes"][row]
        return (
            document if replaced == document.supersedes else replace(document, supersedes=replaced)
        )

    def passage(self, identifier: str) -> Passage:
        """A passage.

        Raises:
            NotInIndex: There is none with this id.
        """
        for row in self._passage_rows.rows(identifier):
            passage = self.passage_at(row)
            if passage.id == identifier:
                return passage
        raise NotInIndex("there is no such passage in the index", where=identifier[:200])

    def _passage_at(self, row: int) -> Passage:
        """The passage of a row; `passage_at` remembers."""
        record = read_record(self._passages[row])
        document = int(self.passage_document[row])
        text = records.decode(self._texts.part(document, *record["bytes"]))
        return records.read_passage(record, document_id=self.document_at(document).id, text=text)

    def carried(self, rows: range) -> builder.Carried:
        """Neighbouring documents as they stand on disk, for an update of this index."""
        edges = [rows.start, rows.stop]
        first, last = np.searchsorted(self.passage_document, edges).tolist()
        start, end = np.searchsorted(self._recommendation_document, edges).tolist()
        offsets = np.asarray(self._sequence_offsets[first : last + 1])
        return builder.Carried(
            hashes={name: self._hashes[name] for name in self.identifiers[rows.start : rows.stop]},
            files={
                "documents.jsonl": self._documents.run(*edges),
                "outlines.jsonl": self._outlines.run(*edges),
                "texts.utf8": self._texts.run(*edges),
                "recommendations.jsonl": self._recommendations.run(start, end),
                "passages.jsonl": self._passages.run(first, last),
                "abbreviations.jsonl": self._abbreviations.run(*edges),
            },
            rows=rows,
            passages=range(first, last),
            owners=self.passage_document[first:last] - np.int32(rows.start),
            identifiers=self._passage_keys[first:last],
            recommended=self._recommendation_document[start:end] - np.int32(rows.start),
            sequences=self._sequences.read(int(offsets[0]), int(offsets[-1])),
            sizes=np.diff(offsets).astype(np.int32),
        )

    @cached_property
    def _passage_keys(self) -> Keys:
        return self._passage_rows.keys()

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        """The hash of every document, by id."""
        listed: Mapping[str, str] | str = self.manifest["documents"]
        if not isinstance(listed, str):
            return listed
        content = (self._directory / listed).read_bytes()
        hashes: dict[str, str] = {}
        place = 0
        for identifier in self.identifiers:
            hashes[identifier] = content[place : place + 64].decode("ascii")
            place += 64 + 2 + len(records.encode(identifier)) + 1
        return hashes

    def sequences(self, rows: NDArray[np.int64]) -> list[NDArray[np.int32]]:
        """The words of some passages in their order, as places in the vocabulary of `words`.

        The first sentence is the heading; every sentence ends with `BREAK_NUMBER`.
        """
        starts, ends = (
            self._sequence_offsets[rows].tolist(),
            self._sequence_offsets[rows + 1].tolist(),
        )
        return list(map(self._sequences.read, starts, ends))

    def recommendations(self) -> Iterator[Recommendation]:
        """Every recommendation, by document, in the order of the text."""
        for number in range(len(self._recommendations)):
            yield records.read_recommendation(read_record(self._recommendations[number]))

    def info(self) -> dict[str, Any]:
        """The manifest with the generation's id and its size, as `medrag index info` shows it."""
        size = sum(file["size"] for file in self.manifest["files"].values())
        return {
            "generation": self.generation,
            "path": str(self.path),
            "bytes": size,
            **self.manifest,
        }

    def verify(self) -> Checked:
        """Compare every file with its checksum.

        Raises:
            IndexCorrupted: One does not agree; it is named.
        """
        manifest = generations.read_manifest(self._directory)
        generations.verify(self._directory, manifest)
        files = manifest["files"]
        return Checked(self.generation, len(files), sum(file["size"] for file in files.values()))

    def close(self) -> None:
        """Close the files; the index is of no use afterwards."""
        for part in vars(self).values():
            if isinstance(part, Blobs):
                part.close()
