"""bm25s as its README shows it: English stop words and stemmer, unless tokens are given.

`Tuned` has medrag's k1 and b besides medrag's tokens: what BM25 alone can do with the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import bm25s
import Stemmer

from peers import Entry, Words


class Peer:
    NAME = "bm25s"
    DISTRIBUTION = "bm25s"
    OPTIONS: ClassVar[Mapping[str, float]] = {}

    def __init__(self, entries: Sequence[Entry], *, words: Words | None, k: int) -> None:
        self._words, self._k = words, k
        self._stemmer = Stemmer.Stemmer("english")
        self._ids = [entry.id for entry in entries]
        self._bm25 = bm25s.BM25(**self.OPTIONS)
        self._bm25.index(self._tokens([entry.text for entry in entries]), show_progress=False)

    def search(self, question: str) -> list[str]:
        rows, _ = self._bm25.retrieve(self._tokens([question]), k=self._k, show_progress=False)
        return [self._ids[row] for row in rows[0].tolist()]

    def save(self, directory: Path) -> bool:
        self._bm25.save(str(directory))
        return True

    def _tokens(self, texts: Sequence[str]) -> object:
        if self._words is not None:
            return [self._words(text) for text in texts]
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)


class Tuned(Peer):
    OPTIONS: ClassVar[Mapping[str, float]] = {"k1": 0.6, "b": 0.75}
