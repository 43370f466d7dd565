"""Editions: which document of an index is current on a given day.

A document that another one supersedes is superseded from the day on which that other one was
published. Superseded editions stay searchable, since a question may ask for one, but stand below.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index

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
        self._dated = (dates.codes >= 0) | (columns["edition"].codes >= 0)
        supersedes = columns["supersedes"]
        for row in np.flatnonzero((supersedes.codes >= 0) & self.published):
            replaced = index.document_row(supersedes[int(row)] or "")
            if replaced is not None:
                self.superseded[replaced] = True

    def status(self, document: int) -> EditionStatus:
        """Of the document in that row."""
        if self.superseded[document]:
            return "superseded"
        return "current" if self._dated[document] else "unknown"
