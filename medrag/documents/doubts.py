"""What about a document's structure is not sure, as notices for whoever ingests it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medrag.documents import directives
from medrag.documents.document import Document
from medrag.documents.guideline import Recommendation
from medrag.documents.labels import question_of
from medrag.errors import Notice
from medrag.japanese import sentences

_LONG = 4000  # characters; a shorter text may well have no headings
_GUIDELINE = re.compile(r"ガイドライン|診療指針|guideline", re.IGNORECASE)
_NAMED = 5  # examples in a message
_RECOMMENDS = (
    "CQ",
    "Q",
    "ク",
    "臨",
    "重",
)  # questions that ask for a recommendation; BQ and FRQ do not


def about(document: Document, recommendations: Sequence[Recommendation]) -> tuple[Notice, ...]:
    """Notices where recommendations, strengths or headings were expected and not found."""
    notices = []
    if unanswered := _unanswered(document, recommendations):
        listed = ", ".join(unanswered[:_NAMED]) + (" …" if len(unanswered) > _NAMED else "")
        notices.append(
            Notice(
                code="questions_without_recommendation",
                message=f"{len(unanswered)} clinical questions have no recommendation that was recognised: {listed}",
            )
        )
    graded = sum(recommendation.strength is not None for recommendation in recommendations)
    bare = [r for r in recommendations if r.strength is None]
    if graded and bare:
        listed = ", ".join(r.cq or r.text[:20] for r in bare[:_NAMED])
        notices.append(
            Notice(
                code="recommendations_without_strength",
                message=f"{len(bare)} of {len(recommendations)} recommendations have no strength: {listed}",
            )
        )
    long = len(document.text) > _LONG
    if long and len(document.sections) <= 1:
        notices.append(
            Notice(
                code="no_headings",
                message="no headings were recognised; passages carry no heading path",
            )
        )
    directions = all(r.cq is None and r.strength is None for r in recommendations)
    if directions and _GUIDELINE.search(document.title) and _recommends(document):
        found = f"{len(recommendations)} directing sentences are listed instead"
        notices.append(
            Notice(
                code="structure_uncertain",
                message="it calls itself a guideline, but no recommendation was recognised by its label or grade; "
                + (found if recommendations else "it is read by its headings"),
            )
        )
    elif recommendations and directions:
        notices.append(
            Notice(
                code="directions_only",
                message=f"it grades and labels nothing; {len(recommendations)} sentences that direct its reader are listed",
            )
        )
    return tuple(notices)


def _recommends(document: Document) -> bool:
    text = document.text
    return any(
        directives.recommending(text[span.start : span.end]) for span in sentences.split(text)
    )


def _unanswered(document: Document, recommendations: Sequence[Recommendation]) -> list[str]:
    answered = {recommendation.cq for recommendation in recommendations}
    asked = []
    for section in document.sections:
        if section.kind == "question" and section.path and (found := question_of(section.path[-1])):
            label = found[0]
            if label.startswith(_RECOMMENDS) and label not in answered and label not in asked:
                asked.append(label)
    return asked
