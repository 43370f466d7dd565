"""The lexicon: which words it finds, and what it takes for the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.errors import LexiconError
from medrag.japanese.lexicon import Lexicon, default_lexicon, read_groups
from medrag.japanese.normalize import fold

LEXICON = default_lexicon()


def found(text: str, lexicon: Lexicon = LEXICON) -> list[str]:
    return [text[mention.start : mention.end] for mention in lexicon.find(text)]


def heads(text: str, word: str) -> list[str]:
    """The heads of the groups that a word in a text may belong to."""
    return [
        LEXICON.groups[index].head
        for mention in LEXICON.find(text)
        if text[mention.start : mention.end] == word
        for index in mention.group_ids
        if LEXICON.groups[index].relation != "antonym"
    ]


def forms(term: str, *, ambiguous: bool = False) -> dict[str, str]:
    return dict(LEXICON.synonyms(term, ambiguous=ambiguous))


def lexicon_of(tmp_path: Path, *lines: str) -> Lexicon:
    path = tmp_path / "own.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Lexicon(read_groups(path))


def test_the_longest_word_is_found_first() -> None:
    assert found("非ステロイド性抗炎症薬と副腎皮質ステロイド") == [
        "非ステロイド性抗炎症薬",
        "副腎皮質ステロイド",
    ]


def test_spans_are_of_the_text_given() -> None:
    text = "eGFR 30未満のCKDでは"
    assert [
        (mention.start, mention.end, mention.form)
        for mention in LEXICON.find(text)
        if mention.form in {"eGFR", "CKD"}
    ] == [(0, 4, "eGFR"), (10, 13, "CKD")]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("CKDX", "CKD"),
        ("aCKD", "CKD"),
        ("非HDL-Cでなくnon-HDL", "HDL"),
        ("PD-L1陽性", "PD"),
        ("ノルアドレナリンを投与", "アドレナリン"),
        ("メチルプレドニゾロン", "プレドニゾロン"),
        ("グランダキシン", "グラン"),
        ("助けが必要", "けが"),
        ("水はけが悪い", "けが"),
        ("踏まれにくい", "まれに"),
        ("共有する情報", "有する"),
        ("インフルエンザ菌", "インフルエンザ"),
        ("占拠性病変", "性病"),
        ("訪問診療を行う", "問診"),
        ("人工妊娠中絶", "妊娠中"),
        ("慢性腎炎症候群", "炎症"),
        ("as long as possible, or not at all", "as"),
        ("3年に1回", "年に1回"),
        ("2.1日1回", "1日1回"),
    ],
)
def test_a_word_inside_another_is_not_found(text: str, word: str) -> None:
    assert word not in found(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("CKD患者", "CKD"),
        ("（CKD）", "CKD"),
        ("CKD-MBD", "CKD-MBD"),
        ("eGFR30未満", "eGFR"),
        ("ARBs and ACE inhibitors", "ARB"),
        ("DOAC-based regimen", "DOAC"),
        ("夜のせきがひどい", "せき"),
        ("ロサルタンカリウム錠", "ロサルタン"),
        ("進行胃がんの患者", "進行胃がん"),
        ("頚動脈狭窄", "頚動脈狭窄"),
        ("心臓の働きが悪い", "心臓の働きが悪い"),
    ],
)
def test_a_word_by_itself_is_found(text: str, word: str) -> None:
    assert word in found(text)


def test_a_unit_follows_a_number() -> None:
    assert "mg" in found("5 mgを投与")
    assert "日" in found("7日以内")
    assert "g" not in found("g染色")
    assert "G" not in found("18G針")  # a gauge


def test_an_ambiguous_abbreviation_is_found_as_written() -> None:
    assert set(heads("MSの患者", "MS")) == {"多発性硬化症", "僧帽弁狭窄症"}
    assert found("100 ms") == []


def test_letters_of_another_case_may_be_another_word() -> None:
    assert heads("EGFR遺伝子変異", "EGFR") == ["上皮成長因子受容体"]
    assert heads("eGFRの低下", "eGFR") == ["推算糸球体濾過量"]
    assert not LEXICON.same("EGFR", "eGFR")
    assert LEXICON.same("egfr", "eGFR")


@given(st.text(alphabet="CKD糖尿病がんmgβß-１５ 0aのin高血圧インスリン・"))
def test_mentions_are_ordered_disjoint_and_known(text: str) -> None:
    text = fold(text)
    end = 0
    for mention in LEXICON.find(text):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.group_ids
        end = mention.end


def test_text_without_words_of_the_lexicon_has_none() -> None:
    assert found("") == []
    assert found("🙂…") == []


# What is the same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("慢性腎臓病", "CKD"),
        ("ＣＫＤ", "chronic kidney disease"),
        ("ヘモグロビンA1c", "HbA1c"),
        ("推算糸球体濾過量", "eGFR"),
        ("アンジオテンシンII受容体拮抗薬", "ARB"),
        ("アンジオテンシンⅡ受容体拮抗薬", "ARB"),
        ("カルシウム拮抗薬", "Ca拮抗薬"),
        ("NSAIDs", "非ステロイド性抗炎症薬"),
        ("プラビックス", "clopidogrel"),
        ("ワーファリン", "ワルファリン"),
        ("インシュリン", "インスリン"),
        ("胃がん", "胃癌"),
        ("乳ガン", "breast cancer"),
        ("頚動脈狭窄症", "頸動脈狭窄"),
        ("気管支ぜんそく", "喘息"),
        ("ギランバレー症候群", "ギラン・バレー症候群"),
        ("1日2回", "twice daily"),
        ("ミリグラム", "㎎"),
        ("腎機能障がい", "腎機能低下"),
    ],
)
def test_two_names_of_one_thing_are_the_same(one: str, other: str) -> None:
    assert LEXICON.same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ARB", "ACE阻害薬"),
        ("ロサルタン", "カンデサルタン"),
        ("ロサルタン", "ARB"),
        ("糖尿病", "2型糖尿病"),
        ("糖尿病", "血糖値が高い"),
        ("高カリウム血症", "低カリウム血症"),
        ("禁忌", "慎重投与"),
        ("強く推奨する", "弱く推奨する"),
        ("推奨する", "提案する"),
        ("推奨する", "推奨しない"),
        ("以上", "超"),
        ("以下", "未満"),
        ("MS", "多発性硬化症"),
        ("プレドニゾロン", "メチルプレドニゾロン"),
        ("心不全", "心筋梗塞"),
        ("収縮期血圧", "拡張期血圧"),
        ("有害事象", "副作用"),
        ("直ちに", "速やかに"),
        ("1日1回", "1日2回"),
        ("関連する", "引き起こす"),
        ("ヘパリン", "ヘパリン類似物質"),
        ("インフルエンザ菌", "インフルエンザウイルス"),
        ("知らない言葉", "別の言葉"),
    ],
)
def test_what_differs_is_not_the_same(one: str, other: str) -> None:
    assert not LEXICON.same(one, other)


def test_a_word_is_known_under_any_of_its_writings() -> None:
    assert LEXICON.knows("ＣＫＤ")
    assert LEXICON.knows("ギランバレー症候群")
    assert not LEXICON.knows("知らない言葉")


def test_an_unknown_word_is_its_own_canonical_name() -> None:
    assert LEXICON.canonical("ＸＹＺ 病") == "xyz 病"


def test_synonyms_carry_the_relation_that_makes_them() -> None:
    assert forms("クロピドグレル")["プラビックス"] == "brand"
    assert forms("慢性腎臓病")["CKD"] == "same"
    assert forms("インスリン")["インシュリン"] == "spelling"
    assert forms("おしっこ")["尿"] == "lay"
    assert forms("尿")["おしっこ"] == "lay"


def test_a_lay_word_leads_to_every_name_of_what_it_may_mean() -> None:
    names = forms("血液をさらさらにする薬")
    assert {"抗凝固薬", "抗血小板薬", "anticoagulant"} <= names.keys()
    assert set(names.values()) == {"lay"}


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("血圧が高かったので", "高血圧"),
        ("血圧の高い人", "高血圧"),
        ("足がむくんで靴が入らない", "浮腫"),
        ("血糖が下がりすぎたら", "低血糖"),
        ("薬を減らしてもよいか", "減量"),
        ("お腹が痛くて", "腹痛"),
    ],
)
def test_a_lay_phrase_is_found_inflected(text: str, term: str) -> None:
    assert any(term in forms(mention.form) for mention in LEXICON.find(text))


def test_stems_are_no_synonyms() -> None:
    assert "血圧が高い" in forms("高血圧")
    assert "血圧が高" not in forms("高血圧")


def test_a_synonym_is_never_the_term_itself_nor_a_member() -> None:
    names = forms("ARB")
    assert "ARB" not in names
    assert "ロサルタン" not in names


def test_ambiguous_words_are_synonyms_only_when_asked_for() -> None:
    assert forms("MS") == {}
    assert {"多発性硬化症", "僧帽弁狭窄症"} <= forms("MS", ambiguous=True).keys()
    assert "MS" not in forms("多発性硬化症")
    assert "MS" in forms("多発性硬化症", ambiguous=True)
    assert LEXICON.is_ambiguous("MS")
    assert not LEXICON.is_ambiguous("多発性硬化症")
    assert not LEXICON.is_ambiguous("CKD")


# Classes and opposites


def test_classes_are_told_nearest_first_and_by_any_name() -> None:
    assert LEXICON.classes_of("ニューロタン") == (
        "アンジオテンシンII受容体拮抗薬",
        "レニン・アンジオテンシン系阻害薬",
        "降圧薬",
    )
    assert "直接経口抗凝固薬" in LEXICON.classes_of("エリキュース")
    assert LEXICON.classes_of("知らない薬") == ()


def test_members_reach_into_the_classes_within() -> None:
    assert "アピキサバン" in LEXICON.members_of("DOAC")
    assert "ワルファリン" not in LEXICON.members_of("DOAC")
    assert {"アピキサバン", "ワルファリン"} <= set(LEXICON.members_of("経口抗凝固薬"))


def test_opposites_are_told_from_either_side() -> None:
    assert "減少" in LEXICON.antonyms("増加")
    assert "増加" in LEXICON.antonyms("減少")
    assert "増加" in LEXICON.antonyms("低減")  # another name for 減少
    assert LEXICON.antonyms("糖尿病") == ()


# A user's own files


def test_a_users_file_adds_to_the_lexicon(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text("# ours\nbrand\tロサルタン\tローサタン\n", encoding="utf-8")
    lexicon = Lexicon.load([path])
    assert lexicon.same("ローサタン", "losartan")
    assert lexicon.groups[-1].source == "own"
    assert len(lexicon.groups) == len(LEXICON.groups) + 1


def test_groups_that_share_a_word_merge(tmp_path: Path) -> None:
    lexicon = lexicon_of(tmp_path, "same\t甲\t乙", "same\t丙\t丁", "spelling\t乙\t丁")
    assert lexicon.canonical("丁") == lexicon.canonical("丙") == "甲"


def test_a_character_group_writes_every_word_anew(tmp_path: Path) -> None:
    lexicon = lexicon_of(tmp_path, "character\t癌\tがん", "same\t甲癌\tcancer A")
    assert lexicon.same("甲がん", "cancer a")
    assert found("甲がんの", lexicon) == ["甲がん"]
    assert found("癌の", lexicon) == []


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"absent\.tsv"):
        Lexicon.load([tmp_path / "absent.tsv"])


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sjis.tsv"
    path.write_bytes("same\t甲\t乙\n".encode("cp932"))
    with pytest.raises(LexiconError, match="UTF-8"):
        Lexicon.load([path])


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("same\t甲", "2 columns"),
        ("same 甲 乙", "1 columns"),
        ("alike\t甲\t乙", "unknown relation 'alike'"),
        ("same\t\t乙", "the head is empty"),
        ("same\t甲\t", "a form is empty"),
        ("same\t甲\t乙||丙", "a form is empty"),
        ("same\t甲\t乙| 丙", "spaces around"),
        ("same\t甲\t乙\tperhaps", "'perhaps' instead of"),
        ("same\t甲\t乙\tambiguous\tmore", "5 columns"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, fault: str) -> None:
    with pytest.raises(LexiconError, match=fault) as caught:
        lexicon_of(tmp_path, "same\t甲\t乙", line)
    assert caught.value.where is not None
    assert caught.value.where.endswith("own.tsv:2")


def test_a_word_at_the_end_of_a_text_ends_there() -> None:
    # 高血圧性脳症 is longer than what is left of the text.
    assert [(found.start, found.end) for found in default_lexicon().find("重症の高血圧")] == [
        (0, 2),
        (3, 6),
    ]
