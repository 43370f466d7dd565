"""Sections: the headings of a document and what stands under each.

A format that marks its headings (Markdown, HTML, DOCX) is believed. Elsewhere they are found by how
Japanese documents number them (第1章, 第一 一, Ａ０００, 1-1, CQ2); which numbering stands under which
is read from the order in which they appear, because authorities differ (章 over 部, or 部 over 章).
In both, labels such as 【推奨】 or 解説： open a section of their own kind, and a table is one too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from medrag.documents import table_sections
from medrag.documents.document import Section
from medrag.documents.labels import QUESTION, clean, kind_of, label_of, unnumbered
from medrag.documents.parsers import Heading
from medrag.documents.table_sections import Line, lines_of
from medrag.japanese.normalize import fold
from medrag.japanese.sentences import COUNTED

_NUMBERED = (
    (
        "第{}",
        re.compile(
            r"第[0-9一二三四五六七八九十百IVX]+([編章部節款目項])(?![のにをはがとで第]|[0-9])"
        ),
    ),
    ("第", re.compile(r"第[0-9]+\s+(?=\S)")),
    ("第一", re.compile(r"第[一二三四五六七八九十]+\s+(?=\S)")),
    ("chapter", re.compile(r"(?:Chapter|Section|Part|Appendix)\s+[0-9A-ZIVX]+\b")),
    ("code", re.compile(r"[A-Z][0-9]{3}(?:[-－][0-9]+)*\s+(?=\S)")),
    ("roman", re.compile(r"[IVX]+[.．]?\s+(?=\S)")),
    ("letter", re.compile(r"[A-H][.．]\s*(?=\S)")),
    ("1.1.1.1", re.compile(r"[0-9]{1,2}(?:[.\-‐－−][0-9]{1,2}){3}[.]?\s*(?=[^\s0-9.])")),
    ("1.1.1", re.compile(r"[0-9]{1,2}(?:[.\-‐－−][0-9]{1,2}){2}[.]?\s*(?=[^\s0-9.])")),
    ("1.1", re.compile(rf"[0-9]{{1,2}}[.\-‐－−][0-9]{{1,2}}[.]?\s+(?!{COUNTED})(?=[^\s0-9.])")),
    (
        "1",
        re.compile(rf"[0-9]{{1,2}}[.、]?\s+(?!{COUNTED})(?=[^\s0-9])|[0-9]{{1,2}}[.](?=[^\s0-9])"),
    ),
    ("一", re.compile(r"[一二三四五六七八九十]{1,3}[.、]?\s+(?=\S)")),
)
_NAMED = re.compile(
    r"(?:(?:序|序文|序章|序論|はじめに|緒言|前文|総論|各論|概要|要旨|要約|略語|略語一覧|用語の定義|結語|おわりに|謝辞|付録|附録|附則|補遺"
    r"|作成委員(?:会|名簿)?|利益相反|経過措置|資料|追補|正誤表|改訂の?履歴|記)|(?:別添|別紙|別記|別表|様式|資料|付表|附属書|付録|附録)\s*第?[0-9一二三四五六七八九十A-Z]*"
    r"(?:の[0-9]+)?(?:\s+\S.{0,30})?|[<〈《「]?[<〈《](?:通則|[^<>〈〉《》]{1,20})[>〉》])$"
)
_SENTENCE_END = re.compile(
    r"[。．.、，,；;：:]$|(?:こと|もの|とき|場合|である|する|した|される|及び|又は)$"
)
_LEADERS = re.compile(r"[.．・…‥]{3,}|\s[0-9]{1,3}$")
_STATED = re.compile(r"[。.]\s*(?:[(〔\[][^()〔〕\[\]]*[)〕\]]\s*)?$")
_ASKS = re.compile(r"(?:か|[?？])[。．?？]?$")
_LABEL_LEVEL = 90
_STATEMENT = 14  # characters; less behind a label in a heading is its subject
_WIDTH = 34  # a numbered line longer than this is an item, not a heading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A place where a section begins."""

    start: int
    end: int  # of the heading itself; the body may go on in the same line
    title: str
    level: int
    kind: str


def whole(text: str) -> tuple[Section, ...]:
    """A text without structure as its one section."""
    return (Section(path=(), start=0, end=len(text), body=0),)


def sections(
    text: str, headings: Sequence[Heading] | None, *, title: str | None = None
) -> tuple[Section, ...]:
    """The sections of a text, in order and covering it.

    Args:
        text: The document's text.
        headings: Those that its format marks, or None to find them.
        title: The document's; a lone top heading that repeats it is left out of the paths.
    """
    lines = list(lines_of(text))
    marks = _marked(text, lines, headings) if headings is not None else _found(text, lines)
    top = [mark for mark in marks if mark.level == 1]
    if title and len(top) == 1 and top[0] is marks[0] and _bare(title) == _bare(top[0].title):
        marks[0] = _Mark(start=marks[0].start, end=marks[0].end, title="", level=0, kind="body")
    return tuple(table_sections.split_off(text, _sections(text, marks), lines))


def _bare(title: str) -> str:
    return "".join(fold(clean(title)).split())


def plain(text: str) -> bool:
    """Whether a short text shows no sign of structure, so that looking for it can be spared."""
    return _SIGNS.search(text) is None and _GUIDES.search(text[:_TITLE]) is None


_TITLE = 120  # characters within which a text says what it is
_GUIDES = re.compile(
    r"ガイドライン|手引き|指針|マニュアル|手順書|通知|ステートメント|guideline|statement",
    re.IGNORECASE,
)
_SIGNS = re.compile(
    r"^[ \t　>]*(?:#{1,6}\s|第[0-9０-９一二三四五六七八九十]+[編章部節款 　]|\||[-*・][ 　]|[【［〔■◆＜*]"
    r"|(?:CQ|ＣＱ|BQ|FQ|Q|Question|Recommendation|推奨|目次|参考文献|[A-ZＡ-Ｚ][0-9０-９]{3}[ 　]|[0-9０-９]{1,2}[.．、\-－ 　]))"
    r"|\t|推奨(?:する|しない|され|度|文|グレード|クラス|の強さ)|勧め(?:る|ない|られ)|すすめ(?:し|る|ない)|提案する|てはならない|クラス[IⅠ]|we (?:recommend|suggest)|recommendation",
    re.MULTILINE | re.IGNORECASE,
)


def _marked(text: str, lines: Sequence[Line], headings: Sequence[Heading]) -> list[_Mark]:
    marks = []
    for heading in headings:
        title = clean(text[heading.start : heading.end])
        if title and (stated := _stated_mark(text, heading)):
            marks.append(stated)
        elif title:
            marks.append(
                _Mark(
                    start=heading.start,
                    end=heading.end,
                    title=title,
                    level=heading.level,
                    kind=kind_of(title),
                )
            )
    taken = {mark.start for mark in marks}
    spans = [(heading.start, heading.end) for heading in headings]
    inside = iter(spans)
    current = next(inside, None)
    for position, line in enumerate(lines):
        while current is not None and current[1] <= line.start:
            current = next(inside, None)
        if table_sections.row(line.text):
            continue
        if line.start in taken or (current is not None and current[0] <= line.start < current[1]):
            continue
        following = lines[position + 1] if position + 1 < len(lines) else None
        if (mark := _label_mark(text, line)) or (mark := _question_mark(line, following)):
            marks.append(mark)
    return sorted(marks, key=lambda mark: mark.start)


def _stated_mark(text: str, heading: Heading) -> _Mark | None:
    """A heading that states a recommendation behind its label: 「推奨1　…を推奨する。」."""
    written = text[heading.start : heading.end]
    start = heading.start + len(written) - len(written.lstrip("# \t　"))
    line = Line(start, heading.end, text[start : heading.end])
    mark = _label_mark(text, line)
    if (
        mark is None
        or mark.kind != "recommendation"
        or len(text[mark.end : heading.end]) < _STATEMENT
    ):
        return None
    return _Mark(
        start=heading.start, end=mark.end, title=mark.title, level=heading.level, kind=mark.kind
    )


def _label_mark(text: str, line: Line) -> _Mark | None:
    folded = fold(line.text[:60]) if not line.text.isascii() else line.text[:60]
    label = label_of(folded)
    if label is None:
        return None
    # Labels hold no character that folding lengthens, so the end carries over.
    kind, length = label
    length = min(length, len(line.text))
    title = clean(text[line.start : line.start + length].rstrip("：:．. \t　"))
    return _Mark(
        start=line.start,
        end=line.start + length,
        title=title.rstrip("：:*"),
        level=_LABEL_LEVEL,
        kind=kind,
    )


def _question_mark(line: Line, following: Line | None) -> _Mark | None:
    """A question on a line of its own, or below its label, without the mark-up of a heading."""
    if len(line.text) > 120:
        return None
    folded = fold(line.text)
    bare = unnumbered(folded)
    match = QUESTION.match(bare)
    if match is None or (match.end() < len(bare) and _LEADERS.search(folded)):
        return None
    framed = folded != bare
    rest = bare[match.end() :].strip(" 　.:：．】]〕*")
    end, title = line.end, clean(line.text)
    if not rest and following is not None and _ASKS.search(following.text):
        end, title = following.end, f"{title} {clean(following.text)}"
    elif not rest and not framed:
        return None
    if not framed and _STATED.search(rest) and not _ASKS.search(rest):
        return None
    return _Mark(
        start=line.start,
        end=end,
        title=title,
        level=_LABEL_LEVEL - 10,
        kind="question",
    )


def _found(text: str, lines: Sequence[Line]) -> list[_Mark]:
    """Headings of a text whose format marks none."""
    marks: list[_Mark] = []
    schemes: list[str] = []
    keys = [_scheme(line.text) for line in lines]
    for position, line in enumerate(lines):
        if line.text[0] == "|" or "\t" in line.text:
            continue
        if mark := _label_mark(text, line):
            marks.append(mark)
            continue
        following = lines[position + 1] if position + 1 < len(lines) else None
        if mark := _question_mark(line, following):
            marks.append(_leveled(mark, "question", schemes))
            continue
        key = keys[position]
        if key is None:
            continue
        next_key = keys[position + 1] if position + 1 < len(lines) else None
        if not _heading_like(line, key, following, next_key, text):
            continue
        title = clean(line.text)
        mark = _Mark(start=line.start, end=line.end, title=title, level=1, kind=kind_of(title))
        marks.append(_leveled(mark, key, schemes))
    return marks


def _leveled(mark: _Mark, key: str, schemes: list[str]) -> _Mark:
    if key in ("annex", "named"):
        schemes.clear()
        if key == "named":
            return _Mark(start=mark.start, end=mark.end, title=mark.title, level=1, kind=mark.kind)
    if key in schemes:
        del schemes[schemes.index(key) + 1 :]
    else:
        schemes.append(key)
    return _Mark(
        start=mark.start, end=mark.end, title=mark.title, level=len(schemes), kind=mark.kind
    )


def _scheme(line: str) -> str | None:
    """Which numbering a line begins with."""
    if line[0] in "（(①②③④⑤⑥⑦⑧⑨⑩・-*" or len(line) > 80:
        return None
    folded = fold(line)
    for key, pattern in _NUMBERED:
        if match := pattern.match(folded):
            return key.format(match[1]) if "{}" in key else key
    if len(folded) <= 40 and _NAMED.match(folded):
        return "annex" if folded[0] in "別付附様資補" else "named"
    return None


def _heading_like(
    line: Line, key: str, following: Line | None, next_key: str | None, text: str
) -> bool:
    folded = fold(line.text)
    if _LEADERS.search(folded):
        return False
    if key.startswith("第") and len(key) == 2 and key != "第一":
        return len(folded) <= 50 and not folded.endswith(("。", "、"))
    if key in ("annex", "named"):
        return True
    if len(folded) > (60 if key in ("code", "chapter") else _WIDTH) or _SENTENCE_END.search(folded):
        return False
    if key == "code":
        return True
    if following is None:
        return False
    if key in ("1", "一", "letter", "roman", "1.1") and next_key == key:
        return False  # a list
    gap = text[line.end : following.start]
    if gap.count("\n") > 1:
        return True
    # Without a blank line below, a line as wide as running text may be a wrapped one.
    return len(folded) <= 24 and not (
        following.text[0] in "、。，．）)" or folded.count("（") != folded.count("）")
    )


def _sections(text: str, marks: Sequence[_Mark]) -> list[Section]:
    found: list[Section] = []
    first = marks[0].start if marks else len(text)
    if text[:first].strip() or not marks:
        found.append(Section(path=(), start=0, end=first, body=0))
        begin = first
    else:
        begin = 0
    stack: list[_Mark] = []
    for position, mark in enumerate(marks):
        while stack and stack[-1].level >= mark.level:
            stack.pop()
        stack.append(mark)
        end = marks[position + 1].start if position + 1 < len(marks) else len(text)
        start = begin if position == 0 else mark.start
        found.append(
            Section(
                path=tuple(entry.title for entry in stack if entry.title),
                start=start,
                end=end,
                body=mark.end,
                kind=mark.kind,
            )
        )
    return found
