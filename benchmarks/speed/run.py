"""Speed, in CPU seconds of this machine: import, a cold question, text to index, a search.

    python benchmarks/speed/run.py [../shared/data/ja-medical-retrieval] [--profile]

CPU seconds of a busy machine vary by half; what cutting the same text into words alone takes is
printed beside, since no index can be quicker. `--profile` shows where the time goes.
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

from sampling import sampled, table

from medrag.documents import corpus
from medrag.evaluation.metrics import percentile
from medrag.index import encoders
from medrag.index.index import Index
from medrag.japanese import tokens
from medrag.retrieval.retriever import Retriever

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpora" / "sample"
DATA = ROOT.parent / "shared" / "data" / "ja-medical-retrieval"
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


def text_to_index(data: Path, index: Path, *, profile: bool) -> None:
    """Prints how fast the corpus becomes an index, and how fast its words alone are cut."""
    lines = (data / "corpus.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    characters = sum(map(len, texts))
    total = seconds(lambda: ingest(data / "corpus.jsonl", index))
    alone = seconds(lambda: [tokens.sequence([text]) for text in texts])
    size = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
    print(f"text to index            {characters / total / 1e6:8.3f} million characters a second")
    print(f"  its words alone        {characters / alone / 1e6:8.3f}")
    print(f"index on disk            {size / 2**20:8.1f} MiB")
    if profile:
        print(table(sampled(lambda: ingest(data / "corpus.jsonl", index))))


def search(data: Path, index: Path, *, profile: bool) -> None:
    """Prints how fast the index opens and answers."""
    opened = time.process_time()
    retriever = Retriever(Index.open(index, encoder=encoders.load(None)))
    print(f"open, checksums compared {time.process_time() - opened:8.3f} s")
    lines = (data / "queries.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["text"] for line in lines]

    def ask(question: str) -> float:
        return seconds(lambda: retriever.search(question, k=10))

    for question in questions[:50]:
        ask(question)
    times = [ask(question) * 1e3 for question in questions]
    print(f"search p50               {percentile(times, 0.5):8.2f} ms")
    print(f"search p95               {percentile(times, 0.95):8.2f} ms")
    if profile:
        print(table(sampled(lambda: [ask(question) for question in questions * 3])))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=DATA, help="a BEIR folder")
    parser.add_argument("--profile", action="store_true", help="where the time goes, by function")
    arguments = parser.parse_args()
    empty = child_seconds("-c", "pass")
    print(f"import medrag            {child_seconds('-c', 'import medrag') - empty:8.3f} s")
    with tempfile.TemporaryDirectory() as directory:
        sample = Path(directory) / "sample"
        ingest(SAMPLE, sample)
        ask = child_seconds("-m", "medrag", "ask", QUESTION, "--index", str(sample))
        print(f"medrag ask, cold         {ask:8.3f} s")
        if (arguments.data / "corpus.jsonl").is_file():
            index = Path(directory) / "index"
            text_to_index(arguments.data, index, profile=arguments.profile)
            search(arguments.data, index, profile=arguments.profile)
        else:
            print("The data set is not here (corpus.jsonl, queries.jsonl): give its folder")
    print(f"load average             {os.getloadavg()[0]:8.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
