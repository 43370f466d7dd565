"""Risk against coverage, computed by hand."""

import pytest

from medrag.evaluation.attribution import Checked, LabelledClaim, Outcome
from medrag.evaluation.selection import OperatingPoint, area, risk_coverage


def checked(*, supported: bool, outcome: Outcome, score: float) -> Checked:
    item = LabelledClaim(claim="減塩を勧める。", passages=(), supported=supported, kind="number")
    return Checked(item=item, outcome=outcome, verdict="supported", score=score)


def test_what_is_surer_passes_first() -> None:
    points = risk_coverage(
        [
            checked(supported=False, outcome="rejected", score=0.9),
            checked(supported=True, outcome="accepted", score=0.8),
            checked(supported=False, outcome="accepted", score=0.7),
            checked(supported=True, outcome="escalated", score=0.6),
        ]
    )
    assert points == (
        OperatingPoint(passed=1, coverage=0.25, risk=0.0),
        OperatingPoint(passed=2, coverage=0.5, risk=0.5),
        OperatingPoint(passed=3, coverage=0.75, risk=1 / 3),
        OperatingPoint(passed=4, coverage=1.0, risk=0.5),
    )


def test_claims_that_rank_alike_pass_together() -> None:
    alike = [
        checked(supported=supported, outcome="accepted", score=1.0) for supported in (True, False)
    ]
    assert risk_coverage(alike) == (OperatingPoint(passed=2, coverage=1.0, risk=0.5),)


def test_the_area_is_that_under_the_line() -> None:
    points = (
        OperatingPoint(passed=1, coverage=0.5, risk=0.0),
        OperatingPoint(passed=2, coverage=1.0, risk=0.4),
    )
    assert area(points) == pytest.approx(0.1)


def test_nothing_checked_has_no_point_and_no_area() -> None:
    assert risk_coverage([]) == ()
    assert area([]) == 0.0
