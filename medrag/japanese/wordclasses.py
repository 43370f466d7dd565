"""What a word names, as far as the word alone tells: a number, a person, a place, a part of a date.

A question that asks 誰 or いつ is answered where a name or a date stands. The dictionary marks
names of persons and places; a foreign name in katakana that it does not have, or takes apart, is
taken for a person's.
"""

from __future__ import annotations

import re
from typing import Final

from medrag.japanese import tokens

NUMBER: Final = 1
PERSON: Final = 2
PLACE: Final = 4
CALENDAR: Final = 8

_NUMBER = re.compile("[0-9.,]+|[〇一二三四五六七八九十百千万億数]+")
_CALENDAR = frozenset({"年", "月", "日", "世紀", "年代"})
_PLACES = frozenset({"国", "県", "市"})
_KATAKANA = re.compile("[ァ-ヺー・]{3,}")


def of(word: str) -> int:
    """The classes of a word in base form, added up; 0 for most words."""
    if _NUMBER.fullmatch(word):
        return NUMBER
    if word in _CALENDAR:
        return CALENDAR
    if word in _PLACES:
        return PLACE
    named = tokens.named(word)
    if named == "人名":
        return PERSON
    if named == "地名":
        return PLACE
    return PERSON if not named and _KATAKANA.fullmatch(word) else 0
