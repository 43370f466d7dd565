"""Roles and order: what is done to what, what by what, and what comes first.

AをBで割る and BをAで割る hold the same words; so do 確認してから貼る and 貼ってから確認する.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.binding import likeness, surroundings
from medrag.attribution.differences.finding import Finding
from medrag.attribution.differences.terms import named
from medrag.attribution.facts import Reading, Word
from medrag.attribution.facts.words import Moment

# Topic and subject markers come and go with rewording; these do not.
_CASES = ("を", "へ", "から", "より", "で", "に")
_MANY = 14  # names of one claim: their pairs are compared
_SWAPPED = 0.6
_LISTED = re.compile(r"[^はをにでがへ]{0,14}$")
_SIDE = {"前": "前", "後": "後"}
_WHEN = {"before": "前", "after": "後"}
_ENGLISH = re.compile(r"\b(before|after)\b", re.IGNORECASE)
_COMPARED = re.compile(r"に比べ|に比し|と比べ|と比較|より(?!も?前|後|、)")
_NONE: frozenset[str] = frozenset()


def find(alignment: Alignment) -> Iterator[Finding]:
    """Findings on exchanged roles, reversed order and stitched subjects."""
    yield from _exchanged(alignment)
    yield from _held_by_another(alignment)
    yield from _misplaced(alignment)
    yield from _relative(alignment)


def _exchanged(alignment: Alignment) -> Iterator[Finding]:
    claim = alignment.claim
    for entry in alignment.chosen:
        evidence = entry.unit.reading
        mine, theirs = _cases(claim), _cases(evidence)
        if len(claim.clauses) > len(evidence.clauses):
            continue  # a claim merged from several sentences holds several frames
        for one, cases in mine.items():
            for other, others in mine.items():
                if one >= other or one not in theirs or other not in theirs:
                    continue
                swapped = any(
                    p != q
                    and p in theirs[other]
                    and q in theirs[one]
                    and p not in theirs[one]
                    and q not in theirs[other]
                    for p in cases
                    for q in others
                )
                if (
                    swapped
                    and not _passive(claim) ^ _passive(evidence)
                    and not _straight(alignment, {one: cases, other: others})
                ):
                    yield Finding(
                        kind="role_swap",
                        claim=f"{one}・{other}",
                        evidence=evidence.text.strip(),
                        same_place=True,
                    )
                    return


def _straight(alignment: Alignment, roles: dict[str, set[str]]) -> bool:
    """Whether a sentence has these words in just these roles: a passage may tell both ways."""
    return any(
        all(cases & theirs.get(key, _NONE) for key, cases in roles.items())
        for entry in alignment.chosen
        for theirs in (_cases(entry.unit.reading),)
    )


def _held_by_another(alignment: Alignment) -> Iterator[Finding]:
    """ARNIへ切り替える against ARBへ切り替える, where both texts name both."""
    claim = alignment.claim
    mine = _cases(claim)
    for case in ("へ", "から", "に比べ"):
        here = _holders(claim, mine, case)
        if not here or any(
            here & _holders(entry.unit.reading, _cases(entry.unit.reading), case)
            for entry in alignment.chosen
        ):
            continue
        for entry in alignment.chosen:
            evidence = entry.unit.reading
            theirs = _cases(evidence)
            there = _holders(evidence, theirs, case)
            if not there or here & there:
                continue
            known = (
                (claim.keys, evidence.keys) if case == "に比べ" else (mine.keys(), theirs.keys())
            )
            if here <= known[1] and there <= known[0]:
                yield Finding(
                    kind="role_swap",
                    claim="・".join(sorted(here)) + case,
                    evidence="・".join(sorted(there)) + case,
                    same_place=True,
                )
                return


def _holders(reading: Reading, cases: dict[str, set[str]], case: str) -> set[str]:
    """What a case particle, or a comparison, is said of."""
    if case != "に比べ":
        return {key for key, held in cases.items() if case in held}
    ends = {match.start() for match in _COMPARED.finditer(reading.text)}
    return {word.key for word in reading.words if word.end in ends}


def _misplaced(alignment: Alignment) -> Iterator[Finding]:
    """Two names that each stand where the evidence has the other."""
    claim = alignment.claim
    for entry in alignment.chosen:
        evidence = entry.unit.reading
        names = [word for word in claim.words if word.key in evidence.keys and named(word)]
        if len(names) > _MANY:
            continue
        for position, one in enumerate(names):
            for other in names[position + 1 :]:
                if one.key == other.key or _LISTED.match(claim.text[one.end : other.start]):
                    continue  # names of one list may stand in any order
                crossed = _likeness(claim, one, evidence, other.key) + _likeness(
                    claim, other, evidence, one.key
                )
                straight = _likeness(claim, one, evidence, one.key) + _likeness(
                    claim, other, evidence, other.key
                )
                if crossed > straight + _SWAPPED:
                    yield Finding(
                        kind="role_swap",
                        claim=f"{one.base}・{other.base}",
                        evidence=f"{other.base}・{one.base}",
                        firm=crossed > straight + 2 * _SWAPPED,
                        same_place=True,
                    )
                    return


def _likeness(claim: Reading, word: Word, evidence: Reading, key: str) -> float:
    around = surroundings(claim, word.start, word.end)
    return max(
        likeness(around, surroundings(evidence, there.start, there.end))
        for there in evidence.words
        if there.key == key
    )


@lru_cache(maxsize=1024)
def _cases(reading: Reading) -> dict[str, set[str]]:
    """The case particles that each noun, or value, takes."""
    # In a comparison the topic has a role too: 単剤は併用に比べて.
    named = (*_CASES, "は") if _COMPARED.search(reading.text) else _CASES
    found: dict[str, set[str]] = {}
    for word in reading.words:
        if word.after in named and word.weight != 0.5:
            found.setdefault(word.key, set()).add(word.after)
    for amount in reading.quantities:
        following = reading.text[amount.end : amount.end + 2]
        case = next((case for case in _CASES if following.startswith(case)), None)
        if case is not None:
            found.setdefault(f"#{amount.dimension}:{amount.parts}", set()).add(case)
            # クラリスロマイシンをメトロニダゾール250 mgに替える: the amount is that of the noun.
            noun = _last(reading.words, amount.start + 1)
            if (
                noun is not None
                and not reading.text[noun.end : amount.start].strip()
                and noun.weight >= 1
            ):
                found.setdefault(noun.key, set()).add(case)
    return found


def _passive(reading: Reading) -> bool:
    return re.search(r"[らさかたまわなば]れ(?:る|た|て|な|ま|ず)", reading.text) is not None


def _relative(alignment: Alignment) -> Iterator[Finding]:
    """吸入後 against 吸入前, 治療中 against 治療終了後: when, relative to one and the same thing."""
    theirs: dict[str, set[str]] = {}
    for entry in alignment.chosen:
        for reading in (entry.unit.reading, *entry.unit.headings):
            for moment in _moments(reading):
                theirs.setdefault(moment.key, set()).add(moment.when)
    mine: dict[str, set[str]] = {}
    for moment in _moments(alignment.claim):
        mine.setdefault(moment.key, set()).add(moment.when)
    for moment in _moments(alignment.claim):
        held = theirs.get(moment.key, {moment.when})
        if moment.when not in held and held - mine[moment.key]:
            yield Finding(
                kind="timing",
                claim=moment.key + moment.when,
                evidence=moment.key + "・".join(sorted(held)),
                start=moment.start,
                end=moment.end,
                firm=not held & mine[moment.key],
                same_place=True,
            )


@lru_cache(maxsize=1024)
def _moments(reading: Reading) -> tuple[Moment, ...]:
    """When, relative to something: also 抜去の6時間前, and before surgery."""
    found = list(reading.moments)
    for amount in reading.quantities:
        when = _WHEN.get(amount.role) or _SIDE.get(reading.text[amount.end : amount.end + 1])
        timed = when is not None and amount.dimension in ("days", "months")
        word = _last(reading.words, amount.start) if timed else None
        if (
            word is not None
            and when is not None
            and reading.text[word.end : amount.start] in ("の", "から", "")
        ):
            found.append(Moment(key=word.key, when=when, start=word.start, end=amount.end))
    for match in _ENGLISH.finditer(reading.text):
        following = [word for word in reading.words if word.start >= match.end()][:3]
        when = "前" if match[1].lower() == "before" else "後"
        found.extend(
            Moment(key=word.key, when=when, start=match.start(), end=word.end) for word in following
        )
    return tuple(found)


def _last(words: tuple[Word, ...], before: int) -> Word | None:
    return next((word for word in reversed(words) if word.end <= before), None)
