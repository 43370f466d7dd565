"""Polarity: whether a clause affirms or denies, with every negation counted.

併用しないことを推奨する and 併用は推奨されない agree; 使えないわけではない and 用いない do not. Negations of the same
word on both sides cancel; what is left must be even. Where the evidence says both, nothing is held
against the claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.finding import Finding
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Negator, Reading, Word
from medrag.attribution.facts.terms import canonical, opposites

_PLAUSIBLE = 0.6
_NOUN = 0.6
_SPEAKS_OF = 0.4  # the share of a clause's weight that an opposite clause must hold
_AGAINST = frozenset(("class:iii", "grade:d", "grade:c2"))
#: What a comparator says when its clause is denied.
COMPLEMENTS = {"lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}
_UNTIL = re.compile(r"まで[はに]?[^、。]{0,24}(?:ない|ず|ません|避け|控え)")
_SINCE = re.compile(r"てから|でから|た後|たあと|たら|次第")
_CONDITIONAL = re.compile(r"(?:ば|たら|なら|と|(?:場合|とき|際)(?:に|は|には)?|限り)[、,]\s*$")
_DOING = frozenset(("投与", "実施", "服用", "追加"))
_TAKEN = 0.7
_BUT = re.compile(r"以外(?:では|には|で|に|の|は)|を除[きいく]|でなければ")
_NOTHING: frozenset[str] = frozenset()
# What is not given, or not gone on with, is stopped; general words, by the heads of their groups.
_OPPOSED = {
    "投与": frozenset(("中止", "除外")), "服用": frozenset(("中止",)), "継続": frozenset(("中止",)), "適用": frozenset(("除外",)),
    "中止": frozenset(("継続", "投与")), "開始": frozenset(("中止",)), "変更": frozenset(("継続",)), "残る": frozenset(("消える",)),
    "消える": frozenset(("残る",)), "十分": frozenset(("乏しい",)), "良好": frozenset(("不良", "悪化")), "改善": frozenset(("悪化",)),
    "可能": frozenset(("困難",)), "同じ": frozenset(("別",)), "届く": frozenset(("乏しい",)),
}  # fmt: skip
_WHETHER = re.compile(r"(?:か(?:どうか|否か)|のか)[はが、]?[^、。]{0,12}(?:わか|分か|不明|明らか)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A clause of the evidence that may be what a clause of the claim rests on."""

    unit: Unit
    clause: int
    score: float
    says: bool  # it holds the claim's predicate
    ends: bool  # and as its own predicate


def find(alignment: Alignment) -> Iterator[Finding]:
    """A finding for each clause of the claim that denies what the evidence affirms, or the reverse."""
    claim = alignment.claim
    for clause, span in enumerate(claim.clauses):
        options = places(alignment, clause)
        if _CONDITIONAL.search(claim.text[span.start : span.end]):
            # 異常がなければ is no denial; it can only be set beside another condition.
            options = [option for option in options if _is_conditional(option)]
        if not options:
            continue
        results = [_compare(claim, clause, option) for option in options]
        home = alignment.chosen[alignment.homes[clause]].unit
        if results[0] is None and all(option.unit is not home for option in options):
            yield from _elsewhere(alignment, clause, home)
        if all(result is not None for result in results) and results[0] is not None:
            yield results[0]
        elif results[0] is None:
            yield from _embedded(claim, clause, options[0])


def _is_conditional(place: Place) -> bool:
    span = place.unit.reading.clauses[place.clause]
    return _CONDITIONAL.search(place.unit.reading.text[span.start : span.end]) is not None


def _elsewhere(alignment: Alignment, clause: int, home: Unit) -> Iterator[Finding]:
    """Its predicate stands in another sentence, and the sentence of the rest says the opposite."""
    claim, reading = alignment.claim, home.reading
    keys = {word.key for word in claim.words if word.clause == clause}
    scores = [0.0] * len(reading.clauses)
    for word in reading.words:
        if word.key in keys:
            scores[word.clause] += word.weight
    number = max(range(len(scores)), key=scores.__getitem__)
    place = Place(unit=home, clause=number, score=scores[number], says=False, ends=False)
    finding = _compare(claim, clause, place)
    if finding is not None:
        yield replace(finding, firm=False)


@lru_cache(maxsize=64)
def places(alignment: Alignment, clause: int) -> Sequence[Place]:
    """The clauses of the evidence that speak of what a clause of the claim says, best first.

    Those with its predicate, if any have it; else those that share most of its words.
    """
    claim = alignment.claim
    words = [word for word in claim.words if word.clause == clause]
    if not words:
        return []
    # 禁忌 and 避ける are predicates that count as negations; no word is left to look for then.
    denied = any(
        n.predicate and n.clause == clause and n.start > words[-1].start for n in claim.negators
    )
    last = "" if denied else _predicate(words)
    amounts = [a for a in claim.quantities if claim.clause_at(a.start) == clause]
    found = []
    for order, entry in enumerate(alignment.chosen):
        reading = entry.unit.reading
        for number in range(len(reading.clauses)):
            there = [word for word in reading.words if word.clause == number]
            keys = {word.key for word in there}
            meanings = {
                c for word in there if word.term >= 0 for c in reading.terms[word.term].concepts
            }
            score = sum(
                word.weight
                for word in words
                if word.key in keys
                or (word.term >= 0 and claim.terms[word.term].concepts & meanings)
            )
            span = reading.clauses[number]
            score += sum(
                any(
                    span.start <= b.start < span.end and a.same_value(b) for b in reading.quantities
                )
                for a in amounts
            )
            if score:
                home = 0.01 * (order == alignment.homes[clause]) + 0.001 * number
                ends = bool(there) and _said(last, {_predicate(there)})
                found.append(
                    Place(
                        unit=entry.unit,
                        clause=number,
                        score=score + home,
                        says=last in keys,
                        ends=ends,
                    )
                )
    best: dict[Unit, float] = {}
    for place in found:
        best[place.unit] = max(best.get(place.unit, 0.0), place.score)
    most = max(best.values(), default=0.0)
    found = [place for place in found if best[place.unit] >= _SPEAKS_OF * most]
    found = _of_its_subject(alignment, clause, found)
    if any(place.ends for place in found):
        found = [place for place in found if place.ends]
    elif any(place.says for place in found):
        found = [place for place in found if place.says]
    found.sort(key=lambda place: -place.score)
    return [place for place in found if place.score >= _PLAUSIBLE * found[0].score]


def _predicate(words: Sequence[Word]) -> str:
    """What a clause says of the rest: its last word, or what is done where that is 行う."""
    if words[-1].key == "実施" and len(words) > 1 and words[-2].weight >= _NOUN:
        return words[-2].key
    return words[-1].key


def _said(predicate: str, keys: set[str]) -> bool:
    """Whether a predicate is among these; 行う and 用いる stand for each other."""
    return predicate in keys or (predicate in _DOING and bool(keys & _DOING))


def _of_its_subject(alignment: Alignment, clause: int, found: list[Place]) -> list[Place]:
    """Without the clauses of units that name another drug than this clause of the claim does."""
    claim = alignment.claim
    drugs = [
        claim.terms[number]
        for number in {
            word.term for word in claim.words if word.clause == clause and word.term >= 0
        }
        if "drug" in claim.terms[number].kinds
    ]
    kept = [
        place
        for place in found
        if all(
            drug.concepts & place.unit.meanings
            or not any(
                "drug" in other.kinds and not other.concepts & claim.meanings
                for other in place.unit.reading.terms
            )
            for drug in drugs
        )
    ]
    return kept or found


def _compare(claim: Reading, clause: int, place: Place) -> Finding | None:
    finding = _counted(claim, clause, place, frozenset((place.clause,)))
    if finding is not None and (carried := _carried(claim, clause, place)):
        return _counted(claim, clause, place, frozenset((place.clause, *carried)))
    return finding


def _counted(claim: Reading, clause: int, place: Place, around: frozenset[int]) -> Finding | None:
    evidence = place.unit.reading
    mine = [n for n in claim.negators if n.clause == clause]
    theirs = [n for n in evidence.negators if n.clause in around]
    mine_left, theirs_left = _unpaired(claim, mine, evidence, theirs)
    left = [n for n in mine_left if n.main], [n for n in theirs_left if n.main]
    against = _graded_against(place.unit) and not claim.modality.certainty & _AGAINST
    if (len(left[0]) + len(left[1]) + against) % 2 == 0:
        return None
    heading = sum(n.prohibits for entry in place.unit.headings for n in entry.negators)
    if _complemented(claim, clause, place):
        return None
    if (heading and (len(left[0]) + len(left[1]) + heading) % 2 == 0) or _reworded(
        claim, clause, place
    ):
        return None
    if _contrary(claim, left[0], evidence) or _contrary(evidence, left[1], claim):
        return None
    span, there = claim.clauses[clause], evidence.clauses[place.clause]
    # What the question or the heading above says already, the sentence below leaves out.
    weight = sum(
        word.weight
        for word in claim.words
        if word.clause == clause and word.key not in place.unit.around
    )
    firm = place.score >= _SPEAKS_OF * weight and (
        place.says
        or any(
            n.target >= 0 and reading.words[n.target].key in other.keys
            for reading, negators, other in ((claim, left[0], evidence), (evidence, left[1], claim))
            for n in negators
        )
    )
    return Finding(
        kind="double_negation" if len(mine) > 1 or len(theirs) > 1 else "negation",
        claim=claim.text[span.start : span.end].strip(),
        evidence=evidence.text[there.start : there.end].strip(),
        start=span.start,
        end=span.end,
        firm=firm,
        same_place=place.says,
    )


def _carried(claim: Reading, clause: int, place: Place) -> list[int]:
    """Other clauses of the unit that this clause of the claim takes in: 上がるため避ける of 上昇させるため、避ける."""
    keys = {word.key for word in claim.words if word.clause == clause}
    if len(claim.clauses) > 1:
        return []
    evidence = place.unit.reading
    found = []
    for number in (place.clause - 1, place.clause + 1):
        if not 0 <= number < len(evidence.clauses):
            continue
        earlier = evidence.clauses[min(number, place.clause)]
        if evidence.text[earlier.end - 1] in "。.|":
            continue
        words = [word for word in evidence.words if word.clause == number]
        total = sum(word.weight for word in words)
        if sum(word.weight for word in words if word.key in keys) >= _TAKEN * total:
            found.append(number)
    return found


def _contrary(reading: Reading, left: Sequence[Negator], other: Reading) -> bool:
    """Whether what one side denies, the other says by the opposite word: やめない is 続ける."""
    for negator in left:
        if negator.target < 0 or negator.predicate:
            continue
        word = reading.words[negator.target]
        denied = opposites(word.base) | opposites(word.key) | _OPPOSED.get(word.key, _NOTHING)
        if denied and any(
            (
                there.key in denied
                or canonical(there.base) in denied
                or canonical(there.key) in denied
            )
            and there.key not in reading.keys
            for there in other.words
        ):
            return True
    return False


def _complemented(claim: Reading, clause: int, place: Place) -> bool:
    """110 mmHg未満に下げない says what 110 mmHgを下回らない says, and 以上に保つ."""
    evidence = place.unit.reading
    span, there = claim.clauses[clause], evidence.clauses[place.clause]
    return any(
        span.start <= a.start < span.end
        and there.start <= b.start < there.end
        and COMPLEMENTS.get(a.comparator) == b.comparator
        and a.same_value(b)
        for a in claim.quantities
        for b in evidence.quantities
    )


def _graded_against(unit: Unit) -> bool:
    """Whether the grade alone says no: 推奨クラスIII beside a positive sentence."""
    return bool(unit.reading.modality.certainty & _AGAINST) and not any(
        n.main for n in unit.reading.negators
    )


def _unpaired(
    claim: Reading, mine: Sequence[Negator], evidence: Reading, theirs: Sequence[Negator]
) -> tuple[list[Negator], list[Negator]]:
    """The negators without a partner that negates the same word on the other side."""
    left = list(theirs)
    alone = []
    for negator in mine:
        if negator.predicate:  # 禁忌 is 禁忌, whether it is said of something or stands before it
            wording = claim.text[negator.start : negator.end]
            twin = next((n for n in left if evidence.text[n.start : n.end] == wording), None)
            if twin is not None:
                left.remove(twin)
                continue
        key = claim.words[negator.target].key if negator.target >= 0 else None
        partner = next(
            (n for n in left if key and n.target >= 0 and evidence.words[n.target].key == key), None
        )
        if partner is None:
            alone.append(negator)
        else:
            left.remove(partner)
    return alone, left


def _reworded(claim: Reading, clause: int, place: Place) -> bool:
    """下がるまで始めない says what 下がってから始める says; 効くかどうかは不明 affirms nothing."""
    one, other = claim.text, place.unit.reading.text
    if (_UNTIL.search(one) and _SINCE.search(other)) or (
        _UNTIL.search(other) and _SINCE.search(one)
    ):
        return True
    if _excepted(claim, place.unit.reading) or _excepted(place.unit.reading, claim):
        return True
    span = claim.clauses[clause]
    return bool(_WHETHER.search(one[span.start : span.end]) and _WHETHER.search(other))


def _excepted(one: Reading, other: Reading) -> bool:
    """妊婦以外では行う says what 妊婦には行わない says."""
    if _BUT.search(other.text) or "除" in other.text:
        return False
    ends = {match.start() for match in _BUT.finditer(one.text)}
    return any(word.end in ends and word.key in other.keys for word in one.words)


def _embedded(claim: Reading, clause: int, place: Place) -> Iterator[Finding]:
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
            if reading.text[n.start : n.end] in wordings:
                continue
            key = reading.words[n.target].key if n.target >= 0 else ""
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
