"""Plain words: what people say reaches what guidelines write, and near is still not there."""

import pytest

from medrag.generation.keys import keys_of
from medrag.generation.terms import terms_of
from medrag.japanese.everyday import others_for
from tests.generation.test_extractive import hit, write

TUBE = hit(
    "挿入部の透明フィルムは5日ごとに交換する。チューブが閉塞したときは、微温湯20 mLで洗浄する。",
    "第2章 管理",
    start=3000,
    title="経鼻チューブの手引き",
)
VEIN = hit(
    "下肢の深部静脈血栓症には、弾性包帯を用いる。",
    "第4章 静脈",
    start=3100,
    title="静脈血栓の手引き",
)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("鼻の管が詰まったときはどうやって流しますか", "微温湯20 mLで洗浄する"),
        ("管の入り口に貼った透明なシールはいつ取り替えますか", "5日ごとに交換する"),
    ],
)
def test_a_plain_word_reaches_what_guidelines_write(question: str, held: str) -> None:
    assert held in write(question, TUBE).text


@pytest.mark.parametrize(
    "question", ["鼻の管の値段はいくらですか", "尿の管が詰まったときはバルプロ酸を流しますか"]
)
def test_plain_words_answer_nothing_that_is_not_there(question: str) -> None:
    assert write(question, TUBE).abstained


def test_a_part_of_the_body_restricts() -> None:
    assert write("上肢の深部静脈血栓症に弾性包帯は使えますか", VEIN).abstained
    assert "弾性包帯を用いる" in write("下肢の深部静脈血栓症に弾性包帯は使えますか", VEIN).text


def test_an_abbreviation_is_met_by_a_kind_of_what_it_stands_for() -> None:
    (osteoarthritis,) = (term for term in terms_of("OAの運動") if term.text == "OA")
    assert osteoarthritis.met_by(keys_of("変形性膝関節症の患者")) > 0.5
    assert not osteoarthritis.met_by(keys_of("関節リウマチの患者"))
    (fraction,) = (term for term in terms_of("EFが低い") if term.text == "EF")
    assert fraction.met_by(keys_of("LVEFが40%以下")) > 0.5


def test_words_that_are_not_plain_stand_for_themselves() -> None:
    assert "抜去" in others_for("抜く")
    assert others_for("アンピシリン") == ()


def test_a_lay_word_is_met_by_most_of_its_clinical_name() -> None:
    (lack,) = (term for term in terms_of("鉄不足") if term.text == "鉄不足")
    assert lack.met_by(keys_of("鉄欠乏を伴う患者")) > 0.5
    assert not lack.met_by(keys_of("腎性貧血の患者"))
