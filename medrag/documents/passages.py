"""Passages: the spans of a Document that are indexed, retrieved and cited.

A passage is made of whole sentences of one section, so no number and no bracket is ever cut; a
recommendation with its grades and exceptions is one passage however long it is, because a condition
parted from what it governs turns its meaning around; a sentence that limits the one before it
(ただし…) stays with it; a table is cut between rows. Length is counted in tokens of a language
model, estimated.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from medrag.documents.document import Document, Section
from medrag.documents.guideline import Grade, Polarity, Recommendation
from medrag.japanese import sentences
from medrag.japanese.normalize import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A contiguous span of one Document, made of whole sentences.

    Attributes:
        id: Stable over re-ingestion: the document's id and a digest of the section path and text.
        text: Equal to `document.text[start:end]`.
        page: 1-based page on which it begins, if the format has pages.
        section: Heading path, outermost first.
        kind: recommendation, question, explanation, exception, table, references or body.
        sentences: Spans of its sentences, in document code points.
        cq, polarity, strength, certainty: Of the recommendation it holds, if it holds one.
    """

    id: str
    document_id: str
    text: str
    start: int
    end: int
    page: int | None = None
    section: tuple[str, ...] = ()
    kind: str = "body"
    sentences: tuple[Span, ...] = ()
    cq: str | None = None
    polarity: Polarity | None = None
    strength: Grade | None = None
    certainty: Grade | None = None


MAX_TOKENS = 300
"""Length of a passage unless the caller says otherwise: about 400 characters of Japanese.

Measured by benchmarks/ingestion/passage_length.py: of 75, 150, 300, 450 and 700 tokens, the answer
stands most often within the first 1,000 characters of evidence at 300 (.961), and within 2,000 at
300 and 450 (.983).
"""

_TOKEN = 4  # bytes
_FURTHEST = 6
"""Characters a token of the length, from a recommendation to a footnote that stays with it."""
_BARE = " \t\n\r\f　>*_"
_MARKER = re.compile(  # of a list item
    r"[\s*_>|]*(?:[（(]?(?:[0-9０-９A-Za-zア-ン]{0,4}[.．])*[0-9０-９A-Za-zア-ン①-⑳]{0,4}[)）.．、]?|[-・•●○■※])?[\s*_>|:：]*"
)
_QUALIFIES = re.compile(
    r"(?:ただし|但し|なお|もっとも|この限り|例外|その際|この場合|その場合|However|Except|Unless)"
)
_LABEL_KINDS = frozenset(("question", "recommendation", "explanation", "exception"))


def tokens(text: str) -> int:
    """How many tokens a language model makes of a text, estimated as a quarter of its UTF-8 bytes.

    That is 0.75 tokens a character of Japanese and 0.25 of English; gpt-oss's vocabulary makes 0.82
    and 0.24 of them.
    """
    return (_bytes(text) + _TOKEN - 1) // _TOKEN


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def split(
    document: Document, recommendations: Sequence[Recommendation], *, max_tokens: int = MAX_TOKENS
) -> tuple[Passage, ...]:
    """Cut a document into passages, in order.

    Args:
        document: With its sections.
        recommendations: Of this document, as `recognise` gives them; each block stays whole.
        max_tokens: Longest passage, by `tokens`; a single sentence or a recommendation may exceed it.
    """
    text = document.text
    if not recommendations and len(document.sections) <= 1 and tokens(text) <= max_tokens:
        found = sentences.split(text)
        if not found:
            return ()
        section = document.sections[0].path if document.sections else ()
        drafts = [_Draft(spans=found, path=section, kind="body")]
    else:
        drafts = list(_drafts(document, recommendations, max_tokens))
    return tuple(_identified(document, drafts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A passage before it has an id."""

    spans: Sequence[Span]
    path: tuple[str, ...]
    kind: str
    recommendation: Recommendation | None = None


def _identified(document: Document, drafts: Sequence[_Draft]) -> Iterator[Passage]:
    seen: dict[str, int] = {}
    for draft in drafts:
        start, end = draft.spans[0].start, draft.spans[-1].end
        text = document.text[start:end]
        digest = hashlib.sha256(
            "\x1f".join((*draft.path, text)).encode("utf-8", "surrogatepass")
        ).hexdigest()[:12]
        count = seen[digest] = seen.get(digest, 0) + 1
        recommendation = draft.recommendation
        yield Passage(
            id=f"{document.id}#{digest}" + (f"-{count}" if count > 1 else ""),
            document_id=document.id,
            text=text,
            start=start,
            end=end,
            page=document.page_at(start),
            section=draft.path,
            kind=draft.kind,
            sentences=tuple(draft.spans),
            cq=recommendation.cq if recommendation else None,
            polarity=recommendation.polarity if recommendation else None,
            strength=recommendation.strength if recommendation else None,
            certainty=recommendation.certainty if recommendation else None,
        )


def _drafts(
    document: Document, recommendations: Sequence[Recommendation], max_tokens: int
) -> Iterator[_Draft]:
    blocks = _units([block for block in recommendations if _alone(block)], max_tokens)
    # Directions of a manual are packed like other sentences, but never parted from their exceptions.
    kept = {block.block_start: block.block_end for block in recommendations if not _alone(block)}
    position = 0
    done = 0  # everything before this is in a passage
    bare: list[Span] = []  # headings that have nothing under them
    for index, section in enumerate(document.sections):
        if section.end <= done:
            continue
        start = max(done, _opening(document, section))
        while position < len(blocks) and blocks[position].start < section.end:
            block = blocks[position]
            position += 1
            if block.start < start:
                continue
            if bare:
                yield from _contents(document, bare, max_tokens)
                bare = []
            # A table whose rows cite a note stays one passage with its header and the note.
            begin = start if block.only is None and section.kind == "table" else block.start
            unread = max(start, min(section.body, begin))  # a heading alone is in the path
            if not _MARKER.fullmatch(document.text, unread, begin):
                yield from _packed(document, Span(start, begin), section, max_tokens, kept)
            spans = _sentences(document.text, Span(begin, block.end))
            if spans:
                kind = "recommendation" if block.only else section.kind
                yield _Draft(spans=spans, path=section.path, kind=kind, recommendation=block.only)
            start = done = block.end
        rest = Span(start, section.end)
        if document.text[rest.start : rest.end].strip(_BARE):
            if bare:
                yield from _contents(document, bare, max_tokens)
                bare = []
            yield from _packed(document, rest, section, max_tokens, kept)
        elif _leaf(document, index) and _empty(document.text, section):
            bare.extend(_sentences(document.text, Span(section.start, section.body)))
        done = max(done, section.end)
    if bare:
        yield from _contents(document, bare, max_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """What must stay in one passage: a recommendation, or several and the note that they share."""

    start: int
    end: int
    only: Recommendation | None


def _units(blocks: Sequence[Recommendation], max_tokens: int) -> list[_Unit]:
    """Recommendations with all that limits them, footnotes at a distance included."""
    units: list[_Unit] = []
    for block in sorted(blocks, key=lambda block: block.block_start):
        reach = max((e.end for e in block.exceptions), default=block.block_end)
        if reach - block.block_start > _FURTHEST * max_tokens:
            reach = block.block_end  # the exception is still listed with its recommendation
        end = max(block.block_end, reach)
        if units and block.block_start < units[-1].end:
            last = units.pop()
            units.append(_Unit(start=last.start, end=max(last.end, end), only=None))
        else:
            units.append(_Unit(start=block.block_start, end=end, only=block))
    return units


def _opening(document: Document, section: Section) -> int:
    """Where a section's passages begin: its heading stays when it may itself state something."""
    if section.kind in _LABEL_KINDS:
        return section.body
    return section.start if document.text[section.body : section.end].strip() else section.body


def _empty(text: str, section: Section) -> bool:
    """Whether a section is a heading with nothing below it, not even a recommendation."""
    heading, body = text[section.start : section.body], text[section.body : section.end]
    return bool(heading.strip()) and not body.strip()


def _leaf(document: Document, index: int) -> bool:
    sections = document.sections
    if index + 1 == len(sections):
        return True
    path, following = sections[index].path, sections[index + 1].path
    return following[: len(path)] != path


def _contents(document: Document, bare: Sequence[Span], max_tokens: int) -> Iterator[_Draft]:
    for group in _pack(document.text, [[span] for span in bare], max_tokens):
        path = document.section_at(group[0].start)
        yield _Draft(
            spans=group,
            path=path.path[:-1] if path else (),
            kind="contents" if len(group) > 2 else "body",
        )


def _sentences(text: str, span: Span) -> list[Span]:
    return [
        Span(span.start + s.start, span.start + s.end)
        for s in sentences.split(text[span.start : span.end])
    ]


def _alone(block: Recommendation) -> bool:
    """Whether a recommendation is a unit of its guideline, and so a passage by itself."""
    return block.cq is not None or block.strength is not None or block.certainty is not None


def _packed(
    document: Document, span: Span, section: Section, max_tokens: int, kept: Mapping[int, int]
) -> Iterator[_Draft]:
    text = document.text
    found = _sentences(text, span)
    if not found:
        return
    units: list[list[Span]] = []
    until = 0
    for sentence in found:
        qualifies = section.kind != "table" and _QUALIFIES.match(text, sentence.start)
        if units and (qualifies or sentence.start < until):
            units[-1].append(sentence)
        else:
            units.append([sentence])
        for start in range(sentence.start, sentence.end) if kept else ():
            until = max(until, kept.get(start, 0))
    for group in _pack(text, units, max_tokens):
        yield _Draft(spans=group, path=section.path, kind=section.kind)


def _pack(text: str, units: Sequence[Sequence[Span]], max_tokens: int) -> list[list[Span]]:
    """Group units of sentences into passages of at most `max_tokens`, if a unit fits at all."""
    if tokens(text[units[0][0].start : units[-1][-1].end]) <= max_tokens:
        return [[span for unit in units for span in unit]]
    from medrag.documents import packing  # brings langchain-text-splitters, which is slow to import

    written = [text[unit[0].start : unit[-1].end] for unit in units]
    groups: list[list[Span]] = []
    position = 0
    for count in packing.pack(written, most=_TOKEN * max_tokens, length=_bytes):
        groups.append([span for unit in units[position : position + count] for span in unit])
        position += count
    return groups
