"""Swapped: values that the evidence has, but not of what the claim tells them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.binding import likeness, surroundings
from medrag.attribution.differences.finding import Finding
from medrag.attribution.differences.places import places
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Reading
from medrag.japanese.quantities import Quantity

_SWAPPED = 0.4
_SWAPPED_FIRMLY = 0.6
_AHEAD = 0.9  # by how much less another sentence must hold of the claim than the one with its value
_SPOKEN = 1.5


def borrowed(alignment: Alignment, amount: Quantity, home: Unit) -> Quantity | None:
    """The value that the sentence of the claim has, where the claim's comes from one that adds no more."""
    claim = alignment.claim
    if home.subject is not None or any(amount.same_value(o) for o in _around(home)):
        return None
    clause = claim.clause_at(amount.start)
    words = [word for word in claim.words if word.clause == clause]
    mine = sum(word.weight for word in words if word.key in home.keys)
    for entry in alignment.chosen:
        if entry.unit is not home and any(
            amount.same_value(o) for o in entry.unit.reading.quantities
        ):
            theirs = sum(w.weight for w in words if w.key in entry.unit.keys)
            theirs += sum(
                any(a.same_value(o) for o in entry.unit.reading.quantities)
                and not any(a.same_value(o) for o in _around(home))
                for a in claim.quantities
                if a is not amount and claim.clause_at(a.start) == clause
            )
            if theirs + _AHEAD > mine or entry.unit.subject is not None:
                return None
    rivals = [
        other
        for other in home.reading.quantities
        if other.dimension == amount.dimension
        and not any(other.same_value(one) for one in claim.quantities)
    ]
    return rivals[0] if len(rivals) == 1 and mine >= _SPOKEN else None


def _around(unit: Unit) -> Iterator[Quantity]:
    for reading in (unit.reading, *unit.headings):
        yield from reading.quantities


def _seated(alignment: Alignment, amount: Quantity, rival: Quantity) -> bool:
    """Whether the clause with the claim's predicate has this value, and not the other."""
    options = places(alignment, alignment.claim.clause_at(amount.start))
    if not options or not options[0].ends or options[0].unit.subject is not None:
        return False
    reading, span = options[0].unit.reading, options[0].unit.reading.clauses[options[0].clause]
    there = [other for other in reading.quantities if span.start <= other.start < span.end]
    return any(amount.same_value(o) for o in there) and not any(rival.same_value(o) for o in there)


def _in_series(claim: Reading, reading: Reading, own: Quantity, rival: Quantity) -> bool:
    """Whether a value stands later in a series than its rival, with a name that the claim has.

    Of 「胸部の線量は1 mGy、骨盤では10 mGy」 the second says 線量 only by the first.
    """
    comma = reading.text.rfind("、", 0, own.start)
    if not rival.start < comma or rival not in reading.quantities:
        return False
    before = {word.key for word in reading.words if word.end <= comma}
    return any(
        comma < word.start < own.start and word.weight >= 1 and word.key in claim.keys - before
        for word in reading.words
    )


def swapped(
    alignment: Alignment,
    amount: Quantity,
    matching: list[tuple[Reading, Quantity]],
    held: list[tuple[Reading, Quantity]],
) -> Iterator[Finding]:
    """A finding where another value of its kind stands in surroundings more like the claim's."""
    rivals = [
        (reading, other)
        for reading, other in held
        if other.dimension == amount.dimension and not amount.same_value(other)
    ]
    if not rivals:
        return
    claim = alignment.claim
    around = surroundings(claim, amount.start, amount.end)
    straight = _best(around, matching)
    like, rival = max(
        ((_best(around, [(reading, other)]), other) for reading, other in rivals),
        key=lambda entry: entry[0],
    )
    margin = like - straight
    partner = next((other for other in claim.quantities if other.same_value(rival)), None)
    if partner is not None:
        # Both are in the claim: does each stand where the other should?
        theirs = surroundings(claim, partner.start, partner.end)
        margin += _best(theirs, matching)
        margin -= _best(theirs, [(r, o) for r, o in held if partner.same_value(o)])
    within = rival.is_range and all(
        other.low <= mine.low <= mine.high <= other.high
        for mine, other in zip(amount.parts, rival.parts, strict=False)
    )
    if partner is None and any(_in_series(claim, reading, own, rival) for reading, own in matching):
        return
    if margin > _SWAPPED and not within and not _seated(alignment, amount, rival):
        yield Finding(
            kind="swapped_values",
            claim=amount.text,
            evidence=rival.text,
            start=amount.start,
            end=amount.end,
            firm=partner is not None and margin > _SWAPPED_FIRMLY and not rival.is_range,
            same_place=True,
        )


def _best(around: dict[str, float], places: Sequence[tuple[Reading, Quantity]]) -> float:
    return max(
        likeness(around, surroundings(reading, other.start, other.end)) for reading, other in places
    )
