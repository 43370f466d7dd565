"""Sentence splitting: what ends a sentence, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.japanese.sentences import split


def parts(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("投与する。減量する。", ["投与する。", "減量する。"]),
        ("投与する（腎障害を除く。）。減量する。", ["投与する（腎障害を除く。）。", "減量する。"]),
        ("「投与しない。」と述べた。終了する。", ["「投与しない。」と述べた。", "終了する。"]),
        ("患者は「痛い。」彼は泣いた。", ["患者は「痛い。」", "彼は泣いた。"]),
        (
            "130/80 mmHg未満とする．少量から始める．",
            ["130/80 mmHg未満とする．", "少量から始める．"],
        ),
        ("用量は０．５ｍｇである。", ["用量は０．５ｍｇである。"]),
        (
            "推奨する[1]。提案する。[2, 3]測定する。",
            ["推奨する[1]。", "提案する。[2, 3]", "測定する。"],
        ),
        (
            "投与を推奨する。（推奨の強さ：強い（1）、エビデンスの確実性：A）解説する。",
            ["投与を推奨する。（推奨の強さ：強い（1）、エビデンスの確実性：A）", "解説する。"],
        ),
        (
            "減量する。（なお、透析患者を除く。）次に進む。",
            ["減量する。", "（なお、透析患者を除く。）", "次に進む。"],
        ),
        (
            "We suggest 2.5 mg (e.g. daily). Dr. A said no. End.",
            ["We suggest 2.5 mg (e.g. daily).", "Dr. A said no.", "End."],
        ),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_a_line_broken_by_a_typesetter_is_one_sentence() -> None:
    text = "腎機能が低下している患者に対しては慎重に投与することが\n望ましい。"
    assert parts(text) == [text]


def test_list_markers_headings_and_table_rows_end_a_sentence() -> None:
    text = "# 第1章 総論\n対象は次のとおり\n- 妊婦\n- 高齢者\n| 薬 | 用量 |\n| A。B | 1 mg |"
    assert parts(text) == [
        "# 第1章 総論",
        "対象は次のとおり",
        "- 妊婦",
        "- 高齢者",
        "| 薬 | 用量 |",
        "| A。B | 1 mg |",
    ]


def test_a_bracket_that_never_closes_does_not_swallow_the_rest() -> None:
    assert parts("閉じない（括弧。次の文。\n\n別の段落。") == [
        "閉じない（括弧。",
        "次の文。",
        "別の段落。",
    ]


def test_a_table_row_need_not_begin_with_a_bar() -> None:
    assert parts("薬剤｜1回量\nセファゾリン｜2 g\n次の文。") == [
        "薬剤｜1回量",
        "セファゾリン｜2 g",
        "次の文。",
    ]


@given(st.text(alphabet="あ患者。．.！？「」（）()[1]\n 　a2-|#", max_size=80))
def test_spans_are_ordered_trimmed_and_leave_only_white_space_between(text: str) -> None:
    spans = split(text)
    covered = 0
    for start, end in spans:
        assert covered <= start < end
        assert text[covered:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        covered = end
    assert text[covered:].strip() == ""
