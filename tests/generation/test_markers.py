"""Citation markers are read however a model writes them, and nothing else is taken for one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.generation import markers


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("[1]", (1,)),
        ("［１］", (1,)),
        ("［1，2］", (1, 2)),
        ("[1, 2、3]", (1, 2, 3)),
        ("[1-3]", (1, 2, 3)),
        ("[1〜3, 5]", (1, 2, 3, 5)),
        ("【1†L3-L5】", (1,)),
        ("【2：p.4】", (2,)),
        ("〔資料3〕", (3,)),
        ("[文献1、文献2]", (1, 2)),
        ("[S4]", (4,)),
        ("[^5]", (5,)),
        ("[1, 1]", (1,)),
    ],
)
def test_reads(written, numbers):
    text = f"ARBは妊婦に禁忌である{written}。"
    (marker,) = markers.find(text)
    assert marker.numbers == numbers
    assert text[marker.start : marker.end] == written


@pytest.mark.parametrize(
    "text",
    [
        "【禁忌】",
        "[140/90]",
        "[2020]",
        "[1.5]",
        "(1)",
        "［ARB］",
        "[1",
        "1]",
        "推奨の強さ：強い（1）",
        "[]",
    ],
)
def test_is_no_marker(text):
    assert markers.find(text) == ()


def test_neighbours_are_separate():
    assert [marker.numbers for marker in markers.find("禁忌である[1][2]。[3]")] == [
        (1,),
        (2,),
        (3,),
    ]


def test_a_range_that_is_a_hundred_long_names_its_ends_only():
    (marker,) = markers.find("[1-999]")
    assert marker.numbers == (1, 999)


@given(st.text(alphabet="[]［］【】1２3,、-〜†:資料S 。あ", max_size=60))
def test_markers_lie_in_order_within_the_text(text):
    found = markers.find(text)
    assert all(
        text[marker.start] in "[［【〔" and text[marker.end - 1] in "]］】〕" for marker in found
    )
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(marker.numbers for marker in found)
