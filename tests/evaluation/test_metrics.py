"""Measures of a ranking, with answers that a reader can work out."""

import math

import pytest

from medrag.evaluation.metrics import ndcg, percentile, recall, reciprocal_rank


def test_recall_is_the_share_of_relevant_documents_found() -> None:
    assert recall(["a", "b", "c"], {"a": 1, "c": 1, "z": 1, "b": 0}, 3) == pytest.approx(2 / 3)
    assert recall(["a", "b", "c"], {"c": 1}, 2) == 0


def test_reciprocal_rank_looks_no_further_than_k() -> None:
    assert reciprocal_rank(["a", "b", "c"], {"b": 1, "c": 1}, 10) == 0.5
    assert reciprocal_rank(["a", "b", "c"], {"c": 1}, 2) == 0


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    assert ndcg(["a", "b"], {"b": 1}, 10) == pytest.approx(1 / math.log2(3))
    assert ndcg(["b", "a"], {"b": 3, "a": 1}, 10) == 1
    assert ndcg(["a"], {}, 10) == 0


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2
    assert percentile([4, 1, 3, 2], 0.95) == 4
    with pytest.raises(ValueError, match="no percentile"):
        percentile([], 0.5)
