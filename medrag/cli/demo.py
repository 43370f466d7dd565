"""`medrag demo`: the sample corpus, one question, one answer."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from medrag.cli.output import ABSTAINED, DONE, Subparsers, command, emit

QUESTION = "75歳以上の高血圧患者の降圧目標は?"


def add(subparsers: Subparsers) -> None:
    """Register the command."""
    demo = command(subparsers, "demo", "見本の文書を読み込み、質問に答える")
    demo.add_argument("--index", type=Path, default=Path("indexes/sample"), metavar="DIR")
    demo.set_defaults(run=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    from medrag.pipeline import Medrag
    from medrag.pipeline.ingest import ingest, sample_corpus
    from medrag.settings import Settings

    settings = Settings()
    report = ingest([sample_corpus()], index=arguments.index, settings=settings)
    print(
        f"見本 {len(report.documents)} 文書（架空）を読み込みました: "
        f"{report.passages} 箇所, {report.seconds:.1f} 秒, 世代 {report.generation}",
        file=sys.stderr,
    )
    with Medrag(settings=settings, index=arguments.index) as rag:
        answer = rag.ask(QUESTION)
    if arguments.json:
        emit(answer.to_dict())
    else:
        print(answer)
    return ABSTAINED if answer.status == "abstained" else DONE
