"""`medrag eval retrieval` and `medrag eval attribution`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from medrag.cli.output import DONE, Subparsers, command, emit, index_option, positive


def add(subparsers: Subparsers) -> None:
    """Register the commands."""
    group = subparsers.add_parser("eval", help="検索や検証の質を測る").add_subparsers(
        title="対象", metavar="WHAT", required=True
    )
    retrieval = command(group, "retrieval", "BEIR 形式の質問と正解で検索を測る")
    index_option(retrieval)
    retrieval.add_argument("--queries", type=Path, required=True, metavar="Q.jsonl")
    retrieval.add_argument("--qrels", type=Path, required=True, metavar="QRELS.tsv")
    retrieval.add_argument(
        "-k", type=positive, default=10, metavar="N", help="順位を付ける文書の数"
    )
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
        if name == "by_kind":
            for kind, rates in value.items():
                shares = "  ".join(
                    f"{outcome} {_share(rates[outcome])}"
                    for outcome in ("accepted", "rejected", "escalated")
                )
                print(f"  {kind} ({rates['label']})\t{shares}")
        else:
            print(f"{name}\t{_value(value)}")


def _value(value: Any) -> str:
    if isinstance(value, dict) and "value" in value:
        if value["value"] is None:
            return "-"
        return f"{_share(value)} [{value['low']:.3f}, {value['high']:.3f}]"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(part)}" for name, part in value.items())
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _share(rate: dict[str, Any]) -> str:
    return "-" if rate["value"] is None else f"{rate['value']:.3f} (n={rate['n']})"
