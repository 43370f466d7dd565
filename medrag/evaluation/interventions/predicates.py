"""The predicate that ends a Japanese sentence: its negation, its polite form, its linking form.

Guidelines end their sentences in few ways, so the verbs are listed with their conjugation; a sentence
that ends in any other word is left alone, because a guess would give broken Japanese.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Form = Literal["plain", "negative", "past", "past_negative"]

_ICHIDAN = (
    "用い 避け 控え 続け 始め 勧め 加え 替え 換え 変え 考え 受け 抑え 求め 認め 定め 高め 下げ 上げ 増え とどめ 見合わせ "
    "与え 超え 確かめ 設け 生じ 改め 整え 備え 当てはめ 添え 緩め 強め 早め 遅らせ 疑え 勧められ 認められ みられ 見られ "
    "得られ 用いられ 求められ 考えられ 起き でき つなげ 進め 遂げ 伝え 届け 起こさせ させ され 抜け 緩め 調べ"
)
_GODAN = (
    "行う 使う 伴う 補う 扱う 減る 下がる 上がる 起こる 高まる 強まる 弱まる 残る 至る 測る とどまる みつかる 限る 守る "
    "増やす 減らす 示す 見直す 直す 戻す 外す 招く 除く 続く 置く 引く 防ぐ 急ぐ 休む 含む 拒む 保つ 待つ 持つ もつ 撮る 図る "
    "選ぶ 疑う 異なる なる 上回る 下回る 陥る 低下させる"
)
_ADJECTIVES = "望ましい 高い 低い 多い 少ない 大きい 小さい 強い 弱い 乏しい 長い 短い よい"
_ROWS = {
    "う": "わい",
    "く": "かき",
    "ぐ": "がぎ",
    "す": "さし",
    "つ": "たち",
    "む": "まみ",
    "る": "らり",
    "ぶ": "ばび",
}
_PASTS = {
    "う": "った",
    "く": "いた",
    "ぐ": "いだ",
    "す": "した",
    "つ": "った",
    "む": "んだ",
    "る": "った",
    "ぶ": "んだ",
}


class Verb(NamedTuple):
    """One word's forms; the linking form is what stands before 、 in the middle of a sentence."""

    plain: str
    negative: str
    past: str
    past_negative: str
    polite: str
    polite_negative: str
    polite_past: str
    polite_past_negative: str
    linking: str
    negative_linking: str


def _from_stems(plain: str, negative: str, past: str, masu: str) -> Verb:
    return Verb(plain, negative + "ない", past, negative + "なかった", masu + "ます", masu + "ません", masu + "ました",
                masu + "ませんでした", masu, negative + "ず")  # fmt: skip


def _adjective(plain: str) -> Verb:
    stem = plain[:-1]
    return Verb(plain, stem + "くない", stem + "かった", stem + "くなかった", plain + "です", stem + "くありません",
                stem + "かったです", stem + "くありませんでした", stem + "く", stem + "くなく")  # fmt: skip


def _existence(particle: str) -> Verb:
    """差がある, 差はない."""
    return Verb("がある", particle + "ない", "があった", particle + "なかった", "があります", particle + "ありません",
                "がありました", particle + "ありませんでした", "があり", particle + "なく")  # fmt: skip


def _copula(negative: str) -> Verb:
    return Verb("である", negative + "ない", "であった", negative + "なかった", "です", negative + "ありません", "でした",
                negative + "ありませんでした", "であり", negative + "なく")  # fmt: skip


_SURU = _from_stems("する", "し", "した", "し")._replace(negative_linking="せず")
_VERBS = (
    *(_from_stems(stem + "る", stem, stem + "た", stem) for stem in _ICHIDAN.split()),
    *(
        _from_stems(
            word,
            word[:-1] + _ROWS[word[-1]][0],
            word[:-1] + _PASTS[word[-1]],
            word[:-1] + _ROWS[word[-1]][1],
        )
        for word in _GODAN.split()
    ),
    *map(_adjective, _ADJECTIVES.split()),
    _copula("では"),
    _copula("で"),
    _existence("が"),
    _existence("は"),
)
_FORMS: tuple[Form, ...] = ("plain", "negative", "past", "past_negative")
_SURFACES: dict[str, tuple[Verb, Form]] = {}
for _verb in _VERBS:
    for _form in _FORMS:
        _SURFACES.setdefault(getattr(_verb, _form), (_verb, _form))
_LISTED = "|".join(map(re.escape, sorted(_SURFACES, key=len, reverse=True)))
_FINAL = re.compile(
    rf"(?:(?P<listed>{_LISTED})|(?<=[一-龥々ァ-ヶーとにをはもがく])(?P<suru>する|しない|した|しなかった))"
    r"(?P<tail>こと)?(?P<grade>[（(〔][^（）()〔〕]{0,40}(?:[（(][^（）()]*[）)])?[^（）()〔〕]{0,40}[）)〕])?[。．]?$"
)
_NO_VERB = re.compile(
    r"(?:限り(?:で|では)?ない|とは限らない|かかわらない|ほかない|なければならない|て(?:も)?(?:よい|ならない)|ものである|ためである|からである)(?=こと|[（(〔。．]|$)"
)


class Predicate(NamedTuple):
    """The predicate at the end of a sentence: where it stands, what it is and in which form.

    `bare` is true when nothing but the full stop stands behind it.
    """

    start: int
    end: int
    verb: Verb
    form: Form
    bare: bool

    @property
    def negative(self) -> bool:
        """Whether it denies."""
        return self.form in ("negative", "past_negative")

    def negated(self) -> str:
        """The same predicate, denied or affirmed."""
        other: dict[Form, str] = {
            "plain": self.verb.negative, "negative": self.verb.plain,
            "past": self.verb.past_negative, "past_negative": self.verb.past,
        }  # fmt: skip
        return other[self.form]

    def polite(self) -> str:
        """In the です・ます form."""
        forms: dict[Form, str] = {
            "plain": self.verb.polite, "negative": self.verb.polite_negative,
            "past": self.verb.polite_past, "past_negative": self.verb.polite_past_negative,
        }  # fmt: skip
        return forms[self.form]

    def linking(self) -> str:
        """Before a further clause: 用い、 and 用いず、."""
        return self.verb.negative_linking if self.negative else self.verb.linking


def final(sentence: str) -> Predicate | None:
    """The predicate that ends a sentence, if it is one of those known."""
    match = _FINAL.search(sentence)
    if match is None:
        return None
    if match["suru"]:
        start, end = match.span("suru")
        verb, word = _SURU, match["suru"]
        form = _FORMS[("する", "しない", "した", "しなかった").index(word)]
    else:
        start, end = match.span("listed")
        verb, form = _SURFACES[match["listed"]]
    if _NO_VERB.search(sentence, max(0, start - 12)):
        return None
    return Predicate(start, end, verb, form, match["tail"] is None and match["grade"] is None)
