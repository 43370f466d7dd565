"""Editions: which document replaces which, where nobody said so."""

from __future__ import annotations

from datetime import date

from medrag.documents.document import Document, Source
from medrag.documents.editions import graph, is_addendum, place, series_of


def document(
    identifier: str,
    title: str,
    published: date | None,
    *,
    society: str | None = None,
    edition: str | None = None,
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
        edition=edition,
        supersedes=supersedes,
    )


def test_editions_of_one_title_follow_each_other_by_date() -> None:
    old = document("a", "架空頭痛ガイドライン 2019年版", date(2019, 4, 1))
    middle = document("b", "架空頭痛ガイドライン 2022年版", date(2022, 4, 1))
    new = document("c", "架空頭痛ガイドライン（第3版）", date(2025, 4, 1))
    assert graph(map(place, [new, old, middle])).supersedes == {"b": "a", "c": "b"}


def test_another_society_is_another_series() -> None:
    ours = document("a", "架空頭痛ガイドライン 2019年版", date(2019, 4, 1), society="架空頭痛学会")
    theirs = document(
        "b", "架空頭痛ガイドライン 2022年版", date(2022, 4, 1), society="架空神経学会"
    )
    assert graph(map(place, [ours, theirs])).supersedes == {}


def test_what_is_stated_counts_and_is_not_contradicted() -> None:
    first = document("a", "架空頭痛ガイドライン 2019年版", date(2019, 4, 1))
    second = document("b", "架空片頭痛の手引き", date(2022, 4, 1), supersedes="a")
    third = document("c", "架空頭痛ガイドライン 2024年版", date(2024, 4, 1))
    assert graph(map(place, [first, second, third])).supersedes == {"b": "a"}


def test_without_a_date_or_on_one_day_nothing_is_guessed() -> None:
    undated = document("a", "架空頭痛ガイドライン", None)
    one = document("b", "架空頭痛ガイドライン 第2版", date(2022, 4, 1))
    other = document("c", "架空頭痛ガイドライン 第2版", date(2022, 4, 1))
    assert graph(map(place, [undated, one, other])).supersedes == {}


def test_an_addendum_replaces_no_edition() -> None:
    base = document("a", "架空頭痛ガイドライン 2022年版", date(2022, 4, 1))
    addendum = document("b", "架空頭痛ガイドライン 2022年版［追補2023］", date(2023, 4, 1))
    assert is_addendum(addendum)
    assert not is_addendum(base)
    assert graph(map(place, [base, addendum])).supersedes == {}


def test_the_series_is_the_title_without_its_edition() -> None:
    titles = [
        "架空喘息ガイドライン 第2版",
        "架空喘息ガイドライン 2024年改訂版",
        "架空喘息ガイドライン（2021年版）",
    ]
    assert len({series_of(document("x", title, None)) for title in titles}) == 1


def test_editions_without_a_date_follow_each_other_by_year_or_by_number() -> None:
    old = document("a", "架空頭痛の指針", None, edition="2019年版")
    new = document("b", "架空頭痛の指針", None, edition="2024年版")
    assert graph(map(place, [new, old])).supersedes == {"b": "a"}
    first = document("c", "Fictional Headache Guideline, First Edition", None)
    second = document("d", "Fictional Headache Guideline, 2nd edition", None)
    tenth = document("e", "Fictional Headache Guideline (Version 10)", None)
    assert graph(map(place, [tenth, second, first])).supersedes == {"d": "c", "e": "d"}


def test_numbers_in_kanji_and_years_of_an_era_are_read() -> None:
    second = document("a", "架空救急手引き 第二版", None)
    twelfth = document("b", "架空救急手引き 第十二版", None)
    assert graph(map(place, [twelfth, second])).supersedes == {"b": "a"}
    four = document("c", "令和4年度 架空算定の留意事項について", None)
    six = document("d", "令和6年度 架空算定の留意事項について", None)
    assert graph(map(place, [six, four])).supersedes == {"d": "c"}


def test_where_date_and_number_disagree_nothing_is_guessed_and_it_is_said() -> None:
    third = document("a", "架空頭痛の指針 第3版", date(2019, 4, 1))
    second = document("b", "架空頭痛の指針 第2版", date(2022, 4, 1))
    found = graph(map(place, [third, second]))
    assert found.supersedes == found.superseded_by == {}
    assert found.unclear == {"a": "b", "b": "a"}


def test_an_edition_that_says_nothing_is_left_out_of_the_order_and_named() -> None:
    old = document("a", "架空頭痛ガイドライン 2019年版", None)
    new = document("b", "架空頭痛ガイドライン 2024年版", None)
    bare = document("c", "架空頭痛ガイドライン", None)
    found = graph(map(place, [old, new, bare]))
    assert found.supersedes == {"b": "a"}
    assert found.unclear["c"] == "a"


def test_all_that_is_of_an_older_edition_is_replaced_whatever_its_form() -> None:
    page = document("a-html", "架空頭痛の指針 2019年版", date(2019, 4, 1))
    print_ = document("a-pdf", "架空頭痛の指針 2019年版", date(2019, 4, 1))
    new = document("b", "架空頭痛の指針 2024年版", date(2024, 4, 1))
    found = graph(map(place, [page, print_, new]))
    assert found.superseded_by == {"a-html": "b", "a-pdf": "b"}
    assert found.supersedes == {"b": "a-html"}


def test_an_addendum_goes_out_of_date_with_its_edition() -> None:
    base = document("a", "架空頭痛の指針 第2版", date(2019, 4, 1))
    errata = document("b", "架空頭痛の指針 第2版 正誤表", date(2020, 4, 1))
    new = document("c", "架空頭痛の指針 第3版", date(2024, 4, 1))
    found = graph(map(place, [new, errata, base]))
    assert found.amends == {"b": "a"}
    assert found.supersedes == {"c": "a"}
    assert found.superseded_by == {"a": "c", "b": "c"}


def test_a_document_without_a_society_belongs_to_the_only_one_of_its_title() -> None:
    old = document("a", "架空頭痛の指針 2019年版", None, society="一般社団法人 架空頭痛学会")
    new = document("b", "架空頭痛の指針 2024年版", None, society="架空頭痛学会指針作成委員会")
    nameless = document("c", "架空頭痛の指針 2025年版", None)
    assert graph(map(place, [old, new, nameless])).supersedes == {"b": "a", "c": "b"}
    other = document("d", "架空頭痛の指針 2020年版", None, society="架空神経学会")
    assert graph(map(place, [old, new, nameless, other])).supersedes == {"b": "a"}


def test_another_book_of_the_same_matter_is_no_edition_of_it() -> None:
    book = document("a", "架空頭痛ガイドライン 2019年版", None)
    digest = document("b", "架空頭痛ガイドライン 2024（ダイジェスト版）", None)
    patients = document("c", "架空頭痛ガイドライン 2024 患者向け版", None)
    assert graph(map(place, [book, digest, patients])).supersedes == {}


def test_articles_of_one_title_are_no_editions() -> None:
    one = document("a", "頭痛", date(2019, 4, 1))
    other = document("b", "頭痛", date(2024, 4, 1))
    assert graph(map(place, [one, other])).supersedes == {}


def test_notices_of_one_title_follow_each_other_and_replace_nothing() -> None:
    titles = [
        "架空検査料の取扱いについて",
        "「架空診療の留意事項について」の一部改正について",
        "架空検査の指針について",
    ]
    for title in titles:
        one, other = document("a", title, date(2023, 5, 1)), document("b", title, date(2023, 6, 1))
        found = graph(map(place, [one, other]))
        assert found.supersedes == found.unclear == {}


def test_what_is_said_to_replace_nothing_replaces_nothing() -> None:
    old = document("a", "架空頭痛の指針 2019年版", None)
    apart = document("b", "架空頭痛の指針 2024年版", None, supersedes="")
    assert graph(map(place, [old, apart])).superseded_by == {}


def test_of_two_that_replace_one_the_first_makes_it_out_of_date() -> None:
    old = document("a", "架空頭痛の指針", date(2019, 4, 1))
    later = document("b", "架空片頭痛の手引き", date(2024, 4, 1), supersedes="a")
    first = document("c", "架空緊張型頭痛の手引き", date(2022, 4, 1), supersedes="a")
    assert graph(map(place, [old, later, first])).superseded_by == {"a": "c"}
