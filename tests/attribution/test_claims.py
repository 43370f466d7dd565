"""A text becomes statements, each with its own markers; what claims nothing is told apart."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from medrag.attribution import claims


def kinds(text: str) -> list[str]:
    return [statement.kind for statement in claims.split(text)]


def test_a_marker_before_the_full_stop_belongs_to_its_sentence():
    first, second = claims.split("ARBを用いる[1]。減塩する[2]。")
    assert (first.numbers, second.numbers) == ((1,), (2,))


def test_a_marker_after_the_full_stop_belongs_to_the_sentence_before():
    text = "ARBを用いる。[1][2] 減塩する。［3］"
    first, second = claims.split(text)
    assert (first.numbers, second.numbers) == ((1, 2), (3,))
    assert text[first.start : first.end] == "ARBを用いる。[1][2]"


def test_a_sentence_that_cites_twice_is_two_statements():
    text = "ARBは妊婦には禁忌である[1]が、授乳中は使用できる[2]。"
    first, second = claims.split(text)
    assert (text[first.start : first.end], first.numbers) == (
        "ARBは妊婦には禁忌である[1]が、",
        (1,),
    )
    assert (text[second.start : second.end], second.numbers) == ("授乳中は使用できる[2]。", (2,))


def test_an_enumeration_with_markers_stays_one_statement():
    (only,) = claims.split("アムロジピン[1]、カンデサルタン[2]を用いる。")
    assert only.numbers == (1, 2)


def test_list_items_and_table_rows_are_statements():
    text = "- 2.5 mgを1日1回[1]\n- 10 mgまで[2]\n\n| 薬剤 | 用量 |\n|---|---|\n| アムロジピン | 2.5 mg [3] |\n"
    assert kinds(text) == ["claim", "claim", "table_header", "table_header", "claim"]


def test_what_claims_nothing():
    assert kinds("はい、承知しました。") == ["greeting"]
    assert kinds("本回答は研究目的のみに使用してください。") == ["notice"]
    assert kinds("提供された資料には該当する記載がありません。") == ["notice"]
    assert kinds("妊婦に使えますか？") == ["question"]
    assert kinds("## 降圧目標") == ["heading"]
    assert kinds("【禁忌】") == ["heading"]
    assert kinds("以下に示します。") == ["lead_in"]
    assert kinds("Consult your physician.") == ["notice"]


def test_whoever_cites_or_counts_claims():
    assert kinds("以下のとおり10 mgを投与します。") == ["claim"]
    assert kinds("本回答は研究目的です[1]。") == ["claim"]


def test_markers_and_markup_are_blanked_in_place():
    text = "- **ARB**を用いる[1]。"
    (statement,) = claims.split(text)
    assert len(statement.plain) == statement.end - statement.start
    assert statement.plain.split() == ["ARB", "を用いる", "。"]


def test_english():
    text = "ARBs should not be used in pregnancy [1]. Give 5 mg once daily. [2]"
    first, second = claims.split(text)
    assert (first.numbers, second.numbers) == ((1,), (2,))


@given(st.text(alphabet="あ薬が、。[]［］1２|#-\n *（）?？「」", max_size=80))
def test_statements_lie_in_order_and_hold_every_letter(text):
    found = claims.split(text)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(len(statement.plain) == statement.end - statement.start for statement in found)
    between = [text[: found[0].start], text[found[-1].end :]] if found else [text]
    between += [text[a.end : b.start] for a, b in pairwise(found)]
    assert not "".join(between).strip()
