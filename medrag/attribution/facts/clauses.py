"""Morphemes put back together into names, and a statement cut into clauses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medrag.japanese.normalize import Span
from medrag.japanese.tokens import Token

INFLECTED = frozenset(("動詞", "助動詞", "形容詞", "形状詞"))
_CONJUNCTIVE = frozenset(("て", "で", "ば", "が", "し", "ので", "から", "と", "けれど", "けれども", "つつ", "ながら", "ても", "でも", "たら", "なら", "のに"))  # fmt: skip
_CIRCUMSTANCE = frozenset(("ため", "場合", "とき", "際"))
# They end in a conjunctive form, but what they do is mark a topic or a case.
_POSTPOSITIONS = ("に対して", "について", "として", "によって", "において", "にとって", "に関して", "に応じて", "に対し", "とともに")  # fmt: skip
_KATAKANA = re.compile(r"[ァ-ヶー]+$")
_NAME = re.compile(r"[A-Za-zα-ωΑ-Ω][A-Za-z0-9α-ωΑ-Ω-]*$")
_NAME_GOES_ON = re.compile(r"[A-Za-z0-9α-ωΑ-Ω-]+$")
_SYLLABLES = 3
_SUFFIXES = frozenset(("群", "薬", "剤", "例", "者", "値", "療法", "製剤", "側"))
_ASIDE = 24  # tokens: a longer parenthesis is a sentence of its own


def joined(tokens: Sequence[Token], numbers: frozenset[int]) -> list[Token]:
    """Katakana and alphanumeric names in one piece: MeCab cuts カルベジロール and SGLT2 in three.

    Args:
        numbers: Where quantities begin: the 110 of DBP110未満 is no part of a name.
    """
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if (
            last is not None
            and last.end == token.start
            and token.start not in numbers
            and _belong(last.surface, token.surface)
        ):
            surface = last.surface + token.surface
            found[-1] = Token(
                surface=surface, base=surface.lower(), pos="名詞", start=last.start, end=token.end
            )
        else:
            found.append(token)
    return found


def _belong(one: str, other: str) -> bool:
    first = other[0]
    if not (first.isascii() or "ァ" <= first <= "ー" or "Α" <= first <= "ω"):
        return False
    if other.startswith("-") and len(one) >= _SYLLABLES + 1 and one.islower() and one.isalpha():
        return False  # node-positive is two words; beta2- and IL- go on
    if _KATAKANA.match(one):
        # ガーゼドレッシング is two words; カル, ベジ and ロール are none.
        return _KATAKANA.match(other) is not None and min(len(one), len(other)) < _SYLLABLES
    return _NAME.match(one) is not None and _NAME_GOES_ON.match(other) is not None


# What follows is denied or affirmed for itself: reduced pain but did not improve function.
_CONJUNCTIONS = frozenset(("but", "whereas"))


def split(text: str, tokens: Sequence[Token]) -> tuple[Span, ...]:
    """Spans of the clauses: they end at a comma behind an inflected word, or before a conjunction."""
    ends = [
        token.start if token.surface in _CONJUNCTIONS else token.end
        for position, token in enumerate(tokens)
        if token.surface in "。．;；！!？?|"
        or (position and token.surface in _CONJUNCTIONS)
        or (token.surface in "、，," and position and _ends(text, tokens, position))
    ]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    starts = [0, *ends[:-1]]
    return tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))


def _ends(text: str, tokens: Sequence[Token], comma: int) -> bool:
    """Whether the comma at this position ends a clause."""
    if text.endswith(_POSTPOSITIONS, 0, tokens[comma].start):
        return False
    comma = _before_parenthesis(tokens, comma)
    before = tokens[comma - 1]
    earlier = tokens[comma - 2] if comma > 1 else before
    if before.surface in _CIRCUMSTANCE or before.pos in INFLECTED:
        return True
    if before.surface in ("は", "に"):
        return earlier.surface in _CIRCUMSTANCE
    return before.pos == "助詞" and before.surface in _CONJUNCTIVE and earlier.pos in INFLECTED


def _before_parenthesis(tokens: Sequence[Token], position: int) -> int:
    """Where a parenthesis that ends just before `position` begins, else `position`."""
    if tokens[position - 1].surface == ")":
        for earlier in range(position - 2, max(0, position - _ASIDE), -1):
            if tokens[earlier].surface == "(":
                return max(1, earlier)
    return position


def particle(tokens: Sequence[Token], position: int) -> str:
    """The particle after a word, past a parenthesis: ARNI（…）への has へ."""
    following = position + 1
    while following < len(tokens) and tokens[following].surface in _SUFFIXES:
        following += 1
    if following < len(tokens) and tokens[following].surface == "(":
        for later in range(following, min(following + _ASIDE, len(tokens))):
            if tokens[later].surface == ")":
                following = later + 1
                break
    if following < len(tokens) and tokens[following].pos == "助詞":
        return tokens[following].surface
    return ""
