"""Alignment: a claim beside its evidence, word by word.

The units that carry the claim are chosen, each of its words is looked for in them, and every clause
is tied to the unit that holds most of it: facts are compared there, not in the passage at large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from medrag.attribution.choice import Chosen, choose
from medrag.attribution.evidence import Passage, Unit, aliases, analyse
from medrag.attribution.facts import Reading, Word, read
from medrag.attribution.holding import EMPTY, SAID, holds

__all__ = ["Alignment", "Chosen", "align", "holds"]

_NEIGHBOURS = 3
_KEPT = 0.7
_QUANTITY = 1.5
_TOPIC = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """A claim beside its evidence.

    Attributes:
        premises: The units of each premise that state something.
        units: All of them.
        chosen: Those that carry the claim, best first; empty when nothing matches.
        held: For each word of the claim and each chosen unit, 0 to 1: how well the one holds the other.
        matches: For each word of the claim, the same for the passages as a whole.
        homes: For each clause of the claim, the index in `chosen` of its unit.
        coverage: The share of the claim's weight that is held.
        clause_coverage: The same for the worst clause that has content of its own.
        closeness: The share of its held words whose neighbours are neighbours in the evidence too: a
            claim written near the text has most, a free paraphrase few.
        beside: Keys of what the checked text says next.
        strengths, certainties: Cues anywhere in the passages, for grades that stand apart.
    """

    claim: Reading
    premises: tuple[tuple[Unit, ...], ...]
    units: tuple[Unit, ...]
    chosen: tuple[Chosen, ...]
    held: tuple[tuple[float, ...], ...]
    matches: tuple[float, ...]
    homes: tuple[int, ...]
    coverage: float
    clause_coverage: float
    closeness: float
    beside: frozenset[str]
    strengths: frozenset[str]
    certainties: frozenset[str]


def align(
    claim: Reading, premises: Sequence[str], question: str | None = None, *, beside: str = ""
) -> Alignment:
    """Choose the units that carry `claim`, and match its words. Linear in what it meets.

    Args:
        beside: What the checked text says next.
    """
    passages = [analyse(premise) for premise in premises]
    chosen = choose(claim, passages)
    context = read(question).keys if question else frozenset()
    held = tuple(tuple(holds(word, claim, entry.unit) for entry in chosen) for word in claim.words)
    matches = _by_definition(
        claim,
        [
            _held(word, best, claim, passages, context)
            for word, best in zip(claim.words, held, strict=True)
        ],
    )
    amounts = tuple(
        tuple(
            any(
                amount.same_value(other)
                for reading in (entry.unit.reading, *entry.unit.headings)
                for other in reading.quantities
            )
            for entry in chosen
        )
        for amount in claim.quantities
    )
    total = sum(word.weight for word in claim.words) + _QUANTITY * len(amounts)
    covered = sum(word.weight * match for word, match in zip(claim.words, matches, strict=True))
    covered += _QUANTITY * sum(any(row) for row in amounts)
    units = tuple(passage.stating for passage in passages)
    return Alignment(
        claim=claim,
        premises=units,
        units=tuple(unit for stating in units for unit in stating),
        chosen=tuple(chosen),
        held=held,
        matches=matches,
        homes=_homes(claim, chosen, held, amounts),
        coverage=covered / total if total else float(bool(chosen)),
        clause_coverage=_worst_clause(claim, matches),
        closeness=_closeness(claim, matches, chosen),
        beside=read(beside).keys if beside else frozenset(),
        strengths=frozenset(cue for passage in passages for cue in passage.strengths),
        certainties=frozenset(cue for passage in passages for cue in passage.certainties),
    )


def _held(
    word: Word,
    best: Sequence[float],
    claim: Reading,
    passages: Sequence[Passage],
    context: frozenset[str],
) -> float:
    if word.key in context:
        return 1.0
    most = max(best, default=0.0)
    if most >= _TOPIC:
        return most
    # What a passage speaks of, its later sentences need not repeat.
    concepts = claim.terms[word.term].concepts if word.term >= 0 else frozenset[str]()
    spoken_of = any(
        word.key in passage.everything or not concepts.isdisjoint(passage.meanings)
        for passage in passages
    )
    return _TOPIC if spoken_of else most


def _by_definition(claim: Reading, matches: list[float]) -> tuple[float, ...]:
    """Where a claim writes two names of one thing, ストロメクトール（イベルメクチン）, one is enough."""
    for alias in aliases([claim]):
        sides = [
            [i for i, word in enumerate(claim.words) if word.key in keys]
            for keys in (frozenset((alias.short,)), alias.long)
        ]
        for one, other in (sides, sides[::-1]):
            if one and all(matches[i] >= _KEPT for i in one):
                for i in other:
                    matches[i] = max(matches[i], _KEPT)
    return tuple(matches)


def _homes(
    claim: Reading,
    chosen: Sequence[Chosen],
    held: Sequence[Sequence[float]],
    amounts: Sequence[Sequence[bool]],
) -> tuple[int, ...]:
    if not chosen:
        return ()
    scores = [[0.0] * len(chosen) for _ in claim.clauses]
    for word, row in zip(claim.words, held, strict=True):
        for index, match in enumerate(row):
            if match >= _KEPT and (word.key not in EMPTY or match > SAID):
                scores[word.clause][index] += word.weight
    for amount, found in zip(claim.quantities, amounts, strict=True):
        clause = claim.clause_at(amount.start)
        for index, same in enumerate(found):
            scores[clause][index] += same
    return tuple(max(range(len(chosen)), key=lambda index: (row[index], -index)) for row in scores)


def _worst_clause(claim: Reading, matches: Sequence[float]) -> float:
    held = [0.0] * len(claim.clauses)
    total = [0.0] * len(claim.clauses)
    for word, match in zip(claim.words, matches, strict=True):
        held[word.clause] += word.weight * match
        total[word.clause] += word.weight
    return min((h / t for h, t in zip(held, total, strict=True) if t >= 1.5), default=1.0)


def _closeness(claim: Reading, matches: Sequence[float], chosen: Sequence[Chosen]) -> float:
    places = [_near(r) for entry in chosen for r in (entry.unit.reading, *entry.unit.headings)]
    kept = [word.key for word, match in zip(claim.words, matches, strict=True) if match >= _KEPT]
    pairs = list(pairwise(kept))
    near = sum(any(pair in found for found in places) for pair in pairs)
    return near / len(pairs) if pairs else 1.0


@lru_cache(maxsize=16384)
def _near(reading: Reading) -> frozenset[tuple[str, str]]:
    """The keys of words that stand within a few words of each other, in their order."""
    keys = [word.key for word in reading.words]
    return frozenset(
        (key, after)
        for position, key in enumerate(keys)
        for after in keys[position + 1 : position + 1 + _NEIGHBOURS]
    )
