"""A statement read for what it commits itself to: words, quantities, slots, negations, modality.

All positions are code points of the folded statement (`Reading.text`), so that full and half width
cannot differ; `Reading.original` gives the span in the statement as written.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from medrag.attribution.facts.clauses import joined, split
from medrag.attribution.facts.modality import Modality, grades
from medrag.attribution.facts.modality import find as find_modality
from medrag.attribution.facts.terms import Term
from medrag.attribution.facts.terms import find as find_terms
from medrag.attribution.facts.vocabulary import vocabulary
from medrag.attribution.facts.words import Idiom, Moment, Negator, Scanner, Word
from medrag.japanese import quantities
from medrag.japanese.normalize import Normalized, Span, normalize
from medrag.japanese.quantities import Quantity
from medrag.japanese.tokens import tokenize


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotValue:
    """A value of a kind whose values exclude each other: route 経口, meal 食前."""

    slot: str
    value: str
    start: int
    end: int
    clause: int


class Placed(NamedTuple):
    """A concept of a set phrase, and the clause it stands in."""

    concept: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """A statement, read. Compared by identity: `read` gives one object for one statement."""

    text: str
    normalized: Normalized
    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    negators: tuple[Negator, ...]
    moments: tuple[Moment, ...]
    slots: tuple[SlotValue, ...]
    concepts: frozenset[str]
    placed: frozenset[Placed]
    modality: Modality
    terms: tuple[Term, ...]
    keys: frozenset[str]
    meanings: frozenset[str]
    clauses: tuple[Span, ...]

    def original(self, start: int, end: int) -> Span:
        """A span of the folded text in the statement as written."""
        return self.normalized.original(start, end)

    def clause_at(self, position: int) -> int:
        """Number of the clause that holds a position."""
        return next(
            (number for number, span in enumerate(self.clauses) if position < span.end),
            len(self.clauses) - 1,
        )


# やめずに続ける names no stopping.
_VERBAL = frozenset(("doing", "change", "updown", "better", "compare", "valid"))
_DENIED = re.compile(r"[^、。]{0,3}?(?:ず|ない|なく|ません|なけれ)")


@lru_cache(maxsize=16384)
def read(plain: str) -> Reading:
    """The reading of one statement, markers and markup blanked. Linear in its length."""
    normalized = _unbroken(plain, normalize(plain))
    text = normalized.text
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text  # İ becomes two letters, and nothing would stand where it stands
    amounts = quantities.find(text)
    known = vocabulary()
    graded = grades(text)
    if graded:
        amounts = tuple(
            amount
            for amount in amounts
            if not any(span.start <= amount.start < span.end for span in graded)
        )
    masked = [Span(amount.start, amount.end) for amount in amounts]
    phrases: list[Placed] = []
    idioms: list[Idiom] = []
    for match in known.phrases.finditer(lowered):
        concept = known.concepts[match[0]]
        if concept and concept[0] != "=":
            idioms.append(Idiom(key=concept, start=match.start(), end=match.end()))
        elif concept:
            phrases.append(Placed(concept, match.start()))
        masked.append(Span(*match.span()))
    masked.extend(graded)
    masked.sort()
    terms = find_terms(text)
    tokens = joined(tokenize(text), frozenset(amount.start for amount in amounts))
    clauses = split(text, tokens)
    scanner = Scanner(tokens, masked, clauses, terms, idioms)
    words, negators = scanner.scan()
    slots = tuple(
        SlotValue(
            slot=value.slot,
            value=value.value,
            start=match.start(),
            end=match.end(),
            clause=_within(clauses, match.start()),
        )
        for match in known.slots.finditer(lowered)
        for value in known.values[match[0]]
        if value.slot not in _VERBAL or not _DENIED.match(text, match.end())
    )
    return Reading(
        text=text,
        normalized=normalized,
        words=words,
        quantities=amounts,
        negators=negators,
        moments=tuple(scanner.moments),
        slots=slots,
        concepts=frozenset(phrase.concept for phrase in phrases),
        placed=frozenset(
            Placed(phrase.concept, _within(clauses, phrase.place)) for phrase in phrases
        ),
        modality=find_modality(text),
        terms=terms,
        keys=frozenset(word.key for word in words),
        meanings=frozenset(concept for term in terms for concept in term.concepts),
        clauses=clauses,
    )


def _unbroken(plain: str, normalized: Normalized) -> Normalized:
    """Without the line breaks of typesetting, which cut words: 投⏎与."""
    text = normalized.text
    if "\n" not in text:
        return normalized
    kept = [
        position
        for position, character in enumerate(text)
        if character != "\n" or _between_words(plain, normalized.starts[position])
    ]
    return Normalized(
        text="".join(text[position] for position in kept),
        starts=array("l", (normalized.starts[position] for position in kept)),
        ends=array("l", (normalized.ends[position] for position in kept)),
    )


def _between_words(plain: str, position: int) -> bool:
    """Whether a line break parts words, as in English; full width letters are typeset like kanji."""
    around = plain[max(0, position - 1) : position] + plain[position + 1 : position + 2]
    return around.isascii()


def _within(clauses: Sequence[Span], position: int) -> int:
    for number, span in enumerate(clauses):
        if position < span.end:
            return number
    return len(clauses) - 1
