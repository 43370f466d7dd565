"""What each weight of the retriever is worth: quality with other values in its place.

    python benchmarks/retrieval/weights.py ../shared/data/ja-medical-retrieval [NAME=VALUE ...]

Two measures of each trial. RR@10 and R@10 on the 640 questions of the data folder. On the sample
guidelines, over the answerable questions of benchmarks/answers marked `dev`: is the whole gold evidence
among eight hits, does the first hit hold some of it, and are two of the questions asked as one both
answered among eight hits. Without NAME=VALUE the trials are TRIALS.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import ours
from learn import plain
from measure import DEEP, best, questions

from medrag.index import encoders
from medrag.index.index import Index
from medrag.retrieval.parts import parts
from medrag.retrieval.retriever import Hit, Retriever

ROOT = Path(__file__).resolve().parents[2]
TRIALS = (
    "BIGRAMS=0",
    "BIGRAMS=1",
    "CANDIDATES=16",
    "CANDIDATES=32",
    "CANDIDATES=128",
    "EXPANDED=0",
    "EXPANDED=0.3",
    "EXPANDED=0.7",
    "SUPERSEDED=1",
    "SUPERSEDED=0.85",
    "SUPERSEDED=0.5",
    "KINDS={}",
    'KINDS={"recommendation": 1.1}',
    'KINDS={"question": 0.95, "references": 0.7, "contents": 0.6}',
    'KINDS={"recommendation": 1.2, "question": 0.95, "references": 0.7, "contents": 0.6}',
    "PART_HITS=0",
    "PART_HITS=1",
    "SECTION_HITS=2",
    "SECTION_HITS=5",
    "SECTION_HITS=99",
    "SAME=0.7",
    "SAME=2",
    "CONTAINED=0.8",
    "CONTAINED=2",
)


class Quality(NamedTuple):
    """Of one trial; shares of questions, and the number of sample questions behind the others."""

    reciprocal_rank: float
    recall: float
    evidence: float
    first: float
    both: float
    questions: int

    def __str__(self) -> str:
        return (
            f"RR@10 {self.reciprocal_rank:.4f}  R@10 {self.recall:.4f}  "
            f"evidence@8 {self.evidence:.3f}  first {self.first:.3f}  both@8 {self.both:.3f}"
            f"  (n={self.questions})"
        )


def answerable() -> list[dict[str, Any]]:
    """The dev questions about the sample guidelines that have gold evidence."""
    lines = (ROOT / "benchmarks/answers/questions.jsonl").read_text("utf-8").splitlines()
    asked: list[dict[str, Any]] = list(map(json.loads, lines))
    return [one for one in asked if one["split"] == "dev" and one["gold"]]


def holds(hits: Sequence[Hit], question: dict[str, Any]) -> list[bool]:
    """Of each piece of gold evidence, whether it stands in the hits."""
    texts: dict[str, str] = {}
    for hit in hits:
        own = plain(hit.passage.text)
        texts[hit.passage.document_id] = texts.get(hit.passage.document_id, "") + own
    gold = [(one["document_id"], plain(one["quote"])) for one in question["gold"]]
    return [quote in texts.get(document, "") for document, quote in gold]


def evidence(index: Index, *, show: bool = False) -> tuple[float, float, int]:
    """Shares of the dev questions with all gold evidence in eight hits, with some in the first."""
    retriever = Retriever(index)
    found, first = [], []
    for question in answerable():
        hits = retriever.search(question["question"], k=8)
        found.append(all(holds(hits, question)))
        first.append(any(holds(hits[:1], question)))
        if show and not (found[-1] and first[-1]):
            print(question["id"], "first" if found[-1] else "MISSED", question["question"])
            for hit in hits[: 3 if found[-1] else 8]:
                print(f"    {hit.score:.2f} {hit.passage.id} {plain(hit.passage.text)[:60]}")
    return sum(found) / len(found), sum(first) / len(first), len(found)


def both(index: Index) -> float:
    """Two dev questions asked as one: the share of pairs with all evidence of both in eight hits."""
    retriever = Retriever(index)
    asked = answerable()
    half = len(asked) // 2
    found = []
    for one, other in zip(asked[:half], asked[half : 2 * half], strict=True):
        text = "".join(question["question"].rstrip("?？。") + "？" for question in (one, other))
        if len(parts(text)) == 2:
            hits = retriever.search(text, k=8)
            found.append(all(holds(hits, one)) and all(holds(hits, other)))
    return sum(found) / len(found)


def ranked(index: Index, data: Path) -> tuple[float, float]:
    """RR@10 and R@10."""
    qrels = dict(
        line.split()[:2] for line in (data / "qrels.tsv").read_text("utf-8").splitlines()[1:]
    )
    search = ours.search(index, DEEP)
    places = []
    for identifier, text in questions(data).items():
        hits = best(search(text))
        wanted = qrels[identifier]
        places.append(1 / (1 + hits.index(wanted)) if wanted in hits else 0.0)
    return sum(places) / len(places), sum(place > 0 for place in places) / len(places)


@contextlib.contextmanager
def weight(name: str, value: Any) -> Iterator[None]:
    """Another value in the place of a constant, wherever the retriever has imported it."""
    modules = [m for key, m in sys.modules.items() if key.startswith("medrag.retrieval.")]
    places = [module for module in modules if hasattr(module, name)]
    if not places:
        raise SystemExit(f"no constant of the retriever is called {name}")
    before = [getattr(module, name) for module in places]
    for module in places:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, old in zip(places, before, strict=True):
            setattr(module, name, old)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("trials", nargs="*", metavar="NAME=VALUE", default=TRIALS)
    parser.add_argument("--show", action="store_true", help="the questions whose evidence fails")
    parser.add_argument("--index", type=Path, help="an index of the data folder, kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        sample = ours.build(ROOT / "corpora" / "sample", Path(directory) / "sample")
        if arguments.index and arguments.index.exists():
            index = Index.open(arguments.index, encoder=encoders.load(None))
        else:
            target = arguments.index or Path(directory) / "index"
            index = ours.build(arguments.data / "corpus.jsonl", target)

        def quality(*, show: bool = False) -> Quality:
            rank, recall = ranked(index, arguments.data)
            found, first, asked = evidence(sample, show=show)
            return Quality(rank, recall, found, first, both(sample), asked)

        print(f"{'as it ships':<40} {quality(show=arguments.show)}", flush=True)
        for trial in arguments.trials:
            name, value = trial.split("=", 1)
            with weight(name, json.loads(value)):
                print(f"{trial:<40} {quality()}", flush=True)


if __name__ == "__main__":
    main()
