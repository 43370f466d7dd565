"""Fits the model of attribution/decision.py and writes medrag/attribution/weights.json.

    python benchmarks/attribution/learn.py [--write]

Recipe: every statement of the development claims with its features; a logistic regression with an L2
penalty on standardised features, in which no finding and no missing name may speak for a claim
(projected accelerated gradient from zero). Sets weigh alike whatever their size, in the shares of
SHARES, and so do supported and unsupported claims within one. Cross-validation leaves whole passages
out, so that no passage is both learned from and measured on; thresholds are chosen on those
held-out chances: the lowest acceptance at which at most RISK of the hand-written unsupported claims
pass, and the rejection at which at most ALARMS of the supported claims by people are rejected.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sets import SETS, Absent

from medrag.attribution import differences
from medrag.attribution.checker import Checker
from medrag.attribution.decision import WEIGHTS
from medrag.attribution.features import FAMILIES, MISSING, NAMES, copied, features
from medrag.evaluation import attribution
from medrag.evaluation.attribution import LabelledClaim

SHARES = {
    "generated-dev": 0.25, "handwritten-dev": 0.2, "handwritten-dev2": 0.2, "handwritten-dev3": 0.25, "JHARS": 0.1,
}  # fmt: skip
HANDWRITTEN = ("handwritten-dev", "handwritten-dev2", "handwritten-dev3")
FOLDS, PENALTY, STEPS = 8, 0.002, 1500
RISK, ALARMS = 0.09, 0.045
_AGAINST = np.array(
    [n in MISSING or any(n.startswith(f"{family}_") for family in FAMILIES) for n in NAMES]
)

Floats = NDArray[np.float64]


class Example(NamedTuple):
    """A labelled claim, with the features of each of its statements that is no quotation."""

    source: str
    passage: str
    kind: str
    supported: bool
    rows: tuple[tuple[float, ...], ...]
    firm: bool


class Thresholds(NamedTuple):
    accept: float
    reject: float


def examples() -> Iterator[Example]:
    for name in SHARES:
        try:
            lines = SETS[name]()
        except Absent as absent:
            raise SystemExit(f"{name} is needed: {absent}") from None
        for line in lines:
            yield _example(name, attribution.parse(line))


def _example(name: str, item: LabelledClaim) -> Example:
    rows = []
    firm = False
    for alignment in Checker().alignments(item.claim, item.passages):
        findings = tuple(differences.find(alignment))
        firm |= any(finding.firm for finding in findings)
        rows.append(features(alignment, findings))
    passage = hashlib.sha256(item.passages[0].text.encode()).hexdigest() if item.passages else ""
    return Example(name, passage, item.kind, item.supported, tuple(rows), firm)


class Design(NamedTuple):
    """All statements as a matrix: what is fitted, and which claim each row belongs to."""

    matrix: Floats
    target: Floats
    weight: Floats
    owner: NDArray[np.int64]


def design(data: Sequence[Example]) -> Design:
    counts: dict[tuple[str, bool], int] = {}
    for example in data:
        key = (example.source, example.supported)
        counts[key] = counts.get(key, 0) + bool(example.rows)
    matrix, target, weight, owner = [], [], [], []
    for number, example in enumerate(data):
        for row in example.rows:
            matrix.append(row)
            target.append(float(example.supported))
            half = max(counts[example.source, example.supported], 100)
            weight.append(SHARES[example.source] / 2 / half / len(example.rows))
            owner.append(number)
    return Design(np.asarray(matrix), np.asarray(target), np.asarray(weight), np.asarray(owner))


def fit(data: Design) -> Floats:
    """Weights and, last, the intercept, for features as they are."""
    scale = data.matrix.std(axis=0) + 1e-9
    inputs = np.column_stack([data.matrix / scale, np.ones(len(data.matrix))])
    share = data.weight / data.weight.sum()
    step = 4 / np.linalg.eigvalsh((inputs * share[:, None]).T @ inputs)[-1]
    free = np.append(~_AGAINST, True)
    penalty = np.append(np.full(len(NAMES), PENALTY), 0.0)
    weights = np.zeros(inputs.shape[1])
    ahead, momentum = weights, 1.0
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-inputs @ ahead))
        gradient = inputs.T @ (share * (chance - data.target)) + penalty * ahead
        moved = ahead - step * gradient
        moved = np.where(free, moved, np.minimum(moved, 0.0))
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = moved + (momentum - 1) / following * (moved - weights)
        weights, momentum = moved, following
    return np.append(weights[:-1] / scale, weights[-1])


def chances(data: Design, fitted: Floats, claims: int) -> Floats:
    """Of each claim, that of its least likely statement; a quotation is certain."""
    found = np.ones(claims)
    odds = np.clip(data.matrix @ fitted[:-1] + fitted[-1], -50, 50)
    np.minimum.at(found, data.owner, 1 / (1 + np.exp(-odds)))
    return found


def cross_validated(data: Sequence[Example]) -> Floats:
    """The chance of each claim under a model that has not seen its passage."""
    passages = sorted(
        {example.passage for example in data}
    )  # hashes: in no order that means anything
    fold_of = {passage: number % FOLDS for number, passage in enumerate(passages)}
    folds = np.array([fold_of[example.passage] for example in data])
    whole = design(data)
    found = np.ones(len(data))
    for fold in range(FOLDS):
        kept = folds[whole.owner] != fold
        part = Design(*(column[kept] for column in whole))
        found = np.where(folds == fold, chances(whole, fit(part), len(data)), found)
    return found


def thresholds(data: Sequence[Example], chance: Floats) -> Thresholds:
    hand = np.array([example.source in HANDWRITTEN for example in data])
    real = hand | np.array([example.source == "JHARS" for example in data])
    right = np.array([example.supported for example in data])
    firm = np.array([example.firm for example in data])
    wrong = hand & ~right
    passing = np.sort(np.where(firm, -1.0, chance)[wrong])[::-1]
    accept = float(passing[int(RISK * wrong.sum())]) + 1e-4
    good = real & right
    alarmed = np.where(firm & (chance < accept), 0.0, chance)[good]
    reject = min(float(np.sort(alarmed)[int(ALARMS * good.sum())]), accept / 2)
    return Thresholds(round(accept, 3), round(reject, 3))


def rates(data: Sequence[Example], chance: Floats, limits: Thresholds) -> dict[str, Any]:
    """The outcomes of each set, as shares."""
    firm = np.array([example.firm for example in data])
    rejected = chance < np.where(firm, limits.accept, limits.reject)
    plain = np.array([bool(e.rows) and all(map(copied, e.rows)) for e in data])
    rejected &= ~plain
    accepted = plain | (~rejected & ~firm & (chance >= limits.accept))
    found = {}
    for name in SHARES:
        own = np.array([example.source == name for example in data])
        right = own & np.array([example.supported for example in data])
        wrong = own & ~right
        found[name] = {
            "unsupported rejected": round(float(rejected[wrong].mean()), 3),
            "unsupported passed": round(float(accepted[wrong].mean()), 3),
            "supported rejected": round(float(rejected[right].mean()), 3),
            "supported escalated": round(float((~rejected & ~accepted)[right].mean()), 3),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="replace the weights that ship")
    arguments = parser.parse_args()
    data = list(examples())
    held_out = cross_validated(data)
    limits = thresholds(data, held_out)
    fitted = fit(design(data))
    result = {
        "version": "2026-11-22",
        "recipe": "python benchmarks/attribution/learn.py --write",
        "claims": {name: sum(example.source == name for example in data) for name in SHARES},
        "cross-validated": rates(data, held_out, limits),
        "thresholds": limits._asdict(),
        "intercept": round(float(fitted[-1]), 4),
        "features": list(NAMES),
        "weights": [round(float(weight), 4) for weight in fitted[:-1]],
    }
    print(json.dumps({**result, "features": None, "weights": None}, indent=1))
    for name, weight in zip(NAMES, result["weights"], strict=True):
        print(f"{weight:9.3f}  {name}")
    if arguments.write:
        WEIGHTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
