"""Quantities keep value, unit, comparator and period, in whatever width they are written."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.japanese import quantities
from medrag.japanese.quantities import Interval, Quantity


def one(text: str) -> Quantity:
    (found,) = quantities.find(text)
    return found


@pytest.mark.parametrize(
    ("text", "written", "comparator"),
    [
        ("130/80 mmHg未満", "130/80 mmHg未満", "lt"),
        ("１３０／８０㎜Ｈｇ以下", "１３０／８０㎜Ｈｇ以下", "le"),
        ("収縮期血圧が130 mmHgを超える", "130 mmHgを超え", "gt"),
        ("220 mmHgを超えない限り", "220 mmHgを超えない", "le"),
        ("7.0％を下回る", "7.0％を下回", "lt"),
        ("65歳以上", "65歳以上", "ge"),
        ("少なくとも5日間", "少なくとも5日間", "ge"),
        ("最大10 mg", "最大10 mg", "le"),
        ("3か月以内", "3か月以内", "le"),
        ("三か月以内", "三か月以内", "le"),
        ("≥ 30 mg", "≥ 30 mg", "ge"),
        ("less than 30 mg", "less than 30 mg", "lt"),
        ("5 mEq/Lより高い", "5 mEq/Lより高", "gt"),
        ("10 mg", "10 mg", ""),
    ],
)
def test_comparator(text, written, comparator):
    found = one(text)
    assert (found.text, found.comparator) == (written, comparator)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("500 mg", "0.5 g"),
        ("15万/μL", "15×10⁴/μL"),
        ("15万/μL", "150 × 10^3/μL"),
        ("1,000 mg", "１ｇ"),
        ("2週間", "14日間"),
        ("24時間", "1日"),
        ("1年", "12か月"),
        ("半年", "6か月"),
        ("100 mg/dL", "1 g/L"),
        ("10 mg/日", "1日10 mg"),
        ("180分/週", "週180分"),
        ("週に3時間", "週180分"),
        ("390例", "390人"),
        ("2割", "20％"),
        ("130/80", "130/80 mmHg"),
        ("eGFR 30", "eGFR 30 mL/分/1.73 m²"),
        ("30 mL/min/1.73m2", "30 mL/分/1.73 m²"),
        ("1/2", "半量"),
        ("1日2回", "2回/日"),
        ("二剤", "2剤"),
        ("第一選択", "第1選択"),
    ],
)
def test_same_amount(left, right):
    assert one(left).same_value(one(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("15×10⁴/μL", "15×10³/μL"),
        ("5 mg", "5 g"),
        ("5 mg", "2.5 mg"),
        ("5 mg", "5 μg"),
        ("10 mg/日", "10 mg"),
        ("1日10 mg", "1回10 mg"),
        ("1か月", "30日"),
        ("130/80", "80/130"),
        ("2〜3 mg", "2 mg"),
        ("1日2回", "週2回"),
        ("第一選択", "第二選択"),
        ("−2 mmHg", "2 mmHg"),
    ],
)
def test_different_amount(left, right):
    assert not one(left).same_value(one(right))


@pytest.mark.parametrize(
    "text",
    [
        "IL-6",
        "COX-2",
        "β2刺激薬",
        "HbA1c",
        "mFOLFOX6",
        "一般に",
        "一部",
        "二次性",
        "十分量",
        "数十",
    ],
)
def test_a_name_is_no_quantity(text):
    assert quantities.find(text) == ()


@pytest.mark.parametrize(
    ("text", "number"), [("eGFR 30", "30"), ("PT-INR 1.6", "1.6"), ("eGFR30未満", "30未満")]
)
def test_a_name_and_its_number_are_never_fused(text, number):
    assert one(text).text == number


def test_a_range_of_pairs_keeps_both_ends():
    found = one("140〜159/90〜109 mmHg")
    assert [[int(part.low), int(part.high)] for part in found.parts] == [[140, 159], [90, 109]]
    assert found.is_range


def test_dose_and_frequency_are_two_quantities():
    dose, often = quantities.find("2.5〜5 mgを1日1回投与する")
    assert dose.parts == (Interval(Fraction("0.0025"), Fraction("0.005")),)
    assert (often.text, often.dimension) == ("1日1回", "times per days")


def test_an_interval_is_told_from_a_length_of_time():
    assert one("4週ごと").role == "every"
    assert one("4週後").role == "after"
    assert one("4週").role == ""


def test_a_date_is_one_quantity():
    assert one("2025年8月29日").dimension == "date"


@given(st.text(alphabet="0123456789０１２.,/〜-mgL日週回1一二三 以上未満約最大％µ²が", max_size=40))
def test_spans_are_the_text_in_order(text):
    found = quantities.find(text)
    assert all(text[quantity.start : quantity.end] == quantity.text for quantity in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@given(st.text(alphabet="eGFR 30mL分以上未満、。130/80", max_size=40))
def test_white_space_around_does_not_change_what_is_found(text):
    moved = quantities.find("　" + text)
    assert [quantity.text for quantity in moved] == [
        quantity.text for quantity in quantities.find(text)
    ]


@pytest.mark.parametrize(
    ("one_text", "other_text"),
    [
        ("0.1%", "1,000 ppm"),
        ("1.5テスラ", "1.5 T"),
        ("60拍/分", "60 bpm"),
        ("60回/分", "60 bpm"),
        ("1日60 mg/kgまで", "1日の上限は60 mg/kg"),
        ("0.2 g/日", "1日量は200 mg"),
        ("1回10 mg", "1回量は10 mg"),
        ("50%以下", "半分以下"),
        ("25%", "4分の1"),
        ("4%", "100人中4人"),
        ("2〜4週の間隔", "14〜28日"),
        ("37.5℃以上", "37.5度以上"),
        ("分3", "1日3回"),
        ("65歳以上", "65 years or older"),
    ],
)
def test_the_same_amount_in_other_units_or_words(one_text, other_text):
    # 分3 follows a dose or a meal.
    (left,) = quantities.find(f"食後{one_text}" if one_text == "分3" else one_text)
    right = one(other_text)
    assert left.same_value(right)
    assert right.same_value(left)


def test_a_day_that_is_counted_is_no_length_of_time():
    assert not one("術後14日目").same_value(one("14日間"))
    assert one("術後14日目").same_value(one("術後14日"))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("手術が終わってから1週間休む", "after"),
        ("30分以上たってから与える", "after"),
        ("手術の1週間前から休む", "before"),
        ("1週間休む", ""),
    ],
)
def test_how_a_length_of_time_is_used(text, role):
    assert one(text).role == role


@pytest.mark.parametrize("text", ["CD4陽性3 T細胞", "お一人おひとり", "1回量を減らす"])
def test_what_only_looks_like_an_amount(text):
    assert all(found.dimension in ("", "age") for found in quantities.find(text))


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("no earlier than 14 days", "ge"),
        ("no later than 14 days", "le"),
        ("no longer than 3 days", "le"),
        ("beyond 8 weeks", "gt"),
        ("65 years and older", "ge"),
    ],
)
def test_english_limits(text, comparator):
    assert one(text).comparator == comparator
