"""Each kind of finding: what it is about, and what only looks like it."""

import pytest

from medrag.attribution.alignment import align
from medrag.attribution.checker import Checker
from medrag.attribution.differences import find
from medrag.attribution.facts import read
from medrag.attribution.verdicts import EvidenceText


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


KEPT = [
    ("a passage that tells both ways", "リバーロキサバンからワルファリンへ替えるときはPT-INRを測る。ワルファリンからリバーロキサバンへ替えるときはPT-INRが2.0未満になってから始める。", "ワルファリンからリバーロキサバンへ替えるときは、PT-INRが2.0未満になってから始める。"),
    ("both are two", "切り替えの間は、目標に達するまで両剤を併用し、毎週採血する。", "切り替えの間は、目標に達するまで2剤を併用し、毎週採血する。"),
    ("one of a class, with the class", "硝酸薬を使用中の患者にはシルデナフィルを投与しない。", "ニトログリセリンなどの硝酸薬を使用中の患者にはシルデナフィルを投与しない。"),
    ("values of two things in one sentence", "頭部CTの胎児の線量は0.01 mGy未満、骨盤CTでは10〜50 mGyである。", "骨盤CTの胎児線量は10〜50 mGyである。"),
    ("a title before its sentence", "転倒予防の手引き 第2版　サルコペニアの高齢者には運動療法を行う。", "サルコペニアの高齢者には運動療法を行う。"),
    ("how many were studied", "In a trial of 180 patients, electrical stimulation reduced pain.", "Electrical stimulation reduced pain."),
    ("that it takes no more", "減量を要するのは腎機能が低下した患者である。高齢を理由に除外しない。", "高齢だけで除外することはしない。"),
    ("another clause is hedged", "抗ヒスタミン薬は発作を長引かせるおそれがあり、発熱時には用いない。", "抗ヒスタミン薬は発熱時には用いない。"),
    ("the edition stands at the head", "小児喘息の手引き 2023年版。軽症では頓用とする。重症では連用とする。", "2023年版では、軽症は頓用とする。"),
    ("not forbidden", "Oral prednisolone is not contraindicated in pregnancy.", "Oral prednisolone may be given in pregnancy."),
]  # fmt: skip


@pytest.mark.parametrize(("what", "passage", "claim"), KEPT, ids=[case[0] for case in KEPT])
def test_what_a_passage_says_otherwise_is_no_difference(what, passage, claim):
    assert kinds(claim, passage) <= {"novel"}


ALTERED = [
    ("role_swap", "リバーロキサバンからワルファリンへ替えるときはPT-INRを測る。", "ワルファリンからリバーロキサバンへ替えるときはPT-INRを測る。"),
    ("comparator", "2.0未満になってから始める。", "2.0以上になってから始める。"),
    ("entity", "硝酸薬を使用中の患者にはシルデナフィルを投与しない。", "ワルファリンなどの抗凝固薬を使用中の患者にはシルデナフィルを投与しない。"),
    ("condition_dropped", "出血のある患者を除き、ARBを投与する。", "ARBを投与する。"),
    ("condition_added", "高齢者には減量する。", "腎機能が低下した高齢者に限り減量する。"),
    ("certainty_of_finding", "抗ヒスタミン薬は発作を長引かせるおそれがある。", "抗ヒスタミン薬は発作を長引かせる。"),
    ("edition_year", "小児喘息の手引き 2023年版。軽症では頓用とする。", "2019年版では、軽症は頓用とする。"),
    ("contraindication_caution", "門脈腫瘍栓のある患者では塞栓療法を禁忌とし、ビリルビンが3 mg/dL以上の患者では慎重に判断する。", "ビリルビンが3 mg/dL以上の患者では塞栓療法は禁忌である。"),
    ("strength", "Hb 7 g/dL未満では輸血を強く推奨する。Hb 8 g/dL未満を目安とすることを弱く推奨する。", "Hb 8 g/dL未満を目安とすることを強く推奨する。"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "passage", "claim"), ALTERED, ids=[case[0] for case in ALTERED])
def test_what_is_altered_is_still_found(kind, passage, claim):
    assert kind in kinds(claim, passage)


REVERSED = [
    ("after for before", "バンコマイシンは、切開の1時間前から投与する。", "バンコマイシンは、切開が終わってから1時間投与する。"),
    ("which is given first", "低血糖ではチアミンを先に静注し、続いてブドウ糖を静注する。", "低血糖では、ブドウ糖を先に入れ、そのあとチアミンを入れる。"),
    ("what the interval follows", "ヨウ化カリウムは、チアマゾールの開始から1時間以上経ってから与える。", "ヨウ化カリウムを与えて1時間以上経ってから、チアマゾールを開始する。"),
    ("beforehand, not at need", "オピオイドの開始と同時に、制吐薬を予防的に投与する。", "悪心が現れてから、制吐薬の投与を始める。"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "passage", "claim"), REVERSED, ids=[case[0] for case in REVERSED])
def test_what_comes_first_is_read_however_it_is_said(what, passage, claim):
    assert "timing" in firm(claim, passage)


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        ("止血を確認してからドレッシング材を貼る。", "ドレッシング材を貼る前に止血を確認する。"),
        ("ワクチンは摘脾の2週間前までに接種する。", "ワクチンを接種してから2週間以上あけて摘脾を行う。"),
        ("オピオイドの開始と同時に、制吐薬を投与する。", "悪心が現れてからではなく、オピオイドの開始時に制吐薬を投与する。"),
    ],
)  # fmt: skip
def test_the_same_order_in_other_words_is_none_that_differs(passage, claim):
    assert "timing" not in kinds(claim, passage)


def test_stages_that_are_exchanged_are_found_over_two_sentences():
    passage = "軽症ではアセトアミノフェンを投与する。効果がなければトラマドールに変更する。"
    assert "first_second_line" in firm(
        "軽症ではまずトラマドールを投与し、効果がなければアセトアミノフェンに変更する。", passage
    )
    assert "first_second_line" not in kinds(
        "軽症ではまずアセトアミノフェンを投与し、効果がなければトラマドールに変更する。", passage
    )


def test_an_exception_in_the_next_sentence_is_part_of_what_it_limits():
    passage = "外来でのレボフロキサシン内服を選択できる。ただし、キノロンの予防内服中の患者は除く。"
    assert "condition_dropped" in kinds("外来でのレボフロキサシン内服を選択できる。", passage)
    told = "外来でのレボフロキサシン内服を選択できる。ただし、予防内服中は除く。"
    checked = Checker().judge(told, [EvidenceText(id="1", text=passage)])
    assert "condition_dropped" not in {piece.kind for piece in checked.differences}


def test_a_value_from_a_sentence_that_speaks_of_something_else_is_no_support():
    passage = "術後14日で転院する。エノキサパリンは術後24時間以降に皮下注し、11日間続ける。"
    assert kinds("エノキサパリンの皮下注は14日間続ける。", passage) & {
        "swapped_values",
        "duration",
        "timing",
    }


def test_limits_of_a_table_are_limits():
    table = "| 項目 | 下限 | 上限 |\n|---|---|---|\n| 血糖 | 50 mg/dL | 500 mg/dL |\n"
    assert "comparator" not in kinds("血糖が50 mg/dL未満であれば報告する。", table)
    assert "comparator" in kinds("血糖が50 mg/dL超であれば報告する。", table)


ROLES = [
    ("who does it", "事例は7日以内に安全管理室へ報告する。", "事例は安全管理室が7日以内に報告する。"),
    ("not this but that", "接種の時期は修正月齢ではなく暦月齢で決める。", "接種の時期は暦月齢ではなく修正月齢で決める。"),
    ("of two, in a ratio", "血液と抗凝固剤の比を9:1とする。", "抗凝固剤と血液の比を9:1とする。"),
    ("what stands for what", "ステロイドはアドレナリンの代わりにならない。", "アドレナリンはステロイドの代わりにならない。"),
    ("under another name", "妊娠初期はMMIを避け、PTUに変更する。", "妊娠初期はプロピルチオウラシルを避け、チアマゾールに変更する。"),
    ("an amount behind the name", "クラリスロマイシンをメトロニダゾール250 mgに替える。", "メトロニダゾールをクラリスロマイシンに替える。"),
    ("a whole phrase is compared", "軽症でもブデソニドの頓用は、SABAの頓用に比べて発作を減らした。", "軽症でもSABAの頓用は、ブデソニドの頓用に比べて発作を減らした。"),
    ("English", "We suggest citrate rather than heparin for the lock.", "Heparin is suggested rather than citrate for the lock."),
]  # fmt: skip


@pytest.mark.parametrize(("what", "passage", "claim"), ROLES, ids=[case[0] for case in ROLES])
def test_exchanged_roles_are_found(what, passage, claim):
    assert "role_swap" in kinds(claim, passage)
    assert "role_swap" not in kinds(passage, passage)


def test_even_for_those_that_are_excepted_is_a_denial_undone():
    passage = "頭部挙上訓練は1日3回行う。頚椎疾患、気管切開の患者では行わない。"
    assert "negation" in kinds("気管切開の患者にも頭部挙上訓練をさせてよい。", passage)
    assert "negation" not in kinds("気管切開の患者には頭部挙上訓練をさせない。", passage)


def test_another_word_before_the_same_head_is_another_thing():
    assert "entity" in kinds("足白癬には内服薬を用いる。", "爪白癬には内服薬を用いる。")
    assert "entity" not in kinds("爪白癬には内服薬を用いる。", "爪白癬には内服薬を用いる。")


def test_what_a_list_forbids_is_denied():
    passage = "【用法】1日1回投与する。血中濃度は服薬直前に測定する。\n【禁忌】てんかんの患者、重篤な心疾患のある患者。\n【慎重投与】高齢者。"
    assert "negation" not in firm("心疾患のある患者には投与しない。", passage)


def test_to_take_care_not_to_is_no_weaker_than_to_forbid():
    passage = "病棟の窓は開けてはならない。"
    assert "contraindication_caution" not in kinds("病棟の窓は開けないように注意する。", passage)
    assert "contraindication_caution" in kinds("病棟の窓は慎重に開ける。", passage)


def test_one_order_in_both_hides_no_other_comparator():
    passage = "PT-INRが2.0未満になったことを確かめてから投与を始める。"
    assert "comparator" in firm("PT-INRが2.0以上であることを確かめてから投与を始める。", passage)
