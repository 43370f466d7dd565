"""Other words: what is found by another name, and what stands before it."""

from pathlib import Path

import pytest

from tests.index.entries import entry
from tests.retrieval.searching import found, searcher


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("CKDの管理", "慢性腎臓病では蛋白尿を測る。"),
        ("お腹が痛い", "腹痛のある患者を診察する。"),
        ("インシュリンの使い方", "インスリンは皮下注射する。"),
        ("What is the treatment of atrial fibrillation?", "心房細動では抗凝固薬を用いる。"),
        ("心房細動の治療は？", "Anticoagulants are used in atrial fibrillation."),
    ],
)
def test_another_word_for_the_same_thing_finds_it(tmp_path: Path, question: str, text: str) -> None:
    retriever = searcher(tmp_path, entry("a", text), entry("b", "骨折は固定する。"))
    assert found(retriever, question)[0] == "a#0"


def test_the_word_itself_outranks_another_word_for_it(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path,
        entry("a", "慢性腎臓病の患者を診る。"),
        entry("b", "CKDの患者を診る。"),
        entry("c", "骨折は固定する。"),
    )
    assert found(retriever, "CKDの患者")[:2] == ["b#0", "a#0"]
    assert found(retriever, "慢性腎臓病の患者")[:2] == ["a#0", "b#0"]


def test_a_drug_that_the_index_does_not_name_finds_its_class(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path, entry("a", "ARBは妊婦に禁忌である。"), entry("b", "骨折は固定する。")
    )
    assert found(retriever, "オルメサルタンの禁忌は？")[0] == "a#0"
    assert found(retriever, "オルメサルタン") == ["a#0"]


def test_a_name_that_the_dictionary_cuts_apart_is_found_whole(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path,
        entry("a", "カンデサルタン\tARB\t妊婦"),
        entry("b", "カンでは缶詰のデータを見る。"),
    )
    assert found(retriever, "カンデサルタンを使ってはいけない人は?")[0] == "a#0"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("糖化ヘモグロビンとは", "HbA1cは血糖の平均を表す。"),
        ("尿を出す薬", "利尿薬は朝に内服する。"),
        ("非ステロイド性抗炎症薬", "NSAIDsは腎機能を見ながら用いる。"),
    ],
)
def test_a_name_that_no_passage_has_is_found_by_its_other_name_before_its_parts(
    tmp_path: Path, question: str, text: str
) -> None:
    beside = (
        "ヘモグロビンの目標は11 g/dLとする。",
        "この薬は1日1回内服する。",
        "尿を採る。",
        "炎症を抑える。",
        "ステロイド薬は漸減する。",
    )
    others = [entry(f"beside-{i}", other) for i, other in enumerate(beside)]
    ids = found(searcher(tmp_path, entry("meant", text), *others), question)
    assert ids[0].startswith("meant")


def test_a_drug_name_in_katakana_is_found_however_the_dictionary_cuts_it(tmp_path: Path) -> None:
    table = entry("table", "カンデサルタン\t4 mg\t1日1回")
    retriever = searcher(tmp_path, table, entry("other", "ロサルタンは1日1回内服する。"))
    assert found(retriever, "candesartan")[0].startswith("table")
    assert found(retriever, "ブロプレス")[0].startswith("table")


def test_an_abbreviation_that_a_document_defines_finds_the_other_name(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path,
        entry("a", "架空性腎線維症候群（KSF）の定義を示す。", "KSFではステロイドを用いる。"),
        entry("b", "架空性腎線維症候群の予後は良い。"),
        entry("c", "骨折は固定する。"),
    )
    assert set(found(retriever, "KSFの予後は？")) == {"a#0", "a#1", "b#0"}
    assert found(retriever, "架空性腎線維症候群の治療")[-1] == "a#1"


def test_an_abbreviation_of_a_document_never_outranks_the_word_itself(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path,
        entry("a", "架空性腎線維症候群（KSF）を診る。"),
        entry("b", "KSFの治療を行う。"),
        entry("c", "架空性腎線維症候群の治療を行う。"),
        entry("d", "骨折の治療を行う。"),
    )
    assert found(retriever, "KSFの治療")[0] == "b#0"
    ids = found(retriever, "架空性腎線維症候群の治療")
    assert ids.index("c#0") < ids.index("b#0")


def test_what_a_bracket_holds_beside_is_no_other_name(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path,
        entry("a", "ARB（カンデサルタン）を用いる。患者（男性）では図（図1）を示す。"),
        entry("b", "男性の図である。"),
    )
    assert found(retriever, "患者") == ["a#0"]
