"""Which edition replaces which, where nobody said so.

A manifest says what a document supersedes; a folder of files does not. Documents of one series (the
same society, the same title once the edition is taken off) replace each other by date of
publication. An addendum (追補, 正誤表) adds to an edition and replaces none. Two documents of one
day, or without a date, are left as they are: what cannot be told is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Protocol

from medrag.japanese.normalize import fold

_ADDENDUM = re.compile(r"追補|正誤表|訂正|補遺|addendum|erratum|corrigendum", re.IGNORECASE)
_EDITION = re.compile(
    r"[（(［\[][^（）()［］\[\]]*(?:版|年|edition|update|version)[^（）()［］\[\]]*[）)］\]]"
    r"|(?:19|20)[0-9]{2}\s*年?(?:度)?\s*(?:改訂)?版?|(?:改訂)?第?\s*[0-9.]+\s*版|改訂版?|初版"
    r"|(?:first|second|third|fourth|fifth|sixth|[0-9]+(?:st|nd|rd|th))\s+edition|ver(?:sion)?\.?\s*[0-9.]+"
    r"|(?:令和|平成)\s*[0-9元]+\s*年(?:度)?",
    re.IGNORECASE,
)


class Edition(Protocol):
    """What a Document, or an index's record of one, says about itself."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def society(self) -> str | None: ...  # noqa: D102
    @property
    def edition(self) -> str | None: ...  # noqa: D102
    @property
    def published(self) -> date | None: ...  # noqa: D102
    @property
    def supersedes(self) -> str | None: ...  # noqa: D102


def succession(documents: Iterable[Edition]) -> dict[str, str]:
    """For each document that replaces another one, the id of that other one.

    What a document states is kept; where neither it nor another document says anything about the
    edition before it, the order of the dates does.
    """
    found = list(documents)
    stated = {d.id: d.supersedes for d in found if d.supersedes and d.supersedes != d.id}
    replaced = set(stated.values())
    series: dict[str, list[Edition]] = {}
    for document in found:
        if document.published is not None and not is_addendum(document):
            series.setdefault(series_of(document), []).append(document)
    inferred: dict[str, str] = {}
    for editions in series.values():
        editions.sort(key=lambda d: (d.published or date.min, d.id))
        for older, newer in pairwise(editions):
            if (
                newer.id not in stated
                and older.id not in replaced
                and older.published != newer.published
            ):
                inferred[newer.id] = older.id
    return {
        document.id: after
        for document in found
        if (after := stated.get(document.id) or inferred.get(document.id))
    }


def is_addendum(document: Edition) -> bool:
    """Whether a document adds to or corrects an edition, by its title or its edition."""
    return _ADDENDUM.search(fold(f"{document.title} {document.edition or ''}")) is not None


def series_of(document: Edition) -> str:
    """What the editions of one guideline have in common: society, and title without the edition."""
    title = fold(document.title).lower()
    if document.edition:
        title = title.replace(fold(document.edition).lower(), " ")
    bare = "".join(_EDITION.sub(" ", title).split()).strip("・,，、:：-()（）")
    return f"{fold(document.society or '').lower()}/{bare or title}"
