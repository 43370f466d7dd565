"""Modality: how strongly something is recommended, how it is graded, how sure a finding is.

Strength and certainty stay under their scheme: societies differ, and グレードB is not 確実性B.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from medrag.japanese.normalize import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality:
    """The cues of one text.

    Attributes:
        strengths: Of "strong", "weak", "recommend", "consider".
        deontics: Of "prohibit", "caution", "must".
        certainty: Pairs "scheme:value", for example "certainty:b", "class:iia".
        hedged: It says may, suggests, is thought to.
        unknown: It says that something is not known.
        associated: It says that things go together, not that one causes the other.
        causal: It says that one thing brings about another.
        causes: It names a cause in so many words (原因, 引き起こす).
        proven: It says that something is proven, confirmed or certain.
    """

    strengths: frozenset[str]
    deontics: frozenset[str]
    certainty: frozenset[str]
    hedged: bool
    unknown: bool
    associated: bool
    causal: bool
    causes: bool
    proven: bool


_STRONG = re.compile(
    r"強く(?:推奨|勧|すすめ|奨|求め)|強い(?:推奨|勧告)|強に推奨|推奨の強さ\W{0,3}(?:は|が|:|：)?\W{0,3}(?:強|1)|推奨度\W{0,2}(?:は|が)?\W{0,2}強|strength\W{1,3}strong|推奨度(?:は|が)?\W{0,2}1|推奨グレード\W{0,2}[A1]\b|"
    r"strong(?:ly)?\s+recommend|strong\s+for|グレード\W?A\b|推奨クラス\W?I(?![IVa-z])|クラス\W?I(?![IVa-z])|Class I(?![IVa-z])|(?<![0-9A-Za-z.])1[ABCD](?![0-9a-zA-Z])",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"弱く(?:推奨|勧|すすめ|奨)|弱い(?:推奨|勧告)|提案|条件付き|条件つき|推奨の強さ\W{0,3}(?:は|が|:|：)?\W{0,3}(?:弱|2)|推奨度\W{0,2}(?:は|が)?\W{0,2}弱|strength\W{1,3}(?:conditional|weak)|推奨度(?:は|が)?\W{0,2}2|"
    r"conditional|weak(?:ly)?\s+(?:recommend|for)|suggest(?:s|ed)?(?!\s+that)|(?<![0-9A-Za-z.])2[ABCD](?![0-9a-zA-Z])|クラス\W?IIb|Class IIb",
    re.IGNORECASE,
)
_RECOMMEND = re.compile(
    r"(?<!弱い)(?<!弱く)(?<!条件付き)(?<!条件付きで)推奨(?!の強さ|度|クラス|グレード|文)|勧め|すすめ|奨め|奨励|べき|recommend|should",
    re.IGNORECASE,
)
_CONSIDER = re.compile(
    r"考慮(?:して|する|され|し|でき|が|を|も|すべ|に値)|検討(?:して|する|し(?=[、,])|され|でき|が|を|も|すべ|に値|\s*(?=[。．(\[]|$))|考慮(?=\s*(?:[。．(\[]|$))|[をも]考え(?:る|ます|てよい)|て(?:も)?(?:よい|良い|いい|構わない|かまわない|かまいません|構いません|差し支えない)|でも(?:よい|良い|いい)|(?<=ん)で(?:よい|良い|いい)|でも?(?:構わない|かまわない|かまいません|構いません|差し支えない|差し支えありません)|許され|許容され|許可|認められる|(?<=[^不])可(?=\s*(?:[。．(\[]|$))|選択肢|選択できる|\bconsider|\bmay be (?:used|given|considered)|グレード\W?C1|クラス\W?IIb",
    re.IGNORECASE,
)
_PROHIBIT = re.compile(
    r"禁忌|禁止|厳禁|てはならな|てはなら(?:ず|ぬ)|ではならな|てはいけ(?:ない|ません)|てはだめ|ことはできない|使用不可|投与不可|contraindicat|must not",
    re.IGNORECASE,
)
_CAUTION = re.compile(
    r"慎重|注意(?:し|を払|が必要|を要|深く|しながら|すれば|の上|のうえ)|監視し(?:な|つつ|て)|(?:観察|測り|モニタ(?:ー|リング)し)(?:し)?(?:ながら|つつ)|with caution|cautious|careful",
    re.IGNORECASE,
)
_MUST = re.compile(
    r"なければな|なくてはな|なければいけ|ねばなら|ざるを得|必須|必ず|義務|\bmust\b(?! not)",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"可能性|おそれ|恐れ|懸念|かもしれ|示唆|考えられ|思われ|推測|疑われ(?!た|れば|る(?:場合|患者|例|とき|際|者|人|症例|妊婦))|期待され|見込まれ|傾向|報告(?:されてい|されてお|が(?:ある|多い))|とみられ|may|might|could|suggests? that|possib|probabl|appears?",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"不明(?=である|だ|と|な点|。|．|、|$)|明らか(?:では?|に(?:は)?(?:なって|され))(?:い)?ない|わかっていな[いく]|分かっていな[いく]|証明されていな[いく]|示されていな[いく]|確立(?:されて|して)いな[いく]|根拠(?:が|は)(?:足り|乏し|少な|十分で|ない|不)|(?<!ない)とは(?:まだ|いまだ|必ずしも)?(?:言え|いえ)(?:ない|ず|ません)|結論は?(?:出て|得られて)いない|unclear|unknown|not (?:been )?(?:proven|established|known)",
    re.IGNORECASE,
)
_ASSOCIATED = re.compile(
    r"危険因子|リスク因子|risk factor|関連(?:し|す(?!る(?:項|事項|学会|企業|法))|が|は|を|性|づけ|、|。)|相関|関係(?:が|し|は)|結びつ|つながり|因果関係は|多い傾向|報告されている|associat|correlat|linked",
    re.IGNORECASE,
)
_CAUSAL = re.compile(
    r"原因|引き起こ|ひきおこ|もたら|招(?:く|き|い)|惹起|起因|生じさせ|せいで|ことで|ことにより|によって|により|させる|予防(?:する|でき|され)|防(?:ぐ|げ|ぎ|止)|抑え(?:る|られ)|抑制(?:する|され)|"
    r"減らす|増やす|下げる|上げる|改善する|悪化させ|低下させ|上昇させ|(?:ほど|すると|れば)[、,]?.{0,30}(?:増え|減|大きく|高ま|下が|上が|強く|よく)|\bcauses?\b|\bcaused|leads? to|prevents?|reduces?\b",
    re.IGNORECASE,
)
_CAUSES = re.compile(
    r"原因|引き起こ|ひきおこ|もたら|惹起|起因|\bcauses?\b|\bcaused\b|leads? to", re.IGNORECASE
)
_PROVEN = re.compile(
    r"(?:証明|立証|実証)され(?!て?い?な)|確認されて(?!いな)|確実(?:である|だ|に)|明らか(?:である|にな|にされ)(?!.{0,4}ない)|確立され(?!て?い?な)|\bproven\b|\bestablished\b|certainly",
    re.IGNORECASE,
)
_VALUE = r"(?P<value>非常に低い?|非常に弱い?|とても低い?|very low|moderate|high|low|[A-D](?![A-Za-z0-9])|I{1,3}[ab]?(?![A-Za-z])|IV[ab]?|V[I]?(?![A-Za-z])|高い?|中等?度?|低い?|強い?|弱い?|[1-6][a-c]?(?![0-9.]))"
_CERTAINTY = re.compile(
    r"(?P<scheme>エビデンス(?:の)?(?:確実性|質|強さ|総体|レベル|水準)(?:の(?:確実性|レベル|質))?|確実性|確信性|エビデンス|(?<!コレステロール)レベル|グレード|推奨度|推奨クラス|クラス|(?:certainty|quality)(?: of (?:the )?evidence)?|level of evidence|level|grade|class)"
    r"\s*(?:は|が|も|の|：|:|of|is|，|、|=)?\s*「?"
    + _VALUE
    + r"(?:\s*[（(]\s*(?P<also>[^（）()]{1,6})\s*[）)])?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?P<value>非常に低い|低い|中等度の|高い|very low|low|moderate|high)[-\s]?(?P<scheme>確実性|質の高い|certainty|quality)",
    re.IGNORECASE,
)
_CONDENSED = re.compile(r"(?<![0-9A-Za-z.])(?P<strength>[12])(?P<value>[ABCD])(?![0-9A-Za-z])")
_STATED = re.compile(
    r"推奨(?:の強さ|度|グレード|クラス)\s*(?:(?:は|が|：|:)\s*[^、。／/\n,]{1,12}|[0-9A-DIVa-d]{1,3}(?![A-Za-z0-9]))|(?<=[強弱]い)\([12]\)"
)
_SCHEMES = {
    "グレード": "grade", "grade": "grade", "推奨度": "grade", "推奨クラス": "class", "クラス": "class", "class": "class",
    "レベル": "level", "level": "level", "level of evidence": "level", "エビデンスレベル": "level", "エビデンスの水準": "level",
}  # fmt: skip
_VALUES = {
    "高い": "高", "high": "高", "a": "高", "強い": "高", "強": "高", "中等度": "中", "中等度の": "中", "中等": "中", "moderate": "中", "b": "中", "中": "中",
    "低い": "低", "low": "低", "c": "低", "弱い": "低", "弱": "低", "非常に低い": "非常に低", "非常に弱い": "非常に低", "非常に弱": "非常に低", "very low": "非常に低", "d": "非常に低",
}  # fmt: skip


def find(text: str) -> Modality:
    """The cues of a folded text."""
    return Modality(
        strengths=strengths(text),
        deontics=deontics(text),
        certainty=certainty(text),
        hedged=_HEDGED.search(text) is not None,
        unknown=_UNKNOWN.search(text) is not None,
        associated=_ASSOCIATED.search(text) is not None,
        causal=_CAUSAL.search(text) is not None,
        causes=_CAUSES.search(text) is not None,
        proven=_PROVEN.search(text) is not None,
    )


def strengths(text: str) -> frozenset[str]:
    """How strongly a folded text recommends."""
    patterns = (
        ("strong", _STRONG),
        ("weak", _WEAK),
        ("recommend", _RECOMMEND),
        ("consider", _CONSIDER),
    )
    return frozenset(name for name, pattern in patterns if pattern.search(text))


def deontics(text: str) -> frozenset[str]:
    """What a folded text prohibits, cautions about, or requires."""
    patterns = (("prohibit", _PROHIBIT), ("caution", _CAUTION), ("must", _MUST))
    return frozenset(name for name, pattern in patterns if pattern.search(text))


def grades(text: str) -> list[Span]:
    """The spans of grades and certainties: they are compared as such, not as words."""
    return [
        Span(*match.span())
        for pattern in (_CERTAINTY, _BEFORE, _CONDENSED, _STATED)
        for match in pattern.finditer(text)
    ]


def certainty(text: str) -> frozenset[str]:
    """Grades and certainties of a folded text, as "scheme:value"."""
    found = set()
    for match in _CERTAINTY.finditer(text):
        scheme = _SCHEMES.get(match["scheme"].lower(), "certainty")
        for value in (match["value"], match["also"]):
            if value:
                found.add(f"{scheme}:{_value(scheme, value)}")
    for match in _BEFORE.finditer(text):
        found.add(f"certainty:{_value('certainty', match['value'])}")
    for match in _CONDENSED.finditer(text):
        found.add(f"certainty:{_value('certainty', match['value'])}")
    return frozenset(found)


def _value(scheme: str, value: str) -> str:
    value = value.strip().lower()
    return _VALUES.get(value, value) if scheme == "certainty" else value
