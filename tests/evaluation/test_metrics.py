"""Measures of a ranking, with answers that a reader can work out."""

import math

import pytest

from medrag.evaluation.metrics import ndcg, paired_bootstrap, percentile, recall, reciprocal_rank


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


def test_a_difference_that_is_the_same_for_every_question_is_certain() -> None:
    found = paired_bootstrap([1.0, 0.75, 0.5], [0.75, 0.5, 0.25])
    assert (found.mean, found.low, found.high) == (0.25, 0.25, 0.25)


def test_an_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    ours, theirs = [1.0] * 60 + [0.0] * 40, [0.0] * 40 + [1.0] * 60
    found = paired_bootstrap(ours, theirs)
    assert found.mean == 0
    assert found.low < 0 < found.high
    assert found == paired_bootstrap(ours, theirs)


def test_questions_about_one_document_are_drawn_together() -> None:
    # Two documents, one of them better by 1 in all its questions, the other level.
    ours, theirs = [1.0] * 50 + [0.0] * 50, [0.0] * 100
    documents = ["a"] * 50 + ["b"] * 50
    single = paired_bootstrap(ours, theirs)
    grouped = paired_bootstrap(ours, theirs, groups=documents)
    assert single.mean == grouped.mean == 0.5
    assert single.low > 0.3
    assert (grouped.low, grouped.high) == (0, 1)


def test_values_that_are_not_paired_are_refused() -> None:
    with pytest.raises(ValueError, match="not paired"):
        paired_bootstrap([1.0], [1.0, 0.0])
    with pytest.raises(ValueError, match="not paired"):
        paired_bootstrap([], [])
    with pytest.raises(ValueError, match="not paired"):
        paired_bootstrap([1.0], [1.0], groups=[])
