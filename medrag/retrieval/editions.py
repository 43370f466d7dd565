"""Editions: which document of an index is current on a given day.

A document that another one supersedes is superseded from the day on which that other one was
published. Superseded editions stay searchable, since a question may ask for one, but stand below.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index
from medrag.japanese.normalize import fold

_EDITION = re.compile(r"(?:19|20)[0-9]{2}(?=年?版)|第[0-9]+(?=版)")

EditionStatus = Literal["current", "superseded", "unknown"]


class Editions:
    """The status of every document of an index on one day.

    Attributes:
        published: Which documents were out by that day (or do not say), shape (documents,).
        superseded: Which of them a published document replaces, shape (documents,).
    """

    def __init__(self, index: Index, *, as_of: date | None) -> None:
        columns = index.columns
        day = as_of.isoformat() if as_of else None
        dates = columns["published"]
        # ISO dates order as text; a document without a date cannot be said to be of the future.
        future = dates.where(lambda value: day is not None and value > day)
        self.published: NDArray[np.bool_] = ~future
        self.superseded = np.zeros(len(dates), dtype=np.bool_)
        self._names = columns["edition"]
        self._dated = (dates.codes >= 0) | (columns["edition"].codes >= 0)
        replacing = columns["superseded_by"]
        for code, identifier in enumerate(replacing.values):
            newer = index.document_row(identifier)
            if newer is not None and self.published[newer]:
                self.superseded |= replacing.codes == code

    def status(self, document: int) -> EditionStatus:
        """Of the document in that row."""
        if self.superseded[document]:
            return "superseded"
        return "current" if self._dated[document] else "unknown"

    def demoted(self, documents: NDArray[np.int32], question: str) -> NDArray[np.bool_]:
        """Which passages are of superseded editions that the question does not ask for by name.

        Args:
            documents: For each passage the row of its document.
            question: It names an edition by its year or number: 2020年版, 第3版.
        """
        old = self.superseded[documents]
        if not old.any():
            return old
        asked = set(_EDITION.findall(fold(question)))
        if not asked:
            return old
        named = self._names.where(lambda value: bool(asked & set(_EDITION.findall(fold(value)))))
        return np.asarray(old & ~named[documents])
