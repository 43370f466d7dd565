"""Each kind of finding: what it is about, and what only looks like it."""

import pytest

from medrag.attribution.alignment import align
from medrag.attribution.differences import find
from medrag.attribution.facts import read


def kinds(claim: str, *passages: str) -> set[str]:
    return {finding.kind for finding in find(align(read(claim), list(passages)))}


def firm(claim: str, *passages: str) -> set[str]:
    found = find(align(read(claim), list(passages)))
    return {finding.kind for finding in found if finding.firm}


POLARITY_KEPT = [
    ("a noun that is a predicate, and the next sentence's denial", "指導料は週1回に限り算定する。転院した患者については算定できない。", "指導料は週1回限りで、転院した患者では算定できない。"),
    ("one thing and not another", "腎機能が低下した患者ではモルヒネが蓄積するため、フェンタニルを選ぶ。", "腎機能が低下した患者では、モルヒネではなく、フェンタニルを選ぶ。"),
    ("work that is stopped is refrained from", "水痘の職員は痂皮化まで就業を控える。", "水痘の職員は痂皮化まで就業を休む。"),
    ("left out is taken out", "軽い失語があっても対象から外さない。", "軽い失語があっても除外しない。"),
    ("English: what stands behind the predicate", "In the first week, splint the wrist at night. Hot packs should not be used.", "Hot packs should not be used for the wrist in the first week."),
    ("English: no more than", "Enemas should not be given more often than once daily.", "Enemas should be given no more than once daily."),
    ("whether there is any", "抜糸後は8週間、創の離開の有無を観察する。", "抜糸後は8週間、創の離開がないかを観察する。"),
    ("what for", "脱水のおそれがあるため、輸液を1日1000 mL併用する。", "脱水を避けるため、輸液を1日1000 mL併用する。"),
    ("a condition affirms nothing", "ワルファリンを中止する場合は、PT-INRを測る。胃カメラではワルファリンの中止を要しない。", "胃カメラではワルファリンの中止は不要である。"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "passage", "claim"), POLARITY_KEPT, ids=[case[0] for case in POLARITY_KEPT]
)
def test_a_denial_in_other_words_is_none_that_differs(what, passage, claim):
    assert not {"negation", "double_negation"} & kinds(claim, passage)


POLARITY_TURNED = [
    ("dropped", "転院した患者については算定できない。", "転院した患者については算定できる。"),
    ("predicates that are joined", "抗菌薬は無効であり、使用しない。", "抗菌薬は有効であり、使用する。"),
    ("behind another predicate", "検体は振り混ぜて保存し、凍結しない。", "検体は凍結して保存する。"),
    ("no need of what is done", "導入時から制吐薬を併用する。", "導入時から制吐薬を併用する必要はない。"),
    ("English", "Hot packs should not be used for the wrist.", "Hot packs should be used for the wrist."),
    ("English, oftener", "Enemas should not be given more often than once daily.", "Enemas should be given more often than once daily."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "passage", "claim"), POLARITY_TURNED, ids=[case[0] for case in POLARITY_TURNED]
)
def test_a_turned_denial_is_found(what, passage, claim):
    assert {"negation", "double_negation", "antonym"} & kinds(claim, passage)
