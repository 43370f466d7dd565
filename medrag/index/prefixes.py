"""Prefixes: what a neural encoder wants before a question and before a passage.

Source: the model cards of cl-nagoya/ruri-v3, intfloat/multilingual-e5 and BAAI/bge-m3. Without
its prefixes a model of the first two families retrieves markedly worse.
"""

from __future__ import annotations

from typing import NamedTuple


class Prefixes(NamedTuple):
    """What a model wants before a question and before a passage."""

    question: str
    passage: str


_PREFIXES = {
    "ruri-v3": Prefixes("検索クエリ: ", "検索文書: "),
    "multilingual-e5": Prefixes("query: ", "passage: "),
    "e5-": Prefixes("query: ", "passage: "),
    "bge-m3": Prefixes("", ""),
}


def prefixes(name: str) -> Prefixes:
    """The prefixes of the model family that `name` belongs to; none for an unknown one."""
    lowered = name.lower()
    return next((found for key, found in _PREFIXES.items() if key in lowered), Prefixes("", ""))
