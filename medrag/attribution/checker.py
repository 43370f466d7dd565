"""Checker: every claim of a text against the passages that it cites.

A claim is set against its cited passages together; each citation of a supported claim is then left
out in turn, for precision as in ALCE (Gao et al., 2023); and a claim that its citations do not
carry is tried against the other passages, to propose a better one. `verified_by` names the tiers
that were run on that claim, no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medrag.attribution import claims as statements
from medrag.attribution import differences
from medrag.attribution.alignment import Alignment, align
from medrag.attribution.claims import Statement
from medrag.attribution.decision import Decision, decide
from medrag.attribution.differences import Finding
from medrag.attribution.entailment import Entailment, Judgement, Pair
from medrag.attribution.entailment.lexical import Lexical, quotes
from medrag.attribution.evidence import analyse, squeezed
from medrag.attribution.facts import Reading, read
from medrag.attribution.report import report
from medrag.attribution.verdicts import Claim, Difference, Evidence, EvidenceText, Report, Verdict
from medrag.errors import EvaluationError
from medrag.japanese.normalize import Span

_SEVERITY: dict[Verdict, int] = {
    "contradicted": 5, "unsupported": 4, "partial": 3, "uncited": 2, "supported": 1, "not_a_claim": 0,
}  # fmt: skip
# A claim that fails is tried against this many other passages.
_ALTERNATIVES = 20


_BESIDE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A statement, the indices of the passages that it cites, and their numbers."""

    statement: Statement
    cited: tuple[int, ...]
    numbers: tuple[int, ...]
    beside: str = ""  # the statements that follow, which may make its exceptions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verbatim:
    """A claim that stands word for word in a passage: nothing is left to judge."""

    evidence: Evidence


class Checker:
    """Checks any text against any passages.

    Args:
        entailment: The tier beside the critical facts; lexical if not given.
    """

    def __init__(self, entailment: Entailment | None = None) -> None:
        self.entailment = entailment if entailment is not None else Lexical()

    def check(
        self, text: str, passages: Sequence[EvidenceText], *, question: str | None = None
    ) -> Report:
        """The report over all claims of `text`.

        Args:
            text: With markers [n]; n names the passage whose id is "n" or, when no id is a
                number, the n-th (1-based).
            passages: In the order of their numbers.
            question: Its terms count as context of every claim.

        Raises:
            EvaluationError: A passage has no id, or two have the same: a marker would name either.
        """
        _identified(passages)
        numbering = _numbering(passages)
        cases, unresolved = _cases(text, numbering)
        found = self._claims(text, cases, passages, question)
        found = [
            self._with_alternatives(claim, case, passages, numbering, question)
            for claim, case in zip(found, cases, strict=True)
        ]
        useful = [
            self._useful(claim, case, passages, question)
            for claim, case in zip(found, cases, strict=True)
        ]
        return report(text, found, useful, unresolved, self.entailment.name)

    def judge(
        self, claim: str, passages: Sequence[EvidenceText], *, question: str | None = None
    ) -> Claim:
        """One verdict for all of `claim`; where it has no marker, it cites every passage.

        A statement of it without a marker cites what the next one cites.
        Of several statements the worst decides; what makes no claim is left out.
        """
        found = self._claims(claim, _stated(claim, passages), passages, question)
        if not found:
            return Claim(text=claim, start=0, end=len(claim), citations=(), verdict="not_a_claim")
        return replace(
            max(found, key=_gravity),
            text=claim,
            start=0,
            end=len(claim),
            citations=tuple(dict.fromkeys(number for item in found for number in item.citations)),
            score=min(item.score for item in found),
            differences=tuple(piece for item in found for piece in item.differences),
            evidence=tuple(dict.fromkeys(piece for item in found for piece in item.evidence)),
        )

    def alignments(
        self, claim: str, passages: Sequence[EvidenceText], *, question: str | None = None
    ) -> tuple[Alignment, ...]:
        """What `judge` decides on: its statements beside their evidence, without the quotations."""
        entries = (_against(case, passages, question) for case in _stated(claim, passages))
        return tuple(entry for entry in entries if isinstance(entry, Alignment))

    def _claims(
        self,
        text: str,
        cases: Sequence[_Case],
        passages: Sequence[EvidenceText],
        question: str | None,
    ) -> list[Claim]:
        """The claims with their verdicts; a tier with a model judges all that need it in one batch."""
        read_cases = [_against(case, passages, question) for case in cases]
        judged: dict[int, Judgement | None] = {}
        if not isinstance(self.entailment, Lexical):
            asked = [i for i, entry in enumerate(read_cases) if isinstance(entry, Alignment)]
            pairs = [_pair(cases[i], passages, question) for i in asked]
            judged = dict(zip(asked, self.entailment.judge(pairs), strict=True))
        return [
            self._claim(text, case, entry, judged.get(position), passages)
            for position, (case, entry) in enumerate(zip(cases, read_cases, strict=True))
        ]

    def _claim(
        self,
        text: str,
        case: _Case,
        entry: Alignment | _Verbatim | None,
        judgement: Judgement | None,
        passages: Sequence[EvidenceText],
    ) -> Claim:
        statement = case.statement
        claim = Claim(
            text=text[statement.start : statement.end],
            start=statement.start,
            end=statement.end,
            citations=case.numbers,
            verdict="uncited" if statement.kind == "claim" else "not_a_claim",
            verified_by="lexical",
        )
        if entry is None:
            return claim
        if isinstance(entry, _Verbatim):
            return replace(claim, verdict="supported", score=1.0, evidence=(entry.evidence,))
        findings = tuple(differences.find(entry))
        decision = decide(entry, findings, judgement)
        places = [*quotes(entry), *(judgement.quotes if judgement is not None else ())]
        evidence = [_evidence(passages[case.cited[quote.premise]], quote.span) for quote in places]
        return replace(
            claim,
            verdict=decision.verdict,
            needs_review=decision.review,
            score=round(decision.score, 4),
            verified_by="lexical" if judgement is None else f"lexical+{self.entailment.name}",
            differences=tuple(_difference(finding, statement, entry.claim) for finding in findings),
            evidence=tuple(dict.fromkeys(evidence)),
        )

    def _decided(
        self, case: _Case, passages: Sequence[EvidenceText], question: str | None
    ) -> Decision | None:
        """The rules' verdict on a case, without a report."""
        entry = _against(case, passages, question)
        if isinstance(entry, Alignment):
            return decide(entry, tuple(differences.find(entry)), None)
        return None if entry is None else Decision(verdict="supported", review=False, score=1.0)

    def _useful(
        self,
        claim: Claim,
        case: _Case,
        passages: Sequence[EvidenceText],
        question: str | None,
    ) -> int:
        """How many of a claim's citations matter: alone they carry it, or without them it falls."""
        if claim.verdict != "supported" or not case.cited:
            return 0
        if len(case.cited) == 1:
            return 1
        count = 0
        for position in case.cited:
            rest = tuple(other for other in case.cited if other != position)
            alone = self._decided(replace(case, cited=(position,)), passages, question)
            without = self._decided(replace(case, cited=rest), passages, question)
            count += _carries(alone) or not _carries(without)
        return count

    def _with_alternatives(
        self,
        claim: Claim,
        case: _Case,
        passages: Sequence[EvidenceText],
        numbering: Mapping[int, int],
        question: str | None,
    ) -> Claim:
        if claim.verdict not in ("partial", "contradicted", "unsupported", "uncited"):
            return claim
        better = [
            number
            for number, position in list(numbering.items())[:_ALTERNATIVES]
            if position not in case.cited
            and _carries(self._decided(replace(case, cited=(position,)), passages, question))
        ]
        return replace(claim, alternatives=tuple(better)) if better else claim


def _stated(claim: str, passages: Sequence[EvidenceText]) -> list[_Case]:
    """The statements of one claim.

    Where it has no marker, they cite every passage; else a statement without one cites what the next
    does, since the markers of a claim stand at its end.
    """
    cases, _ = _cases(claim, _numbering(passages))
    cited = tuple(range(len(passages)))
    if any(case.cited for case in cases):
        cited = next(case.cited for case in reversed(cases) if case.cited)
    for position, case in reversed(list(enumerate(cases))):
        if case.cited or case.statement.markers:
            cited = case.cited or cited
        else:
            cases[position] = replace(case, cited=cited)
    return [case for case in cases if case.statement.kind == "claim"] or [
        replace(case, statement=replace(case.statement, kind="claim"))
        for case in cases
        if case.statement.kind != "lead_in"
    ]


def _carries(decision: Decision | None) -> bool:
    return decision is not None and decision.verdict == "supported"


def _gravity(claim: Claim) -> int:
    """A rejection weighs more than a doubt, and a doubt more than support."""
    rejected = claim.verdict not in ("supported", "not_a_claim") and not claim.needs_review
    return 20 * rejected + 10 * claim.needs_review + _SEVERITY[claim.verdict]


def _against(
    case: _Case, passages: Sequence[EvidenceText], question: str | None
) -> Alignment | _Verbatim | None:
    """The case's statement beside its passages; None when there is nothing to set it against."""
    if case.statement.kind != "claim" or not case.cited:
        return None
    premises = [passages[position] for position in case.cited]
    reading = read(case.statement.plain)
    verbatim = _verbatim(reading, premises)
    texts = [premise.text for premise in premises]
    return verbatim or align(reading, texts, question, beside=case.beside)


def _verbatim(reading: Reading, premises: Sequence[EvidenceText]) -> _Verbatim | None:
    """Where the claim stands word for word as a sentence or a table row of a premise."""
    wanted = squeezed(reading.text)
    if not wanted:
        return None
    for premise in premises:
        place = analyse(premise.text).verbatim.get(wanted)
        if place is not None:
            return _Verbatim(evidence=_evidence(premise, place))
    return None


def _pair(case: _Case, passages: Sequence[EvidenceText], question: str | None) -> Pair:
    return Pair(
        hypothesis=case.statement.plain,
        premises=tuple(passages[position].text for position in case.cited),
        question=question,
    )


def _evidence(premise: EvidenceText, span: Span) -> Evidence:
    return Evidence(
        passage_id=premise.id,
        start=span.start,
        end=span.end,
        quote=premise.text[span.start : span.end],
    )


def _difference(finding: Finding, statement: Statement, reading: Reading) -> Difference:
    start = end = None
    if finding.end > finding.start:
        span = reading.original(finding.start, finding.end)
        start, end = statement.start + span.start, statement.start + span.end
    return Difference(
        kind=finding.kind, claim=finding.claim, evidence=finding.evidence, start=start, end=end
    )


def _cases(text: str, numbering: Mapping[int, int]) -> tuple[list[_Case], tuple[int, ...]]:
    """The statements with the passages they cite, and the marker numbers that name none."""
    cases = []
    unresolved: dict[int, None] = {}
    found = statements.split(text)
    for position, statement in enumerate(found):
        numbers = tuple(number for number in statement.numbers if number in numbering)
        unresolved.update(dict.fromkeys(n for n in statement.numbers if n not in numbering))
        cited = tuple(dict.fromkeys(numbering[number] for number in numbers))
        beside = "".join(other.plain for other in found[position + 1 : position + 1 + _BESIDE])
        cases.append(_Case(statement=statement, cited=cited, numbers=numbers, beside=beside))
    return cases, tuple(unresolved)


def _identified(passages: Sequence[EvidenceText]) -> None:
    seen: dict[str, int] = {}
    for position, passage in enumerate(passages):
        where = f"passages[{position}].id"
        if not passage.id.strip():
            raise EvaluationError("a passage has no id", where=where, hint="number them: 1, 2, ...")
        if passage.id in seen:
            raise EvaluationError(
                f"{passage.id!r:.60} is also the id of passages[{seen[passage.id]}]",
                where=where,
                hint="give every passage an id of its own",
            )
        seen[passage.id] = position


def _numbering(passages: Sequence[EvidenceText]) -> dict[int, int]:
    """Marker number to position in `passages`: by id, or by position when no id is a number."""
    named = {
        int(passage.id): position
        for position, passage in enumerate(passages)
        if passage.id.isdecimal()
    }
    return named or {position + 1: position for position in range(len(passages))}


def verify(
    text: str,
    passages: Sequence[EvidenceText | Mapping[str, str]],
    *,
    question: str | None = None,
    entailment: Entailment | None = None,
) -> Report:
    """Check any text against any passages, given as EvidenceText or as {"id", "text"}."""
    given = [
        item
        if isinstance(item, EvidenceText)
        else EvidenceText(id=str(item["id"]), text=item["text"])
        for item in passages
    ]
    return Checker(entailment).check(text, given, question=question)
