"""How well a sentence answers: what it meets of the question, and how well its kind suits.

A term is met by the sentence itself or, less well, by what stands over it, beside it or elsewhere in its
document. A kind of sentence suits a kind of question: a recommendation where it is asked what to do, a
row of its very drug where its dose is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from medrag.documents import grades
from medrag.generation.asked import states
from medrag.generation.evidence import Unit, forbids
from medrag.generation.keys import drugs_in, keys_of
from medrag.generation.measures import apart, conditions_in, measures_in, within
from medrag.generation.question import Part, Wants
from medrag.generation.scope import elsewhere, restrictions
from medrag.generation.terms import LAY, MEMBER, PARTS, Term
from medrag.japanese.normalize import fold

#: What a term counts where it stands over the sentence, or beside it in the passage.
OVER, NEAR = 0.8, 0.45
#: Beside a sentence that states what is asked and leaves out of what.
LEANT_ON = 0.6
#: And elsewhere in the document, for what is done or measured: a procedure, a test, a device.
FAR = 0.3
#: What it counts more where it stands both in the sentence and over it.
BOTH = 0.1
#: What a term loses that all units meet, in telling them apart.
SHARED = 0.5
#: What an unmet word counts in a question whose lay words are met.
FOREIGN = 0.6
#: What it counts where all that the question is about is met.
BESIDES = 0.8
#: What an unmet verb or adjective counts: guidelines say 挙上 and 抜去 where a question says 上げる and 抜く.
VERBAL = 0.3
#: What a sentence loses at most where its passage has little chance to answer, says the retriever.
RETRIEVED = 0.2
#: What a sentence without a grade counts where the strength of a recommendation is asked.
UNGRADED = 0.85
#: What a sentence counts more that gives the measures of the patient who is asked about.
FOR_THEM = 1.2
#: What an unmet word counts that is told beside the question: its story is not in a guideline.
TOLD = 0.3
#: And one that gives those of other patients.
FOR_OTHERS = 0.7
#: What it counts for a sentence in another language than the question's.
UNTRANSLATED = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A unit, scored for a part of the question.

    Attributes:
        coverage: The share of the part's weight that is met.
        met: How well each term of the part is met.
        counts: How much of each term's weight counts for this unit.
    """

    unit: Unit
    score: float
    coverage: float
    met: tuple[float, ...]
    counts: tuple[float, ...]


def weights_of(part: Part, units: Sequence[Unit]) -> tuple[float, ...]:
    """What each term counts among these units: what all of them meet does not tell them apart."""
    weights = []
    for term in part.terms:
        meeting = sum(max(term.met_by(unit.own), term.met_by(unit.over)) >= PARTS for unit in units)
        weights.append(term.weight * (1.0 - SHARED * meeting / max(1, len(units))))
    return tuple(weights)


def whole_tables(part: Part, units: Sequence[Unit]) -> frozenset[int]:
    """Passages that hold a table about the matter, none of whose rows is asked for by its name."""
    tables = {unit.number for unit in units if unit.row}
    named = {unit.number for unit in units if unit.row and _by_name(part, unit)}
    about = {
        unit.number
        for unit in units
        if unit.row
        and all(term.met_by(keys_of(unit.heading)) for term in part.terms if term.weight >= 1.0)
        and any(term.entity for term in part.terms)
    }
    return frozenset(tables & about - named)


def scored(
    part: Part, unit: Unit, weights: Sequence[float], whole_tables: Collection[int]
) -> Scored:
    """A unit with how well it answers a part.

    Args:
        weights: Of the part's terms, see weights_of.
        whole_tables: Passages whose rows answer together, see whole_tables.
    """
    exact = Wants.QUANTITY in part.wants
    states_it = not unit.recommends and any(
        states(group, unit.text, unit.heading) for group in part.each
    )
    named = frozenset(name for term in part.terms if term.drug for name in term.keys)
    met = tuple(
        _met(
            term,
            unit,
            exact=exact,
            beside=_beside(term, unit) if states_it else NEAR,
            named=named,
        )
        for term in part.terms
    )
    covered = gained = total = told_apart = 0.0
    entities = [share for term, share in zip(part.terms, met, strict=True) if term.entity]
    lay = any(
        term.lay and term.weight >= 1.0 and share >= MEMBER
        for term, share in zip(part.terms, met, strict=True)
    )
    unmet = FOREIGN if lay else BESIDES if entities and min(entities) >= MEMBER else 1.0
    foreign = part.language != unit.hit.language
    counts = tuple(
        TOLD
        if term.told and not share
        else 1.0
        if share or term.known or term.entity
        # A lay question is full of words that no guideline has; those the lexicon knows still
        # count. In another language, only what the lexicon knows can be met at all.
        else UNTRANSLATED
        if foreign
        else VERBAL
        if term.verbal
        else unmet
        for term, share in zip(part.terms, met, strict=True)
    )
    for term, share, weight, counting in zip(part.terms, met, weights, counts, strict=True):
        total += term.weight * counting
        covered += term.weight * min(share, 1.0)
        told_apart += weight * counting
        gained += weight * share
    score = gained / (told_apart or 1.0) * _fitness(part, unit)
    if unit.row and unit.number not in whole_tables and not _by_name(part, unit):
        score *= 0.7
    score *= 1.0 - RETRIEVED * (1.0 - unit.hit.score)
    return Scored(unit=unit, score=score, coverage=covered / (total or 1.0), met=met, counts=counts)


def _beside(term: Term, unit: Unit) -> float:
    """What a term counts beside a sentence that leaves out of what it states something.

    Where its section names another drug too, it is that of the drug that was named last.
    """
    named = unit.last or unit.drugs
    alone = all(term.keys.get(drug, 0.0) >= MEMBER for drug in named)
    # What the lexicon does not have may be a drug as well; a disease is that of any drug.
    about = term.known and not term.drug
    return LEANT_ON if alone or about else NEAR


def _met(term: Term, unit: Unit, *, exact: bool, beside: float, named: Collection[str]) -> float:
    """How well the unit meets the term, by itself or by what stands over or beside it.

    Args:
        exact: A class of drugs does not stand for one drug, nor one drug for another.
        beside: What it counts where it stands beside the sentence.
        named: The drugs that the question names.
    """
    own, over, near = (term.met_by(keys) for keys in (unit.own, unit.over, unit.near))
    if term.drug and (exact or unit.row):
        own, over, near = (met if met >= LAY else 0.0 for met in (own, over, near))
    if term.entity and unit.row:
        near = 0.0  # another row speaks of another drug
    elif term.drug and not own and drugs_in(unit.text).difference(named):
        near = 0.0  # and so does a sentence that names another
    far = term.met_by(unit.far) if term.known and not term.of_a_kind else 0.0
    both = BOTH * min(own, over)  # in the sentence, and what its section is about
    return max(own, OVER * over, beside * near, FAR * far) + both


def _by_name(part: Part, row: Unit) -> bool:
    return within(part.measures, row.meant) or any(
        term.met_by(row.subject) >= PARTS for term in part.terms
    )


_DIGIT = re.compile(r"[0-9０-９]")


def _of_the_drug(part: Part, unit: Unit) -> bool:
    """Whether it is asked what to do with a drug, and this is the row of that very drug."""
    if Wants.STRENGTH in part.wants or not part.wants & {Wants.DIRECTIVE, Wants.CONTRAINDICATION}:
        return False
    return any(term.drug and term.met_by(unit.subject) >= LAY for term in part.terms)


def _of_the_name(part: Part, unit: Unit) -> bool:
    """Whether a figure is asked for, and this is the row of the very thing (G4)."""
    return Wants.QUANTITY in part.wants and any(
        term.weight >= 1.0 and term.met_by(unit.subject) >= 1.0 for term in part.terms
    )


def _fitness(part: Part, unit: Unit) -> float:
    """How well the kind of the sentence suits the kind of answer that is wanted."""
    return _for_whom(part, unit) * _holding(part, unit) * _of_a_kind(part, unit)


def _for_whom(part: Part, unit: Unit) -> float:
    """The edition, the people and the setting."""
    factor = 1.0
    if part.editions:
        label = fold(f"{unit.hit.title} {unit.hit.edition}")
        factor *= 1.1 if any(edition in label for edition in part.editions) else 0.7
    elif unit.superseded:
        factor *= 0.75
    # Who is left out is what a question about contraindications asks.
    others = restrictions(unit.text)
    if (
        others
        and not part.wants & {Wants.CONTRAINDICATION, Wants.EXCEPTION}
        and others.isdisjoint(restrictions(part.named))
    ):
        factor *= 0.8
    given = [measures_in(column) for column in unit.columns] or [conditions_in(unit.text)]
    if part.measures and any(within(part.measures, meant) for meant in given):
        factor *= FOR_THEM
    elif not unit.row and apart(part.measures, given[0]):
        factor *= FOR_OTHERS
    if elsewhere(part.text, unit.text, (unit.hit.title, *unit.hit.passage.section, unit.head)):
        factor *= 0.5
    return factor


def _holding(part: Part, unit: Unit) -> float:
    """What the sentence holds of what is wanted."""
    factor = 1.0
    quantity = Wants.QUANTITY in part.wants and Wants.STRENGTH not in part.wants
    if quantity and not _DIGIT.search(unit.text):
        factor *= 0.8
    if Wants.CONTRAINDICATION in part.wants:
        said = forbids(unit.hit.passage.text) if unit.recommends else unit.forbids
        factor *= 1.15 if said else 0.85
    if part.each:
        shared = sum(states(group, unit.text, unit.heading) for group in part.each) / len(part.each)
        factor *= 0.8 + 0.2 * shared
    return factor


@lru_cache(maxsize=8192)
def _graded(passage: str) -> bool:
    return bool(grades.find(passage)) or grades.spoken(passage) is not None


def _of_a_kind(part: Part, unit: Unit) -> float:
    """A recommendation, a row, a study."""
    factor = 0.9 if unit.hit.language != part.language else 1.0
    if unit.reports and Wants.REASON not in part.wants:
        factor *= 0.8
    if unit.row:
        told = Wants.DOSE in part.wants or _of_the_drug(part, unit) or _of_the_name(part, unit)
        factor *= 1.25 if told else 1.0
    if Wants.STRENGTH in part.wants and not _graded(unit.hit.passage.text):
        factor *= UNGRADED
    if unit.grade:
        factor *= 1.1 if Wants.STRENGTH in part.wants else 0.6
    elif unit.directs:
        factor *= 1.2 if Wants.DIRECTIVE in part.wants else 1.05
    return factor
