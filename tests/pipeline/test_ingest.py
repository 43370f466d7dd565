"""Ingestion from files to index: editions that nobody listed, and what an update must not forget."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

import medrag
from medrag.documents import parsers
from medrag.index.encoders import load
from medrag.index.index import Index
from medrag.pipeline.ingest import IngestReport, ingest
from medrag.settings import Settings

OLD = """# 架空腰痛診療ガイドライン 2019年版

架空・診療に用いないこと。

発行：架空腰痛学会
発行日：2019年4月1日

## CQ1 急性腰痛の患者に安静を勧めるか

**推奨**

急性腰痛の患者に、3日間の安静を行うことを提案する。

推奨の強さ：弱い（2）／エビデンスの確実性：低（C）
"""
NEW = (
    OLD.replace("2019", "2024")
    .replace("3日間の安静を行うことを提案する", "安静を行わないことを推奨する")
    .replace("弱い（2）", "強い（1）")
)
THIRD = OLD.replace("2019", "2021").replace("3日間", "1日間")
ERRATA = """# 架空腰痛診療ガイドライン 2019年版 正誤表

発行：架空腰痛学会
発行日：2019年9月1日

3ページの「3日間」は「2日間」の誤り。
"""
QUESTION = "急性腰痛の患者に安静を勧めるか"


def folder(path: Path, **texts: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in texts.items():
        (path / f"{name}.md").write_text(text, "utf-8")
    return path


def run(corpus: Path, index: Path, *, dry_run: bool = False) -> IngestReport:
    return ingest([corpus], index=index, settings=Settings(), dry_run=dry_run)


def codes(report: IngestReport, document: str) -> set[str]:
    (row,) = [row for row in report.documents if row.document_id == document]
    return {warning.code for warning in row.warnings}


def test_without_a_manifest_the_newest_edition_answers_and_the_older_one_warns(
    tmp_path: Path,
) -> None:
    report = run(folder(tmp_path / "c", old=OLD, new=NEW), tmp_path / "i")
    assert codes(report, "new") == {"edition_inferred"}
    today = medrag.ask(QUESTION, index=tmp_path / "i")
    assert {citation.document_id for citation in today.citations} == {"new"}
    assert {citation.edition_status for citation in today.citations} == {"current"}
    before = medrag.ask(QUESTION, index=tmp_path / "i", as_of="2020-01-01")
    assert {citation.document_id for citation in before.citations} == {"old"}
    assert "3日間" in before.text
    named = medrag.ask(f"2019年版では、{QUESTION}", index=tmp_path / "i")
    assert "old" in {citation.document_id for citation in named.citations}
    assert "superseded_edition" in {warning.code for warning in named.warnings}


def test_an_edition_that_has_a_year_and_no_date_is_as_of_that_year(tmp_path: Path) -> None:
    undated = [text.replace("発行日：", "") for text in (OLD, NEW)]
    undated = [text.replace("2019年4月1日", "").replace("2024年4月1日", "") for text in undated]
    run(folder(tmp_path / "c", old=undated[0], new=undated[1]), tmp_path / "i")
    before = medrag.search("急性腰痛 安静", index=tmp_path / "i", as_of="2023-12-31")
    assert {hit.passage.document_id for hit in before} == {"old"}
    after = medrag.search("急性腰痛 安静", index=tmp_path / "i", as_of="2024-01-01")
    assert {hit.edition_status for hit in after if hit.passage.document_id == "old"} == {
        "superseded"
    }


def test_the_command_line_tells_editions_apart_too(tmp_path: Path) -> None:
    corpus = folder(tmp_path / "c", old=OLD, new=NEW)

    def call(*arguments: str) -> dict[str, object]:
        command = [sys.executable, "-m", "medrag", *arguments, "--index", str(tmp_path / "i")]
        found = subprocess.run([*command, "--json"], capture_output=True, check=True)
        answer: dict[str, object] = json.loads(found.stdout)
        return answer

    rows = call("ingest", str(corpus))["documents"]
    assert isinstance(rows, list)
    assert {row["document_id"]: row["supersedes"] for row in rows} == {"new": "old", "old": None}
    hits = call("search", QUESTION, "--as-of", "2020-01-01")["hits"]
    assert isinstance(hits, list)
    assert {hit["document_id"] for hit in hits} == {"old"}
    pairs = call("index", "diff")["editions"]
    assert isinstance(pairs, list)
    (pair,) = pairs
    assert (pair["before"], pair["after"]) == ("old", "new")
    (change,) = pair["recommendations"]
    assert set(change["fields"]) == {"text", "polarity", "strength"}


@pytest.mark.parametrize("late", ["old", "third", "new"])
def test_an_edition_that_comes_later_gives_the_generation_of_a_full_build(
    tmp_path: Path, late: str
) -> None:
    texts = {"old": OLD, "third": THIRD, "new": NEW}
    corpus = folder(tmp_path / "c", **{name: text for name, text in texts.items() if name != late})
    run(corpus, tmp_path / "i")
    folder(corpus, **{late: texts[late]})
    updated = run(corpus, tmp_path / "i")
    whole = run(corpus, tmp_path / "whole")
    assert updated.generation == whole.generation
    assert [row.to_dict() for row in updated.documents] == [
        row.to_dict() for row in whole.documents
    ]
    with closing(Index.open(tmp_path / "i", encoder=load(None))) as index:
        found = {name: document.supersedes for name, document in index.documents.items()}
    assert found == {"new": "third", "old": None, "third": "old"}


def test_an_edition_that_goes_closes_the_gap(tmp_path: Path) -> None:
    corpus = folder(tmp_path / "c", old=OLD, third=THIRD, new=NEW)
    run(corpus, tmp_path / "i")
    (corpus / "third.md").unlink()
    report = run(corpus, tmp_path / "i")
    assert {row.document_id: row.supersedes for row in report.documents} == {
        "new": "old",
        "old": None,
    }
    shutil.rmtree(tmp_path / "i")
    assert run(corpus, tmp_path / "i").generation == report.generation


def test_a_correction_is_told_of_and_replaces_nothing(tmp_path: Path) -> None:
    report = run(folder(tmp_path / "c", old=OLD, errata=ERRATA), tmp_path / "i")
    assert codes(report, "errata") == {"amends"}
    assert codes(report, "old") == {"amended"}
    assert {row.supersedes for row in report.documents} == {None}


def test_the_manifest_has_the_last_word(tmp_path: Path) -> None:
    corpus = folder(tmp_path / "c", old=OLD, new=NEW)
    listed = '[[document]]\npath = "old.md"\n\n[[document]]\npath = "new.md"\nsupersedes = ""\n'
    (corpus / "corpus.toml").write_text(listed, "utf-8")
    report = run(corpus, tmp_path / "i")
    assert {row.supersedes for row in report.documents} == {None}
    assert codes(report, "new") == set()
    again = run(corpus, tmp_path / "i")
    assert again.documents == report.documents


def test_a_rehearsal_says_what_the_ingestion_will_say(tmp_path: Path) -> None:
    corpus = folder(tmp_path / "c", old=OLD, third=THIRD, new=NEW, errata=ERRATA)
    rehearsed = run(corpus, tmp_path / "i", dry_run=True)
    assert rehearsed.generation is None
    assert not (tmp_path / "i").exists()
    done = run(corpus, tmp_path / "i")
    assert done.documents == rehearsed.documents
    assert done.summary() == rehearsed.summary()


def failures(report: IngestReport) -> list[tuple[str, str, str | None]]:
    return [(error.path, str(error.error), error.error.where) for error in report.errors]


def test_a_bad_line_is_reported_again_though_its_file_has_not_changed(tmp_path: Path) -> None:
    corpus = folder(tmp_path / "c", old=OLD)
    good = json.dumps({"_id": "a", "title": "架空", "text": "血圧を測る。"}, ensure_ascii=False)
    (corpus / "lines.jsonl").write_text(f'{good}\n{{"_id": "b"\n{{"text": 1}}\n', "utf-8")
    first = run(corpus, tmp_path / "i")
    second = run(corpus, tmp_path / "i")
    assert [path for path, _, _ in failures(first)] == [
        f"{corpus}/lines.jsonl:2",
        f"{corpus}/lines.jsonl:3",
    ]
    assert failures(second) == failures(first)
    assert second.generation == first.generation
    folder(corpus, new=NEW)
    third = run(corpus, tmp_path / "i")
    assert failures(third) == failures(first)
    assert third.generation == run(corpus, tmp_path / "whole").generation
    (corpus / "lines.jsonl").write_text(good, "utf-8")
    assert failures(run(corpus, tmp_path / "i")) == []


def test_where_the_corpus_lies_is_no_content_of_the_index(tmp_path: Path) -> None:
    generations = set()
    for name in ("one", "other"):
        corpus = folder(tmp_path / name, old=OLD)
        (corpus / "lines.jsonl").write_text('{"text": "測る。"}\n{\n', "utf-8")
        generations.add(run(corpus, tmp_path / f"index-{name}").generation)
    assert len(generations) == 1


def test_a_file_is_read_again_once_the_package_that_was_missing_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "atrial-fibrillation-2024.pdf"
    corpus = folder(tmp_path / "c")
    shutil.copy(Path("corpora/sample") / name, corpus / name)
    real = importlib.metadata.version

    def without_tables(package: str) -> str:
        if package == "pdfplumber":
            raise importlib.metadata.PackageNotFoundError(package)
        return real(package)

    with monkeypatch.context() as patched:
        parsers.installed.cache_clear()
        patched.setattr(parsers, "version", without_tables)
        before = parsers.signature(name, parsers.Options())
        run(corpus, tmp_path / "i")
    parsers.installed.cache_clear()
    assert before != parsers.signature(name, parsers.Options())
    with closing(Index.open(tmp_path / "i", encoder=load(None))) as index:
        (old,) = index.fingerprints()
    run(corpus, tmp_path / "i")
    with closing(Index.open(tmp_path / "i", encoder=load(None))) as index:
        (new,) = index.fingerprints()
    assert old != new


@pytest.mark.parametrize("change", ["earlier file comes", "earlier file goes"])
def test_who_bears_an_id_does_not_depend_on_who_was_read_first(tmp_path: Path, change: str) -> None:
    corpus = folder(tmp_path / "c")
    (corpus / "guide.txt").write_text("血圧を測る。", "utf-8")
    if change == "earlier file goes":
        folder(corpus, guide=OLD)
    first = run(corpus, tmp_path / "i")
    if change == "earlier file goes":
        assert codes(first, "guide-txt") == {"duplicate_id"}
        (corpus / "guide.md").unlink()
    else:
        folder(corpus, guide=OLD)
    assert run(corpus, tmp_path / "i").generation == run(corpus, tmp_path / "whole").generation


def test_two_files_of_the_same_bytes_are_told(tmp_path: Path) -> None:
    report = run(folder(tmp_path / "c", one=OLD, other=OLD), tmp_path / "i")
    assert codes(report, "one") == set()
    assert codes(report, "other") == {"same_content"}


SLOW = """
import pathlib, time

def read(image):
    pathlib.Path({started!r}).touch()
    time.sleep(60)
"""


def test_an_interrupted_ingestion_leaves_the_old_generation_serving(tmp_path: Path) -> None:
    corpus = folder(tmp_path / "c", old=OLD)
    old = run(corpus, tmp_path / "i").generation
    folder(corpus, new=NEW)
    (corpus / "scan.pdf").write_bytes(scan(1))
    started = tmp_path / "started"
    (tmp_path / "slow_ocr.py").write_text(SLOW.format(started=str(started)), "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "medrag", "ingest", str(corpus), "--index", str(tmp_path / "i")],
        env={**os.environ, "MEDRAG_OCR": "slow_ocr:read", "PYTHONPATH": paths(tmp_path)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    wait_for(started.exists)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "中断" in errors.decode()
    with closing(Index.open(tmp_path / "i", encoder=load(None))) as index:
        assert index.generation == old
        assert list(index.documents) == ["old"]
    (corpus / "scan.pdf").unlink()
    assert {row.document_id for row in run(corpus, tmp_path / "i").documents} == {"old", "new"}
    assert list((tmp_path / "i" / "generations").glob(".new-*")) == []


def paths(*first: Path) -> str:
    return os.pathsep.join([*map(str, first), str(Path.cwd()), *filter(None, sys.path)])


def wait_for(holds: Callable[[], bool]) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def scan(pages: int) -> bytes:
    """A PDF whose pages are pictures of a black bar."""
    with pdfium.PdfDocument.new() as document:
        for _ in range(pages):
            page = document.new_page(200, 280)
            bitmap = pdfium.PdfBitmap.new_native(100, 140, raw.FPDFBitmap_BGR)
            bitmap.fill_rect((0, 0, 0, 255), 10, 10, 80, 10)
            image = pdfium.PdfImage.new(document)
            image.set_bitmap(bitmap)
            image.set_matrix(pdfium.PdfMatrix().scale(200, 280))
            page.insert_obj(image)
            page.gen_content()
        file = io.BytesIO()
        document.save(file)
    return file.getvalue()


def test_an_index_among_the_documents_is_not_read_as_one_of_them(tmp_path: Path) -> None:
    corpus = folder(tmp_path / "corpus", old=OLD)
    first = run(corpus, corpus / "index")
    again = run(corpus, corpus / "index")
    assert [row.document_id for row in again.documents] == [
        row.document_id for row in first.documents
    ]
    assert again.errors == ()


def test_an_index_that_is_named_as_documents_is_an_error(tmp_path: Path) -> None:
    run(folder(tmp_path / "corpus", old=OLD), tmp_path / "index")
    report = run(tmp_path / "index", tmp_path / "another")
    (failure,) = report.errors
    assert "index" in failure.error.message
    assert failure.error.hint
