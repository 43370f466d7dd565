"""Crossed: two pairs exchanged, TRALI with overload and TACO without, where the evidence has them the other way.

Both texts hold all the words. So the parts of the claim between commas are compared two by two: when
what stands in one part stands with what stands in the other in the evidence, and never with its own
neighbour, the claim has exchanged them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.finding import Finding
from medrag.attribution.facts import Reading

_CUT = re.compile(r"[、,。;;|]")
_MOST = 6  # items of a part, parts of a claim
_NAMES = 0.6
_TOGETHER, _BESIDE = 1.0, 0.4  # in one part, in one sentence
_FIRM = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A word or a value; two of one sort may be exchanged."""

    key: str
    sorts: frozenset[str]
    start: int


def find(alignment: Alignment) -> Iterator[Finding]:
    """At most one finding: the two things that are exchanged."""
    parts = _parts(alignment.claim)
    if not 2 <= len(parts) <= _MOST:
        return
    often = Counter(key for part in parts for key in {item.key for item in part})
    parts = tuple(tuple(item for item in part if often[item.key] == 1) for part in parts)
    evidence = [_held(entry.unit.reading) for entry in alignment.chosen]
    for one, other in combinations(parts, 2):
        finding = _exchanged(one[:_MOST], other[:_MOST], evidence)
        if finding is not None:
            yield finding
            return


def _exchanged(
    left: Sequence[_Item], right: Sequence[_Item], evidence: Sequence[Sequence[frozenset[str]]]
) -> Finding | None:
    for a, p in permutations(left, 2):
        for b, q in permutations(right, 2):
            if (
                not a.sorts.isdisjoint(b.sorts)
                and _near(a, q, evidence) + _near(b, p, evidence) >= _FIRM
                and max(_near(a, p, evidence), _near(b, q, evidence)) <= _BESIDE
            ):
                return Finding(
                    kind="crossed",
                    claim=f"{a.key}・{p.key} / {b.key}・{q.key}",
                    evidence=f"{a.key}・{q.key} / {b.key}・{p.key}",
                    firm=True,
                    same_place=True,
                )
    return None


def _near(one: _Item, other: _Item, evidence: Sequence[Sequence[frozenset[str]]]) -> float:
    """How near two items stand in the evidence: in one part, in one sentence, or apart."""
    best = 0.0
    for held in evidence:
        if any(one.key in keys and other.key in keys for keys in held):
            return _TOGETHER
        if any(one.key in keys for keys in held) and any(other.key in keys for keys in held):
            best = _BESIDE
    return best


@lru_cache(maxsize=8192)
def _held(reading: Reading) -> tuple[frozenset[str], ...]:
    """The keys of each part of a statement."""
    return tuple(frozenset(item.key for item in part) for part in _parts(reading))


@lru_cache(maxsize=8192)
def _parts(reading: Reading) -> tuple[tuple[_Item, ...], ...]:
    """The items of a statement, by the parts between its commas."""
    ends = [match.start() for match in _CUT.finditer(reading.text)]
    items = [
        _Item(
            key=word.key,
            sorts=frozenset((word.after,) if word.after else ())
            | (reading.terms[word.term].kinds if word.term >= 0 else frozenset()),
            start=word.start,
        )
        for word in reading.words
        if word.weight >= _NAMES and word.key != "患者"
    ]
    items.extend(
        _Item(key=f"{a.parts}{a.comparator}", sorts=frozenset((f"#{a.dimension}",)), start=a.start)
        for a in reading.quantities
    )
    found: list[list[_Item]] = [[] for _ in range(len(ends) + 1)]
    for item in sorted(items, key=lambda item: item.start):
        found[sum(end <= item.start for end in ends)].append(item)
    return tuple(tuple(part) for part in found if part)
