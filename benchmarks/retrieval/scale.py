"""medrag at size: synthetic passages, built and searched, with what stays resident.

The passages are sentences of the corpus put together anew at random, from a seed; every one of them
fits one passage. They mean nothing, so quality is not measured; word frequencies, lengths and
the number of passages are what costs. Nothing of them is kept.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import ours
from measure import K, cpu, peak, questions, size

from medrag.documents import passages
from medrag.evaluation.metrics import percentile
from medrag.index import encoders
from medrag.index.index import Index
from medrag.japanese import sentences

SEED = 20261122
# A paragraph ends once it has this many characters: about 190 in the mean, as in JSQuAD.
ENOUGH = 150
A_FILE = 50_000
HEAD = (
    "| passages | characters | build CPU s | build s | build peak MiB | disk KB a passage "
    "| resident B a passage, without vectors | search CPU ms p50 | p95 |\n" + "|---:" * 9 + "|"
)


def paragraphs(data: Path) -> Iterator[dict[str, str]]:
    """Synthetic paragraphs without end; the same ones each time."""
    pool: list[str] = []
    titles: list[str] = []
    with (data / "corpus.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            titles.append(record["title"])
            text = record["text"]
            spans = sentences.split(text)
            pool += [text[s.start : s.end].replace("\n", "") for s in spans if s.end - s.start > 9]
    draw = random.Random(SEED)
    number = 0
    while True:
        parts: list[str] = []
        while sum(map(len, parts)) < ENOUGH:
            parts.append(draw.choice(pool))
        text = "".join(parts)
        if passages.tokens(text) <= passages.MAX_TOKENS:
            yield {"_id": f"s{number:07}", "title": draw.choice(titles), "text": text}
            number += 1


def write(data: Path, count: int, directory: Path) -> int:
    """Write `count` paragraphs as files of JSON lines; how many characters they have."""
    source = paragraphs(data)
    characters = 0
    for number in range(0, count, A_FILE):
        with (directory / f"{number:08}.jsonl").open("w", encoding="utf-8") as file:
            for record in islice(source, min(A_FILE, count - number)):
                characters += len(record["text"])
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return characters


def scale(data: Path, counts: Sequence[int]) -> Iterator[str]:
    """Build and search an index of each size, in processes of their own; the lines of a table."""
    yield HEAD
    for count in counts:
        with tempfile.TemporaryDirectory() as directory:
            corpus, index = Path(directory) / "corpus", Path(directory) / "index"
            corpus.mkdir()
            characters = write(data, count, corpus)
            built = _child("build", str(corpus), str(index))
            asked = _child("search", str(data), str(index))
        yield (
            f"| {asked['passages']:,} | {characters:,} | {built['cpu']:.0f} | {built['wall']:.0f} "
            f"| {built['peak']:.0f} | {built['disk'] / asked['passages'] / 1e3:.2f} "
            f"| {asked['resident'] / asked['passages']:.0f} "
            f"| {asked['p50']:.2f} | {asked['p95']:.2f} |"
        )


def _child(what: str, *arguments: str) -> dict[str, float]:
    command = [sys.executable, __file__, what, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def build(corpus: str, directory: str) -> dict[str, float]:
    begun, wall = cpu(), time.perf_counter()
    ours.build(Path(corpus), Path(directory))
    return {
        "cpu": cpu() - begun,
        "wall": time.perf_counter() - wall,
        "peak": peak(),
        "disk": size(Path(directory)),
    }


def search(data: str, directory: str) -> dict[str, float]:
    """Ask all questions; what the process holds more than before, the vectors' pages left out."""
    asked = list(questions(Path(data)).values())
    with tempfile.TemporaryDirectory() as small:
        # Dictionary, lexicon and code are not the index's: loaded by another one before counting.
        sample = Path(small) / "sample.jsonl"
        sample.write_text(json.dumps({"_id": "1", "title": "題", "text": "血圧を測る。"}), "utf-8")
        ranked = ours.search(ours.build(sample, Path(small) / "index"), K)
        for question in asked:
            ranked(question)
    before = _resident()
    index = Index.open(Path(directory), encoder=encoders.load(None), verify=False)
    ranked = ours.search(index, K)
    times = []
    for question in asked:
        begun = time.process_time()
        ranked(question)
        times.append((time.process_time() - begun) * 1e3)
    return {
        "passages": len(index),
        "resident": _resident() - before,
        "p50": percentile(times, 0.5),
        "p95": percentile(times, 0.95),
    }


def _resident() -> int:
    """Bytes resident in this process, mapped files included, vectors.faiss left out (Linux)."""
    total, counts = 0, True
    for line in Path("/proc/self/smaps").read_text("utf-8").splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            counts = not line.endswith("vectors.faiss")
        elif counts and line.startswith("Rss:"):
            total += int(line.split()[1]) * 1024
    return total


if __name__ == "__main__":
    print("\n" + json.dumps({"build": build, "search": search}[sys.argv[1]](*sys.argv[2:])))
