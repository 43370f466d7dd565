"""The vector leg: FAISS, over unit vectors by inner product.

The file is mapped (IO_FLAG_MMAP_IFC, the only flag that maps a flat index), so opening costs
nothing and workers share the pages. FAISS loads flipped bits silently, therefore its checksum is
compared before, and the dimension and count are pinned after reading.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from medrag.errors import IndexCorrupted

FILE = "vectors.faiss"


class VectorBuilder:
    """Collects vectors and writes the FAISS file."""

    def __init__(self, directory: Path, *, dimension: int) -> None:
        self._path = directory / FILE
        self._index = faiss.IndexFlatIP(dimension)

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Vectors of the next passages, shape (n, dimension)."""
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def finish(self) -> None:
        """Write the file."""
        faiss.write_index(self._index, str(self._path))


class Vectors:
    """The vector leg of an opened index."""

    def __init__(self, directory: Path, *, dimension: int, count: int) -> None:
        path = directory / FILE
        try:
            self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise IndexCorrupted("FAISS cannot read the vectors", where=str(path)) from error
        if (self._index.d, self._index.ntotal) != (dimension, count):
            raise IndexCorrupted("the vectors have another size than the passages", where=str(path))

    def nearest(
        self, vector: NDArray[np.float32], *, k: int, possible: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """The rows of the `k` nearest passages among the possible ones, nearest first.

        Args:
            possible: Which passages may be found, shape (passages,), a filter before the cut;
                None for all.
        """
        k = min(k, self._index.ntotal if possible is None else int(possible.sum()))
        if k == 0:
            return np.empty(0, dtype=np.int64)
        chosen = None
        if possible is not None:
            selector = faiss.IDSelectorBatch(np.flatnonzero(possible).astype(np.int64))
            chosen = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        _, rows = self._index.search(vector[None, :].astype(np.float32), k, params=chosen)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def at(self, rows: range) -> NDArray[np.float32]:
        """The vectors of neighbouring passages, shape (len(rows), dimension)."""
        if not rows:
            return np.empty((0, self._index.d), dtype=np.float32)
        return np.asarray(self._index.reconstruct_n(rows.start, len(rows)), dtype=np.float32)

    def scores(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of `vector` with the vectors of some passages, shape (len(rows),)."""
        if not len(rows):
            return np.empty(0, dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(rows) @ vector, dtype=np.float32)
