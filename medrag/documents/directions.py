"""Directions: what a manual, a 手引き or a notice, which grades and labels nothing, tells to do.

A list item that ends in a plain verb is a step, elsewhere a sentence has to say that it directs
(こと, てはならない, 望ましい). A notice about fees defines prices in plain verbs (…を算定する), so
there only an order counts, list item or not, whatever it calls itself and in whatever format it
comes. A notice of how to apply for a licence, which speaks of no care, directs none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medrag.documents import directives, grades
from medrag.documents.document import Document
from medrag.documents.drafts import Draft, drafted
from medrag.documents.paragraphs import LIST_MARK, paragraphs_in, sentences_in
from medrag.japanese.normalize import Span

_TOPIC = re.compile(r"[^。、，：:\s]{2,12}[：:]\s*")
_SUB_ITEM = re.compile(r"[\s　]*(?:[ァ-ヶ][　．)]|[（(][ァ-ヶイロハニ][)）])")
_FEES = re.compile(r"算定|所定点数|診療報酬|施設基準|届出|薬価|療養担当|保険医療機関|介護報酬")
_FEE_SHARE = 1 / 400  # of the characters; the ministry's fee notices lie above 1/200
_CARE = re.compile(
    r"患者|病棟|看護|介護|投与|診療|治療|手術|症状|妊婦|高齢者|小児|カテーテル|patient|nurs|clinic|infant",
    re.IGNORECASE,
)
_CARE_SHARE = (
    1 / 600
)  # manuals and safety notices lie above 1/250, regulatory notices below 1/1,400


def found(document: Document) -> Iterator[Draft]:
    """The directions of a document, in order; none where it does not set out what to do."""
    text = document.text
    care = len(_CARE.findall(text))
    priced = prices(text)
    guides = priced or directives.guidance(document.title, text)
    if not guides or care < _length(text) * _CARE_SHARE:
        return
    # HTML and DOCX give the items of a list as paragraphs of one sentence.
    marked = document.source.media_type not in ("text/plain", "text/markdown", "application/pdf")
    sections = document.sections
    for position, section in enumerate(sections):
        if section.kind in ("table", "references", "contents") or (
            position == 0 and len(sections) > 1
        ):
            continue
        lines = [
            line
            for line in paragraphs_in(text, Span(section.body, section.end))
            if not _SUB_ITEM.match(text, line.start, line.end)
        ]
        for number, line in enumerate(lines):
            marker = LIST_MARK.match(text, line.start, line.end) or _TOPIC.match(
                text, line.start, line.end
            )
            if grades.heads(text[line.start : line.end]):
                continue
            start = marker.end() if marker else line.start
            pieces = sentences_in(text, Span(start, line.end))
            listed = bool(marker) or (marked and _listed(text, lines, number))
            for run in _runs(text, pieces, listed, priced):
                draft = drafted(text, run, ())
                draft.path = section.path
                yield draft


def prices(text: str) -> bool:
    """Whether a text is about what is paid for care: a fee schedule, or a notice to one."""
    return len(_FEES.findall(text)) > max(5, _length(text) * _FEE_SHARE)


def _length(text: str) -> int:
    """Characters without the white space by which formats of one text differ."""
    return len(text) - sum(map(str.isspace, text))


def _listed(text: str, lines: Sequence[Span], number: int) -> bool:
    """Whether a paragraph and one beside it are single sentences, as the items of a list are."""
    beside = [*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]]
    return _single(text, lines[number]) and any(_single(text, line) for line in beside)


def _single(text: str, line: Span) -> bool:
    first, *more = sentences_in(text, line)
    return text[first.end - 1] in "。．." and all(
        directives.limiting(text[piece.start : piece.end]) for piece in more
    )


def _runs(
    text: str, pieces: Sequence[Span], listed: bool, priced: bool
) -> Iterator[Sequence[Span]]:
    """The directing sentences of a paragraph, each with those that limit it."""
    begin: int | None = None
    for position, piece in enumerate(pieces):
        sentence = text[piece.start : piece.end]
        if begin is not None and directives.limiting(sentence):
            continue
        if begin is not None:
            yield pieces[begin:position]
            begin = None
        directs = directives.directing(sentence, item=listed and not priced)
        if directs and (not priced or directives.ordering(sentence)):
            begin = position
    if begin is not None:
        yield pieces[begin:]
