"""The command line as a user meets it: real processes, real files, exit codes, JSON."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import document, medrag

TARGET = "75歳以上の高血圧患者の降圧目標は?"


def test_asking_prints_a_cited_and_checked_answer(sample_index: Path) -> None:
    result = medrag("ask", TARGET, "--index", sample_index, "--json")
    assert result.returncode == 0
    answer = document(result)
    assert answer["status"] == "answered"
    assert answer["citations"][0]["document_id"] == "hypertension-2025"
    assert {claim["verdict"] for claim in answer["claims"]} <= {"supported", "not_a_claim"}
    assert "研究目的" in answer["notice"]


def test_asked_as_of_an_earlier_day_the_earlier_edition_answers(sample_index: Path) -> None:
    result = medrag("ask", TARGET, "--index", sample_index, "--as-of", "2022-01-01", "--json")
    answer = document(result)
    assert {c["document_id"] for c in answer["citations"]} == {"hypertension-2020"}
    assert "150/90" in answer["text"]
    assert answer["provenance"]["as_of"] == "2022-01-01"


def test_quoting_an_old_edition_warns(sample_index: Path) -> None:
    asked = "高血圧診療ガイドライン2020年版では、75歳以上の降圧目標は?"
    answer = document(medrag("ask", asked, "--index", sample_index, "--json"))
    assert "superseded" in {citation["edition_status"] for citation in answer["citations"]}
    assert "superseded_edition" in {warning["code"] for warning in answer["warnings"]}
    assert "旧版です" in medrag("ask", asked, "--index", sample_index).stdout


def test_editions_are_held_against_each_other(sample_index: Path) -> None:
    found = document(medrag("index", "diff", "--index", sample_index, "--json"))
    (pair,) = found["editions"]
    assert (pair["before"], pair["after"]) == ("hypertension-2020", "hypertension-2025")
    changed = {c["after"]["cq"]: c for c in pair["recommendations"] if c["kind"] == "changed"}
    assert {"text", "strength"} <= set(changed["CQ3"]["fields"])


def test_the_readable_form_carries_the_notice(sample_index: Path) -> None:
    result = medrag("ask", TARGET, "--index", sample_index)
    assert "130/80" in result.stdout
    assert "研究目的のみ" in result.stdout


def test_an_abstention_exits_with_3(sample_index: Path) -> None:
    result = medrag(
        "ask", "新幹線の東京から博多までの所要時間は?", "--index", sample_index, "--json"
    )
    assert result.returncode == 3
    assert document(result)["status"] == "abstained"


def test_searching_lists_hits_with_their_places(sample_index: Path) -> None:
    found = document(medrag("search", "降圧目標", "--index", sample_index, "-k", "3", "--json"))
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]
    assert {"passage_id", "title", "section", "start", "end", "edition_status"} <= set(
        found["hits"][0]
    )


def test_a_list_of_hits_tells_which_edition_is_superseded(sample_index: Path) -> None:
    told = medrag("search", "75歳以上の降圧目標", "--index", sample_index, "-k", "20").stdout
    assert "2020年版（第2版）、旧版）" in told
    assert "2025年版（第3版）、現行版）" in told
    assert "研究目的のみ" in told


def test_a_list_of_hits_keeps_to_the_limit_that_an_owner_sets(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 降圧目標\n\n降圧目標は130/80 mmHg未満とする。\n", "utf-8")
    (tmp_path / "corpus.toml").write_text(
        '[[document]]\npath = "a.md"\nid = "a"\nquote_limit = 6\n', "utf-8"
    )
    assert medrag("ingest", tmp_path, "--index", tmp_path / "i").returncode == 0
    told = medrag("search", "降圧目標", "--index", tmp_path / "i").stdout
    assert "# 降圧目標" in told
    assert "mmHg" not in told


def test_a_missing_index_is_one_typed_error_and_exit_1(tmp_path: Path) -> None:
    result = medrag("ask", TARGET, "--index", tmp_path / "none", "--json")
    assert result.returncode == 1
    error = document(result)
    assert error["error"] == "IndexNotFound"
    assert "medrag ingest" in error["hint"]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("question", ["", "  "])
def test_an_empty_question_is_a_usage_error(sample_index: Path, question: str) -> None:
    result = medrag("ask", question, "--index", sample_index, "--json")
    assert result.returncode == 2
    assert document(result)["error"] == "QuestionError"


def test_an_unknown_setting_is_a_usage_error_that_names_it(sample_index: Path) -> None:
    result = medrag("ask", TARGET, "--index", sample_index, environment={"MEDRAG_MODLE": "x"})
    assert result.returncode == 2
    assert "MEDRAG_MODLE" in result.stderr


def test_verifying_reads_stdin_and_prints_verdicts() -> None:
    given = {
        "text": "75歳以上では150/90mmHg未満を目標とする[1]。",
        "passages": [{"id": "1", "text": "75歳以上では130/80mmHg未満を目標とする。"}],
    }
    report = document(medrag("verify", "--json", stdin=json.dumps(given)))
    assert report["claims"][0]["verdict"] == "contradicted"
    assert report["contradicted_rate"] == 1


@pytest.mark.parametrize(
    "given",
    [
        "[]",
        "5",
        '{"text": "目標[1]。"}',
        '{"text": 1, "passages": []}',
        '{"text": "目標[1]。", "passages": {"1": "目標。"}}',
        '{"text": "目標[1]。", "passages": ["目標。"]}',
        '{"text": "目標[1]。", "passages": [{"id": null, "text": "目標。"}]}',
        '{"text": "目標[1]。", "passages": [{"id": "1", "text": "目標。"}], "question": 5}',
    ],
)
def test_what_cannot_be_verified_is_one_error_that_shows_the_right_form(given: str) -> None:
    result = medrag("verify", "--json", stdin=given)
    assert result.returncode == 1
    error = document(result)
    assert error["error"] == "EvaluationError"
    assert '"passages"' in error["hint"]
    assert "Traceback" not in result.stderr


def test_an_error_is_told_in_japanese_above_the_precise_message(tmp_path: Path) -> None:
    result = medrag("ask", TARGET, "--index", tmp_path / "none")
    first, second, third = result.stderr.splitlines()
    assert first.startswith("medrag: 索引")
    assert "IndexNotFound" in second
    assert "medrag ingest" in third


def test_every_error_has_a_name_in_japanese() -> None:
    from medrag import errors
    from medrag.cli.words import error_lines

    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.MedragError):
            assert error_lines(kind("x"))[0] != "medrag: エラーです", kind


def test_verifying_lines_keeps_their_order_and_reports_a_bad_one_in_place() -> None:
    good = json.dumps(
        {"text": "目標とする[1]。", "passages": [{"id": "1", "text": "目標とする。"}]}
    )
    result = medrag("verify", "--jsonl", stdin=f"{good}\nnot json\n{good}\n")
    first, second, third = (json.loads(line) for line in result.stdout.splitlines())
    assert first == third
    assert second["where"] == "stdin:2"
    assert second["hint"]
    assert result.returncode == 1


def test_one_bad_file_never_stops_an_ingestion(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# 降圧目標\n\n降圧目標は130/80 mmHg未満とする。\n", "utf-8")
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "odd.xyz").write_bytes(b"?")
    result = medrag(
        "ingest",
        tmp_path / "good.md",
        tmp_path / "empty.pdf",
        tmp_path / "odd.xyz",
        "--index",
        tmp_path / "index",
        "--json",
    )
    assert result.returncode == 1
    report = document(result)
    assert [row["title"] for row in report["documents"]] == ["降圧目標"]
    assert {Path(error["path"]).name for error in report["errors"]} == {"empty.pdf", "odd.xyz"}
    assert all(error["hint"] for error in report["errors"])
    found = document(medrag("search", "降圧目標", "--index", tmp_path / "index", "--json"))
    assert found["hits"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("降圧目標は130/80 mmHg未満とする。\n", "utf-8")
    result = medrag("ingest", tmp_path / "a.txt", "--index", tmp_path / "i", "--dry-run", "--json")
    assert result.returncode == 0
    assert document(result)["generation"] is None
    assert not (tmp_path / "i").exists()


def test_a_dry_run_counts_what_a_librarian_looks_for(tmp_path: Path) -> None:
    corpus = Path(__file__).resolve().parents[2] / "corpora" / "sample"
    result = medrag("ingest", corpus, "--index", tmp_path / "i", "--dry-run", "--json")
    summary = document(result)["summary"]
    assert (summary["documents"], summary["editions"]) == (9, 9)
    assert (summary["recommendations"], summary["without_strength"]) == (96, 3)
    assert (summary["needs_ocr"], summary["hidden_text"]) == ({}, [])


def test_retrieval_is_measured_on_beir_files(tmp_path: Path) -> None:
    rows = [("d1", "降圧目標は130/80 mmHg未満とする。"), ("d2", "喘息では吸入ステロイドを用いる。")]
    (tmp_path / "corpus.jsonl").write_text(
        "".join(
            json.dumps({"_id": name, "title": "", "text": text}, ensure_ascii=False) + "\n"
            for name, text in rows
        ),
        "utf-8",
    )
    (tmp_path / "q.jsonl").write_text('{"_id": "q1", "text": "降圧目標は?"}\n', "utf-8")
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n", "utf-8")
    index = tmp_path / "index"
    assert medrag("ingest", tmp_path / "corpus.jsonl", "--index", index).returncode == 0
    result = medrag(
        *("eval", "retrieval", "--index", index, "--json"),
        *("--queries", tmp_path / "q.jsonl", "--qrels", tmp_path / "qrels.tsv"),
    )
    measured = document(result)
    assert (measured["n"], measured["R@1"], measured["RR@10"], measured["nDCG@10"]) == (1, 1, 1, 1)


def test_the_index_tells_about_itself(sample_index: Path) -> None:
    info = document(medrag("index", "info", "--index", sample_index, "--json"))
    assert info["counts"]["documents"] == 9
    assert document(medrag("index", "verify", "--index", sample_index, "--json"))["ok"] is True


def test_recommendations_are_listed_with_their_direction(sample_index: Path) -> None:
    told = medrag("index", "recommendations", "--index", sample_index).stdout
    assert "\tCQ9\t行わない\t強い（1）\t" in told


def test_an_edition_that_supersedes_nothing_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "new.md").write_text("# 降圧目標\n\n130/80 mmHg未満とする。\n", "utf-8")
    (tmp_path / "corpus.toml").write_text(
        '[[document]]\npath = "new.md"\nid = "new"\nsupersedes = "odl"\n', "utf-8"
    )
    (row,) = document(medrag("ingest", tmp_path, "--index", tmp_path / "i", "--json"))["documents"]
    assert [warning["code"] for warning in row["warnings"]].count("supersedes_unknown") == 1


def test_editions_that_supersede_each_other_are_an_error(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text("# 題\n\n本文。\n", "utf-8")
    (tmp_path / "corpus.toml").write_text(
        '[[document]]\npath = "a.md"\nid = "a"\nsupersedes = "b"\n'
        '[[document]]\npath = "b.md"\nid = "b"\nsupersedes = "a"\n',
        "utf-8",
    )
    result = medrag("ingest", tmp_path, "--index", tmp_path / "i", "--json")
    assert result.returncode == 1
    assert "CorpusError" in result.stdout


def test_a_place_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 題\n\n本文。\n", "utf-8")
    result = medrag("ingest", tmp_path / "a.md", "--index", tmp_path / "a.md" / "i", "--json")
    assert result.returncode == 1
    assert document(result)["hint"]
    assert "Traceback" not in result.stderr


def test_a_usage_error_is_json_when_json_was_asked_for() -> None:
    result = medrag("ask", "降圧目標は?", "-k", "0", "--json")
    assert result.returncode == 2
    assert document(result)["error"] == "UsageError"


def test_a_question_that_lacks_its_quotation_marks_is_told_so(sample_index: Path) -> None:
    result = medrag("ask", "降圧目標は", "いくつですか", "--index", sample_index)
    assert result.returncode == 2
    assert "medrag: 使い方に誤りがあります" in result.stderr
    assert "囲みます" in result.stderr


def test_a_filter_given_twice_is_a_usage_error(sample_index: Path) -> None:
    twice = ("--filter", "kind=table", "--filter", "kind=body")
    result = medrag("search", "降圧目標", "--index", sample_index, *twice, "--json")
    assert result.returncode == 2


def test_bytes_that_are_no_text_are_an_error_of_their_line() -> None:
    good = json.dumps({"text": "目標[1]。", "passages": [{"id": "1", "text": "目標。"}]}).encode()
    result = subprocess.run(
        [sys.executable, "-m", "medrag", "verify", "--jsonl"],
        input=b"\xff\n" + good + b"\n",
        capture_output=True,
        check=False,
    )
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["where"] == "stdin:1"
    assert second["claims"]


def test_an_address_that_is_none_is_a_usage_error(sample_index: Path) -> None:
    result = medrag(
        "ask", TARGET, "--index", sample_index, environment={"MEDRAG_LLM_BASE_URL": "not a url"}
    )
    assert result.returncode == 2
    assert "MEDRAG_LLM_BASE_URL" in result.stderr


def test_an_unknown_command_is_a_usage_error() -> None:
    assert medrag("aks").returncode == 2


def test_the_package_is_light_to_import() -> None:
    heavy = {"numpy", "faiss", "bm25s", "pydantic", "httpx", "fugashi"}
    program = f"import sys, medrag; print(sorted({heavy!r} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
