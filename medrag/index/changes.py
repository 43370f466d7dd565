"""What changed: between two generations of an index, and between two editions of one guideline.

A recommendation of one edition is held against the recommendation of the other that answers the
same clinical question, told by the words of the question (or of the recommendation, where there is
none): numbers of questions shift between editions, their wording less so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from medrag.documents.document import Document
from medrag.documents.guideline import Grade, Recommendation
from medrag.index.index import Index
from medrag.japanese import tokens

Kind = Literal["added", "removed", "changed"]

# Two questions that share fewer of their words than this are about different things. In the sample's
# two editions of one guideline, questions that stayed share all of them, and a question that is new
# shares .27 at most with any other.
_SAME = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationChange:
    """A recommendation that is new, gone, or says something else.

    Attributes:
        fields: Which parts differ: text, polarity, strength, certainty, exceptions.
    """

    kind: Kind
    before: Recommendation | None = None
    after: Recommendation | None = None
    fields: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of interface `medrag index diff`."""
        return {
            "kind": self.kind,
            "fields": list(self.fields),
            "before": self.before.to_dict() if self.before else None,
            "after": self.after.to_dict() if self.after else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange:
    """A document, or a pair of editions, with the recommendations that changed in it."""

    kind: Kind
    before: str | None
    after: str | None
    recommendations: tuple[RecommendationChange, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of interface `medrag index diff`."""
        return {
            "kind": self.kind,
            "before": self.before,
            "after": self.after,
            "recommendations": [change.to_dict() for change in self.recommendations],
        }


def between_generations(old: Index, new: Index) -> tuple[DocumentChange, ...]:
    """Documents that came, went or changed, by id."""
    before, after = _by_document(old), _by_document(new)
    changes = []
    for identifier in sorted({*old.documents, *new.documents}):
        was, now = old.document_row(identifier), new.document_row(identifier)
        if was is None:
            changes.append(DocumentChange(kind="added", before=None, after=identifier))
        elif now is None:
            changes.append(DocumentChange(kind="removed", before=identifier, after=None))
        elif _as_read(old, was) != _as_read(new, now):
            changes.append(
                DocumentChange(
                    kind="changed",
                    before=identifier,
                    after=identifier,
                    recommendations=tuple(
                        _compared(before.get(identifier, ()), after.get(identifier, ()))
                    ),
                )
            )
    return tuple(changes)


def between_editions(index: Index) -> tuple[DocumentChange, ...]:
    """Every edition in the index held against the one that it supersedes."""
    found = _by_document(index)
    return tuple(
        DocumentChange(
            kind="changed",
            before=document.supersedes,
            after=identifier,
            recommendations=tuple(
                _compared(found.get(document.supersedes, ()), found.get(identifier, ()))
            ),
        )
        for identifier, document in index.documents.items()
        if document.supersedes and document.supersedes in index.documents
    )


def _as_read(index: Index, row: int) -> Document:
    """A document with what it states of its editions; what is inferred may change without it."""
    summary = index.summaries[row]
    return replace(index.document(summary.id), supersedes=summary.place.stated)


def _by_document(index: Index) -> Mapping[str, Sequence[Recommendation]]:
    found: dict[str, list[Recommendation]] = {}
    for recommendation in index.recommendations():
        found.setdefault(recommendation.document_id, []).append(recommendation)
    return found


def _compared(
    before: Sequence[Recommendation], after: Sequence[Recommendation]
) -> Iterator[RecommendationChange]:
    """Changes in the order of the newer text, then what is gone."""
    pairs = _pairs(before, after)
    for position, now in enumerate(after):
        if position not in pairs:
            yield RecommendationChange(kind="added", after=now)
            continue
        was = before[pairs[position]]
        fields = tuple(name for name, a, b in _parts(was, now) if a != b)
        if fields:
            yield RecommendationChange(kind="changed", before=was, after=now, fields=fields)
    kept = set(pairs.values())
    for position, was in enumerate(before):
        if position not in kept:
            yield RecommendationChange(kind="removed", before=was)


def _parts(was: Recommendation, now: Recommendation) -> Iterable[tuple[str, Any, Any]]:
    yield "text", was.text, now.text
    yield "polarity", was.polarity, now.polarity
    yield "strength", _raw(was.strength), _raw(now.strength)
    yield "certainty", _raw(was.certainty), _raw(now.certainty)
    yield "exceptions", [c.text for c in was.exceptions], [c.text for c in now.exceptions]


def _pairs(before: Sequence[Recommendation], after: Sequence[Recommendation]) -> dict[int, int]:
    """For positions in `after` the position in `before` that answers the same question."""
    old = [_subject(recommendation) for recommendation in before]
    likenesses = sorted(
        (
            (_likeness(subject, other), -position, -place)
            for position, subject in enumerate(map(_subject, after))
            for place, other in enumerate(old)
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for likeness, position, place in likenesses:
        if likeness < _SAME:
            break
        if -position not in pairs and -place not in taken:
            pairs[-position] = -place
            taken.add(-place)
    return pairs


def _subject(recommendation: Recommendation) -> frozenset[str]:
    return frozenset(tokens.words(recommendation.question or recommendation.text))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's coefficient of two sets of words."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def _raw(grade: Grade | None) -> str | None:
    return grade.raw if grade else None
