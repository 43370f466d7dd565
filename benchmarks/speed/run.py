"""Speed, in CPU seconds of this machine: import, a cold question, text to index, a search.

    python benchmarks/speed/run.py [../shared/data/ja-medical-retrieval]

CPU seconds of a busy machine vary by half; what MeCab alone takes for the same text is printed
beside, since no index can be quicker.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from medrag.documents import corpus
from medrag.index import encoders
from medrag.index.index import Index
from medrag.japanese import tokens
from medrag.retrieval.retriever import Retriever

SAMPLE = Path(__file__).parents[2] / "corpora" / "sample"
QUESTION = "75歳以上の高血圧患者の降圧目標は?"


def child_seconds(*arguments: str) -> float:
    """CPU seconds of a Python process, the least of five."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=False, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(5))


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def ingest(path: Path, index: Path) -> None:
    """Index what lies at a path, a document at a time as `medrag ingest` does."""
    entries = (entry for entry in corpus.read([path]) if isinstance(entry, corpus.Ingested))
    Index.build(index, entries, encoder=encoders.load(None))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "data", type=Path, nargs="?", help="a folder with corpus.jsonl and queries.jsonl"
    )
    arguments = parser.parse_args()
    empty = child_seconds("-c", "pass")
    print(f"import medrag            {child_seconds('-c', 'import medrag') - empty:8.3f} s")
    with tempfile.TemporaryDirectory() as directory:
        sample = Path(directory) / "sample"
        ingest(SAMPLE, sample)
        ask = child_seconds("-m", "medrag", "ask", QUESTION, "--index", str(sample))
        print(f"medrag ask, cold         {ask:8.3f} s")
        if arguments.data is None:
            return
        index = Path(directory) / "index"
        total = seconds(lambda: ingest(arguments.data / "corpus.jsonl", index))
        lines = (arguments.data / "corpus.jsonl").read_text("utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        characters = sum(map(len, texts))
        alone = seconds(lambda: [tokens.sequence([text]) for text in texts])
        print(
            f"text to index            {characters / total / 1e6:8.3f} million characters a second"
        )
        print(f"  its words alone        {characters / alone / 1e6:8.3f}")
        opened = time.process_time()
        retriever = Retriever(Index.open(index, encoder=encoders.load(None)))
        print(f"open, checksums compared {time.process_time() - opened:8.3f} s")
        lines = (arguments.data / "queries.jsonl").read_text("utf-8").splitlines()
        questions = [json.loads(line)["text"] for line in lines]
        for question in questions[:50]:
            retriever.search(question, k=10)
        times = sorted(
            seconds(lambda q=question: retriever.search(q, k=10)) for question in questions
        )  # type: ignore[misc]
        size = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
        print(f"search p50               {times[len(times) // 2] * 1e3:8.2f} ms")
        print(f"search p95               {times[len(times) * 95 // 100] * 1e3:8.2f} ms")
        print(f"index on disk            {size / 2**20:8.1f} MiB")
        print(f"load average             {os.getloadavg()[0]:8.1f}")


if __name__ == "__main__":
    main()
