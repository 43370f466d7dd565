"""Terms: what a question is about, in a form in which a passage can be asked whether it says so.

A term of the lexicon stands for all its names (ARB, アンジオテンシンII受容体拮抗薬), more loosely for
the clinical word behind a lay one, for its class and for its members; any other content word stands
for itself. Terms differ in weight, because a passage that lacks the drug asked about does not answer,
whatever else it shares with the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from medrag.generation.keys import DRUGS, NAMES, amount_key, names_of, restricted
from medrag.generation.scope import restrictions
from medrag.japanese import quantities
from medrag.japanese.everyday import others_for
from medrag.japanese.lexicon import Lexicon, Mention, default_lexicon
from medrag.japanese.normalize import fold
from medrag.japanese.tokens import Token, named, tokenize, words

#: What a clinical name of a part of the body counts: a thrombosis of the arm is not one of the leg.
SITE = 1.4
_SITE = re.compile(r"[一-龥]{2,}")
#: How well a term is met by each kind of word in a passage.
LAY, CLASS, MEMBER, PARTS, HEAD = 0.9, 0.7, 0.6, 0.7, 0.4

#: Lexicon files whose words name a thing that an answer must be about.
_ENTITIES = frozenset(
    {"conditions", "tests_and_measures", "procedures", "microbes", "drug_classes", "drugs"}
)
_VERBAL = frozenset({"動詞", "形容詞", "副詞", "形状詞"})
_DROPPED = frozenset({"助詞", "助動詞", "補助記号", "記号", "空白"})

#: Lexicon files whose words say little by themselves.
_VAGUE = frozenset({"general_words", "units", "evidence", "antonyms"})
#: For whom, and by which route: an answer about others is none.
_RESTRICTS = re.compile(
    r"授乳|妊娠|妊婦|小児|子ども|子供|こども|新生児|乳児|高齢|透析|点滴|静注|皮下|経口|貼付|吸入|坐薬|点眼|breastfeeding|pregnan|child"
)


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


#: Words of asking and counting, which say nothing about the matter.
_EMPTY = _set("""
    何 どう どの どれ どちら 誰 いつ なぜ 何故 教える 下さる 知る 良い よい いい 為る する 有る ある 居る いる 成る なる 出来る できる
    事 こと 物 もの 時 とき 場合 人 方 言う いう 行う 用いる 使う 使用 投与 それ これ その この よう いく つ やる 以上 以下 未満 後 前 中
    際 剤 歳 日 一日 毎日 週 月 年 分 秒 時間 回 点 割 目 的 性 者 例 幾つ いくつ いくら くらい ぐらい ほど まで だけ さん 様 私 うち べき 如何
    どんな いつ頃 いつごろ 何時 迄 程 関する 就く 際する 於ける 母 父 祖母 祖父 妻 夫 主人 息子 娘 兄 弟 姉 妹 許す
    大丈夫 構う 平気 聞く 一番 それぞれ 夫れ夫れ
    the a an of in is are be to for and or should what which how with on we you at do does can it this that by when who whom if not as
    than from there any must may have has i my was were been often long much many receive given give take taken
""")
#: What 2回目以降 counts.
_ORDINAL = 0.4
#: Whose manner is that of anything: 使い方, やり方.
_DOING = _set("使う 遣る やる 有る する 為る 考える 見る 取る 飲む 行く")
#: Words that most passages of a guideline hold, or that say little beside the others.
_GENERAL = _set("""
    患者 治療 薬 薬剤 推奨 疾患 症 病 診療 ガイドライン 勧める 必要 対する 於く 目標 量 値 用量 飲む 服用 つく 止める 止む 代わり 代わる 出す
    気 体 種類 組み合わせ 違い 基本 注意 方法 有無 状態 程度 始める 続ける 受ける 見る 考える 危険 恐れ 可能性 分かる 違う 選ぶ 決める 出る 入る 持つ 置く
    切る 飲める 多い 少ない 高い 低い 強い 弱い 悪い 他 別 同じ 自分 全員 全て 適応 有効 有用 効く 対応 使える いける あと ずっと すぐ まず もつ しまう かける 一般 通常 減らす 増やす 減る 増える
    patient patients adult adults treatment recommend recommended use used guideline people
""")

#: What is done with any treatment: lay wording for one of these says little about which.
_ACTIONS = _set("中止 継続 服用 開始 使用 投与 休薬 増量 減量")
#: Words that say of what kind a thing is, and stand for too many to stand for one.
_KINDS = _set("療法 検査 手術 試験 指導 管理 治療")
#: Katakana that names no substance and no disease.
_LOANWORDS = _set("""
    ルーチン ケース レベル リスク コントロール チェック パターン タイミング ポイント メリット デメリット スコア グループ アプリ サイン
    スケジュール サポート ステップ モニタリング フォロー フォローアップ スクリーニング トラブル ストップ スタート アドバイス データ
    エビデンス グレード クラス カットオフ バランス ペース ルール マニュアル シンプル ベスト
""")
#: G4, P2Y12: one word for a reader, several for the dictionary.
_COMPOUND = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,6}-?[0-9]+[A-Za-z]?(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that a question names.

    Attributes:
        text: As written, folded.
        start, end: Where it stands in the folded question.
        weight: How much it counts.
        keys: What meets it, and how well (0 to 1).
        parts: Its words; a passage that holds all of them meets it too, less well.
        spelled: The words of what an abbreviation stands for: 変形性膝関節症 meets OA.
        clinical: The words of the clinical names of a lay word: 鉄欠乏 meets 鉄不足 (鉄欠乏性貧血).
        head: The last of its words, which says what kind of thing it is; "" where that is too little.
        entity: A drug, a disease, a test, a population: what an answer must be about.
        of_a_kind: It names one of many of its kind, a drug, a disease, a population: nothing near it
            stands for it.
        drug: It names one drug or one class of drugs.
        known: The lexicon has it.
        lay: The lexicon has it as a lay word.
        site: A part of the body by its clinical name.
        told: It is told beside what is asked, not asked about.
        verbal: A verb, an adjective or an adverb: what is told of things, for which every writer has
            other words.
    """

    text: str
    weight: float
    keys: Mapping[str, float]
    parts: frozenset[str]
    entity: bool
    spelled: frozenset[str] = frozenset()
    clinical: tuple[tuple[str, ...], ...] = ()
    head: str = ""
    of_a_kind: bool = False
    drug: bool = False
    known: bool = False
    lay: bool = False
    verbal: bool = False
    site: bool = False
    told: bool = False
    start: int = 0
    end: int = 0

    def met_by(self, keys: frozenset[str]) -> float:
        """How well a text with these keys meets the term, from 0 to 1."""
        best = max((credit for key, credit in self.keys.items() if key in keys), default=0.0)
        if best < PARTS and any(said and said <= keys for said in (self.parts, self.spelled)):
            return PARTS
        if best < MEMBER and any(_mostly(name, keys) for name in self.clinical):
            return MEMBER
        return HEAD if best < HEAD and self.head in keys else best


#: What guidelines write for a failing organ.
_ORGANS = {
    "腎": ("推算糸球体濾過量", "クレアチニンクリアランス", "腎機能", "糸球体濾過量"),
    "肝": ("child-pugh分類", "child-pugh", "肝機能"),
}
_FAILING = re.compile(r"(腎|肝)(?:機能|臓).*(?:悪|低下|障害|不全|弱)|(腎|肝)(?:障害|不全)")
#: What guidelines write for the elderly.
_ELDERLY = tuple(
    amount_key(quantity) for age in (65, 75, 80) for quantity in quantities.find(f"{age}歳以上")
)


def terms_of(question: str) -> tuple[Term, ...]:
    """The terms of a question, in order, each once."""
    lexicon = default_lexicon()
    folded = fold(question)
    found: dict[str, Term] = {}
    covered = 0
    mentions = [mention for mention in lexicon.find(folded) if _named(lexicon, mention)]
    starts = {mention.start: mention for mention in mentions}
    amounts = {
        quantity.start: quantity for quantity in quantities.find(folded) if quantity.comparator
    }
    compounds = {match.start(): match for match in _COMPOUND.finditer(folded)}
    for token in tokenize(folded):
        if token.start < covered:
            continue
        if token.start in amounts:
            amount = amounts[token.start]
            term = Term(
                text=amount.text,
                weight=_ORDINAL if "目" in amount.text else 1.0,
                keys={amount_key(amount): 1.0},
                parts=frozenset(),
                entity=False,
            )
            covered = amount.end
        elif token.start in compounds and token.start not in starts:
            compound = compounds[token.start]
            term = _of_word(lexicon, compound.group().lower())
            covered = compound.end()
        elif (
            mention := _starting_in(starts, token.start, token.end)
        ) is not None and not _inside_verb(mention, token):
            term = _of_mention(lexicon, mention, folded[mention.start : mention.end])
            covered = mention.end
        elif token.pos in _DROPPED or token.base in _EMPTY or not token.surface.strip():
            continue
        else:
            term = _of_word(lexicon, token.base, noun=token.pos == "名詞")
            manner = token.pos == "動詞" and folded.startswith("方", token.end)  # 作り方
            term = replace(
                term,
                verbal=token.pos in _VERBAL and not manner,
                entity=term.entity or (manner and token.base not in _DOING),
            )
        if term.weight:
            term = replace(term, start=token.start, end=max(covered, token.end))
            found.setdefault(term.text, term)
    return tuple(found.values())


def _starting_in(starts: Mapping[int, Mention], begin: int, end: int) -> Mention | None:
    return next((starts[at] for at in range(begin, end) if at in starts), None)


def _inside_verb(mention: Mention, token: Token) -> bool:
    """足し (足す) holds 足 and does not name it."""
    return token.pos == "動詞" and mention.end < token.end and mention.end - mention.start == 1


def _named(lexicon: Lexicon, mention: Mention) -> bool:
    """Whether the mention names something: a word that only has an opposite does not."""
    return any(
        lexicon.groups[index].relation in {*NAMES, "lay", "member"} for index in mention.group_ids
    )


def _of_mention(lexicon: Lexicon, mention: Mention, text: str) -> Term:
    sources = {lexicon.groups[index].source for index in mention.group_ids}
    keys = _keys(lexicon, mention, text)
    own = words(text)
    parts = frozenset(own) - _EMPTY - _GENERAL
    spelled = next((name for name in keys if text.isascii() and not name.isascii()), "")
    restricts = _RESTRICTS.search(text) is not None
    # A kind of pneumonia is not any pneumonia, nor a drug any of its class.
    of_a_kind = bool(sources & {*DRUGS, "conditions", "microbes"}) or restricts
    head = own[-1] if not of_a_kind and len(own) > 1 and len(own[-1]) > 1 else ""
    lay = any(lexicon.groups[index].relation == "lay" for index in mention.group_ids)
    return Term(
        text=text,
        weight=_weight(text, sources, action=lay and not _ACTIONS.isdisjoint(keys)),
        keys=keys,
        parts=parts,
        spelled=frozenset(words(spelled)) - _EMPTY - _GENERAL,
        clinical=tuple(_clinical(lexicon, mention)),
        head=head if head in parts - _KINDS else "",
        entity=bool(sources & _ENTITIES)
        or restricts
        or _a_site(text, sources)
        or (lay and _names_a_condition(lexicon, keys) and not _TELLS.search(text)),
        of_a_kind=of_a_kind,
        drug=bool(sources & DRUGS),
        known=True,
        lay=lay,
        site=_a_site(text, sources) and not _is_lay(lexicon, mention),
    )


def _keys(lexicon: Lexicon, mention: Mention, text: str) -> dict[str, float]:
    """What meets a mention, and how well."""
    keys = dict.fromkeys(names_of(lexicon, mention), 1.0)
    for name in tuple(keys):
        for synonym in lexicon.synonyms(name, ambiguous=True):
            if synonym.relation == "lay":
                keys.setdefault(lexicon.canonical(synonym.form), LAY)
                for found in lexicon.members_of(synonym.form):  # 骨の薬: a bisphosphonate is one
                    keys.setdefault(lexicon.canonical(found), MEMBER)
        for found in lexicon.classes_of(name)[:2]:
            keys.setdefault(lexicon.canonical(found), CLASS)
        for found in lexicon.members_of(name):
            keys.setdefault(lexicon.canonical(found), MEMBER)
    for said in _loosely(lexicon, text, keys):
        keys.setdefault(said, MEMBER)
        keys.setdefault(lexicon.canonical(said), MEMBER)
    keys.update(dict.fromkeys(map(restricted, restrictions(text)), LAY))
    if failing := _FAILING.search(text):
        for measure in _ORGANS[failing[1] or failing[2]]:
            keys.setdefault(lexicon.canonical(measure), CLASS)
    if "高齢" in text:
        keys.update(dict.fromkeys(_ELDERLY, LAY))
    return keys


def _loosely(lexicon: Lexicon, text: str, names: Iterable[str]) -> Iterable[str]:
    """What is said elsewhere for a mention: everyday words, and the opposite of what is done.

    やめたほうがいいですか is answered by 続ける.
    """
    yield from others_for(text)
    for name in tuple(names):
        if name in _ACTIONS:
            yield from lexicon.antonyms(name)


def _clinical(lexicon: Lexicon, mention: Mention) -> Iterable[tuple[str, ...]]:
    """The words of the clinical names that a lay word stands for, where they are several."""
    for index in mention.group_ids:
        group = lexicon.groups[index]
        said = tuple(
            word for word in words(group.head) if word not in _EMPTY and word not in _GENERAL
        )
        if group.relation == "lay" and group.head != mention.form and len(said) > 1:
            yield said


def _mostly(name: tuple[str, ...], keys: frozenset[str]) -> bool:
    """Whether the first word of a name is there, which tells it from its like, and half of all."""
    return name[0] in keys and 2 * sum(word in keys for word in name) >= len(name)


_TELLS = re.compile(r"[いるたう]$")


def _names_a_condition(lexicon: Lexicon, keys: Iterable[str]) -> bool:
    return any(
        lexicon.groups[index].source == "conditions"
        for key in keys
        for mention in lexicon.find(key)
        if mention.end - mention.start == len(key)
        for index in mention.group_ids
    )


def _is_lay(lexicon: Lexicon, mention: Mention) -> bool:
    """Whether it is the lay word for something, not the clinical one."""
    groups = (lexicon.groups[index] for index in mention.group_ids)
    return any(group.relation == "lay" and group.head != mention.form for group in groups)


def _a_site(text: str, sources: set[str]) -> bool:
    return "anatomy" in sources and _SITE.fullmatch(text) is not None


def _weight(text: str, sources: set[str], *, action: bool) -> float:
    """What a mention counts.

    Args:
        action: It is a lay word for what is done with any treatment.
    """
    if text in _EMPTY or text in _GENERAL:
        return 0.3 if text in _GENERAL else 0.0
    if sources & _ENTITIES:
        return 1.5
    if _a_site(text, sources):
        return SITE
    vague = sources <= _VAGUE and not _RESTRICTS.search(text)
    return 0.4 if vague or (action and text not in _ACTIONS) else 1.0


def _of_word(lexicon: Lexicon, base: str, *, noun: bool = True) -> Term:
    keys = {base: 1.0, lexicon.canonical(base): 1.0}
    if base == "子":
        keys[restricted("childhood")] = LAY
    for synonym in lexicon.synonyms(base):
        keys.setdefault(lexicon.canonical(synonym.form), LAY)
    for said in others_for(base):
        keys.setdefault(said, CLASS)
        keys.setdefault(lexicon.canonical(said), CLASS)
    entity = False
    if base in _GENERAL:
        weight = 0.3
    elif re.fullmatch(r"[ぁ-ん]+", base):
        weight = 0.8 if noun and len(base) > 1 else 0.3
    elif re.fullmatch(r"[ァ-ヶー]{4,}", base):
        weight = 1.2 if base in _LOANWORDS else 1.0 if named(base) == "一般" else 1.2
        entity = base not in _LOANWORDS and named(base) != "一般"
    elif re.fullmatch(r"[0-9.,]+", base) or len(base) == 1:
        weight = 0.5
    else:
        weight = 1.0
    return Term(text=base, weight=weight, keys=keys, parts=frozenset(), entity=entity)
