"""Checker: every claim of a text against the passages that it cites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medrag.attribution import claims as statements
from medrag.attribution.claims import Statement
from medrag.attribution.entailment import Entailment, Judgement, Pair
from medrag.attribution.entailment.lexical import Lexical
from medrag.attribution.facts import read
from medrag.attribution.verdicts import Claim, Difference, Evidence, EvidenceText, Report, Verdict

_ACCEPT = 0.85
_REJECT = 0.5
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
            replace(case, statement=replace(case.statement, kind="claim")) for case in cases
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
            self._claim(text, case, judgement, passages)
            for case, judgement in zip(cases, judged, strict=True)
        ]

    def _claim(
        self, text: str, case: _Case, judgement: Judgement, passages: Sequence[EvidenceText]
    ) -> Claim:
        statement = case.statement
        verdict: Verdict
        differences: tuple[Difference, ...] = ()
        review = False
        evidence = tuple(
            Evidence(
                passage_id=passages[case.cited[quote.premise]].id,
                start=quote.span.start,
                end=quote.span.end,
                quote=passages[case.cited[quote.premise]].text[quote.span.start : quote.span.end],
            )
            for quote in judgement.quotes
        )
        if statement.kind != "claim":
            verdict, evidence = "not_a_claim", ()
        elif not case.cited:
            verdict, evidence = "uncited", ()
        elif judgement.entailment == 1.0 and judgement.quotes and _verbatim(statement, evidence):
            verdict = "supported"
        else:
            differences = _differences(statement, evidence)
            if differences:
                verdict = "contradicted" if judgement.entailment >= _ACCEPT else "unsupported"
            elif judgement.entailment >= _ACCEPT:
                verdict = "supported"
            else:
                verdict = "partial" if judgement.entailment >= _REJECT else "unsupported"
                review = judgement.entailment >= _REJECT
        return Claim(
            text=text[statement.start : statement.end],
            start=statement.start,
            end=statement.end,
            citations=case.numbers,
            verdict=verdict,
            needs_review=review,
            score=round(judgement.entailment, 4) if case.cited else 0.0,
            verified_by=self.entailment.name,
            differences=differences,
            evidence=evidence,
        )


def _verbatim(statement: Statement, evidence: Sequence[Evidence]) -> bool:
    written = "".join(statement.plain.split())
    return any(written in "".join(piece.quote.split()) for piece in evidence)


def _differences(statement: Statement, evidence: Sequence[Evidence]) -> tuple[Difference, ...]:
    claimed = read(statement.plain)
    held = [read(piece.quote) for piece in evidence]
    amounts = [quantity for facts in held for quantity in facts.quantities]
    found = []
    for quantity in claimed.quantities:
        same = [other for other in amounts if quantity.same_value(other)]
        if any(other.comparator == quantity.comparator for other in same):
            continue
        nearest = next(iter(same), None) or next(
            (other for other in amounts if other.dimension == quantity.dimension), None
        )
        found.append(
            Difference(
                kind="comparator" if same else "number",
                claim=quantity.text,
                evidence=nearest.text if nearest else "",
                start=statement.start + quantity.start,
                end=statement.start + quantity.end,
            )
        )
    if held and claimed.negations % 2 != held[0].negations % 2:
        found.append(
            Difference(
                kind="negation", claim=statement.plain.strip(), evidence=held[0].text.strip()
            )
        )
    return tuple(found)


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
