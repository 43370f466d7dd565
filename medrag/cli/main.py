"""The parser of the command line and what an error becomes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from medrag.cli import answers, demo, doctor, evaluate, indexes, serve
from medrag.cli.output import DONE, FAILED, INTERRUPTED, USAGE, Parser, emit, failure
from medrag.cli.words import error_lines
from medrag.errors import MedragError, QuestionError, SettingsError

_COMMANDS = (indexes, answers, evaluate, serve, doctor, demo)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Japanese must come out right whatever the locale; a stray surrogate must not end the run.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    # What is not UTF-8 fails where the line is read as JSON, and only that line.
    sys.stdin.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    chosen = _parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`| head`): nothing is left to say, and Python must not try to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except MedragError as error:
        return _failed(error, as_json=chosen.json)
    except OSError as error:
        return _failed(
            MedragError(
                error.strerror or str(error),
                where=str(error.filename) if error.filename else None,
                hint="check the path, its permissions and the free space",
            ),
            as_json=chosen.json,
        )
    except KeyboardInterrupt:
        print("中断しました。", file=sys.stderr)
        return INTERRUPTED
    return code


def _failed(error: MedragError, *, as_json: bool) -> int:
    print("\n".join(error_lines(error)), file=sys.stderr)
    if as_json:
        emit(failure(error))
    return USAGE if isinstance(error, SettingsError | QuestionError) else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="medrag",
        description="日本語診療ガイドラインに基づく、引用付き・検証付きの質問応答（研究目的のみ）",
        epilog="終了コード: 0 完了, 1 失敗, 2 使い方の誤り, 3 回答を控えた",
    )
    parser.add_argument("--version", action="version", version=f"medrag {version('medrag')}")
    subparsers = parser.add_subparsers(title="コマンド", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(subparsers)
    return parser
