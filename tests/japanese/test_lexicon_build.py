"""Lexicon files built from a user's copies of open terminologies."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from medrag.japanese.lexicon import Lexicon

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = runpy.run_path(str(ROOT / "benchmarks" / "lexicon" / "build.py"))
TERMINOLOGY = ROOT.parent / "shared" / "data" / "terminology"

main = PROGRAM["main"]


def csv(path: Path, *lines: str, encoding: str = "utf-8") -> str:
    path.write_bytes("\n".join(lines).encode(encoding))
    return str(path)


def built(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[1:]


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("アムロジピンベシル酸塩", "アムロジピン"),
        ("ロサルタンカリウム", "ロサルタン"),
        ("アトルバスタチンカルシウム水和物", "アトルバスタチン"),
        ("アレンドロン酸ナトリウム水和物", "アレンドロン酸ナトリウム"),
        ("グルコン酸カルシウム水和物", "グルコン酸カルシウム"),
        ("ポリスチレンスルホン酸カルシウム", "ポリスチレンスルホン酸カルシウム"),
        ("トシリズマブ(遺伝子組換え)", "トシリズマブ"),
        ("塩化カリウム", "塩化カリウム"),
        ("炭酸水素ナトリウム", "炭酸水素ナトリウム"),
        ("ワルファリンカリウム", "ワルファリン"),
    ],
)
def test_a_salt_goes_by_its_ingredient(name: str, base: str) -> None:
    assert PROGRAM["ingredient"](name) == base


@pytest.mark.parametrize(
    ("product", "name"),
    [
        ("ノルバスク錠2.5mg", "ノルバスク"),
        ("ノルバスクOD錠5mg", "ノルバスク"),
        ("タミフルドライシロップ3%", "タミフル"),
        ("アムロジピン錠5mg「甲社」", "アムロジピン"),
        ("フルタイド100ディスカス", "フルタイド"),
    ],
)
def test_a_product_goes_by_its_brand(product: str, name: str) -> None:
    assert PROGRAM["brand"](product) == name


def test_brands_come_with_their_ingredient(tmp_path: Path) -> None:
    prices = csv(
        tmp_path / "prices.csv",
        "成分名,品名",
        "アムロジピンベシル酸塩,ノルバスク錠２．５ｍｇ",
        "アムロジピンベシル酸塩,アムロジピン錠２．５ｍｇ「甲社」",
        "カクウピン塩酸塩,カクウール錠１ｍｇ",
        "カクウピン塩酸塩・ナイヨピン,ダブルカクウ配合錠",
    )
    main([str(tmp_path / "out"), "--prices", prices])
    assert built(tmp_path / "out" / "brand_names.tsv") == [
        "brand\tアムロジピン\tアムロジピンベシル酸塩|ノルバスク",
        "brand\tカクウピン\tカクウピン塩酸塩|カクウール",
        "brand\tカクウピン・ナイヨピン配合剤\tダブルカクウ",
    ]


def test_a_brand_of_two_ingredients_or_of_another_name_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = csv(
        tmp_path / "prices.csv",
        "成分名,品名",
        "カクウピン,マギラワ錠",
        "ナイヨピン,マギラワ散",
        "カクウピン,ノルバスク錠",
    )
    main([str(tmp_path / "out"), "--prices", prices])
    assert built(tmp_path / "out" / "brand_names.tsv") == []
    said = capsys.readouterr().out
    assert "1 brand of several ingredients" in said
    assert "1 brand that the lexicon knows otherwise" in said


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_allergens_are_read_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    allergens = csv(
        tmp_path / "allergens.csv",
        '"JPTERM","JPKANA","ENTERM"',
        '"架空ナッツ","かくうなっつ","Imaginary nut"',
        '"架空豆","かく","Imaginary bean"',
        '"架空麦（粉）","かくうむぎ","Imaginary bean"',
        encoding=encoding,
    )
    main([str(tmp_path / "out"), "--allergens", allergens])
    assert built(tmp_path / "out" / "allergens.tsv") == [
        "same\t架空ナッツ\tImaginary nut",
        "lay\t架空ナッツ\tかくうなっつ",
        "lay\t架空麦(粉)\tかくうむぎ",
    ]


def test_wordings_of_adverse_events_lead_to_standard_names(tmp_path: Path) -> None:
    events = csv(
        tmp_path / "events.csv",
        "出現形,[標準病名]",
        "手足がぴりつく感じ,しびれ感",
        "しびれ感Ｇ１,しびれ感",
        "しびれ感,しびれ感",
        "荒れ,[AMB]",
        "高血圧,しびれ感",
    )
    main([str(tmp_path / "out"), "--adverse-events", events])
    assert built(tmp_path / "out" / "adverse_events.tsv") == ["lay\tしびれ感\t手足がぴりつく感じ"]


def test_classes_of_drugs_get_their_members(tmp_path: Path) -> None:
    classes = csv(
        tmp_path / "classes.csv",
        "一般名,[大分類],<架空阻害薬>,<抗架空薬>",
        "カクウチニブ塩酸塩,甲,1,1",
        "カクウマブ,甲,0,1",
        "腫瘍用薬,甲,1,1",
    )
    main([str(tmp_path / "out"), "--drug-classes", classes])
    assert built(tmp_path / "out" / "classes_of_drugs.tsv") == [
        "member\t架空阻害薬\tカクウチニブ",
        "member\t抗架空薬\tカクウチニブ|カクウマブ",
    ]


def test_a_file_without_the_columns_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"prices\.csv: no column 品名"):
        main([str(tmp_path / "out"), "--prices", csv(tmp_path / "prices.csv", "成分名", "甲")])


def test_no_source_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path / "out")])


def test_the_real_terminologies_extend_the_lexicon(tmp_path: Path) -> None:
    if not TERMINOLOGY.is_dir():
        pytest.skip("needs the shared data: ../shared/data/terminology")
    names = {
        "--prices": "mhlw-drug-prices-20250716.csv",
        "--allergens": "jfagy-allergens.sjis.csv",
        "--adverse-events": "MedDic-CANCER-ADE-JA_202306.csv",
        "--drug-classes": "MedDic-CANCER-DRUG-JA_202306.csv",
    }
    main(
        [
            str(tmp_path),
            *(word for option, name in names.items() for word in (option, str(TERMINOLOGY / name))),
        ]
    )
    files = sorted(tmp_path.glob("*.tsv"))
    assert len(files) == 4
    lexicon, own = Lexicon.load(files), Lexicon.load()
    assert len(lexicon.groups) > len(own.groups) + 3_000
    assert lexicon.same("ユーロジン", "エスタゾラム")
    # What the own lexicon tells apart stays apart.
    for one, other in [
        ("ロサルタン", "カンデサルタン"),
        ("糖尿病", "高血糖"),
        ("ARB", "ACE阻害薬"),
    ]:
        assert not lexicon.same(one, other)
    merged = {
        (group.head, lexicon.canonical(group.head))
        for group in own.groups
        if group.relation in {"same", "brand"}
        and not group.ambiguous
        and lexicon.canonical(group.head) != own.canonical(group.head)
    }
    assert merged == set()
