"""The engine inside this process: it ends when it is told to, and at exit when it is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_vllm import ENVIRONMENT

pytestmark = pytest.mark.vllm

ROOT = Path(__file__).resolve().parents[2]
# The guard is for the engine's child, which imports the script again.
SCRIPT = """
import multiprocessing
import sys

from medrag.errors import GenerationError
from medrag.models.chat import Message, Sampling
from medrag.models.vllm_offline import VLLMOffline

if __name__ == "__main__":
    model = VLLMOffline(
        path=sys.argv[1], max_model_len=4096, enforce_eager=True, dtype="bfloat16", max_num_seqs=8
    )
    asked = [[Message(role="user", content="高血圧の診断基準は？")]]
    (reply,) = model.complete_all(asked, sampling=Sampling(temperature=0.0, max_tokens=8))
    assert reply.usage.completion_tokens == 8, reply
    if sys.argv[2] == "closed":
        model.close()
        model.close()
        for child in multiprocessing.active_children():  # killed, and perhaps not yet gone
            child.join(10)
        assert not multiprocessing.active_children()
        try:
            model.complete_all(asked, sampling=Sampling())
        except GenerationError:
            print("shut down")
    print("the end")
"""


@pytest.mark.parametrize("how", ["closed", "left-to-exit"])
def test_the_process_ends(tiny_gptoss: Path, tmp_path: Path, how: str) -> None:
    script = tmp_path / "offline.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tiny_gptoss), how],
        env={**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "the end" in done.stdout
    assert ("shut down" in done.stdout) == (how == "closed")
