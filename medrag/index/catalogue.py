"""What an index tells of its documents without opening their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from medrag.documents.document import Document
from medrag.documents.editions import Place
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
        place: Where it stands among editions, by what it says of itself.
        fingerprint: Of the file that it was read from and of how; "" when it is not known.
    """

    id: str
    title: str
    edition: str | None
    source: str
    sha256: str
    place: Place
    fingerprint: str
    counts: records.Counts
    notices: tuple[Notice, ...]
    metadata: Mapping[str, str]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """The summary of a document's record."""
        return cls(
            id=record["id"],
            title=record.get("title", ""),
            edition=record.get("edition"),
            source=record["source"]["name"],
            sha256=record["source"]["sha256"],
            place=records.read_place(record),
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
