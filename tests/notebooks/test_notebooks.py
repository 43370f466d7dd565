"""Every notebook runs from a fresh checkout, and is committed without its outputs."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A notebook after a run beside a corpus and without an index: it makes its own."""
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / "notebooks").mkdir()
    (checkout / "corpora").symlink_to(ROOT / "corpora")
    notebook = read(request.param)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(checkout / "notebooks")}},
    )
    with pytest.MonkeyPatch.context() as patch:
        # Nothing of the reader's own configuration, and no traces in it.
        patch.setenv("IPYTHONDIR", str(checkout / "ipython"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(checkout / "runtime"))
        client.execute()
    assert (checkout / "indexes" / "sample" / "CURRENT").is_file()
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def shown(notebook: Any) -> str:
    """What a reader sees below the cells, HTML where there is some."""
    return "\n".join(
        output.get("text") or output.get("data", {}).get("text/html", "")
        for output in outputs(notebook)
    )


def test_asking_is_the_first_of_the_notebooks() -> None:
    assert NOTEBOOKS[0].name == "01_ask.ipynb"


@each
def test_outputs_are_stripped(path: Path) -> None:
    code = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert code
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []


@each
def test_it_begins_by_saying_that_it_is_for_research_only(path: Path) -> None:
    first = read(path).cells[0]
    assert first.cell_type == "markdown"
    assert "研究目的のみ / Research use only." in first.source


@each
def test_its_prose_is_japanese(path: Path) -> None:
    prose = [cell for cell in read(path).cells if cell.cell_type == "markdown"]
    assert [cell.id for cell in prose if not re.search(r"[ぁ-んァ-ヶ]", cell.source)] == []


def test_every_cell_runs_without_a_complaint(executed: Any) -> None:
    assert shown(executed)
    assert [output for output in outputs(executed) if output.get("name") == "stderr"] == []


@pytest.mark.parametrize("executed", NOTEBOOKS[:1], ids=["01_ask"], indirect=True)
def test_asking_shows_answers_verdicts_and_the_notice(executed: Any) -> None:
    text = shown(executed)
    assert "130/80" in text
    assert "150/90" in text  # the earlier edition's target
    assert "研究目的のみ。医療機器ではなく" in text
    assert "abstained" in text
    first, *altered = re.findall(r"^(\w+) \| ", text, re.MULTILINE)
    assert first == "supported"
    assert len(altered) == 2
    assert "supported" not in altered
