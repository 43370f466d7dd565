"""Storage: plain files that are read in place, however large the index is.

Nothing here becomes a Python object at opening: arrays are mapped (npy, never with pickle), and
records (`NAME.jsonl` or `NAME.utf8` with `NAME.offsets.npy`) are read one by one with pread, which
leaves their pages in the kernel's cache and out of the process.
"""

from __future__ import annotations

import json
import os
import re
import weakref
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from medrag.errors import IndexCorrupted


def save_array(path: Path, numbers: NDArray[Any]) -> None:
    """Write an npy file."""
    np.save(path, np.ascontiguousarray(numbers), allow_pickle=False)


# The header of a plain array. numpy reads it with the compiler, which in Python 3.11 two threads
# must not do at once; and it would let through arrays of Python objects, if it were told to.
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<|][iuf][1248])', 'fortran_order': False, "
    rb"'shape': \((\d+),(?: (\d+))?\), \} *\n",
    re.DOTALL,
)


def load_array(path: Path) -> NDArray[Any]:
    """Map an npy file read-only.

    Raises:
        IndexCorrupted: It is not a plain array; an npy file that holds Python objects is refused.
    """
    try:
        with path.open("rb") as file:
            header = _HEADER.match(file.read(256))
        if header is None:
            raise IndexCorrupted("not a plain array", where=str(path))
        dtype = np.dtype(header[1].decode("ascii"))
        shape = tuple(int(length) for length in header.groups()[1:] if length is not None)
        # A map of no bytes is an error to the kernel.
        if 0 in shape:
            return np.empty(shape, dtype=dtype)
        return np.asarray(np.memmap(path, dtype, mode="r", offset=header.end(), shape=shape))
    except (OSError, ValueError) as error:
        raise IndexCorrupted(f"not a plain array: {error}", where=str(path)) from error


#: A larger array is read where it is wanted. Mapped, the postings and word sequences of 100,000
#: passages come to 1.9 KB a passage of resident memory once some hundred questions were asked.
MAPPED = 1 << 24


class Ranges:
    """A stored array that is read in ranges: mapped while it is small, from the file beyond that.

    Args:
        mapped: Bytes up to which it is mapped.
    """

    def __init__(self, path: Path, *, mapped: int = MAPPED) -> None:
        self._array = load_array(path)
        self._size = self._array.dtype.itemsize
        self._descriptor = -1
        if self._array.nbytes > mapped:
            self._begins = path.stat().st_size - self._array.nbytes
            self._descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            weakref.finalize(self, os.close, self._descriptor)

    def __len__(self) -> int:
        return len(self._array)

    def whole(self) -> NDArray[Any]:
        """All of it, mapped."""
        return self._array

    def read(self, start: int, end: int) -> NDArray[Any]:
        """Numbers `[start, end)`, not to be written to."""
        if self._descriptor < 0:
            return self._array[start:end]
        wanted = (end - start) * self._size
        content = os.pread(self._descriptor, wanted, self._begins + start * self._size)
        # A signal may cut a read short; the map has the same bytes.
        return (
            np.frombuffer(content, self._array.dtype)
            if len(content) == wanted
            else self._array[start:end]
        )


class ArrayWriter:
    """Appends to a one-dimensional npy file of unknown length."""

    def __init__(self, path: Path, *, dtype: type[np.int32 | np.float16]) -> None:
        self._path = path
        self._dtype = np.dtype(dtype)
        self._length = 0
        self._file = path.open("wb")
        self._file.write(self._header())

    def __len__(self) -> int:
        """How many numbers there are so far."""
        return self._length

    def append(self, numbers: NDArray[Any]) -> None:
        """Put numbers at the end."""
        self._file.write(numbers.astype(self._dtype, copy=False).tobytes())
        self._length += len(numbers)

    def close(self) -> None:
        """Write the final length and close the file."""
        self._file.seek(0)
        self._file.write(self._header())
        self._file.close()

    def renumber(self, table: NDArray[Any]) -> None:
        """Replace every number of the closed file by `table[number]`, in place."""
        if self._length:
            offset = len(self._header())
            numbers = np.memmap(self._path, self._dtype, mode="r+", offset=offset)
            for start in range(0, self._length, _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                numbers[part] = table[numbers[part]]
            numbers.flush()

    def _header(self) -> bytes:
        # Room for any length, so that the header can be written again over itself.
        content = f"{{'descr': '{self._dtype.str}', 'fortran_order': False, 'shape': ({self._length},), }}"
        return b"\x93NUMPY\x01\x00\x76\x00" + content.ljust(117).encode() + b"\n"


_AT_ONCE = 1 << 22
_TOGETHER = 4096


class Run(NamedTuple):
    """Neighbouring byte strings: all of them joined, and how long each is."""

    content: bytes
    sizes: NDArray[np.int64]


class BlobWriter:
    """Appends byte strings to one file and keeps where each begins."""

    def __init__(self, directory: Path, name: str) -> None:
        self._file = (directory / name).open("wb")
        self._offsets_path = directory / f"{Path(name).stem}.offsets.npy"
        self._sizes = array("q")

    def append(self, content: bytes) -> None:
        """Put one at the end."""
        self._file.write(content)
        self._sizes.append(len(content))

    def extend(self, run: Run) -> None:
        """Put several at the end."""
        self._file.write(run.content)
        self._sizes.frombytes(run.sizes.astype(np.int64).tobytes())

    def close(self) -> None:
        """Close the file and write the offsets."""
        self._file.close()
        sizes = np.frombuffer(self._sizes, dtype=np.int64)
        save_array(self._offsets_path, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._file.closed:
            self.close()


class Blobs:
    """Byte strings in one file, read by number."""

    def __init__(self, directory: Path, name: str) -> None:
        self.path = directory / name
        self._offsets = load_array(directory / f"{Path(name).stem}.offsets.npy")
        self._descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW)
        # An index is held as long as anything holds it, and closed by nobody in particular.
        self.close = weakref.finalize(self, os.close, self._descriptor)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> bytes:
        start, end = int(self._offsets[number]), int(self._offsets[number + 1])
        return self._read(start, end - start)

    def __iter__(self) -> Iterator[bytes]:
        for first in range(0, len(self), _TOGETHER):
            run = self.run(first, min(first + _TOGETHER, len(self)))
            end = 0
            for size in run.sizes.tolist():
                yield run.content[end : end + size]
                end += size

    def part(self, number: int, first: int, last: int) -> bytes:
        """Bytes `[first, last)` of one of them."""
        return self._read(int(self._offsets[number]) + first, last - first)

    def size(self, number: int) -> int:
        """Bytes of one of them."""
        return int(self._offsets[number + 1] - self._offsets[number])

    def run(self, first: int, last: int) -> Run:
        """Numbers `[first, last)`, read at once."""
        offsets = np.asarray(self._offsets[first : last + 1])
        start, end = int(offsets[0]), int(offsets[-1])
        return Run(self._read(start, end - start), np.diff(offsets))

    def _read(self, start: int, size: int) -> bytes:
        content = os.pread(self._descriptor, size, start)
        while len(content) < size:
            more = os.pread(self._descriptor, size - len(content), start + len(content))
            if not more:
                raise IndexCorrupted(
                    "the file is shorter than it was when opened", where=str(self.path)
                )
            content += more
        return content


def read_record(content: bytes) -> dict[str, Any]:
    """A record of a .jsonl file."""
    record: dict[str, Any] = json.loads(content.decode("utf-8", "surrogatepass"))
    return record
