"""What a caller gives: used as it stands, or refused in words with what to give instead."""

import os
import select
import signal
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import medrag
from medrag.errors import EvaluationError, MedragError, QuestionError, SettingsError

PASSAGES = [{"id": "1", "text": "130/80mmHg未満とする。"}]


@pytest.mark.parametrize(
    "question", [None, 5, "降圧目標は?".encode(), ["降圧目標は?"], "目標\ud800は?"]
)
def test_a_question_that_is_no_text_is_refused(sample_index: Path, question: Any) -> None:
    with pytest.raises(QuestionError) as caught:
        medrag.ask(question, index=sample_index)
    assert caught.value.hint


@pytest.mark.parametrize("k", [0, -1, "3", 2.5, True])
def test_a_number_of_passages_is_a_whole_number_of_at_least_1(sample_index: Path, k: Any) -> None:
    with pytest.raises(QuestionError, match="k"):
        medrag.search("降圧目標", index=sample_index, k=k)


@pytest.mark.parametrize("filters", [[], "kind=table", {"year": 2025}, {"society": None}])
def test_filters_are_texts_by_field(sample_index: Path, filters: Any) -> None:
    with pytest.raises(QuestionError, match="filter"):
        medrag.search("降圧目標", index=sample_index, filters=filters)


def test_a_day_may_be_a_date_or_a_moment_of_it(sample_index: Path) -> None:
    asked = [
        medrag.search("75歳以上の降圧目標", index=sample_index, as_of=day, k=1)
        for day in ("2022-01-01", date(2022, 1, 1), datetime(2022, 1, 1, 12))  # noqa: DTZ001
    ]
    assert {hits[0].passage.document_id for hits in asked} == {"hypertension-2020"}
    assert asked[0] == asked[1] == asked[2]


def test_a_day_that_is_a_number_is_refused(sample_index: Path) -> None:
    with pytest.raises(QuestionError, match="as_of"):
        medrag.search("降圧目標", index=sample_index, as_of=20220101)  # type: ignore[arg-type]


def test_a_release_that_does_not_exist_is_refused(sample_index: Path) -> None:
    with pytest.raises(QuestionError, match="release"):
        list(medrag.ask_stream("降圧目標は?", index=sample_index, release="raw"))  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [5, b"indexes/sample", ""])
def test_an_index_is_a_directory(index: Any) -> None:
    with pytest.raises(SettingsError, match="index"):
        medrag.search("降圧目標", index=index)


def test_settings_are_settings() -> None:
    with pytest.raises(SettingsError, match="settings"):
        medrag.Medrag(settings={"k": 3})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "passages", "where"),
    [
        (None, PASSAGES, "text"),
        ("目標[1]。", None, "passages"),
        ("目標[1]。", "130/80mmHg未満とする。", "passages"),
        ("目標[1]。", {"id": "1", "text": "目標。"}, "passages"),
        ("目標[1]。", ["目標。"], "passages[0]"),
        ("目標[1]。", [*PASSAGES, {"id": "2"}], "passages[1]"),
        ("目標[1]。", [{"text": "目標。"}], "passages[0]"),
        ("目標[1]。", [{"id": "1", "text": None}], "passages[0].text"),
        ("目標[1]。", [{"id": None, "text": "目標。"}], "passages[0].id"),
    ],
)
def test_what_cannot_be_verified_is_refused_with_its_place(
    text: Any, passages: Any, where: str
) -> None:
    with pytest.raises(EvaluationError) as caught:
        medrag.verify(text, passages)
    assert caught.value.where == where
    assert caught.value.hint


def test_a_question_beside_a_verification_is_text() -> None:
    with pytest.raises(MedragError, match="question"):
        medrag.verify("目標[1]。", PASSAGES, question=5)  # type: ignore[arg-type]


def test_an_id_may_be_a_number() -> None:
    passages: Any = [{"id": 1, "text": "130/80mmHg未満とする。"}]
    (claim,) = medrag.verify("130/80mmHg未満とする[1]。", passages).claims
    assert claim.verdict == "supported"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_answers_too(sample_index: Path) -> None:
    with medrag.Medrag(index=sample_index) as rag:
        assert rag.ask("75歳以上の降圧目標は?").status == "answered"
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:  # nothing of the test's own machinery may run in the copy
            try:
                os.write(writer, rag.ask("75歳以上の降圧目標は?").status.encode())
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as said:
            ready, _, _ = select.select([said], [], [], 60)
            if not ready:
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            assert said.read() == "answered"
