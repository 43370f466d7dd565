"""What a word names, as far as the word alone tells."""

import pytest

from medrag.japanese.wordclasses import CALENDAR, NUMBER, PERSON, PLACE, of


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("1822", NUMBER),
        ("0.5", NUMBER),
        ("十", NUMBER),
        ("年", CALENDAR),
        ("世紀", CALENDAR),
        ("佐藤", PERSON),
        ("ヘロドトス", PERSON),
        ("東京", PLACE),
        ("県", PLACE),
        ("コレラ", 0),
        ("治療", 0),
        ("", 0),
    ],
)
def test_a_word_has_its_class(word: str, expected: int) -> None:
    assert of(word) == expected
