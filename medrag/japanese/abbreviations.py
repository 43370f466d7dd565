"""Abbreviations that a text itself defines: 慢性腎臓病（CKD）, CKD（慢性腎臓病）, （以下ARBという）.

A bracket after a name holds many things: a figure, a page, a group, an example. It is taken for an
abbreviation only where the two can be held against each other: an English full form by its
initials (Schwartz and Hearst 2003), a Japanese one by having a morpheme for every capital letter
(慢性・腎臓・病 for CKD, but neither カンデサルタン nor 降圧・薬 for ARB). 以下 says it outright.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from medrag.japanese import tokens
from medrag.japanese.normalize import fold


class Abbreviation(NamedTuple):
    """A short form and what it stands for, folded."""

    short: str
    long: str


_BRACKET = re.compile(r"[（(]([^（）()]{2,120})[）)]")
# Capitals near a bracket, or 以下 in one: nothing else is worth a second look.
_LIKELY = re.compile(r"[A-ZＡ-Ｚ][^（）()]{0,40}[（）()]|[（(][^（）()]{0,80}以下")
_PARTS = re.compile(r"\s*[:;,、/]\s*")
# Two capitals at least; a question's or a figure's number is no name.
_SHORT = re.compile(
    r"(?!(?:CQ|BQ|FRQ|SQ|Q)[0-9]|[IVX]+\Z)(?=(?:.*[A-Z]){2})[A-Za-z][A-Za-z0-9+.-]{1,9}"
)
_TERM = r"[一-鿿々ヶァ-ヺー・A-Za-zΑ-Ωα-ω0-9-]"
_JAPANESE = re.compile(rf"(?=.*[一-鿿ァ-ヺ]){_TERM}{{2,40}}")
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z'-]*(?: [A-Za-z0-9][A-Za-z0-9'-]*){1,9}")
_BEFORE_JAPANESE = re.compile(rf"(?:[ぁ-ん]{{2,5}}(?=[性型血膜病]))?{_TERM}{{2,40}}\Z")
_BEFORE_ENGLISH = re.compile(rf"{_ENGLISH.pattern}$")
# 2型糖尿病 keeps its number, a list's number goes.
_NUMBERED = re.compile(r"^[0-9・-]+(?![0-9型次度期相群])")
_HEREAFTER = re.compile(
    r"(?:^|[:;,、])\s*以下[、,]?\s*[「『\"]?(?P<name>[^「」『』\"]+?)[」』\"]?"
    r"(?:と(?:い[うい]|略す|略記(?:する)?|記載(?:する)?|表記(?:する)?|呼ぶ|する|記す))?。?$"
)
# 本症 and its likes mean what the document is about; 略, 参照 and 図1 mean nothing.
_NO_NAME = re.compile(r"[本当同前次上下後図表第付別各]|[0-9]|(?:省?略|参照|詳細|詳述|余白|引用)\Z")
# カンデサルタン（ARB） names a drug and its class.
_KATAKANA = re.compile("[ァ-ヺー]+")
_HIRAGANA = "".join(map(chr, range(ord("ぁ"), ord("ん") + 1)))
_DATED = re.compile("[0-9][年月日]")
# 画像・検査 is as long as CT, and is not what it stands for.
_FEWEST = 3
_LOOKED_BACK = 80


def find(text: str) -> Iterator[Abbreviation]:
    """The abbreviations that a sentence defines, in order."""
    if not _LIKELY.search(text):
        return
    folded = fold(text)
    for bracket in _BRACKET.finditer(folded):
        before = folded[max(0, bracket.start() - _LOOKED_BACK) : bracket.start()].rstrip(" 」』\"'")
        inside = bracket[1].strip()
        if hereafter := _HEREAFTER.search(inside):
            yield from _declared(before, hereafter["name"])
        else:
            yield from _defined(before, _PARTS.split(inside))


def _declared(before: str, short: str) -> Iterator[Abbreviation]:
    if not re.fullmatch(f"{_TERM}{{2,15}}", short) or _NO_NAME.match(short):
        return
    english = _BEFORE_ENGLISH.search(before)
    long = (english and _initialled(short, english[0])) or _japanese(before)
    if len(long) > len(short) or (long and _short(short)):
        yield Abbreviation(short, long)


def _defined(before: str, parts: list[str]) -> Iterator[Abbreviation]:
    shorts = [part for part in parts if _short(part)]
    own = re.search(r"[A-Za-z][A-Za-z0-9+.-]*$", before)
    japanese = [part for part in parts if _JAPANESE.fullmatch(part) and part not in shorts]
    english = [part for part in parts if _ENGLISH.fullmatch(part)]
    term = _japanese(before)
    if len(shorts) == 1:
        short = shorts[0]
        if spelt := _BEFORE_ENGLISH.search(before):
            english.append(spelt[0])
        japanese = [term] if term else []
    elif not shorts and own and not term and _short(own[0]):
        short = own[0]
    else:
        return
    named = [long for one in english if (long := _initialled(short, one))]
    for long in japanese:
        if named or _spells(short, long):
            yield Abbreviation(short, long)
    for long in named:
        yield Abbreviation(short, long)


def _japanese(before: str) -> str:
    """The Japanese name that ends a text, "" when none does."""
    found = _BEFORE_JAPANESE.search(before)
    name = _NUMBERED.sub("", found[0]) if found else ""
    if not _JAPANESE.fullmatch(name.lstrip(_HIRAGANA)) or _DATED.search(name):
        return ""
    return name


def _short(part: str) -> bool:
    # HbA1c and NSAIDs are short forms, OldStage is two words.
    return bool(_SHORT.fullmatch(part)) and len(part) <= 2 * _capitals(part) + 2


def _capitals(short: str) -> int:
    return sum(letter.isupper() for letter in short)


def _spells(short: str, long: str) -> bool:
    """Whether a Japanese name is long enough for the capitals, and no name in katakana alone."""
    return not _KATAKANA.fullmatch(long) and tokens.morphemes(long) >= max(
        _capitals(short), _FEWEST
    )


def _initialled(short: str, words: str) -> str:
    """The end of an English text whose words give the letters of a short form in order, or ""."""
    letters = [letter for letter in short.lower() if letter.isalnum()]
    place = len(words)
    for number, letter in enumerate(reversed(letters), start=1):
        place -= 1
        # The first letter begins a word; the others may stand inside one.
        while place >= 0 and (
            words[place].lower() != letter
            or (number == len(letters) and place > 0 and words[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return ""
    long = words[place:]
    enough = 2 <= len(long.split()) <= 2 * len(letters)
    return long.lower() if enough and len(long) > len(short) + 2 else ""
