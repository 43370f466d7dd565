"""The report over all claims of a text: citation recall, precision and F1 as in ALCE."""

from __future__ import annotations

from collections.abc import Sequence

from medrag.attribution.verdicts import Claim, Report

_FAILED = ("partial", "contradicted", "unsupported", "uncited")


def report(
    text: str,
    claims: Sequence[Claim],
    useful: Sequence[int],
    unresolved: Sequence[int],
    verified_by: str,
) -> Report:
    """The report.

    Args:
        useful: For each claim, how many of its citations matter.
        unresolved: Marker numbers that name no passage; each is a citation that does not matter.
        verified_by: Name of the tier; what was run on each claim stands on the claim.
    """
    stated = [claim for claim in claims if claim.verdict != "not_a_claim"]
    recall = _share(sum(claim.verdict == "supported" for claim in stated), len(stated))
    cited = sum(len(claim.citations) for claim in stated) + len(unresolved)
    precision = _share(sum(useful), cited)
    f1 = None
    if recall is not None and precision is not None:
        f1 = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    tiers = {claim.verified_by for claim in stated} or {verified_by}
    return Report(
        text=text,
        claims=tuple(claims),
        citation_recall=recall,
        citation_precision=precision,
        citation_f1=f1,
        unsupported_rate=_share(sum(claim.verdict in _FAILED for claim in stated), len(stated)),
        contradicted_rate=_share(
            sum(claim.verdict == "contradicted" for claim in stated), len(stated)
        ),
        verified_by=min(tiers, key=len),
        unresolved=tuple(unresolved),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
