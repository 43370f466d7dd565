"""Blocks: what must be read with a sentence, because it is wrong or unclear without it.

A sentence that limits the one before it (ただし…), a sentence on which it leans (この…), the list that it
announces (次の患者には投与しない。), the grade of what it recommends: they are quoted with it, in the order
in which they stand, across the end of a passage too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise, takewhile

from medrag.generation.evidence import Unit
from medrag.generation.keys import drugs_in

_LIMITS = re.compile(
    r"^(?:[(（【]?(?:例外|ただし書き|但し書き|注意|除外|付帯事項|禁忌)|ただし|但し|なお|もっとも|この限り|However|Except|Unless)"
    r"|この限りで(?:は)?な|(?:を|は)除[くき]|除外する|対象(?:と(?:は)?し|に含め|に含ま)な|当てはめな|does not apply|except ",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^(?:こ[のれう]|そ[のれう]|同(?!様に)|上記|前記|前述|当該|いずれ|両者|また|さらに|(?:it|this|these|they|such)\b)",
    re.IGNORECASE,
)
_FOR_SOME = re.compile(r"^[^、。]{1,14}(?:では|には)[^な]")
_BUT = re.compile(
    r"^(?:[(（【]?(?:例外|ただし書き|但し書き)|ただし|但し|もっとも|However|Except|Unless)",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"(?:次|以下|下記|つぎ)の[^。]{0,40}(?:[。：:]|$)|[：:]\s*$|\bfollowing\b[^.]*[.:]?$",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[。．.！？!?][）)〕］\]】」]?\s*$")
#: Characters between two passages of which the second goes on where the first ends.
_NEXT_LINE = 4
#: Items of a list that is quoted.
_ITEMS = 12
#: Sentences that may stand between a recommendation and its exception in the passage after it.
_BETWEEN = 2


def by_passage(units: Sequence[Unit]) -> Mapping[int, list[Unit]]:
    """The units of each passage, in order."""
    passages: dict[int, list[Unit]] = {}
    for unit in units:
        passages.setdefault(unit.number, []).append(unit)
    return passages


def runs(units: Sequence[Unit]) -> Mapping[int, list[Unit]]:
    """By passage, the units of it and of those that it continues or that continue it, in order."""
    passages = sorted(
        by_passage(units).values(),
        key=lambda one: (one[0].hit.passage.document_id, one[0].hit.passage.start),
    )
    found: dict[int, list[Unit]] = {}
    for before, of_passage in pairwise([[], *passages]):
        run = found[before[0].number] if before and _goes_on(before[-1], of_passage[0]) else []
        run += of_passage
        found[of_passage[0].number] = run
    return found


def _goes_on(last: Unit, first: Unit) -> bool:
    one, other = last.hit.passage, first.hit.passage
    return (
        one.document_id == other.document_id
        and one.section == other.section
        and 0 <= other.start - one.end <= _NEXT_LINE
    )


def limits(unit: Unit) -> bool:
    """Whether a sentence says, in so many words, for whom the one before it does not hold."""
    return bool(_BUT.match(unit.text))


def notes_under(row: Unit, run: Sequence[Unit]) -> list[Unit]:
    """What is said under a table of all its rows: 「75歳以上では、いずれの薬剤も上記の1/2量から開始する。」"""
    after = run[run.index(row) + 1 :]
    under = takewhile(lambda one: not one.row, (one for one in after if not _same_table(one, row)))
    return [unit for unit in under if unit.notes][:_BETWEEN]


def _same_table(one: Unit, row: Unit) -> bool:
    return one.row and one.number == row.number


def with_what_follows(
    unit: Unit, run: Sequence[Unit], good: Collection[int], *, grades: bool
) -> list[Unit]:
    """A sentence that is no recognised recommendation, with its neighbours that belong to it.

    Args:
        run: See runs.
        good: Positions of sentences of its passage that answer nearly as well.
        grades: A grade that follows is asked for.
    """
    place = run.index(unit)
    first, last = _first(run, place), place
    for following in run[place + 1 :]:
        belongs = (
            (following.grade and (grades or unit.directs))
            or _LIMITS.search(following.text)
            or (unit.directs and following.forbids and last == place)
            or (following.number == unit.number and following.position in good and last == place)
        )
        if not belongs:
            break
        last += 1
    last += len(_items(run, last))
    return list(run[first : last + 1])


def recommended(of_passage: Sequence[Unit], run: Sequence[Unit]) -> list[Unit]:
    """A recommendation, which is quoted whole, with what goes on after its passage and limits it.

    That is a list right under it, an exception soon after it, and the list that this announces.
    """
    begin, end = run.index(of_passage[0]), run.index(of_passage[-1])
    if begin and run[begin].listed and run[begin - 1].recommends:  # a list goes on from there
        ahead = run[begin - 1].number
        begin = next(place for place, unit in enumerate(run) if unit.number == ahead)
    first = _first(run, begin)
    last = end + len(list(takewhile(lambda one: one.listed and not one.row, run[end + 1 :])))
    soon = run[last + 1 : last + 2 + _BETWEEN]
    for place, following in enumerate(soon, start=last + 1):
        if following.hit.passage.strength is not None or following.row or following.grade:
            break
        if limits(following):
            last = place
            break
    last += len(_items(run, last))
    return list(run[first : last + 1])


def _first(run: Sequence[Unit], place: int) -> int:
    """Where to begin, so that what a sentence leans on or limits, or its list belongs to, is there."""
    lead = _lead(run, place)
    place = place if lead is None else lead
    unit = run[place]
    if not place or run[place - 1].grade or run[place - 1].row:
        return place
    leans = (
        limits(unit)
        or (_LEANS.search(unit.text) and not unit.directs)
        # 「小児では1回10 mg/kgを投与する。」: of the drug that was named before
        or (
            _FOR_SOME.match(unit.text) and drugs_in(run[place - 1].text) and not drugs_in(unit.text)
        )
    )
    return place - 1 if leans else place


def _items(run: Sequence[Unit], place: int) -> list[Unit]:
    """What is left, after `place`, of the list that it announces or in which it stands."""
    if not _ANNOUNCES.search(run[place].text) and _lead(run, place) is None:
        return []
    return list(takewhile(_item, run[place + 1 : place + 1 + _ITEMS]))


def _lead(run: Sequence[Unit], place: int) -> int | None:
    """Where the sentence stands that announces the list of which this is an item, if there is one."""
    back = place
    while back and _item(run[back]):
        back -= 1
    return back if back < place and _ANNOUNCES.search(run[back].text) else None


def _item(unit: Unit) -> bool:
    """Whether it may be an item: it stands in a list, or is no whole sentence."""
    return not unit.row and not unit.grade and (unit.listed or not _ENDED.search(unit.text))
