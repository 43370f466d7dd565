"""Words that stand in for each other, by table: swaps.tsv holds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from medrag.evaluation.interventions.statement import Statement, Variant

_FILE = Path(__file__).parent / "swaps.tsv"


def swapped(
    kind: str, statement: Statement, *, unless: str = "(?!)", fresh: bool = True
) -> Iterator[Variant]:
    """Each word of a kind's table in the statement, replaced by its counterpart.

    Args:
        fresh: Pass over a counterpart that the passage uses too: the claim might then be true of
            something else in it.
        unless: A pattern; a word is left alone where the text from its start matches it.
    """
    pairs, words = _table(kind)
    guard = re.compile(unless)
    for match in words.finditer(statement.text):
        counterpart = pairs[match[0]]
        known = fresh and statement.says(counterpart)
        if not known and not guard.match(statement.text, match.start()):
            yield statement.replaced(kind, match.start(), match.end(), counterpart)


@cache
def _table(kind: str) -> tuple[Mapping[str, str], re.Pattern[str]]:
    """A kind's words with their counterparts, and a pattern that finds the longest of them."""
    pairs: dict[str, str] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith(f"{kind}\t"):
            _, word, direction, counterpart = line.split("\t")
            pairs[word] = counterpart
            if direction == "<>":
                pairs[counterpart] = word
    longest_first = sorted(pairs, key=len, reverse=True)
    return pairs, re.compile("|".join(map(re.escape, longest_first)))
