"""Retrieval side by side: medrag and other libraries over the same paragraphs and questions.

    make bench-retrieval [BENCH_ARGS='--only NAME ... | --scale 100000 [1000000 ...] | --record']

Each system runs alone, in a process of its own: medrag in this environment, the peers in
.venv-peers (the target makes it). A peer that is not there or fails is a row that says so. What the
rows and columns mean: README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import ours
from measure import DEEP, K
from peers import NAMES
from plot import plot
from scale import scale

from medrag.evaluation.metrics import ndcg, paired_bootstrap, percentile, recall, reciprocal_rank
from medrag.evaluation.retrieval import read_qrels, read_queries

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DATA = ROOT.parent / "shared" / "data" / "ja-medical-retrieval"
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
RESULTS = HERE / "results"
LONGEST_RUN = 3600

TEXTS = {
    "shipped": "own, weights as shipped",
    "cross-validated": "own, weights cross-validated",
    "passages": "equal text",
    "passages-tuned": "equal text, k1 .6, b .75",
    "paragraphs-tuned": "paragraphs uncut, k1 .6, b .75",
    "docs": "as its docs show",
}
MEASURES = (f"R@1 R@5 R@{K} RR@{K} nDCG@{K}").split()


class Run(NamedTuple):
    """What one system did.

    Attributes:
        system, variant: As in `systems`.
        found: What measure.py printed; None if it failed.
        fault: Why it failed.
        values: For every measure its value for each question.
    """

    system: str
    variant: str
    found: dict[str, Any] | None
    fault: str
    values: dict[str, list[float]]

    @property
    def name(self) -> str:
        return self.found["name"] if self.found else self.system

    def mean(self, measure: str) -> float:
        values = self.values[measure]
        return sum(values) / len(values)


def systems(only: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every system with its variant, in the order of the table."""
    asked = only or NAMES
    yield from ((name, "docs") for name in asked)
    yield from ((name, "passages") for name in asked)
    if "bm25s" in asked:
        yield from (("bm25s", "paragraphs-tuned"), ("bm25s", "passages-tuned"))
    yield from (("medrag", "shipped"), ("medrag", "cross-validated"))


def run(
    system: str,
    variant: str,
    judged: dict[str, dict[str, float]],
    *,
    data: Path,
    given: Path,
    python: Path,
) -> Run:
    """One system in its own process; `given` holds the passages for the peers."""
    if not python.exists():
        return Run(system, variant, None, "not installed: make bench-retrieval", {})
    quiet = {
        # One thread each: CPU time is not spent waiting in a pool. Nothing is fetched or sent.
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "false",
        "LANGSMITH_TRACING": "false",
    }
    command = [str(python), str(HERE / "measure.py"), system, variant, str(data), str(given)]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **quiet},
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Run(system, variant, None, f"stopped after {LONGEST_RUN} s", {})
    if done.returncode:
        last = (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1]
        return Run(system, variant, None, last[:120], {})
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Run(system, variant, found, "", values(found["rankings"], judged))


def values(
    rankings: Sequence[Sequence[Sequence[str]]], judged: dict[str, dict[str, float]]
) -> dict[str, list[float]]:
    """Every measure of every question, the mean over the rankings if there are several."""
    result: dict[str, list[float]] = {measure: [] for measure in MEASURES}
    for place, gains in enumerate(judged.values()):
        lists = [ranking[place] for ranking in rankings]
        for measure in MEASURES:
            name, depth = measure.split("@")
            function = {"R": recall, "RR": reciprocal_rank, "nDCG": ndcg}[name]
            parts = [function(ranked, gains, int(depth)) for ranked in lists]
            result[measure].append(sum(parts) / len(parts))
    return result


def row(run: Run) -> str:
    found = run.found
    if found is None:
        cells = [run.name, TEXTS[run.variant], run.fault, *[""] * 10]
        return "| " + " | ".join(cells) + " |"
    times = found["query_ms"]
    timed = times is not None
    disk = found["disk"]
    cells = [
        f"{found['name']} {found['version']}",
        TEXTS[run.variant],
        *(f"{run.mean(measure):.3f}" for measure in MEASURES),
        f"{found['index_s']:.1f}" if timed else "",
        f"{percentile(times, 0.5):.2f}" if timed else "",
        f"{percentile(times, 0.95):.2f}" if timed else "",
        f"{found['peak_mb']:.0f}" if timed else "",
        f"{found['imports_mb']:.0f}" if timed else "",
        ("none" if disk is None else f"{disk / 2**20:.0f}") if timed else "",
    ]
    return "| " + " | ".join(cells) + " |"


HEAD = (
    f"| system | text | {' | '.join(MEASURES)} | index CPU s | query CPU ms p50 | p95 "
    "| peak MiB | of it imports | disk MiB |\n|---|---" + "|---:" * 11 + "|"
)


def comparison(runs: Sequence[Run], judged: dict[str, dict[str, float]]) -> Iterator[str]:
    """medrag against the best peers that were given equal text, and against bm25s in time."""
    measure = f"RR@{K}"
    own = {run.variant: run for run in runs if run.system == "medrag" and run.found}
    documents = [next(iter(gains)) for gains in judged.values()]
    for suffix, what in (("passages", "Best peer"), ("-tuned", "Best with medrag's k1 and b")):
        rivals = [run for run in runs if run.variant.endswith(suffix) and run.found]
        if not own or not rivals:
            continue
        best = max(rivals, key=lambda run: run.mean(measure))
        yield f"{what}: {best.name}, {TEXTS[best.variant]}: {measure} {best.mean(measure):.4f}."
        for run in own.values():
            means = f"medrag, {TEXTS[run.variant]}: {measure} {run.mean(measure):.4f}"
            for drawn, groups in (("questions", None), ("paragraphs", documents)):
                found = paired_bootstrap(run.values[measure], best.values[measure], groups=groups)
                yield (
                    f"{means}, {found.mean:+.4f}, 95% interval {found.low:+.4f} to {found.high:+.4f} "
                    f"({drawn} drawn anew)."
                )
    shipped = own.get("shipped")
    alone = next((r for r in runs if (r.system, r.variant) == ("bm25s", "passages")), None)
    if shipped and shipped.found and alone and alone.found:
        beside = percentile(alone.found["query_ms"], 0.5)
        for deep, key in ((DEEP, "query_ms"), (K, "ten_ms")):
            p50 = percentile(shipped.found[key], 0.5)
            yield (
                f"Query CPU p50 of medrag asked for {deep} passages: {p50:.2f} ms, {p50 / beside:.1f} "
                f"times the {beside:.2f} ms of bm25s with equal text."
            )


def side_by_side(arguments: argparse.Namespace) -> Iterator[str]:
    """The table, then what it comes to; draws the plot."""
    queries = read_queries(arguments.data / "queries.jsonl")
    qrels = read_qrels(arguments.data / "qrels.tsv")
    judged = {query: qrels[query] for query in queries}
    yield HEAD
    runs = []
    with tempfile.TemporaryDirectory() as directory:
        given = Path(directory) / "passages.jsonl"
        with given.open("w", encoding="utf-8") as file:
            for passage in ours.passages(arguments.data / "corpus.jsonl"):
                file.write(json.dumps(passage, ensure_ascii=False) + "\n")

        def one(asked: tuple[str, str]) -> Run:
            python = Path(sys.executable) if asked[0] == "medrag" else arguments.peers
            return run(*asked, judged, data=arguments.data, given=given, python=python)

        with ThreadPoolExecutor(arguments.jobs) as pool:
            for done in pool.map(one, systems(arguments.only)):
                runs.append(done)
                yield row(done)
    yield ""
    yield from (f"- {line}" for line in comparison(runs, judged))
    plot(runs, f"RR@{K}", arguments.out / "peers.svg")


def headline() -> str:
    """When, with what command and beside what other load."""
    arguments = shlex.join(sys.argv[1:])
    command = "make bench-retrieval" + (f' BENCH_ARGS="{arguments}"' if arguments else "")
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    return f"{datetime.now(UTC).date()} · `{command}` · {platform.machine()}, {load}\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="a BEIR folder")
    parser.add_argument("--only", nargs="*", default=[], choices=NAMES, help="these peers alone")
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON, help="the peers' interpreter")
    parser.add_argument("--jobs", type=int, default=1, help="systems at a time")
    parser.add_argument("--scale", type=int, nargs="+", help="synthetic passages, medrag alone")
    parser.add_argument("--out", type=Path, default=ROOT / "build/benchmarks/retrieval")
    parser.add_argument(
        "--record", dest="out", action="store_const", const=RESULTS, help="results that are kept"
    )
    arguments = parser.parse_args()
    if not (arguments.data / "corpus.jsonl").is_file():
        print("The data set is not here (corpus.jsonl, queries.jsonl, qrels.tsv): --data DIR")
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.scale:
        name, lines = "scale.md", scale(arguments.data, arguments.scale)
    else:
        name, lines = "peers.md", side_by_side(arguments)
    said = []
    for line in chain([headline()], lines):
        print(line, flush=True)
        said.append(line + "\n")
    (arguments.out / name).write_text("".join(said), "utf-8")


if __name__ == "__main__":
    main()
