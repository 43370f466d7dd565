"""Evidence as the extractive generator sees it: sentences and table rows, and what stands over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, zip_longest

from medrag.documents import directives, grades
from medrag.documents.passages import Passage
from medrag.generation.keys import drugs_in, keys_of
from medrag.generation.measures import Measure
from medrag.generation.rows import Table, cells_of
from medrag.japanese.normalize import Span
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
        last: The drugs that were named last before it in its passage.
        heading: What stands over it, as text.
        head: The short line right over it that is no heading, if there is one.
        row: It is a row of a table.
        columns: Of a row, what stands over each statement.
        subject: Keys of a row's first cell, which says what the row is about.
        meant: Of a row, the measures for which it is meant (CCr 30〜49).
        of: Of a row, the heading of its table where that alone names the drug.
        listed: It stands in a list.
        notes: It speaks of all rows of a table (上記, いずれの薬剤も).
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
    last: frozenset[str] = frozenset()
    heading: str = ""
    head: str = ""
    row: bool = False
    columns: tuple[str, ...] = ()
    subject: frozenset[str] = frozenset()
    meant: tuple[Measure, ...] = ()
    of: str = ""
    listed: bool = False
    notes: bool = False
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
    r"^\s*(?:[-*+]\s+|[•◦●○◆◇▶►▷・※]\s*|>\s*|#{1,6}\s+|[(（]?[0-9０-９]{1,2}[)）]\s*|[(（][一二三四五六七八九十ア-ン][)）]\s*|[①-⑳]\s*"
    r"|(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3}|[アイウエオカキクケコ])[ 　]+(?=[「（A-Zぁ-んァ-ヶ一-龥]))+"
)
_LISTED = re.compile(
    r"^\s*(?:[-*+•◦●○◆◇▶►▷・※]|[(（]?[0-9０-９]{1,2}[)）]|[(（][一二三四五六七八九十ア-ン][)）]|[①-⑳]|[アイウエオカキクケコ][ 　])\s*"
)
_ANSWER = re.compile(
    r"^(?:[AＡ][0-9０-９]{0,2}[.．:：]?|答え?[:：])[ 　]+(?=[^\x00-\x7f])|^[AＡ][.．:：](?=[^\x00-\x7f])"
)
_BOLD = re.compile(r"\*\*|__")
_LABEL = re.compile(
    r"^(?:【(?:推奨|推奨文|解説|例外|ただし書き|注意)】|(?:推奨文?|解説|Recommendation|Rationale)(?:\s*[:：.]|(?=\t))\s*)"
)
_BREAK = re.compile(r"(?<=[^\x00-\x7f])[ \t]*\n\s*(?=[^\x00-\x7f])")
_STRUCTURE = re.compile(
    r"\s*(?:#{1,6}\s.*|\*\*[^*]*\*\*|\|?[\s:|-]+\|?|\(?[AQ]?[0-9]+[.．)]?|[•・※*-]"
    r"|(?:表|図|Table|Figure)\s*[0-9０-９][^。\n]*|[表図][ 　][^。\n]{1,30}"
    r"|(?:[【〔]?(?:推奨文?|解説|例外(?:[・と]注意)?|注意|ただし書き|参考文献|背景)[】〕]?)\s*[:：]?)\s*"
)
_DIRECTS = re.compile(
    r"(?:ない|する|よい|避ける|用いる|行う|[うくすつぬふむぐぶる]こと)[。.]?$|\b(?:do not|must|should)\b",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:いずれ|どれ|すべて|全て|各)の?(?:薬剤?|製剤)|上記|上の表|この表|本表|表[0-9０-９]*(?:の(?:薬|用?量|値)|に示)|(?:any|all) of (?:the|these)|\btable\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"試験|研究|コホート|統合|報告|n\s*[=＝]|\btrials?\b|リスク比|オッズ比|相対リスク"
)
#: Who published it, and when: no evidence of anything else.
_IMPRINT = re.compile(
    r"^(?:発行(?:所|者|日|年)?|編集|作成(?:者|日)?|監修|著者|公開日?|更新日?|改訂日?|版|Published|Issued)\s*[:：]"
    r"|^[^。]*(?:19|20)[0-9０-９]{2}(?:年(?:[0-9０-９]{1,2}月)?(?:[0-9０-９]{1,2}日)?|/[0-9/]+)[^。をにではがも]{0,24}$"
    r"|診療に用いないこと|NOT FOR CLINICAL USE",
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
        replace(
            unit,
            near=keys[section].union(*map(keys_of, explained)),
            far=keys[section[:1]],
            drugs=drugs[section].union(*map(drugs_in, explained)),
        )
        for number, hit in enumerate(hits, start=1)
        for section in (section_of(hit),)
        for explained in (_explained(hit, hits),)
        for unit in _units(number, hit)
    ]


#: Between a recommendation and its explanation, which may have a heading of its own, in characters.
_LABELLED = 24


def _explained(hit: Hit, hits: Sequence[Hit]) -> list[str]:
    """What stands right before an explanation, under whatever heading."""
    passage = hit.passage
    if passage.kind != "explanation":
        return []
    return [
        other.passage.text
        for other in hits
        if other.passage.document_id == passage.document_id
        and 0 <= passage.start - other.passage.end <= _LABELLED
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
    table = Table(
        raw,
        table=passage.kind == "table",
        heading=_plain(_NUMBERED.sub("", passage.section[-1])) if passage.section else "",
        shown=passage.text,
    )
    heads = _heads(raw)
    head = ""
    last: frozenset[str] = frozenset()
    for position, sentence in enumerate(raw):
        if _STRUCTURE.fullmatch(sentence) or _GLOSSARY.match(_BULLET.sub("", sentence)):
            continue
        if table.heads(sentence):
            continue
        row = table.row(sentence)
        statements = row.statements if row else (_plain(sentence),)
        text = "。".join(statements)
        if (
            not text
            or text in headings
            or _STRUCTURE.fullmatch(text)
            or (not row and _IMPRINT.search(text))
        ):
            continue
        if position in heads or (not row and directives.asking(text)):
            head = text  # a question states nothing, and what follows answers it
            continue
        before, last = last, drugs_in(text) or last
        yield Unit(
            number=number,
            position=position,
            statements=statements,
            last=before,
            hit=hit,
            own=keys_of(" ".join((*row.cells, *row.columns)) if row else text),
            over=over | keys_of(" ".join((*table.header, head) if row else (head,))),
            heading=f"{heading} {head}",
            head=head,
            row=bool(row),
            columns=row.columns if row else (),
            subject=keys_of(row.cells[0]) if row and row.cells else frozenset(),
            meant=row.meant if row else (),
            of=row.of if row else "",
            listed=bool(_LISTED.match(sentence)),
            notes=not row and bool(_NOTE.search(text)),
            grade=_only_grades(text),
            directs=any(map(_directs, statements)),
            forbids=forbids(text),
            reports=bool(_REPORTS.search(text)),
        )


_NUMBERED = re.compile(
    r"^\s*(?:(?:表|図|CQ|BQ|FQ|Q|Table)\s*[0-9０-９A-Za-z.．\-‐−–]*|[0-9０-９.．\-]+)[\s:：]*(?=\S)"
)


def _heads(raw: Sequence[str]) -> frozenset[int]:
    """Positions of short lines without a verb that stand over the sentence after them."""
    return frozenset(
        position
        for position, (line, following) in enumerate(pairwise(raw))
        if len(line) <= _LONGEST_HEAD
        and not _ENDED.search(line)
        and not cells_of(line, table=True)
        and not _BULLET.match(line)
        and _ENDED.search(following)
        and not grades.find(line)
    )


_LONGEST_HEAD = 24
_ENDED = re.compile(r"[。．.！？!?]\s*$|(?:する|した|ない|こと|です|ます|よい)\s*$")


def _plain(sentence: str) -> str:
    text = _BREAK.sub("", _BOLD.sub("", _ANSWER.sub("", _BULLET.sub("", sentence))))
    text = _LABEL.sub("", text).lstrip(":： 　\t")
    chosen = grades.ticked(text, Span(0, len(text)))  # of boxes, what is ticked
    return " ".join((text[chosen.start : chosen.end] if chosen else text).split())


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
