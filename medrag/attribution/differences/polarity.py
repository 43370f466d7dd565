"""Polarity: whether a clause affirms or denies, with every negation counted.

併用しないことを推奨する and 併用は推奨されない agree; 使えないわけではない and 用いない do not. Negations of the same
word on both sides cancel; what is left must be even. Where the evidence says both, nothing is held
against the claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences import denials
from medrag.attribution.differences.finding import Finding
from medrag.attribution.differences.places import SPEAKS_OF, Place, anywhere, is_conditional, places
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Negator, Reading, Word
from medrag.attribution.facts.terms import canonical, opposites

_NOUN = 0.6
_NAMED = 1.0
_AGAINST = frozenset(("class:iii", "grade:d", "grade:c2"))
#: What a comparator says when its clause is denied.
COMPLEMENTS = {"lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}
_UNTIL = re.compile(r"まで[はに]?[^、。]{0,24}(?:ない|ず|ません|避け|控え)")
_SINCE = re.compile(r"てから|でから|た後|たあと|たら|次第")
# モルヒネではなく: of two things the other; that is no denial of what is said.
_CONTRAST = re.compile(r"で(?:は)?なく(?:て)?[、,]?\s*$")
# 無効であり用いない: the predicate before it is another one.
_JOINED = re.compile(r"\s*(?:で(?:あり|あって|ある(?:ため|ので))|なため|なので|のため)")
_TAKEN = 0.7
_BUT = re.compile(r"以外(?:では|には|で|に|の|は)|を除[きいく]|でなければ")
_WHO = re.compile(r"\b(?:who|which|whose)\b[^,.;]*$")  # adults who cannot swallow should ...
_SHOULD = re.compile(r"\b(?:should|must|may|can|are|is|need)\b", re.IGNORECASE)
_MENTIONED = re.compile(r"(?:し|っ|い|ん)?[ただ](?:後|あと|ら|場合|とき|患者|人)|後|中の")
_AIM = re.compile(r"(?:する)?(?:ため|目的|よう)")  # 脱水を避けるため
_NEEDS = frozenset(("要する", "必要"))
_STOPPED = "中止"
# Taken out is left out: 対象から外さない, 除外しない.
_LEFT_OUT = frozenset(("除外", "除く", "対象外", "省く"))
_TAKEN_OUT = frozenset(("外す", "外れる"))
_NOT_MORE = re.compile(r"\bno[t]? more\b|\bat most\b", re.IGNORECASE)
_NOT_OFTENER = re.compile(r"\bnot\b[^.;]{0,40}?\bmore\b[^.;]{0,20}?\bthan\b", re.IGNORECASE)
_NOTHING: frozenset[str] = frozenset()
# What is not given, or not gone on with, is stopped; general words, by the heads of their groups.
_OPPOSED = {
    "投与": frozenset(("中止", "除外")), "服用": frozenset(("中止",)), "継続": frozenset(("中止",)), "適用": frozenset(("除外",)),
    "中止": frozenset(("継続", "投与")), "開始": frozenset(("中止",)), "変更": frozenset(("継続",)), "残る": frozenset(("消える",)),
    "消える": frozenset(("残る",)), "十分": frozenset(("乏しい",)), "良好": frozenset(("不良", "悪化")), "改善": frozenset(("悪化",)),
    "可能": frozenset(("困難",)), "同じ": frozenset(("別",)), "届く": frozenset(("乏しい",)),
}  # fmt: skip
_WHETHER = re.compile(r"(?:か(?:どうか|否か)|のか)[はが、]?[^、。]{0,12}(?:わか|分か|不明|明らか)")


def find(alignment: Alignment) -> Iterator[Finding]:
    """A finding for each clause of the claim that denies what the evidence affirms, or the reverse."""
    claim = alignment.claim
    for clause, span in enumerate(claim.clauses):
        # 異常がなければ is no denial; it can only be set beside another condition.
        conditional = is_conditional(claim, clause)
        options = [
            option
            for option in places(alignment, clause)
            if is_conditional(option.unit.reading, option.clause) == conditional
        ]
        if not options or _CONTRAST.search(claim.text, span.start, span.end):
            continue
        results = [_compare(claim, clause, option) for option in options]
        home = alignment.chosen[alignment.homes[clause]].unit
        if results[0] is None and all(option.unit is not home for option in options):
            yield from _elsewhere(alignment, clause, home)
        if all(result is not None for result in results) and results[0] is not None:
            if not (
                _said_apart(alignment, clause, options[0])
                or _forbidden_apart(alignment, clause, options[0])
            ):
                yield results[0]
        elif results[0] is None:
            yield from denials.embedded(claim, clause, options[0])
            yield from denials.only_denied(alignment, clause)
            yield from denials.even_so(alignment, clause)


def _said_apart(alignment: Alignment, clause: int, first: Place) -> bool:
    """Whether a clause with the same predicate agrees, and holds more of what stands beside it.

    「月1回限りで、入院中は算定できない」 is told of two sentences: the words behind the comma decide.
    """
    claim = alignment.claim
    span = claim.clauses[clause]
    words = [word for word in claim.words if word.clause == clause]
    joint = claim.text.rfind("で、", span.start, words[-1].start)  # a noun that is a predicate
    if joint < 0:
        return False
    beside = {word.key for word in words if word.start > joint}
    return any(
        place.ends
        and place.held & beside > first.held & beside
        and _compare(claim, clause, place) is None
        for place in anywhere(alignment, clause)
    )


def _forbidden_apart(alignment: Alignment, clause: int, first: Place) -> bool:
    """Whether what is denied stands in a list of what is forbidden: 【禁忌】…、重い心疾患の患者.

    Or in a sentence on those to whom it is not done, that names no other thing: 気管切開では行わない.
    """
    claim = alignment.claim
    if sum(n.main for n in claim.negators if n.clause == clause) != 1:
        return False
    wanted = [
        word
        for word in claim.words
        if word.clause == clause and word.key not in first.held and word.key != "患者"
    ]
    chosen = {entry.unit for entry in alignment.chosen}
    for unit in alignment.units:
        if unit is first.unit or sum(w.weight for w in wanted if w.key in unit.keys) < _NAMED:
            continue
        if any("prohibit" in r.modality.deontics for r in (unit.reading, *unit.headings)):
            return True
        if unit in chosen and _only_refuses(unit.reading):
            return True
    return False


def _only_refuses(reading: Reading) -> bool:
    """Whether a sentence denies what the one before it speaks of: it has neither object nor topic."""
    return any(n.main for n in reading.negators) and not any(
        word.after == "を" or reading.text.startswith("は", word.end) for word in reading.words
    )


def _elsewhere(alignment: Alignment, clause: int, home: Unit) -> Iterator[Finding]:
    """Its predicate stands in another sentence, and the sentence of the rest says the opposite."""
    claim, reading = alignment.claim, home.reading
    keys = {word.key for word in claim.words if word.clause == clause}
    scores = [0.0] * len(reading.clauses)
    for word in reading.words:
        if word.key in keys:
            scores[word.clause] += word.weight
    number = max(range(len(scores)), key=scores.__getitem__)
    words = [word for word in claim.words if word.clause == clause]
    things = [word.key for word in words[:-1] if word.weight >= _NOUN]
    there = {word.key for word in reading.words if word.clause == number}
    # What it is done to must stand there too: of 円座を使わず, 円座.
    if not things or things[-1] not in there or is_conditional(reading, number):
        return
    place = Place(
        unit=home,
        clause=number,
        score=scores[number],
        says=False,
        ends=False,
        held=frozenset(there & keys),
    )
    finding = _compare(claim, clause, place)
    if finding is not None:
        yield replace(finding, firm=False)


def _compare(claim: Reading, clause: int, place: Place) -> Finding | None:
    finding = _counted(claim, clause, place, frozenset((place.clause,)))
    if finding is not None and (carried := _carried(claim, clause, place)):
        return _counted(claim, clause, place, frozenset((place.clause, *carried)))
    return finding


def _counted(claim: Reading, clause: int, place: Place, around: frozenset[int]) -> Finding | None:
    evidence = place.unit.reading
    mine = [n for n in claim.negators if n.clause == clause and not _is_joined(claim, n)]
    theirs = [n for n in evidence.negators if n.clause in around and not _is_joined(evidence, n)]
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
    denied = any(n.target >= 0 and claim.words[n.target].key in evidence.keys for n in left[0])
    denied |= any(n.target >= 0 and _affirms(claim, evidence.words[n.target].key) for n in left[1])
    least = (
        denied
        or len(mine) > 1
        or any(n.predicate or _needs(claim, n) for n in (*left[0],))
        or any(n.predicate or _needs(evidence, n) for n in left[1])
    )
    if not (place.says or least):
        return None  # neither what the claim says nor what is denied stands there
    return Finding(
        kind="double_negation" if len(mine) > 1 or len(theirs) > 1 else "negation",
        claim=claim.text[span.start : span.end].strip(),
        evidence=evidence.text[there.start : there.end].strip(),
        start=span.start,
        end=span.end,
        firm=place.score >= SPEAKS_OF * weight and (place.says or denied),
        same_place=place.says,
    )


def _affirms(reading: Reading, key: str) -> bool:
    """Whether a word is said, not only mentioned: 使った後も授乳を続ける does not say to use it."""
    return any(
        word.key == key and not _MENTIONED.match(reading.text, word.end) for word in reading.words
    )


def _needs(reading: Reading, negator: Negator) -> bool:
    """Whether what is denied is the need: of anything that the other side does."""
    return negator.target >= 0 and reading.words[negator.target].key in _NEEDS


def _is_joined(reading: Reading, negator: Negator) -> bool:
    """Whether a negation belongs to a predicate before the last one of its clause, or says what for."""
    span = reading.clauses[negator.clause]
    if _WHO.search(reading.text, span.start, negator.start) and _SHOULD.search(
        reading.text, negator.end, span.end
    ):
        return True
    if negator.predicate and _AIM.match(reading.text, negator.end):
        return True
    return _JOINED.match(reading.text, negator.end) is not None and any(
        word.clause == negator.clause and word.start > negator.end for word in reading.words
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
        if negator.target < 0:
            continue
        word = reading.words[negator.target]
        if _stops(word, other) and not _stops(word, reading):
            return True
        if negator.predicate:
            continue
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


def _stops(word: Word, reading: Reading) -> bool:
    """Whether a statement says that what a word names is stopped: 仕事を休む for 就業を控える."""
    return any(
        one.key == word.key and other.key == _STOPPED
        for one, other in pairwise(reading.words)
        if one.clause == other.clause
    )


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
            if wording in _LEFT_OUT and any(w.base in _TAKEN_OUT for w in evidence.words):
                continue
        key = claim.words[negator.target].key if negator.target >= 0 else None
        partner = next(
            (n for n in left if key and n.target >= 0 and evidence.words[n.target].key == key), None
        )
        if partner is None:
            alone.append(negator)
        else:
            left.remove(partner)
    if any(word.base in _TAKEN_OUT for word in claim.words):
        left = [n for n in left if evidence.text[n.start : n.end] not in _LEFT_OUT]
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
    if any(_NOT_MORE.search(a) and _NOT_OFTENER.search(b) for a, b in ((one, other), (other, one))):
        return True
    span = claim.clauses[clause]
    return bool(_WHETHER.search(one[span.start : span.end]) and _WHETHER.search(other))


def _excepted(one: Reading, other: Reading) -> bool:
    """妊婦以外では行う says what 妊婦には行わない says."""
    if _BUT.search(other.text) or "除" in other.text:
        return False
    ends = {match.start() for match in _BUT.finditer(one.text)}
    return any(word.end in ends and word.key in other.keys for word in one.words)
