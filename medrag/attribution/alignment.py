"""Alignment: which sentences of the passages speak of a claim, and which of its words they hold.

Up to three units are chosen greedily by what they add, so that a claim merged from two sentences,
or from two passages, meets both. Every clause of the claim is then tied to the unit that holds
most of it: facts are compared there, not in the passage at large.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from medrag.attribution.evidence import Passage, Unit, aliases, analyse
from medrag.attribution.facts import Reading, Word, read
from medrag.attribution.facts.terms import Term, spelled
from medrag.japanese.quantities import Quantity

_UNITS = 3
_RANKED = 12
# A further unit must add this share of the claim's weight, or it is there by chance.
_ADDS = 0.08
_UNDER = 0.5
_CALLS_FOR = 0.4
_NEIGHBOURS = 3
_KEPT = 0.7
_ALIKE = 0.5  # a recommendation is looked for among recommendations
_QUANTITY = 1.5
_TOPIC = 0.8
_NAMED = 0.9
_SAID = 0.7
# Whoever is treated and whatever is given are patients and given: to say so adds nothing.
_EMPTY = frozenset(("患者", "投与", "実施"))
_EXAMPLE = "など"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A unit, and the number of the premise it stands in."""

    premise: int
    number: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """A claim beside its evidence.

    Attributes:
        units: All units of the premises that state something.
        chosen: Those that carry the claim, best first; empty when nothing matches.
        held: For each word of the claim and each chosen unit, 0 to 1: how well the one holds the other.
        matches: For each word of the claim, the same for the passages as a whole.
        homes: For each clause of the claim, the index in `chosen` of its unit.
        coverage: The share of the claim's weight that is held.
        clause_coverage: The same for the worst clause that has content of its own.
        closeness: The share of its held words whose neighbours are neighbours in the evidence too: a
            claim written near the text has most, a free paraphrase few.
        strengths, certainties: Cues anywhere in the passages, for grades that stand apart.
    """

    claim: Reading
    units: tuple[Unit, ...]
    chosen: tuple[Chosen, ...]
    held: tuple[tuple[float, ...], ...]
    matches: tuple[float, ...]
    homes: tuple[int, ...]
    coverage: float
    clause_coverage: float
    closeness: float
    strengths: frozenset[str]
    certainties: frozenset[str]


def align(claim: Reading, premises: Sequence[str], question: str | None = None) -> Alignment:
    """Choose the units that carry `claim`, and match its words. Linear in what it meets."""
    passages = [analyse(premise) for premise in premises]
    chosen = (
        _choose(claim, passages) if claim.words or claim.quantities else _graded(claim, passages)
    )
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
            any(amount.same_value(other) for other in entry.unit.reading.quantities)
            for entry in chosen
        )
        for amount in claim.quantities
    )
    total = sum(word.weight for word in claim.words) + _QUANTITY * len(amounts)
    covered = sum(word.weight * match for word, match in zip(claim.words, matches, strict=True))
    covered += _QUANTITY * sum(any(row) for row in amounts)
    return Alignment(
        claim=claim,
        units=tuple(unit for passage in passages for unit in passage.units if unit.states),
        chosen=tuple(chosen),
        held=held,
        matches=matches,
        homes=_homes(claim, chosen, held, amounts),
        coverage=covered / total if total else float(bool(chosen)),
        clause_coverage=_worst_clause(claim, matches),
        closeness=_closeness(claim, matches, chosen),
        strengths=frozenset(cue for passage in passages for cue in passage.strengths),
        certainties=frozenset(cue for passage in passages for cue in passage.certainties),
    )


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
    return sum(word.weight for word in words if holds(word, claim, unit) >= 0.7)


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
    return not (word.names.isdisjoint(unit.keys) and word.names.isdisjoint(unit.reading.meanings))


def _gain(
    wanted: dict[str, _Wanted],
    amounts: Sequence[Quantity],
    passages: Sequence[Passage],
    place: _Place,
) -> float:
    unit = passages[place.premise].units[place.number]
    gain = sum(word.weight for word in wanted.values() if _names(word, unit))
    return gain + sum(any(a.same_value(b) for b in unit.reading.quantities) for a in amounts)


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


def holds(word: Word, claim: Reading, unit: Unit) -> float:
    """How well a unit holds a word: itself, another name of it, a part of a longer one, its characters."""
    if word.key in unit.keys or word.key in unit.around:
        return 1.0
    if word.term >= 0:
        term = claim.terms[word.term]
        if not term.concepts.isdisjoint(unit.meanings) or _under(word, term, claim, unit):
            return 1.0
        if _above(term, claim, unit) or any(name in unit.text for name in spelled(term.concepts)):
            return _NAMED
    base = word.base
    if len(base) >= 2 and base in unit.text:
        return 1.0
    kanji = [character for character in base if "一" <= character <= "鿿"]
    if not kanji:
        return _SAID if word.key in _EMPTY else 0.0
    present = sum(character in unit.text for character in kanji)
    if present == len(kanji) and len(kanji) >= 2:
        return 0.7
    # 減らす and 減量 share a character; so do 高血圧 and 低血圧, which is why a term gets nothing.
    alike = 0.5 * present / len(kanji) if word.weight <= 0.5 else 0.0
    return max(alike, _SAID) if word.key in _EMPTY else alike


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


def _above(term: Term, claim: Reading, unit: Unit) -> bool:
    """Whether a class that the claim names stands beside a member of it, which the unit names too.

    ロペラミド is what is meant by 止瀉薬のロペラミド, whatever one calls it.
    """
    return any(
        not other.classes.isdisjoint(term.concepts) and not other.concepts.isdisjoint(unit.meanings)
        for other in claim.terms
    )


def _under(word: Word, term: Term, claim: Reading, unit: Unit) -> bool:
    """Whether what a unit says of a class holds for this member of it.

    Not where the claim names the class beside it, unless as an example (メトホルミンなどの
    ビグアナイド薬), nor where the unit names another member.
    """
    above = term.classes & unit.meanings
    if not word.after.startswith(_EXAMPLE):
        above -= claim.meanings
    return bool(above) and not any(
        other.classes & above and not other.concepts & term.concepts for other in unit.reading.terms
    )


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
            if match >= _KEPT and (word.key not in _EMPTY or match > _SAID):
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
    places: list[dict[str, list[int]]] = []
    readings = (r for entry in chosen for r in (entry.unit.reading, *entry.unit.headings))
    for reading in dict.fromkeys(readings):
        found: dict[str, list[int]] = {}
        for position, word in enumerate(reading.words):
            found.setdefault(word.key, []).append(position)
        places.append(found)
    kept = [word for word, match in zip(claim.words, matches, strict=True) if match >= _KEPT]
    pairs = list(pairwise(kept))
    near = sum(
        any(
            0 < after - before <= _NEIGHBOURS
            for found in places
            for before in found.get(one.key, ())
            for after in found.get(other.key, ())
        )
        for one, other in pairs
    )
    return near / len(pairs) if pairs else 1.0
