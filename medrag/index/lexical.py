"""The lexical legs: BM25 over words and over character bigrams, in the layout of bm25s.

k1 = .6, because passages are short (MRR .913 against .899 with k1 = 1.5 by words alone); b = .75 by
convention. Under the learned fusion neither matters much: RR@10 .9552, .9546 and .9542 with k1 of .4,
.6 and .9, .9554, .9546 and .9546 with b of .5, .75 and .9; R@10 is .9953 at the lower ends and .9969
elsewhere. The matrices are written by a streaming builder of our own, since bm25s wants every token of
the corpus as a Python object (a million passages would take tens of GB), in the layout that bm25s
loads and maps.
The vocabulary is the sorted array of the terms' keys: nothing has to be read at opening.
Passages with score 0 or less are nobody's hits: bm25s gives arbitrary ones for unknown words.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import bm25s
import numpy as np
from numpy.typing import NDArray

from medrag.index.storage import Ranges, load_array, save_array
from medrag.index.terms import Keys

K1 = 0.6
B = 0.75

# A term (42 bits, two code points at most) and a passage of a chunk share 64 bits for sorting.
_ROW_BITS = 22
# Terms of a chunk; fewer passages than 2**22 have that many, or the batch that fills it is small.
_CHUNK = 4_000_000
# Postings that are weighed at a time: they stay in the processor's cache.
_WEIGHED = 1 << 16
# A term that stands in a passage more often counts as often as this: BM25 tells no difference.
_MOST = 255
# Terms whose place is remembered: those of a question are mostly those of other questions.
_REMEMBERED = 1 << 17


class Postings(NamedTuple):
    """Where terms stand: by term, then by passage.

    Attributes:
        terms, counts: Each term and in how many passages it stands.
        rows, tf: For every posting, the passage and how often the term stands in it.
    """

    terms: NDArray[np.int64]
    counts: NDArray[np.int64]
    rows: NDArray[np.int32]
    tf: NDArray[np.uint8]

    @classmethod
    def counted(
        cls, terms: NDArray[np.int64], counts: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> Postings:
        """Of passages given by their terms, one passage after another."""
        local = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
        packed = (terms.astype(np.uint64) << np.uint64(_ROW_BITS)) | local
        packed, tf = np.unique(packed, return_counts=True)
        places = (packed & np.uint64((1 << _ROW_BITS) - 1)).astype(np.int64)
        different, in_passages = np.unique(packed >> np.uint64(_ROW_BITS), return_counts=True)
        return cls(
            different.astype(np.int64),
            in_passages,
            rows[places].astype(np.int32),
            np.minimum(tf, _MOST).astype(np.uint8),
        )


class LegBuilder:
    """Writes one leg from the terms of its passages, given in order, in bounded memory.

    Args:
        base: The leg of the index that is updated: `carry` takes its passages over as counted.
    """

    def __init__(self, directory: Path, name: str, *, base: Leg | None = None) -> None:
        self._directory = directory
        self._name = name
        self._base = base
        self._lengths: list[NDArray[np.int32]] = []
        self._pending: list[NDArray[np.int64]] = []
        self._pending_counts: list[NDArray[np.int64]] = []
        self._pending_rows: list[NDArray[np.int64]] = []
        self._passages = 0
        self._waiting = 0
        self._parts: list[Postings] = []
        self._carried: list[tuple[range, int]] = []

    def add(self, terms: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        """The terms of the next passages, one after another, and how many each has.

        Terms are numbers below 2**42; a passage that has one twice names it twice.
        """
        self._pending.append(terms)
        self._pending_counts.append(counts)
        self._pending_rows.append(np.arange(self._passages, self._passages + len(counts)))
        self._passages += len(counts)
        self._lengths.append(counts.astype(np.int32))
        self._waiting += len(terms)
        if self._waiting >= _CHUNK:
            self._flush()

    def carry(self, rows: range) -> None:
        """The next passages are those of the base, as they were counted there."""
        assert self._base is not None  # noqa: S101 (whoever carries gave one)
        self._carried.append((rows, self._passages))
        self._passages += len(rows)
        self._lengths.append(np.asarray(self._base.part("lengths")[rows.start : rows.stop]))

    def finish(
        self, keys: Keys | None = None, classes: NDArray[np.uint8] | None = None
    ) -> NDArray[np.int64]:
        """Write `NAME.keys.npy`, `NAME.classes.npy` and the bm25s matrix of the leg.

        Args:
            keys: The key of every term; without it a term is its own key.
            classes: What every term names, if that is known.

        Returns:
            For every term its place in the vocabulary; empty when `keys` was not given.
        """
        self._flush()
        parts = self._parts
        if self._base is not None:
            parts = [self._taken_over(numbered=keys is not None), *parts]
        seen = np.unique(np.concatenate([_NONE, *(part.terms for part in parts)]))
        vocabulary = seen.astype(np.uint64) if keys is None else keys[seen]
        order = np.argsort(vocabulary, kind="stable")
        vocabulary = vocabulary[order]
        # From a term to its place; a term that no passage has any more is in no passage.
        rank = np.empty(len(seen), dtype=np.int64)
        rank[order] = np.arange(len(seen))
        place = np.zeros(len(keys) if keys is not None else 0, dtype=np.int64)
        if keys is not None:
            place[seen] = rank
        places = [rank[np.searchsorted(seen, part.terms)] for part in parts]
        frequencies = np.zeros(len(vocabulary), dtype=np.int64)
        for part, at in zip(parts, places, strict=True):
            frequencies[at] += part.counts
        indptr = np.zeros(len(vocabulary) + 1, dtype=np.int64)
        np.cumsum(frequencies, out=indptr[1:])
        size = int(indptr[-1])
        indices = self._output("indices", np.int32, size)
        tf = self._output("tf", np.uint8, size)
        filled = indptr[:-1].copy()
        for part, at in zip(parts, places, strict=True):
            starts = np.cumsum(part.counts) - part.counts
            to = np.repeat(filled[at] - starts, part.counts)
            to += np.arange(len(part.rows))
            filled[at] += part.counts
            indices[to] = part.rows
            tf[to] = part.tf
        if self._base is not None:
            # New passages stand between those taken over.
            new = np.unique(np.concatenate([_NONE, *places[1:]]))
            _sort(new, indptr, indices, tf)
        self._weigh(indptr, indices, tf, frequencies)
        for array in (indices, tf):
            if isinstance(array, np.memmap):
                array.flush()
        save_array(self._directory / f"{self._name}.keys.npy", vocabulary)
        if classes is not None:
            save_array(self._directory / f"{self._name}.classes.npy", classes[seen][order])
        save_array(self._directory / f"{self._name}.indptr.npy", indptr)
        return place

    def _weigh(
        self,
        indptr: NDArray[np.int64],
        indices: NDArray[np.int32],
        tf: NDArray[np.uint8],
        frequencies: NDArray[np.int64],
    ) -> None:
        """Write the lengths of passages, and what BM25 gives every posting."""
        lengths = np.concatenate([np.empty(0, dtype=np.int32), *self._lengths])
        save_array(self._directory / f"{self._name}.lengths.npy", lengths)
        count = len(lengths)
        idf = np.log1p((count - frequencies + 0.5) / (frequencies + 0.5))
        mean = max(float(lengths.mean()), 1e-9) if count else 1.0
        saturation = K1 * (1 - B + B * lengths / mean)
        data = self._output("data", np.float32, len(indices))
        first = 0
        while first < len(frequencies):
            last = int(np.searchsorted(indptr, indptr[first] + _WEIGHED, "right")) - 1
            last = min(max(last, first + 1), len(frequencies))
            part = slice(int(indptr[first]), int(indptr[last]))
            often = tf[part].astype(np.float64)
            weight = np.repeat(idf[first:last], frequencies[first:last])
            weight *= often
            often += saturation[indices[part]]
            np.divide(weight, often, out=data[part], casting="same_kind")
            first = last
        if isinstance(data, np.memmap):
            data.flush()

    def _taken_over(self, *, numbered: bool) -> Postings:
        """The postings of the base's passages that were carried, with their new rows."""
        base = self._base
        assert base is not None  # noqa: S101 (asked only then)
        table = np.full(base.passages, -1, dtype=np.int32)
        for rows, first in self._carried:
            table[rows.start : rows.stop] = np.arange(first, first + len(rows))
        terms = np.arange(len(base.vocabulary)) if numbered else base.vocabulary.astype(np.int64)
        indptr = np.asarray(base.part("indptr"))
        rows_now = table[base.part("indices")]
        tf = np.asarray(base.part("tf"))
        counts = np.diff(indptr)
        if table.min(initial=0) >= 0:
            return Postings(terms, counts, rows_now, tf)
        gone = np.flatnonzero(rows_now < 0)
        lost = np.searchsorted(indptr, gone, "right") - 1
        counts -= np.bincount(lost, minlength=len(counts))
        stay = counts > 0
        return Postings(terms[stay], counts[stay], np.delete(rows_now, gone), np.delete(tf, gone))

    def _flush(self) -> None:
        if self._pending:
            self._parts.append(
                Postings.counted(
                    np.concatenate(self._pending),
                    np.concatenate(self._pending_counts),
                    np.concatenate(self._pending_rows),
                )
            )
        self._pending, self._pending_counts, self._pending_rows = [], [], []
        self._waiting = 0

    def _output(
        self, part: str, dtype: type[np.float32 | np.int32 | np.uint8], size: int
    ) -> NDArray[Any]:
        path = self._directory / f"{self._name}.{part}.npy"
        if size == 0:
            save_array(path, np.empty(0, dtype=dtype))
            return np.empty(0, dtype=dtype)
        return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(size,))


_NONE = np.empty(0, dtype=np.int64)


def _sort(
    terms: NDArray[np.int64],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    tf: NDArray[np.uint8],
) -> None:
    """Bring the postings of some terms into the order of their passages, in place."""
    rows, often = np.asarray(indices), np.asarray(tf)
    for first, last in zip(indptr[terms].tolist(), indptr[terms + 1].tolist(), strict=True):
        # Two sorted runs: a stable sort finds and merges them.
        order = rows[first:last].argsort(kind="stable")
        rows[first:last], often[first:last] = rows[first:last][order], often[first:last][order]


class Scores(NamedTuple):
    """Passages and what they score; a passage may stand here more than once."""

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]


class Leg:
    """One lexical leg of an opened index."""

    def __init__(self, directory: Path, name: str, *, passages: int) -> None:
        self._directory = directory
        self._name = name
        self._keys: Keys = self.part("keys")
        self._indptr = self.part("indptr")
        self._indices = Ranges(directory / f"{name}.indices.npy")
        self._data = Ranges(directory / f"{name}.data.npy")
        self.passages = passages
        self.place = lru_cache(maxsize=_REMEMBERED)(self._place)
        self.frequency = lru_cache(maxsize=_REMEMBERED)(self._frequency)

    def part(self, part: str) -> NDArray[Any]:
        """One array of the leg, mapped: keys, indptr, indices, data, and for updates tf, lengths."""
        return load_array(self._directory / f"{self._name}.{part}.npy")

    @cached_property
    def classes(self) -> NDArray[np.uint8]:
        """What every term of the leg of words names (`wordclasses`)."""
        return self.part("classes")

    @property
    def vocabulary(self) -> Keys:
        """The key of every term, sorted."""
        return self._keys

    def _place(self, key: int) -> int:
        """The place of a key in the vocabulary, -1 when it has none; `place` remembers."""
        place = bisect_left(self._keys, key)
        return place if place < len(self._keys) and int(self._keys[place]) == key else -1

    def find(self, keys: Iterable[int]) -> NDArray[np.int64]:
        """The places of those keys that the vocabulary has; the others are left out."""
        places = [place for place in map(self.place, keys) if place >= 0]
        return np.asarray(places, dtype=np.int64)

    def idf(self, term: int) -> float:
        """Inverse document frequency of a term, as BM25 weighs it."""
        return self.rarity(self.frequency(term))

    def _frequency(self, term: int) -> int:
        """In how many passages a term stands; `frequency` remembers."""
        return int(self._indptr[term + 1] - self._indptr[term])

    def rarity(self, frequency: int) -> float:
        """The idf of what stands in that many passages."""
        return math.log1p((self.passages - frequency + 0.5) / (frequency + 0.5))

    def together(self, terms: NDArray[np.int64]) -> NDArray[np.int32]:
        """The passages that have all of these terms, in order."""
        lists = sorted((self.postings(term) for term in terms.tolist()), key=len)
        common = lists[0]
        for postings in lists[1:]:
            common = np.intersect1d(common, postings, assume_unique=True)
        return common

    def postings(self, term: int) -> NDArray[np.int32]:
        """The passages that have a term, in order."""
        return self._indices.read(int(self._indptr[term]), int(self._indptr[term + 1]))

    @property
    def rarest(self) -> float:
        """The idf of a word that no passage has."""
        return self.rarity(0)

    def scores(
        self, terms: NDArray[np.int64], factors: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """BM25 of every passage, shape (passages,); a term given twice counts twice.

        Args:
            factors: What the scores of each term are multiplied by.
        """
        if not len(terms):
            return np.zeros(self.passages, dtype=np.float32)
        # All postings at once take half the time of bm25s, which goes from term to term.
        found = self.postings_of(terms, factors)
        return np.bincount(found.rows, found.scores, self.passages).astype(np.float32)

    def postings_of(
        self, terms: NDArray[np.int64], factors: NDArray[np.float32] | None = None
    ) -> Scores:
        """Where terms stand and what each place scores, one term after another."""
        starts, ends = self._indptr[terms], self._indptr[terms + 1]
        edges = list(zip(starts.tolist(), ends.tolist(), strict=True))
        scores = np.concatenate([self._data.read(*edge) for edge in edges])
        if factors is not None:
            scores *= np.repeat(factors, ends - starts)
        return Scores(np.concatenate([self._indices.read(*edge) for edge in edges]), scores)

    def bm25s(self) -> bm25s.BM25:
        """The leg in the library whose layout it has, to be measured against it."""
        library = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
        library.scores = {
            "data": self._data.whole(),
            "indices": self._indices.whole(),
            "indptr": self._indptr,
            "num_docs": self.passages,
        }
        library.nonoccurrence_array = None
        return library
