"""What a sentence does: recommend, direct, forbid, limit, report.

Japanese says so at the end of the sentence (…を推奨する, …しないこと, …の限りでない), so it is read
from there, polite forms made plain first; English says so at the verb (we recommend against).
"""

from __future__ import annotations

import re

from medrag.documents.guideline import Grade, Polarity
from medrag.japanese.normalize import fold
from medrag.japanese.sentences import WRAP

_POLITE = (
    ("いません", "わない"),
    ("りません", "らない"),
    ("ません", "ない"),
    ("ないでください", "ないこと"),
    ("避けてください", "避ける"),
    ("控えてください", "控える"),
    ("してください", "すること"),
    ("でしょう", "だろう"),
    ("します", "する"),
    ("めます", "める"),
    ("けます", "ける"),
    ("べます", "べる"),
    ("せます", "せる"),
    ("れます", "れる"),
    ("えます", "える"),
    ("います", "う"),
    ("ります", "る"),
    ("きます", "く"),
    ("みます", "む"),
    ("です", "だ"),
)
_RECOMMENDS = re.compile(
    r"(?:推奨|提案|勧め|すすめ|勧奨)(?:する|しない|る|ない|され|られ|でき|を?(?:提示|決定|保留|示さ|定め|行わ|作成)|の方向|は(?:でき|示|行)|には|できる)"
    r"|推奨を(?:提示|保留|示|定)|望ましい|べきで(?:は)?(?:ある|ない)|べきだ|考慮(?:する|しても|して[よ良]い|すべき)"
    r"|検討(?:する|しても|して[よ良]い|すべき)|妥当である|根拠が(?:ない|明らかで|乏しい)|第一選択(?:と|薬)|てはならない|て[もは]?(?:よい|良い|ならない|いけない)|(?:する|ない)こと[。．]?\s*$|[てで]ください"
    r"|推奨なし|結論(?:でき|を出せ|は出せ)ない|(?:避|控え)ける|行わない|行うこと"
    r"|(?:we|panel|society|committee|task force|group|guideline|college)\s+(?:strongly |conditionally |weakly |make |makes )*(?:recommends?|suggests?|advises?|no recommendation)\b"
    r"|\b(?:is|are|be) (?:strongly |conditionally |weakly |not )?(?:recommended|suggested|advised|considered)"
    r"|\b(?:is|are) (?:reasonable|indicated|not beneficial|appropriate|preferred|contraindicated)\b|^(?:offer|consider|do not|avoid|never|use|start|give)\b"
    r"|\bshould\b|\bmust\b|\bno recommendation\b|\bmay be\b|evidence is insufficient",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"(?:(?<!てい)(?<!でい)こと|(?:て|で)は(?:なら|いけ)ない|なければならない|べきで(?:は)?(?:ある|ない)|べきだ|望ましい|必要(?:は|が)?ない|不要である|必要である|必要とする"
    r"|避ける|控える|[てで][もは]?[よ良]い|[てで]ください|できる限り|勧め(?:る|ない|られる|られない)|推奨(?:する|しない|され(?:る|ない))|提案(?:する|しない)|禁忌である|禁止する|されたい|願いたい|努める)"
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
    r"(?:ある|(?<!用)いる|なる|まる|おこる|起こる|起きる|生じる|伴う|みられる|見られる|できる|(?:増|考|超|見|衰|絶|い|言|行|使|思)える|(?<![入触離])れる|示す|異なる|含む|及ぶ|続く|かかる|要する|意味する|低下する|上昇する|増加する|減少する|発症する|分かれる|占める"
    r"|とおりである|できない|多くない|少なくない|ではない|(?<![入触離忘])れない|していない|から適用する|廃止する|施行する|定めるものとする|による|よる|とする場合|ものとする)[。．.]?\s*$"
)
_ORDERS = re.compile(
    r"(?:(?<!である)(?<!できる)(?<!できない)(?<!支えない)こと|て(?:は)?(?:なら|いけ)ない|なければならない|べきで(?:は)?(?:ある|ない)|望ましい|されたい|願いたい|努める|避ける)"
    r"(?:とする)?\s*(?:[（(][^（()）]*[)）])?[。．]\s*$"
)
_CHARGES = re.compile(
    r"(?:算定|請求|加算|合算|計算|算出)(?:を?する|を?行う)?こと(?:とする)?[。．.]?\s*$"
)
_EXCEPTS = re.compile(
    r"^(?:ただし|但し|例外|もっとも|however|except|unless|this recommendation does not)"
    r"|を除く|を除き|除外する|(?:この|その)限りでは?ない|対象(?:と|に)(?:し|含め|含ま)ない|対象(?:から)?除|対象外|適用(?:し|され)ない|当てはめない|含めない|含まない"
    r"|does not apply|do not apply|not apply to|excluded",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"(?:患者|例|者|児|人|場合|妊婦|小児|高齢者|女性|男性|とき|(?<!同)時|症|既往|併用中|歴|(?<![処一両地後前双])方|(?<=[いるた])日)(?:さん|様)?(?:で|に|は|には|では|については|、|，)"
    r"|(?:in|for|with) (?:patients|people|adults|women|children|those)|patients (?:with|who)|during pregnancy",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    r"(?:ください|禁忌(?:である|とする)?|ない|なく|ず|避ける|控える|除く|判断する|検討する|考慮する|減量する|中止する|注意する|変更する|慎重に.{0,12}|とどめる|超えないこと|ないこと|こと|する|用いる|選ぶ|行う|とする|始める|続ける|確かめる|優先する|延期する|減らす|いけない|[うくすつぬふむぐぶる])"
    r"[。．.]?\s*$|should (?:be|not)|must not|do not|relaxed|avoid",
    re.IGNORECASE,
)
_WITHHELD = re.compile(
    r"(?:には|では|に対しては)[^。]{0,30}(?:(?:投与|使用|実施|適用|併用|開始)(?:は)?し|行わ|用い|使わ|与え|勧め)ない[。．.]?\s*$"
)
_WITHDRAWS = re.compile(
    r"(?:本|この|上記の?|当該)(?:推奨|ステートメント)[^。]{0,12}(?:適用|対象|当てはめ|含め|含ま)[^。]{0,6}(?:ない|外)|this recommendation does not",
    re.IGNORECASE,
)
_GRADED = re.compile(
    r"\s*[（(〔［\[【〈《][^（(〔［\[【〈《\]］〕)）】〉》]*[)）〕］\]】〉》]\s*[。．.]?\s*$"
)
_NEITHER = re.compile(
    r"推奨(?:の方向|の強さ)?(?:を|は|が|も|については)(?:提示|決定|明示|示|定|保留|行|作成|出)[^。]{0,6}(?:ない|ず|なかった|する$|する。)"
    r"|推奨を保留|推奨(?:の方向|の強さ)(?:を|は|性)[^。]{0,8}ない|推奨なし|明確な推奨(?:は|を|が)[^。]{0,8}(?:ない|ず|困難|控)|結論(?:でき|を出せ|は出せ|が得られ)ない|結論できない"
    r"|判断(?:(?:は|が)?でき(?:ない|ず)|を保留)|(?:よい|良い)とも(?:悪い|わるい)とも(?:いえ|言え)ない|どちらともいえない|どちらとも言えない|(?:いずれ|どちら)(?:も|とも)(?:推奨|提案|勧め)|決定でき(?:ない|なかった)|定めない"
    r"|推奨も反対も|推奨の(?:有無|可否|是非|方向|強さ)[^。]{0,12}(?:ない|ず|保留)|(?:勧め|推奨)[^。]{0,14}(?:決め|定め|判断し)(?:てい)?ない|とも[^。]{1,10}ないとも|判断を(?:見送|控え|留保)"
    r"|no recommendation|neither for nor against|cannot be made|(?:unable|not able) to (?:make|reach|issue|formulate|recommend)|(?:could|did|can) ?not (?:make|reach|issue|formulate|agree)|(?:for or|or) against\b",
    re.IGNORECASE,
)
# Reasons for not deciding, which may also stand before a decision: 根拠がないので勧められない.
_UNFOUNDED = re.compile(
    r"(?:推奨|勧め)(?:する|る|の)?(?:だけの|に足る|十分な)*根拠(?:が|は)[^。、]{0,12}"
    r"|根拠(?:が|は)(?:明らかで(?:は)?ない|ない|十分で(?:は)?ない|不十分|乏しい|乏しく|なく)"
    r"|insufficient evidence|evidence is (?:currently )?insufficient",
    re.IGNORECASE,
)
# A grade that says that there is none.
_UNDECIDED = re.compile(
    r"(?:推奨|該当|判断|判定)?(?:なし|無し)|no recommendation|none|.*(?:定めない|決めない|保留|見送り|判定不能|できない)",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"(?:推奨|提案|勧め|すすめ)(?:する|る|される|られる|できる|て[もは]?よい)|望ましい|べきである|(?:考慮|検討)(?:する|して[もは]?[よ良]い)|て[もは]?[よ良]い"
)
# What refuses does so at the end of its clause; before a noun (推奨されない患者に…) it only describes.
_FINAL = r"(?![一-龥々ァ-ヶ]|ため|とき)"
_AGAINST = re.compile(
    r"ない(?:こと|よう)(?:に|を|が|と|も)?(?:は|も)?(?:一律に)?(?:[、，])?(?:強く|弱く|条件付きで|原則)?(?:的に)?(?:推奨|提案|勧め|すすめ|望ましい|求め|考慮|検討)"
    rf"|(?:推奨(?:し|さ(?:れ)?|でき|は?され)ない|勧め(?:られ|し)?ない|すすめ(?:られ|し)?ない|勧めるべきでは?ない|提案しない){_FINAL}"
    rf"|(?:て|で)は(?:なら|いけ)ない{_FINAL}|べきで(?:は)?ない{_FINAL}|ない(?:方|ほう)が(?:よ|良|望まし)い"
    r"|(?:避け|控え)る(?:べき|こと|よう|必要|の|[。．、）)\s]|$)|(?:避け|控え)(?:なければ|た(?:方|ほう))|禁忌(?:である|とする)?(?:[。．（(]|\s*$)|禁止(?!され)"
    rf"|必要(?:は|が)?ない{_FINAL}|不要である|有用で(?:は)?ない{_FINAL}|適応(?:は|が|と)(?:し|なら)?ない{_FINAL}"
    r"|ない(?:こと)?(?:とする|である)?[。．.]?\s*(?:[（(][^（()）]*[)）])?[。．.]?$"
    r"|(?:recommend|suggest|advise)(?:s|ed)? (?:against|not)|\b(?:should|must|shall|may|can) not\b|\bnot (?:be|recommended|suggested|advised|indicated|beneficial|appropriate)\b"
    r"|^(?:do not|never|avoid)\b|\b(?:we|panel|society) do(?:es)? not\b|\b(?:should|must|be|is|are|to be) (?:never|avoid(?:ed)?)\b|\b(?:recommend|suggest)(?:s|ed)? (?:to avoid|avoid)|\bcontraindicated[.\s]*$"
    r"|\bthat [^.]{1,60} not be\b",
    re.IGNORECASE,
)
_DOUBLE = re.compile(r"なければならない|少なくない|ないとは(?:いえ|言え|限ら)ない")
_REPORTS = re.compile(
    r"試験|解析|報告(?!する|すること|書)|登録研究|ハザード比|信頼区間|相対リスク|であった|なかった|された|[^ま]した[。．]|示され|文献|とされる|と考えられる|trial|cohort|hazard|CI\b|was |were ",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"(?:示す|示した|表す|表した|とした|定義|分類した|段階|付けた|付す|併記|意味する|次のとおり|以下のとおり|記した|記載した|用いた|表し|答えたもの|denotes?|\b(?:means?|shows?)\b|are graded|were graded|defined)"
)
_LEGEND = re.compile(
    r"(?<![A-Za-z0-9.])[A-D0-9][12]?\s*\([^()]{2,20}\)\s*[、,・/と]\s*[A-D0-9][12]?\s*\([^()]{2,20}\)"
)
_UNGRADED = re.compile(r"(?:度合い?|強さ|グレード|推奨度|クラス)[はをも](?:付|つけ)[^。]{0,4}ない")
_RATES = re.compile(
    r"根拠|エビデンス|見解|有[用効]性が|有害(?:である|性)|推奨(?:度|グレード|の強さ)|evidence|usefulness|benefit[s]? (?:out)?weigh",
    re.IGNORECASE,
)
_SUBJECT = 10  # characters; evidence mentioned further on is a reason: この薬は、根拠が乏しいので…
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
    folded = WRAP.sub("", fold(sentence)).replace("\n", " ").strip()
    for polite, bare in _POLITE:
        folded = folded.replace(polite, bare)
    return folded


def recommending(sentence: str) -> bool:
    """Whether a sentence recommends something, for or against, or says that it cannot."""
    said = plain(sentence)
    if _UNGRADED.search(said):
        return False
    return _RECOMMENDS.search(said) is not None or _NEITHER.search(said) is not None


def weighing(sentence: str) -> bool:
    """Whether a sentence uses the verbs of recommending themselves."""
    return re.search(r"推奨|提案|勧め|すすめ|望ましい|recommend|suggest", sentence) is not None


def undecided(sentence: str) -> bool:
    """Whether a sentence says that no recommendation is made."""
    return _NEITHER.search(plain(sentence)) is not None


def defining(sentence: str) -> bool:
    """Whether a sentence explains how grades are written rather than gives one."""
    said = plain(sentence)
    return _DEFINES.search(said) is not None or _LEGEND.search(said) is not None


def rating(sentence: str) -> bool:
    """Whether a sentence speaks of the evidence for things in general, as definitions of grades do."""
    said = fold(sentence)
    while (shorter := _GRADED.sub("", said)) != said:
        said = shorter
    rated = _RATES.search(said)
    return rated is not None and (said.isascii() or rated.start() < _SUBJECT)


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


def ordering(sentence: str) -> bool:
    """Whether a sentence orders or forbids in so many words, other than how to charge.

    Notices also end in こと where they interpret (…ものであること, …算定できること).
    """
    said = plain(sentence)
    return _ORDERS.search(said) is not None and _CHARGES.search(said) is None


def exceptional(sentence: str) -> bool:
    """Whether a sentence says in so many words that it limits another."""
    return _EXCEPTS.search(plain(sentence)) is not None


def asking(sentence: str) -> bool:
    """Whether a sentence is a question."""
    return re.search(r"(?:か[。．]?|[?？][。．]?)\s*$", sentence) is not None


def withdrawing(sentence: str) -> bool:
    """Whether a sentence says that the recommendation it explains does not hold for somebody."""
    return _WITHDRAWS.search(plain(sentence)) is not None


def withholding(sentence: str) -> bool:
    """Whether a sentence says to whom something is not given."""
    said = _GRADED.sub("", plain(sentence))
    return _WITHHELD.search(said) is not None and _WHO.search(said) is not None


def limiting(sentence: str) -> bool:
    """Whether a sentence says for whom or when something else holds."""
    said = _GRADED.sub("", plain(sentence))
    if _EXCEPTS.search(said) or _WITHHELD.search(said):
        return True
    if _REPORTS.search(said):
        return False
    return _WHO.search(said) is not None and _LIMITS.search(said) is not None


def reporting(sentence: str) -> bool:
    """Whether a sentence reports findings."""
    return _REPORTS.search(plain(sentence)) is not None


def polarity(
    text: str, *, strength: Grade | None = None, refusing: frozenset[str] = frozenset()
) -> Polarity:
    """Whether a recommendation is for, against, or neither.

    A class III and a grade that itself refuses (勧めない) mean against whatever the
    sentence says: guidelines of the circulation societies state there what is not to be done,
    without negating it. So do those whose grades refuse by their own legend (`refusing`).
    """
    said = plain(text).lstrip("*_ ")
    first = said.split("。")[0] or said
    grade = plain(strength.raw) if strength else ""
    if _UNDECIDED.fullmatch(grade) or _NEITHER.search(said):
        return "neither"
    if re.search(
        r"(?:推奨|提案|勧め)(?:られ)?しない|勧めない|行わない|ない(?:こと|よう)|against|^[×✕]",
        grade,
    ):
        return "against"
    if (
        strength
        and strength.scheme == "class"
        and re.match(r"(?:クラス|class)?\s*(?:III|3)", grade, re.IGNORECASE)
    ):
        return "against"
    founded = _UNFOUNDED.sub("", _DOUBLE.sub("", first))
    if _AGAINST.search(founded):
        return "against"
    if _VERDICT.search(founded):
        return "for"
    if _UNFOUNDED.search(first):
        return "neither"
    if re.sub(r"^(?:推奨度|グレード|クラス|レベル)\s*|\s*\(.*", "", grade) in refusing:
        return "against"
    # Minds 2007: C2 and D are grades of what is not to be done, where the sentence leaves it open.
    letters = strength is not None and strength.scheme == "letter" and not first.isascii()
    return "against" if letters and re.match(r"(?:グレード)?\s*(?:C2|D)\b", grade) else "for"
