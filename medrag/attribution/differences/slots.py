"""Slots: values that exclude each other (経口 and 静注, 食前 and 食後, 右 and 左)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.binding import likeness, surroundings
from medrag.attribution.differences.finding import Finding
from medrag.attribution.facts import Reading, SlotValue

_SWAPPED = 0.5
# What is done, and with what, is never said by the way.
_TELLING = frozenset(("alone", "route", "step", "line"))
_LATER = re.compile(r"てから|をおいて|のちに|後日|しばらく")


def find(alignment: Alignment) -> Iterator[Finding]:
    """A finding for each slot value that the evidence does not hold, or holds elsewhere."""
    claim = alignment.claim
    yield from _delayed(alignment)
    said = Counter(value.value for value in claim.slots)
    for value in claim.slots:
        home = alignment.chosen[alignment.homes[value.clause]].unit
        units = [home, *(entry.unit for entry in alignment.chosen if entry.unit is not home)]
        held = [
            (unit.reading, other)
            for unit in units
            for other in unit.reading.slots
            if other.slot == value.slot
        ]
        same = [entry for entry in held if entry[1].value == value.value]
        others = [entry for entry in held if entry[1].value != value.value]
        wording = claim.text[value.start : value.end]
        if not same:
            around = any(
                other.slot == value.slot and other.value == value.value
                for unit in units
                for heading in unit.headings
                for other in heading.slots
            )
            rivals = [
                entry
                for entry in others
                if said[entry[1].value] < sum(other.value == entry[1].value for _, other in others)
            ]
            if around:
                continue
            if not rivals:
                if value.slot in _TELLING and not _held(alignment, value):
                    yield Finding(kind=value.slot, claim=wording, evidence="", start=value.start, end=value.end, firm=False)  # fmt: skip
                continue
            near = _close(alignment, value, rivals)
            if value.slot == "doing" and not near:
                continue  # started and stopped: another stage of the same course
            reading, rival = rivals[0]
            yield Finding(kind=value.slot, claim=wording, evidence=reading.text[rival.start : rival.end], start=value.start, end=value.end, same_place=True, firm=near)  # fmt: skip
            continue
        if not others:
            continue
        around_claim = surroundings(claim, value.start, value.end)
        own = max(
            likeness(around_claim, surroundings(reading, other.start, other.end))
            for reading, other in same
        )
        like, reading, rival = max(
            (
                (
                    likeness(around_claim, surroundings(reading, other.start, other.end)),
                    reading,
                    other,
                )
                for reading, other in others
            ),
            key=lambda entry: entry[0],
        )
        if like > own + _SWAPPED:
            yield Finding(kind=value.slot, claim=wording, evidence=reading.text[rival.start : rival.end], start=value.start, end=value.end, same_place=True, firm=like > own + 2 * _SWAPPED)  # fmt: skip


def _delayed(alignment: Alignment) -> Iterator[Finding]:
    """直ちに told as 経過をみてから."""
    claim = alignment.claim
    if not _LATER.search(claim.text) or any(value.slot == "tempo" for value in claim.slots):
        return
    reading = alignment.chosen[0].unit.reading
    for value in reading.slots:
        if value.slot == "tempo" and not _LATER.search(reading.text):
            wording = reading.text[value.start : value.end]
            yield Finding(kind="timing", claim="", evidence=wording, same_place=True)
            return


def _held(alignment: Alignment, value: SlotValue) -> bool:
    """Whether the evidence has the words of a slot value in some other form."""
    return all(
        match >= 0.7
        for word, match in zip(alignment.claim.words, alignment.matches, strict=True)
        if value.start <= word.start < value.end
    )


def _close(
    alignment: Alignment, value: SlotValue, rivals: Sequence[tuple[Reading, SlotValue]]
) -> bool:
    around = surroundings(alignment.claim, value.start, value.end)
    return any(
        likeness(around, surroundings(reading, rival.start, rival.end)) >= 0.5
        for reading, rival in rivals
    )
