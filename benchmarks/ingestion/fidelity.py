"""How much of a PDF's text arrives: recall of its 12-grams against the same text as .txt.

    python -m benchmarks.ingestion.fidelity

Compares the circulars and notices of Reiwa 4 and 6 with their text files, white space apart and
after NFKC. The plain extraction of PDFium is measured beside medrag's.
"""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import pypdfium2

from medrag.documents.parsers import Options, Parsed, parse

SHARED = Path(__file__).parents[3] / "shared" / "data" / "mhlw-notices"
PAIRS = (
    ("r4/000907834.pdf", "r4/medical-fee-notice.txt"),
    ("r6/001218731.pdf", "r6/medical-fee-notice.txt"),
    ("r6/001220532.pdf", "r6/medical-fee-circular.txt"),
)
N = 12


def squeezed(text: str) -> str:
    """NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def grams(text: str) -> set[str]:
    """The 12-grams of a text."""
    return {text[i : i + N] for i in range(len(text) - N + 1)}


def reference(path: Path, name: str) -> str:
    """The part of a text file that comes from one PDF, without its page markers and page numbers."""
    kept = []
    inside = True
    for line in path.read_text("utf-8").splitlines():
        if match := re.match(r"# file: (\S+) page:", line):
            inside = match[1] == name
            continue
        if not inside or re.match(r"#?\s*-\s*[0-9]+\s*-\s*$", line):
            continue
        kept.append(line.removeprefix("#"))
    return squeezed(re.sub(r"<[^<>]+>", "", "\n".join(kept)))


def main() -> None:
    """Print recall and precision for each pair."""
    print(f"{'file':22}{'engine':12}{'recall':>8}{'precision':>11}{'CPU s':>8}{'pages':>7}")
    for pdf, text in PAIRS:
        data = (SHARED / pdf).read_bytes()
        wanted = grams(reference(SHARED / text, Path(pdf).name))
        start = time.process_time()
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
        plain = "".join(document[i].get_textpage().get_text_range() for i in range(pages))
        document.close()
        print(_row(pdf, "pypdfium2", wanted, plain, time.process_time() - start, pages))
        start = time.process_time()
        parsed = next(iter(parse(data, where=pdf, options=Options())))
        assert isinstance(parsed, Parsed)
        print(_row(pdf, "medrag", wanted, parsed.text, time.process_time() - start, pages))


def _row(pdf: str, engine: str, wanted: set[str], text: str, seconds: float, pages: int) -> str:
    got = grams(squeezed(text))
    both = len(wanted & got)
    return f"{pdf:22}{engine:12}{both / len(wanted):8.4f}{both / len(got):11.4f}{seconds:8.1f}{pages:7}"


if __name__ == "__main__":
    main()
