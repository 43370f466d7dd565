"""Choice: which units of the passages carry a claim.

Up to three are chosen greedily by what they add, so that a claim merged from two sentences, or from
two passages, meets both; and of a table only the rows whose subject the claim names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from medrag.attribution.evidence import Passage, Unit
from medrag.attribution.facts import Reading, Word
from medrag.attribution.holding import holds
from medrag.japanese.quantities import Quantity

_UNITS = 3
_RANKED = 12
# A further unit must add this share of the claim's weight, or it is there by chance.
_ADDS = 0.08
_UNDER = 0.5
_CALLS_FOR = 0.4
_ALIKE = 0.5  # a recommendation is looked for among recommendations
_KEPT = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A unit, and the number of the premise it stands in."""

    premise: int
    number: int
    unit: Unit


def choose(claim: Reading, passages: Sequence[Passage]) -> list[Chosen]:
    """The units that carry `claim`, best first; none when nothing matches."""
    if claim.words or claim.quantities:
        return _choose(claim, passages)
    return _graded(claim, passages)


def _choose(claim: Reading, passages: Sequence[Passage]) -> list[Chosen]:
    wanted: dict[str, _Wanted] = {}
    for word in claim.words:
        if word.key not in wanted or wanted[word.key].weight < word.weight:
            concepts = claim.terms[word.term].concepts if word.term >= 0 else frozenset[str]()
            wanted[word.key] = _Wanted(word.weight, concepts | {word.key})
    scores = _scores(claim, wanted, passages)
    found: list[Chosen] = []
    amounts = list(claim.quantities)
    total = sum(word.weight for word in wanted.values()) + len(amounts)
    if claim.modality.strengths:
        for place in scores:
            cues = passages[place.premise].units[place.number].reading.modality.strengths
            scores[place] += _ALIKE * bool(cues)
    _without_other_rows(claim, scores, passages)
    if not scores:
        return _otherwise(claim, passages)
    ranked = sorted(scores, key=lambda place: (-scores[place], place))[:_RANKED]
    while ranked and len(found) < _UNITS:
        if found:
            gains = {place: _gain(wanted, amounts, passages, place) for place in ranked}
            best = max(ranked, key=lambda place: (gains[place], scores[place]))
            if gains[best] < _ADDS * total:
                break
        else:
            best = ranked[0]
        ranked.remove(best)
        unit = passages[best.premise].units[best.number]
        found.append(Chosen(premise=best.premise, number=best.number, unit=unit))
        wanted = {key: word for key, word in wanted.items() if not _names(word, unit)}
        amounts = [a for a in amounts if not any(a.same_value(b) for b in unit.reading.quantities)]
    _complete(claim, passages, ranked, found)
    return found


def _graded(claim: Reading, passages: Sequence[Passage]) -> list[Chosen]:
    """The grade lines, for a claim that is nothing but a grade."""
    if not (claim.modality.certainty or claim.modality.strengths & {"strong", "weak"}):
        return []
    return [
        Chosen(premise=premise, number=number, unit=unit)
        for premise, passage in enumerate(passages)
        for number, unit in enumerate(passage.units)
        if unit.reading.modality.certainty or unit.reading.modality.strengths
    ][:_UNITS]


def _otherwise(claim: Reading, passages: Sequence[Passage]) -> list[Chosen]:
    """Where no word is shared, the first unit with a value of the claim's kind.

    「1日10 mgとする」 says nothing but its value, and is to be set against 「1日5 mgとする」.
    """
    for premise, passage in enumerate(passages):
        for amount in claim.quantities:
            for number in passage.dimensions.get(amount.dimension, ()):
                return [Chosen(premise=premise, number=number, unit=passage.units[number])]
    return []


class _Wanted(NamedTuple):
    """What a word of the claim weighs, and the keys and concepts that stand for it."""

    weight: float
    names: frozenset[str]


def _without_other_rows(
    claim: Reading, scores: dict[_Place, float], passages: Sequence[Passage]
) -> None:
    """Where a claim names the subject of a row, no other row of that table speaks of it.

    Unless the claim has words of that row's subject too: of 人工乳・牛乳 it may name one only.
    """
    subjects: dict[_Place, Reading] = {}
    named: dict[int, set[str]] = {}
    for place in scores:
        subject = passages[place.premise].units[place.number].subject
        if subject is None:
            continue
        subjects[place] = subject
        if (
            subject.words
            and all(_has(claim, subject, word) for word in subject.words)
            and all(_counts(claim, amount) for amount in subject.quantities)
        ):
            named.setdefault(place.premise, set()).update(subject.keys)
    for place, subject in subjects.items():
        known = named.get(place.premise)
        if known is not None and not (
            subject.keys <= known
            or any(word.key not in known and _has(claim, subject, word) for word in subject.words)
        ):
            del scores[place]


def _has(claim: Reading, subject: Reading, word: Word) -> bool:
    return word.key in claim.keys or (
        word.term >= 0 and not subject.terms[word.term].concepts.isdisjoint(claim.meanings)
    )


def _counts(claim: Reading, amount: Quantity) -> bool:
    return any(amount.same_value(other) for other in claim.quantities)


def _complete(
    claim: Reading, passages: Sequence[Passage], ranked: Sequence[_Place], found: list[Chosen]
) -> None:
    """Add the unit that one clause of the claim calls for, where the whole claim did not."""
    if len(claim.clauses) < 2:
        return
    for clause in range(len(claim.clauses)):
        words = [word for word in claim.words if word.clause == clause]
        if len(words) < 2:
            continue
        held = max((_clause_held(words, claim, entry.unit) for entry in found), default=0.0)
        for place in ranked[:5]:
            unit = passages[place.premise].units[place.number]
            if _clause_held(words, claim, unit) > held + _CALLS_FOR:
                found.append(Chosen(premise=place.premise, number=place.number, unit=unit))
                break


def _clause_held(words: Sequence[Word], claim: Reading, unit: Unit) -> float:
    return sum(word.weight for word in words if holds(word, claim, unit) >= _KEPT)


class _Place(NamedTuple):
    premise: int
    number: int


def _scores(
    claim: Reading, wanted: dict[str, _Wanted], passages: Sequence[Passage]
) -> dict[_Place, float]:
    """How much each unit that shares anything with the claim holds of it."""
    scores: dict[_Place, float] = {}
    for index, passage in enumerate(passages):
        size = max(1, len(passage.units))
        for word in wanted.values():
            numbers = _numbers(word, passage)
            # A word that stands everywhere says little about where the claim comes from.
            worth = word.weight / (1 + 0.5 * len(numbers) / size * min(len(numbers), 8))
            for number in numbers:
                place = _Place(index, number)
                scores[place] = scores.get(place, 0.0) + worth
        for amount in claim.quantities:
            for number in passage.numbers.get(amount.parts, ()):
                place = _Place(index, number)
                scores[place] = scores.get(place, 0.0) + 1
    for place in scores:
        # What stands under a heading speaks of it, though it need not name it again.
        unit = passages[place.premise].units[place.number]
        if unit.around:
            scores[place] += _UNDER * sum(
                word.weight
                for word in wanted.values()
                if not word.names.isdisjoint(unit.around) and word.names.isdisjoint(unit.keys)
            )
    return scores


def _numbers(word: _Wanted, passage: Passage) -> Collection[int]:
    """The units that hold a word under one of its names."""
    held = [passage.postings[name] for name in word.names if name in passage.postings]
    if len(held) < 2:
        return held[0] if held else ()
    return sorted({number for numbers in held for number in numbers})


def _names(word: _Wanted, unit: Unit) -> bool:
    return not word.names.isdisjoint(unit.names)


def _gain(
    wanted: dict[str, _Wanted],
    amounts: Sequence[Quantity],
    passages: Sequence[Passage],
    place: _Place,
) -> float:
    unit = passages[place.premise].units[place.number]
    gain = sum(word.weight for word in wanted.values() if _names(word, unit))
    return gain + sum(any(a.same_value(b) for b in unit.reading.quantities) for a in amounts)
