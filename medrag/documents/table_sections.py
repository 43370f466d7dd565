"""Lines of a document, and the tables among them as sections of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medrag.documents.document import Section
from medrag.documents.labels import clean
from medrag.japanese.normalize import fold

_CAPTION = re.compile(
    r"(?:\*\*|[【［〈＜])?\s*(?:表|図表|Table|別表)\s*[0-9A-ZIVX一二三四五六七八九十]*(?:[-.－‐][0-9]+)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its span and what stands there."""

    start: int
    end: int
    text: str  # folded, without surrounding white space and quotation marks


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text that hold something, without quotation marks before them."""
    start = 0
    for raw in text.split("\n"):
        stop = start + len(raw)
        body = raw.strip()
        if body:
            left = start + len(raw) - len(raw.lstrip())
            while body.startswith(">"):
                shorter = body[1:].lstrip()
                left += len(body) - len(shorter)
                body = shorter
            if body:
                yield Line(left, left + len(body), body)
        start = stop + 1


def split_off(text: str, found: Sequence[Section], lines: Sequence[Line]) -> Iterator[Section]:
    """The sections with the tables inside them split off."""
    runs = _tables(lines)
    if not runs:
        yield from found
        return
    position = 0
    for section in found:
        cursor = section.start
        body = section.body
        while position < len(runs) and runs[position][0] < section.end:
            start, end, caption = runs[position]
            position += 1
            start = max(start, cursor)
            end = min(end, section.end)
            if end <= start:
                continue
            if text[cursor:start].strip():
                yield Section(
                    path=section.path,
                    start=cursor,
                    end=start,
                    body=min(body, start),
                    kind=section.kind,
                )
            else:
                start = cursor
            path = (
                (*section.path, caption)
                if caption and caption not in section.path
                else section.path
            )
            yield Section(
                path=path, start=start, end=end, body=max(start, min(body, end)), kind="table"
            )
            cursor = body = end
        # White space after a table belongs to nothing; the next section begins where it ends.
        if cursor < section.end and (text[cursor : section.end].strip() or cursor == section.start):
            yield Section(
                path=section.path,
                start=cursor,
                end=section.end,
                body=max(body, cursor),
                kind=section.kind,
            )


def _tables(lines: Sequence[Line]) -> list[tuple[int, int, str | None]]:
    """Spans of runs of table rows, the caption line included, and the caption."""
    runs: list[tuple[int, int, str | None]] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if not row(line.text):
            position += 1
            continue
        first = position
        while position < len(lines) and row(lines[position].text):
            position += 1
        if position - first < 2:
            continue
        start, caption = lines[first].start, None
        if (
            first
            and len(lines[first - 1].text) <= 80
            and _CAPTION.match(fold(lines[first - 1].text))
        ):
            above = lines[first - 1]
            start, caption = above.start, clean(above.text)
        runs.append((start, lines[position - 1].end, caption))
    return runs


def row(line: str) -> bool:
    """Whether a line is a row of a table, by bars or tabs."""
    return (line[0] == "|" and line.count("|") >= 2) or "\t" in line
