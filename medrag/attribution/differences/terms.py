"""Terms: names that the evidence does not have, or not in the sentence that the claim rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medrag.attribution.alignment import Alignment, holds
from medrag.attribution.differences.binding import likeness, surroundings
from medrag.attribution.differences.finding import Finding
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Reading, Word
from medrag.attribution.facts.terms import canonical, opposites
from medrag.attribution.facts.vocabulary import vocabulary

_NAME = re.compile(r"[ァ-ヶー]{3,}$|(?=.*[a-z])[a-z0-9α-ω-]{2,}$")
_NEAR = 0.8
_ALIKE = 0.5
_CLAUSE = 1.8  # weight from which a clause says something of its own
_NOTHING = 0.35
_ALL = 0.85
_PART = 0.4
_SAID = 0.9
_THINGS = frozenset(("drug", "procedure", "measure", "condition"))


def find(alignment: Alignment) -> Iterator[Finding]:
    """Findings on opposites, on names the evidence lacks, and on names from another sentence."""
    claim = alignment.claim
    yield from _additions(alignment)
    reported: set[int] = set()
    for number, term in enumerate(claim.terms):
        home = alignment.chosen[alignment.homes[claim.clause_at(term.start)]].unit
        if term.opposites and not term.concepts & home.meanings:
            there = next(
                (
                    t
                    for t in home.reading.terms
                    if t.concepts & term.opposites and not t.concepts & claim.meanings
                ),
                None,
            )
            if there is not None:
                reported.add(number)
                yield Finding(
                    kind="antonym",
                    claim=term.form,
                    evidence=there.form,
                    start=term.start,
                    end=term.end,
                    same_place=True,
                )
    novel = sum(
        w.weight >= 1 and m < _NEAR for w, m in zip(claim.words, alignment.matches, strict=True)
    )
    for word, match in zip(claim.words, alignment.matches, strict=True):
        home = alignment.chosen[alignment.homes[word.clause]].unit
        if holds(word, claim, home) >= 0.7:
            continue
        if word.term >= 0 and word.term in reported:
            continue
        opposite = _opposite(word, claim, home)
        if opposite:
            reported.add(word.term)
            yield _finding(word, claim, "antonym", opposite, firm=True)
        elif _is_noun(word, claim) and match < _NEAR and word.base not in vocabulary().heads:
            reported.add(word.term)
            name = named(word)
            plain = not name and novel == 1 and not word.base.isascii()
            if plain and _rest(alignment, word) >= _SAID:
                continue  # 輸液セット for 輸液: one general noun more names nothing else
            rival = _rival(word, claim, home) if name else None
            rest = _rest(alignment, word)
            firm = rival is not None and rest >= (0.75 if rival.drug else 0.9)
            yield _finding(word, claim, "entity", rival.form if rival else "", firm=firm)
        elif word.weight >= 1 and named(word) and (rival := _rival(word, claim, home)):
            # It stands elsewhere in the passage, and here another name stands in its place.
            reported.add(word.term)
            firm = rival.drug and _rest(alignment, word) >= 0.9
            yield _finding(word, claim, "entity", rival.form, firm=firm)
        elif word.weight >= 1 and word.term >= 0 and claim.terms[word.term].kinds and match >= 1:
            left = _unused(claim, home)
            if left:
                # Stitched from two sentences: what the one says of 間欠的空気圧迫法, told of ヘパリン.
                reported.add(word.term)
                yield _finding(word, claim, "entity", left, firm=False)


def _rest(alignment: Alignment, word: Word) -> float:
    """Coverage of the claim without the term that a word is part of: is one thing put for another?"""
    own = [
        (w, m)
        for w, m in zip(alignment.claim.words, alignment.matches, strict=True)
        if w is not word and (word.term < 0 or w.term != word.term)
    ]
    return _held(own)


def _additions(alignment: Alignment) -> Iterator[Finding]:
    """A clause of which the evidence holds next to nothing, beside clauses that it holds."""
    claim = alignment.claim
    for clause, span in enumerate(claim.clauses):
        own = [
            (w, m)
            for w, m in zip(claim.words, alignment.matches, strict=True)
            if w.clause == clause
        ]
        rest = [
            (w, m)
            for w, m in zip(claim.words, alignment.matches, strict=True)
            if w.clause != clause
        ]
        weight = sum(w.weight for w, _ in own)
        if weight < 0.5 * _CLAUSE or _held(own) > _NOTHING or _held(rest) < _ALL:
            continue
        yield Finding(
            kind="addition",
            claim=claim.text[span.start : span.end].strip(),
            evidence="",
            start=span.start,
            end=span.end,
            firm=weight >= _CLAUSE,
        )


def _held(matched: Sequence[tuple[Word, float]]) -> float:
    total = sum(word.weight for word, _ in matched)
    return sum(word.weight * match for word, match in matched) / total if total else 0.0


def _finding(word: Word, claim: Reading, kind: str, evidence: str, *, firm: bool) -> Finding:
    term = claim.terms[word.term] if word.term >= 0 else word
    return Finding(
        kind=kind,
        claim=claim.text[term.start : term.end],
        evidence=evidence,
        start=term.start,
        end=term.end,
        firm=firm,
        same_place=bool(evidence),
    )


def _opposite(word: Word, claim: Reading, home: Unit) -> str:
    """What the evidence says that is the opposite of this word, and the claim does not say too."""
    denied = opposites(word.base)
    for other in home.reading.words if denied else ():
        if canonical(other.base) in denied and other.key not in claim.keys:
            return other.base
    return ""


def _is_noun(word: Word, claim: Reading) -> bool:
    """Whether a word stands for something: a noun, or a short part of a term (腎 in 腎不全)."""
    if word.base.isascii() and word.base.isalpha():
        return True  # an English word: no part of speech tells nouns apart
    return word.weight >= 1 or (
        word.term >= 0 and word.weight == _PART and len(claim.terms[word.term].form) > 1
    )


def named(word: Word) -> bool:
    """Whether a word is a name: a term of the lexicon, katakana, or an abbreviation."""
    if word.weight < 1 or word.base in vocabulary().heads:
        return False
    return word.term >= 0 or _NAME.match(word.base) is not None


def _unused(claim: Reading, home: Unit) -> str:
    """A name in the sentence that the claim rests on, and that the claim leaves out."""
    return next(
        (
            term.form
            for term in home.reading.terms
            if term.kinds & _THINGS
            and not term.concepts & claim.meanings
            and term.form not in claim.text
        ),
        "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rival:
    """A name of the evidence that may be what a word of the claim stands for."""

    form: str
    drug: bool


def _rival(word: Word, claim: Reading, home: Unit) -> _Rival | None:
    """A name of the same kind in the evidence that the claim does not have, in a like place."""
    mine = claim.terms[word.term] if word.term >= 0 else None
    if mine is None or not mine.kinds:
        return None
    around = surroundings(claim, word.start, word.end)
    best, found = _ALIKE, None
    for term in home.reading.terms:
        if term.concepts & claim.meanings or not term.kinds & mine.kinds:
            continue
        if "drug" in term.kinds:
            return _Rival(form=term.form, drug=True)
        alike = likeness(around, surroundings(home.reading, term.start, term.end))
        if alike > best:
            best, found = alike, _Rival(form=term.form, drug=False)
    return found
