"""Evidence as the extractive generator sees it: sentences and table rows, and what stands over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, zip_longest

from medrag.documents import directives, grades
from medrag.documents.passages import Passage
from medrag.generation.keys import drugs_in, keys_of
from medrag.generation.measures import Measure, under
from medrag.japanese import sentences
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
        near: Keys of the other sentences of its section, as far as they are among the hits.
        far: Keys of its document, likewise.
        drugs: What its section names of drugs, likewise.
        heading: What stands over it, as text.
        head: The short line right over it that is no heading, if there is one.
        row: It is a row of a table.
        columns: Of a row, what stands over each statement.
        subject: Keys of a row's first cell, which says what the row is about.
        meant: Of a row, the measures for which it is meant (CCr 30〜49).
        of: Of a row, the heading of its table where that alone names the drug.
        listed: It stands in a list.
        grade: It only states strength or certainty.
        directs: It says what to do or not to do.
        forbids: It says what not to do, or for whom not.
        reports: It tells what a study found.
    """

    number: int
    position: int
    statements: tuple[str, ...]
    hit: Hit
    own: frozenset[str]
    over: frozenset[str]
    near: frozenset[str] = frozenset()
    far: frozenset[str] = frozenset()
    drugs: frozenset[str] = frozenset()
    heading: str = ""
    head: str = ""
    row: bool = False
    columns: tuple[str, ...] = ()
    subject: frozenset[str] = frozenset()
    meant: tuple[Measure, ...] = ()
    of: str = ""
    listed: bool = False
    grade: bool = False
    directs: bool = False
    forbids: bool = False
    reports: bool = False

    @property
    def text(self) -> str:
        """The statements as one text."""
        return "。".join(self.statements)

    @property
    def recommends(self) -> bool:
        """It belongs to a recommendation, which is quoted whole."""
        return self.hit.passage.kind == "recommendation"

    @property
    def superseded(self) -> bool:
        """It is from an edition that another one has replaced."""
        return self.hit.edition_status == "superseded"


#: What a reader skips: nothing there states anything about patients.
_NO_EVIDENCE = frozenset({"references", "contents"})
_BULLET = re.compile(
    r"^\s*(?:[-*+•◦・※]\s+|[•・※]|>\s*|#{1,6}\s+|[(（]?[0-9０-９]{1,2}[)）]\s*|[0-9０-９]{1,2}[ 　]+(?=[「（ぁ-んァ-ヶ一-龥]))+"
)
_LISTED = re.compile(r"^\s*(?:[-*+•◦・※]|[(（]?[0-9０-９]{1,2}[)）])\s*")
_BOLD = re.compile(r"\*\*|__")
_LABEL = re.compile(
    r"^(?:【(?:推奨|推奨文|解説|例外|ただし書き|注意)】|(?:推奨文?|解説|Recommendation|Rationale)\s*[:：.]\s*)"
)
_BREAK = re.compile(r"(?<=[^\x00-\x7f])[ \t]*\n\s*(?=[^\x00-\x7f])")
_STRUCTURE = re.compile(
    r"\s*(?:#{1,6}\s.*|\*\*[^*]*\*\*|\|?[\s:|-]+\|?|\(?[AQ]?[0-9]+[.．)]?|[•・※*-]"
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


def units_of(hits: Sequence[Hit]) -> list[Unit]:
    """The units of all hits, in order; headings, labels and rules of a table are none.

    Passages of one section lie near each other: an explanation leaves out what its recommendation
    has named.
    """
    keys: dict[tuple[str, ...], frozenset[str]] = {}
    drugs: dict[tuple[str, ...], frozenset[str]] = {}
    for hit in hits:
        section, text = section_of(hit), hit.passage.text
        drugs[section] = drugs.get(section, frozenset()) | drugs_in(text)
        for place in (section, section[:1]):
            keys[place] = keys.get(place, frozenset()) | keys_of(text)
    return [
        replace(unit, near=keys[section], far=keys[section[:1]], drugs=drugs[section])
        for number, hit in enumerate(hits, start=1)
        for section in (section_of(hit),)
        for unit in _units(number, hit)
    ]


def _whole(passage: Passage) -> Iterator[str]:
    """The sentences of a passage; what a page broke off in the middle of a clause is joined again.

    「…には投与し」 and 「ない。」 in two lines are one sentence: the first alone says the opposite.
    """
    begin = -1
    for span, following in zip_longest(passage.sentences, passage.sentences[1:]):
        begin = span.start if begin < 0 else begin
        said = passage.text[begin - passage.start : span.end - passage.start]
        if following is not None and "|" not in said and "\t" not in said:
            between = passage.text[span.end - passage.start : following.start - passage.start]
            after = passage.text[following.start - passage.start : following.end - passage.start]
            if _ONE_BREAK.fullmatch(between) and _BROKEN.search(said) and _CARRIED_ON.match(after):
                continue
        yield said
        begin = -1


_ONE_BREAK = re.compile(r"[ 　\t]*\n[ 　\t]*")
_BROKEN = re.compile(r"[ぁ-ん一-龥ァ-ヶー、，]$")
_CARRIED_ON = re.compile(
    r"(?:ない|なかった|ません|ず|する|した|して|しない|され|よい|こと)(?=[^ぁ-ん]|こと|よう|で|と)"
)


def section_of(hit: Hit) -> tuple[str, ...]:
    """The document and the headings over a passage, without labels such as 解説."""
    path = hit.passage.section
    while path and _STRUCTURE.fullmatch(path[-1]):
        path = path[:-1]
    return (hit.passage.document_id, *(path or (hit.passage.id,)))


def _units(number: int, hit: Hit) -> Iterator[Unit]:
    passage = hit.passage
    if passage.kind in _NO_EVIDENCE:
        return
    raw = list(_whole(passage))
    heading = " ".join((hit.title, hit.society or "", *passage.section))
    over = keys_of(heading)
    headings = {_plain(heading) for heading in passage.section}
    header: list[str] = []
    heads = _heads(raw)
    head = ""
    for position, sentence in enumerate(raw):
        if _STRUCTURE.fullmatch(sentence) or _GLOSSARY.match(_BULLET.sub("", sentence)):
            continue
        cells = _cells(sentence)
        if cells and not header and passage.kind == "table":
            header = cells
            continue
        named = _named(cells, header)
        of = _of(cells, header, passage.section) if named else ""
        shown = of if of in " ".join(passage.text.split()) else ""  # what it can be checked against
        statements = _row(cells, named, header, shown) if cells else (_plain(sentence),)
        text = "。".join(statements)
        if not text or text in headings:
            continue
        if position in heads or (not cells and directives.asking(text)):
            head = text  # a question states nothing, and what follows answers it
            continue
        yield Unit(
            number=number,
            position=position,
            statements=statements,
            hit=hit,
            own=keys_of(" ".join(cells) if cells else text),
            over=over | keys_of(" ".join((*header, head) if cells else (head,))),
            heading=f"{heading} {head}",
            head=head,
            row=bool(cells),
            columns=tuple(named),
            subject=keys_of(cells[0]) if cells else frozenset(),
            meant=_meant(cells, header) if named else (),
            of=of,
            listed=bool(_LISTED.match(sentence)),
            grade=_only_grades(text),
            directs=_directs(text),
            forbids=forbids(text),
            reports=bool(_REPORTS.search(text)),
        )


def _heads(raw: Sequence[str]) -> frozenset[int]:
    """Positions of short lines without a verb that stand over the sentence after them."""
    return frozenset(
        position
        for position, (line, following) in enumerate(pairwise(raw))
        if len(line) <= _LONGEST_HEAD
        and not _ENDED.search(line)
        and not _cells(line)
        and not _BULLET.match(line)
        and _ENDED.search(following)
        and not grades.find(line)
    )


_LONGEST_HEAD = 24
_ENDED = re.compile(r"[。．.！？!?]\s*$|(?:する|した|ない|こと|です|ます|よい)\s*$")


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
    return (
        directives.recommending(text)
        or directives.directing(text, item=True)
        or bool(_DIRECTS.search(text))
    )


_FORBIDS = re.compile(
    r"禁忌|禁止|(?:投与|使用|併用|処方|開始|追加|実施)(?:し|でき|され)(?:ない|てはならない|てはいけない)|用いない|行わない|避け|控え"
    r"|(?:[一-龥]{2}(?:は)?(?:し|でき)|行わせ|行え|使わ|使え|飲ま(?:せ)?|飲め|打た|打て|受け(?:させ)?|与え|勧め(?:られ)?|[一-龥]{2}させ|続け|始め|入れ|混ぜ)"
    r"(?:ない|てはならない|てはいけない)(?=[。．]|こと|よう|とする|[（(〔［]|$)"
    r"|対象(?:と(?:は)?し|に含め)ない|除く"
    r"|\b(?:do|does|should|must) not\b|avoid|against|contraindicat",
    re.IGNORECASE,
)


@lru_cache(maxsize=_REMEMBERED)
def forbids(text: str) -> bool:
    """Whether a text says what not to do, or for whom not."""
    return bool(_FORBIDS.search(directives.plain(text)))


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


def _named(cells: list[str], header: list[str]) -> dict[str, str]:
    """The cells of a row by what stands over them, without the first, which says what it is about."""
    if not cells or len(header) != len(cells) or not cells[0]:
        return {}
    return {name: cell for name, cell in zip(header[1:], cells[1:], strict=True) if name and cell}


def _meant(cells: Sequence[str], header: Sequence[str]) -> tuple[Measure, ...]:
    """The measures of a row: those of its first cell, else of a cell that holds nothing but a range."""
    first = under(header[0], cells[0])
    return first or tuple(
        measure
        for name, cell in zip(header[1:], cells[1:], strict=True)
        if _BARE.fullmatch(cell)
        for measure in under(name, cell)
    )


def _of(cells: Sequence[str], header: Sequence[str], section: Sequence[str]) -> str:
    """The heading of a table whose row does not name the drug of which it speaks.

    It names none, or one that is given besides: 「併用薬 | バルプロ酸あり」 of a table of another drug.
    """
    heading = _plain(_NUMBERED.sub("", section[-1])) if section else ""
    besides = _BESIDES.search(cells[0]) or _BESIDES.search(header[0])
    drugs = drugs_in(cells[0])
    if not drugs_in(heading) or (drugs and not besides) or drugs & drugs_in(heading):
        return ""
    return heading


_NUMBERED = re.compile(
    r"^\s*(?:(?:表|図|CQ|BQ|FQ|Q|Table)\s*[0-9０-９A-Za-z.．\-‐−–]*|[0-9０-９.．\-]+)[\s:：]*(?=\S)"
)
_BESIDES = re.compile(r"併用|(?:あり|なし)(?:$|[（(])")
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")
_BARE = re.compile(
    r"[0-9０-９][0-9０-９.,〜~–\-\s]*(?:以上|以下|未満|超)?(?:[0-9０-９.]+\s*(?:以下|未満))?(?:\s*(?:kg|歳))?"
)


def _unnamed(cells: Sequence[str]) -> tuple[str, ...]:
    """A row without names: its sentences, with what is said of them (III、C) in brackets behind."""
    main = max(cells, key=len, default="")
    place = cells.index(main) if cells else 0
    if not _ENDED.search(main):
        return ("、".join(cells),) if cells else ()
    *before, last = [main[span.start : span.end] for span in sentences.split(main)]
    of_it = "、".join(cell.rstrip("。．") for cell in cells[place + 1 :])
    ahead = [] if all(len(cell) < _NUMBER for cell in cells[:place]) else cells[:place]
    return (*ahead, *before, f"{last.rstrip('。．')}{f'（{of_it}）' if of_it else ''}")


#: A cell ahead of a recommendation that is shorter than this only numbers it.
_NUMBER = 6


def _row(
    cells: Sequence[str], named: Mapping[str, str], header: Sequence[str], of: str
) -> tuple[str, ...]:
    """A row to be read without its table: what stands under each heading, of what the row is about.

    A cell is a claim of its own, which can be cited and checked by itself.
    """
    if not named:
        return _unnamed([cell for cell in cells if cell])
    japanese = _JAPANESE.search("".join((cells[0], *named)))
    about = f"{header[0]} {cells[0]}" if _BARE.fullmatch(cells[0]) else cells[0]
    pattern = "{}の{}は{}" if japanese else "{}, {}: {}"
    said = (pattern.format(about, name, cell) for name, cell in named.items())
    return tuple(f"{of}：{one}" if of else one for one in said)
