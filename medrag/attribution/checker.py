"""Checker: every claim of a text against the passages that it cites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medrag.attribution import claims as statements
from medrag.attribution import differences
from medrag.attribution.alignment import align
from medrag.attribution.claims import Statement
from medrag.attribution.differences import Finding
from medrag.attribution.entailment import Entailment, Judgement, Pair
from medrag.attribution.entailment.lexical import Lexical
from medrag.attribution.evidence import analyse, squeezed
from medrag.attribution.facts import Reading, read
from medrag.attribution.verdicts import Claim, Difference, Evidence, EvidenceText, Report, Verdict
from medrag.japanese.normalize import Span

_ACCEPT = 0.8
_REJECT = 0.25
_PLACED = 0.5
_UNSURE = 0.6
_SEVERITY: dict[Verdict, int] = {
    "contradicted": 5, "unsupported": 4, "partial": 3, "uncited": 2, "supported": 1, "not_a_claim": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    statement: Statement
    cited: tuple[int, ...]  # indices of passages
    numbers: tuple[int, ...]


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
        """
        cases, unresolved = _cases(text, passages)
        found = self._claims(text, cases, passages, question)
        return _report(text, found, unresolved, self.entailment.name)

    def judge(
        self, claim: str, passages: Sequence[EvidenceText], *, question: str | None = None
    ) -> Claim:
        """One verdict for all of `claim`; where it has no marker, it cites every passage.

        Of several statements the worst decides; what makes no claim is left out.
        """
        cases, _ = _cases(claim, passages)
        if not any(case.cited for case in cases):
            everything = tuple(range(len(passages)))
            cases = [replace(case, cited=everything) for case in cases]
        stated = [case for case in cases if case.statement.kind == "claim"] or [
            replace(case, statement=replace(case.statement, kind="claim"))
            for case in cases
            if case.statement.kind != "lead_in"
        ]
        found = self._claims(claim, stated, passages, question)
        if not found:
            return Claim(text=claim, start=0, end=len(claim), citations=(), verdict="not_a_claim")
        worst = max(found, key=lambda item: (not item.needs_review, _SEVERITY[item.verdict]))
        if all(item.verdict == "supported" for item in found):
            worst = max(found, key=lambda item: item.needs_review)
        elif worst.verdict == "supported":
            worst = next(item for item in found if item.verdict != "supported")
        return replace(
            worst,
            text=claim,
            start=0,
            end=len(claim),
            score=min(item.score for item in found),
            differences=tuple(piece for item in found for piece in item.differences),
            evidence=tuple(dict.fromkeys(piece for item in found for piece in item.evidence)),
        )

    def _claims(
        self,
        text: str,
        cases: Sequence[_Case],
        passages: Sequence[EvidenceText],
        question: str | None,
    ) -> list[Claim]:
        pairs = [
            Pair(
                hypothesis=case.statement.plain,
                premises=tuple(passages[position].text for position in case.cited),
                question=question,
            )
            for case in cases
        ]
        judged = self.entailment.judge(pairs)
        return [
            self._claim(text, case, judgement, passages, question)
            for case, judgement in zip(cases, judged, strict=True)
        ]

    def _claim(
        self,
        text: str,
        case: _Case,
        judgement: Judgement,
        passages: Sequence[EvidenceText],
        question: str | None,
    ) -> Claim:
        statement = case.statement
        claim = Claim(
            text=text[statement.start : statement.end],
            start=statement.start,
            end=statement.end,
            citations=case.numbers,
            verdict="not_a_claim" if statement.kind != "claim" else "uncited",
            verified_by=self.entailment.name,
        )
        if statement.kind != "claim" or not case.cited:
            return claim
        premises = [passages[position] for position in case.cited]
        reading = read(statement.plain)
        alignment = align(reading, [premise.text for premise in premises], question)
        quoted = _verbatim(reading, premises)
        if quoted is not None:
            return replace(claim, verdict="supported", score=1.0, evidence=(quoted,))
        findings = tuple(differences.find(alignment))
        verdict, review = _verdict(judgement.entailment, findings)
        return replace(
            claim,
            verdict=verdict,
            needs_review=review,
            score=round(judgement.entailment, 4),
            differences=tuple(_difference(finding, statement, reading) for finding in findings),
            evidence=tuple(
                _evidence(premises[quote.premise], quote.span) for quote in judgement.quotes
            ),
        )


def _verdict(entailment: float, findings: Sequence[Finding]) -> tuple[Verdict, bool]:
    """The verdict, and whether a person should look, from both tiers."""
    if entailment < _UNSURE and findings:
        # So little matches that a difference may be a paraphrase: a person should look.
        return ("unsupported", False) if entailment < _REJECT else ("partial", True)
    if any(finding.firm for finding in findings):
        placed = any(finding.firm and finding.same_place for finding in findings)
        return ("contradicted" if placed and entailment >= _PLACED else "unsupported"), False
    if entailment < _REJECT:
        return "unsupported", False
    if findings or entailment < _ACCEPT:
        return "partial", True
    return "supported", False


def _verbatim(reading: Reading, premises: Sequence[EvidenceText]) -> Evidence | None:
    """Where the claim stands word for word as a sentence or a table row of a premise."""
    wanted = squeezed(reading.text)
    for premise in premises:
        for unit in analyse(premise.text).units:
            if wanted and wanted == unit.verbatim:
                return _evidence(premise, Span(unit.start, unit.end))
    return None


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


def _cases(text: str, passages: Sequence[EvidenceText]) -> tuple[list[_Case], tuple[int, ...]]:
    """The statements with the passages they cite, and the marker numbers that name none."""
    index = _numbering(passages)
    cases = []
    unresolved: dict[int, None] = {}
    for statement in statements.split(text):
        numbers = tuple(number for number in statement.numbers if number in index)
        unresolved.update(dict.fromkeys(n for n in statement.numbers if n not in index))
        cited = tuple(dict.fromkeys(index[number] for number in numbers))
        cases.append(_Case(statement=statement, cited=cited, numbers=numbers))
    return cases, tuple(unresolved)


def _numbering(passages: Sequence[EvidenceText]) -> dict[int, int]:
    """Marker number to position in `passages`."""
    named = {
        int(passage.id): position
        for position, passage in enumerate(passages)
        if passage.id.isdecimal()
    }
    return named or {position + 1: position for position in range(len(passages))}


def _report(
    text: str,
    found: Sequence[Claim],
    unresolved: tuple[int, ...],
    verified_by: str,
) -> Report:
    stated = [claim for claim in found if claim.verdict != "not_a_claim"]
    supported = [claim for claim in stated if claim.verdict == "supported"]
    cited = sum(len(claim.citations) for claim in stated) + len(unresolved)
    useful = sum(len(claim.citations) for claim in supported)
    recall = len(supported) / len(stated) if stated else None
    precision = useful / cited if cited else None
    f1 = None
    if recall is not None and precision is not None:
        f1 = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    failed = [claim for claim in stated if claim.verdict != "supported"]
    contradicted = [claim for claim in stated if claim.verdict == "contradicted"]
    return Report(
        text=text,
        claims=tuple(found),
        citation_recall=recall,
        citation_precision=precision,
        citation_f1=f1,
        unsupported_rate=len(failed) / len(stated) if stated else None,
        contradicted_rate=len(contradicted) / len(stated) if stated else None,
        verified_by=verified_by,
        unresolved=unresolved,
    )


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
