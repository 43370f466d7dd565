"""The plot of the table: quality against the CPU time of a question; labels are English."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from medrag.evaluation.metrics import percentile

if TYPE_CHECKING:
    from run import Run

# medrag, equal text, as the docs show: told apart without colour too.
_LOOKS = {
    "shipped": {"marker": "*", "s": 190, "color": "#b2182b"},
    "passages": {"marker": "o", "s": 40, "color": "#2166ac"},
    "paragraphs": {"marker": "s", "s": 34, "color": "#2166ac"},
    "docs": {"marker": "o", "s": 40, "facecolors": "none", "edgecolors": "#2166ac"},
}
_LABELS = {
    "shipped": "medrag (quality: weights cross-validated)",
    "passages": "peer, given medrag's passages and tokens",
    "paragraphs": "the same, paragraphs uncut",
    "docs": "peer, as its docs show",
}
_WORST = 0.8


def plot(runs: Sequence[Run], measure: str, path: Path) -> None:
    """Write the plot of all runs that did not fail; the weakest stand on its left edge."""
    validated = next(
        (r.mean(measure) for r in runs if r.variant == "cross-validated" and r.found), 0
    )
    style = {
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        # Letters as outlines: the same on every machine. No random ids: the same file each time.
        "svg.fonttype": "path",
        "svg.hashsalt": "medrag",
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(8, 5), layout="constrained", dpi=110)
        axes = figure.subplots()
        axes.set_yscale("log")
        told = set()
        placed: list[tuple[float, float]] = []
        for run in runs:
            variant = run.variant.removesuffix("-tuned")
            if run.found is None or run.found["query_ms"] is None:
                continue
            quality = validated if run.system == "medrag" and validated else run.mean(measure)
            p50 = percentile(run.found["query_ms"], 0.5)
            place = max(quality, _WORST)
            label = None if variant in told else _LABELS[variant]
            told.add(variant)
            axes.scatter(place, p50, label=label, **_LOOKS[variant])  # type: ignore[arg-type]
            note = run.name.split()[0]
            note += ", k1 .6" if variant != run.variant else ""
            note += f" ({quality:.3f})" if quality < _WORST else ""
            # Of two that all but coincide, one name goes below, the other higher.
            beside = [y for x, y in placed if abs(x - place) < 0.01 and 0.7 < y / p50 < 1.4]
            placed.append((place, p50))
            offset = (6, 4 if not beside else -9 if beside[0] > p50 else 11)
            axes.annotate(note, (place, p50), xytext=offset, textcoords="offset points", fontsize=8)
        axes.set(xlabel=measure, ylabel="CPU ms of a question, p50")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
        axes.set_xlim(_WORST - 0.005, 1)
        figure.legend(frameon=False, loc="outside upper center", ncols=2)
        figure.savefig(path, metadata={"Date": None})
