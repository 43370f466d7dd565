"""Columns: what filters and look-ups need of every document or passage, without reading any.

A column of strings is an array of codes beside the list of its values; identifiers are found
through a sorted array of their 64-bit keys.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.index.storage import load_array, save_array
from medrag.index.terms import Keys, word_key

#: Keys of a document's record that have a column in the index.
DOCUMENT_COLUMNS = ("society", "edition", "published", "language")
#: What the edition graph of all documents says of each.
EDITION_COLUMNS = ("supersedes", "superseded_by")


class ColumnBuilder:
    """Collects one value a row."""

    def __init__(self) -> None:
        self._codes = array("i")
        self._values: dict[str, int] = {}

    def add(self, value: str | None) -> None:
        """The value of the next row; None when it has none."""
        self._codes.append(
            -1 if value is None else self._values.setdefault(value, len(self._values))
        )

    def extend(self, column: Column, rows: range) -> None:
        """The values of neighbouring rows of another column."""
        codes = np.asarray(column.codes[rows.start : rows.stop])
        # Values are numbered as they come, here as if each row had been added by itself.
        different, first = np.unique(codes, return_index=True)
        table = np.full(len(column.values) + 1, -1, dtype=np.int32)
        for code in different[np.argsort(first)].tolist():
            if code >= 0:
                table[code] = self._values.setdefault(column.values[code], len(self._values))
        self._codes.frombytes(table[codes].tobytes())

    def save(self, directory: Path, name: str) -> None:
        """Write `NAME.codes.npy` and `NAME.values.json`."""
        save_array(directory / f"{name}.codes.npy", np.frombuffer(self._codes, dtype=np.int32))
        content = json.dumps(list(self._values), ensure_ascii=False)
        (directory / f"{name}.values.json").write_bytes(content.encode("utf-8", "surrogatepass"))


class Column:
    """One value a row.

    Attributes:
        values: The different values.
        codes: For each row the place of its value in `values`, or -1 for none.
    """

    def __init__(self, values: Sequence[str], codes: NDArray[np.int32]) -> None:
        self.values = tuple(values)
        self.codes = codes

    @classmethod
    def load(cls, directory: Path, name: str) -> Column:
        """The column that a builder saved under this name."""
        content = (directory / f"{name}.values.json").read_bytes()
        values = json.loads(content.decode("utf-8", "surrogatepass"))
        return cls(values, load_array(directory / f"{name}.codes.npy"))

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Column:
        """The column of those values."""
        known: dict[str, int] = {}
        codes = [-1 if value is None else known.setdefault(value, len(known)) for value in values]
        return cls(list(known), np.asarray(codes, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str | None:
        code = int(self.codes[row])
        return self.values[code] if code >= 0 else None

    def where(self, accepts: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Which rows have a value that is accepted, shape (rows,)."""
        # The last place is that of code -1: no value is never accepted.
        accepted = np.asarray([*map(accepts, self.values), False], dtype=np.bool_)
        return np.asarray(accepted[self.codes])

    def numbers(
        self, of: Mapping[str, float], rows: NDArray[np.int64], *, otherwise: float
    ) -> NDArray[np.float64]:
        """A number for each of some rows by its value, `otherwise` for a value that has none."""
        table = [*(of.get(value, otherwise) for value in self.values), otherwise]
        return np.asarray(np.asarray(table)[self.codes[rows]])


def save_identifiers(path: Path, keys: Keys) -> None:
    """Write where each identifier stands, shape (2, n): sorted keys, and their rows."""
    order = np.argsort(keys, kind="stable")
    save_array(path, np.stack([keys[order], order.astype(np.uint64)]))


class Identifiers:
    """Finds rows by identifier."""

    def __init__(self, path: Path) -> None:
        self._keys, self._rows = load_array(path)

    def keys(self) -> Keys:
        """The key of every row's identifier, in the order of the rows."""
        keys = np.empty(len(self._keys), dtype=np.uint64)
        keys[self._rows.astype(np.int64)] = self._keys
        return keys

    def rows(self, identifier: str) -> tuple[int, ...]:
        """The rows that may have this identifier: one, unless keys collide; () when there is none."""
        key = np.uint64(word_key(identifier))
        first, last = (
            np.searchsorted(self._keys, key, "left"),
            np.searchsorted(self._keys, key, "right"),
        )
        return tuple(int(row) for row in self._rows[first:last])
