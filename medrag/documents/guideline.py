"""The structure of a clinical guideline: questions, recommendations, strength, exceptions.

Societies differ in how they grade, so strength and certainty stay as written (`raw`) and the
scheme is named beside them; nothing is mapped onto a common scale. A recommendation keeps its
exceptions: what governs whom it is for is part of what it says.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from medrag.documents.document import Document

Polarity = Literal["for", "against", "neither"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A strength or a certainty as the document writes it.

    Attributes:
        raw: Verbatim, for example "強い（1）" or "B".
        scheme: "GRADE", "Minds", "letter", "class", or "unknown".
    """

    raw: str
    scheme: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An exception or a condition that belongs to a recommendation, verbatim, with its span."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One recommendation with what governs it; spans index the document's text.

    Attributes:
        cq: Label of the clinical question that it answers ("CQ1"), if there is one.
        question: That question's text, if there is one.
        polarity: Whether it recommends for, against, or neither.
        block_start, block_end: The span from the recommendation to its last exception.
    """

    document_id: str
    text: str
    start: int
    end: int
    block_start: int
    block_end: int
    page: int | None
    polarity: Polarity
    cq: str | None = None
    question: str | None = None
    strength: Grade | None = None
    certainty: Grade | None = None
    exceptions: tuple[Condition, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of interface `medrag index recommendations`."""
        return {
            "document_id": self.document_id,
            "cq": self.cq,
            "question": self.question,
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "page": self.page,
            "polarity": self.polarity,
            "strength": asdict(self.strength) if self.strength else None,
            "certainty": asdict(self.certainty) if self.certainty else None,
            "exceptions": [asdict(condition) for condition in self.exceptions],
        }


def recognise(document: Document) -> tuple[Recommendation, ...]:
    """The recommendations of a document, in order.

    A document that labels or grades its recommendations is taken at its word; one that does neither
    (a 手引き, a circular, a nursing manual) gives those of its sentences that direct the reader.
    """
    from medrag.documents import recommendations  # it is made of the nouns above

    return recommendations.found(document)
