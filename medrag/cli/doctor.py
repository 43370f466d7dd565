"""`medrag doctor`."""

from __future__ import annotations

import argparse

from medrag.cli.output import DONE, FAILED, Subparsers, command, emit, index_option

_SIGNS = {"ok": "✓", "missing": "－", "failed": "✗"}


def add(subparsers: Subparsers) -> None:
    """Register the command."""
    doctor = command(subparsers, "doctor", "必要なものが揃っているかを調べる")
    index_option(doctor)
    doctor.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    from medrag.pipeline import Medrag
    from medrag.pipeline.doctor import examine

    with Medrag(index=arguments.index) as rag:
        checks = examine(rag)
    healthy = all(check.status != "failed" for check in checks)
    if arguments.json:
        emit({"ok": healthy, "checks": [check.to_dict() for check in checks]})
    else:
        for check in checks:
            print(f"{_SIGNS[check.status]} {check.name}: {check.detail}")
            if check.hint:
                print(f"    → {check.hint}")
    return DONE if healthy else FAILED
