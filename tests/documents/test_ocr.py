"""A recogniser of the user's own reads scanned pages; without one, they are named."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from medrag.documents import corpus
from medrag.documents.corpus import Failure, Ingested
from medrag.documents.sandbox import Limits
from medrag.errors import LimitExceeded, MissingDependency, NeedsOCR, SettingsError
from medrag.pipeline.ingest import ingest
from medrag.settings import Settings

RECOGNISER = """
def read(image):
    assert len(image.pixels) == image.width * image.height
    assert 0 in image.pixels and 255 in image.pixels
    assert round(image.width / image.dpi * 72) == 200
    if image.page == 3:
        return "|"
    return f"第{image.page}章　架空の目標\\n血圧は130/80mmHg未満を目標とする。診療に用いないこと。"

def broken(image):
    raise ValueError("no model")

def greedy(image):
    return "a" * len(bytearray(8 * 2**30))
"""


def scan(pages: int) -> bytes:
    """A PDF whose pages are pictures of a black bar."""
    with pdfium.PdfDocument.new() as document:
        for _ in range(pages):
            page = document.new_page(200, 280)
            bitmap = pdfium.PdfBitmap.new_native(100, 140, raw.FPDFBitmap_BGR)
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, 100, 140)
            bitmap.fill_rect((0, 0, 0, 255), 10, 10, 80, 10)
            image = pdfium.PdfImage.new(document)
            image.set_bitmap(bitmap)
            image.set_matrix(pdfium.PdfMatrix().scale(200, 280))
            page.insert_obj(image)
            page.gen_content()
        file = io.BytesIO()
        document.save(file)
    return file.getvalue()


@pytest.fixture
def scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "my_ocr.py").write_text(RECOGNISER, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "corpus" / "scan.pdf"
    path.parent.mkdir()
    path.write_bytes(scan(4))
    return path


def test_without_a_recogniser_the_pages_are_named(scanned: Path) -> None:
    (failure,) = corpus.read([scanned])
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, NeedsOCR)
    assert failure.error.pages == (1, 2, 3, 4)
    assert "MEDRAG_OCR" in str(failure.error)


def test_pages_read_by_a_recogniser_are_marked_and_the_others_named(scanned: Path) -> None:
    (entry,) = corpus.read([scanned], ocr="my_ocr:read")
    assert isinstance(entry, Ingested)
    document = entry.document
    second = document.pages[1]
    assert document.text[second.start : second.end].startswith("第2章")
    assert "130/80mmHg未満" in document.text[second.start : second.end]
    messages = {notice.code: notice.message for notice in document.notices}
    assert messages["ocr"].endswith(": 1, 2, 4")
    assert messages["needs_ocr"].endswith(": 3")


def test_the_report_names_the_pages_and_another_recogniser_reads_again(scanned: Path) -> None:
    def run(ocr: str | None) -> dict[str, list[int]]:
        index = scanned.parent.parent / "index"
        report = ingest([scanned.parent], index=index, settings=Settings(ocr=ocr))
        pages: dict[str, list[int]] = report.summary()["needs_ocr"]
        return pages

    assert run(None) == {str(scanned): [1, 2, 3, 4]}
    assert run("my_ocr:read") == {"scan.pdf": [3]}
    assert run("my_ocr:read") == {"scan.pdf": [3]}
    assert run(None) == {str(scanned): [1, 2, 3, 4]}


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("my_ocr:broken", NeedsOCR, "ValueError: no model"),
        ("my_ocr:greedy", LimitExceeded, "memory"),
        ("my_ocr:absent", MissingDependency, "absent"),
        ("no_such_package:read", MissingDependency, "no_such_package"),
    ],
)
def test_a_recogniser_that_fails_is_an_error_of_the_file(
    scanned: Path, name: str, kind: type[Exception], words: str
) -> None:
    (failure,) = corpus.read([scanned], ocr=name, limits=Limits(per_picture=5))
    assert isinstance(failure, Failure)
    assert type(failure.error) is kind
    assert words in str(failure.error)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="ocr"):
        Settings(ocr="tesseract")
