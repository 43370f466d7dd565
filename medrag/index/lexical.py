"""The lexical legs: BM25 over words and over character bigrams, scored by bm25s.

k1 = .6, because passages are short (MRR .913 against .899 with k1 = 1.5), b = .75. The matrices
are written by a streaming builder of our own, since bm25s wants every token of the corpus as a
Python object (a million passages would take tens of GB), in the layout that bm25s loads and maps.
A term is known by a 64-bit key, and the vocabulary is the sorted array of the keys: nothing has to
be read at opening. A bigram's key is its two code points; a word's key is 64 bits of BLAKE2b.
Passages with score 0 or less are nobody's hits: bm25s gives arbitrary ones for unknown words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import bm25s
import numpy as np
from numpy.typing import NDArray

from medrag.index.storage import load_array, save_array
from medrag.japanese import tokens
from medrag.japanese.normalize import fold

K1 = 0.6
B = 0.75

Keys = NDArray[np.uint64]

# A term (42 bits, two code points at most) and a passage of a chunk share 64 bits for sorting.
_ROW_BITS = 22
# Terms of a chunk; fewer passages than 2**22 have that many, or the batch that fills it is small.
_CHUNK = 4_000_000


@lru_cache(maxsize=1 << 18)
def word_key(word: str) -> int:
    """The 64-bit key of a word."""
    return int.from_bytes(
        hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    )


def word_keys(words: Sequence[str]) -> Keys:
    """The keys of words, shape (len(words),)."""
    return np.fromiter(map(word_key, words), dtype=np.uint64, count=len(words))


#: What stands for a break between sentences where words are numbers.
BREAK_NUMBER = -1


class Vocabulary(dict[str, int]):
    """Words numbered as they come, while an index is built; a break has a number of its own.

    Args:
        known: Keys that have the first numbers already, sorted: those of the index that is updated.
    """

    def __init__(self, known: Keys | None = None) -> None:
        super().__init__({tokens.BREAK: BREAK_NUMBER})
        self._known = known if known is not None else np.empty(0, dtype=np.uint64)
        self._new: list[int] = []

    def __missing__(self, word: str) -> int:
        key = word_key(word)
        number = int(np.searchsorted(self._known, np.uint64(key))) if len(self._known) else 0
        if number == len(self._known) or int(self._known[number]) != key:
            number = len(self._known) + len(self._new)
            self._new.append(key)
        self[word] = number
        return number

    def numbers(self, words: Sequence[str]) -> NDArray[np.int32]:
        """The number of every word, shape (len(words),)."""
        return np.asarray(list(map(self.__getitem__, words)), dtype=np.int32)

    def keys_in_order(self) -> Keys:
        """The key of every number, shape (words so far,)."""
        return np.concatenate([self._known, np.asarray(self._new, dtype=np.uint64)])


_ASCII = 0x7F

# For every code point whether it is a letter or digit, and whether that is known yet.
_LETTER = np.zeros(0x110000, dtype=np.bool_)
_KNOWN = np.zeros(0x110000, dtype=np.bool_)


class Bigrams(NamedTuple):
    """The bigrams of some texts.

    Attributes:
        keys: Of all texts, one text after another, in order.
        counts: How many each text has.
    """

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]


def bigram_keys(texts: Sequence[str]) -> Bigrams:
    """The keys of the bigrams of texts, as `tokens.bigrams` cuts them.

    The same as putting `tokens.bigrams` through a table, ten times as fast.
    """
    # NUL is no letter, and ends a run as punctuation does.
    joined = fold("\0".join(text.replace("\0", " ") for text in texts)).lower()
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if not len(points):
        return Bigrams(np.empty(0, dtype=np.int64), np.zeros(len(texts), dtype=np.int64))
    if not _KNOWN[points].all():
        new = np.unique(points[~_KNOWN[points]])
        _LETTER[new] = [tokens.RUN.match(chr(point)) is not None for point in new]
        _KNOWN[new] = True
    letter = np.zeros(len(points) + 2, dtype=np.bool_)
    letter[1:-1] = _LETTER[points]
    foreign = np.zeros(len(points) + 1, dtype=np.bool_)
    foreign[:-1] = points > _ASCII
    before, here, after = letter[:-2], letter[1:-1], letter[2:]
    # A run of one letter has no pair: it stands for itself.
    alone = here & ~before & ~after & foreign[:-1]
    places = np.flatnonzero((here & after & (foreign[:-1] | foreign[1:])) | alone)
    wide = np.append(points, 0).astype(np.int64)
    keys = (wide[places] << 21) | np.where(alone[places], 0, wide[places + 1])
    ends = np.append(np.flatnonzero(points == 0), len(points))
    counts = np.diff(np.searchsorted(places, ends), prepend=0)
    return Bigrams(keys, counts)


class LegBuilder:
    """Writes one leg from the terms of its passages, given in order, in bounded memory."""

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._name = name
        self._lengths: list[NDArray[np.int64]] = []
        self._pending: list[NDArray[np.int64]] = []
        self._pending_counts: list[NDArray[np.int64]] = []
        self._first = 0
        self._waiting = 0
        self._chunks: list[_Chunk] = []

    def add(self, terms: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        """The terms of the next passages, one after another, and how many each has.

        Terms are numbers below 2**42; a passage that has one twice names it twice.
        """
        self._pending.append(terms)
        self._pending_counts.append(counts)
        self._waiting += len(terms)
        if self._waiting >= _CHUNK:
            self._flush()

    def finish(self, keys: Keys | None = None) -> NDArray[np.int64]:
        """Write `NAME.keys.npy` and the bm25s matrix of the leg.

        Args:
            keys: The key of every term; without it a term is its own key.

        Returns:
            For every term its place in the vocabulary; empty when `keys` was not given.
        """
        self._flush()
        seen = np.unique(np.concatenate([_NONE, *(chunk.terms for chunk in self._chunks)]))
        vocabulary = seen.astype(np.uint64) if keys is None else keys[seen]
        order = np.argsort(vocabulary, kind="stable")
        vocabulary = vocabulary[order]
        # From a term to its place; a term that no passage has any more is in no passage.
        rank = np.empty(len(seen), dtype=np.int64)
        rank[order] = np.arange(len(seen))
        place = np.zeros(len(keys) if keys is not None else 0, dtype=np.int64)
        if keys is not None:
            place[seen] = rank
        for chunk in self._chunks:
            chunk.terms = rank[np.searchsorted(seen, chunk.terms)]
        lengths = np.concatenate([np.empty(0), *self._lengths])
        count = len(lengths)
        frequencies = np.zeros(len(vocabulary), dtype=np.int64)
        for chunk in self._chunks:
            frequencies[chunk.terms] += chunk.counts
        indptr = np.zeros(len(vocabulary) + 1, dtype=np.int64)
        np.cumsum(frequencies, out=indptr[1:])
        idf = np.log1p((count - frequencies + 0.5) / (frequencies + 0.5))
        mean = max(float(lengths.mean()), 1e-9) if count else 1.0
        saturation = K1 * (1 - B + B * lengths / mean)

        data = self._output("data", np.float32, int(indptr[-1]))
        indices = self._output("indices", np.int32, int(indptr[-1]))
        filled = indptr[:-1].copy()
        for chunk in self._chunks:
            starts = np.cumsum(chunk.counts) - chunk.counts
            places = np.repeat(filled[chunk.terms] - starts, chunk.counts)
            places += np.arange(len(chunk.rows))
            filled[chunk.terms] += chunk.counts
            indices[places] = chunk.rows
            data[places] = (
                np.repeat(idf[chunk.terms], chunk.counts)
                * chunk.tf
                / (chunk.tf + saturation[chunk.rows])
            )
        for array in (data, indices):
            if isinstance(array, np.memmap):
                array.flush()
        save_array(self._directory / f"{self._name}.keys.npy", vocabulary)
        save_array(self._directory / f"{self._name}.indptr.npy", indptr)
        return place

    def _flush(self) -> None:
        if self._pending:
            counts = np.concatenate(self._pending_counts)
            self._chunks.append(_Chunk(np.concatenate(self._pending), counts, self._first))
            self._first += len(counts)
            self._lengths.append(counts)
        self._pending, self._pending_counts = [], []
        self._waiting = 0

    def _output(self, part: str, dtype: type[np.float32 | np.int32], size: int) -> NDArray[Any]:
        path = self._directory / f"{self._name}.{part}.npy"
        if size == 0:
            save_array(path, np.empty(0, dtype=dtype))
            return np.empty(0, dtype=dtype)
        return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(size,))


_NONE = np.empty(0, dtype=np.int64)


class _Chunk:
    """The postings of a run of passages, by term, then by passage.

    Attributes:
        terms, counts: Each term and in how many passages of the run it stands.
        rows, tf: For every posting, the passage and how often the term stands in it.
    """

    __slots__ = ("counts", "rows", "terms", "tf")

    def __init__(self, terms: NDArray[np.int64], counts: NDArray[np.int64], first: int) -> None:
        local = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
        packed = (terms.astype(np.uint64) << np.uint64(_ROW_BITS)) | local
        packed, tf = np.unique(packed, return_counts=True)
        self.tf = tf.astype(np.int32)
        self.rows = (packed & np.uint64((1 << _ROW_BITS) - 1)).astype(np.int32) + np.int32(first)
        distinct, self.counts = np.unique(packed >> np.uint64(_ROW_BITS), return_counts=True)
        self.terms = distinct.astype(np.int64)


class Leg:
    """One lexical leg of an opened index."""

    def __init__(self, directory: Path, name: str, *, passages: int) -> None:
        self._keys: Keys = load_array(directory / f"{name}.keys.npy")
        parts = {
            part: load_array(directory / f"{name}.{part}.npy")
            for part in ("data", "indices", "indptr")
        }
        self._indptr = parts["indptr"]
        self._passages = passages
        self._bm25 = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
        self._bm25.scores = {**parts, "num_docs": passages}
        self._bm25.nonoccurrence_array = None

    @property
    def vocabulary(self) -> Keys:
        """The key of every term, sorted."""
        return self._keys

    def places(self, keys: Keys | NDArray[np.int64]) -> NDArray[np.int64]:
        """The place of each key in the vocabulary, -1 for one that it does not have."""
        keys = keys.astype(np.uint64)
        if not len(self._keys):
            return np.full(len(keys), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[places] == keys, places, -1)

    def find(self, keys: Keys | NDArray[np.int64]) -> NDArray[np.int64]:
        """The places of those keys that the vocabulary has; the others are left out."""
        places = self.places(keys)
        return places[places >= 0]

    def idf(self, terms: NDArray[np.int64]) -> NDArray[np.float64]:
        """Inverse document frequency of each term, as BM25 weighs it."""
        frequency = self._indptr[terms + 1] - self._indptr[terms]
        return np.asarray(np.log1p((self._passages - frequency + 0.5) / (frequency + 0.5)))

    def together(self, terms: NDArray[np.int64]) -> bool:
        """Whether any passage has all of these terms."""
        lists = sorted((self._postings(term) for term in terms.tolist()), key=len)
        common = lists[0]
        for postings in lists[1:]:
            common = np.intersect1d(common, postings, assume_unique=True)
        return bool(len(common))

    def _postings(self, term: int) -> NDArray[np.int32]:
        start, end = self._indptr[term], self._indptr[term + 1]
        return np.asarray(self._bm25.scores["indices"][start:end])

    @property
    def rarest(self) -> float:
        """The idf of a word that no passage has."""
        return float(np.log1p((self._passages + 0.5) / 0.5))

    def scores(self, terms: NDArray[np.int64]) -> NDArray[np.float32]:
        """BM25 of every passage, shape (passages,); a term given twice counts twice."""
        return np.asarray(self._bm25.get_scores_from_ids(terms))
