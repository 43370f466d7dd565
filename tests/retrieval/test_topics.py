"""What a word weighs: by passages, and by the guidelines that it is the topic of."""

import math
from pathlib import Path

import pytest

from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from medrag.index.terms import word_key
from medrag.retrieval.topics import weigher
from tests.index.entries import entry


def weight(index: Index, word: str) -> float:
    return weigher(index)(index.words.place(word_key(word)))


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
    for word in ("喘息", "貧血", "骨折"):
        assert weight(index, word) == pytest.approx(
            index.words.idf(index.words.place(word_key(word)))
        )
