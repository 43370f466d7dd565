"""Answers without a language model over the sample corpus: is the evidence found, is the answer right?

    python benchmarks/answers/run.py [--split dev|test] [--kind KIND ...] [--show] [--index DIR]
                                    [--questions FILE] [--corpus DIR]

An answer is right if it holds every needed fact and none that is wrong. `--show` prints what is not.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
import time
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import medrag
from medrag.documents import corpus
from medrag.index import encoders
from medrag.index.index import Index

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def plain(text: str) -> str:
    """As the README says: NFKC, without white space and the bars of a table; markers go as well."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s|\||\[[0-9]+\]", "", folded)


def build(target: Path, sources: Path) -> None:
    if sources.is_file():  # a manifest of documents that lie elsewhere
        with tempfile.TemporaryDirectory() as temporary:
            build(target, gathered(sources, Path(temporary)))
        return
    entries = [entry for entry in corpus.read([sources]) if isinstance(entry, corpus.Ingested)]
    Index.build(target, entries, encoder=encoders.load(None))


def gathered(manifest: Path, folder: Path) -> Path:
    text = manifest.read_text("utf-8")
    for path in re.findall(r'^path = "(.+)"', text, re.MULTILINE):
        source = manifest.parent / path
        shutil.copy(source, folder)
        text = text.replace(f'"{path}"', f'"{source.name}"')
    (folder / "corpus.toml").write_text(text, "utf-8")
    return folder


def judge(question: dict[str, Any], answer: medrag.Answer) -> dict[str, Any]:
    evidence = {}
    for hit in answer.hits:
        evidence[hit.passage.document_id] = evidence.get(hit.passage.document_id, "") + plain(
            hit.passage.text
        )
    text = plain(answer.text)
    abstained = answer.status == "abstained"
    missing = [fact for fact in question["facts"] if plain(fact) not in text]
    wrong = [string for string in question["wrong"] if plain(string) in text]
    return {
        "found": all(
            plain(gold["quote"]) in evidence.get(gold["document_id"], "")
            for gold in question["gold"]
        ),
        "abstained": abstained,
        "right": not abstained and not missing and not wrong,
        "missing": missing,
        "wrong": wrong,
    }


def share(values: list[bool]) -> str:
    return f"{sum(values) / len(values):.3f} ({sum(values)}/{len(values)})" if values else "-"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", default="dev")
    parser.add_argument("--kind", action="append")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--index", type=Path)
    parser.add_argument("--questions", type=Path, default=HERE / "questions.jsonl")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpora" / "sample")
    options = parser.parse_args()
    lines = options.questions.read_text("utf-8").splitlines()
    questions = [
        question for question in map(json.loads, lines) if question["split"] == options.split
    ]
    if options.kind:
        questions = [question for question in questions if question["kind"] in options.kind]
    with tempfile.TemporaryDirectory() as temporary:
        index = options.index or Path(temporary) / "index"
        if not index.exists():
            build(index, options.corpus)
        rag = medrag.Medrag(index=index)
        results = []
        cpu = 0.0
        for question in questions:
            begun = time.process_time()
            answer = rag.ask(question["question"], as_of=question.get("as_of"))
            cpu += time.process_time() - begun
            result = judge(question, answer)
            results.append((question, result))
            good = result["right"] if question["answerable"] else result["abstained"]
            if options.show and not good:
                print(f"{question['id']} {question['question']}  as_of={question.get('as_of')}")
                print(
                    f"    {'found' if result['found'] else 'NOT FOUND'}; missing {result['missing']}, wrong {result['wrong']}"
                )
                print(f"    {answer.text}")
        rag.close()
    answerable = [(q, r) for q, r in results if q["answerable"]]
    print(f"{options.split}: {len(results)} questions, {1000 * cpu / len(results):.0f} ms CPU each")
    print("gold evidence among the hits ", share([r["found"] for _, r in answerable]))
    print("right answers                ", share([r["right"] for _, r in answerable]))
    print("holds a wrong string         ", share([bool(r["wrong"]) for _, r in answerable]))
    print(
        "abstained, unanswerable      ",
        share([r["abstained"] for q, r in results if not q["answerable"]]),
    )
    print("abstained, answerable (false)", share([r["abstained"] for _, r in answerable]))
    for kind, _ in Counter(q["kind"] for q, _ in answerable).most_common():
        of_kind = [r for q, r in answerable if q["kind"] == kind]
        print(
            f"  {kind:18} found {share([r['found'] for r in of_kind]):16} right {share([r['right'] for r in of_kind])}"
        )


if __name__ == "__main__":
    main()
