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
