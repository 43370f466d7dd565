"""Reranking: a model reads the question with each of the first hits and orders them anew.

Optional, and never waited for beyond a deadline: when a reranker is late or fails, the first
stage's order stands and a Notice says so.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from functools import cache
from typing import NamedTuple, Protocol

from medrag.errors import GenerationError, MissingDependency, Notice


class Reranker(Protocol):
    """Says how well each text answers a question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One number a text, greater is better.

        Raises:
            GenerationError: The model could not be reached or gave nothing usable.
        """
        ...


class Reranked(NamedTuple):
    """The order that a reranker gives (or the one that there was), and why if it gave none."""

    order: list[int]
    notice: Notice | None


def load(name: str) -> Reranker:
    """A sentence-transformers CrossEncoder of that name or directory, already on this machine.

    Raises:
        MissingDependency: sentence-transformers is not installed.
        SettingsError: There is no such model on this machine.
    """
    try:
        from medrag.retrieval.cross_encoder import CrossEncoderReranker
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("medrag"):
            raise
        raise MissingDependency(
            f"the reranker {name!r} needs {error.name}", hint="pip install 'medrag[dense]'"
        ) from error
    return CrossEncoderReranker(name)


@cache
def _threads(process: int) -> ThreadPoolExecutor:  # noqa: ARG001 (a fork copies no threads)
    """The threads of a process.

    A reranker that is late goes on in its thread; further questions wait their turn behind it, and
    meet their own deadlines.
    """
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="medrag-rerank")


def rerank(
    reranker: Reranker, question: str, texts: Sequence[str], *, deadline_ms: float
) -> Reranked:
    """The places of `texts` in the reranker's order, best first, if it comes in time."""
    work = _threads(os.getpid()).submit(reranker.scores, question, texts)
    try:
        scores = work.result(timeout=deadline_ms / 1000)
    except Late:
        work.cancel()
        message = (
            f"並べ替えモデルが {deadline_ms:.0f} ミリ秒以内に応じなかったため、"
            "最初の検索の順のまま示します。"
        )
        return Reranked(list(range(len(texts))), Notice(code="rerank_late", message=message))
    except GenerationError as error:
        message = f"並べ替えモデルが失敗したため（{error.message}）、最初の検索の順のまま示します。"
        return Reranked(list(range(len(texts))), Notice(code="rerank_failed", message=message))
    return Reranked(sorted(range(len(texts)), key=lambda i: -scores[i]), None)
