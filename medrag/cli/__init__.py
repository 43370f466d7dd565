"""The commands. No logic lives here: each reads its arguments, calls one thing, prints the result.

Standard output carries the result alone (one JSON document with `--json`); logs, progress and
errors go to standard error. Exit codes: 0 done, 1 failed, 2 usage, 3 abstained.
"""

from __future__ import annotations

from medrag.cli.main import main

__all__ = ["main"]
