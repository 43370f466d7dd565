"""What physicians write in other words, and what only looks like it."""

import pytest

from medrag.attribution.alignment import align
from medrag.attribution.differences import find
from medrag.attribution.facts import read


def kinds(claim: str, passage: str) -> set[str]:
    return {finding.kind for finding in find(align(read(claim), [passage]))}


def firm(claim: str, passage: str) -> set[str]:
    return {finding.kind for finding in find(align(read(claim), [passage])) if finding.firm}


SAME = [
    ("漸減は不要である。", "漸減する必要はない。"),
    ("アルコールは無効である。", "アルコールは効かない。"),
    ("中止を要しない。", "やめる必要はない。"),
    ("効果が不十分な場合は追加する。", "十分に効かない場合は追加する。"),
    ("ACE阻害薬の併用は推奨されない。", "ACE阻害薬の併用は勧められない。"),
    ("ACE阻害薬の併用は推奨されない。", "ACE阻害薬の併用は避ける。"),
    ("算定の対象外とする。", "算定の対象とならない。"),
    ("フェリチンが25 ng/mL以上となるまで鉄剤を続ける。", "フェリチンが25 ng/mL以上になるまでは鉄剤をやめない。"),
    ("NSAIDsとの併用は血中濃度を上昇させるため、原則として避ける。", "NSAIDsの併用は、血中濃度が上がるため原則として避ける。"),
    ("妊婦以外では投与する。", "妊婦には投与しない。"),
    ("CCr 30未満では減量する。", "CCrが30を切る場合は減量する。"),
    ("長径5 mm未満では経過をみる。", "長径が5 mmに満たなければ経過をみる。"),
    ("intact PTHは60 pg/mL以上240 pg/mL以下に保つ。", "intact PTHは60〜240 pg/mLに保つ。"),
    ("2日に1回投与する。", "隔日に投与する。"),
    ("維持期には毎週測定する。", "維持期には7日ごとに測定する。"),
    ("ペラミビルを単回点滴静注する。", "ペラミビルを1回点滴静注する。"),
    ("解熱後はアスピリンを減量する。", "熱が下がった後はアスピリンを減量する。"),
    ("血管造影を検討する。", "血管造影を検討。"),
]  # fmt: skip


@pytest.mark.parametrize(("passage", "claim"), SAME)
def test_what_is_said_in_other_words_is_no_difference(passage, claim):
    assert kinds(claim, passage) == set()


ALTERED = [
    ("negation", "漸減は不要である。", "漸減が必要である。"),
    ("negation", "アルコールは無効である。", "アルコールは有効である。"),
    ("comparator", "CCr 30未満では減量する。", "CCrが30を超える場合は減量する。"),
    ("frequency", "2日に1回投与する。", "毎日投与する。"),
    ("range", "生命予後が数日以内の場合に行う。", "生命予後が数週以内の場合に行う。"),
    ("entity", "非心原性脳梗塞には抗血小板薬を用いる。", "脳出血には抗血小板薬を用いる。"),
    ("timing", "カテーテル抜去後のアピキサバン再開は6時間以上あける。", "アピキサバンはカテーテル抜去の6時間以上前に再開する。"),
    ("crossed", "TRALIは非心原性肺水腫である。TACOは循環過負荷である。", "TACOは非心原性肺水腫、TRALIは循環過負荷である。"),
    ("causal_overclaim", "エタンブトール投与中は月1回の視力検査を行う。", "エタンブトール投与中は月1回の視力検査を行うことで、視力障害を防ぐ。"),
    ("certainty", "モルヒネを全身投与することを提案する（2B）。", "モルヒネの全身投与のエビデンスの確実性はCである。"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "passage", "claim"), ALTERED, ids=[case[2] for case in ALTERED])
def test_one_altered_fact_is_found(kind, passage, claim):
    assert kinds(claim, passage) & {kind, "antonym"}


def test_a_noun_the_passage_lacks_is_no_rival_of_one_it_has():
    passage = "妊婦にはエナラプリルを投与しない。"
    assert "entity" in firm("妊婦にはビソプロロールを投与しない。", passage)
    assert firm("妊婦の発作時にはエナラプリルを投与しない。", passage) == set()


def test_opposites_are_not_merged_by_what_they_have_in_common():
    for one, other in [
        ("増加", "減少"), ("改善", "悪化"), ("開始", "中止"), ("高い", "低い"), ("重症", "軽症"),
        ("早期", "延長"), ("成人", "小児"), ("男性", "女性"), ("左眼", "右眼"), ("有用", "害"),
    ]:  # fmt: skip
        assert not read(one).keys & read(other).keys


def test_a_clinical_question_states_nothing_that_a_claim_could_differ_from():
    passage = "CQ2　せん妄の予防に、抗精神病薬を投与するか。\n推奨：投与しないことを強く推奨する(確実性：低)。"
    claim = "せん妄予防を目的とした抗精神病薬の投与は、行わないことが強く推奨されている。"
    assert "negation" not in firm(claim, passage)
    assert "negation" in firm("せん妄の予防に抗精神病薬を投与することを強く推奨する。", passage)


def test_what_an_english_sentence_denies_after_but_is_denied_there():
    passage = "Stimulation reduced pain by 6.5 mm but did not improve arm function."
    assert not firm("Stimulation reduced pain by 0.65 cm.", passage)
    assert "negation" in firm("Stimulation improved arm function.", passage)
