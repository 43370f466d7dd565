"""Footnotes that limit a recommendation: 「…を推奨する*」 with 「* 透析患者は除く」 further down."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medrag.documents import directives
from medrag.documents.drafts import Draft, condition
from medrag.documents.guideline import Condition
from medrag.japanese import sentences
from medrag.japanese.normalize import Span, fold

_MARK = r"(?:[*＊※†‡§]{1,3}[0-9０-９]{0,2}|注[0-9０-９]{1,2}|[（(]注[0-9０-９]{0,2}[)）])"
_CITED = re.compile(rf"(?<=[^\s*＊])({_MARK})(?![*＊\w])")
_NOTE = re.compile(rf"^[ \t　>|]*({_MARK})[ \t　:：.．、)）]*(?=\S)", re.MULTILINE)
_REACH = 3000  # characters from the end of a recommendation to its note
_BEHIND = 40  # characters in which a mark may follow the recommendation's text: grades stand there


def attach(text: str, drafts: Sequence[Draft]) -> None:
    """Give recommendations that cite a footnote what it says, where that limits them."""
    for draft in drafts:
        line_end = text.find("\n", draft.end)
        until = min(draft.end + _BEHIND, line_end if line_end >= 0 else len(text))
        for cited in _CITED.finditer(text, draft.start, until):
            note = _note(text, fold(cited[1]), until)
            if note is not None and all(not _within(note, e) for e in draft.exceptions):
                draft.exceptions.append(note)


def _note(text: str, mark: str, position: int) -> Condition | None:
    for match in _NOTE.finditer(text, position, position + _REACH):
        if fold(match[1]) != mark:
            continue
        line_end = text.find("\n", match.end())
        line = Span(match.end(), line_end if line_end >= 0 else len(text))
        said = text[line.start : line.end]
        if not directives.limiting(said):
            return None
        first = sentences.split(said)[-1]
        return condition(text, Span(line.start, line.start + first.end))
    return None


def _within(note: Condition, known: Condition) -> bool:
    return known.start <= note.start < known.end or note.start <= known.start < note.end
