"""Words and quotes as every surface shows them."""

from medrag.answer.labels import without_markup


def test_a_quote_is_shown_without_the_signs_of_its_markup() -> None:
    assert without_markup("**例外・注意**\n\n> 推奨文\n## 解説") == "例外・注意\n\n推奨文\n解説"


def test_signs_that_mean_something_stay() -> None:
    assert without_markup("2**3、a*b、n>5、#1") == "2**3、a*b、n>5、#1"
