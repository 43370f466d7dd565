"""Denials of single words: what is denied within a clause, and what is nowhere but denied.

達しない患者 told as 達する患者 leaves the polarity of the statement as it is, and 冷蔵して保存する has another
predicate than 保存し、冷蔵しない; in both a word is affirmed that the evidence denies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medrag.attribution.alignment import Alignment, holds
from medrag.attribution.differences.finding import Finding
from medrag.attribution.differences.places import Place
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Negator, Reading, Word

# 露出がないかを観察する asks; 脳症を避けるため says what for; 妊娠しないように what is aimed at.
_OPEN = re.compile(
    r"(?:か(?![らっ月所年ヶ])|よう|ため| (?:more|less|fewer|later|longer|earlier)\b)"
)
_DONE = re.compile(r"(?:[をはもの])?(?:し(?!な|ま?せ)|する|され|行[うわいっえ]|実施)")
_DOING = 0.5
_BEHIND = 1
_EVEN = re.compile(r"(?<!それ)(?<!つ)(?<!何)(?<!し)(?:に|で)も|(?:患者|人|者|例|児|方)も")
_HELD = 0.7
_MOST = 0.6


def embedded(claim: Reading, clause: int, place: Place) -> Iterator[Finding]:
    """Negations within a clause (達しない患者) that only one side has: a person should look."""
    evidence = place.unit.reading
    if "=regardless" in evidence.concepts or "=regardless" in claim.concepts:
        return
    mine = [n for n in claim.negators if n.clause == clause and not n.main]
    theirs = [n for n in evidence.negators if n.clause == place.clause and not n.main]
    wordings = {claim.text[n.start : n.end] for n in claim.negators if n.predicate} & {
        evidence.text[n.start : n.end] for n in evidence.negators if n.predicate
    }
    denied_here = {claim.words[n.target].key for n in claim.negators if n.target >= 0}
    denied_there = {evidence.words[n.target].key for n in evidence.negators if n.target >= 0}
    sides = (
        (claim, mine, evidence, denied_there),
        (evidence, theirs, claim, denied_here),
    )
    flipped = [
        any(n.target >= 0 and r.words[n.target].key in o.keys - denied for n in negators)
        for r, negators, o, denied in sides
    ]
    if len(mine) == len(theirs) and not all(flipped):
        return  # 十分に効かない is 効果不十分: what is denied within is another word
    for reading, negators, other, denied in sides:
        for n in negators:
            if reading.text[n.start : n.end] in wordings or _OPEN.match(reading.text, n.end):
                continue
            word = reading.words[n.target] if n.target >= 0 else None
            affix = word is not None and word.weight < _DOING and n.start == word.end  # 薬なしで
            if word is None or affix or _is_denied_too(word.key, other):
                continue
            key = word.key
            if key in other.keys and key not in denied:
                wording = reading.text[n.start : n.end]
                own = reading is claim
                yield Finding(
                    kind="negation",
                    claim=wording if own else key,
                    evidence=key if own else wording,
                    start=n.start if own else 0,
                    end=n.end if own else 0,
                    firm=False,
                )


def _is_denied_too(key: str, reading: Reading) -> bool:
    """Whether a denial stands a word or two behind it: 静脈路がない, 静脈路が確保されていない."""
    return any(
        n.target >= 0
        and any(
            reading.words[at].key == key for at in range(max(0, n.target - _BEHIND), n.target + 1)
        )
        for n in reading.negators
    )


def only_denied(alignment: Alignment, clause: int) -> Iterator[Finding]:
    """What the claim says is done, where the passages only ever say that it is not: 冷蔵しない."""
    claim = alignment.claim
    if any(n.clause == clause for n in claim.negators):
        return
    for word in claim.words:
        if word.clause != clause or word.weight < _DOING or not _DONE.match(claim.text, word.end):
            continue
        there = [
            _denier(unit.reading, number)
            for unit in alignment.units
            for number, other in enumerate(unit.reading.words)
            if other.key == word.key
        ]
        deniers = [n for n in there if n is not None]
        if deniers and len(deniers) == len(there):
            yield Finding(
                kind="negation",
                claim=word.base,
                evidence=word.base,
                start=word.start,
                end=word.end,
                same_place=True,
            )
            return


def even_so(alignment: Alignment, clause: int) -> Iterator[Finding]:
    """気管切開の患者にも行ってよい, where of just those the passages say that it is not done."""
    claim = alignment.claim
    span = claim.clauses[clause]
    match = _EVEN.search(claim.text, span.start, span.end)
    if match is None or any(n.main and n.clause == clause for n in claim.negators):
        return
    names = [w for w in claim.words if span.start <= w.start < match.start() and w.weight >= 1]
    held = [
        (sum(w.weight for w in names if holds(w, claim, unit) >= _HELD), unit)
        for unit in alignment.units
    ]
    most = max((weight for weight, _ in held), default=0.0)
    if not names or most < _MOST * sum(w.weight for w in names):
        return
    best = [unit for weight, unit in held if weight == most]
    if all(_denies(unit, names) for unit in best):
        yield Finding(
            kind="negation",
            claim=claim.text[span.start : span.end].strip(),
            evidence=best[0].reading.text.strip(),
            start=span.start,
            end=span.end,
            firm=False,
            same_place=True,
        )


def _denies(unit: Unit, names: Sequence[Word]) -> bool:
    """Whether a unit denies or forbids something of what is named, there or in the next clause."""
    if any("prohibit" in reading.modality.deontics for reading in (unit.reading, *unit.headings)):
        return True
    keys = {word.key for word in names}
    places = {w.clause for w in unit.reading.words if w.key in keys}
    return any(n.main and {n.clause, n.clause - 1} & places for n in unit.reading.negators)


def _denier(reading: Reading, number: int) -> Negator | None:
    """What denies a word of a statement as its predicate."""
    return next((n for n in reading.negators if n.main and n.target == number), None)
