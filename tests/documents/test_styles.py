"""Recommendations in the many ways in which guidelines write and grade them."""

from __future__ import annotations

from pathlib import Path

import pytest

from medrag.documents import corpus
from medrag.documents.corpus import Ingested
from medrag.documents.guideline import Recommendation

HEAD = "# 架空めまい診療ガイドライン 2024\n\n架空・診療に用いないこと\n\n"


def read(folder: Path, body: str, name: str = "guide.md") -> Ingested:
    (folder / name).write_text(body, "utf-8")
    (entry,) = corpus.read([folder / name])
    assert isinstance(entry, Ingested)
    for found in entry.recommendations:
        assert entry.document.text[found.start : found.end] == found.text
    return entry


def told(found: Recommendation) -> tuple[str | None, str | None, str | None, str]:
    strength, certainty = found.strength, found.certainty
    return (
        found.cq,
        strength.raw if strength else None,
        certainty.raw if certainty else None,
        found.polarity,
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "## 推奨1　めまいの患者に運動を行うことを推奨する（1B）\n\n患者は多い。\n",
            ("推奨1", "1", "B", "for"),
            id="the heading states it",
        ),
        pytest.param(
            "## CQ1 有効か？\n\n【推奨（1A）】運動を行う。\n\n【解説】試験がある。\n",
            ("CQ1", "1", "A", "for"),
            id="the label grades it",
        ),
        pytest.param(
            "## CQ1 有効か？\n\n【推奨】（強い推奨、エビデンスの確実性：高）\n運動を行う。\n",
            ("CQ1", "強い推奨", "高", "for"),
            id="the grade stands above",
        ),
        pytest.param(
            "## CQ1 有効か？\n\n**推奨：** 運動を推奨する。\n\n**推奨の強さ：** 強い  \n**エビデンスレベル：** B\n",
            ("CQ1", "強い", "B", "for"),
            id="bold names",
        ),
        pytest.param(
            "## CQ 5\n\n### 頭部CTは必要か？\n\n#### 推奨\n\n頭部CTを一律に行わないことを弱く推奨する。\n\n#### 推奨の強さ\n\n2（弱い）\n\n#### エビデンスの確実性\n\nC（弱）\n",
            ("CQ5", "2（弱い）", "C（弱）", "against"),
            id="a heading for each grade",
        ),
        pytest.param(
            "## CQ1 有効か\n\n**推奨** 運動を推奨する。\n\n| 推奨の強さ | 1：強い |\n|---|---|\n| エビデンスの確実性 | B（中） |\n",
            ("CQ1", "1：強い", "B（中）", "for"),
            id="a table of names and values",
        ),
        pytest.param(
            "## CQ1 有効か\n\n| 項目 | 内容 |\n|---|---|\n| 推奨 | 運動を推奨する。 |\n| 推奨の強さ | 強い |\n| エビデンスの確実性 | 中 |\n| 例外 | 頸椎疾患のある患者 |\n",
            ("CQ1", "強い", "中", "for"),
            id="a table that states it",
        ),
        pytest.param(
            "## CQ1 有効か\n\n##### 推奨草案\n\n運動を行うことを強く推奨する。\n\n##### 推奨の強さ\n\n□1（弱い）　■2（強い）\n",
            ("CQ1", "2（強い）", None, "for"),
            id="a box is ticked",
        ),
        pytest.param(
            "## CQ1 有効か\n\n運動を行うことを弱く推奨する（GRADE 2C）。\n",
            ("CQ1", "弱く推奨する（GRADE 2C）", "C", "for"),
            id="GRADE in words and figures",
        ),
        pytest.param(
            "## CQ1 有効か\n\n【推奨】薬を投与しないことを条件付きで推奨する（エビデンスの確実性：低い）。\n",
            ("CQ1", "条件付きで推奨する", "低い", "against"),
            id="the sentence says how strongly",
        ),
        pytest.param(
            "## 1. 治療\n\n**グレードC2**　薬を続けることは、十分な根拠がないので勧められない。\n",
            (None, "C2", None, "against"),
            id="a letter in front",
        ),
        pytest.param(
            "## 1. 治療\n\n1. 初診の患者にアモキシシリン1回250 mgを投与する（A-II）。\n",
            (None, "A", "II", "for"),
            id="letter and level",
        ),
        pytest.param(
            "## 1. 治療\n\n- めまいの患者に頭部CTをルーチンに行う（クラスIII、レベルC）。\n",
            (None, "III", "C", "against"),
            id="class III in brackets",
        ),
        pytest.param(
            "## Q1. 運動は有効ですか？\n\nA. 有効です。めまいの患者さんには運動を行うことを強くおすすめします。（推奨の強さ1、エビデンスの強さA）\n",
            ("Q1", "1", "A", "for"),
            id="the answer's second sentence",
        ),
        pytest.param(
            "## Therapy\n\n1. Digoxin is not recommended. (COR 3: Harm, LOE C-LD)\n",
            (None, "3: Harm", "C-LD", "against"),
            id="class of recommendation",
        ),
        pytest.param(
            "## Summary\n\nThe Task Force recommends screening for falls in adults (B recommendation).\n",
            (None, "B recommendation", None, "for"),
            id="task force",
        ),
        pytest.param(
            "## Treatment\n\n1.1.2 Do not offer colchicine above 1.5 mg per day. [strong; low certainty]\n",
            (None, "strong", "low certainty", "against"),
            id="imperatives",
        ),
        pytest.param(
            "## Recommendation 2 (conditional recommendation, low-certainty evidence)\n\nIron is suggested in women.\n",
            ("Recommendation 2", "conditional recommendation", "low-certainty evidence", "for"),
            id="the English heading grades it",
        ),
    ],
)
def test_one_recommendation_in_many_styles(
    tmp_path: Path, body: str, expected: tuple[str | None, ...]
) -> None:
    (found,) = read(tmp_path, HEAD + body).recommendations
    assert told(found) == expected


@pytest.mark.parametrize(
    ("sentence", "polarity"),
    [
        ("転倒を避けるため、降圧薬の減量を推奨する。", "for"),
        ("薬Aが推奨されない患者には、薬Bを提案する。", "for"),
        ("薬Aが禁忌である患者に、薬Bを推奨する。", "for"),
        ("十分な根拠はないが、行うよう勧められる。", "for"),
        ("根拠がないので、勧められない。", "against"),
        ("抗菌薬の使用は控える。", "against"),
        ("予防投与を行わないほうがよい。", "against"),
        ("この薬の投与は禁忌である。", "against"),
        ("行うことも行わないことも、いずれも推奨しない。", "neither"),
        ("明確な推奨はできない。", "neither"),
        ("推奨するだけの根拠がない。", "neither"),
        ("In patients who do not respond, we suggest a drug.", "for"),
        ("To avoid bleeding, we recommend a lower dose.", "for"),
        ("We suggest not using the drug.", "against"),
        ("Chelation is not beneficial.", "against"),
        ("The evidence is insufficient to recommend for or against testing.", "neither"),
    ],
)
def test_a_refusal_counts_where_the_clause_ends(
    tmp_path: Path, sentence: str, polarity: str
) -> None:
    (found,) = read(tmp_path, f"{HEAD}## CQ1 用いるか\n\n【推奨】{sentence}\n").recommendations
    assert found.polarity == polarity


def test_two_recommendations_in_one_paragraph_are_two(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        HEAD
        + "## CQ1 目標は\n\nAnswer：血糖180 mg/dL以下を目標にすることを推奨する（GRADE 1B）。"
        + "強化療法は行わないことを推奨する（GRADE 1A）。\n",
    )
    assert [told(found) for found in entry.recommendations] == [
        ("CQ1", "1", "B", "for"),
        ("CQ1", "1", "A", "against"),
    ]


def test_a_summary_table_and_the_body_are_one_recommendation(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        HEAD
        + "## 推奨一覧\n\n| CQ | 推奨 | 推奨の強さ |\n|---|---|---|\n| CQ1 | 運動を行うことを推奨する。 | 強い |\n\n"
        + "## CQ1 有効か\n\n**推奨**\n\n運動を行うことを推奨する。\n",
    ).recommendations
    assert found.question == "有効か"
    assert told(found) == ("CQ1", "強い", None, "for")


def test_a_table_without_a_name_for_its_sentences_is_read(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        HEAD
        + "## 酸素\n\n|  | 推奨クラス | エビデンスレベル |\n|---|---|---|\n"
        + "| 低酸素血症の患者に酸素を投与する。 | I | C |\n| 飽和度の保たれた患者への酸素の投与。 | III | A |\n",
    )
    assert [told(found) for found in entry.recommendations] == [
        (None, "I", "C", "for"),
        (None, "III", "A", "against"),
    ]


def test_what_the_classes_mean_is_no_recommendation(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        HEAD
        + "## 読み方\n\n| 推奨クラス | 定義 |\n|---|---|\n| I | 有用であるという見解が一致している。 |\n| III | 有用でない。行うべきでない。 |\n\n"
        + "推奨度1：強く推奨する　推奨度2：弱く推奨する\n",
    )
    assert entry.recommendations == ()


def test_a_footnote_limits_the_recommendation_that_cites_it(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        HEAD
        + "## 1 治療\n\n| 推奨 | クラス | レベル |\n|---|---|---|\n| 薬Aを20 mg投与する*。 | I | B |\n| 薬Bを併用してもよい。 | IIb | C |\n\n"
        + "* 体重50 kg以下の患者は除く。\n",
    )
    first, second = entry.recommendations
    assert [limit.text for limit in first.exceptions] == ["体重50 kg以下の患者は除く。"]
    assert second.exceptions == ()
    (holder,) = [p for p in entry.passages if "薬Aを20 mg投与" in p.text]
    assert "体重50 kg以下の患者は除く。" in holder.text


def test_a_grade_glued_to_an_exception_is_no_part_of_it(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        HEAD
        + "## CQ1 有効か\n\n【推奨】運動を推奨する。〔強い推奨、確実性：中〕頸椎疾患のある患者には行わない。\n",
    ).recommendations
    assert [limit.text for limit in found.exceptions] == ["頸椎疾患のある患者には行わない。"]
    assert told(found) == ("CQ1", "強い推奨", "中", "for")


def test_an_explanation_in_the_label_s_paragraph_is_no_exception(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path, HEAD + "推奨1　運動を行うことを推奨する（1B）\n\n患者は多い。運動は安い。\n"
    ).recommendations
    assert found.exceptions == ()


def test_a_frame_of_lines_hides_nothing(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        "架空浮腫 診療ガイドライン\n架空・診療に用いないこと\n\nCQ1　圧迫療法は勧められるか\n┌──────────────┐\n│■ 推奨              │\n"
        "│　弾性着衣による圧迫療法を行うことを│\n│推奨する。            │\n│　推奨の強さ：強　確実性：中     │\n│■ 注意              │\n"
        "│　心不全の患者には行わない。     │\n└──────────────┘\n■ 解説\n　試験がある。\n",
        "guide.txt",
    ).recommendations
    assert found.text == "弾性着衣による圧迫療法を行うことを\n推奨する。"
    assert told(found) == ("CQ1", "強", "中", "for")
    assert [limit.text for limit in found.exceptions] == ["心不全の患者には行わない。"]


def test_what_is_not_advised_by_the_legend_of_the_grades_is_against(tmp_path: Path) -> None:
    first, second = read(
        tmp_path,
        HEAD
        + "推奨度は 1（勧める）、2（弱く勧める）、3（勧めない）。\n\n## 合意\n\n**Statement 1** 高齢者に運動を行う。〈推奨度1，エビデンスレベルII〉\n\n"
        "**Statement 2** 高齢者に睡眠薬を用いる。〈推奨度3，エビデンスレベルV〉\n",
    ).recommendations
    assert (first.polarity, second.polarity) == ("for", "against")


def test_a_list_of_what_not_to_do_is_no_legend(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        HEAD
        + "注意\n1：妊婦には勧めない\n2：小児には勧めない\n\n## CQ1 何を行うか\n\n【推奨】運動を行う。\n\n推奨の強さ：1\n",
    ).recommendations
    assert found.polarity == "for"


def test_tables_one_below_another_hold_a_recommendation_each(tmp_path: Path) -> None:
    table = "<table><tr><th>臨床疑問</th><td>CQ {n}　何を行うか</td></tr><tr><th>推奨文</th><td>運動{n}を行う。</td></tr><tr><th>推奨度</th><td>強く推奨</td></tr></table>"
    entry = read(
        tmp_path,
        "<h1>架空指針</h1>" + table.format(n=1) + table.format(n=2),
        "guide.html",
    )
    assert [(r.cq, r.text) for r in entry.recommendations] == [
        ("CQ1", "運動1を行う。"),
        ("CQ2", "運動2を行う。"),
    ]


@pytest.mark.parametrize(
    ("grading", "strength", "certainty"),
    [
        ("【勧める度合い：場合により勧める】【証拠の質：低い】", "場合により勧める", "低い"),
        ("〈強く推奨・根拠の質 高〉", "強く推奨", "高"),
        (
            "\n\n推奨の強さ：実施することを強く推奨する\nエビデンスの確実性：C（弱）",
            "実施することを強く推奨する",
            "C（弱）",
        ),
    ],
)
def test_grades_in_words_of_the_document_s_own(
    tmp_path: Path, grading: str, strength: str, certainty: str
) -> None:
    (found,) = read(
        tmp_path, f"{HEAD}## CQ1 何を行うか\n\n【推奨】運動を行う。{grading}\n"
    ).recommendations
    assert told(found) == ("CQ1", strength, certainty, "for")


def test_a_grade_ahead_makes_the_answer_a_recommendation_and_the_question_none(
    tmp_path: Path,
) -> None:
    (found,) = read(
        tmp_path,
        HEAD
        + "A：行うよう勧められる\nD：行わないよう勧められる\n\n## Clinical Question 2\n\n鎮痙薬は推奨されるか\n\n（推奨グレードD）\n鎮痙薬を単独で用いる。\n\n"
        "【解説】\n試験はない。がんの患者には本推奨を適用しない。\n",
    ).recommendations
    assert told(found) == ("Clinical Question 2", "D", None, "against")
    assert found.question == "鎮痙薬は推奨されるか"
    assert [limit.text for limit in found.exceptions] == ["がんの患者には本推奨を適用しない。"]


def test_to_whom_it_is_not_given_is_read_below_the_recommendation_too(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        HEAD
        + "## CQ1 何を行うか\n\n硫酸マグネシウムの投与を推奨する（1A）。\n\n初回4 gを投与する。重症筋無力症の患者には投与しない。\n",
    ).recommendations
    assert [limit.text for limit in found.exceptions] == ["重症筋無力症の患者には投与しない。"]


def test_words_that_a_typesetter_broke_over_lines_are_read_whole(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        "架空骨折診療ガイドライン\n架空・診療に用いないこと\n\nCQ1　床上安静は有用か\n\n推奨文　新鮮な椎体骨折の患者に、2週間を超える床上安静を続けな\n"
        "いことを弱く推奨する。（推奨の強さ 2、エビデンスの強\nさ C、合意率 92%）\n\n付帯事項　不安定な骨折のある患者では、専門の医師が個別に判断す\nる。\n\n"
        "解説　安静の長さを直接に比べた試験は2編である。患者には推奨しない。\n",
        "guide.txt",
    ).recommendations
    assert told(found) == ("CQ1", "2", "C", "against")
    assert [limit.text.replace("\n", "") for limit in found.exceptions] == [
        "不安定な骨折のある患者では、専門の医師が個別に判断する。"
    ]


def test_the_question_of_a_table_is_its_recommendation_s(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        HEAD
        + "## 1 予防\n\n| CQ2 | 何剤を用いるか |\n|---|---|\n| 推奨 | 2剤以上を用いることを推奨する。 |\n| 推奨の強さ | 強い |\n| エビデンスの確実性 | 高い |\n",
    ).recommendations
    assert (found.cq, found.question) == ("CQ2", "何剤を用いるか")


def test_strength_and_certainty_in_one_column_are_two(tmp_path: Path) -> None:
    (found,) = read(
        tmp_path,
        HEAD
        + "## 一覧\n\n| CQ | 推奨文 | 推奨グレード |\n|---|---|---|\n| CQ1 | 運動を行うことを推奨する。 | 1A |\n",
    ).recommendations
    assert told(found) == ("CQ1", "1", "A", "for")


@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_questions_and_answers_in_polite_sentences(tmp_path: Path, suffix: str) -> None:
    first, second = read(
        tmp_path,
        "架空帯状疱疹Q&A\n架空・診療に用いないこと\n\nQ1．治療はいつ始めますか。\nA1．72時間以内に抗ウイルス薬を始めることを強く推奨します（推奨度1、エビデンスレベルA）。"
        "ただし、腎機能が低い方では減量します。\n解説：試験があります。\n\nQ2．ワクチンは何歳から勧めますか。\nA2．50歳以上の方にワクチンを勧めます（推奨度1、エビデンスレベルB）。\n"
        "解説：試験があります。\n\nQ3．診断はどうしますか。\nA3．皮疹を見て診断します。\n",
        f"guide{suffix}",
    ).recommendations
    assert told(first) == ("Q1", "1", "A", "for")
    assert [limit.text for limit in first.exceptions] == ["ただし、腎機能が低い方では減量します。"]
    assert told(second) == ("Q2", "1", "B", "for")


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("## CQ I-3：何を用いるか", "CQI-3"),
        ("## (1) CQ12-3：何を用いるか", "CQ12-3"),
        ("## 論点2　何を用いるか", "論点2"),
        ("設問一　何を用いるか", "設問一"),
        ("設問（３）　何を用いるか", "設問(3)"),
        ("問1　何を用いるか。", "問1"),
    ],
)
def test_questions_by_other_names_and_numbers(tmp_path: Path, question: str, label: str) -> None:
    (found,) = read(
        tmp_path,
        f"{HEAD}{question}\n\n【推奨】\n　運動を推奨する。\n【強さ】強い　【根拠】高い\n",
    ).recommendations
    assert told(found) == (label, "強い", "高い", "for")
