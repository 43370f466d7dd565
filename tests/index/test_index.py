"""Building an index and reading from it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medrag.documents.corpus import Ingested
from medrag.errors import CorpusError, IndexMismatch, NotInIndex
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from tests.index.entries import entry

ENTRIES = [
    entry("b", "インスリンの用量を確かめる。", "低血糖に注意する。", title="糖尿病"),
    entry("a", "β遮断薬は心不全に用いる。", title="心不全", section=("第1章", "薬物治療")),
]


def build(path: Path, entries: list = ENTRIES) -> Index:  # type: ignore[type-arg]
    return Index.build(path, entries, encoder=HashingEncoder())


def test_documents_and_passages_come_back_as_they_were(tmp_path: Path) -> None:
    index = build(tmp_path)
    for made in ENTRIES:
        assert index.document(made.document.id) == made.document
        for passage in made.passages:
            assert index.passage(passage.id) == passage
    assert list(index.recommendations()) == [
        ENTRIES[1].recommendations[0],
        ENTRIES[0].recommendations[0],
    ]
    assert len(index) == 3
    assert list(index.documents) == ["a", "b"]
    assert index.documents["b"].title == "糖尿病"


def test_the_order_of_the_files_does_not_change_the_generation(tmp_path: Path) -> None:
    one = build(tmp_path / "one")
    other = build(tmp_path / "other", ENTRIES[::-1])
    assert one.generation == other.generation


def test_other_content_is_another_generation(tmp_path: Path) -> None:
    assert build(tmp_path / "one").generation != build(tmp_path / "other", ENTRIES[:1]).generation


def test_the_manifest_says_what_the_index_is(tmp_path: Path) -> None:
    manifest = build(tmp_path).manifest
    assert manifest["counts"] == {
        "documents": 2,
        "passages": 3,
        "recommendations": 2,
        "characters": len(ENTRIES[0].document.text) + len(ENTRIES[1].document.text),
    }
    assert set(manifest["documents"]) == {"a", "b"}
    assert manifest["encoder"]["semantic"] is False
    assert manifest["tokenizer"].startswith("medrag-words/")
    assert manifest["dictionary"].startswith("unidic-lite/")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    index = build(tmp_path)
    with pytest.raises(NotInIndex, match="c#0"):
        index.passage("c#0")
    with pytest.raises(NotInIndex):
        index.document("../a")


def test_an_empty_index_opens(tmp_path: Path) -> None:
    build(tmp_path, [])
    index = Index.open(tmp_path, encoder=HashingEncoder())
    assert len(index) == 0
    assert list(index.documents) == []


def test_a_document_without_passages_is_kept(tmp_path: Path) -> None:
    index = build(tmp_path, [entry("a"), entry("b", "本文")])
    assert index.document("a").text == ""
    assert index.passage("b#0").text == "本文"


def test_two_documents_with_one_id_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    before = build(tmp_path).generation
    with pytest.raises(CorpusError, match="two documents"):
        build(tmp_path, [entry("a", "一"), entry("a", "二")])
    assert Index.open(tmp_path, encoder=HashingEncoder()).generation == before


def test_another_encoder_is_a_mismatch(tmp_path: Path) -> None:
    build(tmp_path)
    with pytest.raises(IndexMismatch, match="encoder"):
        Index.open(tmp_path, encoder=HashingEncoder(64))


def test_a_reader_keeps_its_generation_while_another_is_built(tmp_path: Path) -> None:
    reader = build(tmp_path)
    build(tmp_path, ENTRIES[:1])
    assert reader.passage("a#0").text == "β遮断薬は心不全に用いる。"
    assert Index.open(tmp_path, encoder=HashingEncoder()).generation != reader.generation


def test_a_lone_surrogate_survives(tmp_path: Path) -> None:
    index = build(tmp_path, [entry("a", "壊れた\ud83d文字")])
    assert index.passage("a#0").text == "壊れた\ud83d文字"


def test_an_update_gives_what_a_full_build_gives(tmp_path: Path) -> None:
    first = [
        entry("a", "胃癌の手術"),
        entry("b", "喘息の吸入"),
        entry("c", "骨折の固定", "捻挫の安静"),
    ]
    changed = entry("b", "喘息の吸入療法を続ける。", "発作に備える。")
    added = entry("aa", "心不全の利尿薬", section=("第2章",))
    build(tmp_path / "updated", first)
    updated = Index.update(
        tmp_path / "updated", [changed, added], encoder=HashingEncoder(), removed=["a", "unknown"]
    )
    full = build(tmp_path / "full", [changed, added, first[2]])
    assert updated.generation == full.generation
    assert list(updated.documents) == ["aa", "b", "c"]
    assert updated.document("c") == first[2].document


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    before=st.dictionaries(st.sampled_from("acegik"), st.integers(0, 5), min_size=1),
    after=st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 5), min_size=1),
)
def test_any_update_gives_what_a_full_build_gives(
    before: dict[str, int], after: dict[str, int]
) -> None:
    def made(identifier: str, number: int) -> Ingested:
        texts = ("血圧を測る。" * number, "", f"第{number}章の薬{identifier}、薬\ud83d。")
        return entry(identifier, *texts[: number + 1], title="薬", society=str(number % 3))

    with TemporaryDirectory() as directory:
        build(Path(directory) / "i", [made(*item) for item in before.items()])
        changed = [made(*item) for item in after.items() if item not in before.items()]
        updated = Index.update(
            Path(directory) / "i", changed, encoder=HashingEncoder(), removed={*before} - {*after}
        )
        full = build(Path(directory) / "full", [made(*item) for item in after.items()])
        assert updated.manifest == full.manifest
        updated.close()
        full.close()


def test_an_update_from_an_open_index_takes_the_one_that_is_current(tmp_path: Path) -> None:
    stale = build(tmp_path / "i")
    build(tmp_path / "i", ENTRIES[:1])
    updated = Index.update(
        tmp_path / "i", [entry("c", "新しい本文")], encoder=HashingEncoder(), base=stale
    )
    assert list(updated.documents) == ["b", "c"]


def test_an_update_of_nothing_changes_nothing(tmp_path: Path) -> None:
    before = build(tmp_path)
    assert Index.update(tmp_path, [], encoder=HashingEncoder()).generation == before.generation


def test_an_update_cuts_and_encodes_only_what_is_new(tmp_path: Path) -> None:
    class Counting(HashingEncoder):
        seen = 0

        def encode_passages(self, texts):
            self.seen += len(texts)
            return super().encode_passages(texts)

    build(tmp_path)
    encoder = Counting()
    Index.update(tmp_path, [entry("c", "新しい本文")], encoder=encoder)
    assert encoder.seen == 1


def test_of_a_document_that_changed_a_model_encodes_only_the_passages_that_did(
    tmp_path: Path,
) -> None:
    class Model(HashingEncoder):
        semantic = True

        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def encode_passages(self, texts):
            self.seen += texts
            return super().encode_passages(texts)

    first, second = "喘息の治療を行う。", "発作には吸入薬を用いる。"
    Index.build(tmp_path / "i", [entry("a", first, second)], encoder=Model())
    encoder = Model()
    changed = [entry("a", first, "発作には点滴を行う。")]
    updated = Index.update(tmp_path / "i", changed, encoder=encoder)
    assert len(encoder.seen) == 1
    assert "点滴" in encoder.seen[0]
    whole = Index.build(tmp_path / "whole", changed, encoder=Model())
    assert updated.generation == whole.generation
