"""Terms: names that the evidence does not have, or not in the sentence that the claim rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.attribution.alignment import Alignment, holds
from medrag.attribution.differences.finding import Finding
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Reading, Word
from medrag.attribution.facts.vocabulary import vocabulary

_NAME = re.compile(r"[ァ-ヶー]{3,}$|(?=.*[a-z])[a-z0-9α-ω-]{2,}$")
_NEAR = 0.8


def find(alignment: Alignment) -> Iterator[Finding]:
    """Findings on opposites, on names the evidence lacks, and on names from another sentence."""
    claim = alignment.claim
    reported: set[int] = set()
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
        elif word.weight >= 1 and match < _NEAR and word.base not in vocabulary().heads:
            reported.add(word.term)
            name = named(word)
            if (
                not name
                and novel == 1
                and alignment.coverage >= 0.85
                and not _leftover(claim, home)
            ):
                continue
            yield _finding(
                word,
                claim,
                "entity",
                "",
                firm=name and _rival(word, claim, home) != "" and alignment.coverage >= 0.75,
            )
        elif word.weight >= 1 and named(word) and (rival := _rival(word, claim, home)):
            # It stands elsewhere in the passage, and here another name stands in its place.
            yield _finding(word, claim, "entity", rival, firm=alignment.coverage >= 0.9)


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
    if word.term < 0:
        return ""
    for other in home.reading.terms:
        if (
            other.concepts & claim.terms[word.term].opposites
            and not other.concepts & claim.meanings
        ):
            return other.form
    return ""


def _leftover(claim: Reading, home: Unit) -> bool:
    """Whether the evidence has a noun that the claim does not: one that the new word may replace."""
    text = claim.text.lower()
    return any(
        word.weight >= 1
        and word.key not in claim.keys
        and word.base not in text
        and not (word.term >= 0 and home.reading.terms[word.term].concepts & claim.meanings)
        for word in home.reading.words
    )


def named(word: Word) -> bool:
    """Whether a word is a name: a term of the lexicon, katakana, or an abbreviation."""
    if word.weight < 1 or word.base in vocabulary().heads:
        return False
    return word.term >= 0 or _NAME.match(word.base) is not None


def _rival(word: Word, claim: Reading, home: Unit) -> str:
    """A name of the same kind in the evidence that the claim does not have."""
    mine = claim.terms[word.term].classes if word.term >= 0 else frozenset()
    for term in home.reading.terms:
        if term.concepts & claim.meanings or not term.classes:
            continue
        if term.classes & mine or (_drug(term.classes) and _drug(mine)):
            return term.form
    return ""


def _drug(classes: frozenset[str]) -> bool:
    return any(name.endswith(("薬", "剤", "製剤")) for name in classes)
