"""A draft, its evidence and its report become an Answer, in one place for every surface."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from medrag.answer.labels import NEAREST_SHOWN, READINGS
from medrag.answer.record import Answer, Citation, Provenance, Status
from medrag.attribution.verdicts import Claim, Evidence, Report
from medrag.documents.rights import quotable
from medrag.errors import Notice
from medrag.generation.draft import Draft
from medrag.generation.language import Language, language_of, notice
from medrag.retrieval.retriever import Hit

_UNKNOWN: Mapping[str, Sequence[Notice]] = MappingProxyType({})


def compose(
    *,
    question: str,
    hits: Sequence[Hit],
    draft: Draft,
    report: Report,
    provenance: Provenance,
    timings: Mapping[str, float],
    notices: Sequence[Notice] = (),
    read: Mapping[str, Sequence[Notice]] = _UNKNOWN,
) -> Answer:
    """The Answer for a checked draft.

    Args:
        report: Of `report.text`, checked against the hits as passages "1" to "k", in order;
            that text differs from the draft's when claims were repaired.
        notices: Reservations from before the draft, for example a fallback.
        read: How the documents of the hits were read, by id: what their parsers were not sure of.
    """
    claims = tuple(in_document(claim, hits) for claim in report.claims)
    if draft.abstained:
        # 「資料からは回答できない」 says something of the evidence, and none of it can be cited for it.
        claims = tuple(
            replace(claim, verdict="not_a_claim") if claim.verdict == "uncited" else claim
            for claim in claims
        )
    citations = tuple(_citations(claims, hits))
    status = _status(draft, claims)
    language = language_of(question)
    return Answer(
        id=_identity(question, report.text, provenance),
        question=question,
        status=status,
        text=report.text,
        raw_text=draft.text,
        claims=claims,
        citations=citations,
        hits=tuple(hits),
        warnings=(
            *notices,
            *draft.notices,
            *_reservations(report, claims, citations, status, language),
            *(() if hits else (notice("no_hits", language),)),
            *_readings(citations, hits if status == "abstained" else (), read),
        ),
        mode=draft.mode,
        provenance=provenance,
        reasoning=draft.reasoning,
        usage=draft.usage,
        timings=timings,
        verified_by=report.verified_by,
    )


def in_document(claim: Claim, hits: Sequence[Hit]) -> Claim:
    """The claim with its evidence in the documents' code points instead of the passages'.

    Args:
        hits: The passages that it was checked against, as "1" to "k", in order.
    """
    placed = []
    for piece in claim.evidence:
        hit = hits[int(piece.passage_id) - 1]
        passage = hit.passage
        quote = quotable(piece.quote, hit.quote_limit)
        placed.append(
            Evidence(
                passage_id=passage.id,
                start=passage.start + piece.start,
                end=passage.start + piece.start + len(quote),
                quote=quote,
            )
        )
    return replace(claim, evidence=tuple(placed))


def _citations(claims: Sequence[Claim], hits: Sequence[Hit]) -> Iterator[Citation]:
    """One citation a number, in the order of first mention, quoting what its claims rest on."""
    numbers = dict.fromkeys(number for claim in claims for number in claim.citations)
    for number in numbers:
        hit = hits[number - 1]
        passage = hit.passage
        rests_on = [
            piece
            for claim in claims
            if number in claim.citations
            for piece in claim.evidence
            if piece.passage_id == passage.id
        ]
        start = min((piece.start for piece in rests_on), default=passage.start)
        end = max((piece.end for piece in rests_on), default=passage.end)
        resting = passage.text[start - passage.start : end - passage.start]
        end = start + len(quotable(resting, hit.quote_limit))
        yield Citation(
            number=number,
            passage_id=passage.id,
            document_id=passage.document_id,
            title=hit.title,
            society=hit.society,
            edition=hit.edition,
            edition_status=hit.edition_status,
            published=hit.published,
            section=passage.section,
            kind=passage.kind,
            page=passage.page,
            quote=passage.text[start - passage.start : end - passage.start],
            start=start,
            end=end,
            strength=passage.strength,
            certainty=passage.certainty,
            url=hit.url,
        )


def _status(draft: Draft, claims: Sequence[Claim]) -> Status:
    if draft.abstained:
        return "abstained"
    stated = [claim for claim in claims if claim.verdict != "not_a_claim"]
    if not stated:
        return "abstained"
    if all(claim.verdict == "supported" and not claim.needs_review for claim in stated):
        return "answered"
    return "partial"


def _reservations(
    report: Report,
    claims: Sequence[Claim],
    citations: Sequence[Citation],
    status: Status,
    language: Language,
) -> Iterator[Notice]:
    for number in report.unresolved:
        yield notice("unresolved_marker", language, number=number)
    for citation in citations:
        if citation.edition_status == "superseded":
            edition = f"（{citation.edition}）" if citation.edition else ""
            title = f"{citation.title}{edition}"
            yield notice("superseded_edition", language, number=citation.number, title=title)
    failed = [
        claim for claim in claims if claim.verdict in ("partial", "contradicted", "unsupported")
    ]
    if failed:
        yield notice("unverified_claims", language, count=len(failed))
    if any(claim.verdict == "uncited" for claim in claims):
        yield notice("uncited_claims", language)
    if any(claim.needs_review for claim in claims):
        yield notice("needs_review", language)
    if status == "abstained":
        yield notice("abstained", language)


def _readings(
    citations: Sequence[Citation], hits: Sequence[Hit], read: Mapping[str, Sequence[Notice]]
) -> Iterator[Notice]:
    """What was not read well of the documents that are cited, or are shown as the nearest."""
    shown = {
        **{hit.passage.document_id: hit.title for hit in hits[:NEAREST_SHOWN]},
        **{citation.document_id: citation.title for citation in citations},
    }
    for identifier, title in shown.items():
        for code in dict.fromkeys(note.code for note in read.get(identifier, ())):
            if code in READINGS:
                yield Notice(code=code, message=f"「{title}」: {READINGS[code]}")


def _identity(question: str, text: str, provenance: Provenance) -> str:
    """Equal inputs give an equal id: it names what was answered, not when."""
    facts = (question, text, provenance.index_generation, str(provenance.prompt_sha256))
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:16]
