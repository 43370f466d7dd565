"""The decision: what may speak for a claim, and what no chance outweighs."""

import json

import pytest

from medrag.attribution import differences
from medrag.attribution.alignment import align
from medrag.attribution.decision import WEIGHTS, decide, model, placed
from medrag.attribution.differences import Finding
from medrag.attribution.entailment import Judgement
from medrag.attribution.facts import read
from medrag.attribution.features import AGAINST, NAMES, copied, features
from medrag.errors import SettingsError

PASSAGE = "アムロジピンは1日1回2.5 mgから開始する。妊婦にはARBを投与しない。"
RIGHT = "妊婦にはARBを投与しない"
WRONG = "アムロジピンは1日1回5 mgから開始する"
YES = Judgement(entailment=0.95, contradiction=0.02)
NO = Judgement(entailment=0.03, contradiction=0.95)


def decided(claim: str, judgement: Judgement | None = None):
    alignment = align(read(claim), [PASSAGE])
    return decide(alignment, tuple(differences.find(alignment)), judgement)


def finding(*, firm: bool, same_place: bool, rest: float) -> Finding:
    return Finding(
        kind="number", claim="5", evidence="2.5", firm=firm, same_place=same_place, rest=rest
    )


def test_no_difference_speaks_for_a_claim():
    weights = dict(zip(NAMES, model().weights, strict=True))
    assert {name for name in AGAINST if weights[name] > 0} == set()


def test_what_is_rejected_is_less_likely_than_what_is_accepted():
    shipped = model()
    assert 0 < shipped.reject <= shipped.accept < 1
    assert 0 < shipped.contradict < 1


def test_over_a_firm_finding_no_claim_passes():
    alignment = align(read(RIGHT), [PASSAGE])
    decision = decide(alignment, [finding(firm=True, same_place=False, rest=1.0)], None)
    assert decision.verdict != "supported"


def test_contradiction_needs_another_value_in_the_same_place():
    assert placed([finding(firm=True, same_place=True, rest=0.9)]) == 0.9
    assert placed([finding(firm=True, same_place=False, rest=0.9)]) == 0
    assert placed([finding(firm=False, same_place=True, rest=0.9)]) == 0
    assert placed([]) == 0
    assert decided(WRONG).verdict == "contradicted"


def test_nothing_that_speaks_of_it_is_no_support():
    decision = decided("痛風の発作中は冷やす")
    assert (decision.verdict, decision.review, decision.score) == ("unsupported", False, 0.0)


def test_rules_and_a_tier_that_disagree_ask_for_a_person():
    assert decided(RIGHT, YES).verdict == "supported"
    assert decided(RIGHT, NO).review
    assert decided(WRONG, YES).review
    agreed = decided(WRONG, NO)
    assert (agreed.verdict, agreed.review) == ("contradicted", False)


def test_to_the_letter_means_in_the_same_order_too():
    def to_the_letter(claim: str) -> bool:
        alignment = align(read(claim), ["クラリスロマイシンをメトロニダゾールに替える。"])
        return copied(features(alignment, ()))

    assert to_the_letter("クラリスロマイシンをメトロニダゾールに替える")
    assert not to_the_letter("冷たい水で飲む")


def test_weights_for_other_features_are_refused(tmp_path):
    content = json.loads(WEIGHTS.read_text("utf-8"))
    path = tmp_path / "weights.json"
    path.write_text(json.dumps({**content, "features": content["features"][1:]}), "utf-8")
    with pytest.raises(SettingsError, match="other features") as raised:
        model(path)
    assert "learn.py" in str(raised.value)
