"""Quantities: number, unit, comparator, range, period, and which of two values belongs where."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.binding import likeness, surroundings
from medrag.attribution.differences.finding import Finding
from medrag.attribution.differences.polarity import COMPLEMENTS
from medrag.attribution.differences.sequence import orders
from medrag.attribution.differences.swapped import borrowed, swapped
from medrag.attribution.facts import Reading
from medrag.japanese.quantities import Quantity

_DIFFERENCE = re.compile(r"差|低下|減|下が|変化")
_LEFT = re.compile(r"残り|残る|のこり")
_ONCE = re.compile(r"単回|一度|1度")
_ALONE = re.compile(r"単剤|単独")
_BOTH = re.compile(r"両剤|両薬|両者|併用")
_LIMIT = re.compile(r"(下限|上限|最短|最低|最小|最長|最大|最高)[^、。0-9]{0,4}(?=[0-9]|$)")
# Below the lower limit, and at it or above: both speak of that end.
_LIMITS = {
    "下限": ("lt", "ge"), "上限": ("gt", "le"), "最短": ("ge",), "最低": ("ge",), "最小": ("ge",),
    "最長": ("le",), "最大": ("le",), "最高": ("le",),
}  # fmt: skip
_PARTED = re.compile(r"\s*に分け|\s*分割")
_PERIOD = re.compile(r"1日|一日|日量|週|月|年")
# Counted things: 1回 beside 1週 is no other unit of one amount.
_COUNTED = frozenset(("times", "agents", "persons", "fold", "points", "degree", "rank", "step", "pieces", "places", "visits", "studies", ""))  # fmt: skip


def find(alignment: Alignment) -> Iterator[Finding]:
    """A finding for each quantity of the claim that the evidence does not bear out."""
    claim = alignment.claim
    for amount in claim.quantities:
        home = alignment.chosen[alignment.homes[claim.clause_at(amount.start)]].unit
        units = [home, *(entry.unit for entry in alignment.chosen if entry.unit is not home)]
        held = [
            (reading, other)
            for unit in units
            for reading in (unit.reading, *unit.headings)
            for other in reading.quantities
        ]
        same = [
            (reading, other)
            for reading, other in held
            if amount.same_value(other) and not _other_sort(amount, other)
        ]
        if not same and (
            loosely := next((o for _, o in held if _less_said(amount, o, claim)), None)
        ):
            if amount.dimension == "mass":
                yield Finding(kind="dose_period", claim=amount.text, evidence=loosely.text, start=amount.start, end=amount.end, firm=False)  # fmt: skip
            continue
        if not same and (_as_range(amount, claim, held) or _worded(amount, alignment, held)):
            continue
        if not same:
            yield from _absent(alignment, amount, held)
            continue
        matching = [entry for entry in same if _agrees(amount, *entry)]
        if not matching:
            reading, other = same[0]
            if _complement(claim, amount, reading, other):
                continue
            if _how(amount, other) == "timing" and _in_order(claim, reading):
                continue
            stated = bool(amount.comparator and other.comparator)
            yield Finding(kind=_how(amount, other), claim=amount.text, evidence=other.text, start=amount.start, end=amount.end, firm=stated, same_place=True)  # fmt: skip
            continue
        if (rival := borrowed(alignment, amount, home)) is not None:
            yield Finding(kind="swapped_values", claim=amount.text, evidence=rival.text, start=amount.start, end=amount.end, firm=False, same_place=True)  # fmt: skip
            continue
        yield from swapped(alignment, amount, matching, held)


def _other_sort(amount: Quantity, other: Quantity) -> bool:
    """Whether one counts things and the other is a measured value without its unit: 2剤, 2.0未満."""
    for counted, bare in ((amount, other), (other, amount)):
        if counted.dimension in _COUNTED - {""} and not bare.dimension:
            return "." in bare.text
    return False


def _in_order(claim: Reading, reading: Reading) -> bool:
    """Whether both tell one order from its two ends: 摘脾の2週間前に接種する, 接種から2週間後に摘脾する."""
    return any(mine.repeats(order) for mine in orders(claim) for order in orders(reading))


def _complement(claim: Reading, amount: Quantity, reading: Reading, other: Quantity) -> bool:
    """Whether opposite comparators meet opposite polarity: 110未満に下げない, 110を下回らない."""
    if COMPLEMENTS.get(amount.comparator) != other.comparator:
        return False
    return _denied(claim, amount) != _denied(reading, other)


def _denied(reading: Reading, amount: Quantity) -> bool:
    clause = reading.clause_at(amount.start)
    return sum(n.main for n in reading.negators if n.clause == clause) % 2 == 1


def _less_said(amount: Quantity, other: Quantity, claim: Reading) -> bool:
    """Whether the claim leaves out a period (12本 of 年に12本), or a sign that its words carry."""
    if _written(amount) != _written(other):
        return False
    base = other.dimension.partition(" per ")[0]
    if amount.dimension == base != other.dimension:
        return "回" not in amount.text or _PARTED.match(claim.text, amount.end) is not None
    flipped = tuple((-part.high, -part.low) for part in other.parts)
    return (
        flipped == tuple(tuple(part) for part in amount.parts)
        and _DIFFERENCE.search(claim.text) is not None
    )


def _as_range(amount: Quantity, claim: Reading, held: list[tuple[Reading, Quantity]]) -> bool:
    """Whether a range is said by its two ends: 60〜240, 60以上240以下."""
    if len(amount.parts) != 1 or amount.dimension == "date":
        return False
    (part,) = amount.parts
    others = [other for _, other in held if other.dimension == amount.dimension]
    if amount.is_range and not amount.comparator:
        ends = {(o.comparator, o.parts[0].low) for o in others if len(o.parts) == 1}
        return ("ge", part.low) in ends and bool({("le", part.high), ("lt", part.high)} & ends)
    if amount.comparator not in ("ge", "le"):
        return False
    ranges = [o.parts[0] for o in others if o.is_range and not o.comparator]
    end = 0 if amount.comparator == "ge" else 1
    whole = {
        (mine.comparator, mine.parts[0].low) for mine in claim.quantities if len(mine.parts) == 1
    }
    return any(
        other[end] == part.low and {("ge", other.low), ("le", other.high)} <= whole
        for other in ranges
    )


def _worded(amount: Quantity, alignment: Alignment, held: list[tuple[Reading, Quantity]]) -> bool:
    """Whether the evidence says the same in words: 単回 for 1回, 単剤 for 1剤, 残り for what 1割 leaves."""
    claim = alignment.claim
    texts = [entry.unit.reading.text for entry in alignment.chosen]
    low, high = amount.parts[0]
    if low == high == 1 and amount.dimension in ("times", "agents"):
        pattern = _ONCE if amount.dimension == "times" else _ALONE
        return any(pattern.search(text) for text in texts)
    if low == high and amount.dimension == "agents":
        drugs = [
            {next(iter(term.concepts)) for term in entry.unit.reading.terms if "drug" in term.kinds}
            for entry in alignment.chosen
        ]
        return any(len(named) == low for named in drugs) or (
            low == 2 and any(_BOTH.search(text) for text in texts)
        )
    if amount.dimension == "percent" and _LEFT.search(claim.text[: amount.start][-4:]):
        return any(o.dimension == "percent" and o.parts[0].low == 100 - low for _, o in held)
    base, _, period = amount.dimension.partition(" per ")
    if period and base == "days":
        # 訓練時間は1日に合計3時間: the period stands apart from the amount.
        return any(
            o.dimension == base and _written(o) <= _written(amount) and _PERIOD.search(reading.text)
            for reading, o in held
            if o.text
        )
    return False


def _limit(reading: Reading, amount: Quantity) -> str:
    """The word before a value that says which end it is: 下限 2.5, 最短時間 8時間."""
    within = _LIMIT.match(amount.text)
    match = within or _LIMIT.search(reading.text, max(0, amount.start - 8), amount.start)
    return match[1] if match else ""


def _agrees(amount: Quantity, reading: Reading, other: Quantity) -> bool:
    if {amount.comparator, other.comparator} == {"gt", "ge"} and "過ぎ" in amount.text + other.text:
        return True  # 72時間を過ぎたら is 72時間以降
    if amount.role != other.role and "every" in (amount.role, other.role):
        return amount.role == "" or other.role == ""
    if {amount.role, other.role} == {"before", "after"}:
        return False
    if amount.comparator in _LIMITS.get(_limit(reading, other), ()):
        return True
    return amount.comparator == other.comparator or (
        not (amount.comparator and other.comparator) and _loose(amount, other)
    )


def _loose(amount: Quantity, other: Quantity) -> bool:
    """Whether a comparator that one side leaves out can be left out: 最大10 mg for 10 mgまで."""
    return (
        (
            (amount.comparator or other.comparator) == "le"
            and "以下" not in amount.text + other.text
            and "以内" not in amount.text + other.text
        )
        or amount.role != ""
        or other.role != ""
    )


def _how(amount: Quantity, other: Quantity) -> str:
    if {amount.role, other.role} == {"before", "after"}:
        return "timing"
    return "comparator"


def _absent(
    alignment: Alignment,
    amount: Quantity,
    held: list[tuple[Reading, Quantity]],
) -> Iterator[Finding]:
    claim = alignment.claim
    # Of which edition or year a document is, it says once, at its head.
    elsewhere = any(
        amount.same_value(other)
        for unit in alignment.units
        if unit.subject is None
        for other in unit.reading.quantities
    )
    if elsewhere and amount.dimension in ("date", "year"):
        return
    if _composed(amount, [other for _, other in held]):
        return
    # A bare small number or an approximate fraction may be a way of speaking (二つの, およそ4分の3).
    bare = amount.dimension in ("", "fold", "agents", "times", "points") and not amount.comparator
    numbers = {part for _, other in held for part in _written(other)}
    often = amount.dimension.startswith("times per")
    if often and not amount.unit and not any(o.dimension.startswith("times per") for _, o in held):
        return  # 毎日 of what is said without a frequency
    like = [(reading, other) for reading, other in held if other.dimension == amount.dimension]
    around = surroundings(claim, amount.start, amount.end)
    free = [
        (likeness(around, surroundings(reading, other.start, other.end)), other)
        for reading, other in like
        if not any(other.same_value(mine) for mine in claim.quantities)
    ]
    best = max(free, key=lambda entry: entry[0], default=None)
    end = best is not None and amount.comparator != "" and _is_end(amount, best[1])
    if best is not None:
        kind = "range" if amount.is_range or best[1].is_range else _kind(amount)
        # A claim that is a value and no more (1日5mgとする) speaks of the only such value there is.
        placed = best[0] > 0 or (not around and len(free) == 1)
        yield Finding(kind=kind, claim=amount.text, evidence=best[1].text, start=amount.start, end=amount.end, same_place=placed, firm=not end and (not bare or best[0] >= 0.6))  # fmt: skip
        return
    if _written(amount) <= numbers and _written(amount):
        other = next(other for _, other in held if _written(other) & _written(amount))
        measured = not {amount.dimension, other.dimension} & _COUNTED and not often
        yield Finding(kind="unit" if measured else _kind(amount), claim=amount.text, evidence=other.text if measured else "", start=amount.start, end=amount.end, firm=measured or not bare, same_place=measured)  # fmt: skip
        return
    yield Finding(kind=_kind(amount), claim=amount.text, evidence="", start=amount.start, end=amount.end, firm=not (bare or elsewhere or amount.approximate))  # fmt: skip


def _is_end(amount: Quantity, other: Quantity) -> bool:
    """Whether a limit is the end of a range: 4点以上 of a scale that goes to five, 4〜5点."""
    ends = (part.low if amount.comparator in ("ge", "gt") else part.high for part in other.parts)
    return other.is_range and len(amount.parts) == 1 and amount.parts[0].low in ends


def _kind(amount: Quantity) -> str:
    if amount.dimension in ("date", "year"):
        return "edition_year"
    if amount.dimension.startswith("times per"):
        return "frequency"
    if amount.dimension.startswith("rank"):
        return "line"
    return "duration" if amount.dimension in ("days", "months") else "number"


def _written(amount: Quantity) -> frozenset[str]:
    digits = "".join(
        character if character.isdigit() or character == "." else " " for character in amount.text
    )
    return frozenset(digits.split())


def _composed(amount: Quantity, others: list[Quantity]) -> bool:
    """Whether the amount follows from two of the evidence: 1回5 mg, 1日2回 is 10 mg/日."""
    if len(amount.parts) != 1:
        return False
    for dose in others:
        for often in others:
            if (
                often.dimension == "times per days"
                and dose.dimension
                and amount.dimension == f"{dose.dimension} per days"
                and len(dose.parts) == 1
            ):
                low = dose.parts[0].low * often.parts[0].low
                high = dose.parts[0].high * often.parts[0].high
                if (low, high) == amount.parts[0]:
                    return True
    return False
