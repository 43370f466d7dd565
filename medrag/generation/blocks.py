"""Blocks: what must be read with a sentence, because it is wrong or unclear without it.

A sentence that limits the one before it (ただし…), a sentence on which it leans (この…), the grade of
what it recommends: they are quoted with it, in the order in which they stand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from medrag.generation.evidence import Unit

_LIMITS = re.compile(
    r"^(?:[(（【]?(?:例外|ただし書き|但し書き|注意|除外|付帯事項|禁忌)|ただし|但し|なお|もっとも|この限り|However|Except|Unless)"
    r"|この限りで(?:は)?な|(?:を|は)除[くき]|除外する|対象(?:と(?:は)?し|に含め|に含ま)な|当てはめな|does not apply|except ",
    re.IGNORECASE,
)
_FORBIDS = re.compile(
    r"(?:投与|使用|併用|処方|開始|追加|実施)し(?:ない|てはならない|てはいけません)|用いない|行わない|避ける|\b(?:do|should|must) not\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^(?:こ[のれう]|そ[のれう]|同(?!様に)|上記|前記|前述|当該|いずれ|両者|また|さらに|(?:it|this|these|they|such)\b)",
    re.IGNORECASE,
)


def by_passage(units: Sequence[Unit]) -> Mapping[int, list[Unit]]:
    """The units of each passage, in order."""
    passages: dict[int, list[Unit]] = {}
    for unit in units:
        passages.setdefault(unit.number, []).append(unit)
    return passages


def with_what_follows(
    unit: Unit, of_passage: Sequence[Unit], good: Collection[int], *, grades: bool
) -> list[Unit]:
    """A sentence that is no recognised recommendation, with its neighbours that belong to it.

    Args:
        good: Positions of sentences that answer nearly as well.
        grades: A grade that follows is asked for.
    """
    place = of_passage.index(unit)
    first = last = place
    if place and _LEANS.search(unit.text) and not unit.directs:
        first -= 1
    for following in of_passage[place + 1 :]:
        belongs = (
            (following.grade and (grades or unit.directs))
            or _LIMITS.search(following.text)
            or (unit.directs and _FORBIDS.search(following.text) and last == place)
            or (following.position in good and last == place)
        )
        if not belongs:
            break
        last += 1
    return list(of_passage[first : last + 1])
