"""What is read with a sentence: its list, its exception, the recommendation it explains, across passages."""

from dataclasses import replace

from medrag.retrieval.retriever import Hit
from tests.generation.test_extractive import hit, write

POWDER = "重い低血糖では、グルカゴン点鼻薬3 mgを片方の鼻に投与する。鼻づまりがあっても投与できる。"


def ungraded(one: Hit) -> Hit:
    return replace(one, passage=replace(one.passage, strength=None))


def test_an_announced_list_in_the_next_passage_is_quoted_with_its_exception() -> None:
    section = ("Q5 グルカゴン点鼻薬はどう使うか",)
    first = hit(POWDER, *section, kind="recommendation", start=100, title="低血糖の手引き")
    following = hit(
        "使う前に試し押しをしない。ただし、次の患者には投与しない。\n\n褐色細胞腫のある患者\n\nインスリノーマのある患者",
        *section,
        kind="recommendation",
        start=100 + len(POWDER) + 1,
        title="低血糖の手引き",
    )
    following = ungraded(following)
    assert write("グルカゴン点鼻薬を投与しない患者は？", first, following).text.endswith(
        "ただし、次の患者には投与しない[2]。褐色細胞腫のある患者[2]。インスリノーマのある患者[2]。"
    )


def test_an_item_comes_with_the_sentence_that_announces_it_and_the_items_beside_it() -> None:
    listed = hit(
        "次の場合には、外来管理加算を算定できない。\n\n- 処置を行った日\n- 電話で再診を行った日",
        "第2 再診",
        start=400,
        title="再診の通知",
    )
    assert write("電話の再診では外来管理加算を算定できますか", listed).text == (
        "次の場合には、外来管理加算を算定できない[1]。処置を行った日[1]。電話で再診を行った日[1]。"
    )


def test_an_exception_does_not_stand_without_what_it_limits() -> None:
    section = ("第4章 一般療法", "CQ5 アルブミン製剤を投与するか")
    against = hit(
        "浮腫のみを理由にアルブミン製剤を投与しないことを推奨する。",
        *section,
        "推奨",
        kind="recommendation",
        start=600,
        title="ネフローゼの指針",
    )
    unless = hit(
        "ただし、ショックまたは高度の浮腫による呼吸障害がある場合は、アルブミン製剤0.5 g/kgを投与する。",
        *section,
        "解説",
        kind="explanation",
        start=700,
        title="ネフローゼの指針",
    )
    text = write("高度の浮腫にアルブミン製剤を投与するべきですか", unless, against).text
    assert text.index("投与しないことを推奨する[2]。") < text.index("ただし、ショック")


def test_another_drug_of_the_same_answer_is_left_out_of_it() -> None:
    after = hit(
        "SU薬による低血糖では、24時間は血糖値を3時間ごとに測る。"
        "超速効型インスリンによる低血糖では、1時間後にもう一度測る。",
        "Q6 回復した後はどうするか",
        kind="recommendation",
        start=900,
        title="低血糖の手引き",
    )
    after = ungraded(after)
    assert write("SU薬の低血糖のあと、血糖を測る間隔は？", after).text == (
        "SU薬による低血糖では、24時間は血糖値を3時間ごとに測る[1]。"
    )


def test_a_sentence_that_a_page_breaks_off_is_one_sentence() -> None:
    broken = hit(
        "ピモジドを服用している患者には、アプレピタントを用い\n　　　ない。",
        "第2章 予防",
        start=1100,
        title="制吐の手引き",
    )
    assert write("アプレピタントを用いないのはどんな患者ですか", broken).text == (
        "ピモジドを服用している患者には、アプレピタントを用いない[1]。"
    )


def test_a_relapse_under_the_heading_of_the_first_episode_is_about_the_relapse() -> None:
    first = hit(
        "プレドニゾロンを60 mg/日で4週間投与することを推奨する。",
        "II. 初発時の治療",
        "CQ1 初発時のプレドニゾロンはどう投与するか",
        kind="recommendation",
        start=1300,
        title="ネフローゼの指針",
    )
    again = hit(
        "プレドニゾロンを60 mg/日で尿蛋白が消えるまで投与し、20 mg/日に減らすことを提案する。",
        "II. 初発時の治療",
        "CQ2 再発時のプレドニゾロンはどう投与するか",
        kind="recommendation",
        start=1400,
        title="ネフローゼの指針",
    )
    assert "20 mg" not in write("初発のネフローゼのプレドニゾロンの量は？", first, again).text
    assert "20 mg" in write("ネフローゼの再発でのプレドニゾロンの量は？", first, again).text


def test_what_is_said_of_all_rows_comes_with_the_row() -> None:
    section = ("第5章 薬物治療", "表5 降圧薬の用量")
    table = "| 薬剤 | 1日量 |\n|---|---|\n| アムロジピン | 2.5〜5 mg |\n| エナラプリル | 5〜10 mg |"
    rows = hit(table, *section, kind="table", start=2000)
    note = hit(
        "75歳以上では、いずれの薬剤も上記の1/2量から開始する。",
        *section,
        start=2000 + len(table) + 2,
    )
    assert write("80歳のアムロジピンの開始量は？", rows, note).text == (
        "アムロジピンの1日量は2.5〜5 mg[1]。75歳以上では、いずれの薬剤も上記の1/2量から開始する[2]。"
    )


def test_a_dose_for_some_comes_with_the_sentence_that_names_the_drug() -> None:
    fever = hit(
        "解熱薬にはアセトアミノフェンを用いる。小児では1回10 mg/kgを投与する。",
        "4.2 解熱薬",
        start=2300,
        title="インフルエンザの手引き",
    )
    assert write("小児の解熱薬の用量は？", fever).text == (
        "解熱薬にはアセトアミノフェンを用いる[1]。小児では1回10 mg/kgを投与する[1]。"
    )


def test_of_boxes_what_is_ticked_is_quoted() -> None:
    ticked = hit(
        "ヒアルロン酸の関節内注射を行うことを弱く推奨する。\n\n□A（強い）　■B（中）　□C（弱い）",
        "CQ2 ヒアルロン酸の関節内注射は推奨されるか",
        kind="recommendation",
        start=2500,
        title="膝の手引き",
    )
    text = write("ヒアルロン酸の関節内注射は推奨されますか", ticked).text
    assert "A（強い）" not in text
    assert "B（中）[1]" in text


def test_marks_of_items_and_answers_and_the_imprint_are_left_behind() -> None:
    notice = hit(
        "二 再診料は、次の場合には算定できない。\n\nア 処置を行った日\nイ 電話で再診を行った日",
        "第2 再診",
        start=2700,
        title="再診の通知",
    )
    assert write("再診料を算定できないのはどんな場合ですか", notice).text == (
        "再診料は、次の場合には算定できない[1]。処置を行った日[1]。電話で再診を行った日[1]。"
    )
    imprint = hit("膝の手術の研究会　2021年10月15日", "膝の手術", start=2900, title="膝の手引き")
    assert write("膝の手術はいつですか", imprint).abstained


def test_a_list_does_not_stand_without_the_recommendation_above_it() -> None:
    section = ("Q2 妊娠可能年齢の女性にバルプロ酸を用いてよいか",)
    against = "妊娠可能年齢の女性にはバルプロ酸を用いないことを強く勧める。"
    first = hit(against, *section, kind="recommendation", start=3000, title="てんかんの手引き")
    listed = hit(
        "- 妊娠が判明しても、自己判断でバルプロ酸の服薬を中止しない。",
        *section,
        kind="recommendation",
        start=3000 + len(against) + 2,
        title="てんかんの手引き",
    )
    assert write("妊娠が判明したらバルプロ酸を中止しますか", listed, first).text.startswith(
        "妊娠可能年齢の女性にはバルプロ酸を用いないことを強く勧める[2]。妊娠が判明しても"
    )
