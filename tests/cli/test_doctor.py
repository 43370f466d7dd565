"""What `medrag doctor` says of each requirement, and when it is content."""

from pathlib import Path

from tests.cli.calling import document, medrag


def test_the_doctor_names_each_requirement(sample_index: Path) -> None:
    examined = document(medrag("doctor", "--index", sample_index, "--json"))
    states = {check["name"]: check["status"] for check in examined["checks"]}
    assert states == {
        "dictionary": "ok",
        "encoder": "ok",
        "index": "ok",
        "llm": "missing",
        "entailment": "ok",
    }


def test_the_doctor_fails_without_an_index_and_says_how_to_make_one(tmp_path: Path) -> None:
    result = medrag("doctor", "--index", tmp_path / "none", "--json")
    assert result.returncode == 1
    examined = document(result)
    assert examined["ok"] is False
    (index,) = [check for check in examined["checks"] if check["name"] == "index"]
    assert index["status"] == "missing"
    assert "medrag ingest" in index["hint"]
    told = medrag("doctor", "--index", tmp_path / "none")
    assert told.returncode == 1
    assert "✗ 索引" in told.stdout


def test_the_doctor_is_content_without_a_model(sample_index: Path) -> None:
    told = medrag("doctor", "--index", sample_index)
    assert told.returncode == 0
    assert "－ 言語モデル" in told.stdout
    assert "準備ができています" in told.stdout


def test_the_doctor_fails_on_a_model_that_cannot_be_reached(sample_index: Path) -> None:
    result = medrag(
        *("doctor", "--index", sample_index, "--json"),
        environment={"MEDRAG_LLM_BASE_URL": "http://127.0.0.1:9/v1"},
    )
    assert result.returncode == 1
    (llm,) = [check for check in document(result)["checks"] if check["name"] == "llm"]
    assert llm["status"] == "failed"
    assert llm["hint"]


def test_the_doctor_looks_at_a_reranker_that_is_asked_for(
    sample_index: Path, tmp_path: Path
) -> None:
    result = medrag(
        *("doctor", "--index", sample_index, "--json"),
        environment={"MEDRAG_RERANKER": str(tmp_path / "none")},
    )
    assert result.returncode == 1
    (reranker,) = [c for c in document(result)["checks"] if c["name"] == "reranker"]
    assert reranker["status"] == "failed"
    assert reranker["hint"]
