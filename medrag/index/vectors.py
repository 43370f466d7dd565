"""The vector leg: FAISS, over unit vectors by inner product.

Up to `EXACT` passages every vector is compared, kept in 16 bits: against 32 bits that is half the
memory and .66 of the time at recall 1.000 (384-d, one thread: 20,000 passages 2.2 against 3.2 ms,
100,000 9.8 against 14.8 ms), so that a 32-bit index is right at no size. Beyond, an inverted file
over 8 bits finds candidates in a quarter of its lists, and the 16-bit vectors stand beside it. HNSW
is not used: its graph depends on the order of threads, and an index must be a function of its
content. Figures: benchmarks/speed/vectors.py. The file is mapped (IO_FLAG_MMAP_IFC, the only flag
that maps such an index), so opening costs nothing and workers share the pages. FAISS loads flipped
bits silently, therefore its checksum is compared before, and the dimension and count after.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from medrag.errors import IndexCorrupted
from medrag.index.storage import ArrayWriter, load_array

FILE = "vectors.faiss"
HALVES = "vectors.halves.npy"

#: Passages up to which every vector is compared (384-d: 20 ms a question on one core).
EXACT = 200_000
# Vectors of the sample for each list, of which FAISS wants 39 or more; and the seed of its k-means.
_SAMPLED = 40
_SEED = 1234
_AT_ONCE = 1 << 16


class VectorBuilder:
    """Collects vectors on disk and writes the FAISS file; the same vectors give the same bytes.

    Args:
        exact: Passages up to which every vector is compared.
    """

    def __init__(self, directory: Path, *, dimension: int, exact: int = EXACT) -> None:
        self._directory = directory
        self._dimension = dimension
        self._exact = exact
        self._halves = ArrayWriter(directory / HALVES, dtype=np.float16)

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Vectors of the next passages, shape (n, dimension)."""
        self._halves.append(np.ravel(vectors))

    def finish(self) -> None:
        """Write the file."""
        self._halves.close()
        halves = load_array(self._directory / HALVES).reshape(-1, self._dimension)
        count = len(halves)
        lists = 2 * math.isqrt(count)
        factory = "SQfp16" if count <= self._exact else f"IVF{lists},SQ8"
        index = faiss.index_factory(self._dimension, factory, faiss.METRIC_INNER_PRODUCT)
        with _one_thread():
            if count > self._exact:
                inverted = faiss.extract_index_ivf(index)
                inverted.cp.seed = _SEED
                sample = halves[:: max(1, count // (lists * _SAMPLED))]
                index.train(sample.astype(np.float32))
            for first in range(0, count, _AT_ONCE):
                index.add(halves[first : first + _AT_ONCE].astype(np.float32))
        faiss.write_index(index, str(self._directory / FILE))
        if count <= self._exact:
            (self._directory / HALVES).unlink()


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Sums of several threads may differ in their last bits."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


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
        self._halves: NDArray[np.float16] | None = None
        if isinstance(self._index, faiss.IndexIVF):
            halves = load_array(directory / HALVES)
            if len(halves) != count * dimension:
                raise IndexCorrupted(
                    "the vectors have another size than the passages", where=str(directory / HALVES)
                )
            self._halves = halves.reshape(count, dimension)

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
        options = {}
        if possible is not None:
            options["sel"] = faiss.IDSelectorBatch(np.flatnonzero(possible).astype(np.int64))
        chosen = faiss.SearchParameters(**options)
        if self._halves is not None:
            lists = faiss.extract_index_ivf(self._index).nlist
            # A filter may leave lists without a passage that is possible: then all are searched.
            searched = lists if possible is not None else max(1, lists // 4)
            chosen = faiss.SearchParametersIVF(nprobe=searched, **options)  # type: ignore[call-arg]
        _, rows = self._index.search(vector[None, :].astype(np.float32), k, params=chosen)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def at(self, rows: range) -> NDArray[np.float32]:
        """The vectors of neighbouring passages, shape (len(rows), dimension)."""
        if not rows:
            return np.empty((0, self._index.d), dtype=np.float32)
        if self._halves is not None:
            return self._halves[rows.start : rows.stop].astype(np.float32)
        return np.asarray(self._index.reconstruct_n(rows.start, len(rows)), dtype=np.float32)

    def scores(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of `vector` with the vectors of some passages, shape (len(rows),)."""
        if not len(rows):
            return np.empty(0, dtype=np.float32)
        if self._halves is not None:
            return np.asarray(self._halves[rows].astype(np.float32) @ vector, dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(rows) @ vector, dtype=np.float32)
