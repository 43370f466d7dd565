"""What a word weighs: by passages, and by the guidelines that it is the topic of."""

import math
from pathlib import Path

import numpy as np
import pytest

from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from medrag.index.terms import word_keys
from medrag.retrieval.topics import weigher
from tests.index.entries import entry


def weight(index: Index, word: str) -> float:
    return float(weigher(index)(index.words.find(word_keys([word])))[0])


def test_the_topic_of_one_guideline_is_rare_though_all_its_passages_name_it(tmp_path: Path) -> None:
    index = Index.build(
        tmp_path,
        [
            entry("heart", "DOACの適応。", "DOACの用量。", "DOACの禁忌。"),
            entry("bone", "骨折。"),
            entry("lung", "喘息。"),
        ],
        encoder=HashingEncoder(),
    )
    # In 3 of 5 passages, but in 1 of 3 documents; a word that is nowhere would weigh ln 12.
    in_passages, in_documents = math.log(1 + 2.5 / 3.5), math.log(1 + 2.5 / 1.5) / math.log(8)
    assert in_documents * math.log(12) > in_passages
    assert weight(index, "doac") == pytest.approx(in_documents * math.log(12))


def test_where_documents_are_single_passages_both_counts_agree(tmp_path: Path) -> None:
    index = Index.build(
        tmp_path,
        [entry("a", "喘息と貧血。"), entry("b", "喘息。"), entry("c", "骨折。")],
        encoder=HashingEncoder(),
    )
    places = index.words.find(word_keys(["喘息", "貧血", "骨折"]))
    assert weigher(index)(places) == pytest.approx(index.words.idf(places))
    assert weigher(index)(np.empty(0, dtype=np.int64)).tolist() == []
