"""Records: how Documents, Passages and Recommendations stand in the index, one JSON line each.

A document's text is kept once, in `texts.utf8`; a passage is a range of its bytes. Sentence spans
are numbers relative to the passage. Keys are the nouns' own names; what is empty is left out.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from medrag.documents import editions
from medrag.documents.document import Document, Page, Section, Source
from medrag.documents.editions import Place
from medrag.documents.guideline import Condition, Grade, Recommendation
from medrag.documents.passages import Passage
from medrag.errors import Notice
from medrag.japanese.normalize import Span


class Counts(NamedTuple):
    """What was found in a document.

    Attributes:
        questions: Clinical questions that a recommendation answers.
        without_strength: Recommendations whose strength the document does not give.
    """

    pages: int
    passages: int
    recommendations: int
    questions: int
    without_strength: int


def counts(
    document: Document, passages: Sequence[Passage], recommendations: Sequence[Recommendation]
) -> Counts:
    """The counts of a document, which its record keeps for reports."""
    return Counts(
        pages=len(document.pages),
        passages=len(passages),
        recommendations=len(recommendations),
        questions=len({found.cq for found in recommendations if found.cq}),
        without_strength=sum(found.strength is None for found in recommendations),
    )


def dumps(record: Mapping[str, Any]) -> bytes:
    """One line, without what is empty."""
    full = {key: value for key, value in record.items() if value not in (None, "", (), [], {})}
    return encode(json.dumps(full, ensure_ascii=False, separators=(",", ":"))) + b"\n"


def encode(text: str) -> bytes:
    """UTF-8; a lone surrogate, which JSON input may hold, survives."""
    return text.encode("utf-8", "surrogatepass")


def decode(content: bytes) -> str:
    """The inverse of `encode`."""
    return content.decode("utf-8", "surrogatepass")


def document_record(document: Document) -> dict[str, Any]:
    """What a document says of itself, without its text, pages and sections."""
    source = document.source
    return {
        "id": document.id,
        "title": document.title,
        "society": document.society,
        "edition": document.edition,
        "published": document.published.isoformat() if document.published else None,
        "supersedes": document.supersedes,
        "place": _place_record(editions.place(document)),
        "language": document.language,
        "licence": document.licence,
        "url": document.url,
        "source": {
            "name": source.name,
            "media_type": source.media_type,
            "sha256": source.sha256,
            "size": source.size,
        },
        "metadata": dict(document.metadata),
        "notices": [
            {"code": notice.code, "message": notice.message} for notice in document.notices
        ],
    }


def outline_record(document: Document) -> dict[str, Any]:
    """The pages and sections of a document."""
    return {
        "pages": [[page.number, page.start, page.end, page.label] for page in document.pages],
        "sections": [
            [list(section.path), section.start, section.end, section.body, section.kind]
            for section in document.sections
        ],
    }


def read_document(record: Mapping[str, Any], outline: Mapping[str, Any], text: str) -> Document:
    """The Document of its three parts; `text` may be "" where only the rest is wanted."""
    published = record.get("published")
    return Document(
        id=record["id"],
        title=record.get("title", ""),
        text=text,
        source=Source(
            name=record["source"]["name"],
            media_type=record["source"]["media_type"],
            sha256=record["source"]["sha256"],
            size=record["source"]["size"],
        ),
        pages=tuple(
            Page(number=number, start=start, end=end, label=label)
            for number, start, end, label in outline.get("pages", ())
        ),
        sections=tuple(
            Section(path=tuple(path), start=start, end=end, body=body, kind=kind)
            for path, start, end, body, kind in outline.get("sections", ())
        ),
        society=record.get("society"),
        edition=record.get("edition"),
        published=date.fromisoformat(published) if published else None,
        supersedes=read_place(record).stated,
        language=record.get("language", "ja"),
        licence=record.get("licence"),
        url=record.get("url"),
        metadata=record.get("metadata", {}),
        notices=read_notices(record),
    )


def _place_record(place: Place) -> list[Any] | None:
    """What is costly to find again; None for a document of no series."""
    if place.series is None and place.stated != "":
        return None
    return [place.series, place.societies, place.year, place.number, place.addendum, place.stated]


def read_place(record: Mapping[str, Any]) -> Place:
    """Where the document of a record stands among editions."""
    published = record.get("published")
    series, societies, year, number, addendum, stated = record.get("place") or (
        (None, (), (), (), False, record.get("supersedes"))
    )
    return Place(
        id=record["id"],
        series=series,
        societies=tuple(societies),
        published=date.fromisoformat(published) if published else None,
        year=tuple(year),
        number=tuple(number),
        addendum=addendum,
        stated=stated,
    )


def read_notices(record: Mapping[str, Any]) -> tuple[Notice, ...]:
    """The notices in a document's record."""
    return tuple(Notice(code=n["code"], message=n["message"]) for n in record.get("notices", ()))


def passage_record(passage: Passage, *, first_byte: int, last_byte: int) -> dict[str, Any]:
    """A passage without its text, which is `[first_byte, last_byte)` of the document's UTF-8."""
    return {
        "id": passage.id,
        "start": passage.start,
        "end": passage.end,
        "bytes": [first_byte, last_byte],
        "page": passage.page,
        "section": list(passage.section),
        "kind": passage.kind,
        "sentences": sentence_offsets(passage),
        "cq": passage.cq,
        "polarity": passage.polarity,
        "strength": _grade_record(passage.strength),
        "certainty": _grade_record(passage.certainty),
    }


def sentence_offsets(passage: Passage) -> list[int]:
    """Start and end of each sentence in the passage's text, in turn."""
    start = passage.start
    return [offset - start for span in passage.sentences for offset in span]


def read_passage(record: Mapping[str, Any], *, document_id: str, text: str) -> Passage:
    """The Passage of a record."""
    start = record["start"]
    edges = [start + offset for offset in record.get("sentences", ())]
    return Passage(
        id=record["id"],
        document_id=document_id,
        text=text,
        start=start,
        end=record["end"],
        page=record.get("page"),
        section=tuple(record.get("section", ())),
        kind=record.get("kind", "body"),
        sentences=tuple(map(Span, edges[::2], edges[1::2])),
        cq=record.get("cq"),
        polarity=record.get("polarity"),
        strength=_read_grade(record.get("strength")),
        certainty=_read_grade(record.get("certainty")),
    )


def recommendation_record(recommendation: Recommendation) -> dict[str, Any]:
    """A recommendation, whole."""
    record = {
        field.name: getattr(recommendation, field.name)
        for field in dataclasses.fields(recommendation)
    }
    record["strength"] = _grade_record(recommendation.strength)
    record["certainty"] = _grade_record(recommendation.certainty)
    record["exceptions"] = [[c.text, c.start, c.end] for c in recommendation.exceptions]
    return record


def read_recommendation(record: Mapping[str, Any]) -> Recommendation:
    """The Recommendation of a record."""
    return Recommendation(
        document_id=record["document_id"],
        text=record.get("text", ""),
        start=record["start"],
        end=record["end"],
        block_start=record["block_start"],
        block_end=record["block_end"],
        page=record.get("page"),
        polarity=record["polarity"],
        cq=record.get("cq"),
        question=record.get("question"),
        strength=_read_grade(record.get("strength")),
        certainty=_read_grade(record.get("certainty")),
        exceptions=tuple(
            Condition(text=text, start=start, end=end)
            for text, start, end in record.get("exceptions", ())
        ),
    )


def _grade_record(grade: Grade | None) -> list[str] | None:
    return [grade.raw, grade.scheme] if grade else None


def _read_grade(record: list[str] | None) -> Grade | None:
    return Grade(raw=record[0], scheme=record[1]) if record else None
