"""Retrieval side by side: medrag and other libraries over the same paragraphs and questions.

    python benchmarks/retrieval/run.py [--data DIR] [--only NAME ...] [--plot FILE] [--results FILE]
    python benchmarks/retrieval/run.py --scale 100000 [1000000 ...]

Each system runs alone, in a process of its own: medrag in this environment, the peers in
.venv-peers (`make bench-retrieval` makes it). A peer that is not there or fails is a row that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from measure import K
from peers import NAMES

from medrag.evaluation.metrics import ndcg, paired_bootstrap, percentile, recall, reciprocal_rank
from medrag.evaluation.retrieval import read_qrels, read_queries

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DATA = ROOT.parent / "shared" / "data" / "ja-medical-retrieval"
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
LONGEST_RUN = 3600

TEXTS = {
    "shipped": "own, weights as shipped",
    "cross-validated": "own, weights cross-validated",
    "docs": "as its docs show",
    "equal": "equal text",
    "tuned": "equal text, k1 .6, b .75",
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
    yield from (("medrag", "shipped"), ("medrag", "cross-validated"))
    asked = only or NAMES
    yield from ((name, "equal") for name in asked)
    if "bm25s" in asked:
        yield "bm25s", "tuned"
    yield from ((name, "docs") for name in asked)


def run(system: str, variant: str, data: Path, judged: dict[str, dict[str, float]]) -> Run:
    """One system in its own process."""
    ours = system == "medrag"
    python = sys.executable if ours else str(PEERS_PYTHON)
    if not Path(python).exists():
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
    command = [python, str(HERE / "measure.py"), system, variant, str(data)]
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


def comparison(runs: Sequence[Run], judged: dict[str, dict[str, float]]) -> list[str]:
    """medrag against the best peer that was given equal text, and against bm25s in time."""
    measure = f"RR@{K}"
    ours = [run for run in runs if run.system == "medrag" and run.found]
    equal = [run for run in runs if run.variant in ("equal", "tuned") and run.found]
    if not ours or not equal:
        return []
    best = max(equal, key=lambda run: run.mean(measure))
    paragraphs = [next(iter(gains)) for gains in judged.values()]
    lines = [f"Best peer: {best.name}, {TEXTS[best.variant]}: {measure} {best.mean(measure):.4f}."]
    for run in ours:
        for drawn, groups in (("questions", None), ("paragraphs", paragraphs)):
            found = paired_bootstrap(run.values[measure], best.values[measure], groups=groups)
            lines.append(
                f"medrag, {TEXTS[run.variant]}: {measure} {run.mean(measure):.4f}, difference "
                f"{found.mean:+.4f}, 95% interval {found.low:+.4f} to {found.high:+.4f} "
                f"({drawn} drawn anew)"
            )
    alone = next((run for run in equal if (run.system, run.variant) == ("bm25s", "equal")), None)
    shipped = next((run for run in ours if run.variant == "shipped"), None)
    if alone and alone.found and shipped and shipped.found:
        beside = percentile(alone.found["query_ms"], 0.5)
        for what, key in ((f"{K} paragraphs", "query_ms"), (f"{K} passages", "passages_ms")):
            p50 = percentile(shipped.found[key], 0.5)
            lines.append(
                f"medrag asked for {what}: query CPU p50 {p50:.2f} ms, {p50 / beside:.1f} times "
                "that of bm25s with equal text"
            )
    return lines


def side_by_side(arguments: argparse.Namespace) -> None:
    queries = read_queries(arguments.data / "queries.jsonl")
    qrels = read_qrels(arguments.data / "qrels.tsv")
    judged = {query: qrels[query] for query in queries}
    print(HEAD, flush=True)
    runs = []
    for system, variant in systems(arguments.only):
        runs.append(run(system, variant, arguments.data, judged))
        print(row(runs[-1]), flush=True)
    print()
    for line in comparison(runs, judged):
        print(f"- {line}")
    if arguments.results:
        arguments.results.parent.mkdir(parents=True, exist_ok=True)
        arguments.results.write_text(json.dumps([run._asdict() for run in runs]) + "\n", "utf-8")
    if arguments.plot:
        from plot import plot

        arguments.plot.parent.mkdir(parents=True, exist_ok=True)
        plot(runs, f"RR@{K}", arguments.plot)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="a BEIR folder")
    parser.add_argument("--only", nargs="*", default=[], choices=NAMES, help="these peers alone")
    parser.add_argument("--plot", type=Path, default=ROOT / "build/benchmarks/retrieval.png")
    parser.add_argument("--results", type=Path, help="where every ranking is written, as JSON")
    parser.add_argument("--scale", type=int, nargs="+", help="synthetic passages, medrag alone")
    arguments = parser.parse_args()
    if not (arguments.data / "corpus.jsonl").is_file():
        print("The data set is not here (corpus.jsonl, queries.jsonl, qrels.tsv): --data DIR")
        return
    command = shlex.join(["python", "benchmarks/retrieval/run.py", *sys.argv[1:]])
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{datetime.now(UTC).date()} · `{command}` · {load}\n", flush=True)
    if arguments.scale:
        from scale import scale

        scale(arguments.data, arguments.scale)
    else:
        side_by_side(arguments)


if __name__ == "__main__":
    main()
