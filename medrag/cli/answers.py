"""`medrag search`, `medrag ask`, `medrag verify`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from medrag.cli.output import (
    ABSTAINED,
    DONE,
    FAILED,
    Subparsers,
    command,
    emit,
    failure,
    filters,
    search_options,
)
from medrag.errors import EvaluationError, MedragError

if TYPE_CHECKING:
    from medrag.pipeline import Medrag

_SHAPE = '{"text": "…[1]。", "passages": [{"id": "1", "text": "…"}], "question": "…"}'


def add(subparsers: Subparsers) -> None:
    """Register the commands."""
    search = command(subparsers, "search", "質問に合う箇所を探す")
    search_options(search)
    search.set_defaults(run=_search)
    ask = command(subparsers, "ask", "質問に引用付きで答え、検証する")
    search_options(ask)
    ask.set_defaults(run=_ask)
    verify = command(subparsers, "verify", "標準入力の文章を、引用元の文章に照らして検証する")
    verify.add_argument("--jsonl", action="store_true", help="1 行に 1 件を読み、1 行に 1 件を返す")
    verify.set_defaults(run=_verify)


def _search(arguments: argparse.Namespace) -> int:
    from medrag.answer.labels import EDITIONS, NOTICE
    from medrag.pipeline import Medrag

    with Medrag(index=arguments.index) as rag:
        begun = time.perf_counter()
        hits, notices = rag.rank(
            arguments.question,
            k=arguments.k,
            filters=filters(arguments.filter),
            as_of=arguments.as_of,
        )
        elapsed = round((time.perf_counter() - begun) * 1000, 3)
        generation = rag.index.generation
    if arguments.json:
        emit(
            {
                "question": arguments.question,
                "generation": generation,
                "hits": [hit.to_dict() for hit in hits],
                "warnings": [{"code": note.code, "message": note.message} for note in notices],
                "timings_ms": {"search": elapsed},
            }
        )
        return DONE
    for notice in notices:
        print(notice.message, file=sys.stderr)
    for hit in hits:
        place = " > ".join((hit.title, *hit.passage.section))
        page = f" p.{hit.passage.page}" if hit.passage.page else ""
        edition = "、".join(filter(None, (hit.edition, EDITIONS[hit.edition_status])))
        print(f"{hit.rank}. [{hit.score:.3f}] {place}{page}（{edition}）")
        print(f"   {' '.join(hit.shown.split())}")
    if not hits:
        print("該当する箇所はありません。")
    print(f"\n{NOTICE}")
    return DONE


def _ask(arguments: argparse.Namespace) -> int:
    from medrag.pipeline import Medrag

    with Medrag(index=arguments.index) as rag:
        if rag.settings.has_model and sys.stderr.isatty():
            print("資料を探し、言語モデルに尋ねています…", file=sys.stderr)
        answer = rag.ask(
            arguments.question,
            k=arguments.k,
            filters=filters(arguments.filter),
            as_of=arguments.as_of,
        )
    if arguments.json:
        emit(answer.to_dict())
    else:
        print(answer)
    return ABSTAINED if answer.status == "abstained" else DONE


def _verify(arguments: argparse.Namespace) -> int:
    from medrag.pipeline import Medrag

    rag = Medrag()
    if sys.stdin.isatty():
        print(f"標準入力から JSON を読みます（終わりは Ctrl-D）: {_SHAPE}", file=sys.stderr)
    if not arguments.jsonl:
        report = _report(rag, sys.stdin.read(), "stdin")
        emit(report)
        return DONE
    code = DONE
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        # One bad line must not cost the others: its error takes its place in the output.
        try:
            emit(_report(rag, line, f"stdin:{number}"))
        except MedragError as error:
            emit(failure(error))
            code = FAILED
    return code


def _report(rag: Medrag, text: str, where: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"not JSON: {error}", where=where, hint=f"give {_SHAPE}") from None
    if not isinstance(given, dict):
        raise EvaluationError("not a JSON object", where=where, hint=f"give {_SHAPE}")
    missing = [key for key in ("text", "passages") if key not in given]
    if missing:
        raise EvaluationError(f'there is no "{missing[0]}"', where=where, hint=f"give {_SHAPE}")
    try:
        report = rag.verify(given["text"], given["passages"], question=given.get("question"))
    except EvaluationError as error:
        raise EvaluationError(
            f"{error.where}: {error.message}", where=where, hint=f"give {_SHAPE}"
        ) from None
    return report.to_dict()
