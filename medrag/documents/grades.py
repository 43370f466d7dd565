"""Strength and certainty as documents write them, found in the text around a recommendation.

Nothing is translated: `raw` is what stands there ("強い（1）", "C2", "IIa", "conditional"), and the
scheme says which vocabulary it belongs to. Sources for the vocabularies: GRADE (1A, strong,
conditional), Minds 2020 (推奨の強さ, エビデンスの強さ), the letter grades A, B, C1, C2, D of older
Japanese guidelines (推奨グレード), and the classes I, IIa, IIb, III with levels A, B, C of the
circulation societies (推奨クラス, エビデンスレベル).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress
from typing import Literal

from medrag.documents.guideline import Grade
from medrag.japanese.normalize import Normalized, Span, normalize
from medrag.japanese.sentences import WRAP

Kind = Literal["strength", "certainty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A grade written in the text: which kind, what it says, and the span of name and value."""

    kind: Kind
    grade: Grade
    start: int
    end: int


_STRENGTH = (
    r"推奨(?:の|度|強|区|等|判)[ぁ-んァ-ヶー一-龥]{1,8}(?=\s*[:\])】〕>〉]\s*\S)|推奨の?(?:強さ|強度|程度|タイプ|種類|度合い?|レベル|グレード|クラス|分類|等級|度)|推奨度|推奨Grade|推奨Class"
    r"|お?(?:すすめ|勧め|薦め)る?の?(?:強さ|強度|程度|度合い?|度|レベル)|(?<![のなァ-ヶ])強さ(?=\s*[:\]】〕>〉])|(?<![A-Za-z])(?<![A-Za-z] )(?:グレード|クラス)|勧告の?(?:強さ|グレード)"
    r"|strength of (?:the )?recommendation|recommendation (?:strength|grade|class)|strength|grade of recommendation"
    r"|class of recommendation|COR\b|class(?=\s+(?:I|1|2|3))|grade(?=[\s:]+(?:[12]|[A-D]\b|strong|weak|cond))"
)
_CERTAINTY = (
    r"(?:エビデンス|根拠|証拠)[ぁ-んァ-ヶー一-龥]{1,10}(?=\s*[:\])】〕>〉]\s*\S)|エビデンス(?:の?総体)?(?:全体)?(?:として)?の?(?:確実性|確信性|確信度|強さ|質|レベル|グレード|クラス|水準|等級)|エビデンス総体(?:の強さ)?"
    r"|科学的根拠の?(?:強さ|レベル|質|確実性)|根拠の?(?:強さ|確実性|レベル|質|水準|程度)|証拠の(?:強さ|確実性|質|レベル|程度|水準)|確実性|確信度|(?<![ァ-ヶ])質(?=\s*[:\]】〕>〉])|根拠(?:の確かさ)?(?=\s*[:\]】〕>〉])|レベル|エビデンス(?=\s*[:]?\s*[A-DⅠ-ⅥIV1-6]\b)"
    r"|certainty of (?:the )?evidence|quality of (?:the )?evidence|level of evidence|evidence (?:certainty|quality|level)"
    r"|strength of (?:the )?evidence|certainty|LOE\b|level(?=\s+(?:[A-D]|[IV1-5]))"
)
# The value: up to a separator, with one parenthesis that belongs to it.
_VALUE = r"(?P<value{n}>[^\s、,/。;()\[\]〔〕【】〈〉《》|「」*](?:[^\s、,/。;()\[\]〔〕【】〈〉《》|「」.*]|\.(?=\S))*(?: ?\([^()\n]{{1,14}}\))?)"
_IS = r"\s*(?:\([^()]{1,6}\)\s*)?[\]】〕>〉》]?[*_]{0,2}(?:[:=]|は|が|\s)?[*_]{0,2}\s*[「『]?"
_NAMED = re.compile(
    rf"(?P<certainty>{_CERTAINTY}){_IS}{_VALUE.format(n='c')}"
    rf"|(?P<strength>{_STRENGTH}){_IS}{_VALUE.format(n='s')}",
    re.IGNORECASE,
)
_CLASS_THREE = re.compile(r"(?:III|3)\s*[:(,]?\s*(?:no benefit|harm)\)?", re.IGNORECASE)
_ENGLISH_VALUE = re.compile(
    r"(?:very[ -]low|low|moderate|high|strong|weak|conditional)\b", re.IGNORECASE
)
# Both in one: （1A）, GRADE 2C, 推奨度：1-B. Bare digits and letters count only in brackets.
_LETTERED = re.compile(
    r"(?P<name>[(\[〔【]\s*(?:(?:GRADE|Grade|推奨の強さ|推奨度?|推奨グレード)\s*[:=]?\s*)?"
    r"|(?:\bGRADE|\bGrade|推奨の強さ|推奨度|(?:推奨)?グレード)\s*[:=]?\s*)"
    r"(?P<strength>[12])\s*[-/]?\s*(?P<certainty>[A-D][+]?)(?=$|[)\]〕】、,;: /。．.\n|」])",
    re.MULTILINE,
)
# The same in infectious diseases, letter and level: （A-II）, or （AII） where a sentence has ended.
_LEVELLED = re.compile(
    r"(?:(?<=[うくすつぬふむぐぶるいただ。．.])\s*[(\[〔【]|[(\[〔【](?=[A-D][12]?\s*[-/・]))"
    r"(?P<strength>[A-D][12]?)\s*[-/・]?\s*(?P<certainty>(?:IV|I{1,3}|V|VI)[ab]?)(?=[)\]〕】])"
)
# A letter by itself, where a verb has ended: …が勧められる（B）.
_LETTER = re.compile(
    r"(?<=[うくすつぬふむぐぶるい。])\s*[(\[〔【](?P<strength>[A-D][12]?)(?=[)\]〕】]\s*[。．.]?\s*(?:$|\n|ただし|なお))"
)
# One word for each: （強・中）, [strong; moderate certainty].
_PAIRED = re.compile(
    r"[(\[〔【〈《]\s*(?P<strength>強い?|弱い?|条件付き|strong|weak|conditional|none|no recommendation)\s*[・、,/;:]\s*"
    r"(?P<certainty>(?:非常に|とても|極めて)?(?:高い?|中(?:等度|程度)?|低い?|強い?|弱い?)|(?:very low|low|moderate|high)(?:[ -](?:certainty|quality))?(?: evidence)?|[A-D])\s*(?=[)\]〕】〉》])",
    re.IGNORECASE,
)
# Without a name, as the only thing on its line beside other grades.
_ALONE = re.compile(
    r"(?:^[ \t■●・*_]*|(?<=\. )|(?<=。))(?P<strength>(?:強い|弱い|条件付きの?)推奨|(?:強く|弱く|条件付きで)推奨(?:する)?|推奨なし|(?:strong|weak|conditional) recommendation)"
    r"(?=[ \t*_]*(?:$|[、,/|;・:]|\s(?:エビデンス|確実性|certainty|evidence)))",
    re.MULTILINE | re.IGNORECASE,
)
_COMBINED = re.compile(r"[12]\s*[-/]?\s*[A-D][+]?$")
_SAID = re.compile(r"(?:(?:強く|弱く|条件付きで)(?:推奨|提案)(?:する|しない)|(?:推奨|提案)しない)$")
_SPOKEN = re.compile(
    r"(?:強く|弱く|条件付きで|条件つきで)(?:推奨|提案|勧め)(?:する|される|られる|ない|しない|されない|られない)?"
    r"|\b(?:strongly|weakly|conditionally) (?:recommend|suggest)(?:s|ed)?(?: against)?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    r"[(\[〔【〈《](?P<inside>[^()\[\]〔〕【】〈〉《》\n]{0,60}(?:\([^()]{0,14}\)[^()\[\]〔〕【】〈〉《》\n]{0,40}){0,3})[)\]〕】〉》]"
)
_STRENGTH_WORD = re.compile(
    r"(?P<value>(?:強い|弱い|条件付きの?|条件つきの?)推奨(?:\([^()]{1,10}\))?|(?:強く|弱く)(?:推奨|提案)(?:する)?|推奨なし|"
    r"(?:strong|weak|conditional|no) recommendation|\b[A-DI] recommendation|good practice statement[^()\[\]]{0,20}|ungraded|未格付け|格付けなし|推奨する|提案する|推奨しない|推奨を定めない|(?:推奨|判断)の?保留)",
    re.IGNORECASE,
)
_CERTAINTY_WORD = re.compile(
    r"(?P<value>(?:(?:非常に|とても|きわめて)?(?:強い|弱い)|中(?:等度|程度)の|(?:不)?十分な)(?:根拠|エビデンス)|(?:(?:非常に|とても|きわめて)?低い?|中(?:等度|程度)?|高い?)の?(?:確実性|確信性|質)(?:の?エビデンス)?|(?:very[- ]low|low|moderate|high)[- ](?:certainty|quality)(?:[- ](?:of )?(?:the )?evidence)?)",
    re.IGNORECASE,
)
_BARE_LEVEL = re.compile(r"\s*[、,/;]\s*(?P<value>[A-D])$")
_SCALE = re.compile(r"強|度|質|性|レベル|グレード|クラス|水準|strength|certainty", re.IGNORECASE)
_WORDS = 24  # characters of a grade in words
_OPENING = frozenset(("", "\n", *"([〔【〈《"))
_CLOSING = frozenset(("", "\n", *")]〕】〉》"))
_LETTER_VALUE = re.compile(r"[A-D][12]?[+]?(?:\(.*\))?$")
_CLASS_VALUE = re.compile(
    r"(?:クラス|class)?\s*(?:I{1,3}|IV|Ⅰ|Ⅱ|Ⅲ|[123])[ab]?(?:\(.*\))?$", re.IGNORECASE
)
_VALUE_WORD = re.compile(
    r"^[⊕⊝⊖◯○●◎△▲×✕★☆]{1,5}|^(?:III|3)\s*:|^(?:クラス|レベル|グレード|Class|Level|Grade)?\s*(?:[A-DＡ-Ｄ][12]?[+]?|[A-C]-(?:N?R|LD|EO)|[ⅠⅡⅢⅣⅤⅥIV]{1,4}[abc]?|[0-9]{1,2}[abc+\-]*|[12][A-D])(?:$|\s*\(|\s*:)"
    r"|^(?:とても|非常に|きわめて|極めて)?(?:強|弱|高|中|低|なし|無|条件|推奨|行う|提案|当該|該当なし|判定不能|専門家)"
    r"|^(?:strong|weak|conditional|high|moderate|low|very|none|not|expert|good|ungraded|insufficient)",
    re.IGNORECASE,
)


Column = Kind | Literal["text", "exception", "note"]
_BOX = re.compile(r"([□■☐☑☒✓✔])")
_TICKED = frozenset("■☑☒✓✔")
_COLUMN: tuple[tuple[Column, re.Pattern[str]], ...] = (
    ("note", re.compile(r"備考|注記|注釈|コメント|remarks?$|notes?$", re.IGNORECASE)),
    (
        "exception",
        re.compile(
            r"例外|除外|適用除外|対象外|禁忌|注意(?:点|事項)?$|付帯事項|ただし書|但し書|exceptions?|contraindications?",
            re.IGNORECASE,
        ),
    ),
    ("certainty", re.compile(rf"(?:{_CERTAINTY})|エビデンス|evidence|LOE|質$|根拠", re.IGNORECASE)),
    (
        "strength",
        re.compile(
            rf"(?:{_STRENGTH})|推奨の?強|強さ(?=$|[/・と,、(])|強度$|COR|class|grade", re.IGNORECASE
        ),
    ),
    (
        "text",
        re.compile(
            r"推奨(?:文|内容|事項|項目|の内容)?$|ステートメント|recommendations?$|statement",
            re.IGNORECASE,
        ),
    ),
)


_NAME = re.compile(rf"(?:{_STRENGTH}|{_CERTAINTY})(?:\s*\([^()]{{1,20}}\))?", re.IGNORECASE)


def names(text: str) -> bool:
    """Whether a text is the name of a grade and nothing else."""
    return _NAME.fullmatch(normalize(text).text) is not None


def heads(text: str) -> bool:
    """Whether a text begins with the name of a grade, as what explains it does."""
    return _NAME.match(normalize(text).text.lstrip("*_・■● ")) is not None


def column_of(header: str) -> Column | None:
    """What a table's column holds: the "text" of recommendations, grades, exceptions, or none."""
    folded = normalize(header).text.strip("*_ ")
    return next((kind for kind, pattern in _COLUMN if pattern.match(folded)), None)


_HINT = re.compile(
    r"推奨|提案|グレード|クラス|エビデンス|レベル|確実性|確信|根拠|強さ[:：】］〕＞]|質[:：】］〕＞]|勧告|[（(［\[〔【](?:GRADE)?\s*[1-2１２]\s*[-/／－]?\s*[A-DＡ-Ｄ]"
    r"|(?:すすめ|勧め|薦め)る?の?(?:強さ|強度|程度|度|レベル)|[（(［\[〔【][A-DＡ-Ｄ][12１２]?[）)］\]〕】]|[（(［\[〔【]\s*[A-DＡ-Ｄ][12]?\s*[-－/・]?\s*[IVⅠ-Ⅵ]|[（(［\[〔【〈《](?:強|弱|条件|strong|weak|cond|none)"
    r"|strength|certainty|evidence|grade|class|level|COR|LOE|recommendation\)",
    re.IGNORECASE,
)


def hinted(text: str) -> bool:
    """Whether a text holds a word that grades are written with: a cheap test before `find`."""
    return _HINT.search(text) is not None


def find(text: str, offset: int = 0) -> tuple[Mention, ...]:
    """The grades written in a piece of a document, in order; spans are shifted by `offset`."""
    if not hinted(text):
        return ()
    normal = _joined(normalize(text))
    found = sorted(
        (_mention(text, normal, offset, *entry) for entry in _mentions(normal.text)),
        key=lambda mention: (mention.start, -mention.end),
    )
    kept: list[Mention] = []
    for mention in found:
        if not any(mention.kind == other.kind and mention.start < other.end for other in kept):
            kept.append(mention)
    return tuple(kept)


_ENTRY = re.compile(rf"\s*\n\s*(?:{_STRENGTH}|{_CERTAINTY})\s*:", re.IGNORECASE)
_BREAK = re.compile(rf"\n(?!\s*(?:{_STRENGTH}|{_CERTAINTY})\s*:)", re.IGNORECASE)


def _joined(normal: Normalized) -> Normalized:
    """A normalised text without the line breaks of a typesetter, which are spaces in English.

    A line that names a grade begins on its own.
    """
    if "\n" not in normal.text:
        return normal
    kept = [True] * len(normal.text)
    for wrap in WRAP.finditer(normal.text):
        if not _ENTRY.match(normal.text, wrap.start()):
            kept[wrap.start() : wrap.end()] = [False] * (wrap.end() - wrap.start())
    return Normalized(
        text=_BREAK.sub(" ", "".join(compress(normal.text, kept))),
        starts=array(normal.starts.typecode, compress(normal.starts, kept)),
        ends=array(normal.ends.typecode, compress(normal.ends, kept)),
    )


def spoken(sentence: str) -> Grade | None:
    """The strength that a recommending sentence says in its own words: 条件付きで推奨する."""
    normal = normalize(sentence)
    match = _SPOKEN.search(normal.text)
    if match is None:
        return None
    span = normal.original(*match.span())
    return Grade(raw=sentence[span.start : span.end], scheme="GRADE")


def ticked(text: str, span: Span) -> Span | None:
    """The box that is ticked in a row of boxes: □A　■B　□C gives the span of B."""
    boxes = list(_BOX.finditer(text, span.start, span.end))
    chosen = [box for box in boxes if box[1] in _TICKED]
    if len(boxes) < 2 or len(chosen) != 1:
        return None
    following = next((box.start() for box in boxes if box.start() > chosen[0].start()), span.end)
    value = text[chosen[0].end() : following]
    start = chosen[0].end() + len(value) - len(value.lstrip())
    return Span(start, start + len(value.strip()))


def parted(raw: str) -> tuple[Grade, Grade] | None:
    """A strength and a certainty that stand in one cell: 1A, 強い・B."""
    both = {mention.kind: mention.grade for mention in find(f"（{raw}）")}
    return (both["strength"], both["certainty"]) if len(both) == 2 else None


def scheme_of(kind: Kind, name: str, value: str) -> str:
    """The vocabulary that a grade belongs to, from how it is named and what it says."""
    folded = name.lower()
    if "クラス" in name or "class" in folded or folded == "cor":
        return "class"
    if "グレード" in name or folded.startswith("grade") or "推奨度" in name:
        return "letter" if _LETTER_VALUE.match(value) else "unknown"
    if kind == "certainty" and ("レベル" in name or "level" in folded or folded == "loe"):
        return "level"
    if "確実性" in name or "certainty" in folded or "quality" in folded:
        return "GRADE"
    if "エビデンスの強さ" in name or "エビデンス総体" in name:
        return "Minds"
    if _CLASS_VALUE.match(value) and value[:1] in "IⅠⅡⅢ":
        return "class"
    if re.match(r"[12](?:\(|$)|強|弱|条件|strong|weak|conditional", value, re.IGNORECASE):
        return "GRADE"
    return "letter" if _LETTER_VALUE.match(value) else "unknown"


_Entry = tuple[Kind, str, int, int, int, str | None]


def bracket_before(text: str, start: int, position: int) -> int | None:
    """Where the bracket opens that `position` stands in, looking back as far as `start`."""
    depth = 0
    for offset in range(position - 1, max(start, 0) - 1, -1):
        character = text[offset]
        if character in "）)］]〕】〉》":
            depth += 1
        elif character in "（(［[〔【〈《":
            if depth == 0:
                return offset
            depth -= 1
        elif character in "。．\n" and depth == 0:
            return None
    return None


def _mentions(text: str) -> Iterator[_Entry]:
    """Kind, name, span of the value, where the name begins, and the scheme if the form decides it."""
    yield from _unnamed(text)
    yield from _named_values(text)
    yield from _worded(text)


def _unnamed(text: str) -> Iterator[_Entry]:
    """Grades by their form alone: （1A）, （A-II）, （強・中）."""
    for match in _LETTERED.finditer(text):
        # 「強く推奨する（1A）」 says the strength twice; both are kept.
        said = _SAID.search(text, max(0, match.start() - 12), match.start())
        if said and text[match.start()] in "([〔【":
            closing = (
                match.end() + 1 if text[match.end() : match.end() + 1] in ")]〕】" else match.end()
            )
            yield "strength", "", said.start(), closing, match.start("strength"), "GRADE"
        else:
            named = match["name"].lstrip("([〔【 ")
            begin = match.start("strength") - len(named)
            yield "strength", "", *match.span("strength"), begin, "GRADE"
        yield "certainty", "", *match.span("certainty"), match.start("certainty"), "GRADE"
    for pattern, scheme in (
        (_LEVELLED, "letter"),
        (_LETTER, "letter"),
        (_PAIRED, "GRADE"),
        (_ALONE, "GRADE"),
    ):
        for match in pattern.finditer(text):
            yield "strength", "", *match.span("strength"), match.start("strength"), scheme
            if pattern is _ALONE:
                if certainty := _CERTAINTY_WORD.match(text, _after(text, match.end())):
                    span = certainty.span("value")
                    yield "certainty", "", *span, span[0], "GRADE"
            elif "certainty" in match.groupdict():
                kept = "level" if pattern is _LEVELLED else scheme
                yield "certainty", "", *match.span("certainty"), match.start("certainty"), kept


def _after(text: str, position: int) -> int:
    """Where the next word begins behind separators."""
    while position < len(text) and text[position] in " \t,;/、・*_":
        position += 1
    return position


def _named_values(text: str) -> Iterator[_Entry]:
    """Grades behind their names: 推奨の強さ：1, Class IIa."""
    for match in _NAMED.finditer(text):
        kind: Kind = "certainty" if match["certainty"] else "strength"
        group = "valuec" if kind == "certainty" else "values"
        start, end = match.span(group)
        known = _VALUE_WORD.match(match[group]) or _framed(text, match.start(), start, end)
        if not known or (kind == "strength" and _COMBINED.match(match[group])):
            continue
        if english := _ENGLISH_VALUE.match(text, start):
            end = english.end()
        if third := _CLASS_THREE.match(text, start):
            end = third.end()
        end = start + len(text[start:end].rstrip("」』:*_"))
        yield kind, match[kind], start, end, match.start(), None


def _framed(text: str, begin: int, start: int, end: int) -> bool:
    """Whether a bracket or a line holds a grade's name, a colon and a value alone.

    Then any words are one: 推奨の強さ：実施することを強く推奨する.
    """
    before, after = text[:begin].rstrip(" \t*_"), text[end:].lstrip(" \t*_")
    return (
        end - start <= _WORDS
        and ":" in text[begin:start]
        and _SCALE.search(text, begin, start) is not None
        and before[-1:] in _OPENING
        and after[:1] in _CLOSING
    )


def _worded(text: str) -> Iterator[_Entry]:
    """Grades in words in brackets: （弱い推奨、低）."""
    for match in _BRACKETED.finditer(text):
        inside = match.span("inside")
        if strength := _STRENGTH_WORD.search(text, *inside):
            yield "strength", "", *strength.span("value"), strength.start(), "GRADE"
        if certainty := _CERTAINTY_WORD.search(text, *inside):
            yield "certainty", "", *certainty.span("value"), certainty.start(), "GRADE"
        elif strength and (bare := _BARE_LEVEL.match(text, strength.end("value"), inside[1])):
            yield "certainty", "", *bare.span("value"), bare.start("value"), "GRADE"


def _mention(
    text: str,
    normal: Normalized,
    offset: int,
    kind: Kind,
    name: str,
    start: int,
    end: int,
    begin: int,
    scheme: str | None,
) -> Mention:
    value = normal.original(start, end)
    return Mention(
        kind=kind,
        grade=Grade(
            raw=text[value.start : value.end],
            scheme=scheme or scheme_of(kind, name, normal.text[start:end]),
        ),
        start=offset + normal.starts[begin],
        end=offset + value.end,
    )
