"""How much of a PDF's text arrives: recall of its 12-grams against the same text as .txt.

    python -m benchmarks.ingestion.fidelity

Compares the circulars and notices of Reiwa 4 and 6 with their text files, white space apart and
after NFKC. The plain extraction of PDFium is measured beside medrag's. Text files are corrected
after the PDF was issued, and give some tables line by line across their columns; so the last column
counts only those 12-grams that the PDF can give: every three letters of them stand, in a row, on its
page or on the one before or after, as PDFium reads them.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Mapping, Sequence
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


def reference(path: Path, name: str) -> dict[int, str]:
    """The part of a text file that comes from one PDF, by page, without marks and page numbers."""
    pages: dict[int, list[str]] = {}
    kept: list[str] | None = None
    for line in path.read_text("utf-8").splitlines():
        if match := re.match(r"#+ file: (\S+) page:\s*([0-9]+)", line):
            kept = pages.setdefault(int(match[2]), []) if match[1] == name else None
        elif kept is not None and not re.match(r"#*\s*-\s*[0-9]+\s*-\s*$", line):
            kept.append(line.lstrip("#"))
    return {
        number: squeezed(re.sub(r"<[^<>]+>", "", "\n".join(lines)))
        for number, lines in pages.items()
    }


def attainable(wanted: Mapping[int, str], plain: Sequence[str]) -> set[str]:
    """The 12-grams whose every three letters the PDF has at about that page."""
    found: set[str] = set()
    for number, text in wanted.items():
        near = "".join(plain[max(0, number - 2) : number + 1])
        threes = {near[i : i + 3] for i in range(len(near) - 2)}
        there = [text[i : i + 3] in threes for i in range(len(text) - 2)]
        found |= {text[i : i + N] for i in range(len(text) - N + 1) if all(there[i : i + N - 2])}
    return found


def main() -> None:
    """Print recall and precision for each pair."""
    heads = f"{'recall':>8}{'precision':>11}{'of what is there':>18}{'CPU s':>8}{'pages':>7}"
    print(f"{'file':22}{'engine':12}{heads}")
    for pdf, text in PAIRS:
        data = (SHARED / pdf).read_bytes()
        pages_wanted = reference(SHARED / text, Path(pdf).name)
        wanted = grams("".join(text for _, text in sorted(pages_wanted.items())))
        start = time.process_time()
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
        plain = [squeezed(document[i].get_textpage().get_text_range()) for i in range(pages)]
        seconds = time.process_time() - start
        document.close()
        there = attainable(pages_wanted, plain)
        print(_row(pdf, "pypdfium2", wanted, there, "".join(plain), seconds, pages))
        start = time.process_time()
        parsed = next(iter(parse(data, where=pdf, options=Options())))
        assert isinstance(parsed, Parsed)
        seconds = time.process_time() - start
        print(_row(pdf, "medrag", wanted, there, squeezed(parsed.text), seconds, pages))


def _row(
    pdf: str,
    engine: str,
    wanted: set[str],
    there: set[str],
    text: str,
    seconds: float,
    pages: int,
) -> str:
    got = grams(text)
    both = len(wanted & got)
    shares = (
        f"{both / len(wanted):8.4f}{both / len(got):11.4f}{len(there & got) / len(there):18.4f}"
    )
    return f"{pdf:22}{engine:12}{shares}{seconds:8.1f}{pages:7}"


if __name__ == "__main__":
    main()
