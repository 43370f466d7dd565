"""The words that every surface shows: the notice, and names of verdicts, differences and states."""

from __future__ import annotations

import re

NOTICE = (
    "研究目的のみ。医療機器ではなく、診療の判断に代わるものではありません。"
    "引用元の原文を必ず確認してください。"
    " / Research use only; not a medical device; check every statement against its source."
)
VERDICTS = {
    "supported": "✓ 引用元で確認",
    "partial": "△ 一部のみ確認",
    "contradicted": "✗ 引用元と矛盾",
    "unsupported": "✗ 引用元で確認できない",
    "uncited": "？ 引用なし",
    "not_a_claim": "主張ではない",
}
REVIEW = "（要確認）"
STATUSES = {
    "answered": "回答",
    "partial": "回答（確認できない部分あり）",
    "abstained": "回答を控えました",
}
MODES = {"extractive": "抜粋（言語モデル不使用）", "model": "言語モデルによる文章"}
#: Who checked, by the kind that `verified_by` begins with; a tier that is not here is shown as it is.
TIERS = {"lexical": "語句と数値の照合", "llm": "言語モデル"}
EDITIONS = {"current": "現行版", "superseded": "旧版", "unknown": "版の新旧は不明"}
NEAREST = "最も近い記載"
#: So many of them are shown with an abstention.
NEAREST_SHOWN = 3

#: What a difference is about, by `Difference.kind`; a kind that is not here is shown as it is.
DIFFERENCES = {
    "addition": "資料にない追加",
    "age": "年齢層",
    "alone": "単独・併用",
    "antonym": "反対の語",
    "causal_overclaim": "因果の言い過ぎ",
    "certainty": "エビデンスの確実性",
    "certainty_of_finding": "断定の度合い",
    "change": "増減",
    "comparator": "以上・未満などの区別",
    "condition_added": "条件の追加",
    "condition_dropped": "条件の脱落",
    "contraindication_caution": "禁忌と慎重の区別",
    "direction": "上昇・低下",
    "disease": "疾患",
    "doing": "開始・継続・中止",
    "dose_period": "1回量と1日量",
    "double_negation": "二重否定",
    "drug": "薬剤",
    "drug_class": "薬の分類",
    "duration": "期間",
    "edition_year": "版・年",
    "entity": "薬剤・疾患など",
    "fabricated_tail": "資料にない追加",
    "first_second_line": "選択の順位",
    "frequency": "回数",
    "laterality": "左右",
    "meal": "食前・食後",
    "negation": "否定",
    "novel": "資料にない語",
    "number": "数値",
    "polarity": "推奨の向き",
    "population": "対象",
    "range": "範囲",
    "role_swap": "役割の入れ替わり",
    "route": "投与経路",
    "scope": "対象の広さ",
    "severity": "重症度",
    "stitched": "資料にない組み合わせ",
    "strength": "推奨の強さ",
    "swapped_values": "値の入れ替わり",
    "timing": "時期・順序",
    "unit": "単位",
    "updown": "上昇・低下",
}

#: What a reader of an answer must know of how its documents were read, by the notice's code.
READINGS = {
    "drawn_text": "図形として描かれた文字は読み取れていません。原文を確認してください。",
    "encoding_uncertain": "文字コードの判別が確実ではありません。引用の文字を原文で確認してください。",
    "needs_ocr": "文字情報のないページは読み込まれていません。そこに関連する記載があるかもしれません。",
    "structure_uncertain": "推奨を認識できなかった文書です。推奨と解説の区別を原文で確認してください。",
    "tables_as_text": "セルの区切りを読み取れていない表があります。表の値は原文で確認してください。",
}


def checked_by(verified_by: str) -> str:
    """`verified_by` for people: its tiers in words, and the name itself."""
    known = TIERS.get(verified_by.partition(":")[0])  # llm:NAME
    return f"{known}（{verified_by}）" if known else verified_by


def without_markup(quote: str) -> str:
    """A quote as it is read: emphasis and heading signs of Markdown are left out, and nothing else.

    For display alone: spans and `Citation.quote` are the document's own characters.
    """
    return _SIGNS.sub("", _EMPHASIS.sub(r"\1", quote))


_EMPHASIS = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_SIGNS = re.compile(r"^(?:#{1,6}|>)\s+", re.MULTILINE)
