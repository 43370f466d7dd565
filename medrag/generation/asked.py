"""What is asked of a thing: its dose, its price, how often, how long.

A sentence about the right drug answers only if it states what is asked: an amount where a dose is
asked, an amount that one begins with where the starting dose is (see aspects). An aspect that no
sentence states is not answered, however near the evidence is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from medrag.generation.aspects import (
    ASKED_UNIT,
    ASPECTS,
    CALLED,
    CONDITIONAL_DOSE,
    PLACE,
    Aspect,
    in_units,
)
from medrag.japanese.normalize import fold

#: A condition, under which a dose may be none.
_CONDITION = re.compile(
    r"[0-9]\s*(?:未満|以下|以上|台|歳|才|kg|ml|or|years)|(?:<|>|≤|≥)\s*[0-9]|腎|肝|妊|授乳|透析|高齢|egfr|ccr|renal|kidney|hepatic|liver|pregnan|dialysis",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a question asks for, and what is left of its wording without that.

    Attributes:
        each: Asked for one by one (「量と間隔」): each is stated where all of its aspects are.
    """

    each: tuple[tuple[Aspect, ...], ...]
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    start: int
    end: int
    aspect: Aspect


def asked_in(question: str) -> Asked:
    """What `question` (folded) asks for; nothing, where its wording does not say."""
    found: list[_Found] = []
    unread = wording = question
    found.extend(
        _Found(start=unit.start(), end=unit.end(), aspect=in_units(unit[1].lower()))
        for unit in ASKED_UNIT.finditer(unread)
    )
    wording = _blanked(wording, ASKED_UNIT)
    conditional = _CONDITION.search(question) is not None
    for aspect in (PLACE, *CALLED, *ASPECTS):
        match = aspect.asked.search(unread)
        if match is None:
            continue
        unread = _blanked(unread, aspect.asked)
        if not aspect.named:
            wording = _blanked(wording, aspect.asked)
        meant = CONDITIONAL_DOSE if conditional and aspect.name == "dose" else aspect
        meant = replace(meant, wording=match[0])
        found.append(_Found(start=match.start(), end=match.end(), aspect=meant))
    return Asked(
        each=tuple(_each(question, sorted(found, key=lambda one: one.start))), wording=wording
    )


_BESIDES = re.compile(r"と|や|および|及び|ならびに|、|,|かつ|それから|また|\band\b|\bor\b|か")


def _each(question: str, found: Sequence[_Found]) -> Iterator[tuple[Aspect, ...]]:
    """The aspects that belong together, by what stands between them."""
    together: list[Aspect] = []
    last: _Found | None = None
    for one in found:
        if last is not None and _BESIDES.search(question, last.end, max(last.end, one.start)):
            yield tuple(together)
            together = []
        together.append(one.aspect)
        last = one
    if together:
        yield tuple(together)


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    """`text` with blanks for what the pattern finds, so that positions stay."""
    return pattern.sub(lambda match: _BLANK * len(match[0]), text)


#: Stands for what was read: a space would join the words beside it (1回何gまで: 1回まで).
_BLANK = "_"


def states(aspects: Sequence[Aspect], text: str, over: str = "") -> bool:
    """Whether a text, under these headings, states all of these aspects."""
    said, headings = _folded(text), _folded(over)
    return all(aspect.stated(said, headings) for aspect in aspects)


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return fold(text).lower()
