"""One system, in a process of its own: builds its index, asks every question, prints one JSON line.

    python benchmarks/retrieval/measure.py SYSTEM VARIANT DATA PASSAGES

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
from collections.abc import Callable, Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

K = 10
#: Judgements are of paragraphs, of which some are cut into two or three passages: that ten of them
#: are found, this many passages are asked for. A paragraph's rank is that of its best passage.
DEEP = 3 * K


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


def best(found: list[str], k: int = K) -> list[str]:
    """The first `k` paragraphs of the passages found."""
    return list(dict.fromkeys(found))[:k]


def ask(search: Callable[[str], list[str]], asked: list[str]) -> dict[str, Any]:
    """Every ranking and its CPU milliseconds, after a few questions to load what loads late."""
    for question in asked[:5]:
        search(question)
    rankings, times = [], []
    for question in asked:
        begun = time.process_time()
        found = search(question)
        times.append((time.process_time() - begun) * 1e3)
        rankings.append(best(found))
    return {"rankings": [rankings], "query_ms": times}


def medrag(variant: str, data: Path, directory: Path) -> dict[str, Any]:
    ours = import_module("ours")
    imported, begun = peak(), cpu()
    index = ours.build(data / "corpus.jsonl", directory)
    search = ours.search(index, DEEP)
    spent = cpu() - begun
    asked = list(questions(data).values())
    found: dict[str, Any]
    if variant == "cross-validated":
        found = {"rankings": ours.cross_validated(index, data, K, DEEP), "query_ms": None}
    else:
        found = ask(search, asked)
        found["ten_ms"] = ask(ours.search(index, K), asked)["query_ms"]
    return {
        "name": "medrag",
        "version": metadata.version("medrag"),
        "index_s": spent,
        "imports_mb": imported,
        "disk": size(directory),
        **found,
    }


def paragraphs(data: Path, *, titled: bool) -> Iterator[tuple[str, str]]:
    """Id and text of the data set's paragraphs, with the title above if asked for."""
    with (data / "corpus.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            title, text = record["title"], record["text"]
            yield record["_id"], f"{title}\n{text}" if titled else text


def passages(path: Path) -> Iterator[tuple[str, str]]:
    """The paragraph and the text of medrag's passages, as run.py wrote them."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def peer(name: str, variant: str, data: Path, given: Path, directory: Path) -> dict[str, Any]:
    from peers import Entry

    module = import_module(f"peers.{name}")
    equal = variant != "docs"
    words = import_module("medrag.japanese.tokens").words if equal else None
    if words is not None:
        words("辞書")  # the dictionary is loaded, as every import is
    build = module.Tuned if variant.endswith("-tuned") else module.Peer
    imported = peak()
    cut = variant.startswith("passages")
    source = passages(given) if cut else paragraphs(data, titled=equal)
    # Ids are the peer's to keep apart, and a paragraph may have several passages.
    entries = [Entry(f"{owner}#{number}", text) for number, (owner, text) in enumerate(source)]
    depth = DEEP if cut else K
    begun = cpu()
    index = build(entries, words=words, k=depth)
    spent = cpu() - begun

    def search(question: str) -> list[str]:
        return [found.rpartition("#")[0] for found in index.search(question)]

    found = ask(search, list(questions(data).values()))
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
    system, variant, data, given = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    with tempfile.TemporaryDirectory() as directory:
        if system == "medrag":
            result = medrag(variant, data, Path(directory))
        else:
            result = peer(system, variant, data, given, Path(directory))
        result.setdefault("peak_mb", peak())
    # Libraries print what they like; the last line is ours.
    print("\n" + json.dumps(result))


if __name__ == "__main__":
    main()
