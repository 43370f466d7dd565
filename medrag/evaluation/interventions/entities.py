"""What a statement is about, altered: another drug, class, disease, line of treatment or population."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from zlib import crc32

from medrag.evaluation.interventions import amounts
from medrag.evaluation.interventions.statement import Statement, Term, Variant, terms
from medrag.evaluation.interventions.swaps import swapped
from medrag.japanese import quantities
from medrag.japanese.lexicon import default_lexicon

_DRUGS = frozenset(("drug_classes", "drugs"))
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")
# Behind a drug's name: part of another name, or a list whose members mean one thing together.
_PREFIXED = re.compile(r"[・/＋+ァ-ヶA-Za-z]")
_COMPOUND = re.compile(r"^(?:[・/＋+ァ-ヶー]|[（(][A-Za-z]|群|負荷|抵抗|耐性|アレルギー|過敏)")

#: Diseases that exclude each other or are told apart in every clinic; any may stand for any.
_DISEASES = (
    "心不全 狭心症 心筋炎", "脳梗塞 脳出血 くも膜下出血", "脳卒中 心筋梗塞 肺塞栓症", "1型糖尿病 2型糖尿病 妊娠糖尿病",
    "高血圧 脂質異常症 高尿酸血症", "慢性腎臓病 慢性肝炎 慢性膵炎", "喘息 慢性閉塞性肺疾患 肺結核",
    "気管支喘息 慢性閉塞性肺疾患 間質性肺炎", "骨粗鬆症 変形性関節症 関節リウマチ", "大腿骨近位部骨折 橈骨遠位端骨折",
    "椎体骨折 肋骨骨折 骨盤骨折", "消化性潰瘍 潰瘍性大腸炎 クローン病", "肝硬変 脂肪肝 急性肝炎", "うつ病 双極性障害 統合失調症",
    "片頭痛 緊張型頭痛 群発頭痛", "高カリウム血症 低カリウム血症", "認知症 パーキンソン病 てんかん", "帯状疱疹 単純ヘルペス",
    "インフルエンザ 麻疹 百日咳", "HFrEF HFpEF", "結腸癌 直腸癌 胃癌", "甲状腺機能亢進症 甲状腺機能低下症", "不眠症 過眠症",
    "熱中症 低体温症", "せん妄 うつ病", "便秘 下痢", "起立性低血圧 高血圧緊急症", "緑内障 白内障", "血管浮腫 蕁麻疹",
    "心房細動 洞不全症候群 心室頻拍", "大動脈解離 大動脈弁狭窄症", "敗血症 髄膜炎", "中耳炎 副鼻腔炎", "肺炎 腎盂腎炎 髄膜炎",
    "市中肺炎 院内肺炎", "静脈血栓塞栓症 心筋梗塞", "低血糖 低ナトリウム血症", "狭心症 心筋症", "糖尿病 甲状腺機能低下症",
    "肥満 るいそう", "乳酸アシドーシス 低血糖", "腎不全 肝不全", "妊娠高血圧腎症 妊娠糖尿病", "褥瘡 熱傷", "白衣高血圧 仮面高血圧",
    "顎骨壊死 虫歯", "網膜症 白内障", "骨折 感染症", "失神 けいれん", "悪心 頭痛", "徐脈 頻脈",
)  # fmt: skip


def _named(statement: Statement) -> frozenset[str]:
    """What the passage and the statement name, by key."""
    return frozenset(
        term.canonical for text in (statement.context, statement.text) for term in terms(text)
    )


def _chosen(candidates: list[str], statement: Statement) -> str | None:
    """One of several, the same each time, not always the first."""
    if not candidates:
        return None
    return candidates[crc32(statement.text.encode()) % len(candidates)]


def _drugs(statement: Statement) -> Iterator[Term]:
    """The drugs and classes that stand by themselves."""
    text = statement.text
    # A second mention, or a gloss behind it, would tell what the first one was.
    named = [term.canonical for term in terms(text)]
    for term in terms(text):
        before, after = text[max(0, term.start - 1) : term.start], text[term.end :]
        glossed = before in ("（", "(") and after[:1] in ("）", ")")
        alone = not glossed and not _COMPOUND.match(after) and not _PREFIXED.match(before)
        if term.sources & _DRUGS and alone and named.count(term.canonical) == 1:
            yield term


def drug(statement: Statement) -> Iterator[Variant]:
    """Another drug of the same class, which the passage does not name."""
    lexicon, named = default_lexicon(), _named(statement)
    for term in _drugs(statement):
        classes = lexicon.classes_of(term.form)
        if not classes or lexicon.members_of(term.form):
            continue
        siblings: list[str] = []
        for near in classes[:2]:  # the class above, where a drug is the only one of its own
            siblings = siblings or [
                member
                for member in lexicon.members_of(near)
                if lexicon.canonical(member) not in named
                and not lexicon.members_of(member)
                and _JAPANESE.search(member)
                and not statement.says(member)
            ]
        if (new := _chosen(siblings, statement)) is not None:
            yield statement.replaced("drug", term.start, term.end, new)


def drug_class(statement: Statement) -> Iterator[Variant]:
    """Another class of the same use, which the passage neither names nor has a member of."""
    lexicon, named = default_lexicon(), _named(statement)
    for term in _drugs(statement):
        above = lexicon.classes_of(term.form)
        if not above or not lexicon.members_of(term.form):
            continue
        siblings = [
            member
            for member in lexicon.members_of(above[-1])
            if _JAPANESE.search(member)
            and not statement.says(member)
            and _apart(term.form, member, named)
        ]
        if (new := _chosen(siblings, statement)) is not None:
            yield statement.replaced("drug_class", term.start, term.end, new)


def _apart(one: str, other: str, named: frozenset[str]) -> bool:
    """Whether two classes share no member, neither is in the other, and the passage has no part in it."""
    lexicon = default_lexicon()
    own, below = _keys(lexicon.members_of(one)), _keys(lexicon.members_of(other))
    above, over = _keys(lexicon.classes_of(one)), _keys(lexicon.classes_of(other))
    first, second = lexicon.canonical(one), lexicon.canonical(other)
    nested = second in above | own | {first} or first in over or below & own
    # A class within one that the passage names says of a part what the passage says of the whole.
    return bool(below) and not nested and not named & ({second} | below | (over - above))


def _keys(words: Iterable[str]) -> set[str]:
    return set(map(default_lexicon().canonical, words))


@cache
def _diseases() -> dict[str, list[str]]:
    """From the key of a disease to the names that may replace it."""
    lexicon = default_lexicon()
    table: dict[str, list[str]] = {}
    for group in _DISEASES:
        names = group.split()
        for name in names:
            found = table.setdefault(lexicon.canonical(name), [])
            found.extend(other for other in names if other != name)
    return table


def disease(statement: Statement) -> Iterator[Variant]:
    """Another disease, which the passage does not name."""
    lexicon, named = default_lexicon(), _named(statement)
    mentioned = [term.canonical for term in terms(statement.text)]
    for term in terms(statement.text):
        before, after = statement.text[: term.start], statement.text[term.end :]
        # A second mention would tell what the first one was; 再骨折 is not a disease and its prefix.
        if mentioned.count(term.canonical) > 1 or before.endswith(("：", ":", "再")):
            continue
        candidates = [
            other
            for other in _diseases().get(term.canonical, ())
            if lexicon.canonical(other) not in named and not statement.says(other)
        ]
        part = re.match(r"[性症型・ワ菌様薬用治]", after)
        if not part and (new := _chosen(candidates, statement)) is not None:
            yield statement.replaced("disease", term.start, term.end, new)


def first_second_line(statement: Statement) -> Iterator[Variant]:
    """The first choice told as the second, and the like."""
    yield from swapped("first_second_line", statement)


def population(statement: Statement) -> Iterator[Variant]:
    """Other people: women told as men, 75歳以上 as 65歳以上."""
    yield from swapped(
        "population",
        statement,
        unless=r"女性化|[男女]性ホルモン|成人(?:用|式|平均)|医師(?:会|法|の指)",
    )
    for quantity in quantities.find(statement.text):
        if quantity.dimension == "age" and not quantity.is_range:
            yield from amounts.renumbered(statement, "population", quantity)
