"""Recognising recommendations: what is recommended, how strongly, for whom not."""

from __future__ import annotations

from pathlib import Path

import pytest

from medrag.documents import corpus
from medrag.documents.corpus import Ingested
from medrag.documents.guideline import Recommendation


def read(tmp_path: Path, text: str, name: str = "guide.md") -> Ingested:
    (tmp_path / name).write_text(text, "utf-8")
    (entry,) = corpus.read([tmp_path / name])
    assert isinstance(entry, Ingested)
    for found in entry.recommendations:
        assert entry.document.text[found.start : found.end] == found.text
        assert found.block_start <= found.start < found.end <= found.block_end
        for exception in found.exceptions:
            assert entry.document.text[exception.start : exception.end] == exception.text
    return entry


def only(entry: Ingested) -> Recommendation:
    (found,) = entry.recommendations
    return found


def test_a_labelled_recommendation_with_its_grades_and_exceptions(tmp_path: Path) -> None:
    found = only(
        read(
            tmp_path,
            "# 架空頭痛ガイドライン\n\n## CQ1-2 予防薬を用いるか\n\n**推奨**\n\n月に3日以上の片頭痛がある患者に、予防薬を提案する。\n\n"
            "推奨の強さ：弱い（2）／エビデンスの確実性：中（B）\n\n**例外・注意**\n\n- 妊婦には投与しない。\n- 喘息のある患者にはβ遮断薬を用いない。\n\n"
            "**解説**\n\n強く推奨する意見もあった。\n",
        )
    )
    assert (found.cq, found.question) == ("CQ1-2", "予防薬を用いるか")
    assert found.text == "月に3日以上の片頭痛がある患者に、予防薬を提案する。"
    assert found.polarity == "for"
    assert found.strength is not None
    assert found.certainty is not None
    assert (found.strength.raw, found.strength.scheme) == ("弱い（2）", "GRADE")
    assert (found.certainty.raw, found.certainty.scheme) == ("中（B）", "GRADE")
    assert [e.text for e in found.exceptions] == [
        "妊婦には投与しない。",
        "喘息のある患者にはβ遮断薬を用いない。",
    ]


@pytest.mark.parametrize(
    ("grading", "strength", "certainty", "scheme"),
    [
        ("（推奨グレードC1、エビデンスレベルIII）", "C1", "III", "letter"),
        ("〔弱い推奨、エビデンスの確実性 B（中）〕", "弱い推奨", "B（中）", "GRADE"),
        ("（推奨クラス IIa、エビデンスレベル B）", "IIa", "B", "class"),
        ("（2C）", "2", "C", "GRADE"),
        ("（推奨の強さ 2、エビデンスの強さ C、合意率 92%）", "2", "C", "GRADE"),
        (
            "（conditional recommendation, low-certainty evidence）",
            "conditional recommendation",
            "low-certainty evidence",
            "GRADE",
        ),
    ],
)
def test_grades_stay_as_written_with_their_scheme(
    tmp_path: Path, grading: str, strength: str, certainty: str, scheme: str
) -> None:
    text = f"# 架空頭痛ガイドライン\n\n## CQ1 測るか\n\n【推奨】頭痛のある患者の血圧を測ることを提案する。{grading}\n"
    found = only(read(tmp_path, text))
    assert found.strength is not None
    assert found.certainty is not None
    assert (found.strength.raw, found.strength.scheme, found.certainty.raw) == (
        strength,
        scheme,
        certainty,
    )
    assert found.text == "頭痛のある患者の血圧を測ることを提案する。"


@pytest.mark.parametrize(
    ("sentence", "polarity"),
    [
        ("患者にこの薬を投与することを推奨する。", "for"),
        ("患者にこの薬を投与しないことを推奨する。", "against"),
        ("患者にこの薬を投与することは推奨しない。", "against"),
        ("患者にこの薬を投与してはならない。", "against"),
        ("患者にこの薬を行わないよう勧められる。", "against"),
        ("この薬の投与については、推奨を提示しない。", "neither"),
        ("この薬の投与は、推奨の方向を決定できない。", "neither"),
        ("禁忌がなければ、この薬を第一選択とすることを推奨する。", "for"),
        ("血圧を測定しなければならない。", "for"),
        ("We recommend against the use of the drug.", "against"),
        ("We suggest not giving the drug.", "against"),
        ("We recommend the drug.", "for"),
    ],
)
def test_polarity_is_read_from_how_the_sentence_ends(
    tmp_path: Path, sentence: str, polarity: str
) -> None:
    found = only(
        read(
            tmp_path,
            f"# 架空ガイドライン\n\n## CQ1 用いるか\n\n【推奨】{sentence}（推奨の強さ：2）\n",
        )
    )
    assert found.polarity == polarity


def test_class_three_is_against_whatever_the_sentence_says(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        "# 架空不整脈ガイドライン\n\n## 1 治療\n\n| 推奨 | 推奨クラス | エビデンスレベル |\n|---|---|---|\n"
        "| 頻脈の患者に薬Aを投与する． | I | A |\n| 頻脈の患者に薬Bを投与する． | III | B |\n",
    )
    assert [(r.polarity, r.strength and r.strength.raw) for r in entry.recommendations] == [
        ("for", "I"),
        ("against", "III"),
    ]


def test_an_exception_in_the_same_sentence_or_paragraph_is_found(tmp_path: Path) -> None:
    found = only(
        read(
            tmp_path,
            "# 架空ガイドライン\n\n## CQ1 用いるか\n\n【推奨】妊婦を除き、薬Aを投与することを推奨する（1A）。ただし、透析患者は対象としない。\n",
        )
    )
    assert [e.text for e in found.exceptions] == ["妊婦を除き", "ただし、透析患者は対象としない。"]


def test_background_questions_recommend_nothing(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        "# 架空肝ガイドライン\n\n### BQ1 成因は何か\n\n**回答**\n\nウイルスが多い。\n\n### CQ1 用いるか\n\n**推奨**\n\n薬Aを提案する。（推奨の強さ：弱）\n",
    )
    assert [r.cq for r in entry.recommendations] == ["CQ1"]


def test_how_grades_are_defined_is_no_recommendation(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        "# 架空ガイドライン\n\n## 読み方\n\n推奨の強さは「強く推奨する（1）」「弱く推奨する（2）」で示す。\n\n## CQ1 用いるか\n\n【推奨】薬Aを推奨する（1A）。\n",
    )
    assert only(entry).text == "薬Aを推奨する"


def test_a_manual_that_grades_nothing_gives_its_directions(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        "# 架空点滴の手順書\n\n架空病院\n\n## 1 目的\n\n安全に行う。\n\n## 2 手順\n\n1. 氏名を確認する。\n2. 針を再使用しない。透析の患者ではこの限りでない。\n\n## 3 資料\n\n感染は年に3件であった。\n",
    )
    assert [(r.text, r.polarity) for r in entry.recommendations] == [
        ("氏名を確認する。", "for"),
        ("針を再使用しない。透析の患者ではこの限りでない。", "against"),
    ]
    assert [e.text for e in entry.recommendations[1].exceptions] == [
        "透析の患者ではこの限りでない。"
    ]


def test_an_encyclopedia_directs_nobody(tmp_path: Path) -> None:
    assert (
        read(tmp_path, "頭痛とは、頭が痛むことである。水を飲むこと。", "a.txt").recommendations
        == ()
    )


def test_the_sample_corpus_comes_out_as_written() -> None:
    import json

    sample = Path(__file__).parents[2] / "corpora" / "sample"
    gold: dict[str, list[dict[str, object]]] = {}
    for line in (sample / "gold.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        gold.setdefault(record["document_id"], []).append(record)
    for entry in corpus.read([sample]):
        assert isinstance(entry, Ingested)
        wanted = gold[entry.document.id]
        assert [r.cq for r in entry.recommendations] == [w["cq"] for w in wanted]
        for found, expected in zip(entry.recommendations, wanted, strict=True):
            assert found.polarity == expected["polarity"]
            assert (found.strength and found.strength.raw) == expected["strength_raw"]
            assert (found.certainty and found.certainty.raw) == expected["certainty_raw"]
            assert ["".join(e.text.split()) for e in found.exceptions] == [
                "".join(str(e).split())
                for e in expected["exceptions"]  # type: ignore[attr-defined]
            ]


def test_what_is_not_sure_is_said(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        "# 架空ガイドライン\n\n## CQ1 用いるか\n\n【推奨】薬Aを推奨する。（推奨の強さ：2）\n\n## CQ2 測るか\n\n【推奨】血圧を測ることを提案する。\n\n"
        "## CQ3 歩くか\n\nまだわからない。\n\n## BQ1 成因は何か\n\nわからない。\n",
    )
    notices = {notice.code: notice.message for notice in entry.document.notices}
    assert set(notices) == {"questions_without_recommendation", "recommendations_without_strength"}
    assert notices["questions_without_recommendation"].endswith(": CQ3")
    assert notices["recommendations_without_strength"].endswith(": CQ2")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            "この治療は望ましいとする意見もある。\n",
            "structure_uncertain",
        ),
        ("1. 患者の氏名を確認する。\n2. 針を再使用しない。\n", "structure_uncertain"),
    ],
)
def test_a_guideline_whose_recommendations_are_not_seen_says_so(
    tmp_path: Path, body: str, code: str
) -> None:
    entry = read(
        tmp_path,
        f"# 架空注射ガイドライン\n\n患者の診療の指針。\n\n## 1 手順\n\n実施が望ましい。\n\n{body}",
    )
    assert code in [notice.code for notice in entry.document.notices]
    assert all(found.strength is None for found in entry.recommendations)


def test_a_manual_says_that_its_sentences_are_directions(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        "# 架空点滴の手順書\n\n架空病院\n\n## 1 手順\n\n1. 患者の氏名を確認する。\n2. 針を再使用しない。\n",
    )
    (notice,) = entry.document.notices
    assert notice.code == "directions_only"
    assert "2 sentences" in notice.message


@pytest.mark.parametrize("dose", ["20 mLを1日3回投与し", "0.5 mgから始め", "90 mmHg未満の患者に"])
def test_a_dose_that_begins_a_line_of_a_text_file_cuts_nothing(tmp_path: Path, dose: str) -> None:
    wrapped = (
        "高齢で低栄養の状態にある肝性脳症の成人の患者には、ラクツロースを\n"
        f"{dose}、さらに分岐鎖アミノ酸を併用する治療を一律に\n推奨しない。"
    )
    text = f"架空ガイドライン\n\nCQ1　用いるか\n\n推奨\n{wrapped}\n推奨の強さ：1（強い）\n"
    found = only(read(tmp_path, text, "guide.txt"))
    assert (found.text, found.polarity) == (wrapped, "against")
    assert found.strength is not None
