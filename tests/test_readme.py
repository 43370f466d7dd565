"""The README's commands and examples, run as they are written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
# Installing and make are what runs this; a model and a running service are other tests' matter.
ELSEWHERE = ("make ", "pip ", "vllm ", "curl ")
COMMANDS = [
    line
    for kind, block in BLOCKS
    if kind == "sh" and not any(word in block for word in ("vllm serve", "medrag serve"))
    for line in block.splitlines()
    if line and not line.startswith(ELSEWHERE)
]
EXAMPLES = [block for kind, block in BLOCKS if kind == "python"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a fresh checkout after `make demo`, with `medrag` on the path."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "corpora").symlink_to(ROOT / "corpora")
    command = folder / "bin" / "medrag"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m medrag "$@"\n', "utf-8")
    command.chmod(0o755)
    run(folder, "medrag demo")
    return folder


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_readme_succeeds(checkout: Path, line: str) -> None:
    assert run(checkout, line).stdout


def test_the_python_examples_run_and_say_what_the_readme_says(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(checkout)
    names: dict[str, object] = {}
    for example in EXAMPLES:
        exec(compile(example, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "130/80" in printed
    assert "answered" in printed
    assert "contradicted" in printed


def test_the_readme_has_examples_and_commands_to_run() -> None:
    assert len(EXAMPLES) >= 2
    assert len(COMMANDS) >= 8
