"""`medrag serve`: a real process on a real port."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.fake_vllm import MODEL, Answer, FakeVLLM

QUESTION = "75歳以上の高血圧患者の降圧目標は?"


@contextmanager
def serving(index: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address; it chooses a free port and says which."""
    process = subprocess.Popen(
        [sys.executable, "-m", "medrag", "serve", "--index", str(index), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **environment},
    )
    assert process.stderr is not None
    said = []
    try:
        address = None
        for line in process.stderr:
            said.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            address = found.group() if found else address
            if "startup complete" in line:
                break
        assert address is not None, "".join(said)
        yield process, address
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_it_answers_until_it_is_told_to_stop(sample_index: Path) -> None:
    with serving(sample_index) as (process, address):
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            assert client.get("/readyz").json()["status"] == "ready"
            answer = client.post("/v1/ask", json={"question": QUESTION}).json()
            assert answer["status"] == "answered"
            body = {"question": QUESTION}
            with client.stream("POST", "/v1/ask/stream", json=body) as response:
                events = [line for line in response.iter_lines() if line.startswith("event: ")]
            assert events[-1] == "event: final"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=15)
    assert process.returncode == 0
    assert out == ""  # standard output is for results
    assert '"POST /v1/ask HTTP/1.1" 200' in err
    assert "高血圧" not in err
    assert "Traceback" not in err


def test_an_address_in_use_is_one_typed_error(sample_index: Path) -> None:
    with serving(sample_index) as (_, address):
        port = address.rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "medrag", "serve", "--index", str(sample_index), "--port", port],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert second.returncode == 2
    assert f"127.0.0.1:{port}: cannot listen" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_missing_index_is_told_before_anything_is_served(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "medrag", "serve", "--index", str(tmp_path / "none"), "--port", "0"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 1
    assert "IndexNotFound" in result.stderr


def test_stopping_closes_a_connection_to_the_model(sample_index: Path) -> None:
    with FakeVLLM(Answer("降圧目標は130/80 mmHg未満とする[1]。")) as model:
        settings = {"MEDRAG_LLM_BASE_URL": model.base_url, "MEDRAG_LLM_MODEL": MODEL}
        with serving(sample_index, **settings) as (process, address):
            answer = httpx.post(
                f"{address}/v1/ask", json={"question": QUESTION}, trust_env=False, timeout=60
            ).json()
            assert answer["mode"] == "model"
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=15)
    assert process.returncode == 0
    assert "Traceback" not in err
