"""What an index tells of its documents without opening their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from medrag.documents.document import Document
from medrag.errors import Notice
from medrag.index import records

if TYPE_CHECKING:
    from medrag.index.index import Index


class Checked(NamedTuple):
    """What `Index.verify` compared."""

    generation: str
    files: int
    bytes: int


class Summary(NamedTuple):
    """A document in short, as an ingestion reports it and as the edition graph needs it.

    Attributes:
        supersedes: What is stated: "" where it is said to replace none, None where nothing is said.
        fingerprint: Of the file that it was read from and of how; "" when it is not known.
    """

    id: str
    title: str
    society: str | None
    edition: str | None
    published: date | None
    supersedes: str | None
    fingerprint: str
    counts: records.Counts
    notices: tuple[Notice, ...]
    metadata: Mapping[str, str]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """The summary of a document's record."""
        published = record.get("published")
        return cls(
            id=record["id"],
            title=record.get("title", ""),
            society=record.get("society"),
            edition=record.get("edition"),
            published=date.fromisoformat(published) if published else None,
            supersedes=records.stated(record),
            fingerprint=record.get("fingerprint", ""),
            counts=records.Counts(**record["counts"]),
            notices=records.read_notices(record),
            metadata=record.get("metadata", {}),
        )


class Documents(Mapping[str, Document]):
    """The documents of an index by id, each without text, pages and sections."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __len__(self) -> int:
        return len(self._index.columns["language"])

    def __iter__(self) -> Iterator[str]:
        return (self._index.document_at(row).id for row in range(len(self)))

    def __getitem__(self, identifier: str) -> Document:
        row = self._index.document_row(identifier)
        if row is None:
            raise KeyError(identifier)
        return self._index.document_at(row)
