"""`medrag eval retrieval` and `medrag eval attribution`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from medrag.cli.output import DONE, Subparsers, command, emit, index_option, positive


def add(subparsers: Subparsers) -> None:
    """Register the commands."""
    group = subparsers.add_parser("eval", help="検索や検証の質を測る").add_subparsers(
        title="what", metavar="WHAT", required=True
    )
    retrieval = command(group, "retrieval", "BEIR 形式の質問と正解で検索を測る")
    index_option(retrieval)
    retrieval.add_argument("--queries", type=Path, required=True, metavar="Q.jsonl")
    retrieval.add_argument("--qrels", type=Path, required=True, metavar="QRELS.tsv")
    retrieval.add_argument("-k", type=positive, default=10, metavar="N", help="documents ranked")
    retrieval.set_defaults(run=_retrieval)
    attribution = command(group, "attribution", "正誤の付いた主張で検証器を測る")
    attribution.add_argument("--claims", type=Path, required=True, metavar="FILE.jsonl")
    attribution.set_defaults(run=_attribution)


def _retrieval(arguments: argparse.Namespace) -> int:
    from medrag.evaluation.retrieval import evaluate, read_qrels, read_queries
    from medrag.pipeline import Medrag

    queries = read_queries(arguments.queries)
    qrels = read_qrels(arguments.qrels)
    with Medrag(index=arguments.index) as rag:
        result = evaluate(rag, queries, qrels, k=arguments.k)
    _show(result, as_json=arguments.json)
    return DONE


def _attribution(arguments: argparse.Namespace) -> int:
    from medrag.evaluation.attribution import evaluate, read_claims
    from medrag.pipeline import Medrag

    result = evaluate(read_claims(arguments.claims), checker=Medrag().checker)
    _show(result, as_json=arguments.json)
    return DONE


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(result)
        return
    for name, value in result.items():
        print(f"{name}\t{value:.4f}" if isinstance(value, float) else f"{name}\t{value}")
