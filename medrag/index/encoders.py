"""Encoders turn text into vectors for the FAISS leg of the index.

The default is built in and needs no model: hashed character n-grams, which find what shares
letters with the question. That is lexical, and nothing calls it semantic. A neural encoder comes
from sentence-transformers, when the user names one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medrag.errors import MissingDependency
from medrag.japanese.normalize import fold


class Encoder(Protocol):
    """Text to unit vectors.

    Attributes:
        name: Identifies the encoder and its version in the manifest; opening an index with
            another name is an IndexMismatch.
        dimension: Length of a vector.
        semantic: Whether the vectors come from a trained language model.
    """

    name: str
    dimension: int
    semantic: bool

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension)."""
        ...

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimension,)."""
        ...


class HashingEncoder:
    """Character bigrams hashed into signed buckets, root-damped and normalised.

    It knows no meaning: two texts are near when they share letters (feature hashing, Weinberger
    et al. 2009). It gives the FAISS leg the same content on every machine without a model.
    """

    semantic = False

    def __init__(self, dimension: int = 128) -> None:
        self.dimension = dimension
        self.name = f"hashing-bigrams/1-{dimension}"

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension); a text without letters has a zero vector."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        joined = fold("\n".join(text.replace("\n", " ") for text in texts)).lower()
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        rows = np.cumsum(points == ord("\n"))
        mixed = points[:-1].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= points[1:].astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        buckets = (mixed >> np.uint64(40)).astype(np.int64) % self.dimension
        signs = np.where(mixed & np.uint64(1 << 39), 1.0, -1.0)
        letters = (points[:-1] > ord(" ")) & (points[1:] > ord(" "))
        sums = np.bincount(
            (rows[:-1] * self.dimension + buckets)[letters],
            weights=signs[letters],
            minlength=len(texts) * self.dimension,
        ).reshape(len(texts), self.dimension)
        vectors = np.sign(sums) * np.sqrt(np.abs(sums))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimension,)."""
        vector: NDArray[np.float32] = self.encode_passages([text])[0]
        return vector


def load(name: str | None) -> Encoder:
    """The encoder of that name: the built-in one for None, else a sentence-transformers model.

    Args:
        name: A model's name on the hub, already on this machine, or a directory.

    Raises:
        MissingDependency: sentence-transformers is not installed.
        SettingsError: There is no such model on this machine.
    """
    if name is None:
        return HashingEncoder()
    try:
        from medrag.index.sentence_transformers import SentenceTransformersEncoder
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("medrag"):
            raise
        raise MissingDependency(
            f"the encoder {name!r} needs {error.name}", hint="pip install 'medrag[dense]'"
        ) from error
    return SentenceTransformersEncoder(name)
