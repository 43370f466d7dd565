"""The words that every surface shows: the notice, and names of verdicts, states and editions."""

from __future__ import annotations

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
EDITIONS = {"current": "現行版", "superseded": "旧版", "unknown": "版の新旧は不明"}
NEAREST = "最も近い記載"
