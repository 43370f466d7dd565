"""Editions: which document replaces which, where nobody said so."""

from __future__ import annotations

from datetime import date

from medrag.documents.document import Document, Source
from medrag.documents.editions import is_addendum, series_of, succession


def document(
    identifier: str,
    title: str,
    published: date | None,
    *,
    society: str | None = None,
    supersedes: str | None = None,
) -> Document:
    source = Source(name=f"{identifier}.md", media_type="text/markdown", sha256="0" * 64, size=1)
    return Document(
        id=identifier,
        title=title,
        text="。",
        source=source,
        published=published,
        society=society,
        supersedes=supersedes,
    )


def test_editions_of_one_title_follow_each_other_by_date() -> None:
    old = document("a", "架空頭痛ガイドライン 2019年版", date(2019, 4, 1))
    middle = document("b", "架空頭痛ガイドライン 2022年版", date(2022, 4, 1))
    new = document("c", "架空頭痛ガイドライン（第3版）", date(2025, 4, 1))
    assert succession([new, old, middle]) == {"b": "a", "c": "b"}


def test_another_society_is_another_series() -> None:
    ours = document("a", "架空頭痛ガイドライン 2019年版", date(2019, 4, 1), society="架空頭痛学会")
    theirs = document(
        "b", "架空頭痛ガイドライン 2022年版", date(2022, 4, 1), society="架空神経学会"
    )
    assert succession([ours, theirs]) == {}


def test_what_is_stated_counts_and_is_not_contradicted() -> None:
    first = document("a", "架空頭痛ガイドライン 2019年版", date(2019, 4, 1))
    second = document("b", "架空片頭痛の手引き", date(2022, 4, 1), supersedes="a")
    third = document("c", "架空頭痛ガイドライン 2024年版", date(2024, 4, 1))
    assert succession([first, second, third]) == {"b": "a"}


def test_without_a_date_or_on_one_day_nothing_is_guessed() -> None:
    undated = document("a", "架空頭痛ガイドライン 第1版", None)
    one = document("b", "架空頭痛ガイドライン 第2版", date(2022, 4, 1))
    other = document("c", "架空頭痛ガイドライン 第2版", date(2022, 4, 1))
    assert succession([undated, one, other]) == {}


def test_an_addendum_replaces_no_edition() -> None:
    base = document("a", "架空頭痛ガイドライン 2022年版", date(2022, 4, 1))
    addendum = document("b", "架空頭痛ガイドライン 2022年版［追補2023］", date(2023, 4, 1))
    assert is_addendum(addendum)
    assert not is_addendum(base)
    assert succession([base, addendum]) == {}


def test_the_series_is_the_title_without_its_edition() -> None:
    titles = [
        "架空喘息ガイドライン 第2版",
        "架空喘息ガイドライン 2024年改訂版",
        "架空喘息ガイドライン（2021年版）",
    ]
    assert len({series_of(document("x", title, None)) for title in titles}) == 1
