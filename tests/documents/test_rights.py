"""What of a document may be shown at once, and no half of a quantity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.documents.rights import quotable


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("エノキサパリン2,000 IUを1日2回", 8, "エノキサパリン"),
        ("エノキサパリン2,000 IUを1日2回", 12, "エノキサパリン"),
        ("エノキサパリン2,000 IUを1日2回", 15, "エノキサパリン2,000 IU"),
        ("目標は130/80 mmHg未満", 7, "目標は"),
        ("1日3回", 1, ""),
        ("１．５ｍｇを投与", 2, ""),
        ("薬Aを投与する。", 4, "薬Aを投"),
        ("give aspirin", 8, "give "),
        ("薬Aを投与する。薬Bは投与しない。", 14, "薬Aを投与する。"),
        ("短い", 10, "短い"),
        ("上限なし 5 mg", None, "上限なし 5 mg"),
        ("なし", 0, ""),
    ],
)
def test_a_quote_ends_before_a_quantity_that_would_be_cut(
    text: str, limit: int | None, shown: str
) -> None:
    assert quotable(text, limit) == shown


@given(st.text(alphabet="薬を0123.,/ mg日回。", max_size=40), st.integers(0, 40))
def test_what_is_shown_begins_the_text_and_keeps_the_limit(text: str, limit: int) -> None:
    shown = quotable(text, limit)
    assert text.startswith(shown)
    assert len(shown) <= limit
    assert not (shown[-1:].isdigit() and text[len(shown) : len(shown) + 1].isdigit())
