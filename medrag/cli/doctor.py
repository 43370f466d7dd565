"""`medrag doctor`."""

from __future__ import annotations

import argparse

from medrag.cli.output import DONE, FAILED, Subparsers, command, emit, index_option

_SIGNS = {"ok": "✓", "missing": "－", "failed": "✗"}
_NAMES = {
    "dictionary": "辞書",
    "encoder": "埋め込み",
    "index": "索引",
    "llm": "言語モデル",
    "entailment": "検証",
    "reranker": "並べ替え",
}


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
    healthy = not any(check.stands_in_the_way for check in checks)
    if arguments.json:
        emit({"ok": healthy, "checks": [check.to_dict() for check in checks]})
    else:
        for check in checks:
            sign = "✗" if check.stands_in_the_way else _SIGNS[check.status]
            print(f"{sign} {_NAMES[check.name]} ({check.name}): {check.detail}")
            if check.hint:
                print(f"    → {check.hint}")
        print("質問に答える準備ができています。" if healthy else "✗ の項目を直してください。")
    return DONE if healthy else FAILED
