"""Passages: whole sentences, whole recommendations, stable ids."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.documents import corpus, structure
from medrag.documents.corpus import Ingested
from medrag.documents.document import Document, Source
from medrag.documents.guideline import recognise
from medrag.documents.passages import Passage, split, tokens


def document(text: str, identifier: str = "d") -> Document:
    return Document(
        id=identifier,
        title="架空指針",
        text=text,
        source=Source(name="d.txt", media_type="text/plain", sha256="0" * 64, size=1),
        sections=structure.sections(text, None),
    )


def cut(text: str, *, max_tokens: int = 300) -> tuple[Passage, ...]:
    return split(document(text), (), max_tokens=max_tokens)


def test_a_short_text_is_one_passage() -> None:
    (passage,) = cut("血圧を測る。毎日測る。")
    assert passage.text == "血圧を測る。毎日測る。"
    assert len(passage.sentences) == 2


def test_no_number_and_no_bracket_is_cut() -> None:
    text = "".join(
        f"収縮期血圧は{100 + n}.5 mmHg（家庭血圧では{90 + n}.5 mmHg）を目標とする。"
        for n in range(40)
    )
    passages = cut(text, max_tokens=60)
    assert len(passages) > 5
    assert all(
        passage.text.endswith("。") and passage.text.count("（") == passage.text.count("）")
        for passage in passages
    )


def test_a_condition_stays_with_what_it_limits() -> None:
    text = "本文を説明する長い文である。" * 12 + "薬Aを投与する。ただし、妊婦には投与しない。"
    holder = [passage for passage in cut(text, max_tokens=60) if "薬A" in passage.text]
    assert "妊婦には投与しない" in holder[0].text


def test_a_recommendation_and_its_exceptions_are_one_passage_however_long(tmp_path: Path) -> None:
    exceptions = "\n".join(f"- 病態{n}のある患者には、薬Aを投与しない。" for n in range(60))
    (tmp_path / "g.md").write_text(
        f"# 架空ガイドライン\n\n## CQ1 用いるか\n\n**推奨**\n\n薬Aを推奨する。\n\n推奨の強さ：1\n\n**例外**\n\n{exceptions}\n",
        "utf-8",
    )
    (entry,) = corpus.read([tmp_path / "g.md"])
    assert isinstance(entry, Ingested)
    (passage,) = [p for p in entry.passages if p.kind == "recommendation"]
    assert "薬Aを推奨する。" in passage.text
    assert "病態59" in passage.text
    assert (passage.cq, passage.polarity) == ("CQ1", "for")
    assert passage.strength is not None
    assert passage.section == ("CQ1 用いるか", "推奨")


def test_a_table_is_cut_between_rows_and_keeps_its_caption() -> None:
    rows = "\n".join(f"薬{n}\t{n} mg\t1日1回" for n in range(60))
    passages = cut(f"用量は次の表による。\n\n表1 用量\n薬\t量\t回数\n{rows}\n", max_tokens=80)
    tables = [passage for passage in passages if passage.kind == "table"]
    assert tables[0].text.startswith("表1 用量\n薬\t量\t回数")
    assert all(line.count("\t") == 2 for passage in tables for line in passage.text.split("\n")[1:])


def test_ids_depend_on_the_text_and_its_place_only() -> None:
    first = cut("第1章 総論\n\n血圧を測る。\n\n第2章 各論\n\n脈を測る。\n")
    second = cut("第1章 総論\n\n血圧を測る。\n\n第2章 各論\n\n脈を二度測る。\n")
    assert first[0].id == second[0].id
    assert first[1].id != second[1].id
    assert first[0].id.startswith("d#")


def test_repeated_passages_get_numbers() -> None:
    text = "\n\n".join("同じ文がここにある。" * 8 for _ in range(3))
    ids = [passage.id for passage in cut(text, max_tokens=63)]
    assert len(ids) == len(set(ids)) == 3
    assert ids[1] == f"{ids[0]}-2"


def test_headings_with_nothing_below_are_still_found_somewhere() -> None:
    text = "第1章 総論\n第1節 目的\n第2節 対象\n第3節 方法\n第2章 各論\n\n脈を測る。\n"
    assert "対象" in "".join(passage.text + "".join(passage.section) for passage in cut(text))


def test_tokens_are_a_quarter_of_the_bytes() -> None:
    assert [tokens(""), tokens("血圧"), tokens("blood")] == [0, 2, 2]


@given(
    st.text(alphabet="あ患者薬。．、（）「」\n 　12.5mg-|\t#第章", max_size=300), st.integers(4, 80)
)
def test_passages_are_spans_in_order_and_lose_nothing(text: str, limit: int) -> None:
    passages = cut(text, max_tokens=limit)
    covered = 0
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert text[covered : passage.start].strip() == ""
        assert passage.sentences[0].start == passage.start
        assert passage.sentences[-1].end == passage.end
        covered = passage.end
    assert text[covered:].strip() == ""


@pytest.mark.parametrize("name", ["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"])
def test_no_tracing_starts_whatever_the_environment_says(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "true")  # the network guard of the tests would catch what it sent
    assert len(cut("血圧を測り、記録する。" * 60, max_tokens=50)) > 3


_STATED = st.builds(
    "【推奨】{}には、薬{}を1回{}.5 mg（体重1 kgあたり{}.25 mg、最大{},000 mg）投与することを{}。（{}{}）".format,
    st.sampled_from(["成人", "小児", "eGFR 30 mL/分/1.73 m²未満の患者"]),
    st.sampled_from("ABC"),
    st.integers(1, 99),
    st.integers(0, 9),
    st.integers(1, 9),
    st.sampled_from(["推奨する", "提案する", "推奨しない"]),
    st.sampled_from("12"),
    st.sampled_from("ABCD"),
)
_LIMIT = st.builds(
    "- {}の患者では、{}.75 mg（{}〜{} mg）を超えて投与しない。".format,
    st.sampled_from(["妊娠中", "透析中", "肝障害"]),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(10, 99),
)
_EXPLAINED = st.builds(
    "試験{}では、死亡が{}.{}%（95%信頼区間 {}.1〜{}.9）減った。".format,
    st.sampled_from("STU"),
    st.integers(1, 40),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(10, 60),
)


@given(
    st.lists(
        st.tuples(
            _STATED, st.lists(_LIMIT, max_size=4), st.lists(_EXPLAINED, min_size=1, max_size=30)
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([20, 75, 300]),
)
def test_a_guideline_is_cut_between_sentences_and_never_off_a_condition(
    questions: list[tuple[str, list[str], list[str]]], limit: int
) -> None:
    text = "架空診療ガイドライン\n\n" + "\n\n".join(
        f"CQ{number}　薬は有効か\n\n{stated}\n\n"
        + ("【例外】\n" + "\n".join(limits) + "\n\n" if limits else "")
        + f"【解説】\n{''.join(explained)}"
        for number, (stated, limits, explained) in enumerate(questions, 1)
    )
    read = document(text)
    found = recognise(read)
    passages = split(read, found, max_tokens=limit)
    assert [block.cq for block in found] == [f"CQ{n}" for n in range(1, len(questions) + 1)]
    assert [len(block.exceptions) for block in found] == [len(limits) for _, limits, _ in questions]
    for block in found:
        (holder,) = [p for p in passages if p.start <= block.start < p.end]
        assert holder.start <= block.block_start
        assert all(e.end <= holder.end for e in block.exceptions)
        assert holder.strength == block.strength
    for before, after in pairwise(passages):
        assert before.end <= after.start
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.text.count("（") == passage.text.count("）")
        for edge in (passage.start, passage.end):
            assert not text[edge - 1 : edge + 1].isdigit() or edge in (0, len(text))
    shown = "".join(passage.text for passage in passages)
    for stated, limits, explained in questions:
        assert all(line.lstrip("- ") in shown for line in [*limits, *explained])
        assert stated.removeprefix("【推奨】") in shown
