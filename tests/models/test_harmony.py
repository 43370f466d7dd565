"""What is let through of a stream that may be a leaked harmony transcript."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.models.harmony import FinalChannel, Leak


def through(*deltas: str) -> str:
    channel = FinalChannel()
    return "".join([*(channel.feed(delta) for delta in deltas), channel.finish()])


def test_ordinary_text_passes_at_once() -> None:
    assert FinalChannel().feed("降圧") == "降圧"


def test_a_less_than_sign_is_no_control_token() -> None:
    assert through("HbA1c", "<", "7.0%なら[1]。") == "HbA1c<7.0%なら[1]。"


def test_english_that_begins_with_analysis_is_an_answer() -> None:
    assert (
        through("analysis of the trials", " shows benefit [1].")
        == "analysis of the trials shows benefit [1]."
    )


@pytest.mark.parametrize(
    "transcript",
    [
        "<|channel|>analysis<|message|>考える。<|end|><|start|>assistant<|channel|>final<|message|>答え[1]。<|return|>",
        "<|channel|>final<|message|>答え[1]。",
        "analysis考える。assistantfinal答え[1]。",
        "analysis考える。assistantcommentaryまだ。assistantfinal答え[1]。",
    ],
)
@given(cuts=st.lists(st.integers(min_value=0, max_value=60)))
def test_of_a_transcript_only_the_final_message_passes_however_it_is_cut(
    transcript: str, cuts: list[int]
) -> None:
    edges = [0, *sorted(cuts), len(transcript)]
    assert through(*(transcript[a:b] for a, b in itertools.pairwise(edges))) == "答え[1]。"


@pytest.mark.parametrize(
    "transcript", ["<|channel|>analysis<|message|>考える。", "analysis考える。", "答え。<|start|>"]
)
def test_reasoning_is_never_promoted(transcript: str) -> None:
    with pytest.raises(Leak):
        through(*transcript)


def test_a_cut_off_character_at_the_end_goes_and_one_in_the_middle_stays() -> None:
    assert through("13", "\ufffd", "0", "\ufffd") == "13\ufffd0"
