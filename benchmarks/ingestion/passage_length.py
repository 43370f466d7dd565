"""Which length of passage serves a reader best: the measurement behind passages.MAX_TOKENS.

    python -m benchmarks.ingestion.passage_length [TOKENS…]

The paragraphs of each article of ja-medical-retrieval are put together again into one document, cut
into passages of each length, indexed and searched. Counted is how often the answer stands in what
fits into a budget of characters, as an evidence prompt has one, and the reciprocal rank of the first
passage of the right article that holds it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from medrag.documents import passages, structure
from medrag.documents.corpus import Ingested
from medrag.documents.document import Document, Source
from medrag.documents.passages import Passage
from medrag.index import encoders
from medrag.index.index import Index
from medrag.retrieval.retriever import Retriever

DATA = Path(__file__).parents[3] / "shared" / "data" / "ja-medical-retrieval"
BUDGETS = (1000, 2000, 4000)
DEEPEST = 40


def articles() -> dict[str, list[str]]:
    """The paragraphs of each article, by title."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (DATA / "corpus.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        found[record["title"]].append(record["text"])
    return found


def ingested(texts: dict[str, list[str]], length: int) -> Iterator[Ingested]:
    """Each article as a document, cut into passages of a length."""
    for number, (title, paragraphs) in enumerate(sorted(texts.items())):
        text = "\n\n".join(paragraphs)
        document = Document(
            id=f"a{number}",
            title=title,
            text=text,
            source=Source(name=f"a{number}.txt", media_type="text/plain", sha256="0" * 64, size=1),
            sections=structure.whole(text),
        )
        yield Ingested(
            document=document,
            recommendations=(),
            passages=passages.split(document, (), max_tokens=length),
        )


def main() -> None:
    """Print a line for each length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lengths", nargs="*", type=int, default=[75, 150, 300, 450, 700])
    lengths: list[int] = parser.parse_args().lengths
    texts = articles()
    queries = [
        json.loads(line) for line in (DATA / "queries.jsonl").read_text("utf-8").splitlines()
    ]
    print(
        f"{'tokens':>6}{'passages':>10}{'RR':>8}"
        + "".join(f"{f'in {b}':>10}" for b in BUDGETS)
        + f"{'s':>8}"
    )
    for length in lengths:
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            index = Index.build(Path(folder), ingested(texts, length), encoder=encoders.load(None))
            retriever = Retriever(index)
            total = [0.0] * (1 + len(BUDGETS))
            for query in queries:
                hits = retriever.search(query["text"], k=DEEPEST)
                right = [hit.passage if hit.title == query["title"] else None for hit in hits]
                sizes = [len(hit.passage.text) for hit in hits]
                total = [
                    a + b
                    for a, b in zip(total, _scores(right, sizes, query["answer"]), strict=True)
                ]
            count = len(index)
            index.close()
        shares = "".join(f"{value / len(queries):10.3f}" for value in total[1:])
        print(
            f"{length:6}{count:10}{total[0] / len(queries):8.3f}{shares}{time.perf_counter() - begun:8.0f}",
            flush=True,
        )


def _scores(right: Sequence[Passage | None], sizes: Sequence[int], answer: str) -> list[float]:
    """Reciprocal rank of the answer, and whether it stands within each budget."""
    used = 0
    for rank, (passage, size) in enumerate(zip(right, sizes, strict=True), start=1):
        used += size
        if passage is not None and answer in passage.text:
            return [
                1 / rank if rank <= 10 else 0.0,
                *(float(used <= budget or rank == 1) for budget in BUDGETS),
            ]
    return [0.0] * (1 + len(BUDGETS))


if __name__ == "__main__":
    main()
