"""Reranking by a sentence-transformers CrossEncoder in this process."""

from __future__ import annotations

from collections.abc import Sequence

import sentence_transformers

from medrag.errors import SettingsError


class CrossEncoderReranker:
    """A cross-encoder that is already on this machine; nothing is downloaded."""

    def __init__(self, name: str) -> None:
        try:
            self._model = sentence_transformers.CrossEncoder(name, local_files_only=True)
        except (OSError, ValueError) as error:
            hint = "give the directory of a downloaded model; medrag downloads nothing"
            raise SettingsError(
                "there is no such reranker on this machine", where=name, hint=hint
            ) from error

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One relevance score a text."""
        pairs = [(question, text) for text in texts]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]
