"""Passages as evidence: their sentences and table rows, read, with the context they stand in.

A table row means nothing without its header, nor 妊婦 in a list without the heading 【禁忌】 above it,
and a recommendation's strength often stands on the next line. Each unit carries that context.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from medrag.attribution.claims import Statement, split, untagged
from medrag.attribution.facts import Reading, read
from medrag.attribution.facts.terms import within
from medrag.japanese.normalize import Span
from medrag.japanese.quantities import Interval

_GRADE_LINE = re.compile(
    r"\W*(?:推奨の強さ|推奨度|推奨グレード|推奨クラス|推奨|エビデンス|強さ|確実性|合意率|グレード|レベル|strength|certainty|quality|evidence)[^。]{0,60}$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9α-ω\-/]{1,11}$|[ァ-ヶー]{3,12}$")
_GRADE_LINES = 4
_TITLE = re.compile(
    r"(?!.*(?:推奨|必要|不要|可能|可|良好|有効|有用|無効|妥当|原則|基本|適応|注意)。?$)[^。、はがをにもで:：|]{2,30}[一-鿿ァ-ヶーA-Za-z]\)?。?$"
)
_CAPTION = re.compile(r"(?:別?表|図)\s*[0-9A-Z][^。|]{0,60}$")
_BARS = re.compile(r"[|｜\t]")
_LABEL = re.compile(r"\s*(?:[-*・•◦●○]\s*)?([^。：:\n|]{2,40})[：:]")
_UNIT = re.compile(r"[A-Za-zμµ%％℃/.²0-9]*[A-Za-zμµ%％℃]+[A-Za-z/.²0-9]*\)?$")
_BARE = re.compile(r"(?<![0-9.])[0-9]+(?:\.[0-9]+)?(?=\s*(?:以上|以下|未満|超|を超|[〜～~–-]|$))")
_NUMBER = re.compile(r"(?<![0-9.,A-Za-z])[0-9]+(?:[.,][0-9]+)*[万億]?(?![0-9.,A-Za-z%％歳回日週])")
_UNITS = "単位"
_FORBIDDEN = re.compile(r"禁忌|投与不可|使用不可")
_COMPOSED = frozenset(("condition", "procedure", "measure", "microbe"))
_CONTEXT = frozenset(("heading", "question", "greeting", "notice", "lead_in"))
_DEFINED = re.compile(r"([^\s、。，．（）()「」|:：]{2,40})\s*[（(]([^（）()]{2,60})[）)]")
_SHORT = re.compile(
    r"(?:以下[、，]?)?[「『]?([A-Za-z][A-Za-z0-9α-ω\-/]{1,11}|[一-龥ァ-ヶー]{2,12})[」』]?(?:と(?:いう|する|略す|略記))?。?$"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unit:
    """A sentence, list item or table row of a passage.

    Attributes:
        start, end: In the passage as given.
        states: Whether it says something; a heading or a question only governs what follows.
        grades_only: Whether it is a line such as 推奨の強さ：強い.
        reading: A table row is read with its header: カルベジロールは開始用量 1.25 mg。
        text: The reading's, in lower case.
        keys: Of its words, with the abbreviations that the passage defines spelled out.
        names: These and the concepts that it names itself.
        around: Keys of its headings: context, not content.
        meanings: Concepts of its terms, of what these are made of, and of those of its headings.
        headings: Readings of the headings that govern it.
        subject: The first cell of a table row: what its other cells are said of; else None.
        elsewhere: Concepts that the other units of its passage name themselves.
        grades: The readings its strength and certainty may be found in: its own, then the
            grade lines after it.
    """

    start: int
    end: int
    states: bool
    grades_only: bool
    reading: Reading
    text: str
    keys: frozenset[str]
    names: frozenset[str]
    around: frozenset[str]
    meanings: frozenset[str]
    headings: tuple[Reading, ...]
    grades: tuple[Reading, ...]
    subject: Reading | None
    elsewhere: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage's units, and where its words, names, amounts and squeezed sentences stand.

    Attributes:
        stating: Those of its units that state something.
        postings, numbers, dimensions: Of a key or a concept, of an amount, of a kind of amount: the
            units that hold it.
        everything, meanings: All its keys, and all its concepts.
        verbatim: Its sentences and rows, squeezed.
        strengths, certainties: All its grades.
    """

    units: tuple[Unit, ...]
    stating: tuple[Unit, ...]
    postings: dict[str, tuple[int, ...]]
    numbers: dict[tuple[Interval, ...], tuple[int, ...]]
    dimensions: dict[str, tuple[int, ...]]
    everything: frozenset[str]
    meanings: frozenset[str]
    verbatim: dict[str, Span]
    strengths: frozenset[str]
    certainties: frozenset[str]


@lru_cache(maxsize=2048)
def analyse(text: str) -> Passage:
    """The units of a passage. Linear in its length, and remembered for the next claim."""
    text = untagged(text)
    statements = split(text)
    units = tuple(_units(text, statements))
    postings: dict[str, list[int]] = {}
    numbers: dict[tuple[Interval, ...], list[int]] = {}
    dimensions: dict[str, list[int]] = {}
    for number, unit in enumerate(units):
        if not unit.states or unit.grades_only:
            continue
        for key in unit.names:
            postings.setdefault(key, []).append(number)
        for parts in {amount.parts for amount in unit.reading.quantities}:
            numbers.setdefault(parts, []).append(number)
        for dimension in {amount.dimension for amount in unit.reading.quantities}:
            dimensions.setdefault(dimension, []).append(number)
    return Passage(
        units=units,
        stating=tuple(unit for unit in units if unit.states),
        postings={key: tuple(places) for key, places in postings.items()},
        numbers={parts: tuple(places) for parts, places in numbers.items()},
        dimensions={dimension: tuple(places) for dimension, places in dimensions.items()},
        everything=frozenset(key for unit in units for key in unit.keys),
        meanings=frozenset(concept for unit in units for concept in unit.meanings),
        strengths=frozenset(cue for unit in units for cue in unit.reading.modality.strengths),
        certainties=frozenset(cue for unit in units for cue in unit.reading.modality.certainty),
        verbatim={
            squeezed(read(statement.plain).text): Span(statement.start, statement.end)
            for statement in reversed(statements)
        },
    )


def _units(text: str, statements: Sequence[Statement]) -> Iterator[Unit]:
    readings = [read(statement.plain) for statement in statements]
    defined = aliases(readings)
    named = Counter(concept for reading in readings for concept in reading.meanings)
    title: tuple[Reading, ...] = ()
    headings: tuple[Reading, ...] = ()
    header: list[str] | None = None
    label: tuple[Reading, ...] = ()
    before = 0
    for position, (statement, reading) in enumerate(zip(statements, readings, strict=True)):
        written = text[statement.start : statement.end]
        own = reading.meanings
        subject = None
        if _is_row(written):
            cells = _cells(written, statement.plain)
            heads = statement.kind == "table_header" or header is None
            if heads and any(cell.strip("-: ") for cell in cells):
                header = cells
            if statement.kind == "table_header":
                continue
            if not heads and header is not None:
                reading = _labelled(header, cells) or reading  # noqa: PLW2901 - the same row, read with its header
                subject = read(cells[0]) if cells else None
        else:
            header = None
        if "\n" in text[before : statement.start]:
            label = ()
        before = statement.end
        governing = (*headings, *label)
        label = label or _label(written)
        states = (statement.kind not in _CONTEXT and not _is_title(reading)) or bool(
            statement.markers
        )
        if not states and (reading.words or reading.negators):
            # What a passage begins with is said of all of it, also under its later headings.
            headings, governing = (*title, reading), ()
            if position == 0 and not reading.negators:
                title = (reading,)
        keys = _spelled_out(reading.keys, defined)
        yield Unit(
            states=states,
            grades_only=_GRADE_LINE.match(reading.text.strip()) is not None
            and bool(reading.modality.certainty or reading.modality.strengths)
            and not reading.words,
            start=statement.start,
            end=statement.end,
            reading=reading,
            text=reading.text.lower(),
            keys=keys,
            names=keys | reading.meanings,
            around=frozenset(key for entry in governing for key in entry.keys),
            meanings=reading.meanings.union(
                *(entry.meanings for entry in governing),
                *(within(term.form) for term in reading.terms if term.kinds & _COMPOSED),
            ),
            headings=governing,
            grades=(reading, *_grades(readings, position)),
            subject=subject,
            elsewhere=frozenset(concept for concept in named if named[concept] > (concept in own)),
        )


def _is_row(written: str) -> bool:
    """Whether a line is a table row: bars or tabs part its cells, two at least."""
    return written[0] == "|" or "\t" in written or len(_BARS.findall(written)) > 1


def _is_title(reading: Reading) -> bool:
    """Whether a sentence says nothing, only what the next ones speak of: 「疥癬の治療。」."""
    return _CAPTION.match(reading.text.strip()) is not None or (
        _TITLE.match(reading.text.strip()) is not None
        and not reading.negators
        and not reading.quantities
        and not reading.modality.strengths
        and not reading.modality.certainty
    )


def _label(written: str) -> tuple[Reading, ...]:
    """What an item begins with, ・PDE5阻害薬：: the item's later sentences speak of it too."""
    match = _LABEL.match(written)
    if match is None:
        return ()
    reading = read(match[1])
    return (reading,) if reading.words or reading.negators else ()


def _cells(written: str, plain: str) -> list[str]:
    """The cells of a table row, without what is blanked in `plain`."""
    bars = [match.start() for match in _BARS.finditer(written)]
    cells = [plain[left + 1 : right].strip() for left, right in pairwise((-1, *bars, len(written)))]
    return cells[not cells[0] : len(cells) - (not cells[-1])]


def _labelled(header: Sequence[str], row: Sequence[str]) -> Reading | None:
    """A table row with each cell's column named, as one would say it."""
    if len(header) == len(row) + 1:
        header = header[1:]  # its caption stands in the same line
    if len(header) != len(row) or len(row) < 2:
        return None
    subject, *cells = row
    if _UNITS in header[1:] and (unit := cells.pop(header.index(_UNITS) - 1)):
        # The unit of a row's numbers stands in a column of its own.
        header = [name for name in header if name != _UNITS]
        cells = [_NUMBER.sub(lambda number: f"{number[0]} {unit}", cell) for cell in cells]
    said = [
        _said(subject, name, cell) for name, cell in zip(header[1:], cells, strict=True) if cell
    ]
    return read(f"{_with_unit(header[0], subject)}。" + "".join(said))


def _said(subject: str, name: str, cell: str) -> str:
    """A cell as a sentence: what stands under 禁忌 is what it is forbidden with."""
    forbidden = _FORBIDDEN.search(name)
    if forbidden:
        return f"{subject}は{cell}では{forbidden[0]}。"
    # G3b（eGFR 30〜44）: the name stands next to its value, what explains it after both.
    return f"{subject}は{_with_unit(name, cell)}。"


def _with_unit(name: str, cell: str) -> str:
    """A column's name and its cell; 「Ccr (mL/min)」 and 「20未満」 are Ccr 20 mL/min未満."""
    bare, bracket, aside = name.replace("（", "(").replace("）", ")").partition("(")
    if _UNIT.match(aside) and not _UNIT.search(cell):
        unit = aside.rstrip(")")
        return f"{bare.strip()} {_BARE.sub(lambda number: f'{number[0]} {unit}', cell)}"
    return f"{bare.strip()} {cell}{bracket}{aside}"


@lru_cache(maxsize=4096)
def squeezed(text: str) -> str:
    """A folded text without white space, outer punctuation and case: for verbatim comparison."""
    return "".join(text.split()).strip("。．.、,「」『』").lower()


def _grades(readings: Sequence[Reading], position: int) -> Iterator[Reading]:
    """The grade lines that follow a statement."""
    for reading in readings[position + 1 : position + 1 + _GRADE_LINES]:
        if not _GRADE_LINE.match(reading.text.strip()):
            return
        yield reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Key of an abbreviation, and the keys of what it stands for."""

    short: str
    long: frozenset[str]


def _spelled_out(keys: frozenset[str], aliases: Sequence[Alias]) -> frozenset[str]:
    for alias in aliases:
        if alias.short in keys:
            keys |= alias.long
        elif alias.long <= keys:
            keys |= {alias.short}
    return keys


def aliases(readings: Sequence[Reading]) -> list[Alias]:
    """Abbreviations that a text defines: 慢性腎臓病（CKD）, or CKD（慢性腎臓病）."""
    found = []
    for reading in readings:
        if "(" not in reading.text:
            continue
        for match in _DEFINED.finditer(reading.text):
            long = _keys_within(reading, match.start(1), match.end(1))
            inside = _keys_within(reading, match.start(2), match.end(2))
            pieces = re.split(r"[、，,：:;；]", match[2])
            if long and len(inside) == 1 and any(_SHORT.match(piece.strip()) for piece in pieces):
                found.append(Alias(short=next(iter(inside)), long=long))
            elif inside and len(long) == 1 and _NAME.match(match[1]):
                found.append(Alias(short=next(iter(long)), long=inside))
    return found


def _keys_within(reading: Reading, start: int, end: int) -> frozenset[str]:
    return frozenset(word.key for word in reading.words if start <= word.start < end)
