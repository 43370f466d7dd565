"""The choice of an extractive answer: which sentences answer, and which are given with them.

What answers reaches the question (see reach) and states what is asked. The values here were set on the
dev questions of benchmarks/answers: GAIN above .25 leaves out one that is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from medrag.generation import conditions
from medrag.generation.asked import states
from medrag.generation.aspects import Aspect
from medrag.generation.blocks import (
    by_passage,
    limits,
    notes_under,
    recommended,
    runs,
    with_what_follows,
)
from medrag.generation.evidence import Unit, section_of
from medrag.generation.keys import conditions_in, drugs_in, keys_of
from medrag.generation.measures import apart, measures_in, within
from medrag.generation.question import Part, Wants
from medrag.generation.reach import reaches
from medrag.generation.scope import restrictions
from medrag.generation.score import Scored, scored, weights_of, whole_tables
from medrag.generation.terms import LAY, PARTS

#: A sentence is added for what the chosen ones leave open only if it scores this share of the best.
ALSO = 0.6
#: Or if it is about as good as the best.
EQUAL = 0.95
#: What it must add to be added for that.
GAIN = 0.2
#: A neighbour of the best sentence reads on from it, if it scores this share of the best.
BESIDE = 0.6
#: Rows of a table that is quoted whole.
ROWS = 8
#: Where a sentence names its subject, in characters.
_SUBJECT = 12
#: Units for each part of a question, a recommendation counting as one.
MOST = 3


def choose(part: Part, units: Sequence[Unit]) -> list[Unit]:
    """The units that answer a part, in the order in which they read; none if nothing reaches it.

    Drugs that are named side by side are answered one by one, where that answers better.
    """
    units = [unit for unit in units if not apart(part.measures, unit.meant)]
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
        weights = weights_of(part, units)
        self._passages = by_passage(units)
        self._runs = runs(units)
        self._whole_tables = whole_tables(part, units)
        self._scored = sorted(
            (scored(part, unit, weights, self._whole_tables) for unit in units),
            key=lambda one: (-one.score, one.unit.number, one.unit.position),
        )
        self._reaching = [
            one for one in self._scored if reaches(part, one) and self._stated(one.unit)
        ]

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
        chosen = self._recommended_first(chosen)
        blocks = [self._block(one) for one in chosen]
        for one in self._reaching[1:]:
            if len(blocks) == MOST:
                break
            if (
                not any(one.unit in block for block in blocks)
                and not one.unit.grade
                and _same_status(one.unit, best.unit)
                and self._of_the_matter(one.unit, best.unit)
                and self._adds(one, chosen)
            ):
                chosen.append(one)
                blocks.append(self._block(one))
        for unit in self._forbidding(blocks):  # a recommendation has its grade
            of_passage = self._passages[unit.number]
            blocks.append(of_passage if unit.recommends and unit is of_passage[0] else [unit])
        return [unit for block in blocks for unit in block]

    def _recommended_first(self, chosen: list[Scored]) -> list[Scored]:
        """With the recommendation ahead that an explanation explains, if that is asked or limited."""
        best = chosen[0]
        asked = self._part.wants & {Wants.DIRECTIVE, Wants.STRENGTH}
        if best.unit.recommends or best.unit.row or not (asked or limits(best.unit)):
            return chosen
        for one in self._scored:
            if (
                one.unit.recommends
                and not one.unit.grade
                and one.score >= ALSO * best.score
                and section_of(one.unit.hit) == section_of(best.unit.hit)
            ):
                return [one, *chosen]
        return chosen

    def _forbidding(self, blocks: Sequence[Sequence[Unit]]) -> list[Unit]:
        """Where it is asked who must not have a drug: what else forbids that very drug."""
        drugs = [term for term in self._part.terms if term.drug]
        if Wants.CONTRAINDICATION not in self._part.wants or not drugs:
            return []
        best = blocks[0][0]
        return [
            unit
            for unit in (one.unit for one in self._scored)
            if not unit.row
            and unit.directs
            and unit.forbids
            and _same_status(unit, best)
            and any(term.met_by(unit.own) >= LAY for term in drugs)
            and not any(unit in block for block in blocks)
        ][:MOST]

    def _stated(self, unit: Unit) -> bool:
        """Whether a sentence of what would be quoted states something that is asked for."""
        each = self._part.each
        if not each:
            return True
        said = self._passages[unit.number] if unit.recommends else [unit]
        if unit.row and (notes := notes_under(unit, self._runs[unit.number])):
            noted = "。".join((unit.text, *(note.text for note in notes)))
            if any(states(group, noted, unit.heading) for group in each):
                return True
        return any(
            states(group, _besides_conditions(group, one), self._over(one))
            and not self._of_another(one)
            for group in each
            for one in said
        )

    def _over(self, unit: Unit) -> str:
        """What stands over a sentence, and a sentence before it that only says what it is about.

        「開始量はFT4により決める。」 before 「FT4が5.0未満では15 mgを…」
        """
        run = self._runs[unit.number]
        place = run.index(unit)
        before = run[place - 1].text if place and not unit.row else ""
        return unit.heading if _FIGURE.search(before) else f"{unit.heading} {before}"

    def _of_another(self, unit: Unit) -> bool:
        """Whether the drug that was last named, in the sentence or before it, is another one."""
        drugs = [term for term in self._part.terms if term.drug]
        if not drugs or unit.row:
            return False
        read = [one for one in self._passages[unit.number] if one.position <= unit.position]
        last = next((one for one in reversed(read) if drugs_in(one.text)), None)
        return last is not None and not any(term.met_by(last.own) for term in drugs)

    def _beside(self, unit: Unit) -> bool:
        """Whether a sentence of an answer without grades is about another drug from its beginning on.

        「超速効型インスリンによる低血糖では…」 stands beside what is said of sulfonylureas, and is no part of it.
        """
        passage = unit.hit.passage
        drugs = [term for term in self._part.terms if term.drug]
        if passage.strength or passage.certainty or passage.cq or not drugs or limits(unit):
            return False
        named = drugs_in(unit.text[:_SUBJECT])
        return bool(named) and not any(term.met_by(unit.own) for term in drugs)

    def _of_the_matter(self, unit: Unit, best: Unit) -> bool:
        """Whether a unit that adds speaks of the drugs and the people that are asked about."""
        part = self._part
        drugs = [term for term in part.terms if term.drug]
        if drugs and not any(max(term.met_by(unit.own), term.met_by(unit.over)) for term in drugs):
            return False
        if part.wants & {Wants.CONTRAINDICATION, Wants.EXCEPTION}:
            return True
        if unit.hit.passage.section != best.hit.passage.section:
            told = f"{part.named} {best.text} {best.heading}"
            over = conditions_in(" ".join(unit.hit.passage.section[-2:]))
            if over and not any(one in told or one in conditions_in(told) for one in over):
                return False  # what is done in another disease
        left_out = restrictions(unit.text) | restrictions(unit.heading)
        return left_out <= restrictions(part.named) | restrictions(best.text)

    def _adds(self, one: Scored, chosen: Sequence[Scored]) -> bool:
        """Whether a unit meets what the chosen ones leave open, or is as good as the best of them."""
        best = chosen[0]
        if one.score < ALSO * best.score:
            return False
        if any(
            states(group, one.unit.text, one.unit.heading)
            and not any(states(group, other.unit.text, other.unit.heading) for other in chosen)
            for group in self._part.each
        ):
            return True
        if self._part.each and one.unit.number in self._whole_tables:
            return True  # a table of just what is asked
        met = [max(found) for found in zip(*(other.met for other in chosen), strict=True)]
        gain = sum(
            term.weight * max(0.0, min(1.0, now) - before)
            for term, before, now in zip(self._part.terms, met, one.met, strict=True)
        )
        if one.unit.row and best.unit.row and not one.unit.recommends:
            # another row is about something else
            return gain > GAIN or one.unit.subject == best.unit.subject
        # As good in another document: two guidelines that recommend, each for its own patients.
        equal = one.score >= EQUAL * best.score and (
            _same_document(one.unit, best.unit)
            or (one.unit.recommends and best.unit.recommends and bool(self._part.each))
        )
        return equal or gain > GAIN

    def _block(self, best: Scored) -> list[Unit]:
        """The unit with what must be read with it."""
        of_passage = self._passages[best.unit.number]
        if best.unit.row:
            if best.unit.number in self._whole_tables:
                return [unit for unit in of_passage if unit.row][:ROWS]
            notes = notes_under(best.unit, self._runs[best.unit.number])
            return [_narrowed(self._part, best.unit), *notes]
        if best.unit.recommends:
            whole = recommended(of_passage, self._runs[best.unit.number])
            return [unit for unit in whole if unit is best.unit or not self._beside(unit)]
        good = {
            one.unit.position
            for one in self._scored
            if one.unit.number == best.unit.number
            and one.coverage >= BESIDE * best.coverage
            and not self._of_another(one.unit)
        }
        return with_what_follows(
            best.unit, self._runs[best.unit.number], good, grades=Wants.STRENGTH in self._part.wants
        )


def _besides_conditions(group: Sequence[Aspect], unit: Unit) -> str:
    """A text as far as it states a dose, which what tells for whom it is meant does not."""
    dose = any(aspect.name in _DOSES for aspect in group)
    return conditions.without(unit.text) if dose and not unit.row else unit.text


def _narrowed(part: Part, unit: Unit) -> Unit:
    """A row with the cells that are asked for alone, if some are: of a dose, all are read together.

    Never a cell that stands under a measure other than the patient's (eGFR 30未満 for somebody with 40).
    """
    kept = [
        (column, statement)
        for column, statement in zip(unit.columns, unit.statements, strict=False)
        if not apart(part.measures, measures_in(column)) and _of_its_edition(part, unit, column)
    ]
    if kept:
        kept.sort(key=lambda one: not within(part.measures, measures_in(one[0])))
        columns, statements = zip(*kept, strict=True)
        unit = replace(unit, columns=columns, statements=statements)
    if any(aspect.name in _DOSES for group in part.each for aspect in group):
        return unit
    wanted = [
        statement
        for column, statement in zip(unit.columns, unit.statements, strict=False)
        if any(states(group, statement) for group in part.each)
        or any(term.met_by(keys_of(column)) >= PARTS for term in part.terms)
        or (Wants.CONTRAINDICATION in part.wants and _FORBIDDEN.search(column))
    ]
    return replace(unit, statements=tuple(wanted)) if wanted else unit


def _of_its_edition(part: Part, unit: Unit, column: str) -> bool:
    """Whether a column is no edition, or the one that is asked for; without a word of it, its own."""
    edition = _EDITION.search(column)
    if edition is None or _compares(part):
        return True
    wanted = part.editions or (unit.hit.title, unit.hit.edition or "")
    return any(edition[0] in one for one in wanted)


_EDITION = re.compile(r"(?:19|20)[0-9]{2}年(?:改訂)?版|第[0-9]+版")
#: Aspects of a dose, which is not to be read without the conditions that stand beside it.
_DOSES = frozenset({"dose", "start", "maintenance", "most", "unit mg", "unit グラム", "unit 錠"})
_FIGURE = re.compile(r"[0-9０-９]\s*(?:m?g|[μµ]g|m[lL]|単位|錠|日|週|[かヶ]月|年|回|時間|%|％)")
_FORBIDDEN = re.compile(r"禁忌|使えない|投与しない|contraindicat|avoid", re.IGNORECASE)


def _same_document(one: Unit, other: Unit) -> bool:
    return one.hit.passage.document_id == other.hit.passage.document_id


def _compares(part: Part) -> bool:
    return Wants.CHANGE in part.wants or len(part.editions) > 1


def _same_status(one: Unit, other: Unit) -> bool:
    return one.superseded == other.superseded
