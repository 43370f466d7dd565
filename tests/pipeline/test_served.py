"""Questions answered through a served model, over a loopback server that speaks vLLM's protocol."""

import asyncio
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import medrag
from medrag.answer.events import Checked, Final, Retrieved, TextDelta
from medrag.generation.language import language_of
from tests.fake_vllm import ENGINE_DEAD, MODEL, Answer, FakeVLLM, Fault, error

TARGET = "75歳以上の高血圧患者の降圧目標は?"
TRUE = (
    "75歳以上の高血圧患者では、診察室血圧130/80 mmHg未満（家庭血圧125/75 mmHg未満）を"
    "降圧目標とすることを推奨する[{n}]。"
)


@contextmanager
def serving(
    index: Path, *replies: Answer, **values: object
) -> Iterator[tuple[medrag.Medrag, FakeVLLM]]:
    with FakeVLLM(*replies) as server:
        settings = medrag.Settings(
            llm_base_url=server.base_url, llm_model=MODEL, llm_retries=0, **values
        )
        with medrag.Medrag(settings=settings, index=index) as rag:
            yield rag, server


@pytest.fixture(scope="module")
def number(sample_index: Path) -> int:
    """The number that the recommendation asked about has among the evidence."""
    with medrag.Medrag(settings=medrag.Settings(), index=sample_index) as rag:
        hits = rag.search(TARGET)
    return next(hit.rank for hit in hits if "130/80 mmHg未満（家庭血圧" in hit.passage.text)


def test_the_models_text_is_cited_and_checked(sample_index: Path, number: int) -> None:
    text = TRUE.format(n=number)
    with serving(sample_index, Answer(text, reasoning="資料を読む。")) as (rag, _):
        answer = rag.ask(TARGET)
    assert (answer.mode, answer.status, answer.text) == ("model", "answered", text)
    assert answer.reasoning == "資料を読む。"
    assert [citation.number for citation in answer.citations] == [number]
    assert answer.provenance.model == MODEL
    assert answer.provenance.seed == 0
    assert len(answer.provenance.prompt_sha256 or "") == 64
    assert answer.usage.completion_tokens


def test_a_hosted_endpoint_is_a_matter_of_settings(
    sample_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosted = FakeVLLM(
        Answer("血圧を測る[1]。", "考え", reasoning_field="reasoning_content"),
        prefix="/dedicated",
        api_key="token",
        max_model_len=None,
        refuses=["min_p"],
    )
    with hosted as server:
        monkeypatch.setenv("MEDRAG_LLM_BASE_URL", server.base_url)
        monkeypatch.setenv("MEDRAG_LLM_MODEL", MODEL)
        monkeypatch.setenv("MEDRAG_LLM_API_KEY", "token")
        monkeypatch.setenv("MEDRAG_LLM_HEADERS", '{"X-Friendli-Team": "team"}')
        with medrag.Medrag(settings=medrag.Settings(), index=sample_index) as rag:
            answer = rag.ask(TARGET)
    assert (answer.mode, answer.reasoning) == ("model", "考え")
    assert "parameter_dropped" in [warning.code for warning in answer.warnings]
    assert server.seen.headers[-1]["x-friendli-team"] == "team"


def test_a_changed_number_is_not_let_through(sample_index: Path, number: int) -> None:
    text = TRUE.format(n=number).replace("130/80", "150/80")
    with serving(sample_index, Answer(text)) as (rag, _):
        answer = rag.ask(TARGET)
    assert answer.status == "partial"
    assert answer.claims[0].verdict in {"contradicted", "unsupported"}
    assert "unverified_claims" in [warning.code for warning in answer.warnings]


def test_a_marker_to_nowhere_is_told(sample_index: Path) -> None:
    with serving(sample_index, Answer("降圧目標は130/80 mmHg未満である[99]。")) as (rag, _):
        answer = rag.ask(TARGET)
    assert answer.citations == ()
    assert answer.status == "partial"
    assert "unresolved_marker" in [warning.code for warning in answer.warnings]


@pytest.mark.parametrize(
    "reply",
    [
        Answer(fault=ENGINE_DEAD),
        Answer("途中まで", fault=Fault(break_off=True, after=1)),
        Answer(None, reasoning="考え続ける", finish_reason="length"),
        Answer(fault=Fault(hang=True)),
        Answer("途中まで", fault=Fault(hang=True, after=1)),
        Answer(fault=error(429, "later")),
        Answer(fault=Fault(status=429, headers=(("Retry-After", "3600"),))),
        Answer("途中まで", fault=Fault(raw=b"data: {broken\n\n", after=1)),
        Answer(fault=error(404, "no such model", kind="NotFoundError")),
        Answer(fault=Fault(raw=b'data: {"choices":[]}\n\ndata: [DONE]\n\n')),
        Answer(
            "途中", fault=Fault(raw=b'data: {"choices":[{"delta":{"content":"\xe8\xa1', after=1)
        ),
    ],
    ids=[
        "500",
        "broken off mid stream",
        "truncated while reasoning",
        "hang before the stream",
        "hang mid stream",
        "429",
        "429 with a long Retry-After",
        "malformed chunk",
        "wrong model",
        "empty choices",
        "unfinished UTF-8",
    ],
)
def test_a_model_that_fails_gives_way_to_labelled_extracts(
    sample_index: Path, reply: Answer
) -> None:
    with serving(sample_index, reply, llm_idle_seconds=0.5) as (rag, _):
        answer = rag.ask(TARGET)
    assert (answer.mode, answer.status) == ("extractive", "answered")
    assert "130/80" in answer.text
    assert answer.warnings[0].code == "model_failed"


def test_a_model_that_refuses_connections_gives_way_to_labelled_extracts(
    sample_index: Path,
) -> None:
    with serving(sample_index, Answer("はい。")) as (rag, server):
        server.kill()
        answer = rag.ask(TARGET)
    assert (answer.mode, answer.status) == ("extractive", "answered")
    assert answer.warnings[0].code == "model_failed"


def test_an_english_question_is_warned_in_english(sample_index: Path) -> None:
    with serving(sample_index, Answer(fault=ENGINE_DEAD)) as (rag, _):
        failed = rag.ask("Should LABA be used alone?")
        nothing = rag.ask("Should LABA be used alone?", as_of="2010-01-01")
    assert failed.warnings[0].code == "model_failed"
    assert {"no_hits", "abstained"} <= {warning.code for warning in nothing.warnings}
    for warning in (*failed.warnings, *nothing.warnings):
        assert language_of(warning.message) == "en", warning


def test_repair_drops_what_its_citation_does_not_carry(sample_index: Path, number: int) -> None:
    true = TRUE.format(n=number)
    false = true.replace("75歳以上の", "すべての").replace("130/80", "180/110")
    with serving(sample_index, Answer(true + false), repair="drop") as (rag, _):
        answer = rag.ask(TARGET)
    assert (answer.text, answer.raw_text, answer.status) == (true, true + false, "answered")
    assert "dropped_claims" in [warning.code for warning in answer.warnings]


def test_repair_asks_once_more_with_the_conflict_shown(sample_index: Path, number: int) -> None:
    true = TRUE.format(n=number)
    false = true.replace("130/80", "180/110")
    replies = (Answer(false), Answer(true))
    with serving(sample_index, *replies, repair="regenerate") as (rag, server):
        answer = rag.ask(TARGET)
    assert (answer.text, answer.raw_text, answer.status) == (true, false, "answered")
    assert "180/110" in server.requests[1]["messages"][-1]["content"]


def test_without_fallback_the_failure_is_an_error(sample_index: Path) -> None:
    with (
        serving(sample_index, Answer(fault=ENGINE_DEAD), fallback="error") as (rag, _),
        pytest.raises(medrag.GenerationError) as caught,
    ):
        rag.ask(TARGET)
    assert caught.value.retryable
    assert caught.value.where


def test_a_verified_stream_releases_whole_sentences_with_their_verdicts(
    sample_index: Path, number: int
) -> None:
    true = TRUE.format(n=number)
    text = true + "降圧目標は定めない[1]。"
    with serving(sample_index, Answer(text, deltas=[*text])) as (rag, _):
        events = list(rag.ask_stream(TARGET))
    deltas = [event.text for event in events if isinstance(event, TextDelta)]
    assert deltas == [true, "降圧目標は定めない[1]。"]
    kinds = [type(event) for event in events[:3]]
    assert kinds == [Retrieved, TextDelta, Checked]
    final = events[-1]
    assert isinstance(final, Final)
    assert tuple(e.claim for e in events if isinstance(e, Checked)) == final.answer.claims


def test_a_draft_stream_passes_text_on_as_it_is_written(sample_index: Path, number: int) -> None:
    text = TRUE.format(n=number)
    with serving(sample_index, Answer(text, deltas=[*text])) as (rag, _):
        deltas = [
            e.text for e in rag.ask_stream(TARGET, release="draft") if isinstance(e, TextDelta)
        ]
    assert len(deltas) > 10
    assert "".join(deltas) == text


def test_leaving_a_stream_early_frees_the_server(sample_index: Path) -> None:
    slow = Answer("降圧目標。" * 500, tokens_per_second=50)
    with serving(sample_index, slow) as (rag, server):
        stream = rag.ask_stream(TARGET, release="draft")
        assert isinstance(next(stream), Retrieved)
        assert isinstance(next(stream), TextDelta)
        stream.close()  # type: ignore[attr-defined]
        assert server.wait_until_idle(2)


def test_the_doctor_examines_the_endpoint(sample_index: Path) -> None:
    with FakeVLLM(Answer("1日1回5 mgから開始する[1]。")) as server:
        examined = doctor(sample_index, server, MODEL)
        assert examined["status"] == "ok"
        assert MODEL in examined["detail"]
        wrong = doctor(sample_index, server, "another-model")
    assert wrong["status"] == "failed"
    assert MODEL in wrong["hint"]


def doctor(index: Path, server: FakeVLLM, model: str) -> dict[str, str]:
    result = subprocess.run(
        [sys.executable, "-m", "medrag", "doctor", "--index", str(index), "--json"],
        env={"MEDRAG_LLM_BASE_URL": server.base_url, "MEDRAG_LLM_MODEL": model},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    (check,) = [c for c in json.loads(result.stdout)["checks"] if c["name"] == "llm"]
    assert isinstance(check, dict)
    return check


@pytest.mark.parametrize(
    ("backend", "needed", "hint"),
    [
        ("transformers", "torch", "pip install 'medrag[dense,tokens]'"),
        ("vllm", "vllm", "pip install 'medrag[vllm,tokens]'"),
    ],
)
def test_a_model_in_this_process_names_what_is_not_installed(
    backend: str, needed: str, hint: str
) -> None:
    if importlib.util.find_spec(needed) is not None:
        pytest.skip(f"{needed} is installed")
    settings = medrag.Settings(llm_backend=backend, llm_model="a-directory")
    with medrag.Medrag(settings=settings) as rag, pytest.raises(medrag.MissingDependency) as raised:
        _ = rag.chat_model
    assert raised.value.hint == hint
    assert raised.value.where == f"MEDRAG_LLM_BACKEND={backend}"


def test_a_model_takes_the_question_apart_before_it_answers(sample_index: Path) -> None:
    question = "高血圧患者の降圧目標と妊婦に使える降圧薬を"
    apart = Answer('{"parts": ["高血圧患者の降圧目標は?", "妊婦に使える降圧薬は?"]}')
    with serving(sample_index, apart, Answer("根拠がない。"), decompose="llm") as (rag, server):
        answer = rag.ask(question)
        first, second = (request["messages"][1]["content"] for request in server.requests)
    assert first == f"<質問>{question}</質問>"
    assert answer.hits[0].passage.text in second
    assert not {"decompose_failed", "decompose_dropped"} & {w.code for w in answer.warnings}


def test_a_question_that_the_model_cannot_take_apart_is_answered_with_a_warning(
    sample_index: Path, number: int
) -> None:
    answered = Answer(TRUE.format(n=number))
    with serving(sample_index, Answer("分けません"), answered, decompose="llm") as (rag, _):
        answer = rag.ask(TARGET)
    assert answer.status == "answered"
    assert "decompose_failed" in [warning.code for warning in answer.warnings]


def test_aask_in_the_callers_own_loop_leaves_no_connection_behind(sample_index: Path) -> None:
    with serving(sample_index, Answer("血圧を測る[1]。")) as (rag, server):

        async def twice() -> None:
            await rag.aask(TARGET)
            await rag.aask(TARGET)

        asyncio.run(twice())
        assert server.wait_until_left()  # with the loop, while the Medrag is still in use
        assert server.seen.connections == 1
        assert rag.ask(TARGET).mode == "model"
    assert server.seen.open == 0


def test_a_judge_is_asked_once_about_each_claim_of_a_stream(
    sample_index: Path, number: int
) -> None:
    claim = f"ご高齢の方の血圧は、診察室血圧130/80 mmHg未満を目指す[{number}]。"
    verdict = Answer('{"verdict": "not_found", "quote": ""}')
    with serving(sample_index, Answer(claim * 2), verdict, entailment="llm") as (rag, server):
        *_, final = rag.ask_stream(TARGET)
    assert isinstance(final, Final)
    assert len(server.requests) == 2  # the answer, and one verdict on what it says twice
    assert {claim.verified_by for claim in final.answer.claims} == {f"lexical+llm:{MODEL}"}
    assert server.wait_until_left()  # closing closes the judge's connections too
