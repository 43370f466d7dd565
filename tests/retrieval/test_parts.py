"""Questions that ask several things."""

import pytest

from medrag.retrieval.parts import parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "アムロジピンの適応、用量、禁忌は？",
            ("アムロジピンの適応は", "アムロジピンの用量は", "アムロジピンの禁忌は"),
        ),
        (
            "CKD患者の降圧目標と食塩摂取量は？",
            ("CKD患者の降圧目標と食塩摂取量は?",),
        ),
        (
            "降圧目標はいくつですか？妊婦に使える薬は何ですか？",
            ("降圧目標はいくつですか?", "妊婦に使える薬は何ですか?"),
        ),
        ("75歳以上の降圧目標は？", ("75歳以上の降圧目標は?",)),
        ("糖尿病、高血圧のある患者の目標は？", ("糖尿病、高血圧のある患者の目標は?",)),
        ("", ("",)),
    ],
)
def test_a_question_is_split_only_where_it_plainly_lists_several(
    question: str, expected: tuple[str, ...]
) -> None:
    assert parts(question) == expected


def test_a_long_text_without_an_end_takes_no_time() -> None:
    assert parts("あ" * 100_000) == ("あ" * 100_000,)
    assert parts("い" * 100_000 + "?") == ("い" * 100_000 + "?",)
