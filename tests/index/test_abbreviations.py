"""The abbreviations of an index: gathered from its documents, the same after an update."""

from pathlib import Path

from medrag.index.abbreviations import Abbreviations, line
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from tests.index.entries import entry

FIRST = entry("a", "慢性腎臓病（CKD）の患者を診る。", "図（図1）を示す。")
SECOND = entry("b", "チアガワ肝症候群（以下、THSという）の患者を診る。")


def gathered(*texts: list[str]) -> Abbreviations:
    return Abbreviations(b"".join(map(line, texts)))


def test_either_name_gives_the_other() -> None:
    known = gathered(["慢性腎臓病（CKD）を診る。"])
    assert known.others("ＣＫＤ") == ["慢性腎臓病"]
    assert known.others("慢性腎臓病") == ["CKD"]
    assert known.others("腎臓病") == []


def test_what_most_documents_mean_comes_first() -> None:
    bleeding, stone = ["慢性肝内結石症（CHS）"], ["先天性肝線維症候群（CHS）"]
    assert gathered(stone, bleeding, bleeding).others("CHS") == [
        "慢性肝内結石症",
        "先天性肝線維症候群",
    ]


def test_names_are_found_in_a_question_longest_first_and_only_whole() -> None:
    known = gathered(["慢性腎臓病（CKD）", "慢性腎臓病貧血（CKDA）"])
    assert known.find("慢性腎臓病貧血のCKD患者") == ["慢性腎臓病貧血", "ckd"]
    assert known.find("CKDX、ACKD") == []
    assert known.find("") == []


def test_a_document_without_any_has_no_line() -> None:
    assert line(["図（図1）を示す。"]) == b""


def test_an_update_gathers_what_a_build_gathers(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    Index.build(tmp_path / "u", [FIRST], encoder=encoder)
    updated = Index.update(tmp_path / "u", [SECOND], encoder=encoder)
    built = Index.build(tmp_path / "b", [SECOND, FIRST], encoder=encoder)
    assert updated.generation == built.generation
    assert updated.abbreviations.others("THS") == ["チアガワ肝症候群"]
    assert updated.abbreviations.others("CKD") == ["慢性腎臓病"]
    removed = Index.update(tmp_path / "u", [], removed=["a"], encoder=encoder)
    assert removed.abbreviations.others("CKD") == []
    assert removed.generation == Index.build(tmp_path / "b", [SECOND], encoder=encoder).generation
