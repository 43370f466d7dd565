"""Normalised views of a text that remember where every character came from.

Search and comparison want `１３０／８０㎜Ｈｇ` and `130/80mmHg` to be equal; citations want the
original. So the text itself is never changed: `normalize` gives NFKC (plus the Kangxi and CJK
radicals that NFKC leaves alone, which PDFs are full of) with, for every code point of the result,
the original code point that it came from.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalized:
    """A normalised text and its offset map.

    Attributes:
        text: The normalised text.
        starts: For each code point of `text`, where its source begins in the original.
        ends: For each code point of `text`, where its source ends in the original.
    """

    text: str
    starts: array[int]
    ends: array[int]

    def original(self, start: int, end: int) -> Span:
        """The smallest span of the original that produced `text[start:end]`.

        Raises:
            ValueError: The range is empty or outside the text.
        """
        if not 0 <= start < end <= len(self.text):
            message = f"no such range: [{start}, {end}) of {len(self.text)} code points"
            raise ValueError(message)
        return Span(self.starts[start], self.ends[end - 1])


# NFKC folds U+2F00-2FDF but leaves most of U+2E80-2EFF, which Chromium writes into PDFs.
_RADICALS = str.maketrans(
    {
        "⺟": "母", "⺠": "民", "⺡": "氵", "⺢": "氺", "⺣": "灬", "⺤": "爫", "⺩": "王", "⺪": "疋",
        "⺬": "示", "⺭": "礻", "⺮": "竹", "⺲": "罒", "⺳": "网", "⺷": "羊", "⺸": "羊", "⺹": "老",
        "⺼": "月", "⻁": "虎", "⻂": "衣", "⻃": "西", "⻄": "西", "⻅": "見", "⻆": "角", "⻈": "言",
        "⻉": "貝", "⻋": "車", "⻌": "辶", "⻍": "辶", "⻎": "辶", "⻏": "阝", "⻑": "長", "⻒": "長",
        "⻓": "長", "⻔": "門", "⻕": "阝", "⻖": "阝", "⻗": "雨", "⻘": "青", "⻙": "韋", "⻚": "頁",
        "⻛": "風", "⻜": "飛", "⻝": "食", "⻞": "食", "⻟": "食", "⻠": "食", "⻡": "首", "⻢": "馬",
        "⻣": "骨", "⻤": "鬼", "⻥": "魚", "⻦": "鳥", "⻨": "麦", "⻩": "黄", "⻫": "斉", "⻬": "斉",
        "⻭": "歯", "⻮": "歯", "⻯": "竜", "⻰": "竜", "⻲": "亀", "⻳": "亀", "⺀": "冫", "⺄": "乙",
        "⺅": "亻", "⺆": "冂", "⺇": "几", "⺈": "刀", "⺉": "刂", "⺊": "卜", "⺋": "卩", "⺌": "小",
        "⺍": "小", "⺎": "兀", "⺏": "尢", "⺐": "尢", "⺑": "尢", "⺒": "巳", "⺓": "幺", "⺔": "彑",
        "⺕": "彐", "⺖": "忄", "⺗": "心", "⺘": "扌", "⺙": "攵", "⺛": "旡", "⺜": "日", "⺝": "月",
        "⺞": "歹", "⺥": "爫", "⺦": "丬", "⺧": "牛", "⺨": "犭", "⺫": "目", "⺯": "糸", "⺰": "糸",
        "⺱": "罒", "⺴": "罒", "⺵": "网", "⺶": "羊", "⺺": "聿", "⺻": "聿", "⺽": "臼", "⺾": "艹",
        "⺿": "艹", "⻀": "艹",
    }
)  # fmt: skip


_RADICAL = re.compile("[⺀-⻳]")


@lru_cache(maxsize=65536)
def _fold(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", cluster)
    # Looking for radicals, which hardly any text has, is 50 times as fast as translating.
    return folded.translate(_RADICALS) if _RADICAL.search(folded) else folded


def fold(text: str) -> str:
    """NFKC with radicals mapped, without an offset map: for keys and comparison."""
    return _fold(text) if len(text) <= 64 else _fold.__wrapped__(text)


def normalize(text: str) -> Normalized:
    """NFKC of `text` with radicals mapped, keeping an offset map.

    A base character and the combining marks after it are folded together (が in two code points
    becomes one), so that the result equals `fold(text)` and every span of it maps back to whole
    clusters. Linear in the length of the text. Source: Unicode Standard Annex #15.
    """
    if text.isascii():
        length = len(text)
        return Normalized(
            text=text, starts=array("l", range(length)), ends=array("l", range(1, length + 1))
        )
    pieces: list[str] = []
    starts = array("l")
    ends = array("l")
    position = 0
    length = len(text)
    while position < length:
        plain = _PLAIN.match(text, position)
        if plain is not None:
            # Most of a Japanese text folds to itself; its last character may still take a mark.
            stop = plain.end() - (plain.end() < length and _joins(text[plain.end()]))
            pieces.append(text[position:stop])
            starts.extend(range(position, stop))
            ends.extend(range(position + 1, stop + 1))
            position = stop
            if position == length:
                break
        stop = position + 1
        while stop < length and _joins(text[stop]):
            stop += 1
        folded = _fold(text[position:stop]) if stop - position <= 64 else fold(text[position:stop])
        pieces.append(folded)
        starts.extend([position] * len(folded))
        ends.extend([stop] * len(folded))
        position = stop
    return Normalized(text="".join(pieces), starts=starts, ends=ends)


# Code points that NFKC leaves alone: ASCII, kana without marks, common punctuation, CJK ideographs.
_PLAIN = re.compile(r"[\n -~、。々〇「-】ぁ-ゔゝゞァ-ヺー一-鿿]+")


@lru_cache(maxsize=65536)
def _joins(character: str) -> bool:
    """Whether NFKC may merge this code point into the one before it."""
    if unicodedata.combining(character) or character in "ﾞﾟ":
        return True
    return "\u1160" <= character <= "\u11ff"  # conjoining Hangul vowels and finals
