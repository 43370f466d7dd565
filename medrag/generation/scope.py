"""For whom, and in what setting: an answer about others is none.

Some words leave everyone else out (妊婦, 小児, 透析); where a question names one of them, so must its
answer. Others come in sets of which one holds (外来 or 入院): where a question names one, an answer
that names only another is about something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from medrag.japanese.normalize import fold

_POPULATIONS = {
    "pregnancy": re.compile(r"妊娠|妊婦|妊産婦|pregnan|赤ちゃん(?:が|を)|つわり"),
    "lactation": re.compile(r"授乳|母乳|breast-?feed|lactat"),
    "childhood": re.compile(
        r"小児|子ども|子供|こども|お子|新生児|乳児|幼児|学童|児(?:童|に|の|は|で)|(?<=[るのたい])子(?=[にのはがもで、])|child|infant|paediatric|pediatric|neonat"
    ),
    "dialysis": re.compile(r"透析|dialysis"),
    "type 1": re.compile(r"1型|type 1|i型糖尿病"),
}
_CONTRASTS = tuple(
    {name: re.compile(pattern) for name, pattern in group.items()}
    for group in (
        {"out": r"外来|在宅|outpatient", "in": r"入院|病棟|inpatient|hospitali", "icu": r"icu|集中治療"},
        {"mild": r"軽症|軽度|\bmild", "moderate": r"中等[症度]|moderate", "severe": r"重症|重度|重篤|severe"},
        {"acute": r"急性期|発作時|発症直後|\bacute", "stable": r"慢性期|維持期|安定期|長期管理|\bchronic phase|maintenance"},
        {"primary": r"一次予防|primary prevention", "secondary": r"二次予防|再発予防|secondary prevention"},
        {"1": r"1型", "2": r"2型"},
        {"before": r"術前|手術前|preoperative", "after": r"術後|手術後|postoperative"},
        {"low": r"低リスク|低危険度|low[- ]risk", "high": r"高リスク|高危険度|high[- ]risk"},
        {"first": r"初発|初回治療|未治療|first episode", "again": r"再発|再燃|頻回再発|relaps|recurren"},
        {"women": r"女性|women|female", "men": r"男性|\bmen\b|\bmale"},
    )
)  # fmt: skip


@lru_cache(maxsize=8192)
def restrictions(text: str) -> frozenset[str]:
    """The populations that a text is about and that most texts are not: pregnancy, childhood, …"""
    folded = fold(text).lower()
    return frozenset(name for name, pattern in _POPULATIONS.items() if pattern.search(folded))


@lru_cache(maxsize=8192)
def _settings(text: str) -> tuple[frozenset[str], ...]:
    folded = fold(text).lower()
    return tuple(
        frozenset(name for name, pattern in group.items() if pattern.search(folded))
        for group in _CONTRASTS
    )


def elsewhere(asked: str, said: str, over: Sequence[str]) -> bool:
    """Whether what is said, under these headings, is for another setting than the one asked about.

    The nearest text that names one of a set decides: 「再発時の治療」 under 「初発と再発」 is about the latter.
    """
    asks, *texts = map(_settings, (asked, said, *reversed(over)))
    for wanted, *named in zip(asks, *texts, strict=True):
        nearest = next(filter(None, named), frozenset[str]())
        if wanted and nearest and wanted.isdisjoint(nearest):
            return True
    return False


_ROUTES = {
    "oral": r"経口|内服|飲み薬|錠剤?(?!数)|カプセル|\boral|by mouth",
    "intravenous": r"静注|静脈内|点滴|intravenous|\biv\b",
    "intramuscular": r"筋注|筋肉内|intramuscular",
    "subcutaneous": r"皮下注|皮下に|subcutaneous",
    "inhaled": r"吸入|ネブライザ|inhal",
    "nasal": r"点鼻|鼻腔内|鼻噴霧|intranasal",
    "eye": r"点眼|目薬|eye ?drop",
    "rectal": r"坐剤|坐薬|座薬|注腸|rectal|supposit",
    "skin": r"外用|軟膏|塗布|貼付|クリーム|塗り薬|topical",
    "mouth": r"頬粘膜|口腔粘膜|舌下|buccal|sublingual",
}
_ROUTE_PATTERNS = {name: re.compile(pattern) for name, pattern in _ROUTES.items()}


@lru_cache(maxsize=8192)
def routes(text: str) -> frozenset[str]:
    """The routes that a text names: oral, nasal, …"""
    folded = fold(text).lower()
    return frozenset(name for name, pattern in _ROUTE_PATTERNS.items() if pattern.search(folded))


_ADULTS = re.compile(r"成人|大人|高齢|\badults?\b|elderly")


@lru_cache(maxsize=8192)
def of_adults(text: str) -> bool:
    """Whether a text names grown-up people."""
    return bool(_ADULTS.search(fold(text).lower()))


def for_children_only(text: str) -> bool:
    """Whether a text is about children and says nothing of adults."""
    return "childhood" in restrictions(text) and not of_adults(text)
