"""Retrieval measured over a BEIR data set: queries.jsonl, qrels.tsv, and an index of its corpus.

Judgements are of documents and medrag ranks passages, so a document's rank is that of its best
passage. Time is CPU time of this process for the search alone: on a busy machine the wall clock
measures the neighbours.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medrag.errors import EvaluationError
from medrag.evaluation.metrics import ndcg, percentile, recall, reciprocal_rank
from medrag.pipeline import Medrag

Queries = Mapping[str, str]
Qrels = Mapping[str, Mapping[str, float]]

# A document may hold several passages among the best: this many passages a wanted document are
# asked for, so that k documents are found even then.
_PASSAGES_A_DOCUMENT = 3


def read_queries(path: Path) -> dict[str, str]:
    """Questions by id, from lines of `{"_id", "text"}`.

    Raises:
        EvaluationError: The file is missing or a line is malformed.
    """
    queries: dict[str, str] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            queries[str(record["_id"])] = record["text"]
        except (ValueError, TypeError, KeyError) as error:
            raise EvaluationError(
                f"not a query: {type(error).__name__}: {error}",
                where=f"{path}:{number}",
                hint='lines of {"_id": "…", "text": "…"}',
            ) from None
    return queries


def read_qrels(path: Path) -> dict[str, dict[str, float]]:
    """Gains by query and document, from tab-separated `query-id corpus-id score` with a header.

    Raises:
        EvaluationError: The file is missing or a line is malformed.
    """
    qrels: dict[str, dict[str, float]] = {}
    for number, row in enumerate(csv.reader(_lines(path), delimiter="\t"), start=1):
        if not row or (number == 1 and row[0] == "query-id"):
            continue
        try:
            query, document, gain = row
            qrels.setdefault(query, {})[document] = float(gain)
        except ValueError:
            raise EvaluationError(
                f"not a judgement: {row}",
                where=f"{path}:{number}",
                hint="three columns, tab-separated: query-id, corpus-id, score",
            ) from None
    return qrels


def evaluate(rag: Medrag, queries: Queries, qrels: Qrels, *, k: int = 10) -> dict[str, Any]:
    """Mean measures over the judged questions.

    Returns:
        {"n", "R@1", "R@5", "R@10", "RR@10", "nDCG@10", "query_ms": {"p50", "p95"}}, and the same
        at `k` where that is another depth.

    Raises:
        EvaluationError: No question is judged.
    """
    judged = [query for query in queries if qrels.get(query)]
    if not judged:
        raise EvaluationError(
            "no question has a judgement", hint="the ids of the two files must agree"
        )
    rag.search(queries[judged[0]], k=k)  # what is loaded at first use is no query's time
    sums: dict[str, float] = {}
    times: list[float] = []
    for query in judged:
        begun = time.process_time()
        hits = rag.search(queries[query], k=max(k, 10) * _PASSAGES_A_DOCUMENT)
        times.append((time.process_time() - begun) * 1000)
        ranked = list(dict.fromkeys(hit.passage.document_id for hit in hits))
        for name, value in _measures(ranked, qrels[query], k).items():
            sums[name] = sums.get(name, 0.0) + value
    return {
        "n": len(judged),
        **{name: round(total / len(judged), 6) for name, total in sums.items()},
        "query_ms": {
            "p50": round(percentile(times, 0.5), 3),
            "p95": round(percentile(times, 0.95), 3),
        },
    }


def _measures(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> dict[str, float]:
    return {
        **{f"R@{depth}": recall(ranked, gains, depth) for depth in sorted({1, 5, 10, k})},
        **{f"RR@{depth}": reciprocal_rank(ranked, gains, depth) for depth in sorted({10, k})},
        **{f"nDCG@{depth}": ndcg(ranked, gains, depth) for depth in sorted({10, k})},
    }


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"cannot be read: {error}", where=str(path)) from None
