"""Citation markers in a text: `[1]`, `［1, 2］`, `[1-3]`, `【1†L3-L5】`, `[資料2]`, `〔S3:p.4〕`.

Models write markers in many forms, so reading is generous and only the marker is normalised, never
the text around it. A marker must hold digits, and nothing else that matters: guidelines are full of
headings such as 【禁忌】, of values such as [140/90] and of years such as [2020].
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# A longer range is an interval of values that happens to stand in brackets, or an attack.
_LONGEST_RANGE = 50

# Full-width forms are listed rather than normalised away, so that offsets stay those of the text.
_MARKER = re.compile(
    r"""[\[［【〔][^\S\n]*
        (?:(?:資料|文献|出典|引用|[SsＳ])[^\S\n]*)?\^?
        (?P<numbers>[0-9０-９]{1,3}
            (?:[^\S\n]*[,、，;；\-‐–—－~〜～][^\S\n]*(?:(?:資料|文献|出典|引用|[SsＳ])[^\S\n]*)?[0-9０-９]{1,3})*)
        (?:[^\S\n]*[:：†][^\[\]［］【】〔〕\n]{0,80})?
        [^\S\n]*[\]］】〕]""",
    re.VERBOSE,
)
_ITEM = re.compile(
    r"([0-9０-９]+)(?:[^\S\n]*[\-‐–—－~〜～][^\S\n]*(?:資料|文献|出典|引用|[SsＳ])?[^\S\n]*([0-9０-９]+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """One marker; `text[start:end]` is it as written, `numbers` what it names, in order."""

    start: int
    end: int
    numbers: tuple[int, ...]


def find(text: str) -> tuple[Marker, ...]:
    """All markers of `text`, in order. Numbers are not checked against any list of passages.

    A number named twice in one marker counts once. Linear in the length of the text.
    """
    return tuple(
        Marker(start=match.start(), end=match.end(), numbers=_numbers(match["numbers"]))
        for match in _MARKER.finditer(text)
    )


def _numbers(listed: str) -> tuple[int, ...]:
    numbers: dict[int, None] = {}
    for first, last in _ITEM.findall(listed):
        low = int(first)
        high = int(last) if last else low
        whole = range(low, high + 1) if 0 <= high - low <= _LONGEST_RANGE else (low, high)
        numbers.update(dict.fromkeys(whole))
    return tuple(numbers)
