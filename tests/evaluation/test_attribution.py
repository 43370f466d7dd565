"""Detection, false alarms and escalation, with intervals computable by hand."""

import pytest

from medrag.errors import EvaluationError
from medrag.evaluation.attribution import evaluate, interval, read_claims

PASSAGE = [{"id": "1", "text": "妊婦にはARBを投与しない。"}]
RIGHT = {
    "claim": "妊婦にはARBを投与しない。",
    "passages": PASSAGE,
    "label": "supported",
    "kind": "verbatim",
}
WRONG = {
    "claim": "妊婦にはARBを投与する。",
    "passages": PASSAGE,
    "label": "unsupported",
    "kind": "negation",
}


def test_rates_and_kinds():
    result = evaluate([RIGHT, RIGHT, WRONG])
    assert result["n"] == 3
    assert (result["detection"]["value"], result["detection"]["n"]) == (1.0, 1)
    assert (result["false_alarms"]["value"], result["false_alarms"]["n"]) == (0.0, 2)
    assert result["by_kind"]["verbatim"]["accepted"]["value"] == 1.0
    assert result["by_kind"]["negation"]["label"] == "unsupported"
    assert result["verified_by"] == "lexical"


def test_wilson_interval():
    # Wilson (1927) for 8 of 10: 0.4902 to 0.9433.
    assert interval(8, 10) == {"value": 0.8, "low": 0.4902, "high": 0.9433, "n": 10}
    assert interval(0, 0) == {"value": None, "low": None, "high": None, "n": 0}


def test_a_malformed_line_is_named(tmp_path):
    path = tmp_path / "claims.jsonl"
    path.write_text(
        '{"claim": "x", "passages": [], "label": "supported"}\n{"claim": "x"}\n', "utf-8"
    )
    with pytest.raises(EvaluationError, match=r"claims\.jsonl:2"):
        read_claims(path)


@pytest.mark.parametrize("content", ["", "\n  \n"])
def test_a_file_without_claims_measures_nothing_and_says_so(tmp_path, content):
    path = tmp_path / "claims.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(EvaluationError, match="no claim") as raised:
        read_claims(path)
    assert str(path) in str(raised.value)
    assert '"label"' in str(raised.value)
