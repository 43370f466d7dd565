"""Differences: what a claim says that its evidence says otherwise, fact by fact.

Each module compares one family of facts in aligned clauses and yields findings. A finding is firm
when the evidence holds another value in the same place, and doubtful when wording alone may explain
it: firm findings reject, doubtful ones ask for a person.
"""

from collections.abc import Iterator

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences import (
    additions,
    conditions,
    crossed,
    polarity,
    quantity,
    roles,
    sequence,
    slots,
    strength,
    terms,
)
from medrag.attribution.differences.finding import Finding

__all__ = ["Finding", "find"]


def find(alignment: Alignment) -> Iterator[Finding]:
    """All findings of a claim beside its evidence."""
    if not alignment.chosen:
        return
    for module in (
        quantity,
        slots,
        polarity,
        strength,
        conditions,
        roles,
        sequence,
        crossed,
        additions,
        terms,
    ):
        for finding in module.find(alignment):
            yield finding.at(alignment)
