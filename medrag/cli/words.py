"""What an error or a notice is called in Japanese: the line above the precise message, which stays.

The precise message, in English, is what an operator searches for and what `--json` gives; the name
in Japanese tells everybody else what has happened.
"""

from __future__ import annotations

from medrag.errors import MedragError

_ERRORS = {
    "CorpusError": "corpus.toml に誤りがあります",
    "DamagedDocument": "ファイルが壊れています",
    "EmptyDocument": "読み取れる文字がありません",
    "EncryptedDocument": "パスワードで保護されています",
    "EvaluationError": "検証・評価の入力に誤りがあります",
    "GenerationError": "言語モデルから回答を得られませんでした",
    "IndexCorrupted": "索引が壊れています",
    "IndexLocked": "別の処理が索引に書き込み中です",
    "IndexMismatch": "索引がこの版や設定と合いません。作り直してください",
    "IndexNotFound": "索引（または指定した世代）がありません",
    "LexiconError": "辞書ファイルに誤りがあります",
    "LimitExceeded": "文書が大きすぎるか、読み取りに時間がかかりすぎます",
    "MedragError": "ファイルを読み書きできません",
    "MissingDependency": "追加のパッケージが必要です",
    "NeedsOCR": "文字情報のない画像のページです。OCR をかけてから読み込んでください",
    "NotInIndex": "その文書や箇所は索引にありません",
    "ParseError": "文書を読み込めません",
    "PromptTooLong": "質問と資料が長すぎて言語モデルに渡せません",
    "QuestionError": "質問またはその条件を受け付けられません",
    "SettingsError": "設定または指定に誤りがあります",
    "SourceNotFound": "ファイルがありません",
    "StorageError": "索引を使えません",
    "UndecodableText": "文字コードを判別できません",
    "UnsupportedFormat": "対応していない形式のファイルです",
    "UsageError": "使い方に誤りがあります",
}
_NOTICES = {
    "directions_only": "推奨の書式がないため、指示の文を挙げました",
    "drawn_text": "図形として描かれた文字は読めません",
    "encoding_uncertain": "文字コードの判別が確実ではありません",
    "hidden_text": "隠れた文字を除きました",
    "javascript": "PDF のスクリプトは実行していません",
    "needs_ocr": "文字情報のないページを除きました（OCR が必要）",
    "no_headings": "見出しを認識できませんでした",
    "questions_without_recommendation": "推奨を認識できない CQ があります",
    "recommendations_without_strength": "強さの記載がない推奨があります",
    "structure_uncertain": "推奨を認識できませんでした",
    "supersedes_unknown": "置き換える元の版が見つかりません",
    "tables_as_text": "表を文章として読み取りました",
}


def error_lines(error: MedragError) -> list[str]:
    """An error as lines: what has happened, precisely where and what, and what to do."""
    name = type(error).__name__
    place = f"{error.where}: " if error.where else ""
    lines = [f"medrag: {_ERRORS.get(name, 'エラーです')}", f"  {name}: {place}{error.message}"]
    return [*lines, f"  → {error.hint}"] if error.hint else lines


def notice_line(code: str, message: str) -> str:
    """A notice as a line."""
    name = _NOTICES.get(code)
    return f"{name}: {message}" if name else message
