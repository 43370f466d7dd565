"""Normalisation: equal for comparison, and every character remembers where it came from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.japanese.normalize import Span, fold, normalize

TEXTS = st.text(alphabet="がか\u3099はﾊﾟﾊ\u309a㎎㎜①ⅣＡ１／８０⽣⻭ｶﾞ-aé\u0301 \n一", max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("１３０／８０㎜Ｈｇ", "130/80mmHg"),
        ("ｱﾑﾛｼﾞﾋﾟﾝ", "アムロジピン"),
        ("⽣活と⻭", "生活と歯"),
        ("Ⅲ度①", "III度1"),
        ("か\u3099ん", "がん"),
    ],
)
def test_what_means_the_same_becomes_the_same(text: str, folded: str) -> None:
    assert fold(text) == normalize(text).text == folded


def test_a_span_of_the_normalised_text_maps_back_to_the_original() -> None:
    text = "１日５㎎まで"
    normal = normalize(text)
    start = normal.text.index("mg")
    assert normal.original(start, start + 2) == Span(3, 4)
    assert text[slice(*normal.original(start - 1, start + 2))] == "５㎎"


def test_an_empty_or_outside_range_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such range"):
        normalize("血圧").original(1, 1)
    with pytest.raises(ValueError, match="no such range"):
        normalize("血圧").original(0, 3)


@given(TEXTS)
def test_it_equals_nfkc_with_radicals_mapped_and_is_stable(text: str) -> None:
    normal = normalize(text)
    assert normal.text == fold(text)
    assert unicodedata.is_normalized("NFKC", normal.text)
    assert fold(normal.text) == normal.text


@given(TEXTS, st.integers(0, 40), st.integers(1, 10))
def test_the_original_of_a_span_folds_to_what_holds_that_span(
    text: str, start: int, length: int
) -> None:
    normal = normalize(text)
    end = min(start + length, len(normal.text))
    if start >= end:
        return
    source = normal.original(start, end)
    assert 0 <= source.start < source.end <= len(text)
    assert normal.text[start:end] in fold(text[source.start : source.end])
