"""Sentences of Japanese and English text, as spans.

A full stop inside brackets does not end a sentence, nor does 」 before a particle; ．ends one only
after kana, kanji or a closing bracket and never before a digit; what qualifies a sentence and
stands behind its full stop (a citation such as [1], a grade such as （推奨の強さ：強い）) stays with
it. Lines broken by a typesetter are joined; list markers, headings, table rows and blank lines end
a sentence. Nothing but white space lies between two spans.
"""

from __future__ import annotations

import re

from medrag.japanese.normalize import Span

# Cheap to scan for: one class of characters. What each means is decided where it stands.
_EVENT = re.compile(r"[（(「『［\[【〔〈《｛{“）)」』］\]】〕〉》｝}”]|[。！？!?｡]+|[.．]|\n\s*")
_OPENING = frozenset("（(「『［[【〔〈《｛{“")
_CLOSING = frozenset("）)」』］]】〕〉》｝}”")
# ．ends a sentence after kana, kanji or a closing bracket, before a digit only where a verb or a
# grade in brackets has ended (…である．3か月以内に, ［レベルB］．3か月以内に); . moreover after
# a Latin word, when white space, the end, a citation or Japanese follows.
_FULL_STOP = re.compile(
    r"(?<=[ぁ-んァ-ヶー一-龥々）)」』］\]])[．.](?![0-9０-９])"
    r"|(?<=[うくすつぬふむぐぶるいたんだ］】〕])[．.](?=[0-9０-９])"
    r"|(?<=[A-Za-z0-9)\]%’'\"”])\.(?=\s|$|\[[0-9]|[ぁ-んァ-ヶ一-龥])"
)
# What may stand between a full stop and the next sentence and still belong to the former.
_TRAILER = re.compile(
    r"[^\S\n]*(?:"
    r"[」』）)”\"’]"
    r"|[\[［](?:文献)?[0-9０-９]+(?:[ ,，、\-–—~〜～・][ ]*[0-9０-９]+)*[\]］]"
    r"|[¹²³⁴-⁹⁰]+[)）]?"
    r"|[（(［\[【〔](?:[^（()）［\]\[］【】〔〕\n]{0,12}?)"
    r"(?:推奨|エビデンス|グレード|GRADE|Grade|レベル|クラス|Class|Level|強さ|強度|確実性|確信度|合意率"
    r"|[Rr]ecommendation|[Ee]vidence|[Cc]ertainty)"
    r"[^\n（(]{0,60}?(?:[（(][^\n（()）]{0,12}[)）][^\n（()）]{0,40}?){0,4}[）)］\]】〕]"
    r"|[（(［\[【〔][ 　]*(?:強い?|弱い?|条件付き|[Ss]trong|[Ww]eak|[Cc]onditional|[12１２][A-DＡ-Ｄ]|[A-D]-?[IVⅠ-Ⅵ]{1,3})"
    r"(?=[\s・、,/;；:：）)］\]】〕])[^\n（(［\[【〔]{0,40}[）)］\]】〕]"
    r")[。．]?"
)
# A 」 that closes a quoted sentence ends the outer one, unless the quotation goes on being used.
_CONTINUES = re.compile(
    r"[^\S\n]*(?:[とをはがにのもでへやかなよりる、，。．！？）)」』］\]・：:／/]|という|といった|など|また|および|及び|又は|または)"
)
COUNTED = (
    r"(?:(?:[mμµkcdnp]?[gLlm]|mmHg|[mnμµ]?mol|mEq|kcal|bpm|Gy|Hz|kPa|min|[mkM]?IU|U|[%％℃]|[㎎㎏㎜㎖])(?![A-Za-z])"
    r"|日(?!本)|回(?![復腸避])|[週歳]|錠(?!剤)|割(?!合)|時間(?!外)|[かカヶヵ]月|以上|以下|未満)"
)
"""What a number before it counts: 20 mL at the head of a line is a dose and numbers no item."""
_MARKER = re.compile(
    r"(?:[-*+•◦●○■□◆◇▶►▷・※→⇒☆★＊✓]"
    r"|[（(〔]?[0-9０-９]{1,3}[）)〕．.、：:](?![0-9０-９])"
    r"|[（(][0-9０-９一二三四五六七八九十ァ-ヶa-zA-Zａ-ｚⅰ-ⅻivx]{1,4}[）)]"
    r"|[⑴-⒇①-⑳❶-❿㋐-㋾㊀-㊉]|[ｱ-ﾝア-ン][．.）)　 ]|[イロハニホヘトチリヌル][　 ]"
    rf"|[0-9０-９]{{1,3}}(?:[.．\-－][0-9０-９]{{1,3}})*[　 ]+(?!{COUNTED})[^\s]"
    r"|[一二三四五六七八九十]{1,3}[　 、．]"
    r"|注[0-9０-９]*[　 ：:]|[（(]?注[）)]|[（(]例外[）)]|ただし書|(?:[IVXⅠ-Ⅻ]{1,4})[．.　 ])"
)
_HEADING = re.compile(
    r"(?:#{1,6}\s|第[0-9０-９一二三四五六七八九十百]+[編章部節款項条]|別[添紙表]|附則|記$|[＜【〔［■◆●]"
    r"|(?:CQ|ＣＱ|BQ|FQ|GQ|Q|Ｑ|Clinical Question)[ 　]?[0-9０-９]|[A-Zａ-ｚＡ-Ｚ][0-9０-９]{3}(?:[-－][0-9０-９]+)?[　 ]"
    r"|(?:目次|推奨|解説|背景|例外|注意|参考文献|引用文献|文献|付録|附録|要約|定義|ステートメント|エビデンス)"
    r"(?:文|事項)?(?:[0-9０-９]*)(?:[：:　 \n]|$)|表[ 　]?[0-9０-９]|図[ 　]?[0-9０-９])"
)
_ABBREVIATIONS = frozenset(
    [
        "dr",
        "mr",
        "ms",
        "mrs",
        "prof",
        "fig",
        "figs",
        "vol",
        "vs",
        "eg",
        "ie",
        "al",
        "etc",
        "approx",
        "dept",
        "eds",
        "pp",
        "ref",
        "refs",
        "sp",
        "spp",
        "cf",
        "resp",
        "inc",
        "ltd",
    ]
)
WRAP = re.compile(
    r"(?<=[^\x00-\x7f])[^\S\n]*\n\s*(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])[^\S\n]*\n(?=[0-9])"
)
"""A line break inside a sentence that stands for nothing, unlike one between English words."""
_BARS = re.compile(r"｜|[|][^|\n]*[|]")
"""A table row that begins with no bar: 薬剤｜1回量｜投与間隔."""
_UNFINISHED = re.compile(r"(?:[をはが]|には|では|とは|および|または|及び|又は|ための|における)$")
_WRAPPED = 20  # a shorter line that ends without punctuation is taken to be complete
_BRACKET_LIMIT = 1500  # an opening bracket this far back was never meant to be closed


def split(text: str) -> list[Span]:
    """Spans of the sentences of `text`, in order, without surrounding white space."""
    return _Splitter(text).spans()


class _Splitter:
    """One pass over the brackets, full stops and line breaks of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Span] = []
        self.begin = 0  # of the sentence being read
        self.line_start = 0
        self.open: list[int] = []  # offsets of brackets not yet closed
        self.inner: list[int] = []  # full stops inside them, in case they never close

    def spans(self) -> list[Span]:
        text = self.text
        position = 0
        row = text[:1] == "|"
        for event in _EVENT.finditer(text):
            start, end = event.span()
            if start < position:
                continue
            character = text[start]
            if character == "\n":
                self.line(start, end)
                row = text[end : end + 1] == "|"
            elif row:
                continue
            elif character in _OPENING:
                self.open.append(start)
            elif character in _CLOSING:
                position = self.close(start, end)
            elif character not in ".．" or _FULL_STOP.match(text, start):
                position = self.stop(start, end)
        if self.open:
            self.give_up()
        self.emit(len(text), len(text))
        return self.found

    def emit(self, end: int, next_begin: int) -> None:
        """Take everything up to `end` as a sentence, and go on at `next_begin`."""
        text, start = self.text, self.begin
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if end > start:
            self.found.append(Span(start, end))
        self.begin = next_begin

    def give_up(self) -> None:
        """The open brackets never close: the full stops inside them counted after all."""
        for stop in self.inner:
            if stop > self.begin:
                self.emit(stop, stop)
        self.open.clear()
        self.inner.clear()

    def close(self, start: int, end: int) -> int:
        if not self.open:
            return end
        opened = self.open.pop()
        if self.open:
            return end
        ended = bool(self.inner) and self.inner[-1] == start
        self.inner.clear()
        if ended and _ends_at_close(self.text, self.begin, opened, end):
            end = _trail(self.text, end)
            self.emit(end, end)
        return end

    def stop(self, start: int, end: int) -> int:
        if self.open:
            if end - self.open[0] <= _BRACKET_LIMIT:
                self.inner.append(end)
                return end
            self.give_up()
        if self.text[start] == "." and _abbreviated(self.text, start):
            return end
        end = _trail(self.text, end)
        self.emit(end, end)
        return end

    def line(self, start: int, end: int) -> None:
        """A line break ends a sentence unless a typesetter put it there."""
        if self.begin >= start or _hard(self.text, self.line_start, start, end, bool(self.open)):
            if self.open:
                self.give_up()
            self.emit(start, end)
        self.line_start = end


def _trail(text: str, position: int) -> int:
    while match := _TRAILER.match(text, position):
        position = match.end()
    return position


def _ends_at_close(text: str, begin: int, opened: int, position: int) -> bool:
    """Whether a bracket that closes right after a full stop closes the sentence too."""
    if text[opened] in "「『“":
        return not _CONTINUES.match(text, position)
    return not text[begin:opened].strip()  # （なお、…。） standing alone


def _abbreviated(text: str, dot: int) -> bool:
    start = dot
    while (
        start > 0
        and text[start - 1].isascii()
        and (text[start - 1].isalpha() or text[start - 1] == ".")
    ):
        start -= 1
    word = text[start:dot].replace(".", "").lower()
    return (
        len(word) == 1 and text[start:dot].isalpha() and dot - start == 1
    ) or word in _ABBREVIATIONS


def _hard(text: str, line_start: int, line_end: int, next_start: int, bracketed: bool) -> bool:
    """Whether the line break between a line and the next one ends a sentence."""
    if text.count("\n", line_end, next_start) > 1 or next_start >= len(text):
        return True
    first = text[line_start]
    following = text[next_start]
    if first in "|#>" or following in "|#>":
        return True
    line = text[line_start:line_end].rstrip()
    if not line:
        return True
    next_end = text.find("\n", next_start)
    after = text[next_start : next_end if next_end >= 0 else len(text)]
    if "\t" in line or "\t" in after or _BARS.search(line) or _BARS.search(after):
        return True
    if line[-1] in "：:":
        return True
    if not bracketed and (_MARKER.match(after) or _HEADING.match(after)):
        return True
    if _HEADING.match(line) and line[-1] not in "、，,":
        return not (len(line) >= 2 * _WRAPPED)
    if line[-1] in "、，,（(「・" or _UNFINISHED.search(line):
        return False
    if following.isascii() and following.islower():
        return False
    return len(line) < _WRAPPED
