"""Lists that a condition announces: 「ただし、次の患者には投与しない。」 and the patients below it.

The announcing sentence says nothing without its items, and the items mean the opposite without the
sentence, so each item is an exception too and their passage is one. Word and HTML lose the marks of
a list, so that an item is also a line that is no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medrag.documents import directives, grades
from medrag.documents.document import Document
from medrag.documents.drafts import Draft, condition
from medrag.documents.labels import label_of
from medrag.documents.paragraphs import LIST_MARK, paragraphs_in, sentences_in
from medrag.japanese.normalize import Span, fold

_ANNOUNCES = re.compile(
    r"(?:^|[、，。,（(]|ただし|但し|なお|また)\s*(?:次|以下|下記|下)(?:の|に)|\bfollowing\b|:\s*$",
    re.IGNORECASE,
)
_TERM = re.compile(r"(?:患者|場合|症例|例|者|人|とき|時|中|後|未満|以上|以下|既往|歴)[。．.]$")
_LONGEST = 80
"""Characters of a line that is an item without a mark, at most."""
_FRAME = " \t　*_。．.)）:："


def attach(document: Document, drafts: Sequence[Draft]) -> None:
    """Give each draft the items of the lists that its conditions announce."""
    text = document.text
    starts = sorted(draft.start for draft in drafts)
    for draft in drafts:
        for announcing in list(_announcing(text, draft)):
            section = document.section_at(announcing.start)
            if section is None:
                continue
            following = (start for start in starts if start >= announcing.end)
            stop = min(section.end, next(following, section.end))
            for item in items(text, announcing, stop):
                draft.limit(condition(text, announcing))
                draft.limit(condition(text, item))


def _announcing(text: str, draft: Draft) -> Iterator[Span]:
    """The sentences of a draft that limit it by a list."""
    for exception in draft.exceptions:
        if _ANNOUNCES.search(fold(exception.text)):
            yield Span(exception.start, exception.end)
    if draft.spoken <= draft.start:
        return
    first, *more = sentences_in(text, Span(draft.start, draft.spoken)) or [Span(0, 0)]
    last = more[-1] if more else first
    said = text[last.start : last.end]
    if _ANNOUNCES.search(fold(said)) and (more or directives.exceptional(said)):
        yield last


def items(text: str, announcing: Span, stop: int) -> Iterator[Span]:
    """The lines right below a sentence that announces them, up to the first that is no item."""
    rest = text[announcing.end : stop]
    if (rest.split("\n", 1)[0]).strip(_FRAME):
        return  # the sentence goes on, or another follows on its line
    begin = text.rfind("\n", 0, announcing.start) + 1
    own = _mark(text, Span(begin, announcing.end))
    kind: str | None = None
    for line in paragraphs_in(text, Span(stop - len(rest.lstrip(_FRAME + "\n\r")), stop)):
        mark = _mark(text, line)
        if kind is None:
            kind = mark
            if mark and mark == own:
                return  # the next item of the list that the sentence stands in
        if mark != kind or not _item(text[line.start : line.end], marked=bool(mark)):
            return
        yield line


def _mark(text: str, line: Span) -> str:
    """The mark of a list's item, whatever its number; empty where there is none."""
    found = LIST_MARK.match(text, line.start, line.end)
    return re.sub(r"[\d①-⑳⑴-⒇]+|(?<=[（(])\w", "1", found[0].strip()) if found else ""


def _item(line: str, *, marked: bool) -> bool:
    if label_of(fold(line)) is not None:
        return False
    if any(mention.kind == "strength" for mention in grades.find(line)):
        return False
    if directives.recommending(line) and not directives.limiting(line):
        return False
    sentence = line.rstrip(" 　*_").endswith(("。", "．", "."))
    return marked or (len(line) <= _LONGEST and (not sentence or _TERM.search(line) is not None))
