"""Lists that a condition announces: each item is an exception, and one passage holds all of it."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from medrag.documents import corpus
from medrag.documents.corpus import Ingested

HEAD = "# 架空褥瘡ガイドライン\n\n架空・診療に用いないこと。\n\n"


def read(path: Path) -> Ingested:
    (entry,) = corpus.read([path])
    assert isinstance(entry, Ingested)
    return entry


def exceptions(entry: Ingested, number: int = 0) -> list[str]:
    found = entry.recommendations[number].exceptions
    assert all(entry.document.text[e.start : e.end] == e.text for e in found)
    return [exception.text for exception in found]


def written(tmp_path: Path, text: str, name: str = "a.md") -> Ingested:
    (tmp_path / name).write_text(HEAD + text, "utf-8")
    return read(tmp_path / name)


@pytest.mark.parametrize(
    "announcing",
    [
        "ただし、次の患者には投与しない。",
        "以下のいずれかに該当する患者では禁忌である。",
        "なお、下記の場合を除く。",
    ],
)
@pytest.mark.parametrize("mark", ["- ", "・", "1. ", "(1) "])
def test_each_item_of_an_announced_list_is_an_exception(
    tmp_path: Path, announcing: str, mark: str
) -> None:
    items = [f"{mark}CCr 30 mL/min未満の患者", f"{mark.replace('1', '2')}妊婦"]
    entry = written(
        tmp_path,
        f"## CQ1 用いるか\n\n**推奨**\n\n薬Aを1日5 mg投与することを推奨する。\n\n推奨の強さ：強い（1）\n\n{announcing}\n\n"
        + "\n".join(items)
        + "\n\n**解説**\n\n- 試験は2件ある。\n",
    )
    assert exceptions(entry) == [announcing, "CCr 30 mL/min未満の患者", "妊婦"]


def test_the_list_and_what_announces_it_are_one_passage(tmp_path: Path) -> None:
    text = (
        "## CQ1 用いるか\n\n**推奨**\n\n薬Aを投与することを推奨する。\n\n推奨の強さ：強い\n\n次の患者には投与しない。\n\n"
        "- 妊婦\n- 透析患者\n"
    )
    held = [passage.text for passage in written(tmp_path, text).passages if "妊婦" in passage.text]
    assert len(held) == 1
    assert "次の患者には投与しない。" in held[0]
    assert "透析患者" in held[0]


def test_the_items_of_a_web_page_have_no_marks(tmp_path: Path) -> None:
    page = (
        "<h1>架空ガイドライン</h1><h2>CQ1 用いるか</h2><p><b>推奨</b></p><p>薬Aを投与することを推奨する。</p>"
        "<p>以下の患者には投与しない。</p><ul><li>eGFR 30未満</li><li>妊婦</li></ul><p>費用は小さい。</p>"
    )
    (tmp_path / "a.html").write_text(page, "utf-8")
    assert exceptions(read(tmp_path / "a.html")) == [
        "以下の患者には投与しない。",
        "eGFR 30未満",
        "妊婦",
    ]


def test_a_list_of_word_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("架空ガイドライン", 0)
    document.add_heading("CQ1 用いるか", 2)
    for said in ("推奨", "薬Aを投与することを推奨する。", "ただし、次の患者には投与しない。"):
        document.add_paragraph(said)
    for said in ("術後2時間以内の患者", "妊婦"):
        document.add_paragraph(said, style="List Bullet")
    document.save(str(tmp_path / "a.docx"))
    assert exceptions(read(tmp_path / "a.docx"))[1:] == ["術後2時間以内の患者", "妊婦"]


def test_an_announcement_in_the_paragraph_of_the_recommendation_counts(tmp_path: Path) -> None:
    entry = written(
        tmp_path,
        "## CQ1 用いるか\n\n薬Aを100 mgから始めることを提案する（弱い推奨）。次の場合には50 mgから始める：\n\n- 腎機能の低下\n- 高齢\n",
    )
    assert exceptions(entry) == ["次の場合には50 mgから始める：", "腎機能の低下", "高齢"]


def test_english_lists_are_read(tmp_path: Path) -> None:
    entry = written(
        tmp_path,
        "## Recommendation 1\n\nWe recommend drug A (strong recommendation).\n\n"
        "Do not give it to patients with any of the following:\n\n- low blood pressure\n- asthma\n\n**Rationale** Trials.\n",
    )
    assert exceptions(entry)[1:] == ["low blood pressure", "asthma"]


def test_other_lists_are_no_exceptions(tmp_path: Path) -> None:
    entry = written(
        tmp_path,
        "## CQ1 用いるか\n\n**推奨**\n\n薬Aを投与することを推奨する。\n\nただし、140/90以下の患者には投与しない。\n\n"
        "次の検査を行うこと。\n\n- 血清クレアチニン\n\n**解説**\n\n次の点を考えた。\n\n- 費用\n",
    )
    assert exceptions(entry) == ["ただし、140/90以下の患者には投与しない。"]


def test_a_list_ends_where_the_next_recommendation_begins(tmp_path: Path) -> None:
    entry = written(
        tmp_path,
        "## CQ1 用いるか\n\n**推奨**\n\n薬Aを投与することを推奨する。（推奨の強さ：1）\n\n次の患者には投与しない。\n\n- 妊婦\n\n"
        "薬Bを投与することを提案する。（推奨の強さ：2）\n",
    )
    assert exceptions(entry) == ["次の患者には投与しない。", "妊婦"]
    assert exceptions(entry, 1) == []
