"""The peers: other libraries' lexical retrievers, a file each, named as the library is.

A peer is built as its documentation shows; handed `words`, it is built with those tokens in the way
that its documentation gives for other tokens. Nothing else of it is changed: k1, b and the
variant of BM25 are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

#: A text's tokens; without white space in them.
Words = Callable[[str], list[str]]

NAMES = ("langchain", "llama_index", "haystack", "txtai", "rank_bm25", "bm25s")


class Entry(NamedTuple):
    """What a peer indexes: an id, and the text that it is given."""

    id: str
    text: str


class Peer(Protocol):
    """One peer's index, in memory."""

    #: What the table calls it, and the distribution whose version stands beside it.
    NAME: str
    DISTRIBUTION: str

    def __init__(self, entries: Sequence[Entry], *, words: Words | None, k: int) -> None:
        """Index texts; `words` None leaves the peer its own tokenizer."""

    def search(self, question: str) -> list[str]:
        """Ids of the best `k` texts, best first."""

    def save(self, directory: Path) -> bool:
        """Write the index, or say that the peer documents no way to."""
