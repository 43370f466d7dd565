"""Risk against coverage: what is wrong among the claims that a checker lets pass, and how many it passes.

A checker may pass only what it is sure of. Claims are ranked by how sure it is, and each prefix of that
ranking is a possible operating point: its coverage is the share of all claims that pass, its risk the
share of unsupported ones among them (El-Yaniv and Wiener, 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from medrag.evaluation.attribution import Checked

_RANK = {"accepted": 2, "escalated": 1, "rejected": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """Passing the `passed` claims that the checker is surest of.

    Attributes:
        coverage: Share of all claims that pass, 0 to 1.
        risk: Share of unsupported claims among those that pass, 0 to 1.
    """

    passed: int
    coverage: float
    risk: float


def risk_coverage(checked: Sequence[Checked]) -> tuple[OperatingPoint, ...]:
    """The operating points in order of coverage; claims that rank alike pass together.

    What is accepted ranks before what is escalated, and that before what is rejected; within these
    the score decides.
    """
    ranked = sorted(checked, key=_sureness, reverse=True)
    points = []
    wrong = 0
    for position, result in enumerate(ranked, start=1):
        wrong += not result.item.supported
        last = position == len(ranked)
        if last or _sureness(ranked[position]) != _sureness(result):
            points.append(
                OperatingPoint(
                    passed=position, coverage=position / len(ranked), risk=wrong / position
                )
            )
    return tuple(points)


def area(points: Sequence[OperatingPoint]) -> float:
    """The area under risk against coverage: 0 when every supported claim ranks first and all are."""
    if not points:
        return 0.0
    first = points[0]
    total = first.coverage * first.risk
    return total + sum(
        (after.coverage - before.coverage) * (before.risk + after.risk) / 2
        for before, after in pairwise(points)
    )


def _sureness(result: Checked) -> tuple[int, float]:
    return _RANK[result.outcome], result.score
