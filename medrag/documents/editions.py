"""Which edition replaces which: what is stated, and what documents say of themselves.

A manifest says what a document supersedes; a folder of files does not. Documents of one series (one
title once the edition is taken off, no other society) replace each other in the order of their
dates, or where one has none of the years or numbers of their editions. What is stated always counts
before what is inferred; an addendum (追補, 正誤表) adds to an edition, replaces none, and is replaced
with it; where dates and numbers disagree nothing is guessed. The graph depends on the set of
documents alone, not on the order in which they came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from medrag.documents.document import Document
from medrag.japanese.normalize import fold

_ADDENDUM = re.compile(
    r"(?:部分|一部)?(?:追補|正誤表|訂正(?:表)?|補遺|addendum|erratum|errata|corrigendum)(?:版)?", re.IGNORECASE
)  # fmt: skip
_NUMERAL = "[0-9一二三四五六七八九十]+"
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_ERA = re.compile(r"(令和|平成|昭和)\s*([0-9]{1,2}|元)\s*年")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_NUMBER = re.compile(
    rf"第\s*({_NUMERAL}(?:\.[0-9]+)*)\s*版|改訂第?\s*({_NUMERAL})\s*版|(初版)|\bv(?:er(?:sion)?)?\.?\s*([0-9]+(?:\.[0-9]+)*)"
    rf"|({'|'.join(_ORDINALS)}|[0-9]+(?=st|nd|rd|th))(?:st|nd|rd|th)?\s+(?:edition|revision)",
    re.IGNORECASE,
)
# What of a title names the edition and not the matter. ダイジェスト版 or 患者向け版 is another book.
_NAMED = re.compile(
    rf"{_ADDENDUM.pattern}|(?:令和|平成|昭和)\s*[0-9元]+\s*年(?:度)?\s*版?|(?<![0-9])(?:19|20)[0-9]{{2}}(?![0-9])\s*(?:年度?)?\s*版?"
    rf"|[0-9]{{1,2}}\s*月(?:\s*[0-9]{{1,2}}\s*日)?|{_NUMBER.pattern}"
    r"|(?:部分|一部|全面|大)?(?:改訂|改定|増補|新訂|全訂|更新|暫定)(?:版)?|(?:最新|現行)版|(?<=[\s　(（])版"
    r"|\b(?:updated?|editions?|revisions?|revised|version)\b",
    re.IGNORECASE,
)  # fmt: skip
_EMPTY = re.compile(r"[（(［\[〔【<〈]\W*(?:版|の|年)?\W*[）)］\]〕】>〉]")
_LEGAL = re.compile(
    r"(?:一般|公益)?(?:社団|財団)法人|(?:特定非営利活動|国立研究開発|独立行政)法人|npo法人"
)
_BODY = re.compile(
    r"^.*?(?:学会|協会|研究会|連合|財団|機構)(?=.)"
)  # its committees are the same body
# A text that is neither numbered nor called a guideline may share its title with anything.
_GUIDELINE = re.compile(
    r"ガイドライン|ガイダンス|指針|手引|マニュアル|手順|要領|基準|プロトコー?ル|ステートメント|提言|規程"
    r"|guideline|guidance|recommendation|statement|protocol|manual",
    re.IGNORECASE,
)
# Notices of one title come one after another without replacing each other, and one that amends a
# text is not that text: only a year or a number in the title makes an edition of them.
_NOTICE = re.compile(r"(?:について|通知|の件)\W*$")
_AMENDS = re.compile(r"(?:改正|訂正|改訂|送付|廃止)(?:等)?について\W*$|事務連絡|疑義解釈")


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """How the documents of a corpus replace each other.

    Attributes:
        supersedes: For each document that replaces another one, the id of that other one.
        superseded_by: For each document that is replaced, the id of the first that replaces it.
        inferred: Those documents whose `supersedes` nobody stated.
        amends: For each addendum whose edition is here, the id of that edition.
        unclear: Documents of one series whose order cannot be told, by id: the other one's id.
    """

    supersedes: Mapping[str, str]
    superseded_by: Mapping[str, str]
    inferred: frozenset[str] = frozenset()
    amends: Mapping[str, str] = field(default_factory=dict)
    unclear: Mapping[str, str] = field(default_factory=dict)


class Place(NamedTuple):
    """What decides where a document stands among editions; found once, kept in its record.

    Attributes:
        series: The title that all editions of one guideline share.
        societies: Those that published it, in one form each.
        year: That the edition is named for, () for none.
        number: Of the edition, (2, 1) for 2.1; () for none.
        addendum: Whether it adds to an edition or corrects one.
        stated: The edition that it is said to replace: "" for none, None where nothing is said.
    """

    id: str
    series: str | None
    societies: tuple[str, ...]
    published: date | None
    year: tuple[int, ...]
    number: tuple[int, ...]
    addendum: bool
    stated: str | None


def place(document: Document) -> Place:
    """Where a document stands among editions, by what it says of itself."""
    year = year_of(document.edition, document.title)
    series = series_of(document)
    return Place(
        id=document.id,
        series=series,
        societies=tuple(_societies(document.society or "")) if series else (),
        published=document.published,
        year=(year,) if year and series else (),
        number=_number_in(fold(f"{document.edition or ''} {document.title}")) if series else (),
        addendum=is_addendum(document),
        stated=document.supersedes,
    )


def graph(places: Iterable[Place]) -> Graph:
    """The edition graph of all documents of a corpus."""
    found = list(places)
    stated = {p.id: p.stated for p in found if p.stated and p.stated != p.id}
    titles: dict[str, list[Place]] = {}
    for one in found:
        if one.series is not None:
            titles.setdefault(one.series, []).append(one)
    links = _Links(stated, {p.id: p.published or date.min for p in found})
    for _, same in sorted(titles.items()):
        if len(same) > 1:
            for series in _by_society(sorted(same, key=lambda p: p.id)):
                links.series(series)
    return links.graph()


def is_addendum(document: Document) -> bool:
    """Whether a document adds to or corrects an edition, by its title or its edition."""
    return _ADDENDUM.search(fold(f"{document.title} {document.edition or ''}")) is not None


def series_of(document: Document) -> str | None:
    """The title that all editions of one guideline share; None for what is not known to be one."""
    title = fold(document.title).lower()
    if document.edition:
        title = title.replace(fold(document.edition).lower(), " ")
    marked = document.edition or year_of(None, title) or _number_in(title)
    named = _GUIDELINE.search(title) and not _NOTICE.search(title)
    if _AMENDS.search(title) or not (marked or named):
        return None
    bare = _EMPTY.sub(" ", _NAMED.sub(" ", title))
    return "".join(character for character in bare if character.isalnum()) or None


def year_of(edition: str | None, title: str = "") -> int | None:
    """The year that an edition is named for: 2025年版, 令和6年度; None where it has none."""
    text = fold(f"{edition or ''} {title}")
    if match := _YEAR.search(text):
        return int(match[0])
    if match := _ERA.search(text):
        return _ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))
    return None


def _societies(text: str) -> Iterator[str]:
    for part in re.split(r"[・、，,/／;；&＆]|\band\b", fold(text).lower()):
        name = _LEGAL.sub("", part)
        body = _BODY.match(name)
        name = "".join((body[0] if body else name).split()).removesuffix("編")
        if name:
            yield name


def _number_in(text: str) -> tuple[int, ...]:
    match = _NUMBER.search(text)
    if match is None:
        return ()
    if match[3]:
        return (1,)
    written = next(filter(None, match.groups())).lower()
    if written in _ORDINALS:
        return (_ORDINALS.index(written) + 1,)
    return tuple(_figure(part) for part in written.split("."))


def _figure(written: str) -> int:
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    units = "一二三四五六七八九".find(ones) + 1 if ones else 0
    return units + (10 * ("一二三四五六七八九".find(tens) + 1 if tens else 1) if ten else 0)


def _by_society(places: Sequence[Place]) -> Iterator[list[Place]]:
    """Series apart by society; a document that names none belongs to the only one there is."""
    groups: list[tuple[set[str], list[Place]]] = []
    for place in places:
        if not place.societies:
            continue
        same = [group for group in groups if not group[0].isdisjoint(place.societies)]
        groups = [group for group in groups if group not in same]
        names = {*place.societies}.union(*(group[0] for group in same))
        groups.append((names, [*(p for group in same for p in group[1]), place]))
    nameless = [place for place in places if not place.societies]
    if len(groups) == 1:
        groups[0][1].extend(nameless)
    elif nameless:
        groups.append((set(), nameless))
    yield from (sorted(group[1], key=lambda p: p.id) for group in groups)


class _Links:
    """The edges of the graph, gathered series by series."""

    def __init__(self, stated: Mapping[str, str], dates: Mapping[str, date]) -> None:
        self._supersedes = dict(stated)
        self._superseded_by: dict[str, str] = {}
        self._inferred: set[str] = set()
        self._amends: dict[str, str] = {}
        self._unclear: dict[str, str] = {}
        # Where several replace one document, it is out of date with the first of them.
        for newer in sorted(stated, key=lambda d: (dates[d], d), reverse=True):
            self._superseded_by[stated[newer]] = newer

    def series(self, places: Sequence[Place]) -> None:
        editions = [place for place in places if not place.addendum]
        tiers = self._tiers(editions)
        for older, newer in pairwise(tiers):
            after = [place.id for place in newer if place.stated != ""]
            for place in older if after else ():
                self._superseded_by.setdefault(place.id, after[0])
            known = set(after)
            for before in (p.id for p in older if self._superseded_by.get(p.id) in known):
                for identifier in known - set(self._supersedes):
                    self._supersedes[identifier] = before
                    self._inferred.add(identifier)
                break
        for place in places:
            if place.addendum:
                self._amend(place, tiers)

    def _tiers(self, places: Sequence[Place]) -> list[list[Place]]:
        """The editions from old to new, those of one rank together; [] where it cannot be told."""
        ranks = _ranks(places)
        tiers: dict[tuple[object, ...], list[Place]] = {}
        for place in places:
            if place.id in ranks:
                tiers.setdefault(ranks[place.id], []).append(place)
        ordered = [tiers[rank] for rank in sorted(tiers)]
        left = [place.id for place in places if place.id not in ranks]
        if ranks and left:
            self._doubt(next(iter(ranks)), left)
        inside = [place for tier in ordered for place in tier]
        years = [(place.year, place.id) for place in inside if place.year]
        numbers = [(place.number, place.id) for place in inside if place.number]
        for (before, one), (after, other) in (*pairwise(years), *pairwise(numbers)):
            if after < before:
                self._doubt(one, [other])
                return []
        return ordered

    def _doubt(self, one: str, others: Iterable[str]) -> None:
        for other in others:
            self._unclear.setdefault(one, other)
            self._unclear.setdefault(other, one)

    def _amend(self, addendum: Place, tiers: Sequence[Sequence[Place]]) -> None:
        """Find the edition that an addendum belongs to: the one it names, else the last before it."""
        editions = [place for tier in tiers for place in tier]
        same = [p for p in editions if addendum.number and p.number == addendum.number]
        same = same or [p for p in editions if addendum.year and p.year == addendum.year]
        if not same:
            ranks = _ranks([*editions, addendum])
            if addendum.id in ranks:
                same = [p for p in editions if p.id in ranks and ranks[p.id] <= ranks[addendum.id]][
                    -1:
                ]
        if not same:
            return
        self._amends[addendum.id] = same[0].id
        if after := self._superseded_by.get(same[0].id):
            self._superseded_by.setdefault(addendum.id, after)

    def graph(self) -> Graph:
        return Graph(
            supersedes=self._supersedes,
            superseded_by=self._superseded_by,
            inferred=frozenset(self._inferred),
            amends=self._amends,
            unclear=self._unclear,
        )


def _ranks(places: Sequence[Place]) -> dict[str, tuple[object, ...]]:
    """What orders the editions of a series, for those that say it: date, else year, else number."""
    dates = {p.id: p.published for p in places if p.published}
    years = {p.id: year for p in places if (year := p.year or _of(p.published))}
    numbers = {p.id: p.number for p in places if p.number}
    signals: tuple[Mapping[str, object], ...] = (dates, years, numbers)
    most = max(map(len, signals))
    first = next(signal for signal in signals if len(signal) == most)
    # Of one day or one year, the number of the edition tells, where every one has it.
    others = [signal for signal in signals if signal is not first and len(signal) == len(places)]
    return {
        identifier: (value, *(signal[identifier] for signal in others))
        for identifier, value in first.items()
    }


def _of(published: date | None) -> tuple[int, ...]:
    return (published.year,) if published else ()
