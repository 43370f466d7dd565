"""Sentences are let go whole, with their markers, however the stream is cut."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from medrag.generation.stream import SentenceStream


def pieces(*deltas: str) -> list[str]:
    stream = SentenceStream()
    released = [sentence for delta in deltas for sentence in stream.feed(delta)]
    return [*released, stream.finish()]


def test_a_sentence_is_released_when_the_next_one_begins() -> None:
    stream = SentenceStream()
    assert stream.feed("130/80 mmHg未満とする[1]。") == ()
    assert stream.feed("ただし") == ("130/80 mmHg未満とする[1]。",)
    assert stream.finish() == "ただし"


def test_a_marker_after_the_full_stop_stays_with_its_sentence() -> None:
    assert pieces("目標とする。", "[", "1", "][", "2]", "例外もある[3]。") == [
        "目標とする。[1][2]",
        "例外もある[3]。",
    ]


def test_a_decimal_point_ends_nothing() -> None:
    assert pieces("HbA1c 7", ".", "0%未満とする[1]。") == ["HbA1c 7.0%未満とする[1]。"]


def test_english_sentences_are_cut_too() -> None:
    assert pieces("Use an ICS [1]. ", "Do not ", "stop it [2].") == [
        "Use an ICS [1].",
        " Do not stop it [2].",
    ]


TEXT = "75歳以上では130/80 mmHg未満とする[1][2]。〔弱い推奨、エビデンスB〕ただし「起立性低血圧。」のある患者は除く。[3]減量する[4]。\n妊婦には投与しない【2†L3】。"


@given(st.lists(st.integers(min_value=0, max_value=len(TEXT))))
def test_any_cut_gives_the_same_sentences(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TEXT)]
    deltas = [TEXT[start:end] for start, end in itertools.pairwise(edges)]
    assert "".join(pieces(*deltas)) == TEXT
    assert pieces(*deltas) == pieces(TEXT)
