"""What a document says its grades mean: 「3（勧めない）」, 「グレードD：行わないよう勧められる」.

A guideline may put what is not to be done in the positive and leave the refusal to the grade. Which
values refuse is read from its own legend, never assumed.
"""

from __future__ import annotations

import re

from medrag.japanese.normalize import fold

_VALUE = r"(?<![A-Za-z0-9.])(?P<value>[A-E][12]?|[0-9]|I{1,3}[ab]?|[◎○△▲×])"
_MEANING = re.compile(
    rf"{_VALUE}[」』]?\s*(?:[:=(|\t]|は)\s*"
    r"(?P<meaning>(?:(?![A-E0-9][12]?\s*[:=(|])[^。．;|()\t\n]){2,60})"
)
_REFUSES = re.compile(
    r"(?:勧め(?:られ)?ない|推奨(?:し|され)ない|ない(?:こと|よう)|べきで(?:は)?ない|反対|避ける)|\b(?:not|against)\b"
)
_EITHER = re.compile(r"または|又は|もしくは|あるいは|行うこと|\bor\b|どちら|いずれ")
_APART = 40  # characters between two entries of one legend


def refusing(text: str) -> frozenset[str]:
    """The values of strength that the document's legend says are against: "3", "D".

    A legend has at least two entries side by side, of which not all refuse, so that a
    numbered list of what not to do is none.
    """
    found: set[str] = set()
    group: dict[str, bool] = {}
    end = -1
    for entry in _MEANING.finditer(fold(text)):
        if entry.start() - end > _APART or entry["value"] in group:
            found |= _refused(group)
            group = {}
        meaning = entry["meaning"]
        group[entry["value"]] = (
            _REFUSES.search(meaning) is not None and _EITHER.search(meaning) is None
        )
        end = entry.end()
    return frozenset(found | _refused(group))


def _refused(group: dict[str, bool]) -> set[str]:
    return (
        {value for value, refuses in group.items() if refuses}
        if len(group) > 1 and not all(group.values())
        else set()
    )
