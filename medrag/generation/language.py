"""What generation and the answer say to a reader, in the language of the question.

Codes are for programs and never change; the sentences beside them stand on the page with the answer.
"""

from __future__ import annotations

import re
from typing import Literal

from medrag.errors import Notice

Language = Literal["ja", "en"]


def language_of(question: str) -> Language:
    """Japanese if there is any kana or kanji in the question, else English."""
    return "ja" if re.search(r"[ぁ-ヿ㐀-鿿々ｦ-ﾟ]", question) else "en"


#: Answers that consist of the statement that there is none.
NOTHING_FOUND: dict[Language, str] = {
    "ja": "該当する記載は、検索した文書の中に見つかりませんでした。",
    "en": "No statement that answers the question was found in the documents searched.",
}
WITHHELD: dict[Language, str] = {
    "ja": "該当する記載はありますが、文書の引用上限により、ここには示せません。原文を確認してください。",
    "en": "There is a statement, but the document's quotation limit does not allow it to be shown. See the original.",
}
#: Said without asking the model, which could only answer from memory.
NO_EVIDENCE: dict[Language, str] = {
    "ja": "資料の中に答えがありません。",
    "en": "The passages do not contain the answer.",
}

_NOTICES: dict[str, dict[Language, str]] = {
    "extractive": {
        "ja": "言語モデルは使っていません。答えは、資料の文をそのまま抜き出して示します。",
        "en": "No language model was used: what is answered is quoted from the documents as it stands.",
    },
    "part_unanswered": {
        "ja": "「{asked}」に答える記載は見つかりませんでした。",
        "en": "Nothing was found for “{asked}”.",
    },
    "other_language": {
        "ja": "質問と異なる言語（{language}）の文書から、翻訳せずに引用しています。",
        "en": "Quoted untranslated from a document in another language ({language}).",
    },
    "against": {
        "ja": "「{said}」は、行わないことを勧める推奨です（{grade}）。",
        "en": "“{said}” is a recommendation against it ({grade}).",
    },
    "read_as": {
        "ja": "「{written}」を「{read}」と読み替えました。",
        "en": "“{written}” was read as “{read}”.",
    },
    "quote_limit": {
        "ja": "「{title}」の引用上限（1回答につき{limit}字）のため、{left_out}文を示していません。"
        "例外や条件が含まれることがあるため、原文を確認してください。",
        "en": "The quotation limit of “{title}” ({limit} characters an answer) leaves out {left_out} "
        "sentence(s), which may hold exceptions or conditions. See the original.",
    },
    "evidence_dropped": {
        "ja": "{hits}件の資料のうち{dropped}件は、トークン数の上限に収まらず、モデルに示していません。",
        "en": "{dropped} of {hits} passages did not fit the token budget and were not shown to the model.",
    },
    "asked_again": {
        "ja": "モデルの最初の応答が使えなかったため、{shown}件の資料で1回だけ尋ね直しました（{why}）。",
        "en": "The model's first reply was unusable; it was asked once more with {shown} passages ({why}).",
    },
    "answer_truncated": {
        "ja": "トークン数の上限で応答が途切れたため、書きかけの最後の文を除きました。",
        "en": "The model ran out of tokens; its last, unfinished sentence was left out.",
    },
    "model_failed": {
        "ja": "言語モデルから回答を得られなかったため、資料の抜粋で回答しました"
        "（{why}）。medrag doctor で接続を確かめてください。",
        "en": "The language model gave no answer, so the answer is quoted from the documents ({why}). "
        "Check the connection with medrag doctor.",
    },
    "no_hits": {
        "ja": "検索で1件も見つかりませんでした。質問の語と、時点や絞り込みの条件を確かめてください。",
        "en": "The search found nothing. Check the words of the question, the date and the filters.",
    },
    "unresolved_marker": {
        "ja": "[{number}] に対応する資料はありません。",
        "en": "There is no passage [{number}].",
    },
    "superseded_edition": {
        "ja": "[{number}] {title}は旧版です。現行版を確認してください。",
        "en": "[{number}] {title} is a superseded edition. Check the current one.",
    },
    "unverified_claims": {
        "ja": "{count} 件の記載は引用元で確認できませんでした。",
        "en": "{count} statement(s) could not be confirmed in what they cite.",
    },
    "uncited_claims": {
        "ja": "引用のない記載が含まれています。",
        "en": "Some statements have no citation.",
    },
    "needs_review": {
        "ja": "人による確認が必要な記載が含まれています。",
        "en": "Some statements need to be checked by a person.",
    },
    "abstained": {
        "ja": "収載された資料の範囲では、この質問への回答を確認できませんでした。",
        "en": "Within the documents held here, no answer to this question could be confirmed.",
    },
}


def notice(code: str, language: Language, /, **values: object) -> Notice:
    """A reservation in the reader's language."""
    return Notice(code=code, message=_NOTICES[code][language].format(**values))
