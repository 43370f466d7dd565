"""The sets of labelled claims, each as lines of `medrag eval attribution`; what is absent says so."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medrag.documents import corpus
from medrag.evaluation.interventions.claims import generate, split_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STYLES = ROOT / "benchmarks" / "ingestion" / "styles"
SHARED = ROOT.parent / "shared" / "data" / "attribution"
SEED, PER_KIND = 2026, 6

Line = dict[str, Any]


class Absent(Exception):
    """A set is not here: it lies outside the repository, or is not written yet."""


def generated(split: str) -> list[Line]:
    """From own documents: the styles of that split, and the sample corpus by document."""
    files = [path for path in sorted((STYLES / split).iterdir()) if path.suffix != ".json"]
    return [*_claims(read(files)), *from_corpus([ROOT / "corpora" / "sample"], split)]


def from_corpus(paths: Iterable[Path], split: str) -> list[Line]:
    """From the documents of a corpus that fall into a split."""
    entries = list(read(paths))
    older = {
        entry.document.id: entry.document.supersedes
        for entry in entries
        if entry.document.supersedes
    }
    return list(_claims(entry for entry in entries if split_of(entry, older) == split))


def read(paths: Iterable[Path]) -> Iterator[corpus.Ingested]:
    for entry in corpus.read(list(paths)):
        if isinstance(entry, corpus.Failure):
            print(f"not read: {entry.path}: {entry.error}", file=sys.stderr)
        else:
            yield entry


def _claims(entries: Iterable[corpus.Ingested]) -> Iterator[Line]:
    for claim in generate(entries, seed=SEED, per_kind=PER_KIND):
        yield claim.to_dict()


def handwritten(split: str) -> list[Line]:
    path = HERE / "handwritten" / f"{split}.jsonl"
    if not path.is_file():
        raise Absent(f"no {path.relative_to(ROOT)}")
    lines = path.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def jhars() -> list[Line]:
    """Sentences of real answers against the reference text of their question.

    No_hallucination is supported, every other agreed label is unsupported, and what the annotators
    did not agree on is left out. A sentence is judged alone, as written.
    """
    found = []
    for row in map(json.loads, _lines("jhars-even.jsonl")):
        passages = [{"id": "1", "text": row["reference_text"]}]
        for answer in row.values():
            if isinstance(answer, dict) and "annotations" in answer:
                for sentence in answer["annotations"]["aggregated"]["sentence_annotations"]:
                    kind = sentence["hallucination_type"]
                    if kind != "DISPUTED":
                        label = "supported" if kind == "No_hallucination" else "unsupported"
                        claim = sentence["sentence"].strip()
                        found.append(_line(claim, passages, label, kind))
    return found


def jnli() -> list[Line]:
    """Captions; entailment is supported, neutral and contradiction are not."""
    return [
        _nli(row["sentence1"], row["sentence2"], row["label"])
        for row in map(json.loads, _lines("jnli-valid.jsonl"))
    ]


def jsick() -> list[Line]:
    """The test part of JSICK, sentence A as the passage; labels as for JNLI."""
    rows = csv.DictReader(_lines("jsick.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        _nli(row["sentence_A_Ja"], row["sentence_B_Ja"], row["entailment_label_Ja"])
        for row in rows
        if row["data"] == "test"
    ]


def _nli(premise: str, hypothesis: str, label: str) -> Line:
    supported = "supported" if label == "entailment" else "unsupported"
    return _line(hypothesis, [{"id": "1", "text": premise}], supported, label)


def _line(claim: str, passages: list[dict[str, str]], label: str, kind: str) -> Line:
    return {"claim": claim, "passages": passages, "label": label, "kind": kind}


def _lines(name: str) -> list[str]:
    path = SHARED / name
    if not path.is_file():
        raise Absent(f"no {Path('..', 'shared', 'data', 'attribution', name)} beside the checkout")
    return path.read_text("utf-8").splitlines()


SETS: dict[str, Callable[[], list[Line]]] = {
    "generated-dev": lambda: generated("dev"),
    "generated-test": lambda: generated("test"),
    **{
        f"handwritten-{split}": partial(handwritten, split)
        for split in ("dev", "dev2", "dev3", "dev4", "dev5", "test", "test2")
    },
    "JHARS": jhars,
    "JNLI": jnli,
    "JSICK": jsick,
}
