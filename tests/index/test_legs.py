"""The legs of the index against the libraries' own results, and the built-in encoder."""

from pathlib import Path

import bm25s
import numpy as np
import pytest

from medrag.errors import IndexCorrupted, MissingDependency
from medrag.index import encoders
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from medrag.index.lexical import K1, B, word_keys
from medrag.index.prefixes import prefixes
from medrag.index.vectors import Vectors
from medrag.japanese.tokens import words
from tests.index.entries import entry

TEXTS = [
    "高血圧の治療では減塩を勧める。減塩は血圧を下げる。",
    "糖尿病の治療では食事を見直す。",
    "喘息の発作では吸入する。",
    "血圧を測る。",
]


def test_scores_are_those_of_bm25s_over_the_same_words(tmp_path: Path) -> None:
    index = Index.build(
        tmp_path, [entry(str(i), text) for i, text in enumerate(TEXTS)], encoder=HashingEncoder()
    )
    reference = bm25s.BM25(k1=K1, b=B, method="lucene")
    reference.index([words(text) for text in TEXTS], show_progress=False)
    for question in ("減塩と血圧", "糖尿病の治療", "発作"):
        expected = reference.get_scores(words(question))
        found = index.words.scores(index.words.find(word_keys(words(question))))
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_word_that_no_passage_has_scores_nothing(tmp_path: Path) -> None:
    index = Index.build(tmp_path, [entry("a", "血圧")], encoder=HashingEncoder())
    assert index.words.find(word_keys(["骨折"])).tolist() == []
    assert index.words.scores(np.empty(0, dtype=np.int64)).tolist() == [0.0]


def test_hashed_vectors_are_unit_vectors_and_those_of_like_texts_are_near() -> None:
    encoder = HashingEncoder()
    vectors = encoder.encode_passages(["高血圧の治療", "高血圧の治療法", "骨折", "", "\n"])
    assert vectors.shape == (5, encoder.dimension)
    assert np.linalg.norm(vectors, axis=1).round(5).tolist() == [1, 1, 1, 0, 0]
    assert vectors[0] @ vectors[1] > 0.7 > vectors[0] @ vectors[2]
    assert np.array_equal(encoder.encode_question("骨折"), vectors[2])


def test_hashed_vectors_do_not_depend_on_the_batch() -> None:
    encoder = HashingEncoder()
    texts = ["高血圧", "糖尿病\n食事", "が\0ぎ"]
    together = encoder.encode_passages(texts)
    assert np.array_equal(together, np.stack([encoder.encode_question(text) for text in texts]))


def test_vectors_of_another_size_are_refused(tmp_path: Path) -> None:
    index = Index.build(tmp_path, [entry("a", "血圧")], encoder=HashingEncoder())
    directory = tmp_path / "generations" / index.generation
    with pytest.raises(IndexCorrupted, match="another size"):
        Vectors(directory, dimension=128, count=2)
    (directory / "vectors.faiss").write_bytes(b"no index")
    with pytest.raises(IndexCorrupted, match="cannot read"):
        Vectors(directory, dimension=128, count=1)


def test_a_neural_encoder_without_its_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    monkeypatch.delitem(
        __import__("sys").modules, "medrag.index.sentence_transformers", raising=False
    )
    with pytest.raises(MissingDependency, match=r"medrag\[dense\]"):
        encoders.load("some/model")


@pytest.mark.parametrize(
    ("model", "question", "passage"),
    [
        ("cl-nagoya/ruri-v3-310m", "検索クエリ: ", "検索文書: "),
        ("intfloat/multilingual-e5-large", "query: ", "passage: "),
        ("BAAI/bge-m3", "", ""),
        ("somebody/unknown", "", ""),
    ],
)
def test_a_model_family_has_its_prefixes(model: str, question: str, passage: str) -> None:
    assert prefixes(model) == (question, passage)
