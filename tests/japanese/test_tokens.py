"""Words, bigrams and morphemes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.index.terms import bigram_keys
from medrag.japanese.tokens import BREAK, bigrams, sequence, tokenize, words


def test_content_words_come_in_base_form_without_particles() -> None:
    assert words("抗菌薬を中止した。") == ["抗菌", "薬", "中止", "する"]


def test_full_width_and_half_width_are_the_same_words() -> None:
    assert words("ＨｂＡ１ｃ　７．０％") == words("HbA1c 7.0%")


def test_a_greek_letter_is_a_word() -> None:
    assert words("β遮断薬")[0] == "β"


def test_compounds_stand_beside_their_parts() -> None:
    assert words("HbA1cが0.5") == ["hba", "1", "c", "0", "5", "hba1c", "0.5"]


def test_an_english_plural_meets_its_singular() -> None:
    assert words("The patients") == words("patient") == ["patient"]


def test_words_of_nothing_are_none() -> None:
    assert words("") == words(" \n") == words("。、！") == words("😀") == []


def test_what_follows_a_nul_is_not_lost() -> None:
    assert words("降圧\0目標") == ["降圧", "目標"]


def test_sentences_are_told_apart_in_a_sequence() -> None:
    assert sequence(["血圧を測る。", "薬を飲む"]) == ["血圧", "測る", BREAK, "薬", "飲む"]


def test_no_bigram_reaches_across_punctuation() -> None:
    assert bigrams("高血圧、糖尿") == ["高血", "血圧", "糖尿"]
    assert bigrams("が。に") == ["が", "に"]


def test_bigrams_of_ascii_are_left_out() -> None:
    assert bigrams("CKD患者") == ["d患", "患者"]


@given(st.text(alphabet="血圧がＡa1。、 \n゛か😀ｶﾞ\u3099", max_size=40))
def test_the_keys_of_the_index_are_those_of_the_bigrams(text: str) -> None:
    expected = [
        (ord(pair[0]) << 21) | (ord(pair[1]) if len(pair) > 1 else 0) for pair in bigrams(text)
    ]
    assert bigram_keys([text]).keys.tolist() == expected


def test_the_bigrams_of_each_text_are_counted() -> None:
    assert bigram_keys(["高血圧", "", "a\0が", "。"]).counts.tolist() == [2, 0, 1, 0]


@given(st.text(alphabet="血圧は130/８０㎜Ｈｇ未満。\nが\u3099ｶﾞβ\u0000", max_size=40))
def test_every_token_is_what_stands_at_its_span(text: str) -> None:
    position = 0
    for token in tokenize(text):
        assert token.surface == text[token.start : token.end]
        assert token.start >= position
        position = token.start


def test_a_million_characters_without_a_stop_are_cut_into_words() -> None:
    assert words("降圧目標" * 250_000).count("目標") == 250_000


def test_compounds_of_a_long_run_take_no_time() -> None:
    assert words("a1" * 20_000)[-1] == "a1" * 20_000
    assert words("hba1c-x2 covid-19 12.5")[-3:] == ["hba1c-x2", "covid-19", "12.5"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｲﾝｽﾘﾝ", "インスリン"),
        ("ﾊﾞﾝｺﾏｲｼﾝ", "バンコマイシン"),
        ("ハ\u309aン", "パン"),
        ("５㎎", "5mg"),
        ("㎜Ｈｇ", "mmHg"),
        ("Ⅲ度", "III度"),
        ("⽣活", "生活"),
        ("㍉", "ミリ"),
    ],
)
def test_width_and_composition_make_no_other_words_or_bigrams(one: str, other: str) -> None:
    assert words(one) == words(other) != []
    assert bigrams(one) == bigrams(other)


def test_a_word_that_the_dictionary_does_not_have_is_itself() -> None:
    assert words("kjdfhgqの治療") == ["kjdfhgq", "治療"]
    assert words("ヱヰヱ薬") == ["ヱヰヱ", "薬"]


def test_nothing_of_the_dictionarys_own_output_format_is_a_word() -> None:
    # Its dicrc would give twenty-nine fields a line and a closing EOS.
    assert words("患者") == ["患者"]
    assert [token.surface for token in tokenize("患者の血圧")] == ["患者", "の", "血圧"]


def test_a_line_break_at_the_end_takes_no_word_along() -> None:
    assert words("降圧目標\n") == words("降圧目標") == ["降圧", "目標"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("健康の定義はWHOによる。", ["健康", "定義", "よる", "who"]),
        ("ＡＳの手術", ["手術", "as"]),
        ("Severe AS is rare", ["severe", "rare", "as"]),
        ("グレードA", ["グレード", "a"]),
        ("A型肝炎", ["型", "肝炎", "a"]),
        ("クラス A とする", ["クラス", "する", "a"]),
        ("patients who had a fever", ["patient", "fever"]),
        ("CARE OF ADULTS WITH ASTHMA", ["care", "adult", "asthma"]),
        ("A patient", ["patient"]),
    ],
)
def test_in_capitals_what_is_a_function_word_in_english_is_an_abbreviation(
    text: str, expected: list[str]
) -> None:
    assert words(text) == expected


def test_question_words_are_words_and_english_function_words_are_none() -> None:
    assert "何" in words("喘息には何を使うか")
    assert words("What is the treatment of asthma?") == ["treatment", "asthma"]


def test_no_mecab_configuration_of_the_machine_is_read(tmp_path: Path) -> None:
    told = "from medrag.japanese.tokens import words; print(*words('抗菌薬を中止した'))"
    result = subprocess.run(
        [sys.executable, "-c", told],
        env={
            "MECABRC": str(tmp_path / "none"),
            "PYTHONUTF8": "1",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert result.stdout.split() == ["抗菌", "薬", "中止", "する"]
