"""For whom: the row, the recommendation and the drug that a question means, and no neighbour's."""

import pytest

from medrag.generation.measures import apart, conditions_in, led_by, measures_in, under
from tests.generation.test_extractive import TARGET, hit, write

RENAL = hit(
    "| クレアチニンクリアランス（mL/分） | 1日量 |\n|---|---|\n| 80以上 | 1,000〜3,000 mg |\n"
    "| 30〜49 | 500〜1,500 mg |\n| 30未満 | 500〜1,000 mg |",
    "腎機能低下時のレベチラセタム",
    kind="table",
    start=4000,
    title="てんかんの手引き",
)
WEIGHTS = hit(
    "表1　アモキシシリンの投与量\n\n| 体重 | 1回量 | 1日量 |\n|---|---|---|\n"
    "| 6 kg | 80 mg | 240 mg |\n| 15 kg | 200 mg | 600 mg |",
    "表1　アモキシシリンの投与量",
    kind="table",
    start=4200,
    title="小児中耳炎の手引き",
)
BESIDE_VALPROATE = hit(
    "表1　ラモトリギンの開始量（成人）\n\n| 併用薬 | 1〜2週 |\n|---|---|\n"
    "| なし | 25 mg/日 |\n| バルプロ酸あり | 25 mgを隔日 |",
    "表1　ラモトリギンの開始量（成人）",
    kind="table",
    start=4400,
    title="てんかんの手引き",
)


@pytest.mark.parametrize(
    ("text", "name", "low", "high"),
    [
        ("Ccr 40のとき", "ccr", 40, 40),
        ("ｅＧＦＲ３０未満", "egfr", 0, 30),
        ("体重12kgの児", "weight", 12, 12),
        ("65歳以上75歳未満では", "age", 65, 75),
        ("65〜74歳", "age", 65, 74),
        ("80歳代の患者", "age", 80, 89),
        ("クレアチニンクリアランス 15〜49 mL/分", "ccr", 15, 49),
    ],
)
def test_a_measure_is_read_with_its_bounds(text: str, name: str, low: float, high: float) -> None:
    (measure,) = measures_in(text)
    assert measure.name == name
    assert (measure.low, measure.high) == pytest.approx((low, high), abs=1e-5)


def test_a_dose_by_weight_is_no_weight() -> None:
    assert measures_in("1回10〜15 mg/kgを投与する。") == ()


def test_one_measure_is_not_compared_with_another() -> None:
    assert not apart(measures_in("eGFR 40"), measures_in("CCr 30未満"))
    assert apart(measures_in("eGFR 40"), measures_in("eGFR 30未満"))
    assert not apart(measures_in("eGFR 30"), measures_in("eGFR 30以上45未満"))
    assert apart(measures_in("eGFR 30"), measures_in("eGFR 30未満"))


def test_a_cell_is_read_under_its_header() -> None:
    assert [one.name for one in under("CCr（mL/分）", "30〜49")] == ["ccr"]
    assert under("CCr（mL/分）", "透析中") == ()


def test_an_age_in_the_middle_of_a_sentence_says_not_for_whom_it_is() -> None:
    assert led_by("CQ2-1　65歳未満の患者で、目標はいくつか")
    assert led_by("心不全、75歳以上、糖尿病をそれぞれ1点とする。") == ()


def test_the_row_is_that_of_the_measure() -> None:
    text = write("CCr 40のレベチラセタムの用量は？", RENAL).text
    assert text == "クレアチニンクリアランス（mL/分） 30〜49の1日量は500〜1,500 mg[1]。"


def test_between_two_weights_neither_row_is_given() -> None:
    assert write("体重12kgのアモキシシリンの1回量は？", WEIGHTS).abstained
    text = write("体重15kgのアモキシシリンの1回量は？", WEIGHTS).text
    assert "15 kgの1回量は200 mg[1]。" in text
    assert "80 mg" not in text


def test_a_recommendation_for_other_ages_is_no_answer() -> None:
    younger = hit(
        "75歳未満の高血圧患者では、120/70 mmHg未満を降圧目標とすることを推奨する。",
        "CQ2 75歳未満の高血圧患者において、降圧目標をどこに置くべきか",
        kind="recommendation",
        start=4600,
    )
    assert write("80歳の高血圧の降圧目標は？", younger).abstained
    assert "130/80" in write("80歳の高血圧の降圧目標は？", younger, TARGET).text


def test_a_table_is_not_only_for_the_ages_of_the_question_before_it() -> None:
    doses = hit(
        "表3　DOACの用量\n\n| 薬剤 | 標準用量 |\n|---|---|\n| アピキサバン | 5 mgを1日2回 |",
        "CQ5 80歳以上の患者に超低用量を用いるか",
        "解説",
        "表3　DOACの用量",
        kind="table",
        start=4700,
        title="心房細動の手引き",
    )
    assert "5 mgを1日2回" in write("78歳のアピキサバンの用量は？", doses).text


def test_a_row_of_what_is_given_besides_states_the_dose_of_the_table_s_drug() -> None:
    assert write("バルプロ酸の用量は？", BESIDE_VALPROATE).abstained
    text = write("バルプロ酸を併用するときのラモトリギンの開始量は？", BESIDE_VALPROATE).text
    assert text == "ラモトリギンの開始量（成人）：バルプロ酸ありの1〜2週は25 mgを隔日[1]。"


def test_a_dose_is_that_of_the_drug_last_named() -> None:
    first = hit(
        "第一段階としてジアゼパムまたはロラゼパムを静注することを推奨する。\n\n"
        "- ジアゼパムは5〜10 mgを静注する。小児では0.3 mg/kgを静注する。",
        "CQ5 けいれん重積の治療",
        kind="recommendation",
        start=4800,
        title="てんかんの手引き",
    )
    assert write("ロラゼパムの用量は？", first).abstained
    assert "5〜10 mg" in write("ジアゼパムの用量は？", first).text


def test_a_dose_for_children_is_none_for_adults() -> None:
    children = hit(
        "アモキシシリンは40 mg/kg/日を3回に分けて投与する。",
        "CQ2 第一選択の抗菌薬は何か",
        start=5000,
        title="小児急性中耳炎の手引き",
    )
    assert write("成人の急性中耳炎のアモキシシリンの用量は？", children).abstained
    assert "40 mg/kg" in write("急性中耳炎のアモキシシリンの用量は？", children).text


def test_the_list_right_under_a_recommendation_is_quoted_with_it() -> None:
    text = "初回の発作のあと、直ちに抗てんかん薬を開始しないことを提案する。"
    section = ("CQ4 初回の発作で抗てんかん薬を始めるか",)
    first = hit(text, *section, kind="recommendation", start=5200, title="てんかんの手引き")
    below = hit(
        "- 65歳以上では、初回から開始してよい。\n\n再発率は40％である。",
        *section,
        kind="recommendation",
        start=5200 + len(text) + 2,
        title="てんかんの手引き",
    )
    assert write("初回の発作で抗てんかん薬を始めるべきか", first, below).text == (
        "初回の発作のあと、直ちに抗てんかん薬を開始しないことを提案する[1]。"
        "65歳以上では、初回から開始してよい[2]。"
    )


def test_the_year_of_a_guideline_names_its_edition() -> None:
    old = hit(
        "75歳以上の高血圧患者では、150/90 mmHg未満を降圧目標とすることを提案する。",
        "CQ3 75歳以上の高血圧患者において、降圧目標をどこに置くべきか",
        kind="recommendation",
        start=5400,
        title="高血圧診療ガイドライン 2020年版",
        edition="2020年版",
        edition_status="superseded",
    )
    text = write("2020年の高血圧ガイドラインの75歳以上の降圧目標は？", TARGET, old).text
    assert "150/90" in text
    assert "130/80" not in text


def test_a_drug_that_a_word_is_read_as_must_stand_in_the_answer() -> None:
    other = hit(
        "喘息発作の初期治療として、アミノフィリンの点滴静注を行わないことを提案する。"
        "エリスロマイシンとの併用で血中濃度が上がる。",
        "CQ3 アミノフィリンの点滴を行うか",
        kind="explanation",
        start=5600,
        title="喘息の手引き",
    )
    assert write("アリスロマイシンの点滴の用量は？", other).abstained


def test_an_amount_that_tells_who_the_patients_are_is_no_dose() -> None:
    bones = hit(
        "プレドニゾロン換算で1日5 mg以上のグルココルチコイドを3か月以上使用する患者には、"
        "ビスホスホネート薬を始めることを推奨する。",
        "CQ7 グルココルチコイドを使用する患者の骨折をどう防ぐか",
        kind="recommendation",
        start=5800,
        title="骨粗鬆症の手引き",
    )
    attack = hit(
        "プレドニゾロンは1日30〜50 mgを5〜7日間経口で用いる。",
        "CQ3 発作にステロイドを用いるか",
        "解説",
        start=5900,
        title="喘息の手引き",
    )
    assert write("プレドニゾロンは何mgを何日？", bones).abstained
    assert write("プレドニゾロンは何mgを何日？", bones, attack).text == (
        "プレドニゾロンは1日30〜50 mgを5〜7日間経口で用いる[2]。"
    )


def test_at_the_same_time_is_no_condition() -> None:
    crisis = hit(
        "チアマゾール60 mg/日と無機ヨウ素200 mg/日を同時に開始することを推奨する。",
        "CQ4 クリーゼの治療",
        kind="recommendation",
        start=6000,
        title="甲状腺の手引き",
    )
    assert "60 mg/日" in write("クリーゼのチアマゾールの用量は？", crisis).text


def test_a_cell_under_another_patient_s_measure_is_not_given() -> None:
    doses = hit(
        "表 用量\n\n| 薬剤 | 1日量 | eGFR 30以上45未満 | eGFR 30未満 |\n|---|---|---|---|\n"
        "| メトホルミン | 500〜2,250 mg | 750 mgまで | 投与しない |",
        "表 用量",
        kind="table",
        start=6200,
        title="糖尿病の手引き",
    )
    text = write("eGFR 40のメトホルミンの用量は？", doses).text
    assert text.startswith("メトホルミンのeGFR 30以上45未満は750 mgまで[1]。")
    assert "投与しない" not in text
    assert "750" not in write("eGFR 50のメトホルミンの用量は？", doses).text


def test_an_english_age_is_that_of_the_patient() -> None:
    stopping = hit(
        "We recommend reducing benzodiazepines by 25% every 2 weeks in insomnia.",
        "4. Stopping",
        kind="recommendation",
        start=6400,
        title="Insomnia guideline",
        language="en",
    )
    elderly = hit(
        "We recommend against benzodiazepines in adults aged 65 years or older.",
        "3. Drugs",
        kind="recommendation",
        start=6500,
        title="Insomnia guideline",
        language="en",
    )
    question = "Should benzodiazepines be used for insomnia in people aged 65 or over?"
    assert write(question, stopping, elderly).text.startswith("We recommend against")
    assert apart(measures_in("under 18 years old"), measures_in("adults aged 18 years or older"))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("AHIは17でした", 17, 17),
        ("FT4が5.0 ng/dL以上では", 5, float("inf")),
        ("血小板数が5万/μL未満の患者", 0, 5),
        ("血清カリウム値5.0 mEq/L以上の患者", 5, float("inf")),
    ],
)
def test_the_value_of_a_test_is_a_measure(text: str, low: float, high: float) -> None:
    (measure,) = measures_in(text)
    assert (measure.low, measure.high) == pytest.approx((low, high), abs=1e-5)


def test_a_test_whose_ranges_follow_each_other_is_named_once() -> None:
    first, second = measures_in("FT4が5.0 ng/dL未満では15 mgを、5.0 ng/dL以上では30 mgを用いる。")
    assert first.meets(measures_in("FT4 4.1")[0])
    assert second.meets(measures_in("FT4 6.2")[0])


def test_a_target_tells_not_for_whom_a_sentence_is_meant() -> None:
    assert conditions_in("HbA1c 7.0％未満を目標とする。") == ()
    assert conditions_in("AHIが15以上であれば、CPAPを使う。")


def test_the_dose_in_another_disease_is_not_added() -> None:
    first = hit(
        "チアマゾールは1日15 mgで開始する。",
        "第2章 薬物療法",
        "CQ1 未治療のバセドウ病の抗甲状腺薬は何か",
        start=6600,
        title="バセドウ病の手引き",
    )
    crisis = hit(
        "チアマゾール60 mg/日を開始する。",
        "第4章 甲状腺クリーゼ",
        "CQ4 甲状腺クリーゼの治療は何か",
        start=6700,
        title="バセドウ病の手引き",
    )
    text = write("未治療のバセドウ病のチアマゾールの開始量は？", first, crisis).text
    assert text == "チアマゾールは1日15 mgで開始する[1]。"
