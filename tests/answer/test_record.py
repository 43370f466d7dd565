"""An Answer's forms: text for a terminal, HTML for a notebook, JSON, tables."""

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from medrag.answer import NOTICE, Answer, Provenance
from medrag.answer.compose import compose
from medrag.attribution.verdicts import Claim, Difference, Evidence, Report
from medrag.documents.guideline import Grade
from medrag.documents.passages import Passage
from medrag.errors import Notice
from medrag.generation.draft import Draft
from medrag.retrieval.retriever import Hit

TEXT = "目標は130/80mmHg未満とする[1]。"


def a_hit(
    text: str = "目標は130/80mmHg未満とする。", *, status: str = "current", rank: int = 1
) -> Hit:
    return Hit(
        rank=rank,
        score=1.0,
        passage=Passage(
            id=f"d{rank}#1",
            document_id=f"d{rank}",
            text=text,
            start=100,
            end=100 + len(text),
            page=7,
            section=("第3章 降圧目標", "CQ3"),
            kind="recommendation",
            strength=Grade(raw="強い（1）", scheme="GRADE"),
            certainty=Grade(raw="中（B）", scheme="GRADE"),
        ),
        title="架空ガイドライン",
        edition="2025年版",
        edition_status=status,  # type: ignore[arg-type]
        published=date(2025, 8, 29),
    )


def a_claim(**changes: object) -> Claim:
    values: dict[str, object] = {
        "text": TEXT,
        "start": 0,
        "end": len(TEXT),
        "citations": (1,),
        "verdict": "supported",
        "score": 1.0,
        "evidence": (
            Evidence(passage_id="1", start=0, end=19, quote="目標は130/80mmHg未満とする。"),
        ),
    }
    return Claim(**{**values, **changes})  # type: ignore[arg-type]


def an_answer(
    *claims: Claim,
    hits: tuple[Hit, ...] | None = None,
    text: str = TEXT,
    question: str = "目標は?",
    abstained: bool = False,
    unresolved: tuple[int, ...] = (),
    read: dict[str, list[Notice]] | None = None,
) -> Answer:
    report = Report(
        text=text,
        claims=claims,
        citation_recall=1.0,
        citation_precision=1.0,
        citation_f1=1.0,
        unsupported_rate=0.0,
        contradicted_rate=0.0,
        verified_by="lexical",
        unresolved=unresolved,
    )
    return compose(
        question=question,
        hits=(a_hit(),) if hits is None else hits,
        draft=Draft(text=text, mode="extractive", abstained=abstained),
        report=report,
        provenance=Provenance(index_generation="g1"),
        timings={"total_ms": 1.0},
        read=read or {},
    )


def test_evidence_and_citations_are_in_the_documents_code_points() -> None:
    answer = an_answer(a_claim())
    assert answer.claims[0].evidence == (
        Evidence(passage_id="d1#1", start=100, end=119, quote="目標は130/80mmHg未満とする。"),
    )
    (citation,) = answer.citations
    assert (citation.number, citation.start, citation.end) == (1, 100, 119)
    assert citation.quote == "目標は130/80mmHg未満とする。"
    assert citation.strength == Grade(raw="強い（1）", scheme="GRADE")


def test_no_more_of_a_document_is_shown_than_its_owner_allows() -> None:
    limited = replace(a_hit(), quote_limit=5)
    answer = an_answer(a_claim(), hits=(limited,))
    (citation,) = answer.citations
    assert (citation.quote, citation.start, citation.end) == ("目標は", 100, 103)  # no 13 of 130
    assert answer.claims[0].evidence[0].quote == "目標は"
    shown = answer.to_dict()["hits"][0]
    assert (shown["text"], shown["start"], shown["end"]) == ("目標は", 100, 103)


def test_a_citation_without_evidence_quotes_its_whole_passage() -> None:
    answer = an_answer(a_claim(verdict="unsupported", evidence=()))
    assert answer.citations[0].quote == answer.hits[0].passage.text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "answered"),
        ({"needs_review": True}, "partial"),
        ({"verdict": "contradicted"}, "partial"),
        ({"verdict": "uncited", "citations": (), "evidence": ()}, "partial"),
        ({"verdict": "not_a_claim", "citations": (), "evidence": ()}, "abstained"),
    ],
)
def test_the_status_says_whether_every_claim_stands(
    changes: dict[str, object], status: str
) -> None:
    assert an_answer(a_claim(**changes)).status == status


def test_a_generator_that_abstains_is_believed() -> None:
    answer = an_answer(abstained=True, text="資料からは回答できません。")
    assert answer.status == "abstained"
    assert "abstained" in [warning.code for warning in answer.warnings]
    assert "最も近い記載" in str(answer)
    assert answer.hits[0].passage.text in str(answer)


def test_citing_an_old_edition_warns() -> None:
    answer = an_answer(a_claim(), hits=(a_hit(status="superseded"),))
    assert [warning.code for warning in answer.warnings] == ["superseded_edition"]


def test_a_marker_that_names_nothing_warns() -> None:
    answer = an_answer(a_claim(), unresolved=(9,))
    assert Notice(code="unresolved_marker", message="[9] に対応する資料はありません。") in (
        answer.warnings
    )


def test_equal_inputs_give_an_equal_id() -> None:
    assert an_answer(a_claim()).id == an_answer(a_claim()).id
    assert an_answer(a_claim()).id != an_answer(a_claim(), question="別の質問").id


def test_the_text_form_shows_verdicts_differences_and_the_notice() -> None:
    difference = Difference(kind="number", claim="130/80", evidence="140/90")
    shown = str(an_answer(a_claim(verdict="contradicted", differences=(difference,))))
    assert "引用元と矛盾" in shown
    assert "違い（数値）: 回答 「130/80」 / 資料 「140/90」" in shown
    assert "第3章 降圧目標 > CQ3" in shown
    assert "推奨の強さ: 強い（1）" in shown
    assert shown.endswith(NOTICE)


def test_the_json_form_is_plain_json() -> None:
    document = json.loads(json.dumps(an_answer(a_claim()).to_dict(), allow_nan=False))
    assert document["citations"][0]["certainty"] == {"raw": "中（B）", "scheme": "GRADE"}
    assert document["hits"][0]["published"] == "2025-08-29"
    assert document["notice"] == NOTICE


def test_a_table_has_a_row_a_claim() -> None:
    frame = an_answer(a_claim()).to_frame("claims")
    assert frame["verdict"].tolist() == ["supported"]
    with pytest.raises(ValueError, match="no such table"):
        an_answer().to_frame("rows")  # type: ignore[arg-type]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def test_the_html_form_escapes_whatever_a_passage_or_a_question_holds() -> None:
    hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>"onmouseover="x'
    answer = an_answer(
        a_claim(text=hostile, end=len(hostile)),
        text=hostile,
        question=hostile,
        hits=(a_hit(hostile),),
    )
    parser = _Tags()
    parser.feed(answer._repr_html_())
    assert parser.tags <= {"div", "p", "b", "br", "small", "span", "ol", "li", "blockquote", "ul"}
    assert parser.handlers == []
    assert parser.links == []


def test_what_was_not_read_well_of_a_cited_document_is_told_once() -> None:
    dense = [Notice(code="tables_as_text", message="tables too dense: pages 3")] * 2
    answer = an_answer(a_claim(), read={"d1": dense, "d9": dense})
    told = [warning for warning in answer.warnings if warning.code == "tables_as_text"]
    assert len(told) == 1
    assert told[0].message.startswith("「架空ガイドライン」")
    assert "表の値は原文で確認" in str(answer)


def test_an_abstention_tells_of_pages_that_nobody_read() -> None:
    unread = [Notice(code="needs_ocr", message="pages without a text layer were left out: 2")]
    answer = an_answer(
        text="該当する記載は見つかりませんでした。", abstained=True, read={"d1": unread}
    )
    assert "needs_ocr" in {warning.code for warning in answer.warnings}


def test_what_concerns_only_the_librarian_is_not_told_to_the_reader() -> None:
    harmless = [Notice(code="javascript", message="the PDF carries scripts; none was run")]
    assert "javascript" not in {
        warning.code for warning in an_answer(a_claim(), read={"d1": harmless}).warnings
    }


def test_a_search_that_found_nothing_at_all_is_told() -> None:
    answer = an_answer(text="該当する記載は見つかりませんでした。", hits=(), abstained=True)
    assert "no_hits" in {warning.code for warning in answer.warnings}
    assert "no_hits" not in {warning.code for warning in an_answer(a_claim()).warnings}


def test_every_form_says_how_it_was_checked_in_words() -> None:
    answer = an_answer(a_claim())
    assert "検証: 語句と数値の照合（lexical）" in str(answer)
    assert "検証: 語句と数値の照合（lexical）" in answer._repr_html_()
