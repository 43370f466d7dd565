"""Holding: how well a sentence of the evidence holds a word of the claim.

Itself is best, then another name of it, the class beside a member, its characters. What differs by a
character may differ by a patient's harm, so a name in Latin letters must stand by itself, and what is
said of a class holds for a member only where the passage does not speak of that member itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Reading, Word
from medrag.attribution.facts.terms import Term, spelled
from medrag.japanese.lexicon.boundaries import stands_alone

#: Whoever is treated and whatever is given are patients and given: to say so adds nothing.
EMPTY = frozenset(("患者", "投与", "実施", "量"))
#: What such a word counts where the evidence leaves it out.
SAID = 0.7
_NAMED = 0.9
_SCATTERED = 0.7  # all its characters, apart
_EXAMPLE = "など"
_KATAKANA = re.compile(r"[ァ-ヶー]+$")


def holds(word: Word, claim: Reading, unit: Unit) -> float:
    """How well a unit holds a word: itself, another name of it, a part of a longer one, its characters."""
    if word.key in unit.keys or word.key in unit.around:
        return 1.0
    if word.term >= 0:
        term = claim.terms[word.term]
        if not term.concepts.isdisjoint(unit.meanings) or _under(word, term, claim, unit):
            return 1.0
        if _above(term, claim, unit) or any(
            name in unit.text and _is_word(name, unit.text) for name in spelled(term.concepts)
        ):
            return _NAMED
    base = word.base
    if len(base) >= 2 and base in unit.text:
        if _stands(base, unit.text):
            return 1.0
        if base.isascii() or word.term >= 0:
            return 0.0  # アドレナリン is not in ノルアドレナリン
    kanji = [character for character in base if "一" <= character <= "鿿"]
    if not kanji:
        return SAID if word.key in EMPTY else 0.0
    present = sum(character in unit.text for character in kanji)
    if present == len(kanji) and len(kanji) >= 2:
        return _SCATTERED
    # 減らす and 減量 share a character; so do 高血圧 and 低血圧, which is why a term gets nothing.
    alike = 0.5 * present / len(kanji) if word.weight <= 0.5 else 0.0
    return max(alike, SAID) if word.key in EMPTY else alike


def _is_word(name: str, text: str) -> bool:
    """Whether a name of the lexicon stands in a text as a word of its own."""
    return any(
        stands_alone(text, found.start(), found.end())
        for found in re.finditer(re.escape(name), text)
    )


@lru_cache(maxsize=16384)
def _stands(base: str, text: str) -> bool:
    """Whether a name stands in a text by itself: II is not in III, ストロング not in ベリーストロング."""
    if base.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(base)}(?![a-z0-9])", text) is not None
    if not _KATAKANA.match(base):
        return True
    return re.search(rf"(?<![ァ-ヶー]){base}", text) is not None


def _above(term: Term, claim: Reading, unit: Unit) -> bool:
    """Whether a class that the claim names stands beside a member of it, which the unit names too.

    ロペラミド is what is meant by 止瀉薬のロペラミド, whatever one calls it.
    """
    return any(
        not other.classes.isdisjoint(term.concepts) and not other.concepts.isdisjoint(unit.meanings)
        for other in claim.terms
    )


def _under(word: Word, term: Term, claim: Reading, unit: Unit) -> bool:
    """Whether what a unit says of a class holds for this member of it.

    Not where the claim names the class beside it, unless as an example (メトホルミンなどの
    ビグアナイド薬), nor where the unit names another member, or the passage this one elsewhere.
    """
    above = term.classes & unit.meanings
    if not above or not term.concepts.isdisjoint(unit.elsewhere):
        return False
    if not word.after.startswith(_EXAMPLE):
        above -= claim.meanings
    return bool(above) and not any(
        other.classes & above and not other.concepts & term.concepts for other in unit.reading.terms
    )
