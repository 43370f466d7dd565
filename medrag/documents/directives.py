"""What a sentence does: recommend, direct, forbid, except.

Japanese puts this at the end of the sentence (…を推奨する, …しないこと, …の限りでない), so it is read
from there; English at the verb (we recommend against).
"""

from __future__ import annotations

import re

from medrag.documents.guideline import Grade, Polarity
from medrag.japanese.normalize import fold

_RECOMMENDS = re.compile(
    r"(?:推奨|提案|勧め|すすめ|勧奨)(?:する|しない|され|られ|でき|を?(?:提示|決定|保留)|の方向|は|には|を)"
    r"|望ましい|べきで(?:ある|ない)|べきだ|考慮(?:する|してもよい|してよい|しても良い|すべき)|検討(?:する|してもよい|してよい|すべき)"
    r"|妥当である|根拠が(?:ない|明らかで|乏しい)|第一選択(?:と|薬)|してはならない|してもよい|推奨なし|結論(?:でき|を出せ)ない"
    r"|(?:we|the panel|society)\s+(?:strongly |conditionally |weakly )?(?:recommend|suggest|advise)"
    r"|\b(?:is|are) (?:strongly |conditionally |weakly )?(?:recommended|suggested|advised)|\bshould\b|\bno recommendation\b",
    re.IGNORECASE,
)
_DIRECTS = re.compile(
    r"(?:する|行う|用いる|使用する|おく|いく|える|める|れる|せる|てる|ける|げる|べる|ねる|える|いる|ある|ない|ぬ|こと|ならない|よい|良い|ましい|べき|もの|とする|ばない|かない|さない|たない|わない|らない)"
    r"(?:である|とする|です)?[。．.]?\s*(?:[（(][^（()）]*[)）])?[。．.]?\s*$"
)
_EXCEPTS = re.compile(
    r"^(?:ただし|但し|なお|例外|もっとも|however|except|unless)"
    r"|を除く[。．)）]?|除外する|(?:この|その)限りでは?ない|対象としない|対象から除|対象外|適用しない|当てはめない|含めない",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"推奨(?:の方向)?(?:を|は|が)?(?:提示|決定|明示)?(?:し|でき)?(?:ない|ません|いない)(?!こと)(?<!推奨しない)"
    r"|推奨の方向(?:を|は|性)|推奨(?:を|は)(?:保留|提示しない|行わない|作成しない|出さない)|推奨なし|明確な推奨|結論(?:でき|を出せ|は出せ)ない"
    r"|根拠が(?:明らかで(?:は)?ない|ない|十分でない|不十分|乏しい)|判断(?:でき|を保留)|どちらともいえない|決定でき(?:ない|なかった)"
    r"|no recommendation|insufficient evidence|neither for nor against|cannot be made",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"(?:し|行わ|用い|使わ|与え|避け|控え|さ|せ|投与し|使用し|併用し|実施し|中止し|続け|し|開始し)ない(?:こと|よう)(?:に|を|が|と)?(?:も)?(?:一律に)?(?:強く|弱く|条件付きで)?"
    r"(?:も)?(?:推奨|提案|勧め|すすめ|望ましい)"
    r"|ない(?:こと|よう)(?:に|を|が|と)?(?:強く|弱く|条件付きで)?(?:推奨|提案|勧め|すすめ)"
    r"|推奨(?:し|さ(?:れ)?|でき)ない|勧め(?:られ)?ない|すすめ(?:られ)?ない|勧めるべきでない|提案しない"
    r"|(?:て|で)は(?:なら|いけ)ない|べきで(?:は)?ない|避ける|控える|禁忌|禁止|必要は?ない|不要である|行わない|用いない|使用しない|投与しない|しない(?:こと)?[。．.]?$"
    r"|ない(?:こと)?[。．.]?\s*(?:[（(][^（()）]*[)）])?[。．.]?$"
    r"|recommend(?:s|ed)? against|suggest(?:s|ed)? against|advise(?:s|d)? against|should not|must not|not (?:be )?(?:recommended|suggested|advised)|do not\b|avoid\b",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(r"試験|解析|報告|研究|であった|された|した[。．]|示され|文献")


_GUIDANCE = re.compile(
    r"ガイドライン|手引き?|指針|マニュアル|手順書?|要領|プロトコル|通知|事務連絡|留意事項|安全管理|診療の|看護|取扱い|ケア|対応フロー"
    r"|guideline|guidance|manual|protocol|procedure|policy|pathway",
    re.IGNORECASE,
)


def guidance(title: str, text: str) -> bool:
    """Whether a document sets out what its reader is to do, judged by its title and first lines."""
    return _GUIDANCE.search(title) is not None or _GUIDANCE.search(text[:300]) is not None


def recommending(sentence: str) -> bool:
    """Whether a sentence recommends something, for or against."""
    return _RECOMMENDS.search(fold(sentence)) is not None


def directing(sentence: str) -> bool:
    """Whether a sentence tells the reader to do or not to do something."""
    folded = fold(sentence)
    return _RECOMMENDS.search(folded) is not None or _DIRECTS.search(folded) is not None


def exceptional(sentence: str) -> bool:
    """Whether a sentence limits the one before it."""
    return _EXCEPTS.search(fold(sentence)) is not None


def background(sentence: str) -> bool:
    """Whether a sentence reports rather than directs."""
    return _BACKGROUND.search(fold(sentence)) is not None


def polarity(text: str, *, strength: Grade | None = None) -> Polarity:
    """Whether a recommendation is for, against, or neither.

    Class III and letter grade D mean against whatever the sentence says: guidelines of the
    circulation societies state there what is not to be done, without negating it.
    """
    folded = fold(text).strip()
    first = folded.split("。")[0] or folded
    if strength is not None and fold(strength.raw).strip() in (
        "なし",
        "推奨なし",
        "none",
        "該当なし",
    ):
        return "neither"
    if _NEITHER.search(first):
        return "neither"
    if _AGAINST.search(first):
        return "against"
    if (
        strength is not None
        and strength.scheme == "class"
        and re.match(r"(?:クラス|class)?\s*(?:III|Ⅲ|3)", fold(strength.raw), re.IGNORECASE)
    ):
        return "against"
    return "for"
