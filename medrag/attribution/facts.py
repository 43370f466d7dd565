"""Critical facts of one statement: words, quantities, negation.

A checker must not see a statement as a bag of words: 未満 against 以下, 投与する against 投与しない and
2.5 mg against 5 mg differ by a character and by a patient's harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from medrag.japanese import quantities
from medrag.japanese.normalize import fold
from medrag.japanese.quantities import Quantity
from medrag.japanese.tokens import tokenize

# まず and the ず of 必ず and わずか are no negation: MeCab tells them from the auxiliary ぬ.
_NEGATIVE = frozenset(
    (
        "ない",
        "ぬ",
        "無い",
        "無し",
        "なし",
        "ん",
        "まい",
        "not",
        "no",
        "never",
        "without",
        "neither",
        "nor",
        "cannot",
    )
)
_NEGATIVE_WORD = re.compile(r"禁忌|禁止|避け|控え|不要|中止|除い|除く|不可|回避")
_EMPTY = frozenset((
    "する", "ある", "いる", "なる", "れる", "られる", "できる", "行う", "おこなう", "もの", "こと", "ため", "よう", "場合", "とき", "時", "それ", "これ", "その", "この", "それぞれ", "また", "ただし", "なお", "及び", "および", "または", "あるいは", "おく", "くる", "いく", "みる", "的", "性", "等", "など", "the", "a", "an", "of", "to", "in", "for", "is", "are", "be", "and", "or", "with", "by", "on", "as", "that", "this", "should"
))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A content word, by its base form, and where it stands."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a statement commits itself to; spans index the statement."""

    text: str
    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    negations: int

    @property
    def keys(self) -> frozenset[str]:
        """The base forms of its words."""
        return frozenset(word.key for word in self.words)


@lru_cache(maxsize=8192)
def read(text: str) -> Facts:
    """The facts of one statement (markers and markup blanked)."""
    found = quantities.find(text)
    covered = [(quantity.start, quantity.end) for quantity in found]
    words = []
    negations = 0
    for token in tokenize(text):
        if token.base in _NEGATIVE and token.pos in ("助動詞", "形容詞", "名詞"):
            negations += 1
            continue
        if token.pos in ("助詞", "助動詞", "補助記号", "空白") or token.base in _EMPTY:
            continue
        if not token.base.isalnum() or any(start <= token.start < end for start, end in covered):
            continue
        words.append(Word(key=token.base, start=token.start, end=token.end))
    negations += len(_NEGATIVE_WORD.findall(fold(text)))
    return Facts(text=text, words=tuple(words), quantities=found, negations=negations)
