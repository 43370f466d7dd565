"""A text split into statements: claims to be checked, and what makes no claim.

A statement is a sentence, a list item or a table row, with the markers that belong to it. A marker
before 。 belongs to its sentence, one after 。 to the sentence before; where a sentence cites twice
(AはBである[1]が、CはDである[2]。) it is two statements. Greetings, notices, questions, headings and
lead-ins claim nothing, unless they carry a marker or a quantity: whoever cites or counts, claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from medrag.generation import markers
from medrag.generation.markers import Marker
from medrag.japanese import sentences
from medrag.japanese.normalize import Span

Kind = Literal["claim", "heading", "question", "notice", "greeting", "lead_in", "table_header"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a text.

    Attributes:
        start, end: In the text; markers of the statement lie within, also one after 。.
        plain: The statement with its markers and markup blanked by spaces, so that an offset in
            it is an offset from `start`.
        markers: In order.
        kind: "claim", or why it is none.
    """

    start: int
    end: int
    plain: str
    markers: tuple[Marker, ...]
    kind: Kind

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers its markers name, each once, in order."""
        return tuple(dict.fromkeys(number for marker in self.markers for number in marker.numbers))


_HEADING = re.compile(r"\s*(?:#{1,6}\s|【[^】]*】\s*$|\*\*[^*]+\*\*[:：]?\s*$|<[^>]{1,20}>\s*$)")
_LABELLED = re.compile(r"【[^】]*】|<[^>]{1,20}>|〈[^〉]{1,20}〉|[^。、，,]{1,12}[:：]")
_BOLD = re.compile(r"\s*(?:[-*+]\s+)?\*\*[^*]{1,24}\*\*[:：]?\s*(?:[\[［【〔].*)?$")
_LABEL = re.compile(r"[^。．！？!?、，]{1,24}[:：]\s*$")
_TABLE_RULE = re.compile(r"\s*\|?[\s:|+\-–—]{3,}\|?\s*$")
# Whether to (投与するか。), as a clinical question asks: it states nothing. いくつか is none.
_QUESTION = re.compile(
    r"(?:[?？]|(?:でしょう|べき|何|[うくぐすぬぶむるいたん]|(?<!い)(?<!く)つ)か[。．]?)\s*$"
)
_NOTICE = re.compile(
    r"研究(?:・開発)?(?:目的|用途?)(?:のみ|に限|です|である|として|での|のため)|診療に用いない|医療上の(?:助言|アドバイス)|"
    r"(?:医療機器|専門家の判断)(?:では|に代わる|の代わり)|(?:医師|医療者|専門家|主治医|担当医|薬剤師)(?:に|へ|と|等に|などに)(?:ご|必ず)?(?:相談|確認)(?:して)?ください|"
    r"(?:最終的な)?(?:診断|治療|判断)は.{0,12}(?:医師|主治医|担当医)が.{0,8}(?:行|判断|決)|原文を(?:ご)?確認|"
    r"(?:この|本|以下の|上記の)回答は|(?:提示|提供|参照|収載|引用|与え)(?:さ|ら)?れ?た?(?:資料|文献|情報|根拠|パッセージ|ガイドライン)(?:の範囲)?(?:に|で|から)は?.{0,40}"
    r"(?:記載|情報|根拠|言及|該当|確認|回答|判断|見当|見つ|わか|分か|答え).{0,8}(?:ません|ない|なし|できな)|"
    r"(?:該当する|関連する|十分な)(?:記載|情報|根拠|資料)(?:は|が).{0,12}(?:ません|ない|なかった)|"
    r"(?:not|no) (?:a substitute for|medical advice|a medical device)|for research (?:use|purposes)|[Cc]onsult (?:a|your)(?: \w+)? (?:doctor|physician|clinician|pharmacist)|"
    r"(?:provided|given|retrieved) (?:passages|documents|evidence|sources) (?:do|does) not"
)
_GREETING = re.compile(
    r"\s*(?:はい[、,。]\s*)?(?:はい|いいえ|承知(?:いた)?しました|かしこまりました|わかりました|了解(?:です|しました)|こんにちは|お(?:答|こた)えします|"
    r"ご質問(?:を)?(?:いただき)?ありがとうございます|お問い合わせ(?:いただき)?ありがとうございます|ご?(?:参考|お役)に(?:なれば|立てれば|していただければ)幸いです|"
    r"お大事に(?:なさって|して)ください|(?:ほか|他)に(?:ご)?(?:質問|不明な点)が?(?:あれば|ございましたら).{0,20}|"
    r"ご不明な点が?(?:あれば|ございましたら).{0,20}|"
    r"hello|hi|sure|certainly|of course|thank you(?: for your question)?|i hope this helps)\s*[。．.!！、,]*\s*$",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"(?:(?<![0-9０-９A-Za-zＡ-Ｚａ-ｚ%％℃一-龥々かカ月])以下|次|下記|上記|これら|いくつか)(?:の|に)?(?:主な|重要な|具体的な|さまざまな|様々な|いくつかの)?"
    r"(?:通り|とおり|よう(?:に|な|です)?|点|項目|内容|表|もの|方法|手段|手順|ステップ|プロセス|要因|理由|ポイント|段階)?(?:に|が|を|で|は|の|と)?(?:まとめ|示し|示され|説明|挙げられ|挙げ|述べ|なり|行われ|基づい|あり|分けられ|考えられ|記載)?"
    r"(?:て)?(?:い)?(?:です|ます|である|する|ました|できます|します|られます|ください)?\s*[。．.:：]?\s*$"
    r"|(?:まとめ|要約|要点|結論)(?:は以下|は次|します|です|すると)?\s*[。．.:：]?\s*$|(?:as follows|the following)\s*[.:：]?\s*$"
)
_MARKUP = re.compile(
    r"^(?:[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•◦●○■□・※]\s+|・|\(?\d{1,2}[.)．）、]\s+))+"
    r"|\*\*|__|~~|`|\|",
    re.MULTILINE,
)
_TAG = re.compile(r"</?(?P<name>[a-zA-Z][a-zA-Z0-9]{0,11})(?:\s[^<>]{0,300})?/?>")
_CELLS = frozenset(("td", "th"))
_BLOCKS = frozenset(("p", "li", "dt", "dd", "tr", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "section"))  # fmt: skip
_MARKERS_ONLY = re.compile(r"[\s。．.,，、;；()（）]*$")
_CLAUSE_AFTER = re.compile(
    r"\s*(?:が|ものの|けれども|けれど|一方で?|のに対し(?:て)?|ため|ので|し)?\s*[、，,;；]\s*"
)
_ENDS_CLAUSE = re.compile(
    r"(?:[るたいだすむくうぬずしりれきけえせてで]|である|です|ます|不要|禁忌|可能|必要|推奨|考慮|[a-z])\s*$"
)
_QUANTIFIED = re.compile(
    r"[0-9０-９]+(?:[.．][0-9０-９]+)?\s*(?:m?[gGLl]|μg|mEq|mmHg|％|%|℃|歳|回|錠|単位|日|週|か月|時間|分|度|点|以上|以下|未満)"
)


def split(text: str) -> tuple[Statement, ...]:
    """The statements of `text`, in order; between two of them lies white space only, or markup.

    Linear in the length of the text.
    """
    text = untagged(text)
    found = markers.find(text)
    return tuple(_statements(text, found))


def untagged(text: str) -> str:
    """Markup of HTML blanked in place: a block ends a line, a cell begins with a bar."""
    return _TAG.sub(_blanked_tag, text) if "<" in text else text


def _blanked_tag(match: re.Match[str]) -> str:
    name = match["name"].lower()
    opening = not match[0].startswith("</")
    mark = "|" if opening and name in _CELLS else "\n" if name in _BLOCKS else " "
    return mark + " " * (len(match[0]) - 1)


def _statements(text: str, found: Sequence[Marker]) -> Iterator[Statement]:
    spans = _joined(text, sentences.split(text), found)
    cursor = 0
    header_ends = _table_headers(text, spans)
    for span in spans:
        while cursor < len(found) and found[cursor].end <= span.start:
            cursor += 1
        within = []
        ahead = cursor
        while ahead < len(found) and found[ahead].start < span.end:
            within.append(found[ahead])
            ahead += 1
        for part, bound in _parts(text, span, within):
            plain = blank(text[part.start : part.end], part.start, bound)
            kind: Kind = (
                "table_header"
                if span.start in header_ends
                else _kind(text[part.start : part.end], plain, bound)
            )
            yield Statement(
                start=part.start, end=part.end, plain=plain, markers=tuple(bound), kind=kind
            )


def blank(text: str, offset: int, found: Sequence[Marker]) -> str:
    """`text`, which begins at `offset`, with markers and markup replaced by as many spaces."""
    if found:
        characters = list(text)
        for marker in found:
            begin, end = marker.start - offset, marker.end - offset
            characters[begin:end] = " " * (end - begin)
        text = "".join(characters)
    return _MARKUP.sub(lambda match: " " * len(match[0]), text)


def _joined(text: str, spans: Sequence[Span], found: Sequence[Marker]) -> list[Span]:
    """Sentences, with one that is nothing but markers put back to the sentence before it."""
    joined: list[Span] = []
    cursor = 0
    for span in spans:
        while cursor < len(found) and found[cursor].end <= span.start:
            cursor += 1
        ahead, position = cursor, span.start
        while (
            ahead < len(found)
            and found[ahead].start < span.end
            and _MARKERS_ONLY.match(text[position : found[ahead].start])
        ):
            position = found[ahead].end
            ahead += 1
        if joined and position > span.start and "\n" not in text[joined[-1].end : span.start]:
            if _MARKERS_ONLY.match(text[position : span.end]):
                joined[-1] = Span(joined[-1].start, span.end)
                continue
            # 文。[1] 次の文 … : the leading markers are the previous sentence's.
            joined[-1] = Span(joined[-1].start, position)
            while position < span.end and text[position].isspace():
                position += 1
            joined.append(Span(position, span.end))
            continue
        joined.append(span)
    return joined


def _parts(text: str, span: Span, within: Sequence[Marker]) -> Iterator[tuple[Span, list[Marker]]]:
    """A sentence, cut where a clause ends in its own marker and another clause with one follows."""
    start = span.start
    bound: list[Marker] = []
    for position, marker in enumerate(within):
        bound.append(marker)
        later = position + 1 < len(within)
        if not later or within[position + 1].start - marker.end < 8:
            continue
        follows = _CLAUSE_AFTER.match(text, marker.end, span.end)
        if follows and _ENDS_CLAUSE.search(text[start : marker.start]) and text[start] != "|":
            yield Span(start, follows.end()), bound
            start, bound = follows.end(), []
    yield Span(start, span.end), bound


def _table_headers(text: str, spans: Sequence[Span]) -> frozenset[int]:
    """Where the header and the rule of a Markdown table begin."""
    starts: set[int] = set()
    for before, span in zip((None, *spans), spans, strict=False):
        if text[span.start] in "|:-" and _TABLE_RULE.match(text[span.start : span.end]):
            starts.add(span.start)
            if before is not None and text[before.start] == "|":
                starts.add(before.start)
    return frozenset(starts)


def _kind(written: str, plain: str, bound: Sequence[Marker]) -> Kind:
    bare = plain.strip()
    if not any(character.isalpha() for character in bare):
        return "heading"
    if _LABELLED.fullmatch(bare) or _BOLD.match(written):
        return "heading"
    if _QUESTION.search(bare):
        return "question"
    if bound:
        return "claim"
    if _HEADING.match(written) or _LABEL.fullmatch(bare):
        return "heading"
    if _GREETING.match(bare):
        return "greeting"
    if _QUANTIFIED.search(bare):
        return "claim"
    if len(bare) <= 160 and _NOTICE.search(bare):
        return "notice"
    if len(bare) <= 60 and _LEAD_IN.search(bare):
        return "lead_in"
    return "claim"
