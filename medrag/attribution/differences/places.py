"""Places: the clauses of the evidence that a clause of the claim may rest on.

What a clause says is its predicate, so the places that hold the predicate come first, whatever else
they share; a clause that only states a condition says nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from medrag.attribution.alignment import Alignment
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Reading, Word
from medrag.japanese.quantities import Quantity

_PLAUSIBLE = 0.6
_NOUN = 0.6
_NAME = 1.0
SPEAKS_OF = 0.4  # the share of a clause's weight that an opposite clause must hold
_CONDITIONAL = re.compile(r"(?:ば|たら|なら|と|(?:場合|とき|際)(?:に|は|には)?|限り)[、,]\s*$")
_DOING = frozenset(("投与", "実施", "服用", "追加", "開始"))
# English says its predicate first: should not be USED for the hemiplegic shoulder after stroke.
_AUXILIARY = re.compile(
    r"\b(?:should|must|may|might|can|could|will|is|are|was|were|do|does|did|has|have)\b(?:\s+(?:not|never|also|be|been|only|still|to))*\s+|\bcannot\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A clause of the evidence that may be what a clause of the claim rests on."""

    unit: Unit
    clause: int
    score: float
    says: bool  # it holds the claim's predicate
    ends: bool  # and as its own predicate
    held: frozenset[str]  # keys of the claim's words that it has


def places(alignment: Alignment, clause: int) -> Sequence[Place]:
    """The clauses of the evidence that speak of what a clause of the claim says, best first.

    Those with its predicate, if any have it; else those that share most of its words.
    """
    return _plausible(_all(alignment, clause, forbidden=True))


def likely(alignment: Alignment, clause: int) -> Sequence[Place]:
    """The same, where 禁忌 or 避ける counts as no predicate: what is forbidden may only need care."""
    forbidden = not _refusals(alignment.claim, clause)
    return _plausible(_all(alignment, clause, forbidden=forbidden))


def _plausible(found: Sequence[Place]) -> Sequence[Place]:
    return [place for place in found if place.score >= _PLAUSIBLE * found[0].score]


def is_conditional(reading: Reading, clause: int) -> bool:
    """Whether a clause is a condition, of which nothing is affirmed or denied."""
    span = reading.clauses[clause]
    return _CONDITIONAL.search(reading.text[span.start : span.end]) is not None


def anywhere(alignment: Alignment, clause: int) -> Sequence[Place]:
    """All clauses that share anything with it, in order."""
    return _sharing(alignment, clause, forbidden=True)


@lru_cache(maxsize=64)
def _all(alignment: Alignment, clause: int, *, forbidden: bool) -> Sequence[Place]:
    found = _sharing(alignment, clause, forbidden=forbidden)
    best: dict[Unit, float] = {}
    for place in found:
        best[place.unit] = max(best.get(place.unit, 0.0), place.score)
    most = max(best.values(), default=0.0)
    found = [place for place in found if best[place.unit] >= SPEAKS_OF * most]
    found = _of_its_subject(alignment, clause, found)
    if any(place.ends for place in found):
        found = [place for place in found if place.ends]
    elif any(place.says for place in found):
        found = [place for place in found if place.says]
    return sorted(found, key=lambda place: -place.score)


@lru_cache(maxsize=64)
def _sharing(alignment: Alignment, clause: int, *, forbidden: bool) -> list[Place]:
    claim = alignment.claim
    words = [word for word in claim.words if word.clause == clause]
    if not words:
        return []
    denied = _refusals(claim, clause)
    last = "" if denied else _predicate(claim, words)
    amounts = [a for a in claim.quantities if claim.clause_at(a.start) == clause]
    found = []
    for order, entry in enumerate(alignment.chosen):
        reading = entry.unit.reading
        refusing = {
            n.clause
            for n in reading.negators
            if forbidden and n.predicate and reading.text[n.start : n.end] in denied
        }
        for number, there in enumerate(_contents(reading)):
            held = [
                word
                for word in words
                if word.key in there.keys
                or (
                    word.term >= 0
                    and not claim.terms[word.term].concepts.isdisjoint(there.meanings)
                )
            ]
            # 招くおそれがあり、避ける: what is avoided stands in the clause before.
            if number in refusing:
                held = [word for word in words if word.key in reading.keys]
            score = sum(word.weight for word in held)
            score += sum(any(a.same_value(b) for b in there.amounts) for a in amounts)
            if score:
                home = 0.01 * (order == alignment.homes[clause]) + 0.001 * number
                ends = bool(there.keys) and _said(last, {there.predicate})
                if denied and forbidden:
                    ends = any(word.weight >= _NAME for word in held) and number in refusing
                found.append(
                    Place(
                        unit=entry.unit,
                        clause=number,
                        score=score + home,
                        says=last in there.keys,
                        ends=ends,
                        held=frozenset(word.key for word in held),
                    )
                )
    return found


def _refusals(claim: Reading, clause: int) -> list[str]:
    """禁忌 and 避ける at the end of a clause: predicates that count as negations, and are no words."""
    ends = max((word.start for word in claim.words if word.clause == clause), default=-1)
    return [
        claim.text[n.start : n.end]
        for n in claim.negators
        if n.predicate and n.clause == clause and n.start > ends
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """What a clause holds."""

    keys: frozenset[str]
    meanings: frozenset[str]
    amounts: tuple[Quantity, ...]
    predicate: str


@lru_cache(maxsize=8192)
def _contents(reading: Reading) -> tuple[_Contents, ...]:
    """The contents of each clause of a statement."""
    found = []
    for number, span in enumerate(reading.clauses):
        words = [word for word in reading.words if word.clause == number]
        terms = {word.term for word in words if word.term >= 0}
        found.append(
            _Contents(
                keys=frozenset(word.key for word in words),
                meanings=frozenset(c for term in terms for c in reading.terms[term].concepts),
                amounts=tuple(a for a in reading.quantities if span.start <= a.start < span.end),
                predicate=_predicate(reading, words) if words else "",
            )
        )
    return tuple(found)


def _predicate(reading: Reading, words: Sequence[Word]) -> str:
    """What a clause says of the rest: its last word, or what is done where that is 行う."""
    if words[-1].base.isascii():
        begin, end = words[0].start, words[-1].end
        verb = _AUXILIARY.search(reading.text, max(0, begin - 12), end)
        if verb is not None:
            return next((word.key for word in words if word.start >= verb.end()), words[-1].key)
    if words[-1].key == "実施" and len(words) > 1 and words[-2].weight >= _NOUN:
        return words[-2].key
    return words[-1].key


def _said(predicate: str, keys: set[str]) -> bool:
    """Whether a predicate is among these; 行う and 用いる stand for each other."""
    return predicate in keys or (predicate in _DOING and bool(keys & _DOING))


def _of_its_subject(alignment: Alignment, clause: int, found: list[Place]) -> list[Place]:
    """Without the clauses of units that name another drug than this clause of the claim does."""
    claim = alignment.claim
    drugs = [
        claim.terms[number]
        for number in {
            word.term for word in claim.words if word.clause == clause and word.term >= 0
        }
        if "drug" in claim.terms[number].kinds
    ]
    kept = [
        place
        for place in found
        if all(
            drug.concepts & place.unit.meanings
            or not any(
                "drug" in other.kinds and not other.concepts & claim.meanings
                for other in place.unit.reading.terms
            )
            for drug in drugs
        )
    ]
    return kept or found
