"""Rows: each is read without its table, under the headings that are its own."""

import pytest

from medrag.generation.rows import Table

BY_AGE = (
    "| 薬 | 年齢 | 1日量 |",
    "|:--|:--|:--|",
    "| PEG製剤 | 2歳以上7歳未満 | 1包（6.8 g） |",
    "| PEG製剤 | 7歳以上12歳未満 | 2包（13.7 g） |",
    "| ラクツロース | 1か月以上 | 1〜2 mL/kg |",
)


def said(*raw: str, table: bool = True, heading: str = "") -> list[tuple[str, ...]]:
    one = Table(raw, table=table, heading=heading, shown="\n".join(raw))
    rows = [one.row(line) for line in raw if not one.heads(line) and not line.startswith("|:")]
    return [row.statements for row in rows if row]


def test_rows_about_the_same_are_told_apart_by_what_parts_them() -> None:
    assert said(*BY_AGE) == [
        ("PEG製剤（2歳以上7歳未満）の1日量は1包（6.8 g）",),
        ("PEG製剤（7歳以上12歳未満）の1日量は2包（13.7 g）",),
        ("ラクツロースの年齢は1か月以上", "ラクツロースの1日量は1〜2 mL/kg"),
    ]


def test_doses_do_not_part_rows_where_a_route_does() -> None:
    rows = said(
        "| Drug | Single dose | Route |",
        "|---|---|---|",
        "| Sumatriptan | 50 mg | oral |",
        "| Sumatriptan | 3 mg | subcutaneous |",
    )
    assert rows[-1] == ("Sumatriptan (subcutaneous), Single dose: 3 mg",)


def test_a_column_that_only_numbers_the_rows_is_not_what_they_are_about() -> None:
    rows = said("| 順 | 薬剤 | 用量 |", "|---|---|---|", "| 2 | アセタゾラミド静注 | 500 mgを1回 |")
    assert rows[-1] == ("アセタゾラミド静注の用量は500 mgを1回",)


def test_a_table_cut_in_two_has_no_row_for_a_header() -> None:
    assert said(
        "| ラロキシフェン | 60 mgを1日1回 | VTEの既往 |",
        "| エルデカルシトール | 0.75 μgを1日1回 | 妊婦 |",
    ) == [
        ("ラロキシフェン、60 mgを1日1回、VTEの既往",),
        ("エルデカルシトール、0.75 μgを1日1回、妊婦",),
    ]
    assert said("アスピリン\t100 mg\t出血", "ワルファリン\t1 mg\t妊婦")[1] == (
        "ワルファリン、1 mg、妊婦",
    )


def test_a_table_of_two_columns_has_a_header_too() -> None:
    assert said("項目\t基準範囲", "FT4\t0.9〜1.7 ng/dL") == [("FT4の基準範囲は0.9〜1.7 ng/dL",)]


@pytest.mark.parametrize(
    ("row", "statements"),
    [
        ("| 副腎皮質ステロイドを第一選択として投与する | III | C |", ("副腎皮質ステロイドを第一選択として投与する（III、C）",)),
        ("| 3-2 | 口内炎の予防に含嗽薬を用いる。 | × | B |  |", ("口内炎の予防に含嗽薬を用いる（×、B）",)),
        (
            "間歇性跛行の患者にシロスタゾールを投与する。ただし、心不全の患者には投与しない。\tI\tA",
            ("間歇性跛行の患者にシロスタゾールを投与する。", "ただし、心不全の患者には投与しない（I、A）"),
        ),
        ("| 合意率 | 83％（15/18名） |", ("合意率：83％（15/18名）",)),
    ],
)  # fmt: skip
def test_a_recommendation_in_a_table_is_a_sentence_with_its_class(
    row: str, statements: tuple[str, ...]
) -> None:
    assert said(row, table=False) == [statements]


def test_grades_are_given_by_their_names() -> None:
    rows = said("| 推奨の強さ | エビデンスの強さ |", "|:-:|:-:|", "| 2 | C |", table=False)
    assert rows[-1] == ("推奨の強さ：2、エビデンスの強さ：C",)


def test_lines_with_tabs_are_a_table_where_no_table_is_announced() -> None:
    rows = said(
        "薬剤\t65歳未満の1日量\t65歳以上の1日量",
        "スボレキサント\t20 mg\t15 mg",
        "ラメルテオン\t8 mg\t8 mg",
        table=False,
    )
    assert rows[0] == (
        "スボレキサントの65歳未満の1日量は20 mg",
        "スボレキサントの65歳以上の1日量は15 mg",
    )
