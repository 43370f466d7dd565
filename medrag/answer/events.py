"""What a streamed answer sends: each thing once, and at the end the whole Answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from medrag.answer.record import Answer, Citation
from medrag.attribution.verdicts import Claim
from medrag.errors import Notice
from medrag.retrieval.retriever import Hit

Kind = Literal["retrieved", "delta", "citation", "claim", "warning", "final"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """The evidence, before anything is written from it."""

    hits: tuple[Hit, ...]
    kind: Kind = "retrieved"

    def to_dict(self) -> dict[str, Any]:
        """The JSON payload."""
        return {"hits": [hit.to_dict() for hit in self.hits]}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """The next piece of the text; pieces in order make what was released."""

    text: str
    kind: Kind = "delta"

    def to_dict(self) -> dict[str, Any]:
        """The JSON payload."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A citation, when the text first refers to it."""

    citation: Citation
    kind: Kind = "citation"

    def to_dict(self) -> dict[str, Any]:
        """The JSON payload."""
        return self.citation.to_dict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A claim with its verdict; spans index the text released so far."""

    claim: Claim
    kind: Kind = "claim"

    def to_dict(self) -> dict[str, Any]:
        """The JSON payload."""
        return self.claim.to_dict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A reservation about the answer."""

    notice: Notice
    kind: Kind = "warning"

    def to_dict(self) -> dict[str, Any]:
        """The JSON payload."""
        return {"code": self.notice.code, "message": self.notice.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """The whole answer; nothing follows."""

    answer: Answer
    kind: Kind = "final"

    def to_dict(self) -> dict[str, Any]:
        """The JSON payload."""
        return self.answer.to_dict()


Event = Retrieved | TextDelta | Cited | Checked | Warned | Final
