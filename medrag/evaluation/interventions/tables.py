"""The cells of a table as sentences: アムロジピンの用量は、2.5〜5 mgを1日1回である。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from medrag.evaluation.interventions.statement import Statement, Variant, squeeze

# Columns of which "AのBは、Cである" is Japanese.
_NAMES = re.compile(r"(?:量|分類|系統|禁忌|経路|回数|頻度|間隔|範囲|腎機能)(?:（[^）]*）)?$|年版$")
_EDITION = re.compile(r"年版$")
# A cell that is a noun or an amount; one that says what to do would need another sentence.
_NOUN = re.compile(r"[一-龥ァ-ヶーA-Za-zａ-ｚ0-9％%²）)]$|ごと$|まで$|未満$|以上$|以下$")
_SAYS = re.compile(
    r"(?:開始|中止|投与|減量|測定|調整|なし|不要|判断|記載|該当)$|し、|[るいた]$|[：。]|^[-ー–]+$"
)
_RULE = re.compile(r"^[\s|:\-–]+$")


class _Cell(NamedTuple):
    row: str
    column: str
    value: str


def statements(passage: str) -> Iterator[tuple[Statement, tuple[Variant, ...]]]:
    """Each cell that makes a sentence, with the alterations that take another cell of its table.

    Tables are Markdown rows or lines of cells between tabs; the first row names the columns. A row
    that is another row's continuation, or has another number of cells, is passed over.
    """
    cells = list(_cells(passage))
    for cell in cells:
        text, at = _sentence(cell)
        statement = Statement(text=text, context=passage)
        yield statement, tuple(_swaps(statement, at, cell, cells))


def _swaps(statement: Statement, at: int, cell: _Cell, cells: list[_Cell]) -> Iterator[Variant]:
    """The value of another row in the same column, and of another edition in the same row."""
    end = at + len(cell.value)
    for other in cells:
        mine, its = squeeze(cell.value), squeeze(other.value)
        # A list in another order, or a part of it, would still be true.
        listed = set(its.split("、")) <= set(mine.split("、"))
        differs = mine not in its and its not in mine and not listed
        edition = _EDITION.search(other.column) is not None
        if differs and not edition and other.column == cell.column and other.row != cell.row:
            yield statement.replaced("swapped_values", at, end, other.value)
        elif differs and edition and other.row == cell.row:
            yield statement.replaced("edition_year", 0, len(cell.column), other.column)


def _sentence(cell: _Cell) -> tuple[str, int]:
    """The sentence, and where in it the value stands."""
    first, second = cell.row, cell.column
    if _EDITION.search(cell.column):
        first, second = second, first
    lead = f"{first}の{second}は、"
    return f"{lead}{cell.value}である。", len(lead)


def _cells(passage: str) -> Iterator[_Cell]:
    header: list[str] = []
    for line in passage.splitlines():
        row = _row(line)
        if _RULE.match(line) and "-" in line:
            continue
        if not header:
            if len(row) > 1 and not any(re.search(r"mg|[0-9]回", name) for name in row):
                header = row
        elif len(row) == len(header) and row != header:
            for column, value in zip(header[1:], row[1:], strict=True):
                named = _NAMES.search(column) and 2 <= len(row[0]) <= 24
                if (
                    named
                    and 1 < len(value) <= 40
                    and _NOUN.search(value)
                    and not _SAYS.search(value)
                ):
                    yield _Cell(row[0], column, value)


def _row(line: str) -> list[str]:
    stripped = line.strip()
    if stripped.startswith("|") and stripped.endswith("|"):
        return [cell.strip() for cell in stripped[1:-1].split("|")]
    return [cell.strip() for cell in stripped.split("\t")] if "\t" in stripped else []
