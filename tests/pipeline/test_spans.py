"""`document.text[start:end] == quote`, whatever the document is made of."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import medrag
from medrag.pipeline.ingest import ingest

SENTENCES = st.sampled_from(
    [
        "75歳以上では130/80 mmHg未満を降圧目標とする。",
        "１日１回５㎎から開始し、最大１０ｍｇまでとする。",
        "妊婦には降圧目標にかかわらずＡＲＢを投与しない。",
        "降圧目標は「診察室血圧」で定める（家庭血圧では5 mmHg低い）。",
        "か\u3099ん患者の降圧目標は個別に決める。",
        "⽬標⾎圧は、eGFR 30 mL/分/1.73㎡未満でも同じである。",
        "𠮷田法による測定値（𩸽）を降圧目標に用いない。",
        "Target blood pressure is below 130/80 mmHg [3].",
        "![降圧目標](x) <b>130/80</b> &amp; `code` | 表 | 区切り |",
        "👩‍⚕️は降圧目標を確認する。",
    ]
)
HEADINGS = st.sampled_from(
    ["# 降圧目標", "## CQ1 降圧目標は?", "### 解説", "**推奨**", "- 例外", ""]
)
BREAKS = st.sampled_from(["\n", "\n\n", "\r\n", "　", " ", ""])


@st.composite
def texts(draw: st.DrawFn) -> str:
    pieces = []
    for _ in range(draw(st.integers(1, 12))):
        pieces += [draw(HEADINGS), draw(BREAKS), draw(SENTENCES), draw(BREAKS)]
    return "".join(pieces)


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html", ".jsonl"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts())
def test_quotes_passages_and_sentences_are_the_documents_own_text(
    suffix: str, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("spans")
    with indexed(folder, suffix, text) as rag:
        check(rag)


def check(rag: medrag.Medrag) -> None:
    for hit in rag.search("降圧目標 130/80", k=50):
        passage = hit.passage
        document = rag.index.document(passage.document_id)
        assert document.text[passage.start : passage.end] == passage.text
        for sentence in passage.sentences:
            assert passage.start <= sentence.start < sentence.end <= passage.end
    answer = rag.ask("降圧目標は130/80ですか?")
    for citation in answer.citations:
        document = rag.index.document(citation.document_id)
        assert document.text[citation.start : citation.end] == citation.quote
    for claim in answer.claims:
        assert answer.text[claim.start : claim.end] == claim.text


def indexed(folder: Path, suffix: str, text: str) -> medrag.Medrag:
    source = folder / f"d{suffix}"
    if suffix == ".jsonl":
        import json

        text = json.dumps({"_id": "d", "title": "降圧目標", "text": text}, ensure_ascii=False)
    source.write_text(text, "utf-8", newline="")
    values = medrag.Settings()
    ingest([source], index=folder / "index", settings=values)
    return medrag.Medrag(settings=values, index=folder / "index")
