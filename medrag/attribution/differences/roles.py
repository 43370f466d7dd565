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
_HOLDING = {
    "に比べ": _COMPARED,
    "の代わり": re.compile(r"の代わり|に代わ[るり]|の代替"),
    "ではなく": re.compile(r"で(?:は)?なく"),
    "rather than": re.compile(r"\b(?:rather than|instead of|in place of)\b", re.IGNORECASE),
}
_JOINTS = ("", "の", "/", "・", "と", "や")
_NAMED = 0.6
_RATIO = re.compile(r"([^、。はがを]{1,20})と([^、。はがを]{1,20})の比")
_NONE: frozenset[str] = frozenset()


def find(alignment: Alignment) -> Iterator[Finding]:
    """Findings on exchanged roles, reversed order and stitched subjects."""
    yield from _exchanged(alignment)
    yield from _held_by_another(alignment)
    yield from _acting(alignment)
    yield from _ratio(alignment)
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
    for case in ("へ", "から", *_HOLDING):
        here = _holders(claim, case)
        if not here:
            continue
        told = [(entry, _holders(entry.unit.reading, case)) for entry in alignment.chosen]
        if any(here <= there for _, there in told):
            continue
        for entry, there in told:
            evidence = entry.unit.reading
            mine, theirs = here - there, there - here
            if not mine or not theirs or (here & there and case not in _HOLDING):
                continue
            known = (
                (_all_names(claim), _all_names(evidence))
                if case in _HOLDING
                else (_cases(claim).keys(), _cases(evidence).keys())
            )
            if mine <= known[1] and theirs <= known[0]:
                yield Finding(
                    kind="role_swap",
                    claim="・".join(sorted(mine)) + case,
                    evidence="・".join(sorted(theirs)) + case,
                    same_place=True,
                )
                return


def _holders(reading: Reading, case: str) -> frozenset[str]:
    """What a case particle, a comparison or a choice is said of."""
    pattern = _HOLDING.get(case)
    if pattern is None:
        return frozenset(key for key, held in _cases(reading).items() if case in held)
    found: set[str] = set()
    for match in pattern.finditer(reading.text):
        if match[0].isascii():
            after = [w for w in reading.words if w.start >= match.end() and w.weight >= _NAMED]
            found |= {_name(reading, word) for word in after[:1]}
            continue
        edge = match.start()
        for word in reversed(reading.words):
            # ブデソニド/ホルモテロールの頓用に比べて: the whole of what is compared
            if word.end <= edge and reading.text[word.end : edge] in _JOINTS:
                found.add(_name(reading, word))
                edge = word.start
    return frozenset(found)


def _name(reading: Reading, word: Word) -> str:
    """A word under the first of the names that its concept has: PTU is プロピルチオウラシル."""
    if word.term >= 0 and reading.terms[word.term].kinds and reading.terms[word.term].concepts:
        return min(reading.terms[word.term].concepts)
    return word.key


def _all_names(reading: Reading) -> frozenset[str]:
    return frozenset(_name(reading, word) for word in reading.words)


def _acting(alignment: Alignment) -> Iterator[Finding]:
    """医療安全課が報告する against 医療安全課へ報告する: who does it, and to whom it is done."""
    claim = alignment.claim
    if "が" not in claim.text or _passive(claim):
        return
    acting = _marked(claim, "が")
    for entry in alignment.chosen[:1]:
        reading = entry.unit.reading
        done_to = _marked(reading, "へ") - _marked(reading, "が") - _marked(reading, "は")
        for key in sorted(acting & done_to):
            yield Finding(kind="role_swap", claim=f"{key}が", evidence=f"{key}へ", firm=False, same_place=True)  # fmt: skip
            return


@lru_cache(maxsize=4096)
def _marked(reading: Reading, particle: str) -> frozenset[str]:
    """The names, or the last parts of names, that a particle follows: 医療安全課が."""
    found: set[str] = set()
    edge = -1
    for word in reversed(reading.words):
        if word.end == edge or reading.text.startswith(particle, word.end):
            edge = word.start
            if word.weight >= _NAMED:
                found.add(word.key)
    return frozenset(found)


def _ratio(alignment: Alignment) -> Iterator[Finding]:
    """血液と抗凝固剤の比 against 抗凝固剤と血液の比."""
    mine = _RATIO.search(alignment.claim.text)
    for entry in alignment.chosen if mine else ():
        theirs = _RATIO.search(entry.unit.reading.text)
        if mine and theirs and (mine[1], mine[2]) == (theirs[2], theirs[1]):
            yield Finding(kind="role_swap", claim=mine[0], evidence=theirs[0], same_place=True)
            return


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
            found.setdefault(_name(reading, word), set()).add(word.after)
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
                found.setdefault(_name(reading, noun), set()).add(case)
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
