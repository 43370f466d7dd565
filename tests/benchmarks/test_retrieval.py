"""The retrieval benchmark makes its table, on a toy corpus where every question has one right paragraph."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "benchmarks" / "retrieval" / "run.py"
TEXTS = {
    "d1": "血圧は座って安静にしてから測る。",
    "d2": "腎臓は尿をつくる。",
    "d3": "肺は酸素を取り込む。",
    "d4": "胃は食べ物を消化する。",
}
QUESTIONS = {
    "a-1-q1": ("血圧はどう測りますか。", "d1"),
    "a-2-q1": ("尿をつくるのは何ですか。", "d2"),
    "a-3-q1": ("酸素を取り込むのは何ですか。", "d3"),
    "a-4-q1": ("食べ物を消化するのは何ですか。", "d4"),
}
# Stands for a peer's process: of four questions it answers two, and never names the right one first.
PEER = f"""#!{sys.executable}
import json, sys
if sys.argv[2] == "bm25s":
    sys.exit("ModuleNotFoundError: No module named 'bm25s'")
rankings = [["d2", "d1"], ["d1", "d2"], ["d1"], ["d1"]]
times = {{"index_s": 1.0, "query_ms": [1.0, 2.0, 3.0, 4.0], "imports_mb": 10, "peak_mb": 20}}
print("what a library prints")
print(json.dumps({{"name": "A peer", "version": "9", "rankings": [rankings], "disk": None, **times}}))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    documents = [{"_id": name, "title": "検査", "text": text} for name, text in TEXTS.items()]
    asked = [{"_id": name, "text": text} for name, (text, _) in QUESTIONS.items()]
    for name, records in (("corpus.jsonl", documents), ("queries.jsonl", asked)):
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (folder / name).write_text(lines, encoding="utf-8")
    judged = "".join(f"{name}\t{right}\t1\n" for name, (_, right) in QUESTIONS.items())
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged, encoding="utf-8")
    return folder


def run(data: Path, out: Path, *arguments: str) -> str:
    command = [sys.executable, str(PROGRAM), "--data", str(data), "--out", str(out), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_medrag_stands_beside_peers_with_the_difference_and_a_peer_that_fails_says_why(
    data: Path, tmp_path: Path
) -> None:
    peer = tmp_path / "peer"
    peer.write_text(PEER, encoding="utf-8")
    peer.chmod(0o755)
    said = run(data, tmp_path / "out", "--peers", str(peer), "--only", "rank_bm25", "bm25s")
    rows = [cells(line) for line in said.splitlines() if line.startswith("| ")]
    assert rows[0][2:7] == ["R@1", "R@5", "R@10", "RR@10", "nDCG@10"]
    failed = [row for row in rows if row[0] == "bm25s"]
    assert {row[2] for row in failed} == {"ModuleNotFoundError: No module named 'bm25s'"}
    done = [row for row in rows[1:] if row not in failed]
    quality = {(row[0].split(" 0.")[0], row[1]): row[2:7] for row in done}
    perfect, half = ["1.000"] * 5, ["0.000", "0.500", "0.500", "0.250", "0.315"]
    assert quality == {
        ("medrag", "own, weights as shipped"): perfect,
        ("medrag", "own, weights cross-validated"): perfect,
        ("A peer 9", "equal text"): half,
        ("A peer 9", "as its docs show"): half,
    }
    assert done[0][7:] == ["1.0", "2.00", "4.00", "20", "10", "none"]
    assert "Best peer: A peer, equal text: RR@10 0.2500." in said
    # Each draw of four questions has differences of .5 and 1 alone.
    assert "RR@10 1.0000, +0.7500, 95% interval +0.5000 to +1.0000" in said
    assert (tmp_path / "out" / "peers.md").read_text(encoding="utf-8") == said
    assert (tmp_path / "out" / "peers.svg").stat().st_size


def test_a_corpus_of_any_size_is_made_built_and_searched(data: Path, tmp_path: Path) -> None:
    said = run(data, tmp_path / "out", "--scale", "20")
    head, _, row = (cells(line) for line in said.splitlines() if line.startswith("|"))
    assert dict(zip(head, row, strict=True))["passages"] == "20"


def test_without_the_data_set_it_says_what_is_missing(tmp_path: Path) -> None:
    assert "--data DIR" in run(tmp_path / "nowhere", tmp_path / "out")
