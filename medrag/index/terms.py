"""Terms: words and bigrams as 64-bit keys, so that a vocabulary is an array of numbers.

A bigram's key is its two code points; a word's key is 64 bits of BLAKE2b.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medrag.japanese import tokens, wordclasses
from medrag.japanese.normalize import fold

Keys = NDArray[np.uint64]


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

    def classes(self, known: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
        """What every number's word names, `wordclasses.of`, shape (words so far,).

        Args:
            known: Of the first numbers, those of the index that is updated.
        """
        first = len(self._known)
        found = np.zeros(first + len(self._new), dtype=np.uint8)
        if known is not None:
            found[:first] = known
        for word, number in self.items():
            if number >= first:
                found[number] = wordclasses.of(word)
        return found


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


@lru_cache(maxsize=1 << 18)
def bigram_key(bigram: str) -> int:
    """The key of one or two characters."""
    return ord(bigram[0]) << 21 | (ord(bigram[1]) if len(bigram) > 1 else 0)


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
