"""Features by hand, what a question asks for, and a weights file of another version."""

import json
from pathlib import Path

import numpy as np
import pytest

from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from medrag.japanese.lexicon import default_lexicon
from medrag.japanese.wordclasses import CALENDAR, NUMBER, PERSON, PLACE
from medrag.retrieval import fusion
from medrag.retrieval.answer_types import wanted
from medrag.retrieval.candidates import FirstStage
from medrag.retrieval.features import NAMES, features
from medrag.retrieval.names import Names
from medrag.retrieval.question import Question, analyse
from medrag.retrieval.topics import weigher
from tests.index.entries import entry


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("いつ発見されたか", (CALENDAR,)),
        ("発見されたのは何年か", (CALENDAR,)),
        ("誰が発見したか", (PERSON,)),
        ("発見者は?", (PERSON,)),
        ("どこで発見されたか", (PLACE,)),
        ("1日に何回投与するか", (NUMBER,)),
        ("投与量はいくらか", (NUMBER,)),
        ("when was it found, and by whom?", (CALENDAR, PERSON)),
        ("喘息の治療は?", ()),
        ("the whole dose", ()),
    ],
)
def test_a_question_asks_for_kinds_of_things(question: str, expected: tuple[int, ...]) -> None:
    assert wanted(question) == expected


def rows(path: Path, question: str, *texts: str) -> tuple[Question, dict[str, list[float]]]:
    index = Index.build(
        path, [entry(f"d{i}", text) for i, text in enumerate(texts)], encoder=HashingEncoder()
    )
    weigh = weigher(index)
    names = Names(index, default_lexicon(), weigh=weigh)
    asked = analyse(question, index, names=names, weigh=weigh)
    none = np.zeros(len(texts))
    found = features(
        asked,
        index.sequences(np.arange(len(texts))),
        classes=index.words.classes,
        words=none,
        bigrams=none,
    )
    return asked, dict(zip(NAMES, found.T.tolist(), strict=True))


def test_a_passage_covers_what_it_names_and_opens_with_its_first_words(tmp_path: Path) -> None:
    asked, found = rows(
        tmp_path,
        "骨折の固定",
        "骨折では安静ののち早期に必ず手術か固定を行う。",
        "固定する。",
        "喘息では吸入する。",
    )
    bone, fix = asked.weights.tolist()
    assert found["coverage"] == pytest.approx([bone + fix, fix, 0])
    assert found["sentence"] == pytest.approx([bone + fix, fix, 0])
    assert found["opening"] == pytest.approx([bone, fix, 0])
    assert found["pairs"] == [0, 0, 0]
    assert found["answer"] == [0, 0, 0]


def test_neighbouring_words_count_once_in_their_order(tmp_path: Path) -> None:
    _, found = rows(tmp_path, "骨折固定", "骨折固定と骨折固定。", "固定骨折。", "骨折を早く固定。")
    assert found["pairs"][0] > 0
    assert found["pairs"][1:] == [0, 0]


def test_an_answer_is_of_the_kind_asked_for_and_not_in_the_question(tmp_path: Path) -> None:
    _, found = rows(
        tmp_path,
        "1962年の報告の前に喘息が報告されたのは何年か",
        "喘息は1950年に報告された。",
        "喘息は1962年に報告された。",
        "喘息は50人が報告した。",
    )
    assert found["answer"][0] > 0
    assert found["answer"][1:] == [0, 0]


def test_weights_of_other_features_give_way_to_the_fixed_fusion(tmp_path: Path) -> None:
    content = json.loads(fusion.FILE.read_text("utf-8"))
    assert fusion.learned().version == content["version"]
    assert content["recipe"].startswith("python benchmarks/retrieval/learn.py")
    other = tmp_path / "weights.json"
    other.write_text(json.dumps({**content, "features": ["words"], "weights": [1.0]}), "utf-8")
    assert fusion.learned(other).version == "fixed"


@pytest.mark.parametrize(
    "change",
    [{"weights": [1.0]}, {"weights": [float("nan")] * 7}, {"calibration": {}}, {"version": None}],
)
def test_weights_that_are_damaged_give_way_to_the_fixed_fusion(
    tmp_path: Path, change: dict[str, object]
) -> None:
    content = {**json.loads(fusion.FILE.read_text("utf-8")), **change}
    if change == {"version": None}:
        del content["version"]
    other = tmp_path / "weights.json"
    other.write_text(json.dumps(content), "utf-8")
    assert fusion.learned(other).version == "fixed"
    other.write_bytes(b'{"weights": [\xff')
    assert fusion.learned(other).version == "fixed"
    assert fusion.learned(tmp_path / "absent.json").version == "fixed"


def test_words_that_only_ask_need_not_be_covered(tmp_path: Path) -> None:
    asked, found = rows(tmp_path, "喘息には何を使えばよいか", "喘息では吸入する。", "何を使うか。")
    assert len(asked.terms) == 1
    assert found["coverage"] == pytest.approx([asked.weights[0], 0])


def test_the_legs_are_added_and_not_ranked_against_each_other() -> None:
    # By ranks the two passages would be level.
    stage = FirstStage(
        np.asarray([9.0, 1.0], dtype=np.float32), np.asarray([1.0, 2.0], dtype=np.float32)
    )
    assert stage.fused.tolist() == pytest.approx([9.54, 2.08])


def test_the_weights_that_ship_are_of_these_features() -> None:
    learned = fusion.learned()
    assert learned.version != fusion.fixed().version
    assert len(learned.weights) == len(NAMES)
    assert learned.slope > 0
