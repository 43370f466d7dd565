"""Reach: whether a sentence speaks of what the question names, or only near it.

Most of the question's weight must be met, most of what it is about (drugs, diseases, tests), and more
than what the title of the document says of every sentence in it. Some words leave no room: for whom, in
what part of the body, by which route, of which number in a row of like names. The values here were set on
the dev questions of benchmarks/answers: REACH at .55 abstains on more that have an answer, at .45 it
answers more that have none.
"""

from __future__ import annotations

import re

from medrag.generation.evidence import Unit
from medrag.generation.keys import keys_of
from medrag.generation.measures import apart, led_by
from medrag.generation.question import Part
from medrag.generation.scope import for_children_only, of_adults, restrictions, routes
from medrag.generation.score import Scored
from medrag.generation.terms import PARTS
from medrag.japanese.normalize import fold

#: Share of the question's weight that the best sentence must meet.
REACH = 0.5
#: Share of what the question is about (drugs, diseases, tests) that must be met at all.
ENTITIES = 0.66
#: Share that must be met of what the document's title does not say already.
SPECIFIC = 0.3

#: What a document says of itself answers only a question about the document.
_OF_ITSELF = re.compile(
    r"(?:本|この|当)(?:手引き?|ガイドライン|指針|手順書|マニュアル|通知|文書|書|ステートメント|Q&A|Q＆A)(?:は|で[はも]|の(?:目的|対象))"
)


def reaches(part: Part, one: Scored) -> bool:
    """Whether a unit speaks of what a part of the question names, and to whom it is asked about."""
    return (
        one.coverage >= REACH
        and not (_OF_ITSELF.search(one.unit.text) and not _OF_ITSELF.search(part.text))
        and _of_the_drug(part, one)
        and _for_whom(part, one.unit)
        and _no_other(part, one)
        and _about(part, one)
        and _specific(part, one)
    )


def _whole(unit: Unit) -> str:
    """The text to which the unit belongs: a recommendation is read whole."""
    return unit.hit.passage.text if unit.recommends else unit.text


def _of_the_drug(part: Part, one: Scored) -> bool:
    """Whether a drug that is named is met, if any is, and not only given besides that of a table."""
    drugs = [met for term, met in zip(part.terms, one.met, strict=True) if term.drug]
    if not drugs:
        return True
    of = one.unit.of
    return any(drugs) and (
        not of or any(term.met_by(keys_of(of)) > 0 for term in part.terms if term.drug)
    )


def _for_whom(part: Part, unit: Unit) -> bool:
    """Whether the unit is meant for the people that are asked about."""
    whole = _whole(unit)
    if of_adults(part.named) and for_children_only(f"{unit.heading} {whole}"):
        return False
    section = unit.hit.passage.section
    over = section[-1:] if unit.row else section  # a table stands under any question that is last
    if any(apart(part.measures, led_by(text)) for text in (whole, *over)):
        return False
    return restrictions(part.named) <= restrictions(whole) | restrictions(unit.heading)


def _no_other(part: Part, one: Scored) -> bool:
    """Whether nothing in the unit says that it is about a neighbour of what is asked about.

    Another route; another part of the body; another one of names that differ by a number.
    """
    unit = one.unit
    asked, said = routes(part.text), routes(unit.text) or routes(unit.heading)
    if asked and said and asked.isdisjoint(said):
        return False
    if any(term.site and not met for term, met in zip(part.terms, one.met, strict=True)):
        return False
    evidence = fold(f"{_whole(unit)} {unit.heading}")
    return all(name in evidence for name in _NUMBERED.findall(fold(part.text)))


#: 指導料3, 加算2: the like of it with another number is something else.
_NUMBERED = re.compile(r"[一-龥ァ-ヴー]+(?:料|加算|型|期|群|類|度)[0-9](?![0-9])")


def _about(part: Part, one: Scored) -> bool:
    """Whether most of what the question is about stands in the passage or over it."""
    entities = [
        (term.weight, met) for term, met in zip(part.terms, one.met, strict=True) if term.entity
    ]
    total = sum(weight for weight, _ in entities)
    return sum(weight for weight, met in entities if met > 0) >= ENTITIES * total


def _specific(part: Part, one: Scored) -> bool:
    """Whether more is met than what the title of the document says already."""
    title = keys_of(one.unit.hit.title)
    weighed = [
        (term.weight * counts, min(met, 1.0))
        for term, met, counts in zip(part.terms, one.met, one.counts, strict=True)
        if term.met_by(title) < PARTS
    ]
    total = sum(weight for weight, _ in weighed)
    return sum(weight * met for weight, met in weighed) >= SPECIFIC * total
