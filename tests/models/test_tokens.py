"""Counting tokens without a server."""

import sys

import pytest

from medrag.errors import MissingDependency
from medrag.models import tokens

SENTENCES = [
    "75歳以上の高血圧患者では、診察室血圧130/80 mmHg未満（家庭血圧125/75 mmHg未満）を降圧目標とすることを推奨する。",
    "推奨の強さ：強い（1）／エビデンスの確実性：中（B）",
    "| カンデサルタン | ARB | 4〜8 mgを1日1回、最大12 mg | 2 mgから開始し、最大8 mg | 妊婦、両側腎動脈狭窄 |",
    "We recommend against the use of a LABA without an ICS in any patient with asthma.",
    "スピロノラクトンで女性化乳房が現れた場合は、エプレレノンまたはエサキセレノンに替える。",
]


def test_the_vocabulary_needs_no_network_and_counts_exactly() -> None:
    count = tokens.counter("harmony")
    assert count("75歳以上の高血圧患者の降圧目標は?") == 17
    assert count("]") + count("[") == 2
    assert count("][") == 1


def test_control_tokens_spelt_out_in_a_text_are_counted_as_letters() -> None:
    assert tokens.counter("harmony")("<|end|>") > 1


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_estimate_is_hardly_below_the_true_count_and_not_far_above(sentence: str) -> None:
    true = tokens.counter("harmony")(sentence)
    assert 0.95 * true <= tokens.estimate(sentence) <= 2.2 * true


def test_a_missing_vocabulary_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "medrag.models.oss_harmony", raising=False)
    monkeypatch.delattr("medrag.models.oss_harmony", raising=False)
    monkeypatch.setitem(sys.modules, "openai_harmony", None)
    with pytest.raises(MissingDependency, match=r"pip install 'medrag\[tokens\]'"):
        tokens.counter("harmony")
    assert tokens.counter() is tokens.estimate


def test_an_unknown_counter_is_refused() -> None:
    with pytest.raises(ValueError, match="harmony"):
        tokens.counter("words")
