"""What notices and manuals tell to do, where nothing is graded."""

from __future__ import annotations

from pathlib import Path

import pytest

from medrag.documents import corpus
from medrag.documents.corpus import Ingested


def read(folder: Path, body: str, name: str = "guide.md") -> Ingested:
    (folder / name).write_text(body, "utf-8")
    (entry,) = corpus.read([folder / name])
    assert isinstance(entry, Ingested)
    for found in entry.recommendations:
        assert entry.document.text[found.start : found.end] == found.text
    return entry


FEES = "診療報酬の算定方法に関する通知\n\n第１部　管理料\n\n" + "\n".join(
    f"({n})　当該管理料は、患者１人につき月１回に限り算定すること。届出を行った保険医療機関は所定点数を算定する。"
    for n in range(1, 30)
)


@pytest.mark.parametrize("name", ["notice.txt", "notice.md", "notice.html"])
def test_a_fee_schedule_recommends_no_prices_in_any_format(tmp_path: Path, name: str) -> None:
    text = FEES.replace("\n", "<br>\n") if name.endswith("html") else FEES
    assert read(tmp_path, text, name).recommendations == ()


@pytest.mark.parametrize("name", ["notice.txt", "notice.md", "notice.html"])
def test_what_a_notice_about_fees_orders_is_listed_in_any_format(tmp_path: Path, name: str) -> None:
    text = FEES + (
        "\n\n第２部　処方\n\n(1)　初診の患者には、麻薬を処方してはならない。ただし、対面で診療した場合は、この限りでない。"
        "\n\n(2)　入院中の患者を除き、投薬を30日を超えて行わないこと。\n\n(3)　患者の同意を診療録に記載すること。"
        "\n\n(4)　これは従前のとおりとするものであること。\n"
    )
    entry = read(tmp_path, text.replace("\n", "<br>\n") if name.endswith("html") else text, name)
    assert [(r.text[:9], r.polarity, r.strength) for r in entry.recommendations] == [
        ("初診の患者には、麻", "against", None),
        ("入院中の患者を除き", "against", None),
        ("患者の同意を診療録", "for", None),
    ]
    assert [limit.text for limit in entry.recommendations[0].exceptions] == [
        "ただし、対面で診療した場合は、この限りでない。"
    ]
    assert [notice.code for notice in entry.document.notices] == ["directions_only"]


def test_a_regulatory_notice_directs_no_care(tmp_path: Path) -> None:
    text = "原薬等登録原簿の利用に関する指針について（通知）\n\n第一　申請\n\n" + "\n".join(
        f"({n})　登録を受けようとする者は、様式第{n}号による申請書を機構に提出すること。"
        for n in range(1, 20)
    )
    assert read(tmp_path, text, "notice.txt").recommendations == ()


def test_to_use_is_a_step_and_to_be_is_none(tmp_path: Path) -> None:
    entry = read(
        tmp_path,
        "看護手順書　架空カテーテルの管理\n\n架空病院\n\n１　手順\n(1) アレルギーのある患者には、シリコン製を用いる。\n(2) 尿は黄色を呈している。\n(3) バッグを床に置かない。\n",
        "manual.txt",
    )
    assert [r.text for r in entry.recommendations] == [
        "アレルギーのある患者には、シリコン製を用いる。",
        "バッグを床に置かない。",
    ]
