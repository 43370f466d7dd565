"""Questions over the sample corpus, end to end, without a model."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import medrag
from medrag.answer.events import Checked, Cited, Final, Retrieved, TextDelta
from medrag.documents import corpus
from medrag.errors import IndexNotFound, Notice, QuestionError
from medrag.index import encoders
from medrag.index.index import Index

TARGET = "75歳以上の高血圧患者の降圧目標は?"


@pytest.fixture(scope="module")
def rag(sample_index: Path) -> Iterator[medrag.Medrag]:
    with medrag.Medrag(settings=medrag.Settings(), index=sample_index) as opened:
        yield opened


def test_the_current_edition_answers_with_its_recommendation(rag: medrag.Medrag) -> None:
    answer = rag.ask(TARGET)
    assert answer.status == "answered"
    assert answer.mode == "extractive"
    assert "130/80" in answer.text
    first = answer.citations[0]
    assert first.document_id == "hypertension-2025"
    assert first.edition_status == "current"
    assert first.strength is not None
    assert first.strength.raw == "強い（1）"


def test_a_question_that_is_cut_is_searched_with_a_notice(sample_index: Path) -> None:
    settings = medrag.Settings(question_limit=20_000)
    with medrag.Medrag(settings=settings, index=sample_index) as opened:
        ranking = opened.rank("降圧目標" * 3000, k=3)
    assert len(ranking.hits) == 3
    assert [notice.code for notice in ranking.notices] == ["question_cut"]


def test_further_words_of_the_users_find_what_they_name(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("brand\tアムロジピン\tカクウロジン\n", "utf-8")
    with medrag.Medrag(settings=medrag.Settings(), index=sample_index) as opened:
        without = opened.search("カクウロジン", k=1)
    monkeypatch.setenv("MEDRAG_LEXICON", str(words))
    with medrag.Medrag(settings=medrag.Settings(), index=sample_index) as opened:
        (hit,) = opened.search("カクウロジン", k=1)
    assert "アムロジピン" in hit.passage.text
    assert not any("アムロジピン" in found.passage.text for found in without)


def test_every_quote_is_the_documents_own_text(rag: medrag.Medrag) -> None:
    answer = rag.ask(TARGET)
    assert answer.citations
    for citation in answer.citations:
        document = rag.index.document(citation.document_id)
        assert document.text[citation.start : citation.end] == citation.quote
    for claim in answer.claims:
        assert answer.text[claim.start : claim.end] == claim.text
        for piece in claim.evidence:
            document = rag.index.document(rag.index.passage(piece.passage_id).document_id)
            assert document.text[piece.start : piece.end] == piece.quote


def test_every_claim_of_an_extractive_answer_is_supported(rag: medrag.Medrag) -> None:
    for question in (TARGET, "妊婦にARBを投与してよいか", "CKDの蛋白尿の目標は?"):
        answer = rag.ask(question)
        stated = [claim for claim in answer.claims if claim.verdict != "not_a_claim"]
        assert {claim.verdict for claim in stated} <= {"supported"}, question


def test_asked_as_of_an_earlier_day_the_earlier_edition_answers(rag: medrag.Medrag) -> None:
    answer = rag.ask(TARGET, as_of="2022-01-01")
    assert {citation.document_id for citation in answer.citations} == {"hypertension-2020"}
    assert "150/90" in answer.text
    assert answer.citations[0].edition_status == "current"


def test_what_the_corpus_does_not_hold_is_not_answered(rag: medrag.Medrag) -> None:
    answer = rag.ask("新幹線の東京から博多までの所要時間は?")
    assert answer.status == "abstained"
    assert answer.citations == ()


def test_the_same_question_gets_the_same_answer(rag: medrag.Medrag) -> None:
    once, again = rag.ask(TARGET).to_dict(), rag.ask(TARGET).to_dict()
    once.pop("timings")
    again.pop("timings")
    assert once == again


def test_a_filter_keeps_to_one_society(rag: medrag.Medrag) -> None:
    hits = rag.search("推奨", filters={"society": "架空高血圧学会"})
    assert {hit.society for hit in hits} == {"架空高血圧学会"}


@pytest.mark.parametrize("question", ["", "   \n", "高" * 100_000])
def test_an_impossible_question_is_refused_in_words(rag: medrag.Medrag, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        rag.ask(question)
    assert caught.value.hint


def test_a_date_that_is_none_is_refused(rag: medrag.Medrag) -> None:
    with pytest.raises(QuestionError, match="as_of"):
        rag.search("降圧目標", as_of="2026年11月")


def test_a_missing_index_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="nothing-here") as caught:
        medrag.ask(TARGET, index=tmp_path / "nothing-here")
    assert "medrag ingest" in (caught.value.hint or "")


def test_a_stream_ends_with_the_whole_answer(rag: medrag.Medrag) -> None:
    events = list(rag.ask_stream(TARGET))
    assert isinstance(events[0], Retrieved)
    assert isinstance(events[-1], Final)
    answer = events[-1].answer
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == answer.text
    assert tuple(e.claim for e in events if isinstance(e, Checked)) == answer.claims
    assert tuple(e.citation for e in events if isinstance(e, Cited)) == answer.citations


def test_it_can_be_asked_from_inside_an_event_loop(sample_index: Path) -> None:
    async def inside() -> tuple[str, str]:
        waited = await medrag.aask(TARGET, index=sample_index)
        plain = medrag.ask(TARGET, index=sample_index)
        return waited.text, plain.text

    waited, plain = asyncio.run(inside())
    assert waited == plain


def test_any_text_is_verified_against_any_passages_without_an_index() -> None:
    passages = [{"id": "1", "text": "75歳以上では140/90mmHg未満を目標とする。"}]
    (claim,) = medrag.verify(
        "75歳以上では140/90mmHg未満を目標とする[1]。", passages=passages
    ).claims
    assert claim.verdict == "supported"
    (altered,) = medrag.verify(
        "75歳以上では150/90mmHg未満を目標とする[1]。", passages=passages
    ).claims
    assert altered.verdict == "contradicted"
    assert altered.differences[0].kind == "number"


def test_a_table_that_was_read_as_text_is_told_with_the_answer(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# 用量\n\nアムロジピンの開始用量は1日1回2.5mgとする。\n", "utf-8"
    )
    (entry,) = corpus.read([tmp_path / "a.md"])
    assert isinstance(entry, corpus.Ingested)
    notice = Notice(code="tables_as_text", message="tables too dense: pages 1")
    doubtful = replace(entry, document=replace(entry.document, notices=(notice,)))
    Index.build(tmp_path / "index", [doubtful], encoder=encoders.load(None))
    answer = medrag.ask("アムロジピンの開始用量は?", index=tmp_path / "index")
    assert answer.status == "answered"
    assert "tables_as_text" in {warning.code for warning in answer.warnings}
