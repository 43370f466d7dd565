"""Figures of an evaluation, with matplotlib; labels are English, so any font will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from medrag.evaluation.selection import OperatingPoint

_COLOURS = {"rejected": "#b2182b", "escalated": "#fdae61", "accepted": "#2166ac"}


def attribution(
    curves: Mapping[str, Sequence[OperatingPoint]], by_kind: Mapping[str, Mapping[str, Any]]
) -> Figure:
    """Risk against coverage on the left; on the right, the outcomes of each kind of claim.

    Args:
        curves: Name of a set or a checker to its operating points.
        by_kind: As in the result of `medrag.evaluation.attribution.evaluate`.
    """
    # A figure of its own, not pyplot's: nothing global is left behind and no display is needed.
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(13, max(5.0, 0.2 * len(by_kind) + 1.5)), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.2))
        risk_coverage(left, curves)
        outcomes(right, by_kind)
    return figure


def risk_coverage(axes: Axes, curves: Mapping[str, Sequence[OperatingPoint]]) -> None:
    """Draw risk against coverage, one line a curve."""
    for name, points in curves.items():
        axes.plot(
            [point.coverage for point in points],
            [point.risk for point in points],
            label=name,
            drawstyle="steps-post",
        )
    axes.set(xlabel="coverage (share of claims passed)", ylabel="risk (unsupported among passed)")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)


def outcomes(axes: Axes, by_kind: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw, for each kind, how much was accepted, escalated and rejected."""
    kinds = sorted(
        by_kind,
        key=lambda kind: (by_kind[kind]["label"], by_kind[kind]["accepted"]["value"] or 0.0),
    )
    begin = [0.0] * len(kinds)
    for outcome, colour in _COLOURS.items():
        shares = [float(by_kind[kind][outcome]["value"] or 0.0) for kind in kinds]
        axes.barh(range(len(kinds)), shares, left=begin, color=colour, label=outcome)
        begin = [start + share for start, share in zip(begin, shares, strict=True)]
    labels = [
        f"{kind} ({by_kind[kind]['label']}, n={by_kind[kind]['accepted']['n']})" for kind in kinds
    ]
    axes.set_yticks(range(len(kinds)), labels)
    axes.set(xlim=(0, 1), xlabel="share of claims")
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.06), ncols=3)
