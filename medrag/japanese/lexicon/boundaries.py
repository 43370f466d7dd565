"""Where a word of the lexicon may begin and end inside running text.

Japanese has no spaces, so every script needs its own rule, and a false match costs more than a
missed one: the checker would call two things the same. Latin letters and digits need a word
boundary (CKD is not in CKDX, HDL not in non-HDL, PD not in PD-L1), a katakana word does not begin
inside another (アドレナリン is not in ノルアドレナリン) and a short one does not end inside one
either, a short hiragana word stands alone or before a particle, a single kanji stands outside
compounds, and a unit follows a number.
"""

from __future__ import annotations

import re
from typing import Final

_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_BEFORE_HIRAGANA: Final = frozenset("のがはにでともやへ")
_BEFORE_SHORT_HIRAGANA: Final = frozenset("の")
_AFTER_HIRAGANA: Final = frozenset("がをはにでとのもや")

# `-l1`, `-mbd`, `-1`: a longer name; `-based`, `-阻害薬`: the name itself, and more about it.
_LONGER_NAME: Final = re.compile(r"-(?:[0-9]|[a-z]{1,3}(?![a-z]))")
_NUMBER_BEFORE: Final = re.compile(r"[0-9数]\s?$|[0-9] ?/ ?$")
_DECIMAL: Final = re.compile(r"[0-9]\.$")


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]`, a word of the lexicon, is a word here too.

    Args:
        text: NFKC and casefolded.
        start: Where the candidate begins.
        end: Where it ends.
    """
    word = text[start:end]
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    return _may_begin(text, start, word, before) and _may_end(text, end, word, after)


def follows_number(text: str, start: int) -> bool:
    """Whether what begins at `start` is preceded by a number, as a unit of measure must be."""
    return bool(_NUMBER_BEFORE.search(text, max(0, start - 3), start))


def unit_ends(text: str, end: int) -> bool:
    """Whether a unit that ends at `end` is not the beginning of a longer word in Latin letters."""
    return not (text[end - 1] in _LATIN and end < len(text) and text[end] in _LATIN)


def _may_begin(text: str, start: int, word: str, before: str) -> bool:
    if not before:
        return True
    first = word[0]
    if first in _LATIN:
        if before in _LATIN or (before == "-" and start > 1 and text[start - 2] in _LATIN):
            return False
        return not (first.isdecimal() and _DECIMAL.search(text, max(0, start - 2), start))
    if _is_katakana(first):
        return not _is_katakana(before)
    if all(map(_is_hiragana, word)):
        if _is_hiragana(before):
            return before in (_BEFORE_HIRAGANA if len(word) > 2 else _BEFORE_SHORT_HIRAGANA)
        return len(word) > 3 or not _is_kanji(before)  # 助けが is no けが, 踏まれにくい no まれに
    if not (_is_kanji(first) and _is_kanji(before)):
        return True
    return len(word) > 1 and word[1] not in "すさし"  # 有する is not in 共有する


def _may_end(text: str, end: int, word: str, after: str) -> bool:
    if not after:
        return True
    last = word[-1]
    if last in _LATIN:
        return _latin_ends(text, end, word)
    if len(word) <= 3 and _is_katakana(after) and all(map(_is_katakana, word)):
        return False
    if _is_hiragana(after) and (
        (len(word) < 3 and all(map(_is_hiragana, word))) or (len(word) == 1 and _is_kanji(last))
    ):
        return after in _AFTER_HIRAGANA
    return not (len(word) == 1 and _is_kanji(last) and _is_kanji(after))


def _latin_ends(text: str, end: int, word: str) -> bool:
    after = text[end]
    if after == "-":
        return not _LONGER_NAME.match(text, end)
    if word[-1].isdecimal():
        return after not in _LATIN
    if after.isdecimal() and after in _LATIN:
        return len(word) >= 4  # eGFR30, but PD1 is no PD
    if after == "s" and len(word) >= 3:  # a plural: ARBs
        return end + 1 == len(text) or text[end + 1] not in _LATIN
    return after not in _LATIN


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ヺ" or character == "ー"


def _is_hiragana(character: str) -> bool:
    return "ぁ" <= character <= "ゖ"


def _is_kanji(character: str) -> bool:
    return "一" <= character <= "鿿" or character == "々"
