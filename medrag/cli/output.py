"""What commands share: exit codes, the JSON printer, common options."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from medrag.cli.words import error_lines
from medrag.errors import MedragError, SettingsError

DONE, FAILED, USAGE, ABSTAINED = 0, 1, 2, 3
#: 128 and the number of SIGINT, as shells have it.
INTERRUPTED = 130


class UsageError(MedragError):
    """The command line cannot be read."""


class Parser(argparse.ArgumentParser):
    """A parser whose usage errors are told like every other error, and as JSON if asked for."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and exit with 2."""
        spaced = '空白を含む質問は「"」で囲みます。' if "unrecognized" in message else ""
        error = UsageError(
            message, where=self.prog, hint=f"{spaced}{self.prog} --help で使い方を表示します"
        )
        if "--json" in sys.argv:
            emit(failure(error))
        self.print_usage(sys.stderr)
        self.exit(USAGE, "\n".join([*error_lines(error), ""]))


# Commands add themselves to this; argparse keeps its type private.
Subparsers = Any


def command(subparsers: Subparsers, name: str, summary: str) -> argparse.ArgumentParser:
    """A subcommand with the options that every command has."""
    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=summary, description=summary)
    parser.add_argument("--json", action="store_true", help="結果を JSON で標準出力に出す")
    return parser


def index_option(parser: argparse.ArgumentParser) -> None:
    """`--index DIR`, by default what the settings say."""
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="索引の場所（指定がなければ MEDRAG_INDEX）"
    )


def search_options(parser: argparse.ArgumentParser) -> None:
    """The options of `search` and `ask`."""
    parser.add_argument("question", metavar="QUESTION", help="質問の文")
    index_option(parser)
    parser.add_argument("-k", type=positive, metavar="N", help="検索する箇所の数")
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="絞り込み（society, document, kind, population, edition, year, language）。繰り返し可",
    )
    parser.add_argument(
        "--as-of", metavar="DATE", help="この日の時点の版で答える（例: 2026-11-01）"
    )


def filters(pairs: list[str]) -> dict[str, str] | None:
    """`["society=架空学会"]` as a mapping.

    Raises:
        SettingsError: A pair has no "=".
    """
    parsed = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise SettingsError(f"not a filter: {pair!r}", where="--filter", hint="write KEY=VALUE")
        if key.strip() in parsed:
            raise SettingsError(
                f"the filter {key.strip()!r} is given twice",
                where="--filter",
                hint="give each key once; several keys must all agree",
            )
        parsed[key.strip()] = value.strip()
    return parsed or None


def emit(document: Any) -> None:
    """Print one JSON document."""
    json.dump(document, sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def failure(error: MedragError) -> dict[str, str | None]:
    """An error as JSON."""
    return {
        "error": type(error).__name__,
        "message": error.message,
        "where": error.where,
        "hint": error.hint,
    }


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    value = int(text)
    if value < 1:
        message = f"{value} is not at least 1"
        raise argparse.ArgumentTypeError(message)
    return value
