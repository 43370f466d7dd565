"""The figure of an evaluation shows every curve, kind and outcome."""

import pytest

from medrag.evaluation.selection import OperatingPoint

plots = pytest.importorskip(
    "medrag.evaluation.plots", reason="needs matplotlib: pip install 'medrag[plots]'"
)


def test_each_set_has_a_curve_and_each_kind_a_bar_of_three_parts() -> None:
    curve = (
        OperatingPoint(passed=1, coverage=0.5, risk=0.0),
        OperatingPoint(passed=2, coverage=1.0, risk=0.5),
    )
    rates = {
        outcome: {"value": value, "low": 0.0, "high": 1.0, "n": 4}
        for outcome, value in (("rejected", 0.25), ("escalated", 0.25), ("accepted", 0.5))
    }
    by_kind = {
        "number": {"label": "unsupported", **rates},
        "verbatim": {"label": "supported", **rates},
    }
    left, right = plots.attribution({"generated": curve}, by_kind).axes
    assert [line.get_label() for line in left.get_lines()] == ["generated"]
    assert list(left.get_lines()[0].get_ydata()) == [0.0, 0.5]
    assert len(right.patches) == 2 * 3
    assert [label.get_text() for label in right.get_yticklabels()] == [
        "verbatim (supported, n=4)",
        "number (unsupported, n=4)",
    ]
