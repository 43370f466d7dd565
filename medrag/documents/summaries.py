"""A recommendation that is written twice, in a summary and where it is explained, counts once."""

from __future__ import annotations

from collections.abc import Sequence

from medrag.documents.drafts import Draft
from medrag.japanese.normalize import fold


def merged(text: str, stated: Sequence[Draft], tabled: Sequence[Draft]) -> list[Draft]:
    """Recommendations once each: the body counts, a summary fills in the grades it lacks.

    Args:
        text: The document's.
        stated: Recommendations in running text.
        tabled: Those of tables with one in each row.
    """
    known = list(stated)
    for row in tabled:
        twins = [draft for draft in stated if draft.label and draft.label == row.label]
        same = [draft for draft in twins if _words(text, draft) == _words(text, row)]
        if len(same or twins) == 1:
            (same or twins)[0].adopt(row)
        elif not twins:
            known.append(row)
    kept: dict[str, Draft] = {}
    others: list[Draft] = []
    for draft in sorted(known, key=lambda draft: draft.start):
        words = _words(text, draft)
        twin = kept.get(words)
        if twin is not None and twin.repeated_by(draft):
            draft.adopt(twin)  # the later place counts: it is where the explanation stands
        elif twin is not None:
            others.append(twin)
        kept[words] = draft
    return [*others, *kept.values()]


def _words(text: str, draft: Draft) -> str:
    return "".join(fold(text[draft.start : draft.end]).split()).strip("*_-・.。")
