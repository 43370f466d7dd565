"""Every claim is checked against what it cites: verdicts, evidence, and the report over all."""

import pytest

from medrag.attribution import claims
from medrag.attribution.checker import Checker, verify
from medrag.attribution.verdicts import Claim, EvidenceText
from medrag.errors import EvaluationError

PASSAGE = (
    "75歳以上の高血圧患者では、診察室血圧130/80 mmHg未満を降圧目標とする。"
    "ただし、フレイルのある患者では140/90 mmHg未満とする。妊婦にはARBを投与しない。"
)
TABLE = (
    "| 薬剤 | 用量 | 禁忌 |\n|---|---|---|\n"
    "| アムロジピン | 2.5〜5 mgを1日1回、最大10 mg | 重い低血圧 |\n"
)


def judge(claim: str, *passages: str) -> Claim:
    given = [
        EvidenceText(id=str(number), text=text) for number, text in enumerate(passages, start=1)
    ]
    return Checker().judge(claim, given)


@pytest.mark.parametrize(
    "claim",
    [
        "75歳以上の高血圧患者では、診察室血圧130/80 mmHg未満を降圧目標とする[1]。",
        "75歳以上の高血圧患者では、診察室血圧130/80 mmHg未満を降圧目標とする。[1]",
        "ただし、フレイルのある患者では140/90 mmHg未満とする[1]。",
        "妊婦にはARBを投与しない[1]。",
        "「妊婦にはARBを投与しない[1]。」",
        "| アムロジピン | 2.5〜5 mgを1日1回、最大10 mg | 重い低血圧 | [2]",
        "| アムロジピン | 2.5〜5 mgを1日1回、最大10 mg | 重い低血圧 [2] |",
        "７５歳以上の高血圧患者では、診察室血圧１３０／８０㎜Ｈｇ未満を降圧目標とする［1］。",
    ],
)
def test_a_verbatim_sentence_is_supported_without_review(claim):
    passages = [{"id": "1", "text": PASSAGE}, {"id": "2", "text": TABLE}]
    (checked,) = verify(claim, passages).claims
    assert (checked.verdict, checked.needs_review) == ("supported", False)
    (evidence,) = checked.evidence
    text = passages[int(evidence.passage_id) - 1]["text"]
    assert text[evidence.start : evidence.end] == evidence.quote


def test_another_value_in_the_same_place_is_contradicted():
    checked = judge(
        "75歳以上の高血圧患者では、診察室血圧150/90 mmHg未満を降圧目標とする。", PASSAGE
    )
    assert checked.verdict == "contradicted"
    (difference,) = checked.differences
    assert (difference.claim, difference.evidence) == ("150/90 mmHg未満", "130/80 mmHg未満")


def test_a_dropped_negation_is_contradicted():
    assert judge("妊婦にはARBを投与する。", PASSAGE).verdict == "contradicted"


def test_a_comparator_is_not_another():
    assert judge("フレイルのある患者では140/90 mmHg以下とする。", PASSAGE).verdict == "contradicted"


def test_a_claim_that_is_only_a_value_is_held_to_the_only_such_value() -> None:
    assert judge("1日5mgとする。", "1日10mgとする。").verdict == "contradicted"
    several = judge("1日5mgとする。", "1日10mgから開始し、1日20mgまで増量できる。")
    assert (several.verdict, several.needs_review) == ("unsupported", False)


def test_what_the_passage_does_not_say_is_not_supported():
    assert judge("小児の発熱にはアスピリンを用いない。", PASSAGE).verdict == "unsupported"


def test_no_marker_is_uncited_and_a_marker_to_nowhere_is_reported():
    report = verify("妊婦にはARBを投与しない。減塩する[7]。", [{"id": "1", "text": PASSAGE}])
    assert [claim.verdict for claim in report.claims] == ["uncited", "uncited"]
    assert report.unresolved == (7,)
    assert report.citation_recall == 0
    assert report.citation_precision == 0


def test_recall_and_precision():
    text = "妊婦にはARBを投与しない[1]。降圧目標は150/90 mmHg未満である[1]。以下に示します。"
    report = verify(text, [{"id": "1", "text": PASSAGE}])
    assert [claim.verdict for claim in report.claims][2] == "not_a_claim"
    assert report.citation_recall == 0.5
    assert report.citation_precision == 0.5
    assert report.citation_f1 == 0.5


def test_a_marker_names_the_id_or_else_the_position():
    claim = "妊婦にはARBを投与しない[2]。"
    by_id = [{"id": "2", "text": PASSAGE}, {"id": "1", "text": "無関係である。"}]
    by_position = [{"id": "x", "text": "無関係である。"}, {"id": "y", "text": PASSAGE}]
    assert verify(claim, by_id).claims[0].verdict == "supported"
    assert verify(claim, by_position).claims[0].verdict == "supported"


def test_nothing_to_check_is_an_empty_report():
    report = verify("", [])
    assert report.claims == ()
    assert report.citation_recall is None


def test_claims_are_the_text_they_stand_for():
    text = "はい。妊婦にはARBを投与しない[1]。\n\n- 減塩する[1]\n"
    report = verify(text, [{"id": "1", "text": PASSAGE}])
    assert all(text[claim.start : claim.end] == claim.text for claim in report.claims)


GUIDELINE = """# 高血圧の指針

> **架空・診療に用いないこと。**

【推奨】75歳以上の患者では、130/80 mmHg未満を目標とすることを推奨する。（推奨の強さ：強い、確実性：中）

例外：
- フレイルのある患者では、「まず140/90 mmHg未満とする」。
1) 妊婦にはARBを投与しない。

| 薬剤 | 用量 | 禁忌 |
|---|---|---|
| アムロジピン | 2.5〜5 mgを1日1回 | 重い低血圧 |

尿蛋白は1＋以上、差は−2.4 mmHgであった[12]。
"""


@pytest.mark.parametrize("form", ["{}[1]", "- {}[1]", "{stem}[1]{stop}"])
def test_whatever_a_passage_says_word_for_word_it_supports(form):
    for statement in claims.split(GUIDELINE):
        written = GUIDELINE[statement.start : statement.end]
        stem = written.rstrip("。")
        text = form.format(written, stem=stem, stop=written[len(stem) :])
        for claim in verify(text, [{"id": "1", "text": GUIDELINE}]).claims:
            settled = claim.verdict in ("supported", "not_a_claim") and not claim.needs_review
            assert settled, (text, claim.differences)


@pytest.mark.parametrize("ids", [("1", "1"), ("a", ""), ("a", " ")])
def test_passages_that_no_marker_can_tell_apart_are_refused(ids):
    passages = [{"id": given, "text": PASSAGE} for given in ids]
    with pytest.raises(EvaluationError, match="id"):
        verify("妊婦にはARBを投与しない[1]。", passages)


def test_the_markers_at_the_end_of_a_claim_cover_all_its_sentences():
    claim = "妊婦にはARBを投与しない。また、食塩摂取量は6 g/日未満とする[1][2]。"
    passages = [
        EvidenceText(id="1", text="妊婦にはARBを投与しない。"),
        EvidenceText(id="2", text="食塩摂取量は6 g/日未満とする。"),
    ]
    judged = Checker().judge(claim, passages)
    assert judged.verdict == "supported"
    assert {piece.passage_id for piece in judged.evidence} == {"1", "2"}
