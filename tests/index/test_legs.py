"""The legs of the index against the libraries' own results, and the built-in encoder."""

import math
import re
from pathlib import Path

import bm25s
import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from medrag.errors import IndexCorrupted, MissingDependency
from medrag.index import encoders
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from medrag.index.lexical import K1, B
from medrag.index.prefixes import prefixes
from medrag.index.storage import Ranges, save_array
from medrag.index.terms import word_key
from medrag.index.vectors import FILE, HALVES, VectorBuilder, Vectors
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
        terms = index.words.find(map(word_key, words(question)))
        np.testing.assert_allclose(index.words.scores(terms), expected, rtol=1e-5)
        np.testing.assert_allclose(
            index.words.bm25s().get_scores_from_ids(terms), expected, rtol=1e-5
        )
        twice = np.full(len(terms), 2, dtype=np.float32)
        np.testing.assert_allclose(index.words.scores(terms, twice), 2 * expected, rtol=1e-5)


def test_a_word_that_no_passage_has_scores_nothing(tmp_path: Path) -> None:
    index = Index.build(tmp_path, [entry("a", "血圧")], encoder=HashingEncoder())
    assert index.words.place(word_key("骨折")) == -1
    assert index.words.find([word_key("骨折")]).tolist() == []
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


def vectors(directory: Path, content: NDArray[np.float32], *, exact: int) -> Vectors:
    directory.mkdir()
    builder = VectorBuilder(directory, dimension=content.shape[1], exact=exact)
    builder.add(content[:50])
    builder.add(content[50:])
    builder.finish()
    return Vectors(directory, dimension=content.shape[1], count=len(content))


@pytest.fixture(scope="module")
def unit_vectors() -> NDArray[np.float32]:
    content = np.random.default_rng(7).standard_normal((2000, 16)).astype(np.float32)
    return np.asarray(content / np.linalg.norm(content, axis=1, keepdims=True))


@pytest.mark.parametrize("exact", [2000, 1999])
def test_the_nearest_are_those_of_all_comparisons_at_either_size(
    tmp_path: Path, unit_vectors: NDArray[np.float32], exact: int
) -> None:
    leg = vectors(tmp_path / "i", unit_vectors, exact=exact)
    found = []
    for question in unit_vectors[:50]:
        wanted = np.argsort(-(unit_vectors @ question))[:10]
        rows = leg.nearest(question, k=10, possible=None)
        assert rows[0] == wanted[0]
        found.append(len(set(rows.tolist()) & set(wanted.tolist())) / 10)
    # Every vector is compared up to the limit, a quarter of the lists beyond it.
    assert np.mean(found) > (0.99 if exact == 2000 else 0.8)
    rows = np.asarray([3, 1999, 7])
    np.testing.assert_allclose(
        leg.scores(unit_vectors[0], rows), unit_vectors[rows] @ unit_vectors[0], atol=1e-3
    )
    np.testing.assert_allclose(leg.at(range(48, 53)), unit_vectors[48:53], atol=1e-3)


@pytest.mark.parametrize("exact", [2000, 1999])
def test_a_filter_comes_before_the_cut_at_either_size(
    tmp_path: Path, unit_vectors: NDArray[np.float32], exact: int
) -> None:
    possible = np.zeros(2000, dtype=np.bool_)
    possible[[5, 1500]] = True
    leg = vectors(tmp_path / "i", unit_vectors, exact=exact)
    assert sorted(leg.nearest(unit_vectors[0], k=10, possible=possible).tolist()) == [5, 1500]


@pytest.mark.parametrize("exact", [2000, 1999])
def test_vectors_taken_over_give_the_same_files(
    tmp_path: Path, unit_vectors: NDArray[np.float32], exact: int
) -> None:
    leg = vectors(tmp_path / "i", unit_vectors, exact=exact)
    vectors(tmp_path / "again", leg.at(range(2000)), exact=exact)
    files = sorted(path.name for path in (tmp_path / "i").iterdir())
    assert files == ([FILE] if exact == 2000 else [FILE, HALVES])
    for name in files:
        assert (tmp_path / "i" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


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


def test_ranges_of_an_array_are_the_same_mapped_and_read(tmp_path: Path) -> None:
    numbers = np.arange(1000, dtype=np.int32)
    save_array(tmp_path / "a.npy", numbers)
    mapped, read = Ranges(tmp_path / "a.npy"), Ranges(tmp_path / "a.npy", mapped=0)
    for start, end in ((0, 1000), (0, 0), (3, 5), (999, 1000)):
        expected = numbers[start:end].tolist()
        assert mapped.read(start, end).tolist() == read.read(start, end).tolist() == expected


def test_bm25_is_the_sum_that_a_hand_computes(tmp_path: Path) -> None:
    # Two passages of two words, so that length plays no part: idf ln 2, tf 1 of 1 + k1, k1 = .6.
    index = Index.build(
        tmp_path, [entry("a", "喘息、吸入"), entry("b", "骨折、固定")], encoder=HashingEncoder()
    )
    terms = index.words.find([word_key("喘息")])
    assert index.words.scores(terms).tolist() == pytest.approx([math.log(2) / 1.6, 0])


def test_a_longer_passage_counts_for_less_by_three_quarters_of_its_length(tmp_path: Path) -> None:
    # Lengths 1 and 3, on average 2: b = .75 makes them .625 and 1.375.
    index = Index.build(
        tmp_path, [entry("a", "喘息"), entry("b", "喘息、骨折、固定")], encoder=HashingEncoder()
    )
    one, other = index.words.scores(index.words.find([word_key("喘息")])).tolist()
    idf = math.log(1 + 0.5 / 2.5)
    assert one == pytest.approx(idf / (1 + 0.6 * 0.625))
    assert other == pytest.approx(idf / (1 + 0.6 * 1.375))


def test_a_question_of_nothing_that_the_library_refuses_scores_nothing(tmp_path: Path) -> None:
    index = Index.build(tmp_path, [entry("a", "血圧"), entry("b", "")], encoder=HashingEncoder())
    for text in ("", " ", "未知のqqq"):
        terms = index.words.find(map(word_key, words(text)))
        assert not index.words.scores(terms).any()


def test_no_compiler_runs_at_the_first_question(tmp_path: Path) -> None:
    # With numba, bm25s would be quicker at 100,000 passages and take tens of seconds at its first.
    index = Index.build(tmp_path, [entry("a", "血圧")], encoder=HashingEncoder())
    assert index.words.bm25s().backend == "numpy"
    root = Path(__file__).parents[2]
    assert not re.search(
        r"^numba\b", (root / "requirements/runtime.txt").read_text("utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize(
    ("exact", "kind"), [(2000, faiss.IndexScalarQuantizer), (1999, faiss.IndexIVFScalarQuantizer)]
)
def test_the_kind_of_vector_index_goes_by_its_size(
    tmp_path: Path, unit_vectors: NDArray[np.float32], exact: int, kind: type
) -> None:
    vectors(tmp_path / "i", unit_vectors, exact=exact)
    assert isinstance(faiss.read_index(str(tmp_path / "i" / FILE)), kind)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="tells of maps on Linux alone")
@pytest.mark.parametrize("exact", [2000, 1999])
def test_vectors_are_mapped_and_not_read(
    tmp_path: Path, unit_vectors: NDArray[np.float32], exact: int
) -> None:
    leg = vectors(tmp_path / "i", unit_vectors, exact=exact)
    assert str(tmp_path / "i" / FILE) in Path("/proc/self/maps").read_text("utf-8")
    assert len(leg.at(range(1))) == 1


def test_the_encoder_that_ships_does_not_call_itself_semantic() -> None:
    encoder = encoders.load(None)
    assert isinstance(encoder, HashingEncoder)
    assert not encoder.semantic
