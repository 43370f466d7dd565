"""What one changed document costs, in CPU and wall seconds, beside the build of everything.

    python benchmarks/speed/update.py [DOCUMENTS]

The documents are made of the sample's sentences, recombined with a seed: about 3,000 characters
and two recommendations each. Both ingestions are whole ones, as `medrag ingest` does them: files
listed, hashed and compared, the report made, the new generation checked and committed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import tempfile
import time
from pathlib import Path

from medrag.pipeline.ingest import ingest
from medrag.settings import Settings

SAMPLE = Path(__file__).parents[2] / "corpora" / "sample"
CHARACTERS = 3000
_SENTENCE = re.compile(r"[^。\n|#*]{12,}。")


def sample_sentences() -> list[str]:
    """The different sentences of the sample corpus's Markdown, in order."""
    texts = (path.read_text("utf-8") for path in sorted(SAMPLE.glob("*.md")))
    return list(dict.fromkeys(found for text in texts for found in _SENTENCE.findall(text)))


def document(number: int, sentences: list[str]) -> str:
    """A made-up guideline, the same for the same number."""
    chosen = random.Random(number)
    parts = [f"# 架空の指針 第{number}巻（診療に用いないこと）\n"]
    question = 0
    while sum(map(len, parts)) < CHARACTERS:
        question += 1
        parts.append(f"## CQ{question}　{chosen.choice(sentences)[:30]}か\n")
        parts.append(f"**推奨**\n\n{chosen.choice(sentences)}\n")
        parts.append("推奨の強さ：弱い（2）／エビデンスの確実性：低（C）\n")
        parts.append("### 解説\n")
        parts.extend("".join(chosen.choices(sentences, k=6)) + "\n" for _ in range(4))
    return "\n".join(parts)


def spent() -> tuple[float, float]:
    """CPU seconds of this process and its children, and wall seconds, so far."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages), time.perf_counter()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("documents", type=int, nargs="?", default=1000)
    count = parser.parse_args().documents
    sentences = sample_sentences()
    with tempfile.TemporaryDirectory() as directory:
        folder, index = Path(directory) / "documents", Path(directory) / "index"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:06}.md").write_text(document(number, sentences), "utf-8")
        seconds = []
        for turn in ("build of everything", "one document changed", "nothing changed"):
            if turn == "one document changed":
                changed = folder / f"{count // 2:06}.md"
                changed.write_text(document(count, sentences), "utf-8")
            cpu, wall = spent()
            report = ingest([folder], index=index, settings=Settings())
            cpu, wall = (after - before for after, before in zip(spent(), (cpu, wall), strict=True))
            seconds.append((cpu, wall))
            print(
                f"{turn:<22}{cpu:8.2f} s CPU {cpu / seconds[0][0]:8.1%}"
                f"{wall:8.2f} s wall {wall / seconds[0][1]:8.1%}   {report.passages} passages"
            )
        print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
