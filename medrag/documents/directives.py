"""What a sentence does: recommend, direct, forbid, limit, report.

Japanese says so at the end of the sentence (…を推奨する, …しないこと, …の限りでない), so it is read
from there, polite forms made plain first; English says so at the verb (we recommend against).
"""

from __future__ import annotations

import re

from medrag.documents.guideline import Grade, Polarity
from medrag.japanese.normalize import fold

_POLITE = (
    ("いません", "わない"),
    ("りません", "らない"),
    ("ません", "ない"),
    ("でしょう", "だろう"),
    ("します", "する"),
    ("です", "だ"),
)
_RECOMMENDS = re.compile(
    r"(?:推奨|提案|勧め|すすめ|勧奨)(?:する|しない|され|られ|でき|を?(?:提示|決定|保留|示さ|定め|行わ|作成)|の方向|は(?:でき|示|行)|には|できる)"
    r"|推奨を(?:提示|保留|示|定)|望ましい|べきで(?:は)?(?:ある|ない)|べきだ|考慮(?:する|しても|して[よ良]い|すべき)"
    r"|検討(?:する|しても|して[よ良]い|すべき)|妥当である|根拠が(?:ない|明らかで|乏しい)|第一選択(?:と|薬)|てはならない|て[もは]?(?:よい|良い|ならない|いけない)"
    r"|推奨なし|結論(?:でき|を出せ|は出せ)ない|(?:避|控え)ける|行わない|行うこと"
    r"|(?:we|the panel|society|committee)\s+(?:strongly |conditionally |weakly |make |makes )*(?:recommend|suggest|advise|no recommendation)"
    r"|\b(?:is|are|be) (?:strongly |conditionally |weakly |not )?(?:recommended|suggested|advised|considered)"
    r"|\bshould\b|\bmust\b|\bno recommendation\b|\bmay be\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"(?:(?<!てい)(?<!でい)こと|(?:て|で)は(?:なら|いけ)ない|なければならない|べきで(?:は)?(?:ある|ない)|べきだ|望ましい|必要(?:は|が)?ない|不要である|必要である|必要とする"
    r"|避ける|控える|(?:し|い|っ)て[もは]?[よ良]い|できる限り|勧め(?:る|ない|られる|られない)|推奨(?:する|しない|され(?:る|ない))|提案(?:する|しない)|禁忌である|禁止する|されたい|願いたい|努める)"
    r"(?:とする|である|だ)?[。．.]?\s*(?:[（(][^（()）]*[)）])?[。．.]?\s*$"
    r"|(?:直ちに|速やかに|必ず|ただちに)[^。]{3,}[うくすつぬふむぐぶる][。．.]\s*$"
    r"|\b(?:should|must|shall)\b|^(?:do not|never|avoid|ensure|always)\b",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"(?:[うくすつぬふむぐぶる]|ない|てもらう|ておく)[。．.]?\s*(?:[（(][^（()）]*[)）])?[。．.]?\s*$"
    r"|^[A-Z][a-z]+ (?:the|a|an|every|each|at|for|with|in|to|and)\b"
)
_STATE = re.compile(
    r"(?:ある|いる|なる|まる|おこる|起こる|起きる|生じる|伴う|みられる|見られる|できる|える|れる|示す|異なる|含む|及ぶ|続く|かかる|要する|意味する|低下する|上昇する|増加する|減少する|発症する|分かれる|占める"
    r"|とおりである|できない|多くない|少なくない|ではない|れない|していない|定めるものとする|による|よる|とする場合|ものとする)[。．.]?\s*$"
)
_EXCEPTS = re.compile(
    r"^(?:ただし|但し|例外|もっとも|however|except|unless|this recommendation does not)"
    r"|を除く|を除き|除外する|(?:この|その)限りでは?ない|対象(?:と|に)(?:し|含め|含ま)ない|対象(?:から)?除|対象外|適用(?:し|され)ない|当てはめない|含めない|含まない"
    r"|does not apply|do not apply|not apply to|excluded",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"(?:患者|例|者|児|人|場合|妊婦|小児|高齢者|女性|男性|とき|時|症|既往|併用中|歴)(?:で|に|は|には|では|については|、|，)"
    r"|(?:in|for|with) (?:patients|people|adults|women|children|those)|patients (?:with|who)|during pregnancy",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    r"(?:ない|なく|ず|避ける|控える|除く|判断する|検討する|考慮する|減量する|中止する|注意する|変更する|慎重に.{0,12}|とどめる|超えないこと|ないこと|こと|する|用いる|選ぶ|行う|とする|始める|続ける|確かめる|優先する|延期する|減らす|いけない|[うくすつぬふむぐぶる])"
    r"[。．.]?\s*$|should (?:be|not)|must not|do not|relaxed|avoid",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"推奨(?:の方向|の強さ)?(?:を|は|が|も|については)(?:提示|決定|明示|示|定|保留|行|作成|出)[^。]{0,6}(?:ない|ず|する$|する。)"
    r"|推奨を保留|推奨(?:の方向|の強さ)(?:を|は|性)[^。]{0,8}ない|推奨なし|明確な推奨|推奨(?:する|の)?根拠が|結論(?:でき|を出せ|は出せ|が得られ)ない|結論できない"
    r"|根拠が(?:明らかで(?:は)?ない|ない|十分でない|不十分|乏しい)|判断(?:でき|を保留)|どちらともいえない|どちらとも言えない|決定でき(?:ない|なかった)|定めない"
    r"|no recommendation|insufficient evidence|neither for nor against|cannot be made|unable to (?:make|recommend)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"ない(?:こと|よう)(?:に|を|が|と|も)?(?:は|も)?(?:一律に)?(?:[、，])?(?:強く|弱く|条件付きで|原則)?(?:的に)?(?:推奨|提案|勧め|すすめ|望ましい|求め|考慮|検討)"
    r"|推奨(?:し|さ(?:れ)?|でき|は?され)ない|勧め(?:られ)?ない|すすめ(?:られ)?ない|勧めるべきでは?ない|提案しない"
    r"|(?:て|で)は(?:なら|いけ)ない|べきで(?:は)?ない|避ける|控える|禁忌(?:である|とする|。|$)|禁止|必要は?ない|不要である"
    r"|ない(?:こと)?(?:とする|である)?[。．.]?\s*(?:[（(][^（()）]*[)）])?[。．.]?$"
    r"|(?:recommend|suggest|advise)(?:s|ed)? (?:against|not)|\b(?:should|must|shall|may|can) not\b|\bnot (?:be )?(?:recommended|suggested|advised|prescribed|used|given|offered)"
    r"|\bdo not\b|\bavoid\b|\bnever\b|\bthat [^.]{1,60} not be\b",
    re.IGNORECASE,
)
_DOUBLE = re.compile(r"なければならない|少なくない|ないとは(?:いえ|言え|限ら)ない")
_REPORTS = re.compile(
    r"試験|解析|報告|登録研究|ハザード比|信頼区間|相対リスク|であった|なかった|された|[^ま]した[。．]|示され|文献|とされる|と考えられる|trial|cohort|hazard|CI\b|was |were ",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"(?:示す|示した|表す|表した|とした|定義|分類した|段階|付けた|付す|併記|意味する|次のとおり|以下のとおり|記した|記載した|用いた|表し|答えたもの|denotes?|are graded|were graded|defined)"
)
_GUIDANCE = re.compile(
    r"ガイドライン|手引き?|指針|マニュアル|手順書?|要領|プロトコル|通知|事務連絡|留意事項|安全管理|診療の|看護|取扱い|ケア|対応フロー|ハンドブック|基準"
    r"|guideline|guidance|manual|protocol|procedure|policy|pathway",
    re.IGNORECASE,
)


def guidance(title: str, text: str) -> bool:
    """Whether a document sets out what its reader is to do, judged by its title and first lines."""
    return _GUIDANCE.search(title) is not None or _GUIDANCE.search(text[:300]) is not None


def plain(sentence: str) -> str:
    """A sentence folded, with polite endings made plain."""
    folded = fold(sentence).strip()
    for polite, bare in _POLITE:
        folded = folded.replace(polite, bare)
    return folded


def recommending(sentence: str) -> bool:
    """Whether a sentence recommends something, for or against, or says that it cannot."""
    return _RECOMMENDS.search(plain(sentence)) is not None


def defining(sentence: str) -> bool:
    """Whether a sentence explains how grades are written rather than gives one."""
    return _DEFINES.search(fold(sentence)) is not None


def directing(sentence: str, *, item: bool) -> bool:
    """Whether a sentence tells the reader what to do or not to do.

    Args:
        sentence: With its full stop.
        item: Whether it stands in a list, where a plain verb is a step to take.
    """
    said = plain(sentence)
    if _STRONG.search(said):
        return _REPORTS.search(said) is None or "こと" in said[-6:]
    return item and _ACTION.search(said) is not None and _STATE.search(said) is None


def exceptional(sentence: str) -> bool:
    """Whether a sentence says in so many words that it limits another."""
    return _EXCEPTS.search(fold(sentence)) is not None


def limiting(sentence: str) -> bool:
    """Whether a sentence says for whom or when something else holds."""
    said = plain(sentence)
    if _EXCEPTS.search(said):
        return True
    return (
        _WHO.search(said) is not None
        and _LIMITS.search(said) is not None
        and not _REPORTS.search(said)
    )


def reporting(sentence: str) -> bool:
    """Whether a sentence reports findings."""
    return _REPORTS.search(fold(sentence)) is not None


def polarity(text: str, *, strength: Grade | None = None) -> Polarity:
    """Whether a recommendation is for, against, or neither.

    A class III, a letter D and a grade that itself refuses (勧めない) mean against whatever the
    sentence says: guidelines of the circulation societies state there what is not to be done,
    without negating it.
    """
    said = plain(text)
    first = said.split("。")[0] or said
    grade = plain(strength.raw) if strength else ""
    if grade in ("なし", "推奨なし", "none", "該当なし", "no recommendation") or _NEITHER.search(
        said
    ):
        return "neither"
    if re.search(r"(?:推奨|提案|勧め)(?:られ)?しない|勧めない|against", grade):
        return "against"
    if (
        strength
        and strength.scheme == "class"
        and re.match(r"(?:クラス|class)?\s*(?:III|3)", grade, re.IGNORECASE)
    ):
        return "against"
    if _AGAINST.search(_DOUBLE.sub("", first)):
        return "against"
    return "for"
