"""Abbreviations that a text defines, and the brackets that define none."""

import pytest

from medrag.japanese.abbreviations import find


def defined(text: str) -> list[tuple[str, str]]:
    return [(one.short, one.long) for one in find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("慢性腎臓病（CKD）の患者", [("CKD", "慢性腎臓病")]),
        ("ＣＫＤ（慢性腎臓病）の患者", [("CKD", "慢性腎臓病")]),
        ("また「慢性腎臓病」（CKD）の患者", [("CKD", "慢性腎臓病")]),
        ("2型糖尿病（T2DM）では", [("T2DM", "2型糖尿病")]),
        ("3．うっ血性心不全（CHF）では", [("CHF", "うっ血性心不全")]),
        ("推算糸球体濾過量（eGFR）を測る", [("eGFR", "推算糸球体濾過量")]),
        ("チアガワ肝症候群（THS）", [("THS", "チアガワ肝症候群")]),
        ("アンジオテンシンⅡ受容体拮抗薬（以下ARBという）を", [("ARB", "アンジオテンシンII受容体拮抗薬")]),
        ("持続陽圧呼吸療法（以下、「CPAP」と略す）を", [("CPAP", "持続陽圧呼吸療法")]),
        ("慢性閉塞性肺疾患（以下、肺疾患）を", [("肺疾患", "慢性閉塞性肺疾患")]),
        ("chronic kidney disease (CKD) is", [("CKD", "chronic kidney disease")]),
        (
            "血圧（BP: blood pressure）と心房細動（atrial fibrillation：AF）",
            [("BP", "血圧"), ("BP", "blood pressure"), ("AF", "心房細動"), ("AF", "atrial fibrillation")],
        ),
    ],
)  # fmt: skip
def test_a_definition_is_found_in_either_order(text: str, expected: list[tuple[str, str]]) -> None:
    assert defined(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "結果を示す（図1）。",
        "成績がある（p.3）。",
        "患者（男性）では",
        "対象（A群）と",
        "ARB（カンデサルタン）を用いる",
        "カンデサルタン（ARB）を用いる",
        "降圧薬（ARB）を用いる",
        "ARB（降圧薬）を用いる",
        "画像検査（CT）を行う",
        "BMI（25以上）の者",
        "体重（kg）を量る",
        "分類（NYHA III）",
        "病期（III）",
        "推奨の作成手順（CQ1）",
        "2024年4月1日早朝（UTC）",
        "検査を行う（以下同じ）。",
        "説明を省く（以下略）。",
        "高血圧診療指針（以下、本書）では",
        "高血圧患者（75歳以下）では",
        "慢性腎臓病（以下、図1）では",
        "CKD（および糖尿病）",
        "（CKD）",
        "CKD（",
        "",
    ],
)
def test_a_bracket_with_anything_else_defines_nothing(text: str) -> None:
    assert defined(text) == []


def test_a_long_text_of_brackets_takes_no_time() -> None:
    assert defined("（A" * 50_000) == []
    assert defined("腎" * 100_000 + "（CKD）") == [("CKD", "腎" * 40)]
