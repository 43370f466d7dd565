"""Re-encoding: what of a changed document has to go through the encoder again.

A neural encoder is what an update spends its time on, and most passages of a document that changed
did not. Their vectors are taken from the index that is updated, found by the text that was encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medrag.documents.passages import Passage
from medrag.index.encoders import Encoder

if TYPE_CHECKING:
    from medrag.index.index import Index


class Encoding:
    """Encodes passages, but for those that the index has already.

    Args:
        base: The index that is updated, whose encoder is the same; None for none.
        text_of: What is encoded of a passage, given the title of its document.
    """

    def __init__(
        self, encoder: Encoder, *, base: Index | None, text_of: Callable[[str, Passage], str]
    ) -> None:
        self._encoder = encoder
        # Hashed letters are found anew as quickly as looked up.
        self._base = base if encoder.semantic else None
        self._text_of = text_of
        self._known: dict[str, int] = {}

    def document(self, identifier: str) -> None:
        """A document of this id comes next: what the index has of it may come again."""
        base = self._base
        row = base.document_row(identifier) if base is not None else None
        if base is None or row is None:
            return
        title = base.document_at(row).title
        first, last = np.searchsorted(base.passage_document, [row, row + 1]).tolist()
        for place in range(first, last):
            self._known[self._text_of(title, base.passage_at(place))] = place

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vector of each text, shape (len(texts), dimension)."""
        places = [self._known.get(text) for text in texts]
        new = [text for text, place in zip(texts, places, strict=True) if place is None]
        fresh = iter(self._encoder.encode_passages(new))
        result = np.empty((len(texts), self._encoder.dimension), dtype=np.float32)
        for number, place in enumerate(places):
            if place is None:
                result[number] = next(fresh)
            else:
                assert self._base is not None  # noqa: S101 (only then anything is known)
                result[number] = self._base.vectors.at(range(place, place + 1))[0]
        self._known = {}
        return result
