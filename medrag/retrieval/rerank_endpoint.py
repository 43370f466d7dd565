"""A reranker behind an endpoint: vLLM's `/rerank`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import httpx

from medrag.errors import GenerationError


class EndpointReranker:
    """A `/rerank` endpoint as vLLM serves it (the shape of Jina's and Cohere's).

    Args:
        base_url: For example http://localhost:8000/v1.
        model: Name at that endpoint.
        timeout: Seconds for the whole request.
    """

    def __init__(
        self, *, base_url: str, model: str, api_key: str = "EMPTY", timeout: float = 10.0
    ) -> None:
        self._url = base_url.rstrip("/") + "/rerank"
        self._model = model
        self._client = httpx.Client(timeout=timeout, headers={"Authorization": f"Bearer {api_key}"})

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One relevance score a text."""
        body = {"model": self._model, "query": question, "documents": list(texts)}
        try:
            response = self._client.post(self._url, json=body)
            response.raise_for_status()
            results = response.json()["results"]
            found = {int(one["index"]): float(one["relevance_score"]) for one in results}
            scores = [found[i] for i in range(len(texts))]
        except (
            # An index may be Infinity, and a reply nested deeper than the parser goes.
            *(httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError),
            *(OverflowError, RecursionError),
        ) as error:
            message = f"the reranker gave nothing usable ({type(error).__name__})"
            raise GenerationError(message, where=self._url, retryable=True) from error
        if not all(map(math.isfinite, scores)):
            raise GenerationError("the reranker gave a score that is no number", where=self._url)
        return scores

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
