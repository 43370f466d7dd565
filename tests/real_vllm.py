"""A real vLLM on this machine's CPU, serving a tiny gpt-oss that writes one cited transcript.

Started by the tests marked `vllm`, which `make test-vllm` runs in an environment with vLLM installed.
`MEDRAG_LLM_BASE_URL` and `MEDRAG_LLM_MODEL` name a server that is running already instead.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path
from typing import Self

MODEL = "tiny-gptoss"
#: Read when the tests are collected: no test sees an operator's variables afterwards.
RUNNING = os.environ.get("MEDRAG_LLM_BASE_URL")
RUNNING_MODEL = os.environ.get("MEDRAG_LLM_MODEL", MODEL)
#: The model of the server that the tests share.
SERVED = RUNNING_MODEL if RUNNING else MODEL
#: A small engine on two cores that looks for nothing outside this machine.
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_HOST_IP": "127.0.0.1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "2",
}
_START_SECONDS = 400


def unpack(archive: Path, target: Path) -> Path:
    """The directory of the model in `archive`, unpacked under `target`."""
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return next(path.parent for path in target.rglob("config.json"))


class RealVLLM:
    """The server; a context manager."""

    def __init__(self, model: Path, log: Path) -> None:
        self._model = model
        self._log = log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        command = [
            str(Path(sys.executable).with_name("vllm")), "serve", str(self._model),
            "--host", "127.0.0.1", "--port", str(self.port), "--served-model-name", MODEL,
            "--enforce-eager", "--dtype", "bfloat16", "--max-num-seqs", "8",
            "--max-model-len", "4096", "--reasoning-parser", "openai_gptoss",
        ]  # fmt: skip
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **ENVIRONMENT},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(self._log.read_text("utf-8", "replace")[-4000:])
            time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """kill -9 of the server and its engine."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/health", timeout=10
            ) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
