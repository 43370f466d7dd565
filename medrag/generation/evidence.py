"""Evidence as the extractive generator sees it: sentences and table rows, and what stands over them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from medrag.documents import directives, grades
from medrag.generation.terms import keys_of
from medrag.retrieval.retriever import Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence or a table row.

    Attributes:
        number: Of its hit, 1-based.
        position: Among the sentences of the passage.
        statements: The sentence, verbatim but for layout (bullets, line breaks); of a row, a
            statement a cell.
        own: Keys of the text.
        over: Keys of what stands over it: title, headings, the header of a table.
        near: Keys of the other sentences of its passage.
        row: It is a row of a table.
        subject: Keys of a row's first cell, which says what the row is about.
        grade: It only states strength or certainty.
        directs: It says what to do or not to do.
        reports: It tells what a study found.
    """

    number: int
    position: int
    statements: tuple[str, ...]
    hit: Hit
    own: frozenset[str]
    over: frozenset[str]
    near: frozenset[str]
    row: bool = False
    subject: frozenset[str] = frozenset()
    grade: bool = False
    directs: bool = False
    reports: bool = False

    @property
    def text(self) -> str:
        """The statements as one text."""
        return "。".join(self.statements)


#: What a reader skips: nothing there states anything about patients.
_NO_EVIDENCE = frozenset({"references", "contents"})
_BULLET = re.compile(r"^\s*(?:[-*+•◦・※]\s+|[•・※]|>\s*|#{1,6}\s+)+")
_BOLD = re.compile(r"\*\*|__")
_LABEL = re.compile(
    r"^(?:【(?:推奨|推奨文|解説|例外|ただし書き|注意)】|(?:推奨文?|解説|Recommendation|Rationale)\s*[:：.]\s*)"
)
_BREAK = re.compile(r"(?<=[^\x00-\x7f])[ \t]*\n\s*(?=[^\x00-\x7f])")
_STRUCTURE = re.compile(
    r"\s*(?:#{1,6}\s.*|\*\*[^*]*\*\*|\|?[\s:|-]+\|?|\(?[0-9]+[.．)]?|[•・※*-]"
    r"|(?:表|図|Table|Figure)\s*[0-9０-９][^。\n]*"
    r"|(?:[【〔]?(?:推奨文?|解説|例外(?:[・と]注意)?|注意|ただし書き|参考文献|背景)[】〕]?)\s*[:：]?)\s*"
)
_DIRECTS = re.compile(
    r"(?:ない|する|よい|避ける|用いる|行う|[うくすつぬふむぐぶる]こと)[。.]?$|\b(?:do not|must|should)\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"試験|研究|コホート|統合|報告|n\s*[=＝]|\btrials?\b|リスク比|オッズ比|相対リスク"
)
_GLOSSARY = re.compile(r"略語|abbreviations?\s*:", re.IGNORECASE)


def units_of(number: int, hit: Hit) -> Iterator[Unit]:
    """The units of a hit, in order; headings, labels and rules of a table are none."""
    passage = hit.passage
    if passage.kind in _NO_EVIDENCE:
        return
    raw = [
        passage.text[span.start - passage.start : span.end - passage.start]
        for span in passage.sentences
    ]
    over = keys_of(" ".join((hit.title, hit.society or "", *passage.section)))
    near = keys_of(passage.text)
    headings = {_plain(heading) for heading in passage.section}
    header: list[str] = []
    for position, sentence in enumerate(raw):
        if _STRUCTURE.fullmatch(sentence) or _GLOSSARY.match(_BULLET.sub("", sentence)):
            continue
        cells = _cells(sentence)
        if cells and not header and passage.kind == "table":
            header = cells
            continue
        statements = _row(cells, header) if cells else (_plain(sentence),)
        text = "。".join(statements)
        if not text or text in headings:
            continue
        yield Unit(
            number=number,
            position=position,
            statements=statements,
            hit=hit,
            own=keys_of(" ".join(cells) if cells else text),
            over=over | keys_of(" ".join(header)) if cells else over,
            near=near,
            row=bool(cells),
            subject=keys_of(cells[0]) if cells else frozenset(),
            grade=_only_grades(text),
            directs=_directs(text),
            reports=bool(_REPORTS.search(text)),
        )


def _plain(sentence: str) -> str:
    text = _BREAK.sub("", _BOLD.sub("", _BULLET.sub("", sentence)))
    return " ".join(_LABEL.sub("", text).split())


#: Texts whose kind is remembered: passages come back from question to question.
_REMEMBERED = 8192


@lru_cache(maxsize=_REMEMBERED)
def _only_grades(text: str) -> bool:
    mentions = grades.find(text)
    named = sum(mention.end - mention.start for mention in mentions)
    return bool(mentions) and len(text) - named < 16


@lru_cache(maxsize=_REMEMBERED)
def _directs(text: str) -> bool:
    return directives.recommending(text) or bool(_DIRECTS.search(text))


def _cells(sentence: str) -> list[str]:
    """The cells of a table row; none if it is not one."""
    line = sentence.strip()
    if "\n" in line:
        return []
    if line.startswith("|") and line.count("|") > 2:
        return [" ".join(cell.split()) for cell in line.strip("|").split("|")]
    if line.count("\t") >= 2:
        return [" ".join(cell.split()) for cell in line.split("\t")]
    return []


def _row(cells: list[str], header: list[str]) -> tuple[str, ...]:
    """A row to be read without its table: what stands under each heading, of what the row is about.

    A cell is a claim of its own, which can be cited and checked by itself.
    """
    first, *others = cells
    if len(header) != len(cells) or not first:
        return ("、".join(cell for cell in cells if cell),)
    pattern = "{}, {}: {}" if first.isascii() else "{}の{}は{}"
    return tuple(
        pattern.format(first, name, cell)
        for name, cell in zip(header[1:], others, strict=True)
        if name and cell
    )
