"""Vectors from an OpenAI-compatible `/embeddings` endpoint, such as vLLM's pooling server."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import numpy as np
from numpy.typing import NDArray

from medrag.errors import GenerationError
from medrag.index.prefixes import prefixes


class EndpointEncoder:
    """A neural encoder behind an endpoint.

    Args:
        base_url: For example http://localhost:8000/v1.
        model: Name at that endpoint; it decides the prefixes.
        timeout: Seconds for one request.
        batch_size: Texts in one request.

    Raises:
        GenerationError: The endpoint cannot be reached or gives nothing usable.
    """

    semantic = True

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str = "EMPTY",
        timeout: float = 60.0,
        batch_size: int = 64,
    ) -> None:
        self._url = base_url.rstrip("/") + "/embeddings"
        self._model = model
        self._prefixes = prefixes(model)
        self._batch_size = batch_size
        self._client = httpx.Client(timeout=timeout, headers={"Authorization": f"Bearer {api_key}"})
        self.dimension = int(self._request(["次元"]).shape[1])
        self.name = f"endpoint/{model}-{self.dimension}"

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension)."""
        batches = [
            self._request(
                [self._prefixes.passage + text for text in texts[i : i + self._batch_size]]
            )
            for i in range(0, len(texts), self._batch_size)
        ]
        return np.concatenate([np.zeros((0, self.dimension), dtype=np.float32), *batches])

    def encode_question(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimension,)."""
        vector: NDArray[np.float32] = self._request([self._prefixes.question + text])[0]
        return vector

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _request(self, texts: list[str]) -> NDArray[np.float32]:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        try:
            response = self._client.post(self._url, json=body)
            response.raise_for_status()
            data = sorted(response.json()["data"], key=lambda one: one["index"])
            vectors = np.asarray([one["embedding"] for one in data], dtype=np.float32)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            message = f"the embeddings endpoint gave nothing usable ({type(error).__name__})"
            raise GenerationError(message, where=self._url, retryable=True) from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise GenerationError(
                "the embeddings have another shape than the texts", where=self._url
            )
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
