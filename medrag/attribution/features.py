"""Features: what a claim beside its evidence looks like, as numbers that each mean one thing.

How much of it is held, by several sentences and by one; how near to the text it is written; which
of its words are held by nothing, by what they are; and what kinds of differences were found. A
doubtful difference counts apart in a claim near the text, where it is the altered fact, and in a
claim far from it, where free wording explains it. Nearness itself is no support: one fact is most
often altered in what is otherwise copied, so it enters as a curve (a square, a bend), and beside
what one sentence holds alone (whole), how scattered the copied pieces are, and what is in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences import Finding
from medrag.attribution.facts import Word
from medrag.attribution.facts.terms import Term

#: Kinds of differences that weigh alike; any other kind is a slot (route, meal, laterality, ...).
FAMILIES = {
    "quantity": ("number", "unit", "comparator", "range", "frequency", "duration", "dose_period", "edition_year", "swapped_values"),
    "polarity": ("negation", "double_negation", "antonym"),
    "rival": ("entity",),
    "stitched": ("stitched", "hypernym"),
    "novel": ("novel",),
    "grade": ("strength", "certainty", "contraindication_caution", "certainty_of_finding", "causal_overclaim"),
    "dropped": ("condition_dropped",),
    "added": ("condition_added", "addition", "scope"),
    "order": ("role_swap", "timing", "first_second_line", "line", "crossed"),
    "slot": (),
}  # fmt: skip
_FAMILY = {kind: family for family, kinds in FAMILIES.items() for kind in kinds}

_MISSING = (
    "drug_missing",
    "drug_rival",
    "name_missing",
    "name_rival",
    "noun_missing",
    "verb_missing",
)
_GENERAL = (
    "coverage", "clause", "single", "single_above_0.9", "whole", "surface", "surface_squared",
    "runs", "runs_above_0.7", "pieces", "closeness", "foreign", "clean", "clean_surface", "clean_single",
    "amounts", "denials", "length", "units", "left_over", "left_over_above_0.4", "echoed", "topic",
)  # fmt: skip
_HOW = ("firm", "near", "far")
NAMES = (*_GENERAL, *_MISSING, *(f"{family}_{how}" for family in FAMILIES for how in _HOW))
# A verb that nothing holds, or a noun that stands nowhere, may be a sign of free wording alone.
_OPEN = frozenset(("verb_missing", "novel_near", "novel_far"))
#: What only ever speaks against a claim; the fit keeps the sign (benchmarks/attribution/learn.py).
AGAINST = frozenset(NAMES[len(_GENERAL) :]) - _OPEN

_BENDS = {"single": 0.9, "runs": 0.7, "left_over": 0.4}
_HELD = 0.7
_TOPIC = 0.8
_MOST = 2.0
_WHOLE = 0.99
_LETTER = 0.8
_PIECE, _PIECES = 3, 6
_KANJI = re.compile(r"[一-鿿]")
_NAME = re.compile(r"[ァ-ヶー]{3,}$|(?=.*[a-z])[a-z0-9α-ω-]{2,}$")
_UNWRITTEN = re.compile(r"[\s。、．，.,()「」・:：;]+")


def features(alignment: Alignment, findings: Sequence[Finding]) -> tuple[float, ...]:
    """The features of a claim, in the order of NAMES."""
    found = dict.fromkeys(NAMES, 0.0)
    claim = alignment.claim
    total = sum(word.weight for word in claim.words) or 1.0
    found["coverage"] = alignment.coverage
    found["clause"] = alignment.clause_coverage
    found["single"], found["whole"] = _by_sentence(alignment)
    found["surface"] = surface = _shared(alignment, 2)
    found["runs"] = _shared(alignment, 4)
    found["pieces"] = min(_pieces(alignment), _PIECES) / _PIECES
    found["closeness"] = alignment.closeness
    found["foreign"] = _foreign(alignment)
    found["denials"] = min(sum(negator.main for negator in claim.negators), 2)
    found["amounts"] = min(len(claim.quantities), 3) / 3
    found["length"] = min(len(claim.words), 20) / 20
    found["units"] = len(alignment.chosen) / 3
    topics = (w.weight for w, m in _pairs(alignment) if m == _TOPIC)
    found["topic"] = sum(topics) / total
    unused = list(_unused(alignment))
    if alignment.chosen:
        words = alignment.chosen[0].unit.reading.words
        own = sum(word.weight for word in words) or 1.0
        idle = {id(word) for word, _ in unused}
        found["left_over"] = sum(word.weight for word in words if id(word) in idle) / own
    seen: set[int] = set()
    for word, match in _pairs(alignment):
        if match >= _HELD or word.term in seen:
            continue
        if word.term >= 0:
            seen.add(word.term)
        _count(found, word, claim.terms[word.term] if word.term >= 0 else None, unused)
    found["echoed"] /= total
    found["surface_squared"] = surface**2
    found["clean"] = float(not findings)
    found["clean_surface"] = surface * found["clean"]
    for name, bend in _BENDS.items():
        found[f"{name}_above_{bend}"] = max(0.0, found[name] - bend)
    found["clean_single"] = found["clean"] * found["single_above_0.9"]
    for finding in findings:
        family = _FAMILY.get(finding.kind, "slot")
        if finding.firm:
            found[f"{family}_firm"] += 1
            continue
        near = finding.rest * surface
        found[f"{family}_near"] += near
        found[f"{family}_far"] += 1 - near
    return tuple([min(value, _MOST) for value in found.values()])


def copied(values: Sequence[float]) -> bool:
    """Whether a claim says nothing but what single sentences say, in their words, order and letters.

    Copying is where one fact is altered most easily, so the model trusts it little; but where every
    word is held in its place and no difference was found, nothing is left to doubt.
    """
    found = dict(zip(NAMES, values, strict=True))
    return (
        found["clean"] == 1
        and found["single"] >= _WHOLE
        and found["closeness"] >= _WHOLE
        and found["surface"] >= _LETTER
    )


def _pairs(alignment: Alignment) -> Iterator[tuple[Word, float]]:
    return zip(alignment.claim.words, alignment.matches, strict=True)


class _Held(NamedTuple):
    single: float
    whole: float


def _by_sentence(alignment: Alignment) -> _Held:
    """Coverage where each clause, and where all of them, have to do with one sentence and its heading."""
    claim = alignment.claim
    if not claim.words or not alignment.chosen:
        return _Held(0.0, 0.0)
    best = [[0.0] * len(alignment.chosen) for _ in claim.clauses]
    total = 0.0
    for word, row in zip(claim.words, alignment.held, strict=True):
        total += word.weight
        for index, match in enumerate(row):
            best[word.clause][index] += word.weight * match
    single = sum(max(row) for row in best)
    whole = max(sum(column) for column in zip(*best, strict=True))
    return _Held(single / (total or 1.0), whole / (total or 1.0))


def _shared(alignment: Alignment, size: int) -> float:
    """The share of the claim's character n-grams that its evidence has."""
    own = _grams(alignment.claim.text, size)
    if not own:
        return 1.0
    return len(own & _written(alignment, size)) / len(own)


def _written(alignment: Alignment, size: int) -> frozenset[str]:
    found = [_grams(entry.unit.reading.text, size) for entry in alignment.chosen]
    return found[0].union(*found[1:]) if found else frozenset()


def _pieces(alignment: Alignment) -> int:
    """Of how many copied pieces the claim is made."""
    text = _UNWRITTEN.sub("", alignment.claim.text.lower())
    theirs = _written(alignment, _PIECE)
    copied_before, count = False, 0
    for at in range(len(text) - _PIECE + 1):
        is_copied = text[at : at + _PIECE] in theirs
        count += is_copied and not copied_before
        copied_before = is_copied
    return count


def _foreign(alignment: Alignment) -> float:
    """The share of the claim's kanji that its evidence does not have."""
    own = frozenset(_KANJI.findall(alignment.claim.text))
    if not own:
        return 0.0
    texts = [entry.unit.reading.text for entry in alignment.chosen]
    return sum(all(kanji not in text for text in texts) for kanji in own) / len(own)


@lru_cache(maxsize=16384)
def _grams(text: str, size: int) -> frozenset[str]:
    text = _UNWRITTEN.sub("", text.lower())
    return frozenset(text[at : at + size] for at in range(len(text) - size + 1))


def _unused(alignment: Alignment) -> Iterator[tuple[Word, Term | None]]:
    """What the evidence says and the claim does not: one of these may be what the claim replaced."""
    claim = alignment.claim
    written = claim.text.lower()
    for entry in alignment.chosen:
        reading = entry.unit.reading
        for word in reading.words:
            if word.key in claim.keys or word.base in written:
                continue
            term = reading.terms[word.term] if word.term >= 0 else None
            if term is None or term.concepts.isdisjoint(claim.meanings):
                yield word, term


def _count(
    found: dict[str, float],
    word: Word,
    term: Term | None,
    unused: Sequence[tuple[Word, Term | None]],
) -> None:
    """A word that nothing holds, by what it is."""
    kinds = term.kinds if term is not None else frozenset[str]()
    rival = any(other is not None and kinds & other.kinds for _, other in unused)
    echo = max((_alike(word.base, other.base) for other, _ in unused), default=0.0)
    found["echoed"] += word.weight * echo
    if "drug" in kinds:
        found["drug_missing"] += 1
        found["drug_rival"] += rival
    elif kinds or (word.weight >= 1 and _NAME.match(word.base)):
        found["name_missing"] += 1
        found["name_rival"] += rival
    elif word.weight >= 1:
        found["noun_missing"] += 1 - echo
    else:
        found["verb_missing"] += word.weight * (1 - echo)


@lru_cache(maxsize=65536)
def _alike(one: str, other: str) -> float:
    """How far two words share their kanji: 両目 and 両眼, 静注 and 静脈."""
    mine, theirs = frozenset(_KANJI.findall(one)), frozenset(_KANJI.findall(other))
    both = len(mine & theirs)
    return both / max(len(mine), len(theirs)) if both else 0.0
