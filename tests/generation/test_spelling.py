"""Slips: a question that is written otherwise than the passages is read as they write, and says so."""

import pytest

from medrag.generation.spelling import respelt, sounding
from tests.generation.test_extractive import hit, write

GOUT = hit(
    "痛風発作にはコルヒチン0.5 mgを1日1回投与する。鉄欠乏性貧血の患者では鉄剤を隔日投与する。"
    "結膜炎が現れたときは点眼を中止する。膝関節の注射は月1回とする。",
    "第2章 治療",
    start=5000,
    title="痛風と貧血の手引き",
)


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("コルヒテンの量は", "コルヒチンの量は"),  # a letter off
        ("こるひちんの量は", "コルヒチンの量は"),  # kana for katakana
        ("鉄けつぼうせい貧血の治療は", "鉄欠乏性貧血の治療は"),  # kana for kanji
        ("鉄欠棒性貧血の治療は", "鉄欠乏性貧血の治療は"),  # a kanji that sounds alike
        ("結膜えんが出たら", "結膜炎が出たら"),
    ],
)
def test_a_slip_is_read_as_the_word_of_the_passages(question: str, read: str) -> None:
    assert respelt(question, [GOUT]).question == read


@pytest.mark.parametrize(
    "question",
    [
        "肘関節の注射は",  # another joint
        "コルチゾールの基準値は",  # another name that is near
        "プレドニゾロンの量は",  # the lexicon has it
        "痛風発作の治療は",  # nothing to mend
        "What is the dose of colchicine?",
    ],
)
def test_another_word_is_no_slip(question: str) -> None:
    assert respelt(question, [GOUT]).question == question


def test_kana_that_sounds_alike_is_one() -> None:
    assert sounding("せい") == sounding("せえ") == sounding("セー")
    assert sounding("きょう") == sounding("キョー")
    assert sounding("さい") == "サイ"


def test_the_reader_is_told_how_a_word_was_read() -> None:
    draft = write("コルヒテンの量は", GOUT)
    assert "0.5 mg" in draft.text
    assert [one.message for one in draft.notices if one.code == "read_as"] == [
        "「コルヒテン」を「コルヒチン」と読み替えました。"
    ]
