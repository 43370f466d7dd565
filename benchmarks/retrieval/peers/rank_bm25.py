"""rank_bm25's BM25Okapi, as its README shows it: tokens split at a space, unless others are given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rank_bm25 import BM25Okapi

from peers import Entry, Words


class Peer:
    NAME = "rank_bm25 BM25Okapi"
    DISTRIBUTION = "rank-bm25"

    def __init__(self, entries: Sequence[Entry], *, words: Words | None, k: int) -> None:
        self._words: Words = words or (lambda text: text.split(" "))
        self._ids = [entry.id for entry in entries]
        self._k = k
        self._bm25 = BM25Okapi([self._words(entry.text) for entry in entries])

    def search(self, question: str) -> list[str]:
        return self._bm25.get_top_n(self._words(question), self._ids, n=self._k)

    def save(self, directory: Path) -> bool:  # noqa: ARG002
        return False
