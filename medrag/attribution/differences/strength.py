"""Strength: how strongly, how certainly, under what prohibition; association against cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.finding import Finding
from medrag.attribution.differences.places import Place, is_conditional, likely, places
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Reading, modality
from medrag.attribution.facts.modality import deontics, strengths
from medrag.japanese.normalize import Span

_NEAR = 0.85
_CHANGE = re.compile(
    r"防|予防|減|低下|改善|短縮|抑|向上|増|上昇|悪化|軽減|高ま|下が|上が|下げ|上げ|延長|延び|良くな|回避|避けられ|prevent|reduc|improv|increas|decreas|lower|rais",
    re.IGNORECASE,
)
_EFFECT = re.compile(
    r"(?:により|によって|ことで|すると|すれば|せば|の効果で)[、,]?[^。]{0,40}?(?:防[ぐげが]|予防(?:でき|され|す)|減少|減[るらせ]|低下|改善|短縮|抑え|抑制|向上|増[えす]|増加|上昇|悪化|延長|高ま|下が|避けられ)"
)


# 開けないように注意する tells not to; できないことに注意する only warns of it.
_NOT_TO = re.compile(r"ないよう(?:に|、)?[^、。]{0,6}(?:注意|気をつけ)|ことに(?:は)?(?:注意|留意)")
_NOT_FORBIDDEN = re.compile(
    r"\bnot (?:a )?contraindicat|禁忌(?:と|に)?(?:は|では)?(?:し|なら)?な[いくら]", re.IGNORECASE
)


def find(alignment: Alignment) -> Iterator[Finding]:
    """Findings on strength, certainty, deontic force, hedging and causality."""
    units = [entry.unit for entry in alignment.chosen]
    yield from _strength(alignment, units)
    yield from _certainty(alignment, units)
    yield from _deontic(alignment)
    yield from _assertion(alignment, units)


def _strength(alignment: Alignment, units: list[Unit]) -> Iterator[Finding]:
    """Clause by clause, against the unit that the clause rests on and its grade lines."""
    claim = alignment.claim
    for clause, span in enumerate(claim.clauses):
        claimed = strengths(claim.text[span.start : span.end])
        if not claimed:
            continue
        options = places(alignment, clause)
        judged = [
            _other_strength(
                claimed, _held(unit, units, claimed, alignment), unit.reading.modality.strengths
            )
            for unit in _graded_units(alignment, clause, options) or units
        ]
        if judged and all(against for against, _ in judged):
            yield _strength_finding(claim, span, judged[0][0], firm=judged[0][1])
    if not claim.modality.strengths:
        own = _cues(unit.reading for unit in units)
        if (
            own & {"consider", "weak"}
            and not own & {"recommend", "strong"}
            and _only_considered(alignment)
        ):
            yield _strength_finding(claim, claim.clauses[-1], own, firm=False)


def _graded_units(alignment: Alignment, clause: int, options: Sequence[Place]) -> dict[Unit, None]:
    """The units a clause may rest on; with them the one that has its values, under any predicate."""
    claim = alignment.claim
    found = dict.fromkeys(option.unit for option in options)
    home = alignment.chosen[alignment.homes[clause]].unit
    amounts = [a for a in claim.quantities if claim.clause_at(a.start) == clause]
    for amount in amounts if found else ():
        if any(amount.same_value(o) for o in home.reading.quantities) and not any(
            amount.same_value(o) for unit in found for o in unit.reading.quantities
        ):
            return {home: None}
    return found


def _held(
    unit: Unit, units: list[Unit], claimed: frozenset[str], alignment: Alignment
) -> frozenset[str]:
    """The strength of a unit: its own and its grade lines', else the evidence's, else the passage's."""
    held = _cues(unit.grades) or _cues(entry for other in units for entry in other.grades)
    if claimed & {"strong", "weak"} and not held & {"strong", "weak"}:
        held |= alignment.strengths & {"strong", "weak"}
    return held


def _cues(readings: Iterable[Reading]) -> frozenset[str]:
    return frozenset(cue for reading in readings for cue in reading.modality.strengths)


def _strength_finding(claim: Reading, span: Span, held: frozenset[str], *, firm: bool) -> Finding:
    return Finding(
        kind="strength",
        claim=claim.text[span.start : span.end].strip(),
        evidence="・".join(sorted(held)),
        start=span.start,
        end=span.end,
        firm=firm,
        same_place=firm,
    )


def _other_strength(
    claimed: frozenset[str], held: frozenset[str], own: frozenset[str]
) -> tuple[frozenset[str], bool]:
    """The evidence's cues when they do not bear out the claim's, and whether that is firm."""
    none: frozenset[str] = frozenset()
    if "strong" in claimed and "weak" not in claimed:
        return (
            (none, False)
            if "strong" in held
            else (held or frozenset(("unstated",)), bool(held & {"weak", "consider"}))
        )
    if "weak" in claimed and "strong" not in claimed:
        return (none, False) if "weak" in held else (held, bool(held & {"strong", "recommend"}))
    if "recommend" in claimed and "consider" not in claimed:
        overstated = held & {"weak", "consider"} and not held & {"recommend", "strong"}
        return (held, True) if overstated else (none, False)
    if {"strong", "weak"} <= claimed and not {"strong", "weak"} <= held:
        return held, False
    if "consider" in claimed and "consider" not in own and held & {"recommend", "strong", "weak"}:
        return held, True
    return none, False


def _only_considered(alignment: Alignment) -> bool:
    """Whether the clause that the claim rests on only considers what the claim states."""
    options = places(alignment, len(alignment.claim.clauses) - 1)
    if not options:
        return False
    span = options[0].unit.reading.clauses[options[0].clause]
    return bool(
        strengths(options[0].unit.reading.text[span.start : span.end]) & {"consider", "weak"}
    )


def _certainty(alignment: Alignment, units: list[Unit]) -> Iterator[Finding]:
    claimed = alignment.claim.modality.certainty
    held = frozenset(
        cue for unit in units for entry in unit.grades for cue in entry.modality.certainty
    )
    whole = alignment.certainties
    if len(claimed) == 1 and len(set(alignment.homes)) == 1:
        # The grade of the sentence that the whole claim rests on, not one from the next.
        home = alignment.chosen[alignment.homes[0]].unit
        own = frozenset(cue for entry in home.grades for cue in entry.modality.certainty)
        if len(own) == 1:
            held = own
    for cue in sorted(claimed):
        scheme = cue.partition(":")[0]
        if not any(other.startswith(scheme + ":") for other in held):
            held |= whole  # the grade stands elsewhere in the passage
        same_scheme = {other for other in held if other.startswith(scheme + ":")}
        if cue not in held and same_scheme:
            yield Finding(
                kind="certainty",
                claim=cue,
                evidence="・".join(sorted(same_scheme)),
                same_place=True,
            )
        elif cue not in held:
            yield Finding(kind="certainty", claim=cue, evidence="", firm=False)


def _deontic(alignment: Alignment) -> Iterator[Finding]:
    """Contraindication against caution, clause by clause."""
    claim = alignment.claim
    for clause, span in enumerate(claim.clauses):
        options = likely(alignment, clause)
        if not options or is_conditional(claim, clause):
            continue
        unit, place = options[0].unit, options[0].clause
        there = unit.reading.clauses[place]
        claimed = deontics(claim.text[span.start : span.end])
        told_not_to = _NOT_TO.search(claim.text, span.start, span.end) is not None
        if told_not_to:
            claimed -= {"caution"}
        held = deontics(unit.reading.text[there.start : there.end]).union(
            *(entry.modality.deontics for entry in unit.headings)
        )
        if _NOT_FORBIDDEN.search(unit.reading.text, there.start, there.end):
            held -= {"prohibit"}
        denied = any(n.main and n.clause == place for n in unit.reading.negators)
        denies = told_not_to or any(n.main and n.clause == clause for n in claim.negators)
        if (
            "caution" in claimed
            and "caution" not in held
            and not denies
            and ("prohibit" in held or denied)
        ):
            yield _forced("caution", "prohibit", span, firm=True)
        elif "prohibit" in claimed and "prohibit" not in held and "caution" in held:
            yield _forced("prohibit", "caution", span, firm=True)
        elif any(_cautions(option) for option in options[1:]) and "prohibit" in claimed:
            yield _forced("prohibit", "caution", span, firm=False)
        elif "prohibit" in claimed and "prohibit" not in held and not denied:
            if places(alignment, clause)[0].ends:
                continue  # another sentence forbids it
            yield _forced("prohibit", "", span, firm=False)
        elif "prohibit" in held and "prohibit" not in claimed and not denies:
            yield _forced("", "prohibit", span, firm=False)
        elif "caution" in held and "caution" not in claimed and denies:
            yield _forced("", "caution", span, firm=False)


def _cautions(place: Place) -> bool:
    there = place.unit.reading.clauses[place.clause]
    said = deontics(place.unit.reading.text[there.start : there.end])
    return "caution" in said and "prohibit" not in said


def _forced(claimed: str, held: str, span: Span, *, firm: bool) -> Finding:
    return Finding(
        kind="contraindication_caution",
        claim=claimed,
        evidence=held,
        start=span.start,
        end=span.end,
        firm=firm,
        same_place=firm,
    )


def _assertion(alignment: Alignment, units: list[Unit]) -> Iterator[Finding]:
    claim = alignment.claim.modality
    home = units[0].reading.modality
    text = alignment.claim.text.strip()
    proven = any(unit.reading.modality.proven for unit in units)
    if home.unknown and not (claim.unknown or claim.hedged):
        yield Finding(kind="causal_overclaim", claim=text, evidence="unknown", firm=claim.causal)
    elif claim.proven and not proven:
        firm = home.hedged or home.associated or alignment.coverage >= _NEAR
        yield Finding(kind="causal_overclaim", claim=text, evidence="", firm=firm)
    elif (
        _EFFECT.search(text)
        and not claim.unknown
        and not any(
            _CHANGE.search(entry.text) or _CHANGE.search(heading.text)
            for entry in alignment.units
            for heading in (entry.reading, *entry.headings)
        )
    ):
        yield Finding(kind="causal_overclaim", claim=text, evidence="", firm=True)
    elif claim.causes and home.associated and not home.causes:
        yield Finding(kind="causal_overclaim", claim=text, evidence="association", firm=True)
    elif home.associated and not claim.associated and not (claim.hedged and not claim.causal):
        firm = claim.causal and not home.causal
        if firm or not home.causal:
            yield Finding(kind="causal_overclaim", claim=text, evidence="association", firm=firm)
    elif (
        home.hedged
        and not (claim.hedged or claim.associated or claim.unknown)
        and _is_hedged(alignment)
    ):
        yield Finding(kind="certainty_of_finding", claim=text, evidence="hedged", firm=False)


def _is_hedged(alignment: Alignment) -> bool:
    """Whether the clause that the claim rests on is what is hedged, not another of its sentence."""
    options = places(alignment, len(alignment.claim.clauses) - 1)
    if not options:
        return True
    reading = options[0].unit.reading
    span = reading.clauses[options[0].clause]
    return modality.find(reading.text[span.start : span.end]).hedged
