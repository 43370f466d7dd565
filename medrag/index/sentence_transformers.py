"""Neural encoders through sentence-transformers; pooling is the model's own, vectors are unit ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sentence_transformers
from numpy.typing import NDArray

from medrag.errors import SettingsError
from medrag.index.prefixes import prefixes


class SentenceTransformersEncoder:
    """A sentence-transformers model that is already on this machine; nothing is downloaded."""

    semantic = True

    def __init__(self, name: str, *, batch_size: int = 32) -> None:
        try:
            self._model = sentence_transformers.SentenceTransformer(name, local_files_only=True)
        except (OSError, ValueError) as error:
            hint = "give the directory of a downloaded model; medrag downloads nothing"
            raise SettingsError(
                "there is no such encoder on this machine", where=name, hint=hint
            ) from error
        # The method that tells it has another name from version 5 on.
        self.dimension = len(self._model.encode("", show_progress_bar=False))
        self.name = f"sentence-transformers/{name.rstrip('/').rsplit('/', 1)[-1]}-{self.dimension}"
        self._prefixes = prefixes(name)
        self._batch_size = batch_size

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension)."""
        return self._encode([self._prefixes.passage + text for text in texts])

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimension,)."""
        vector: NDArray[np.float32] = self._encode([self._prefixes.question + text])[0]
        return vector

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(
            texts,
            batch_size=self._batch_size,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)
