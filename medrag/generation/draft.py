"""Draft: what a generator wrote, before anything has been checked.

A generator sees the question and the evidence and nothing else. Markers `[n]` in its text name the
n-th hit that it was given (1-based), whoever wrote it: a model or the extractive generator.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from medrag.errors import Notice
from medrag.models.chat import Usage
from medrag.retrieval.retriever import Hit

Mode = Literal["extractive", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A piece of a draft as it is being written."""

    text: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A finished text with markers.

    Attributes:
        text: The answer with its `[n]` markers; never holds reasoning.
        abstained: The generator itself says that the evidence does not answer.
        model, sampling, prompt_sha256: What produced it, for provenance; None when extractive.
    """

    text: str
    mode: Mode
    abstained: bool = False
    reasoning: str | None = None
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    model: str | None = None
    sampling: Mapping[str, Any] = field(default_factory=dict)
    prompt_sha256: str | None = None
    notices: tuple[Notice, ...] = ()


class Generator(Protocol):
    """Writes a Draft from a question and its evidence."""

    mode: Mode

    def stream(self, question: str, hits: Sequence[Hit]) -> AsyncGenerator[Delta | Draft, None]:
        """Deltas in order and then exactly one Draft, the last item.

        Raises:
            GenerationError: The model behind it failed.
        """
        ...
