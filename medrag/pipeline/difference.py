"""`medrag index diff`: two generations side by side, and the editions within the newer one."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medrag.index import changes, generations
from medrag.index.changes import DocumentChange
from medrag.index.index import Index
from medrag.pipeline import finding
from medrag.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed from one generation to another.

    Attributes:
        old: None when there is no earlier generation.
        editions: Within the newer generation, every edition against the one it supersedes.
    """

    old: str | None
    new: str
    documents: tuple[DocumentChange, ...]
    editions: tuple[DocumentChange, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `medrag index diff`."""
        return {
            "old": self.old,
            "new": self.new,
            "documents": [change.to_dict() for change in self.documents],
            "editions": [change.to_dict() for change in self.editions],
        }


def difference(
    path: Path, settings: Settings, *, old: str | None = None, new: str | None = None
) -> Difference:
    """What changed between two generations of the index at `path`.

    Args:
        old: The one before `new` if not given.
        new: The current one if not given.

    Raises:
        IndexNotFound: There is no index, or no such generation.
    """
    encoder = finding.encoder(settings)
    with closing(Index.open(path, encoder=encoder, generation=new)) as after:
        earlier = old or generations.before(path, after.generation)
        documents: tuple[DocumentChange, ...] = ()
        if earlier is not None:
            with closing(Index.open(path, encoder=encoder, generation=earlier)) as before:
                documents = changes.between_generations(before, after)
        return Difference(
            old=earlier,
            new=after.generation,
            documents=documents,
            editions=changes.between_editions(after),
        )
