"""The choice of an extractive answer: how well each sentence answers, and which ones are given.

A sentence is scored by how much of what the question names it meets, by itself or by what stands over
or beside it, and by how well its kind suits the kind of answer that is wanted. The values here were
set on the dev questions of benchmarks/answers, where 93 have an answer and 16 do not. One value at a
time a tenth higher or lower, the share of right answers there lies between .892 (ENTITIES higher) and
.935; REACH or ENTITIES lower answers one or two of the 16, and REACH higher, EQUAL or OVER lower adds
one answer that holds a wrong statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from medrag.generation.evidence import Unit
from medrag.generation.question import Part, Wants
from medrag.generation.terms import LAY, MEMBER, PARTS, Term, restrictions
from medrag.japanese.normalize import fold

#: What a term counts where it stands over the sentence, or beside it in the passage.
OVER, NEAR = 0.8, 0.45
#: What it counts more where it stands both in the sentence and over it.
BOTH = 0.1
#: Share of the question's weight that the best sentence must meet.
REACH = 0.55
#: A sentence is added for what the chosen ones leave open only if it scores this share of the best.
ALSO = 0.6
#: Or if it is about as good as the best.
EQUAL = 0.95
#: What it must add to be added for that.
GAIN = 0.35
#: A neighbour of the best sentence reads on from it, if it scores this share of the best.
BESIDE = 0.6
#: Share of what the question is about (drugs, diseases, tests) that must be met at all.
ENTITIES = 0.66
#: What an unmet word counts in a question whose lay words are met.
FOREIGN = 0.6
#: What it counts for a sentence in another language than the question's.
UNTRANSLATED = 0.2
#: Units for each part of a question, a recommendation counting as one.
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    unit: Unit
    score: float
    coverage: float  # share of the part's weight that is met
    met: tuple[float, ...]  # for each term of the part


def choose(part: Part, units: Sequence[Unit]) -> list[Unit]:
    """The units that answer a part, in the order in which they read; none if nothing reaches it.

    Drugs that are named side by side are answered one by one, where that answers better.
    """
    together = [part.terms[place] for place in part.either]
    alone = [
        replace(
            part, terms=tuple(term for term in part.terms if term is one or term not in together)
        )
        for one in together
    ]
    whole = _Ranking(part, units)
    each = [_Ranking(one, units) for one in alone]
    if each and min(one.best_score for one in each) > whole.best_score:
        return [unit for one in each for unit in one.chosen()]
    return whole.chosen()


class _Ranking:
    """All units, scored for one part."""

    def __init__(self, part: Part, units: Sequence[Unit]) -> None:
        self._part = part
        self._scored = sorted(
            (_scored(part, unit) for unit in units),
            key=lambda one: (-one.score, one.unit.number, one.unit.position),
        )
        self._reaching = [one for one in self._scored if _reaches(part, one)]

    @property
    def best_score(self) -> float:
        """Of the best unit that reaches; 0 if none does."""
        return self._reaching[0].score if self._reaching else 0.0

    def chosen(self) -> list[Unit]:
        """The blocks that answer: the best one, and those that add to it."""
        if not self._reaching:
            return []
        best = self._reaching[0]
        chosen = [best]
        if _compares(self._part):  # what the other edition says stands beside it
            chosen += [one for one in self._reaching if not _same_status(one.unit, best.unit)][:1]
        blocks = [self._block(one) for one in chosen]
        for one in self._reaching[1:]:
            if len(blocks) == MOST:
                break
            if (
                not any(one.unit in block for block in blocks)
                and not one.unit.grade
                and _same_status(one.unit, best.unit)
                and self._adds(one, chosen)
            ):
                chosen.append(one)
                blocks.append(self._block(one))
        return [unit for block in blocks for unit in block]

    def _adds(self, one: _Scored, chosen: Sequence[_Scored]) -> bool:
        """Whether a unit meets what the chosen ones leave open, or is as good as the best of them."""
        best = chosen[0]
        met = [max(found) for found in zip(*(other.met for other in chosen), strict=True)]
        gain = sum(
            term.weight * min(1.0 - before, now)
            for term, before, now in zip(self._part.terms, met, one.met, strict=True)
        )
        equal = one.score >= EQUAL * best.score and _same_document(one.unit, best.unit)
        return equal or (one.score >= ALSO * best.score and gain > GAIN)

    def _block(self, best: _Scored) -> list[Unit]:
        """A recommendation with its grade and exceptions; another sentence with what reads on from it."""
        number, position = best.unit.number, best.unit.position
        if best.unit.row:
            return [best.unit]
        of_passage = [one for one in self._scored if one.unit.number == number]
        if best.unit.hit.passage.kind != "recommendation":
            of_passage = [
                one
                for one in of_passage
                if one is best
                or (abs(one.unit.position - position) <= 1 and one.score >= BESIDE * best.score)
            ]
        return sorted((one.unit for one in of_passage), key=lambda unit: unit.position)


def _reaches(part: Part, one: _Scored) -> bool:
    if one.coverage < REACH:
        return False
    passage = one.unit.hit.passage
    said = passage.text if passage.kind == "recommendation" else one.unit.text
    if part.unit is not None and not part.unit.search(fold(said)):
        return False
    # Most of what the question is about must at least stand in the passage or over it.
    entities = [
        (term.weight, met) for term, met in zip(part.terms, one.met, strict=True) if term.entity
    ]
    total = sum(weight for weight, _ in entities)
    return sum(weight for weight, met in entities if met > 0) >= ENTITIES * total


def _scored(part: Part, unit: Unit) -> _Scored:
    exact = Wants.QUANTITY in part.wants
    met = tuple(_met(term, unit, exact=exact) for term in part.terms)
    covered = scored = total = 0.0
    lay = any(
        term.lay and term.weight >= 1.0 and share >= MEMBER
        for term, share in zip(part.terms, met, strict=True)
    )
    for term, share in zip(part.terms, met, strict=True):
        counts = 1.0
        if not share and not (term.known or term.entity):
            # A lay question is full of words that no guideline has; those the lexicon knows still
            # count. In another language, only what the lexicon knows can be met at all.
            counts = UNTRANSLATED if part.language != unit.hit.language else FOREIGN if lay else 1.0
        total += term.weight * counts
        covered += term.weight * min(share, 1.0)
        scored += term.weight * share
    total = total or 1.0
    score = scored / total * _fitness(part, unit)
    return _Scored(unit=unit, score=score, coverage=covered / total, met=met)


def _met(term: Term, unit: Unit, *, exact: bool) -> float:
    """How well the unit meets the term, by itself or by what stands over or beside it.

    Args:
        exact: A class of drugs does not stand for one drug, nor one drug for another.
    """
    own, over, near = (term.met_by(keys) for keys in (unit.own, unit.over, unit.near))
    if term.drug and (exact or unit.row):
        own, over, near = (met if met >= LAY else 0.0 for met in (own, over, near))
    if term.entity and unit.row:
        near = 0.0  # another row speaks of another drug
    both = BOTH * min(own, over)  # in the sentence, and what its section is about
    return max(own, OVER * over, NEAR * near) + both


def _all_of(part: Part) -> str:
    return " ".join((part.text, *(term.text for term in part.terms)))


def _same_document(one: Unit, other: Unit) -> bool:
    return one.hit.passage.document_id == other.hit.passage.document_id


def _compares(part: Part) -> bool:
    return Wants.CHANGE in part.wants or len(part.editions) > 1


def _superseded(unit: Unit) -> bool:
    return unit.hit.edition_status == "superseded"


def _same_status(one: Unit, other: Unit) -> bool:
    return _superseded(one) == _superseded(other)


_DIGIT = re.compile(r"[0-9０-９]")
_FORBIDS = re.compile(
    r"禁忌|(?:投与|使用|併用|処方|開始|追加)し(?:ない|てはならない)|用いない|行わない|避け|\b(?:do|should|must) not\b|avoid|contraindicat",
    re.IGNORECASE,
)


def _of_the_drug(part: Part, unit: Unit) -> bool:
    """Whether it is asked what to do with a drug, and this is the row of that very drug."""
    if Wants.STRENGTH in part.wants or not part.wants & {Wants.DIRECTIVE, Wants.CONTRAINDICATION}:
        return False
    return any(term.drug and term.met_by(unit.subject) >= LAY for term in part.terms)


def _fitness(part: Part, unit: Unit) -> float:
    """How well the kind of the sentence suits the kind of answer that is wanted."""
    factor = 1.0
    if part.editions:
        label = fold(f"{unit.hit.title} {unit.hit.edition}")
        factor *= 1.1 if any(edition in label for edition in part.editions) else 0.7
    elif _superseded(unit):
        factor *= 0.75
    # Who is left out is what a question about contraindications asks.
    others = restrictions(unit.text)
    if (
        others
        and not part.wants & {Wants.CONTRAINDICATION, Wants.EXCEPTION}
        and others.isdisjoint(restrictions(_all_of(part)))
    ):
        factor *= 0.8
    if Wants.QUANTITY in part.wants and not _DIGIT.search(unit.text):
        factor *= 0.8
    if Wants.CONTRAINDICATION in part.wants:
        factor *= 1.15 if _FORBIDS.search(unit.text) else 0.85
    if unit.reports and Wants.REASON not in part.wants:
        factor *= 0.8
    if part.unit is not None and not part.unit.search(fold(unit.text)):
        factor *= 0.8
    if unit.row:
        factor *= 1.25 if Wants.DOSE in part.wants or _of_the_drug(part, unit) else 1.0
        if not any(term.met_by(unit.subject) >= PARTS for term in part.terms):
            factor *= 0.7
    if unit.grade:
        factor *= 1.1 if Wants.STRENGTH in part.wants else 0.6
    elif unit.directs:
        factor *= 1.2 if Wants.DIRECTIVE in part.wants else 1.05
    return factor
