"""Evaluation of an attribution checker on labelled claims, by kind, with 95% intervals.

Three outcomes: accepted (supported, no review), rejected (partial, contradicted, unsupported, no
review), escalated (review). A checker that escalates everything catches everything, so what it
escalates among supported claims is counted beside what it rejects.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from medrag.attribution.checker import Checker
from medrag.attribution.verdicts import EvidenceText, Verdict
from medrag.errors import EvaluationError

Outcome = Literal["accepted", "rejected", "escalated"]
_Z = 1.959963984540054  # two-sided 95%
_LINE = (
    'a line holds {"claim", "passages": [{"id", "text"}], "label": "supported" or "unsupported", '
    '"kind"?}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledClaim:
    """One line of a claims file."""

    claim: str
    passages: tuple[EvidenceText, ...]
    supported: bool
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A labelled claim and what the checker made of it."""

    item: LabelledClaim
    outcome: Outcome
    verdict: Verdict
    score: float


def read_claims(path: Path) -> list[LabelledClaim]:
    """The claims of a JSON Lines file.

    Raises:
        EvaluationError: The file or a line is malformed, or there is none; `where` names it.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"cannot be read: {error}", where=str(path)) from None
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(parse(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise EvaluationError(
                    f"not a labelled claim: {error}", where=f"{path}:{number}", hint=_LINE
                ) from None
    if not found:
        raise EvaluationError("no claim in the file", where=str(path), hint=_LINE)
    return found


def parse(line: Mapping[str, Any]) -> LabelledClaim:
    """One line's object as a LabelledClaim.

    Raises:
        KeyError, TypeError, ValueError: It is not one.
    """
    label = line["label"]
    if label not in ("supported", "unsupported"):
        raise ValueError(f"label {label!r} is neither supported nor unsupported")
    if not isinstance(line["claim"], str):
        raise TypeError("claim is not a string")
    passages = tuple(
        EvidenceText(id=str(passage["id"]), text=passage["text"]) for passage in line["passages"]
    )
    if not all(isinstance(passage.text, str) for passage in passages):
        raise TypeError("a passage's text is not a string")
    return LabelledClaim(
        claim=line["claim"],
        passages=passages,
        supported=label == "supported",
        kind=str(line.get("kind") or label),
    )


def evaluate(
    lines: Iterable[LabelledClaim | Mapping[str, Any]], *, checker: Checker | None = None
) -> dict[str, Any]:
    """Detection, escalation and false alarms over labelled claims, in the form of `medrag eval`.

    A claim without markers is checked against all of its passages together.
    """
    checker = checker if checker is not None else Checker()
    items = [line if isinstance(line, LabelledClaim) else parse(line) for line in lines]
    begun = time.perf_counter()
    checked = list(run(items, checker))
    seconds = time.perf_counter() - begun
    return {
        "n": len(items),
        **rates(checked),
        "by_kind": {
            kind: _kind_rates([result for result in checked if result.item.kind == kind])
            for kind in dict.fromkeys(item.kind for item in items)
        },
        "claims_per_second": round(len(items) / seconds, 1) if seconds else None,
        "verified_by": checker.entailment.name,
    }


def run(items: Iterable[LabelledClaim], checker: Checker) -> Iterator[Checked]:
    """Each claim with its outcome, in order."""
    for item in items:
        verdict = checker.judge(item.claim, item.passages)
        outcome: Outcome = (
            "escalated"
            if verdict.needs_review
            else "accepted"
            if verdict.verdict in ("supported", "not_a_claim")
            else "rejected"
        )
        yield Checked(item=item, outcome=outcome, verdict=verdict.verdict, score=verdict.score)


def interval(successes: int, n: int) -> dict[str, float | int | None]:
    """A proportion with its 95% Wilson score interval (Wilson, 1927)."""
    if n == 0:
        return {"value": None, "low": None, "high": None, "n": 0}
    p = successes / n
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return {
        "value": round(p, 4),
        "low": round(max(0.0, centre - half), 4),
        "high": round(min(1.0, centre + half), 4),
        "n": n,
    }


def rates(checked: Sequence[Checked]) -> dict[str, Any]:
    """Detection, false alarms and escalation of checked claims, with 95% intervals."""
    wrong = [result for result in checked if not result.item.supported]
    right = [result for result in checked if result.item.supported]
    return {
        "detection": _share(wrong, "rejected"),
        "escalated_unsupported": _share(wrong, "escalated"),
        "false_alarms": _share(right, "rejected"),
        "escalated_supported": _share(right, "escalated"),
        "false_contradicted": interval(
            sum(r.verdict == "contradicted" and r.outcome == "rejected" for r in right), len(right)
        ),
    }


def _kind_rates(checked: Sequence[Checked]) -> dict[str, Any]:
    return {
        "label": "supported" if checked[0].item.supported else "unsupported",
        **{outcome: _share(checked, outcome) for outcome in ("accepted", "rejected", "escalated")},
    }


def _share(checked: Sequence[Checked], outcome: Outcome | str) -> dict[str, float | int | None]:
    return interval(sum(result.outcome == outcome for result in checked), len(checked))
