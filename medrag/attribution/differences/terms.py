"""Terms: names that the evidence does not have, or not in the sentence that the claim rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from medrag.attribution.alignment import Alignment, holds
from medrag.attribution.differences.additions import share_held
from medrag.attribution.differences.binding import likeness, surroundings
from medrag.attribution.differences.finding import Finding
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Reading, Word
from medrag.attribution.facts.terms import canonical, opposites
from medrag.attribution.facts.vocabulary import vocabulary

_NAME = re.compile(r"[ァ-ヶー]{3,}$|(?=.*[a-z])[a-z0-9α-ω-]{2,}$")
_NEAR = 0.8
_HELD = 0.7
_NAMED = 0.75
_ALIKE = 0.5
_PART = 0.4
_SAID = 0.9
_DENIAL = re.compile(r"(?<!少)ない|ず$|[不非無未]|外$")
_REPLACED = frozenset(("drug", "condition", "microbe"))
_WRITTEN = re.compile(r"[一-龥]")
_SUCH = re.compile(r"(?:など|等|といった)の?")
_MODIFIER = re.compile(
    r"(?![高低非無不未過再]$)[一-龥ァ-ヶー]+$"
)  # 爪 of 爪白癬, ループ of ループ利尿薬; no verb
_THINGS = frozenset(("drug", "procedure", "measure", "condition"))


def find(alignment: Alignment) -> Iterator[Finding]:
    """Findings on opposites, on names the evidence lacks, and on names from another sentence."""
    claim = alignment.claim
    opposed = dict(_opposed(alignment))
    yield from opposed.values()
    reported = set(opposed)
    for number, replaced in _replaced(alignment):
        if number not in reported:
            reported.add(number)
            yield replaced
    for word, match in zip(claim.words, alignment.matches, strict=True):
        if word.term >= 0 and word.term in reported:
            continue
        if _is_example(word, alignment):
            continue
        home = alignment.chosen[alignment.homes[word.clause]].unit
        if holds(word, claim, home) >= _HELD:
            continue
        finding = _unheld(alignment, word, match, home)
        if finding is None or finding.kind == "novel":
            other = _beside_head(word, claim, home)
            if other:
                finding = _finding(word, claim, "entity", other, firm=False)
        if finding is not None:
            reported.add(word.term)
            yield finding


def _opposed(alignment: Alignment) -> Iterator[tuple[int, Finding]]:
    """Terms of the claim, by number, of which the evidence says the opposite."""
    claim = alignment.claim
    for number, term in enumerate(claim.terms):
        home = alignment.chosen[alignment.homes[claim.clause_at(term.start)]].unit
        if not term.opposites or term.concepts & home.meanings:
            continue
        for there in home.reading.terms:
            if (
                there.concepts & term.opposites
                and not there.concepts & claim.meanings
                and not _negated(there.form, term.form)
                and _is_denied(claim, term.start, term.end)
                == _is_denied(home.reading, there.start, there.end)
            ):
                yield (
                    number,
                    Finding(
                        kind="antonym",
                        claim=term.form,
                        evidence=there.form,
                        start=term.start,
                        end=term.end,
                        same_place=True,
                    ),
                )
                break


def _replaced(alignment: Alignment) -> Iterator[tuple[int, Finding]]:
    """Terms of the claim, by number, that share a word with another thing that the evidence names: 脳出血, 脳梗塞."""
    claim = alignment.claim
    known = frozenset(concept for unit in alignment.units for concept in unit.meanings)
    for number, term in enumerate(claim.terms):
        kinds = term.kinds & _REPLACED
        if not kinds or term.concepts & known or term.classes & known:
            continue
        if any(term.form in unit.text for unit in alignment.units):
            continue
        home = alignment.chosen[alignment.homes[claim.clause_at(term.start)]].unit
        rest = _without(alignment, number)
        for other in home.reading.terms:
            if (
                other.kinds & kinds
                and not other.concepts & claim.meanings
                and not other.classes & term.concepts
                and other.form not in term.form
                and term.form not in other.form
                and set(_WRITTEN.findall(other.form)) & set(_WRITTEN.findall(term.form))
            ):
                yield number, Finding(kind="entity", claim=claim.text[term.start : term.end], evidence=other.form, start=term.start, end=term.end, firm=rest >= _SAID, same_place=True)  # fmt: skip
                break


def _without(alignment: Alignment, number: int) -> float:
    """Coverage of the claim without one of its terms."""
    return share_held(
        [
            (w, m)
            for w, m in zip(alignment.claim.words, alignment.matches, strict=True)
            if w.term != number
        ]
    )


def _unheld(alignment: Alignment, word: Word, match: float, home: Unit) -> Finding | None:
    """What there is to say of a word that the sentence the claim rests on does not hold."""
    claim = alignment.claim
    opposite = _opposite(word, claim, home)
    if opposite:
        return _finding(word, claim, "antonym", opposite, firm=True)
    if match < _NEAR:
        return _missing(alignment, word, home)
    if word.term < 0 and not (word.weight >= 1 and named(word)):
        return None
    rival = _rival(word, claim, home)
    if rival is not None:
        # It stands elsewhere in the passage, and here another name stands in its place.
        firm = rival.drug and _rest(alignment, word) >= _SAID
        return _finding(word, claim, "entity", rival.form, firm=firm)
    if _told_before(word, home, alignment):
        return None
    # Stitched from two sentences: what the one says of 間欠的空気圧迫法, told of ヘパリン.
    left = _unused(claim, home) if word.term >= 0 and claim.terms[word.term].kinds else ""
    return _finding(word, claim, "stitched", left, firm=False) if left else None


def _missing(alignment: Alignment, word: Word, home: Unit) -> Finding | None:
    """A noun that the passages do not have at all."""
    claim = alignment.claim
    if not _is_noun(word, claim) or word.base in vocabulary().heads:
        return None
    if len(word.base) > 1 and any(word.base in unit.text for unit in alignment.units):
        return None  # 好中球 of 好中球数
    under = _member(word, claim, alignment)
    if under:
        return _finding(word, claim, "hypernym", under, firm=False)
    name = named(word)
    rest = _rest(alignment, word)
    if not name and not word.base.isascii() and rest >= _SAID and _novel(alignment) == 1:
        return None  # 輸液セット for 輸液: one general noun more names nothing else
    rival = _rival(word, claim, home) if name else None
    if rival is None:
        return _finding(word, claim, "novel", "", firm=False)
    firm = rest >= (_NAMED if rival.drug else _SAID)
    return _finding(word, claim, "entity", rival.form, firm=firm)


def _beside_head(word: Word, claim: Reading, home: Unit) -> str:
    """What stands where this word stands before the same head: 爪 for 足 before 白癬."""
    if not _MODIFIER.match(word.base):
        return ""
    head = next((w for w in claim.words if w.start == word.end), None)
    if head is None or head.weight < 1:
        return ""
    for one, other in pairwise(home.reading.words):
        if (
            other.key == head.key
            and one.end == other.start
            and _MODIFIER.match(one.base)
            and one.key not in claim.keys
            and one.base not in claim.text
        ):
            return one.base
    return ""


def _is_part(one: str, other: str) -> bool:
    """Whether one is the other with more words: 潰瘍 of 足潰瘍, not ビタミンB1 of ビタミンB12."""
    shorter, longer = sorted((one, other), key=len)
    at = longer.find(shorter)
    beside = longer[at + len(shorter) : at + len(shorter) + 1] + longer[max(0, at - 1) : at]
    return at >= 0 and not any(c.isascii() and c.isalnum() for c in beside)


def _is_example(word: Word, alignment: Alignment) -> bool:
    """Whether it is named as one of what the evidence has: 硝酸薬 as ニトログリセリンなどの硝酸薬."""
    claim = alignment.claim
    if word.term < 0:
        return False
    term = claim.terms[word.term]
    such = _SUCH.match(claim.text, term.end)
    if such is None:
        return False
    known = frozenset(concept for unit in alignment.units for concept in unit.meanings)
    return any(
        other.start <= such.end() + 1 <= other.end
        and other.concepts & known
        and (other.concepts | other.classes) & term.classes
        for other in claim.terms
    )


def _told_before(word: Word, home: Unit, alignment: Alignment) -> bool:
    """Whether the passages speak of it before the sentence the claim rests on, which then need not."""
    for units in alignment.premises:
        if home in units:
            before = units[: units.index(home)]
            return any(word.key in unit.keys for unit in before)
    return False


def _member(word: Word, claim: Reading, alignment: Alignment) -> str:
    """What the evidence names where the claim names its class: ステロイド for ベタメタゾン."""
    if word.term < 0:
        return ""
    concepts = claim.terms[word.term].concepts
    return next(
        (
            term.form
            for entry in alignment.chosen
            for term in entry.unit.reading.terms
            if term.classes & concepts and not term.concepts & claim.meanings
        ),
        "",
    )


def _novel(alignment: Alignment) -> int:
    """How many nouns of the claim the passages do not have."""
    return sum(
        word.weight >= 1 and match < _NEAR
        for word, match in zip(alignment.claim.words, alignment.matches, strict=True)
    )


def _rest(alignment: Alignment, word: Word) -> float:
    """Coverage of the claim without the term that a word is part of: is one thing put for another?"""
    own = [
        (w, m)
        for w, m in zip(alignment.claim.words, alignment.matches, strict=True)
        if w is not word and (word.term < 0 or w.term != word.term)
    ]
    return share_held(own)


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
        if (
            canonical(other.base) in denied
            and other.key not in claim.keys
            and not _negated(other.base, word.base)
            and _is_denied(claim, word.start, word.end)
            == _is_denied(home.reading, other.start, other.end)
        ):
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


def _is_denied(reading: Reading, start: int, end: int) -> bool:
    """Whether a negation in the text denies what stands at a place: やめない."""
    return any(
        n.target >= 0 and start <= reading.words[n.target].start < end for n in reading.negators
    )


def _negated(one: str, other: str) -> bool:
    """Whether one is the other denied (投与しない, 不十分): polarity counts those."""
    return bool(_DENIAL.search(one)) != bool(_DENIAL.search(other))


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
        if _is_part(term.form, mine.form) or term.concepts & mine.classes:
            continue  # the same said shorter or longer, or its class
        if "drug" in term.kinds:
            return _Rival(form=term.form, drug=True)
        alike = likeness(around, surroundings(home.reading, term.start, term.end))
        if alike > best:
            best, found = alike, _Rival(form=term.form, drug=False)
    return found
