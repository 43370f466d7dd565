"""Extractive answers: the sentence states what is asked, of the right thing, for the right people."""

from dataclasses import replace

import pytest

from medrag.documents.guideline import Grade
from medrag.retrieval.retriever import Hit
from tests.generation.test_extractive import TARGET, hit, write

REFLUX = hit(
    "薬剤Xは1回20 mgを1日2回、14日間投与する。ただし、腎機能が低下した患者では減量する。",
    "第3章 治療",
    kind="body",
    start=2000,
    title="胃食道逆流症の手引き",
)
OMEPRAZOLE = hit(
    "オメプラゾールは1日10 mgから開始し、1日1回20 mgを維持量とする。8週間までの投与とする。",
    "第3章 薬物治療",
    start=2100,
    title="胃食道逆流症の手引き",
)


@pytest.mark.parametrize(
    "question",
    [
        "オメプラゾールの半減期は？",
        "オメプラゾールの薬価はいくらですか",
        "オメプラゾールの作用機序を教えてください",
        "オメプラゾールの副作用は？",
        "オメプラゾールの保存方法は？",
        "What is the half-life of omeprazole?",
    ],
)
def test_what_no_sentence_states_is_not_answered(question: str) -> None:
    assert write(question, OMEPRAZOLE).abstained


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("オメプラゾールの開始量は？", "10 mgから開始"),
        ("オメプラゾールの維持量は？", "20 mgを維持量"),
        ("オメプラゾールは何週間まで投与できますか", "8週間まで"),
        ("オメプラゾールの投与期間と用量は？", "8週間まで"),
    ],
)
def test_what_a_sentence_states_is_answered_by_it(question: str, held: str) -> None:
    assert held in write(question, OMEPRAZOLE).text


def test_an_amount_per_day_is_no_length_of_time() -> None:
    daily = hit("オメプラゾールは1回20 mgを1日2回投与する。", "第3章 薬物治療", start=2200)
    assert write("オメプラゾールは何日間投与しますか", daily).abstained


def test_an_amount_of_another_drug_is_no_answer() -> None:
    listed = hit(
        "- ランソプラゾールは1日30 mgを用いる。\n- ラベプラゾールの増量は専門医が判断する。",
        "第3章 薬物治療",
        start=2300,
    )
    assert write("ラベプラゾールは何mg用いますか", listed).abstained


@pytest.mark.parametrize(
    "question",
    [
        "小児のオメプラゾールの用量は？",
        "妊婦のオメプラゾールの用量は？",
        "透析患者のオメプラゾールの用量は？",
    ],
)
def test_a_dose_for_others_is_no_answer(question: str) -> None:
    assert write(question, OMEPRAZOLE).abstained


def test_what_is_for_others_is_not_added() -> None:
    others = hit(
        "妊娠中の高血圧患者では、130/80 mmHg未満を目標とする。",
        "第6章 妊娠",
        start=2400,
    )
    assert "妊娠" not in write("75歳以上の高血圧患者の降圧目標は？", TARGET, others).text


def test_the_setting_that_is_asked_about_is_preferred() -> None:
    ward = hit(
        "入院中の肺炎患者には、セフトリアキソンを用いることを推奨する。", "第4章", start=2500
    )
    clinic = hit("外来の肺炎患者には、アモキシシリンを用いることを推奨する。", "第4章", start=2600)
    assert write("外来の肺炎の抗菌薬は？", ward, clinic).text.startswith("外来の肺炎患者")


def test_asked_for_contraindications_the_row_gives_its_cell_and_other_sections_what_they_forbid() -> (
    None
):
    doses = hit(
        "| 薬剤 | 用量 | 腎機能低下時 | 禁忌 |\n|---|---|---|---|\n"
        "| ロモソズマブ | 210 mgを月1回 | 減量不要 | 低カルシウム血症 |\n"
        "| デノスマブ | 60 mgを6か月に1回 | 減量不要 | 妊婦 |",
        "表 骨粗鬆症治療薬の用量",
        kind="table",
        start=2700,
    )
    first = hit(
        "骨折の危険性がとくに高い患者には、ロモソズマブを先に用いることを提案する。\n\n"
        "1) 過去1年以内に心筋梗塞を起こした患者には、ロモソズマブを投与しない。",
        "CQ6 骨形成促進薬を先に用いるか",
        kind="recommendation",
        start=2900,
    )
    assert write("ロモソズマブの禁忌は？", doses, first).text == (
        "ロモソズマブの禁忌は低カルシウム血症[1]。"
        "過去1年以内に心筋梗塞を起こした患者には、ロモソズマブを投与しない[2]。"
    )


def test_a_sentence_that_limits_the_chosen_one_comes_with_it() -> None:
    text = write("胃食道逆流症に薬剤Xは何mg投与しますか", REFLUX).text
    assert "ただし、腎機能が低下した患者では減量する[1]。" in text


def test_a_table_of_just_what_is_asked_is_given_whole() -> None:
    table = hit(
        "| 区分 | 薬剤なし | 薬剤あり |\n|---|---|---|\n| 認知機能正常 | 7.0％未満 | 8.0％未満 |\n"
        "| 認知症 | 8.0％未満 | 8.5％未満 |",
        "高齢者のHbA1c目標値",
        kind="table",
        start=3100,
        title="糖尿病診療ガイドライン",
    )
    text = write("高齢者のHbA1c目標は？", table).text
    assert "認知機能正常の薬剤なしは7.0％未満[1]。" in text
    assert "認知症の薬剤ありは8.5％未満[1]。" in text


def test_what_the_title_says_already_is_no_answer() -> None:
    ascites = hit(
        "腹水を有する肝硬変患者にNSAIDsを投与しないことを推奨する。",
        "第3章 腹水",
        kind="recommendation",
        start=3300,
        title="肝硬変診療ガイドライン",
    )
    assert write("肝硬変の成因は？", ascites).abstained


def test_what_a_document_says_of_itself_answers_no_question_about_patients() -> None:
    preface = hit(
        "本手引きは、せん妄に出会う医師のために要点をまとめたものである。", "はじめに", start=3500,
        title="せん妄の手引き",
    )  # fmt: skip
    assert write("せん妄の患者を診る医師は何をしますか", preface).abstained


def test_an_explanation_leans_on_what_its_recommendation_names() -> None:
    section = ("第4章 脳保護", "CQ1 エダラボンを用いるか")
    given = hit(
        "発症24時間以内の患者にエダラボンを用いることを推奨する。",
        *section,
        kind="recommendation",
        start=3700,
    )
    why = hit("投与期間は14日以内である。", *section, "解説", kind="explanation", start=3800)
    assert "14日以内" in write("エダラボンの投与期間は？", given, why).text


def test_of_two_things_asked_for_the_one_that_nothing_states_is_named() -> None:
    draft = write("オメプラゾールの維持量と副作用は？", OMEPRAZOLE)
    assert "20 mgを維持量" in draft.text
    (said,) = [notice.message for notice in draft.notices if notice.code == "part_unanswered"]
    assert said == "「副作用」に答える記載は見つかりませんでした。"


def test_each_recommendation_keeps_its_own_grade() -> None:
    grade = "\n\n推奨の強さ：強い（1）"
    one = hit(
        f"成人の高血圧患者に減塩を推奨する。{grade}", "CQ5 減塩", kind="recommendation", start=3900
    )
    other = hit(
        f"CKD患者に減塩を推奨する。{grade}", "CQ6 減塩", kind="recommendation", start=4000,
        title="CKD診療ガイドライン",
    )  # fmt: skip
    assert write("減塩は推奨されますか。推奨の強さも教えてください", one, other).text == (
        "成人の高血圧患者に減塩を推奨する[1]。推奨の強さ：強い（1）[1]。"
        "CKD患者に減塩を推奨する[2]。推奨の強さ：強い（1）[2]。"
    )


@pytest.mark.parametrize(
    "question",
    [
        "オメプラゾールの予後は？",
        "オメプラゾールの錠剤のサイズは？",
        "オメプラゾールを飲み忘れたときはどうしますか",
        "オメプラゾールの生物学的利用能は？",
        "オメプラゾールはどこに注射しますか",
    ],
)
def test_what_is_asked_must_be_called_by_its_name(question: str) -> None:
    assert write(question, OMEPRAZOLE).abstained


def test_another_symptom_than_the_one_asked_about_is_no_answer() -> None:
    constipation = hit(
        "オピオイドの開始と同時に、緩下薬を予防的に投与する。",
        "第5章 便秘",
        start=2400,
        title="がん疼痛の手引き",
    )
    assert write("オピオイドの吐き気には何を使いますか", constipation).abstained
    assert "緩下薬" in write("オピオイドの便秘には何を使いますか", constipation).text


def test_asked_for_a_strength_what_has_none_is_no_answer() -> None:
    section = ("CQ4 鼓膜換気チューブはいつ入れるか",)
    graded = hit(
        "反復性中耳炎の児には、鼓膜換気チューブの留置を提案する。\n【推奨の強さ：弱】",
        *section,
        kind="recommendation",
        start=4200,
        title="中耳炎の手引き",
    )
    swimming = hit(
        "チューブの留置中でも、水泳は制限しない。",
        *section,
        kind="recommendation",
        start=4400,
        title="中耳炎の手引き",
    )
    text = write("鼓膜チューブの適応と推奨の強さは？", swimming, graded).text
    assert text.startswith(
        "反復性中耳炎の児には、鼓膜換気チューブの留置を提案する[2]。【推奨の強さ：弱】[2]。"
    )


def test_classes_of_recommendations_in_a_table_are_all_given_where_both_are_asked() -> None:
    def row(text: str, *section: str, start: int) -> Hit:
        return hit(text, *section, kind="recommendation", start=start, title="心膜炎の手引き")

    first = row("| コルヒチンを3か月間併用する | I | A |", "2. 急性心膜炎の治療", start=4600)
    again = row("| コルヒチンを6か月以上投与する | I | A |", "3. 再発性心膜炎の治療", start=4700)
    question = "コルヒチンは急性心膜炎と再発性心膜炎でそれぞれ何か月使いますか"
    text = write(question, first, again).text
    assert "3か月間" in text
    assert "6か月以上" in text


def test_a_row_that_only_its_class_turns_against_says_so() -> None:
    row = hit(
        "| 副腎皮質ステロイドを第一選択として投与する | III | C |",
        "2. 急性心膜炎の治療",
        kind="recommendation",
        start=4800,
        title="心膜炎の手引き",
    )
    passage = replace(row.passage, polarity="against", strength=Grade(raw="III", scheme="class"))
    draft = write("急性心膜炎にステロイドを第一選択とするか", replace(row, passage=passage))
    assert draft.text == "副腎皮質ステロイドを第一選択として投与する（III、C）[1]。"
    (said,) = [notice.message for notice in draft.notices if notice.code == "against"]
    assert said.endswith("行わないことを勧める推奨です（III）。")


def test_polite_words_forbid_too() -> None:
    asked = "運動してはいけない糖尿病の人は？"
    diet = hit(
        "肥満のある患者では、炭水化物を制限する食事を弱く推奨する。妊婦には勧めない。",
        "第3章 食事と運動",
        "CQ2 炭水化物を制限する食事を勧めるか",
        kind="recommendation",
        start=5000,
        title="糖尿病の手引き",
    )
    exercise = hit(
        "有酸素運動を行うことを推奨します。\n\n- 網膜症で出血の危険がある方には、運動を行わせません。",
        "第3章 食事と運動",
        "CQ1 どのような運動を勧めるか",
        kind="recommendation",
        start=5200,
        title="糖尿病の手引き",
    )
    assert write(asked, diet, exercise).text.startswith(
        "有酸素運動を行うことを推奨します[2]。網膜症で出血の危険がある方には、運動を行わせません[2]。"
    )


def test_a_question_that_stands_in_the_text_is_no_answer() -> None:
    listed = hit(
        "臨床疑問 成人に補充するか？\n補充を行う。〔弱く推奨〕",
        "甲状腺機能低下症",
        start=5400,
        title="甲状腺の手引き",
    )
    assert "臨床疑問" not in write("甲状腺機能低下症の成人に補充しますか", listed).text


def test_of_the_columns_of_editions_the_one_of_its_own_is_given() -> None:
    changes = hit(
        "| 項目 | 2020年版 | 2025年版 |\n|---|---|---|\n| 食塩摂取量 | 7 g/日未満 | 6 g/日未満 |\n"
        "| 第一選択薬 | 5系統 | 4系統 |",
        "1.3 2020年版からの主な変更",
        kind="table",
        start=5600,
    )
    assert write("食塩摂取量は一日何グラムまでですか", changes).text == (
        "食塩摂取量の2025年版は6 g/日未満[1]。"
    )
    assert "7 g/日未満" in write("食塩摂取量は2020年版では何グラムですか", changes).text
