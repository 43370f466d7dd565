"""Which sentences a claim is set against, and which of its words they hold."""

import pytest

from medrag.attribution.alignment import Alignment, align
from medrag.attribution.claims import split
from medrag.attribution.facts import read


def beside(claim: str, *passages: str) -> Alignment:
    return align(read(claim), passages)


def unheld(claim: str, *passages: str) -> list[str]:
    """The words of a claim that the passages do not hold."""
    found = beside(claim, *passages)
    return [
        word.base
        for word, match in zip(found.claim.words, found.matches, strict=True)
        if match < 0.7
    ]


HELD = [
    ("Hb 7 g/dL未満で輸血する。", "ヘモグロビン値7 g/dL未満で輸血する。"),
    ("血清リンを測定する。", "血清P値を測る。"),
    ("非弁膜症性心房細動では抗凝固薬を用いる。", "AFでは抗凝固薬を用いる。"),
    ("H. pylori感染症を除菌する。", "ピロリ菌を除菌する。"),
    ("肺炎を繰り返す患者には嚥下造影検査を行う。", "肺炎を反復する患者にはVFを行う。"),
    ("重症筋無力症の患者には禁忌である。", "MGの患者には禁忌である。"),
    ("ロペラミドは使用しない。", "下痢止めのロペラミドは使わない。"),
    ("硝酸薬は禁忌である。", "ニトログリセリンなどの硝酸薬は禁忌である。"),
    ("緩下薬を併用する。", "下剤を併せて用いる。"),
    ("シャントを作製する。", "シャントをつくる。"),
    ("頭側挙上は30度以下とする。", "頭側挙上は30度以下にとどめる。"),
    ("体位を変える。", "体位変換を行う。"),
    ("投与を開始する。", "投与を始める。"),
    ("用量は10 mgとする。", "患者への投与量は10 mgとする。"),
    (
        "Routine cultures should not be drawn in haemodialysis patients.",
        "No routine culture is drawn in hemodialysis patients.",
    ),
    ("Chemotherapy may extend in node-positive disease.", "Extend chemotherapy if nodes are positive."),
]  # fmt: skip


@pytest.mark.parametrize(("passage", "claim"), HELD)
def test_other_words_for_the_same_are_held(passage, claim):
    assert unheld(claim, passage) == []


NOT_HELD = [
    ("ノルアドレナリンを投与する。", "アドレナリンを投与する。", "アドレナリン"),
    ("III度の熱傷では入院とする。", "II度の熱傷では入院とする。", "ii"),
]


@pytest.mark.parametrize(("passage", "claim", "word"), NOT_HELD)
def test_part_of_a_name_is_another_name(passage, claim, word):
    assert word in unheld(claim, passage)


def test_what_is_said_of_a_class_is_not_said_of_a_member_that_is_spoken_of_apart():
    both = "βラクタム系抗菌薬は6時間ごとに投与する。セフトリアキソンは24時間ごとに投与する。"
    found = beside("セフトリアキソンは24時間ごとに投与する。", both)
    assert found.chosen[0].unit.text == "セフトリアキソンは24時間ごとに投与する。"
    (row,) = {row for word, row in zip(found.claim.words, found.held, strict=True) if word.base == "セフトリアキソン"}  # fmt: skip
    assert max(row) == 1.0
    assert all(match < 0.7 for entry, match in zip(found.chosen, row, strict=True) if "βラクタム" in entry.unit.text)  # fmt: skip


def subjects(claim: str, table: str) -> set[str]:
    """The first cells of the rows that a claim is set against."""
    return {
        entry.unit.subject.text
        for entry in beside(claim, table).chosen
        if entry.unit.subject is not None
    }


INTERVALS = (
    "薬剤｜1回量｜投与間隔\nセファゾリン｜2 g｜48時間ごと\nセフトリアキソン｜1 g｜24時間ごと\n"
)


def test_a_claim_that_names_a_row_is_held_to_that_row():
    assert subjects("セファゾリンは1 gを24時間ごとに投与する。", INTERVALS) == {"セファゾリン"}


def test_a_claim_may_name_two_rows():
    claim = "セファゾリンは48時間ごと、セフトリアキソンは24時間ごとに投与する。"
    assert subjects(claim, INTERVALS) == {"セファゾリン", "セフトリアキソン"}


def test_a_row_with_two_subjects_is_named_by_one_of_them():
    table = "| 摂取物 | 時間 |\n|---|---|\n| 母乳 | 4時間 |\n| 人工乳・牛乳 | 6時間 |\n"
    assert subjects("母乳は4時間、人工乳は6時間あける。", table) == {"母乳", "人工乳・牛乳"}


def test_a_column_of_units_belongs_to_the_numbers_of_its_row():
    table = "| 項目 | 下限 | 単位 |\n|---|---|---|\n| 血糖 | 50 | mg/dL |\n"
    (entry,) = beside("血糖の下限は50 mg/dLである。", table).chosen
    assert [amount.dimension for amount in entry.unit.reading.quantities] == ["mass/volume"]


def test_a_caption_and_a_title_are_context_of_what_follows():
    text = "表2 硫酸マグネシウムの投与法\n重症筋無力症の患者には禁忌である。"
    (entry,) = beside("重症筋無力症の患者に硫酸マグネシウムは禁忌である。", text).chosen
    assert entry.unit.text == "重症筋無力症の患者には禁忌である。"
    assert unheld("重症筋無力症の患者に硫酸マグネシウムは禁忌である。", text) == []


def test_what_stands_under_the_question_that_a_claim_answers_is_chosen_first():
    text = (
        "CQ1 せん妄の予防に運動を行うか。\n推奨：行うことを強く推奨する。\n"
        "CQ2 せん妄の予防に抗精神病薬を投与するか。\n推奨：投与しないことを強く推奨する。\n"
    )
    found = beside("せん妄の予防に抗精神病薬を投与しないことが強く推奨される。", text)
    assert "投与しない" in found.chosen[0].unit.text


def test_units_are_told_apart_by_passage():
    found = beside("体重を測る。", "体重を測る。身長を測る。", "体温を測る。")
    assert [len(units) for units in found.premises] == [2, 1]


@pytest.mark.parametrize("text", ["頭側挙上は30度以下とする。", "体温は37℃以下とする。"])
def test_a_limit_at_the_end_leads_nothing_in(text):
    (statement,) = split(text)
    assert statement.kind == "claim"


def test_following_does_lead_in():
    (statement,) = split("手順は以下とする。")
    assert statement.kind == "lead_in"
