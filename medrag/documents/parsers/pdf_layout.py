"""From the lines of a PDF's pages to its text: running heads out, broken lines joined, tables as rows.

What stands on many pages at the same height in a margin is a running head or foot; a number alone
there is the page's printed label. A line that reaches the end of its column and is followed by one
directly below goes on in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from medrag.documents.document import Page
from medrag.documents.parsers import Heading
from medrag.documents.parsers.pdf_page import Line, PageLines
from medrag.japanese.normalize import fold

_MARGIN = 0.12  # of the page's height, at the top and at the bottom
_LABEL = re.compile(
    r"(?:[-‐–—―－・]\s*)?(?:p\.?\s*|page\s*|頁\s*|P-?)?(?P<number>[0-9]{1,4}|[ivxlc]{1,6})(?:\s*[-‐–—―－・])?(?:\s*(?:/|of)\s*[0-9]{1,4})?(?:\s*(?:頁|ページ))?",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"(?:[-・•◦●○■□◆※→①-⑳⑴-⒇]|[(（][0-9０-９一二三四五六七八九十ァ-ヶイロハa-zA-Z]{1,3}[)）]|[0-9０-９]{1,3}[.．、)）]?[ 　]|[0-9０-９]{1,2}[.．][^0-9０-９]"
    r"|[ァ-ヶ][ 　]|[一二三四五六七八九十]{1,3}[ 　、]|第[0-9０-９一二三四五六七八九十百]+[編章部節款項条 　]"
    r"|[A-ZＡ-Ｚ][0-9０-９]{3}[ 　\-－]|[【［〔＜〈■]|(?:CQ|BQ|FQ|Q|表|図|注|別添|別紙)[ 　]?[0-9０-９]|注[ 　]|推奨|解説|例外|参考文献|[イロハニホヘト][ 　])"
)
# In the middle of a sentence: 20 mL, 90 mmHg, 3 回, （B）, 推奨しない, CQ2 を参照.
_GOES_ON = re.compile(
    r"[0-9０-９]{1,3}[ 　](?:[a-zμµ%％]|IU|U/|Gy|Hz|MHz|kPa|Pa|[日回週月年分秒歳錠例人名件種型本滴点割倍度個剤枚群相]|時間|[かカヶヵ]月|系統|単位|機会|段階|以上|以下|未満|[〜～~±×])"
    r"|[(（](?=[0-9]*[A-Z])[0-9A-Z]{1,3}[)）]|推奨(?:[すしさせ]|でき)|例外[的なでとを]|解説[しさすをに]"
    r"|(?:CQ|BQ|FQ|Q|表|図|注|別添|別紙)[ 　]?[0-9０-９][-0-9０-９.]*[ 　]?(?:[にをのはがで、，）)]|参照)"
)
_KATAKANA = re.compile(r"[ァ-ヴー]")
_BAND = 4  # vertical lines that tell in which direction they are read
_NEAR = 10  # lines before and after that tell how wide a column is
_TERMINAL = re.compile(r"[。．.!?！？」』:：]$")
_WORD = re.compile(r"[A-Za-z0-9,;]")
_ENDS_A_WORD = re.compile(r"[A-Za-z0-9,;.:!?)%]")


@dataclass(slots=True, kw_only=True)
class Assembled:
    """The text of a document and where its pages and headings are."""

    text: str
    pages: tuple[Page, ...]
    headings: tuple[Heading, ...] | None


def assemble(pages: Sequence[PageLines], tables: Mapping[int, Sequence[Line]]) -> Assembled:
    """Put the pages together.

    Args:
        pages: In order.
        tables: For pages with tables, by index: the page's lines with each table as a run of rows.
    """
    running, labels = _running(pages)
    body = _body_size(pages)
    pieces: list[str] = []
    offset = 0
    starts: list[int] = []
    styled: list[tuple[int, int, float]] = []
    previous: Line | None = None
    for index, page in enumerate(pages):
        lines = [line for line in (tables.get(index) or page.lines) if id(line) not in running]
        lines = list(chain.from_iterable(_rightmost_first(band) for band in _bands(lines)))
        begun = False
        for position, line in enumerate(lines):
            following = previous is not None
            glue = _glue(previous, line, lines, position) if following else ""
            pieces.append(glue)
            offset += len(glue)
            if not begun:
                starts.append(offset)
                begun = True
            if glue == "\n" or not following:
                styled.append((offset, offset + len(line.text), line.size))
            elif styled:
                styled[-1] = (styled[-1][0], offset + len(line.text), styled[-1][2])
            pieces.append(line.text)
            offset += len(line.text)
            previous = line
        if not begun:
            starts.append(offset)
    pieces.append("\n")
    text = "".join(pieces)
    starts.append(len(text))
    spans = tuple(
        Page(number=index + 1, start=starts[index], end=starts[index + 1], label=labels.get(index))
        for index in range(len(pages))
    )
    return Assembled(text=text, pages=spans, headings=_headings(text, styled, body))


def _bands(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of vertical lines that stand beside each other; every other line by itself."""
    band: list[Line] = []
    for line in lines:
        if band:
            low, high = min(o.box.bottom for o in band), max(o.box.top for o in band)
            beside = min(high, line.box.top) - max(low, line.box.bottom)
            if not line.vertical or beside < 0.5 * min(line.box.height, high - low):
                yield band
                band = []
        band.append(line)
        if not line.vertical:
            yield band
            band = []
    if band:
        yield band


def _rightmost_first(band: list[Line]) -> list[Line]:
    """A band of vertical lines as it is read, where the file draws it from left to right."""
    leftwards = sum(after.box.left < before.box.left for before, after in pairwise(band))
    if 2 * leftwards >= len(band) - 1 or len(band) < _BAND:
        return band
    return sorted(band, key=lambda line: -line.box.left)


def _body_size(pages: Sequence[PageLines]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _headings(
    text: str, styled: Sequence[tuple[int, int, float]], body: float
) -> tuple[Heading, ...] | None:
    """Lines set larger than the body, if the document marks its headings so."""
    large = [
        (start, end, round(size * 2) / 2)
        for start, end, size in styled
        if size > 1.12 * body and 2 <= end - start <= 120
    ]
    if len(large) < 4 or len(large) > 0.3 * len(styled):
        return None
    counts = Counter(size for _, _, size in large)
    ranks = {size: rank for rank, size in enumerate(sorted(counts, reverse=True), start=1)}
    return tuple(
        Heading(start=start, end=end, level=min(ranks[size], 6))
        for start, end, size in large
        if text[start:end].strip()
    )


def _key(line: Line) -> str:
    words = re.sub(r"[0-9]+", "#", fold(line.text).replace(" ", ""))
    return f"{round(line.size)}:{words}"  # a title may say the same, larger


def _running(pages: Sequence[PageLines]) -> tuple[set[int], dict[int, str]]:
    """The lines that are running heads and feet, by identity, and the labels printed on pages."""
    seen: Counter[str] = Counter()
    margins: list[list[Line]] = []
    for page in pages:
        margin = [line for line in page.lines if _in_margin(line, page)]
        edge = sorted(margin, key=lambda line: -abs(line.box.bottom + line.box.top - page.height))[
            :4
        ]
        margins.append(edge)
        seen.update({_key(line) for line in edge})
    enough = (
        max(2, round(0.3 * len(pages))) if len(pages) < 12 else max(4, round(0.15 * len(pages)))
    )
    running: set[int] = set()
    labels: dict[int, str] = {}
    for index, edge in enumerate(margins):
        for line in edge:
            bare = fold(line.text).strip()
            number = _LABEL.fullmatch(bare)
            repeated = (
                len(pages) > 1 and seen[_key(line)] >= enough and not _STARTS.match(line.text + " ")
            )
            if (
                number
                or repeated
                or (len(pages) > 1 and seen[_key(line)] >= enough and len(bare) <= 40)
            ):
                if len(edge) == len(pages[index].lines) == 1 and not number:
                    continue  # the page's only line is not its running head
                running.add(id(line))
                found = number["number"] if number else _trailing_number(bare)
                if found and index not in labels:
                    labels[index] = found
    return running, labels


def _trailing_number(text: str) -> str | None:
    match = re.search(r"(?:^|[^0-9])([0-9]{1,4})\s*[-‐–—―－]?$", text)
    return match[1] if match else None


def _in_margin(line: Line, page: PageLines) -> bool:
    middle = (line.box.bottom + line.box.top) / 2
    return middle < _MARGIN * page.height or middle > (1 - _MARGIN) * page.height


def _glue(last: Line | None, line: Line, lines: Sequence[Line], position: int) -> str:
    """What stands between two lines: nothing, a space, or a line break."""
    if last is None:
        return ""
    if "\t" in last.text or "\t" in line.text or not _wrapped(last, line, lines, position):
        return "\n"
    if _ENDS_A_WORD.match(last.text[-1]) and _WORD.match(line.text[0]):
        return " "
    return ""


def _wrapped(last: Line, line: Line, lines: Sequence[Line], position: int) -> bool:
    """Whether a line goes on in the next one."""
    if last.vertical != line.vertical or not 0.85 < line.size / max(last.size, 0.1) < 1.18:
        return False
    if _begins(last.text, line.text) or (_TERMINAL.search(last.text) and len(last.text) < 12):
        return False
    size = last.size
    same_page = position > 0 and lines[position - 1] is last
    peers = [
        o for o in lines[max(0, position - _NEAR) : position + _NEAR] if o.vertical == line.vertical
    ]
    if last.vertical:
        ends = [-o.box.bottom for o in peers if abs(o.box.top - line.box.top) < 8 * size]
        full = -last.box.bottom >= _edge(ends, size) - 1.7 * size
        return full and (not same_page or 0 < last.box.left - line.box.left < 3.2 * size)
    aloft = same_page and line.box.bottom > last.box.top and line.box.left > last.box.left
    column_of = last if aloft else line  # the next column says nothing of how wide this one is
    ends = [o.box.right for o in peers if abs(o.box.left - column_of.box.left) < 10 * size]
    edge = min(_edge(ends, size), last.box.right + 100)
    column = [
        o.box.left for o in peers if o.box.left < last.box.right and o.box.right > last.box.left
    ]
    begin = -_edge([-left for left in column], size) if column else last.box.left
    # A line set to the right, or in the middle, ends where it likes.
    slack = max(1.9 * size, line.lead)  # the first word would have stood on the line before
    full = last.box.right >= edge - slack and last.box.width > 0.5 * (edge - begin)
    if same_page:
        gap = last.box.bottom - line.box.top
        below = -0.6 * size < gap < 1.6 * size
        aside = line.box.left > last.box.left + 14 * size
        return full and ((below and not aside) or (aloft and not _TERMINAL.search(last.text)))
    return full and not _TERMINAL.search(last.text)


def _begins(last: str, line: str) -> bool:
    """Whether a line begins something of its own, and not with what only looks like a mark."""
    if not _STARTS.match(line + " "):
        return False
    if _TERMINAL.search(last):
        return True
    return not (_GOES_ON.match(line) or (_KATAKANA.match(line) and _KATAKANA.match(last[-1])))


def _edge(ends: Sequence[float], size: float) -> float:
    """Where the lines of a column end: as far as two of them reach, lest a title over two count."""
    for end in sorted(ends, reverse=True):
        if sum(abs(end - other) < 3 * size for other in ends) > 1:
            return end
    return max(ends, default=0.0)
