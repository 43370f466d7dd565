"""Pages a CPU second and peak memory of PDF engines on the Reiwa 6 circular (677 pages, 3.5 MB).

    python -m benchmarks.ingestion.pdf_speed [--pages N]

Each engine runs in a process of its own and reads the first N pages (100 unless said otherwise: the
slow ones take minutes for all). What is not installed is left out.
"""

from __future__ import annotations

import argparse
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

CIRCULAR = Path(__file__).parents[3] / "shared" / "data" / "mhlw-notices" / "r6" / "001220532.pdf"
ENGINES = ("pypdfium2", "medrag", "pypdf", "pdfplumber", "pdfminer", "fitz")


def first_pages(count: int) -> bytes:
    """A PDF of the circular's first pages."""
    import pypdfium2

    source = pypdfium2.PdfDocument(CIRCULAR)
    if count >= len(source):
        return CIRCULAR.read_bytes()
    part = pypdfium2.PdfDocument.new()
    part.import_pages(source, list(range(count)))
    buffer = io.BytesIO()
    part.save(buffer)
    return buffer.getvalue()


def read_pypdfium2(data: bytes) -> int:
    """Plain extraction."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for page in document:
        page.get_textpage().get_text_range()
    return len(document)


def read_medrag(data: bytes) -> int:
    """With layout, furigana, hidden text, running heads and tables."""
    from medrag.documents.parsers import Options, Parsed, parse

    (parsed,) = parse(data, where="a.pdf", options=Options())
    assert isinstance(parsed, Parsed)
    return len(parsed.pages)


def read_pypdf(data: bytes) -> int:
    """Plain extraction."""
    import pypdf

    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    for page in pages:
        page.extract_text()
    return len(pages)


def read_pdfplumber(data: bytes) -> int:
    """Plain extraction."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages:
            page.extract_text()
            page.close()
        return len(document.pages)


def read_pdfminer(data: bytes) -> int:
    """Plain extraction."""
    from pdfminer.high_level import extract_pages

    return sum(1 for _ in extract_pages(io.BytesIO(data)))


def read_fitz(data: bytes) -> int:
    """Plain extraction."""
    import fitz

    document = fitz.open(stream=data, filetype="pdf")
    for page in document:
        page.get_text()
    return len(document)


READERS: dict[str, Callable[[bytes], int]] = {
    "pypdfium2": read_pypdfium2,
    "medrag": read_medrag,
    "pypdf": read_pypdf,
    "pdfplumber": read_pdfplumber,
    "pdfminer": read_pdfminer,
    "fitz": read_fitz,
}


def main() -> None:
    """Print a line for each engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--engine", choices=ENGINES, help="measure this one, in this process")
    arguments = parser.parse_args()
    if arguments.engine:
        data = first_pages(arguments.pages)
        begun = time.process_time()
        pages = READERS[arguments.engine](data)
        seconds = time.process_time() - begun
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{arguments.engine:12}{pages:7}{seconds:8.1f}{pages / seconds:10.1f}{memory:10.0f}")
        return
    print(f"{'engine':12}{'pages':>7}{'CPU s':>8}{'pages/s':>10}{'peak MB':>10}", flush=True)
    for engine in ENGINES:
        if find_spec(engine) is None:
            print(f"{engine:12} not installed")
            continue
        command = [sys.executable, "-m", "benchmarks.ingestion.pdf_speed", "--engine", engine]
        subprocess.run([*command, "--pages", str(arguments.pages)], check=True)


if __name__ == "__main__":
    main()
