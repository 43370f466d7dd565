"""What a question asks for: its parts, the words that carry it, and the kind of answer it wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from medrag.japanese.normalize import fold
from medrag.japanese.tokens import words


class Wants(StrEnum):
    """The kind of answer that a wording asks for."""

    QUANTITY = "quantity"
    DOSE = "dose"
    CONTRAINDICATION = "contraindication"
    EXCEPTION = "exception"
    STRENGTH = "strength"
    REASON = "reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that is asked.

    Attributes:
        text: As written, or completed by the topic of the part before it.
        weights: The words that carry it, with how much each one counts.
        wants: The kinds of answer that its wording asks for.
    """

    text: str
    weights: Mapping[str, float]
    wants: frozenset[Wants]


_PART_END = re.compile(
    r"(?<=[。？！?!])\s*|\n+|(?<=は)[、，]?(?:また|あと|それと|ついでに|加えて)[、，]?"
)
_CUES: dict[Wants, re.Pattern[str]] = {
    Wants.QUANTITY: re.compile(
        r"いくつ|いくら|何(?:mg|g|mmhg|%|歳|回|日|週|か月|ヶ月|年|点|時間|分|ml|l|人|割|以上|以下|未満)|どのくらい|どれくらい|どの程度"
        r"|目標|基準|値|数値|期間|間隔|頻度|用量|投与量|how (?:much|many|long|often)|what dose|target|threshold"
    ),
    Wants.DOSE: re.compile(
        r"用量|投与量|何mg|何錠|飲む量|使用量|初回量|維持量|最大量|\bdose\b|how much"
    ),
    Wants.CONTRAINDICATION: re.compile(
        r"禁忌|使えない|使ってはいけない|避け|だめ|ダメ|飲めない|投与できない|してはいけない|contraindicat|should not|avoid"
    ),
    Wants.EXCEPTION: re.compile(r"例外|ただし|除外|注意|当てはま|except"),
    Wants.STRENGTH: re.compile(
        r"推奨の強さ|推奨度|推奨グレード|推奨クラス|推奨レベル|エビデンスレベル|エビデンスの確実性|確実性|どのくらい強く|どの程度強く|strength|certainty"
    ),
    Wants.REASON: re.compile(r"なぜ|理由|どうして|根拠|why|reason"),
}
#: Words of asking, not of the matter asked about.
_ASKING = frozenset(
    [
        "何",
        "どう",
        "どの",
        "どれ",
        "どれくらい",
        "どのくらい",
        "幾つ",
        "いくつ",
        "いくら",
        "どちら",
        "誰",
        "いつ",
        "なぜ",
        "何故",
        "教える",
        "下さる",
        "ください",
        "知る",
        "良い",
        "よい",
        "いい",
        "為る",
        "する",
        "有る",
        "ある",
        "居る",
        "いる",
        "成る",
        "なる",
        "出来る",
        "できる",
        "事",
        "こと",
        "物",
        "もの",
        "時",
        "とき",
        "場合",
        "人",
        "方",
        "言う",
        "いう",
        "行う",
        "用いる",
        "使う",
        "使用",
        "投与",
        "the",
        "a",
        "an",
        "of",
        "in",
        "is",
        "are",
        "be",
        "to",
        "for",
        "and",
        "or",
        "should",
        "what",
        "which",
        "how",
        "with",
        "on",
        "we",
        "you",
        "at",
        "do",
        "does",
        "can",
        "it",
        "this",
        "that",
        "by",
    ]
)
#: Words that most passages of a clinical guideline hold.
_COMMON = frozenset(
    [
        "患者",
        "治療",
        "薬",
        "薬剤",
        "推奨",
        "疾患",
        "症",
        "病",
        "診療",
        "ガイドライン",
        "勧める",
        "必要",
        "対する",
        "於く",
        "目標",
        "量",
        "値",
        "為",
        "ため",
        "patient",
        "patients",
    ]
)


def read(question: str) -> tuple[Part, ...]:
    """The parts of a question, in order; at least one."""
    pieces = [piece for piece in _PART_END.split(question.strip()) if piece and piece.strip()]
    return tuple(_part(piece) for piece in pieces) or (_part(question),)


def _part(text: str) -> Part:
    folded = fold(text).lower()
    return Part(
        text=text,
        weights={word: _weight(word) for word in words(text) if word not in _ASKING},
        wants=frozenset(kind for kind, cue in _CUES.items() if cue.search(folded)),
    )


def _weight(word: str) -> float:
    if word in _COMMON:
        return 0.3
    if re.fullmatch(r"[ぁ-ん]+", word):
        return 0.2
    return 1.0 if len(word) > 1 else 0.6
