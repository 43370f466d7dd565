"""Binding: what a value is said of, by the words around it in its clause.

Two values may both stand in the evidence and still be swapped in the claim. So a value is compared
by its surroundings: whichever of the evidence's values of that kind stands in surroundings more
like the claim's is the one that the claim should have named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from medrag.attribution.facts import Reading

_TOPICAL = re.compile(
    r"\)?(?:の(?:患者|例|人|場合|とき|者|方|群|症例))?(?:では|には|は|なら|の場合|の患者|であれば|に対して)"
)
_REACH = 5
_FALL = 0.35  # with each word of distance
_AFTER = 0.6  # Japanese names what it speaks of before the value
_BEYOND = 0.4  # another value, or a comma, lies between
_OTHER_CLAUSE = 0.3
_VALUE = 1.5  # a value beside a value: 6か月群で44.9%
_CROSSED = 0.4  # the same word, on the other side


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A word or a value as part of the surroundings."""

    key: str
    start: int
    end: int
    weight: float
    clause: int
    value: bool
    topic: bool


@lru_cache(maxsize=8192)
def _marks(reading: Reading) -> tuple[_Mark, ...]:
    marks = [
        _Mark(
            key=word.key,
            start=word.start,
            end=word.end,
            weight=word.weight,
            clause=word.clause,
            value=False,
            topic=_is_topic(reading, position),
        )
        for position, word in enumerate(reading.words)
    ]
    marks.extend(
        _Mark(
            key=f"#{amount.dimension}:{amount.parts}{amount.comparator}",
            start=amount.start,
            end=amount.end,
            weight=_VALUE,
            clause=reading.clause_at(amount.start),
            value=True,
            topic=_TOPICAL.match(reading.text, amount.end) is not None,
        )
        for amount in reading.quantities
    )
    return tuple(sorted(marks, key=lambda mark: mark.start))


def _is_topic(reading: Reading, position: int) -> bool:
    """Whether a word, or the compound that it begins, is marked by は."""
    words = reading.words
    while position + 1 < len(words) and words[position + 1].start == words[position].end:
        position += 1
    following = reading.text[words[position].end : words[position].end + 3]
    return following.startswith(("は", "では", "には"))


@lru_cache(maxsize=16384)
def surroundings(reading: Reading, start: int, end: int) -> dict[str, float]:
    """Keys of what stands before ("<") and after (">") a span, with weights that fall with distance."""
    marks = _marks(reading)
    clause = reading.clause_at(start)
    found: dict[str, float] = {}
    before = [mark for mark in marks if mark.end <= start][: -_REACH - 1 : -1]
    after = [mark for mark in marks if mark.start >= end][:_REACH]
    topic = _topic_start(before)
    for side, sequence, reach in (("<", before, 1.0), (">", after, _AFTER)):
        edge = start if side == "<" else end
        factor = reach
        for distance, mark in enumerate(sequence):
            between = (
                reading.text[mark.end : edge] if side == "<" else reading.text[edge : mark.start]
            )
            if "、" in between or "," in between:
                factor = min(factor, _BEYOND if side == "<" else _BEYOND * _AFTER)
            # What is said of the nearest topic is said of all its values alike.
            named = side == "<" and mark.topic and mark.end > topic
            weight = mark.weight * (0.7 if named else factor / (1 + _FALL * distance))
            if mark.clause != clause:
                weight *= _OTHER_CLAUSE
            counted = side == ">" and not distance and between == "の"  # 2本の電圧線 is 電圧線2本
            if counted:
                weight = mark.weight
            key = ("<" if counted else side) + mark.key
            found[key] = max(found.get(key, 0.0), weight)
            if mark.value and not mark.key.startswith("#times"):
                factor *= _BEYOND
    return found


def _topic_start(before: list[_Mark]) -> int:
    """Where the nearest topic begins, or beyond the text when there is none."""
    begin = -1
    for mark in before:  # nearest first
        if mark.topic:
            begin = mark.start
        elif begin >= 0:
            break
    return begin if begin >= 0 else 10**9


def likeness(left: dict[str, float], right: dict[str, float]) -> float:
    """How alike two surroundings are."""
    total = 0.0
    for key, weight in left.items():
        same = right.get(key)
        if same is not None:
            total += min(weight, same)
            continue
        crossed = right.get((">" if key[0] == "<" else "<") + key[1:])
        if crossed is not None:
            total += _CROSSED * min(weight, crossed)
    return total
