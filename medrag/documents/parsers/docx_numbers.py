"""The numbers that Word writes before paragraphs and keeps in no paragraph: CQ1, 第2章, (1), ①.

They are counted as the standard says (ECMA-376, 17.9): each list has levels, a level counts its
paragraphs and starts again below a paragraph of a level above it.
"""

from __future__ import annotations

import re
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

_PLACE = re.compile(r"%([1-9])")
_KANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_IROHA = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
)
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class Numbers:
    """Gives the paragraphs of a document their numbers, in order."""

    def __init__(self, document: WordDocument) -> None:
        self._lists: dict[str, Any] = {}
        self._levels: dict[str, dict[int, Any]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for relation in document.part.rels.values():
            if relation.reltype.endswith("/numbering") and not relation.is_external:
                root = parse_xml(relation.target_part.blob)
                kinds = {
                    _value(one, "w:abstractNumId"): one for one in root.iter(qn("w:abstractNum"))
                }
                for one in root.iter(qn("w:num")):
                    kind = one.find(qn("w:abstractNumId"))
                    named = kind.get(qn("w:val")) if kind is not None else None
                    if named in kinds:
                        self._lists[_value(one, "w:numId")] = kinds[named]

    def before(self, paragraph: Paragraph) -> str:
        """What stands before a paragraph: its number with a space, a bullet, or nothing."""
        place = self._place(paragraph)
        if place is None:
            return ""
        name, depth = place
        levels = self._levels_of(name)
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(_value(self._lists[name], "w:abstractNumId"), {})
        counts[depth] = counts.get(depth, _start(level) - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        if _said(level, "w:numFmt") == "bullet":
            return "・"

        def written(match: re.Match[str]) -> str:
            above = int(match[1]) - 1
            if above not in levels:
                return ""
            count = counts.setdefault(above, _start(levels[above]))
            return _figure(count, _said(levels[above], "w:numFmt"))

        text = _PLACE.sub(written, _said(level, "w:lvlText"))
        if not text.strip():
            return ""
        return text if _said(level, "w:suff") == "nothing" else f"{text} "

    def _place(self, paragraph: Paragraph) -> tuple[str, int] | None:
        """The list and the level of a paragraph: its own, or its style's."""
        properties = paragraph._p.pPr  # noqa: SLF001
        own = properties.find(qn("w:numPr")) if properties is not None else None
        if own is not None:
            name = _said(own, "w:numId")
            return (name, _depth(own)) if name in self._lists else None
        style = paragraph.style
        while style is not None:
            found = style.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            name = _said(found, "w:numId") if found is not None else ""
            if name in self._lists:
                linked = (
                    depth
                    for depth, level in self._levels_of(name).items()
                    if _said(level, "w:pStyle") == style.style_id
                )
                return name, next(linked, _depth(found))
            style = style.base_style
        return None

    def _levels_of(self, name: str) -> dict[int, Any]:
        if name not in self._levels:
            found = self._lists[name].iter(qn("w:lvl"))
            self._levels[name] = {int(_value(level, "w:ilvl") or 0): level for level in found}
        return self._levels[name]


def _value(node: Any, name: str) -> str:
    return str(node.get(qn(name)) or "")


def _said(node: Any, name: str) -> str:
    child = node.find(qn(name))
    return "" if child is None else _value(child, "w:val")


def _depth(node: Any) -> int:
    written = _said(node, "w:ilvl")
    return int(written) if written.isdecimal() else 0


def _start(level: Any) -> int:
    written = _said(level, "w:start")
    return int(written) if written.isdecimal() else 1


def _figure(count: int, form: str) -> str:
    """A count as a list writes it."""
    if form == "none":
        return ""
    if form == "decimalFullWidth":
        return str(count).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    if form.startswith("decimalEnclosedCircle") and 1 <= count <= 20:
        return chr(ord("①") + count - 1)
    if form.startswith("aiueo") and 1 <= count <= len(_KANA):
        return _KANA[count - 1]
    if form.startswith("iroha") and 1 <= count <= len(_IROHA):
        return _IROHA[count - 1]
    if form in ("lowerLetter", "upperLetter") and 1 <= count <= 26:
        return chr(ord("a" if form == "lowerLetter" else "A") + count - 1)
    if form in ("lowerRoman", "upperRoman") and 1 <= count < 40:
        return _roman(count) if form == "lowerRoman" else _roman(count).upper()
    if form in _KANJI_FORMS and 1 <= count < 100:
        tens, ones = divmod(count, 10)
        ten = ("" if tens == 1 else _KANJI[tens]) + "十" if tens else ""
        return ten + _KANJI[ones]
    return str(count)


_KANJI: tuple[str, ...] = ("", *"一二三四五六七八九")
_KANJI_FORMS = frozenset(
    ("japaneseCounting", "chineseCounting", "chineseCountingThousand", "taiwaneseCounting")
)


def _roman(count: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        while count >= value:
            written, count = written + letters, count - value
    return written
