"""Interventions: what each alteration and each rewriting makes of a sentence, written out by hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.attribution.verdicts import EvidenceText
from medrag.documents import corpus
from medrag.errors import EvaluationError
from medrag.evaluation.interventions import (
    CHANGES,
    KINDS,
    REWRITES,
    GeneratedClaim,
    Statement,
    alter_cited,
    closed_book,
    drop_cited,
    generate,
    replace_cited,
    split_of,
    tables,
)
from medrag.japanese import quantities

GUIDELINE = """# 架空の手引き 2024年版

架空・診療に用いないこと。

## CQ1 降圧目標をどこに置くか

【推奨】75歳以上の高血圧患者では、診察室血圧130/80 mmHg未満を目標とすることを強く推奨する（1B）。

【例外】起立性低血圧のある患者には、この目標を当てはめない。

【解説】目標には原則として3か月以内に到達させる。架空試験S（n＝3,218）では、脳卒中が22％、心不全が31％減少した。\
一方、失神（リスク比1.4）と急性腎障害（リスク比1.5）は増えた。過度の降圧は転倒と関連していた。

## 用量

アムロジピンは1日1回2.5〜5 mgを食後に経口投与する。ACE阻害薬よりARBを優先する。検査後48時間は再開しない。\
両側腎動脈狭窄のある患者には、エナラプリルを投与しない。ブドウ糖10 gを追加する。

| 薬剤 | 系統 | 用量 |
|---|---|---|
| アムロジピン | カルシウム拮抗薬 | 2.5〜5 mgを1日1回 |
| カンデサルタン | ARB | 4〜8 mgを1日1回 |
"""


def made(kind: str, sentence: str, passage: str | None = None) -> list[str]:
    change = CHANGES.get(kind) or REWRITES[kind]
    statement = Statement(text=sentence, context=passage if passage is not None else sentence)
    return [variant.text for variant in change(statement)]


@pytest.mark.parametrize(
    ("kind", "sentence", "altered"),
    [
        ("number", "高カリウム血症は2.3倍に増えた。", "高カリウム血症は3.3倍に増えた。"),
        ("number", "エタノールは１０ｍＬ以下とする。", "エタノールは２０ｍＬ以下とする。"),
        ("number", "架空試験S（n＝3,218）では減った。", "架空試験S（n＝4,218）では減った。"),
        ("unit", "ブドウ糖10 gをとる。", "ブドウ糖10 mgをとる。"),
        ("comparator", "5.0 mEq/L以上では追加しない。", "5.0 mEq/L未満では追加しない。"),
        ("comparator", "130 mmHg未満とする。", "130 mmHg以下とする。"),
        ("range", "尿アルブミンは30〜299 mg/gCrである。", "尿アルブミンは30〜399 mg/gCrである。"),
        ("frequency", "オセルタミビルを1日2回投与する。", "オセルタミビルを1日3回投与する。"),
        ("frequency", "アレンドロン酸を週1回服用する。", "アレンドロン酸を月1回服用する。"),
        ("duration", "検査後48時間は再開しない。", "検査後48日は再開しない。"),
        ("duration", "3か月以内に到達させる。", "4か月以内に到達させる。"),
        ("route", "硫酸マグネシウムを静脈内投与する。", "硫酸マグネシウムを筋肉内投与する。"),
        ("dose_period", "メトホルミンは1日500 mgから始める。", "メトホルミンは1回500 mgから始める。"),
        ("dose_period", "食塩は6 g/日未満とする。", "食塩は6 g/週未満とする。"),
        ("swapped_values", "収縮期は185 mmHg、拡張期は110 mmHgに下げる。", "収縮期は110 mmHg、拡張期は185 mmHgに下げる。"),
        ("negation", "診断には用いない。", "診断には用いる。"),
        ("negation", "死亡が増えた。", "死亡が増えなかった。"),
        ("negation", "骨折の頻度に差はなかった。", "骨折の頻度に差があった。"),
        ("double_negation", "妊婦には投与しない。", "妊婦には投与しないわけではない。"),
        ("polarity", "ARBを併用しないことを推奨する。", "ARBを併用することを推奨する。"),
        ("polarity", "インスリンを用いることを強く推奨する（1A）。", "インスリンを用いないことを強く推奨する（1A）。"),
        ("polarity", "6.0％未満を目指してもよい。", "6.0％未満を目指してはならない。"),
        ("strength", "投与することを強く推奨する（1A）。", "投与することを弱く推奨する。"),
        ("strength", "追加を提案する。", "追加を強く推奨する。"),
        ("certainty", "投与することを強く推奨する（1A）。", "投与することを強く推奨する（1C）。"),
        ("contraindication_caution", "腎動脈狭窄のある患者には投与しない。", "腎動脈狭窄のある患者には慎重に投与する。"),
        ("disease", "脳出血の急性期に降圧する。", "脳梗塞の急性期に降圧する。"),
        ("first_second_line", "メトホルミンを第一選択薬とする。", "メトホルミンを第二選択薬とする。"),
        ("population", "75歳以上の患者では減量する。", "85歳以上の患者では減量する。"),
        ("population", "妊婦には投与しない。", "授乳婦には投与しない。"),
        ("timing", "食後に服用する。", "食前に服用する。"),
        ("timing", "手術の3日前から中止する。", "手術の3日後から中止する。"),
        ("direction", "心不全入院が31％減少した。", "心不全入院が31％増加した。"),
        ("laterality", "杖は健側の手に持たせる。", "杖は患側の手に持たせる。"),
        ("scope", "すべての高血圧患者に減塩を勧める。", "一部の高血圧患者に減塩を勧める。"),
        ("condition_dropped", "禁忌がなければ、メトホルミンを用いる。", "常にメトホルミンを用いる。"),
        ("condition_dropped", "75歳以上の高血圧患者では、減量から始める。", "すべての患者では、減量から始める。"),
        ("role_swap", "ワルファリンよりDOACを優先する。", "DOACよりワルファリンを優先する。"),
        ("causal_overclaim", "増悪は早産と関連していた。", "増悪は早産の原因であった。"),
        ("edition_year", "2020年版では、7 g/日未満としていた。", "2018年版では、7 g/日未満としていた。"),
    ],
)  # fmt: skip
def test_an_alteration_changes_one_fact(kind: str, sentence: str, altered: str) -> None:
    assert altered in made(kind, sentence)


def test_a_drug_becomes_another_of_its_class() -> None:
    (altered,) = made("drug", "アムロジピンを投与する。")
    assert altered != "アムロジピンを投与する。"
    assert altered.endswith("を投与する。")


def test_a_class_never_becomes_one_that_it_is_in_or_that_is_in_it() -> None:
    (altered,) = made("drug_class", "ARBを投与する。")
    assert "アンジオテンシン受容体拮抗薬" not in altered
    assert "レニン・アンジオテンシン系阻害薬" not in altered


def test_an_added_condition_is_exclusive() -> None:
    # 透析を受けている高血圧患者では… would follow from what holds for all of them.
    (altered,) = made("condition_added", "75歳以上の高血圧患者では、減塩を推奨する。")
    assert altered.endswith("75歳以上の高血圧患者に限り、減塩を推奨する。")


def test_a_tail_is_invented_behind_the_linking_form() -> None:
    (altered,) = made("fabricated_tail", "アムロジピンを用いる。")
    assert altered.startswith("アムロジピンを用い、")


@pytest.mark.parametrize(
    ("kind", "sentence", "passage"),
    [
        ("number", "2.3倍に増えた。", "高カリウム血症は2.3倍、腎障害は3.3倍に増えた。"),
        ("timing", "食後に服用する。", "食後に服用する。インスリンは食前に注射する。"),
        ("population", "妊婦には投与しない。", "妊婦には投与しない。授乳婦にも投与しない。"),
        ("edition_year", "第2版では改めた。", "第3版を出した。第2版では改めた。"),
    ],
)
def test_nothing_becomes_what_the_passage_says_too(kind: str, sentence: str, passage: str) -> None:
    assert {"3.3倍に増えた。", "食前に服用する。", "授乳婦には投与しない。", "第3版では改めた。"}.isdisjoint(
        made(kind, sentence, passage)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("swapped_values", "130 mmHg未満の群と150 mmHg未満の群を比べた。"),  # the same either way
        ("swapped_values", "1週、4週に測定する。"),
        ("dose_period", "5 mgを1日1回投与する。"),  # a dose is a day's
        ("direction", "甲状腺機能低下症を除外する。"),  # a name
        ("route", "吸入ステロイド薬を用いる。"),
        ("scope", "次のいずれかがあれば入院とする。"),  # all of them would be one of them
        ("role_swap", "併用により死亡が減った。"),  # より says why
        ("negation", "心不全を合併する場合はこの限りでない。"),
        ("number", "95％信頼区間を示す。"),
    ],
)
def test_what_might_stay_true_or_be_no_japanese_is_not_made(kind: str, sentence: str) -> None:
    assert made(kind, sentence) == []


@pytest.mark.parametrize(
    ("kind", "sentence", "rewritten"),
    [
        ("verbatim", "失神は増えた。", "失神は増えた。"),
        ("light_edit", "患者に対してアムロジピンを用いる。", "患者に対しアムロジピンを用いる。"),
        ("light_edit", "4〜12週の間隔で増量する。", "4から12週の間隔で増量する。"),
        ("compression", "一方、失神は増えた。", "失神は増えた。"),
        ("compression", "体格指数（body mass index：BMI）は25未満とする。", "体格指数は25未満とする。"),
        ("compression", "納豆は作用を弱めるため、摂取しない。", "納豆は摂取しない。"),
        ("synonym", "高血圧の患者に勧める。", "高血圧症の患者に勧める。"),
        ("abbreviation", "慢性腎臓病の患者に勧める。", "CKDの患者に勧める。"),
        ("polite_form", "アムロジピンを用いる。", "アムロジピンを用います。"),
        ("polite_form", "死亡は増えなかった。", "死亡は増えませんでした。"),
        ("polite_form", "第一選択薬である。", "第一選択薬です。"),
        ("reorder", "ベラパミルまたはジルチアゼムを用いない。", "ジルチアゼムまたはベラパミルを用いない。"),
        ("unit_conversion", "検査後48時間は再開しない。", "検査後2日は再開しない。"),
        ("unit_conversion", "1,500 mgを追加する。", "1.5 gを追加する。"),
    ],
)  # fmt: skip
def test_a_rewriting_says_the_same(kind: str, sentence: str, rewritten: str) -> None:
    assert rewritten in made(kind, sentence)


def test_a_bracket_with_a_limit_in_it_is_no_gloss() -> None:
    sentence = "腎機能が低下した患者（eGFR 45 mL/分/1.73 m²未満）には勧めない。"
    assert made("compression", sentence) == []


def test_there_are_thirty_one_kinds_of_error() -> None:
    assert sum(label == "unsupported" for label in KINDS.values()) == 31
    assert sum(label == "supported" for label in KINDS.values()) == 11


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> corpus.Ingested:
    path: Path = tmp_path_factory.mktemp("guideline") / "guideline.md"
    path.write_text(GUIDELINE, "utf-8")
    (found,) = corpus.read([path])
    assert isinstance(found, corpus.Ingested)
    return found


@pytest.fixture(scope="module")
def claims(entry: corpus.Ingested) -> list[GeneratedClaim]:
    return list(generate([entry], seed=1, per_kind=4))


def test_claims_are_the_same_each_time(
    entry: corpus.Ingested, claims: list[GeneratedClaim]
) -> None:
    assert list(generate([entry], seed=1, per_kind=4)) == claims


def test_a_claim_cites_the_passage_that_it_was_made_from(
    entry: corpus.Ingested, claims: list[GeneratedClaim]
) -> None:
    texts = {passage.id: passage.text for passage in entry.passages}
    assert claims
    for claim in claims:
        assert [texts[passage.id] for passage in claim.passages] == [
            passage.text for passage in claim.passages
        ]


def test_what_the_document_says_of_itself_makes_no_claim(claims: list[GeneratedClaim]) -> None:
    assert [claim for claim in claims if "診療に用いない" in claim.claim] == []


def test_a_recommendation_without_its_exception_is_no_supported_claim(
    claims: list[GeneratedClaim],
) -> None:
    alone = (
        "75歳以上の高血圧患者では、診察室血圧130/80 mmHg未満を目標とすることを強く推奨する（1B）。"
    )
    assert alone not in {claim.claim for claim in claims if claim.label == "supported"}
    assert alone + "この推奨に例外はない。" in {
        claim.claim for claim in claims if claim.kind == "condition_dropped"
    }


def test_a_table_is_read_cell_by_cell(claims: list[GeneratedClaim]) -> None:
    rows = {claim.claim for claim in claims if claim.kind == "table_row"}
    swapped = {claim.claim for claim in claims if claim.kind == "swapped_values"}
    assert "カンデサルタンの系統は、ARBである。" in rows
    assert "アムロジピンの用量は、4〜8 mgを1日1回である。" in swapped


def test_a_list_in_another_order_is_no_other_value() -> None:
    table = "| 薬剤 | 系統 | 禁忌 |\n|---|---|---|\n| 甲薬 | 第一系統 | 妊婦、脱水 |\n| 乙薬 | 第二系統 | 脱水、妊婦 |"
    found = {
        statement.text: [variant.text for variant in variants]
        for statement, variants in tables.statements(table)
    }
    assert found["甲薬の禁忌は、妊婦、脱水である。"] == []
    assert found["甲薬の系統は、第一系統である。"] == ["甲薬の系統は、第二系統である。"]


def test_an_altered_quantity_is_the_only_one_that_differs(claims: list[GeneratedClaim]) -> None:
    altered = [claim for claim in claims if claim.kind in ("number", "unit", "comparator", "range")]
    assert altered
    for claim in altered:
        before, after = quantities.find(claim.source), quantities.find(claim.claim)
        assert len(before) == len(after)
        differing = [
            one
            for one, other in zip(before, after, strict=True)
            if (one.parts, one.comparator, one.unit) != (other.parts, other.comparator, other.unit)
        ]
        assert len(differing) == 1


def test_a_conversion_is_exact(claims: list[GeneratedClaim]) -> None:
    converted = [claim for claim in claims if claim.kind == "unit_conversion"]
    assert converted
    for claim in converted:
        assert claim.claim != claim.source
        assert [quantity.parts for quantity in quantities.find(claim.claim)] == [
            quantity.parts for quantity in quantities.find(claim.source)
        ]


@given(
    kind=st.sampled_from(sorted({*CHANGES, *REWRITES})),
    words=st.lists(
        st.sampled_from(
            ["患者では、", "75歳以上の", "高血圧", "アムロジピンを", "1日2回", "10", "mg", "以上", "3か月以内に", "または", "食後に", "投与する。", "用いない。", "ことを推奨する。", "増加", "（1A）", "すべての", "場合は、", "と関連していた。"]
        ),
        max_size=12,
    ),
)  # fmt: skip
def test_everything_outside_the_changed_place_stays(kind: str, words: list[str]) -> None:
    sentence = "".join(words)
    change = CHANGES.get(kind) or REWRITES[kind]
    for variant in change(Statement(text=sentence, context=sentence)):
        end = variant.start + len(variant.replacement)
        assert variant.text[: variant.start] == sentence[: variant.start]
        assert variant.text[variant.start : end] == variant.replacement
        assert variant.text[end:] == sentence[variant.end :]
        assert variant.text != sentence or kind == "verbatim"


PASSAGES = (
    EvidenceText(id="1", text="目標は130 mmHg未満とする。急な降圧は避ける。"),
    EvidenceText(id="2", text="減塩を推奨する。"),
)


def test_the_evidence_can_be_taken_away() -> None:
    assert closed_book(PASSAGES) == ()
    assert drop_cited(PASSAGES, {"1"}) == PASSAGES[1:]


def test_the_evidence_can_be_replaced() -> None:
    replaced = replace_cited(PASSAGES, "2", "減塩を推奨しない。")
    assert replaced == (PASSAGES[0], EvidenceText(id="2", text="減塩を推奨しない。"))


def test_one_fact_of_the_evidence_can_be_changed() -> None:
    altered = alter_cited(PASSAGES, "1", "目標は130 mmHg未満とする。", CHANGES["number"])
    assert altered is not None
    passages, variant = altered
    assert passages[0].text == "目標は150 mmHg未満とする。急な降圧は避ける。"
    assert passages[1] == PASSAGES[1]
    assert variant.kind == "number"


def test_evidence_without_such_a_fact_is_left_alone() -> None:
    assert alter_cited(PASSAGES, "2", "減塩を推奨する。", CHANGES["number"]) is None


def test_an_unknown_passage_or_sentence_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="no passage has this id"):
        drop_cited(PASSAGES, {"3"})
    with pytest.raises(EvaluationError, match="no such sentence"):
        alter_cited(PASSAGES, "1", "減塩を推奨する。", CHANGES["number"])


def test_editions_of_one_guideline_fall_into_one_split(entry: corpus.Ingested) -> None:
    from dataclasses import replace

    newer = replace(entry, document=replace(entry.document, id="a-newer-edition"))
    older = {"a-newer-edition": entry.document.id}
    assert split_of(newer, older) == split_of(entry, older)
