"""Server-sent events out of bytes, however they are cut."""

import itertools
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.models.sse import LINE_LIMIT, MalformedStream, events

pytestmark = pytest.mark.anyio


async def chunked(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def read(*chunks: bytes) -> list[str]:
    return [event async for event in events(chunked(chunks))]


async def test_an_event_ends_at_an_empty_line() -> None:
    assert await read(b"data: a\n\ndata: b\r\n\r\n") == ["a", "b"]


async def test_comments_and_other_fields_are_skipped() -> None:
    assert await read(b": ping\n\nevent: x\nid: 1\ndata: a\n\n") == ["a"]


async def test_several_data_lines_are_one_event() -> None:
    assert await read(b"data: a\ndata: b\n\n") == ["a\nb"]


async def test_unicode_line_ends_inside_the_data_end_nothing() -> None:
    assert await read("data: 一\u2028二\u0085三\n\n".encode()) == ["一\u2028二\u0085三"]


async def test_an_unfinished_line_is_no_event() -> None:
    assert await read(b"data: a\n\ndata: {") == ["a"]


async def test_bytes_that_are_not_utf_8_are_malformed() -> None:
    with pytest.raises(MalformedStream, match="UTF-8"):
        await read(b"data: \xe8\xa1\n\n")


async def test_a_line_without_end_is_malformed() -> None:
    with pytest.raises(MalformedStream, match="line of more than"):
        await read(b"data: " + b"x" * LINE_LIMIT, b"x")


@given(cuts=st.lists(st.integers(min_value=0, max_value=40)))
async def test_any_cut_gives_the_same_events(cuts: list[int]) -> None:
    whole = "data: 血圧\n\ndata: 目標\r\n\r\n: x\ndata: 値\n\n".encode()
    edges = [0, *sorted(cuts), len(whole)]
    assert await read(*(whole[a:b] for a, b in itertools.pairwise(edges))) == [
        "血圧",
        "目標",
        "値",
    ]
