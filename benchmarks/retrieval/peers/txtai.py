"""txtai with `keyword=True`: BM25 over a term index in SQLite; Unicode word segmentation by default."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from txtai import Embeddings

from peers import Entry, Words

# What keyword=True stands for, with a tokenizer that splits at white space.
_GIVEN_WORDS = {
    "method": "bm25",
    "terms": True,
    "normalize": True,
    "tokenizer": {"whitespace": True, "lowercase": False},
}


class Peer:
    NAME = "txtai"
    DISTRIBUTION = "txtai"

    def __init__(self, entries: Sequence[Entry], *, words: Words | None, k: int) -> None:
        self._words, self._k = words, k
        options = {} if words is None else {"scoring": _GIVEN_WORDS}
        self._embeddings = Embeddings(keyword=True, **options)
        self._embeddings.index((entry.id, self._text(entry.text)) for entry in entries)

    def search(self, question: str) -> list[str]:
        return [found for found, _ in self._embeddings.search(self._text(question), self._k)]

    def save(self, directory: Path) -> bool:
        self._embeddings.save(str(directory))
        return True

    def _text(self, text: str) -> str:
        return text if self._words is None else " ".join(self._words(text))
