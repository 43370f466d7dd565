"""How much of a guideline's structure is found, by style of document.

    python -m benchmarks.ingestion.structure [--misses] [DIR or corpus.toml…]

Scores each recommendation of the gold (found, strength, certainty, polarity, clinical question,
exceptions) and how many of those found are none (precision). A gold recommendation counts as found
when a recognised one overlaps its text by at least 80% of either; an exception when its words, white
space apart, lie inside an exception or stay inside the recommendation's own text.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medrag.documents import corpus
from medrag.documents.corpus import Ingested
from medrag.documents.guideline import Recommendation

OVERLAP = 0.5
_GRADE = re.compile(r"[（(〔\[［【][^（()）〔〕\[\]［］【】]*[)）〕\]］】][。．.]?\s*$")
HERE = Path(__file__).parent
SAMPLE = HERE.parent.parent / "corpora" / "sample"
MEASURES = ("found", "strength", "certainty", "polarity", "question", "exceptions", "precision")


def squeezed(text: str | None) -> str:
    """A text as it is compared: NFKC, without white space, frames and Markdown's own signs."""
    folded = unicodedata.normalize("NFKC", text or "").replace("│", "")
    return "".join(folded.split()).strip("*_-・.。．")


def same(wanted: Mapping[str, Any], got: Recommendation) -> float:
    """How far two recommendations are the same text, 0 to 1, exceptions and grades apart."""
    bare = wanted["text"]
    for exception in wanted["exceptions"]:
        bare = bare.replace(exception, "")
    bare = _GRADE.sub("", bare)
    return max(_overlap(squeezed(a), squeezed(got.text)) for a in (wanted["text"], bare))


def _overlap(a: str, b: str) -> float:
    if (a in b or b in a) and min(len(a), len(b)) > 8:
        return min(len(a), len(b)) / max(len(a), len(b))
    return 0.0


def score(gold: list[dict[str, Any]], entry: Ingested, misses: list[str]) -> Counter[str]:
    """Counts of hits ("found") and of what there was to hit ("found/n"), by measure."""
    counts: Counter[str] = Counter()
    left = list(entry.recommendations)
    for wanted in gold:
        best = max(left, key=lambda candidate: same(wanted, candidate), default=None)
        if best is not None and same(wanted, best) < OVERLAP:
            best = None
        if best is not None:
            left.remove(best)
        _check(counts, misses, wanted, best, "found", best is not None)
        _compare(counts, misses, wanted, best)
    counts["precision"] = counts["found"]
    counts["precision/n"] = len(entry.recommendations)
    misses += [f"not in gold: {extra.text[:70]}" for extra in left]
    return counts


def _compare(
    counts: Counter[str], misses: list[str], wanted: Mapping[str, Any], best: Recommendation | None
) -> None:
    for measure in ("strength", "certainty"):
        grade = getattr(best, measure, None)
        right = _values(wanted.get(f"{measure}_raw"))
        raw = grade.raw if grade is not None else None
        if (
            raw is not None or None not in right
        ):  # an invented grade is a miss, none where none is due is no hit
            hit = squeezed(raw) in {squeezed(value) for value in right}
            _check(counts, misses, wanted, grade, measure, hit)
    if not wanted.get("polarity_ambiguous"):
        polarity = best.polarity if best else None
        _check(counts, misses, wanted, polarity, "polarity", polarity == wanted["polarity"])
    if wanted.get("cq") is not None:
        label = best.cq if best else None
        _check(counts, misses, wanted, label, "question", squeezed(label) == squeezed(wanted["cq"]))
    inside = [squeezed(exception.text) for exception in best.exceptions] if best else []
    for exception in wanted["exceptions"]:
        hit = any(squeezed(exception) in text for text in inside)
        _check(counts, misses, {"text": exception}, inside, "exceptions", hit)


def _values(wanted: str | list[str | None] | None) -> list[str | None]:
    """The grades that are equally right: "1（強い）" and "1", or None for a practice point."""
    return wanted if isinstance(wanted, list) else [wanted]


def _check(
    counts: Counter[str],
    misses: list[str],
    wanted: Mapping[str, Any],
    got: object,
    measure: str,
    hit: bool,
) -> None:
    counts[f"{measure}/n"] += 1
    counts[measure] += hit
    if not hit:
        misses.append(f"{measure}: {str(got)[:60]}: {wanted['text'][:60]}")


def cases(root: Path) -> Iterator[tuple[str, list[dict[str, Any]], Ingested]]:
    """Name, gold and document of every case below a directory."""
    listed: dict[str, list[dict[str, Any]]] = {}
    if (root / "gold.jsonl").is_file():
        for line in (root / "gold.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            listed.setdefault(record["document_id"], []).append(record)
        for entry in corpus.read([root]):
            if isinstance(entry, Ingested):
                yield entry.document.id, listed.get(entry.document.id, []), entry
            else:
                print(f"{entry.path}: {entry.error}")
        return
    for path in sorted(root.glob("*.gold.json")):
        record = json.loads(path.read_text("utf-8"))
        source = next(
            p for p in sorted(root.glob(path.name.replace(".gold.json", ".*"))) if p != path
        )
        for entry in corpus.read([source]):
            if isinstance(entry, Ingested):
                yield path.name.removesuffix(".gold.json"), record["recommendations"], entry


def main() -> None:
    """Print a table, one line a document and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roots", nargs="*", type=Path, default=[SAMPLE, HERE / "styles" / "dev"])
    parser.add_argument("--misses", action="store_true", help="list what was missed")
    arguments = parser.parse_args()
    total: Counter[str] = Counter()
    print(f"{'document':36}" + "".join(f"{measure:>12}" for measure in MEASURES))
    for root in arguments.roots:
        for name, gold, entry in cases(root):
            misses: list[str] = []
            counts = score(gold, entry, misses)
            total += counts
            print(f"{name:36}" + "".join(_cell(counts, measure) for measure in MEASURES))
            if arguments.misses:
                for miss in misses:
                    print("    " + miss)
    print(f"{'all':36}" + "".join(_cell(total, measure) for measure in MEASURES))


def _cell(counts: Counter[str], measure: str) -> str:
    number = counts[f"{measure}/n"]
    share = f"{counts[measure] / number:.2f}" if number else "-"
    return f"{share:>6}{f'({number})':>6}"


if __name__ == "__main__":
    main()
