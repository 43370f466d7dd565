"""The command line as a real process."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def medrag(
    *arguments: str | Path,
    stdin: str | None = None,
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "medrag", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
    )


def document(result: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON document on stdout."""
    return json.loads(result.stdout)
