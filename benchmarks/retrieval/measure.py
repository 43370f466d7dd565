"""One system, in a process of its own: builds its index, asks every question, prints one JSON line.

    python benchmarks/retrieval/measure.py SYSTEM VARIANT DATA

Run by run.py, medrag in its own environment and the peers in theirs. Times are CPU seconds of this
process and its children: index time is from the texts to the first answer being possible,
tokens included; a question's time includes its tokens.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

K = 10


def cpu() -> float:
    """CPU seconds so far."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak() -> float:
    """Most resident memory so far, in MiB."""
    # Linux counts KiB, macOS bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def size(directory: Path) -> int:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


def questions(data: Path) -> dict[str, str]:
    lines = (data / "queries.jsonl").read_text("utf-8").splitlines()
    return {record["_id"]: record["text"] for record in map(json.loads, lines)}


def ask(search: Callable[[str], list[str]], asked: list[str]) -> dict[str, Any]:
    """Every ranking and its CPU milliseconds, after a few questions to load what loads late."""
    for question in asked[:5]:
        search(question)
    rankings, times = [], []
    for question in asked:
        begun = time.process_time()
        found = search(question)
        times.append((time.process_time() - begun) * 1e3)
        rankings.append(found[:K])
    return {"rankings": [rankings], "query_ms": times}


def medrag(variant: str, data: Path, directory: Path) -> dict[str, Any]:
    ours = import_module("ours")
    imported, begun = peak(), cpu()
    index = ours.build(data / "corpus.jsonl", directory)
    search = ours.search(index, K * ours.PASSAGES_A_PARAGRAPH)
    spent = cpu() - begun
    asked = questions(data)
    found: dict[str, Any]
    if variant == "cross-validated":
        found = {"rankings": ours.cross_validated(index, data, K), "query_ms": None}
    else:
        found = ask(search, list(asked.values()))
        found["passages_ms"] = ask(ours.search(index, K), list(asked.values()))["query_ms"]
    return {
        "name": "medrag",
        "version": metadata.version("medrag"),
        "index_s": spent,
        "imports_mb": imported,
        "disk": size(directory),
        **found,
    }


def peer(name: str, variant: str, data: Path, directory: Path) -> dict[str, Any]:
    from peers import Paragraph

    module = import_module(f"peers.{name}")
    equal = variant != "docs"
    words = import_module("medrag.japanese.tokens").words if equal else None
    if words is not None:
        words("辞書")  # the dictionary is loaded, as every import is
    build = module.Tuned if variant == "tuned" else module.Peer
    imported = peak()
    paragraphs = []
    with (data / "corpus.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            title, text = record["title"], record["text"]
            paragraphs.append(Paragraph(record["_id"], f"{title}\n{text}" if equal else text))
    begun = cpu()
    index = build(paragraphs, words=words, k=K)
    spent = cpu() - begun
    found = ask(index.search, list(questions(data).values()))
    reached = peak()
    saved = index.save(directory)
    return {
        "name": build.NAME,
        "version": metadata.version(build.DISTRIBUTION),
        "index_s": spent,
        "imports_mb": imported,
        "peak_mb": reached,
        "disk": size(directory) if saved else None,
        **found,
    }


def main() -> None:
    system, variant, data = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    with tempfile.TemporaryDirectory() as directory:
        if system == "medrag":
            result = medrag(variant, data, Path(directory))
        else:
            result = peer(system, variant, data, Path(directory))
        result.setdefault("peak_mb", peak())
    # Libraries print what they like; the last line is ours.
    print("\n" + json.dumps(result))


if __name__ == "__main__":
    main()
