"""The attribution benchmark makes its tables, and its fit decides as the checker that ships does."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from medrag.attribution.checker import Checker
from medrag.attribution.decision import model
from medrag.evaluation import attribution

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "benchmarks" / "attribution"


@pytest.fixture
def program(monkeypatch):
    """Imports a module of the benchmark, as its programs do."""
    monkeypatch.syspath_prepend(str(FOLDER))
    names = ("sets", "examples", "learn")
    yield importlib.import_module
    for name in names:
        sys.modules.pop(name, None)


def test_each_tier_on_and_off_risk_against_coverage_and_kinds():
    command = [sys.executable, str(FOLDER / "run.py"), "--set", "handwritten-dev", "--limit", "6"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    for tiers in ("critical facts + lexical", "lexical alone", "critical facts alone"):
        assert done.stdout.count(f"| handwritten-dev | {tiers} |") == 2
    assert "| 10% | 20% |" in done.stdout
    assert "| kind | n | rejected | escalated | accepted |" in done.stdout


def test_the_fit_decides_as_the_checker_does(program):
    sets, examples, learn = program("sets"), program("examples"), program("learn")
    checker = Checker()
    items = [attribution.parse(line) for line in sets.SETS["handwritten-dev"]()[::9]]
    data = learn.table(
        [
            examples.Example(
                source="handwritten-dev",
                passage="",
                kind=item.kind,
                supported=item.supported,
                rows=tuple(examples._rows(item, checker)),
            )
            for item in items
        ]
    )
    shipped = model()
    fitted = np.array([*shipped.weights, shipped.intercept])
    limits = learn.Thresholds(shipped.accept, shipped.reject, shipped.contradict)
    found = learn.outcomes(data, learn.chances(data, fitted), limits)
    names = {
        learn.REJECTED: "rejected",
        learn.ESCALATED: "escalated",
        learn.ACCEPTED: "accepted",
    }
    expected = list(attribution.run(items, checker))
    assert [names[code] for code in found.outcome.tolist()] == [r.outcome for r in expected]
    contradicted = [r.verdict == "contradicted" and r.outcome == "rejected" for r in expected]
    assert found.contradicted.tolist() == contradicted


def test_a_set_that_is_not_here_says_so(program):
    sets = program("sets")
    with pytest.raises(sets.Absent, match="handwritten"):
        sets.handwritten("no-such-split")
