"""Sequence: what comes before what, in time and in the choice of treatments.

確認してから貼る and 貼ってから確認する hold the same words; so do 「まずAを行い、不十分ならBを行う」 and its reverse, and
術前1週間 and 術後1週間. So each order is read as two sets of names, what is earlier and what is later, and a
claim that has them the other way round is found however it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.finding import Finding
from medrag.attribution.evidence import Unit
from medrag.attribution.facts import Reading, Word

_NAMES = 0.6
_VERBS = 0.5
_SENTENCE = "。．;；|"
# What stands before these is the earlier thing, or the later one.
_THEN = re.compile(
    r"[てで]から|た(?:後|あと|のち)|の(?:後|あと|のち)(?:に|は|、|で)|[てで]、?(?:次に|続いて|次いで|ついで|その(?:後|あと))|続いて|次いで|ついで|その(?:後|あと)|を先に|たところで"
)
_AHEAD = re.compile(
    r"(?:る|[^ぁ-ん]の)(?:少なくとも|約)?[0-9〜~.]*(?:週間?|日|か月|時間|分)?(?:以上)?前(?:に|から|は|まで|、)|に先立|までに"
)
_FIRST = re.compile(r"まず|最初に|はじめに|初めに|第一[にと]|第一選択|先に|から(?:始め|開始)")
_FAILING = re.compile(
    r"不十分|足りな|反応(?:が乏し|しな|がな)|効(?:果がな|かな|かず)|無効|届かな|達しな|改善しな|改善がな|得られな|できな|難し|場合[にはも]|なければ|[れけせえげめ]ば[、,]?|なら[、,]?|ても[、,]?"
)
_ONSET = re.compile(
    r"(?:現れ|生じ|起こ|起き|出|認め|みられ|なっ|発症し|し)て(?:から|はじめて|初めて)(?!では?な)"
)
_BEFOREHAND = re.compile(
    r"予防的|と同時に|開始時から|導入時から|開始時に|あらかじめ|前もって|はじめから|当初から"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is done or happens first, and what later; no name in both."""

    first: frozenset[str]
    later: frozenset[str]

    def reverses(self, other: Order) -> bool:
        """Whether another order has on each side what this one has on the other."""
        one, two = len(self.first & other.later), len(self.later & other.first)
        straight = len(self.first & other.first) + len(self.later & other.later)
        return min(one, two) > 0 and one + two > 2 * straight

    def repeats(self, other: Order) -> bool:
        """Whether both have the same things on the same sides."""
        return not (self.first.isdisjoint(other.first) or self.later.isdisjoint(other.later))


def find(alignment: Alignment) -> Iterator[Finding]:
    """At most one finding of each sort: orders in time, stages, what is done before and waits."""
    claim = alignment.claim
    evidence = [entry.unit.reading for entry in alignment.chosen]
    held = [order for reading in evidence for order in orders(reading)]
    for mine in orders(claim):
        if any(mine.reverses(order) for order in held):
            yield _finding("timing", alignment)
            break
    yield from _awaited(alignment)
    staged = _stages(claim.text, claim.words) if _FIRST.search(claim.text) else None
    if staged is not None and any(staged.reverses(course) for course in _courses(alignment)):
        yield _finding("first_second_line", alignment)


def _finding(kind: str, alignment: Alignment, *, firm: bool = True) -> Finding:
    return Finding(
        kind=kind,
        claim=alignment.claim.text.strip(),
        evidence=alignment.chosen[0].unit.reading.text.strip(),
        firm=firm,
        same_place=firm,
    )


@lru_cache(maxsize=4096)
def orders(reading: Reading) -> tuple[Order, ...]:
    """The orders in time that a statement tells."""
    found = []
    for pattern, ahead in ((_THEN, False), (_AHEAD, True)):
        for match in pattern.finditer(reading.text):
            order = _order(reading, match.start(), match.end(), ahead=ahead)
            if order is not None:
                found.append(order)
    return tuple(found)


def _order(reading: Reading, start: int, end: int, *, ahead: bool) -> Order | None:
    text = reading.text
    begin = max((text.rfind(mark, 0, start) for mark in _SENTENCE), default=-1) + 1
    comma = max(text.rfind("、", begin, start), text.rfind(",", begin, start)) + 1
    if not text[comma:start].strip():  # 、続いて: what comes first stands before the comma
        comma = max(text.rfind("、", begin, comma - 1) + 1, begin)
    comma = max(comma, begin)
    close = min(
        (at for at in (text.find(mark, end) for mark in _SENTENCE) if at >= 0), default=len(text)
    )
    # 無機ヨウ素は抗甲状腺薬から1時間後に与える: the topic is what is done, not what comes first;
    # クリーゼでは only says where.
    topic = text.rfind("は", begin, start) + 1 or begin
    beside = _names(reading, max(comma, topic), start)
    done = _names(reading, end, close)
    if text[topic - 2 : topic - 1] not in ("で", "に"):
        done |= _names(reading, begin, topic)
    first, later = (done, beside) if ahead else (beside, done)
    order = Order(first=first - later, later=later - first)
    return order if order.first and order.later else None


def _names(reading: Reading, start: int, end: int) -> frozenset[str]:
    """Keys and concepts of what is named in a range."""
    found: set[str] = set()
    for word in reading.words:
        if start <= word.start < end and word.weight >= _VERBS and word.key != "患者":
            found.add(word.key)
            if word.term >= 0:
                found |= reading.terms[word.term].concepts
    return frozenset(found)


def _awaited(alignment: Alignment) -> Iterator[Finding]:
    """What is given beforehand, told as given once there is need: 便秘が現れてから緩下薬を始める."""
    claim = alignment.claim
    match = _ONSET.search(claim.text)
    if match is None:
        return
    given = {
        word.key for word in claim.words if word.start >= match.end() and word.weight >= _NAMES
    }
    for entry in alignment.chosen:
        text = entry.unit.reading.text
        if given & entry.unit.keys and _BEFOREHAND.search(text) and not _ONSET.search(text):
            yield replace(_finding("timing", alignment), start=match.start(), end=match.end())
            return


def _stages(text: str, words: Sequence[Word]) -> Order | None:
    """The nouns of what is done at first, and of what is done when that does not do."""
    turn = _FAILING.search(text, 1)
    while turn is not None:
        nouns = [word for word in words if word.weight >= 1]
        first = frozenset(word.key for word in nouns if word.start < turn.start())
        later = frozenset(word.key for word in nouns if word.start >= turn.end())
        if first - later and later - first:
            return Order(first=first - later, later=later - first)
        turn = _FAILING.search(text, turn.end())
    return None


def _courses(alignment: Alignment) -> Iterator[Order]:
    """The stages of the evidence: within a sentence, and of a sentence after the one before it."""
    chosen = [entry.unit for entry in alignment.chosen]
    for units in alignment.premises:
        for number, unit in enumerate(units):
            if unit not in chosen:
                continue
            own = _stages(unit.reading.text, unit.reading.words)
            if own is not None:
                yield own
            if number and units[number - 1] in chosen:
                later = _after(unit)
                first = frozenset(w.key for w in units[number - 1].reading.words if w.weight >= 1)
                if later:
                    yield Order(first=first - later, later=later - first)


def _after(unit: Unit) -> frozenset[str]:
    """The nouns behind the condition that a sentence begins with: 改善がなければ…."""
    turn = _FAILING.search(unit.reading.text, 0, 24)
    if turn is None:
        return frozenset()
    return frozenset(w.key for w in unit.reading.words if w.weight >= 1 and w.start >= turn.end())
