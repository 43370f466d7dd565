"""Typesets atrial-fibrillation-2024.md, which lies beside this file, as the sample corpus's PDF.

The PDF is committed; this script says how it came about and rebuilds it after an edit of the
source. Typst writes the text layer from the source's own characters, so that no character comes
out as a look-alike (a browser's PDF carries Kangxi radicals in place of some kanji). Lines are not
justified: stretched lines read back with spaces between their characters.

    pip install typst                # 0.15.x
    apt install fonts-noto-cjk       # Noto Serif CJK JP, embedded as a subset (SIL OFL 1.1)
    python corpora/sample/source/make_pdf.py

It understands what the source uses: headings, paragraphs, bold, lists, tables.
"""

# ruff: noqa: INP001 - a program beside its data, not a module of a package

from __future__ import annotations

import datetime as dt
import re
from itertools import groupby
from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "atrial-fibrillation-2024.md"
TARGET = HERE.parent / "atrial-fibrillation-2024.pdf"

# One fixed date for the file's metadata, so that the same source gives the same bytes.
ISSUED = dt.datetime(2024, 3, 8, tzinfo=dt.UTC)

PREAMBLE = """
#set document(title: "心房細動の抗凝固療法ガイドライン 2024年改訂版", author: "架空不整脈学会")
#set text(font: "Noto Serif CJK JP", size: 10pt, lang: "ja", region: "JP", cjk-latin-spacing: none)
#set page(
  paper: "a4",
  margin: (x: 24mm, top: 26mm, bottom: 24mm),
  header: align(right, text(size: 8pt)[心房細動の抗凝固療法ガイドライン　2024年改訂版]),
  footer: [
    #set text(size: 8pt)
    架空・診療に用いないこと
    #h(1fr)
    #context counter(page).display()
  ],
)
#set par(justify: false, leading: 0.8em, spacing: 1.1em)
#set table(stroke: 0.4pt, inset: 5pt)
#show table: set text(size: 9pt)
#show heading: set block(above: 1.5em, below: 0.9em)
"""


def escape(text: str) -> str:
    """Typst markup for plain text; `**…**` is the only inline mark-up that the source has."""
    parts = text.split("**")
    quoted = ['#"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts]
    return "".join(f"#strong[{q}]" if i % 2 else q for i, q in enumerate(quoted))


def table(rows: list[str]) -> str:
    """A ruled table whose header is repeated when it runs over a page."""
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    header, body = cells[0], cells[2:]
    lines = [f"#table(columns: {len(header)},"]
    lines.append("  table.header(" + ", ".join(f"[#strong[{escape(c)}]]" for c in header) + "),")
    lines += ["  " + ", ".join(f"[{escape(c)}]" for c in row) + "," for row in body]
    return "\n".join([*lines, ")"])


def block(lines: list[str]) -> str:
    """Typst markup of one block: the lines between two blank lines of the source."""
    if lines[0].startswith("|"):
        return table(lines)
    if heading := re.match(r"(#+) (.*)", lines[0]):
        return "=" * len(heading[1]) + " " + escape(heading[2])
    if lines[0].startswith("- "):
        return "\n".join("- " + escape(line[2:]) for line in lines)
    if re.match(r"\d+\. ", lines[0]):
        return "\n".join("+ " + escape(re.sub(r"^\d+\. ", "", line)) for line in lines)
    return escape("".join(lines))


def main() -> None:
    """Writes the PDF beside the other documents of the sample corpus."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    blocks = [list(group) for filled, group in groupby(lines, key=bool) if filled]
    markup = PREAMBLE + "\n\n".join(block(b) for b in blocks) + "\n"
    TARGET.write_bytes(typst.compile(markup.encode(), timestamp=int(ISSUED.timestamp())))


if __name__ == "__main__":
    main()
