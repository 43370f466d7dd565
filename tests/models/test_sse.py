"""Server-sent events out of bytes, however they are cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.models.sse import LINE_LIMIT, EventReader, MalformedStream


def read(*chunks: bytes) -> list[str]:
    reader = EventReader()
    return [event for chunk in chunks for event in reader.feed(chunk)] + reader.finish()


def test_an_event_ends_at_an_empty_line() -> None:
    assert read(b"data: a\n\ndata: b\r\n\r\n") == ["a", "b"]


def test_comments_and_other_fields_are_skipped() -> None:
    assert read(b": ping\n\nevent: x\nid: 1\ndata: a\n\n") == ["a"]


def test_several_data_lines_are_one_event() -> None:
    assert read(b"data: a\ndata: b\n\n") == ["a\nb"]


def test_unicode_line_ends_inside_the_data_end_nothing() -> None:
    assert read("data: 一\u2028二\u0085三\n\n".encode()) == ["一\u2028二\u0085三"]


def test_an_unfinished_line_is_no_event() -> None:
    assert read(b"data: a\n\ndata: {") == ["a"]


def test_bytes_that_are_not_utf_8_are_malformed() -> None:
    with pytest.raises(MalformedStream, match="UTF-8"):
        read(b"data: \xe8\xa1\n\n")


def test_a_line_without_end_is_malformed() -> None:
    with pytest.raises(MalformedStream, match="line of more than"):
        read(b"data: " + b"x" * LINE_LIMIT, b"x")


@given(cuts=st.lists(st.integers(min_value=0, max_value=40)))
def test_any_cut_gives_the_same_events(cuts: list[int]) -> None:
    whole = "data: 血圧\n\ndata: 目標\r\n\r\n: x\ndata: 値\n\n".encode()
    edges = [0, *sorted(cuts), len(whole)]
    assert read(*(whole[a:b] for a, b in itertools.pairwise(edges))) == [
        "血圧",
        "目標",
        "値",
    ]
