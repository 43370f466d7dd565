"""What medrag adds around a model's own time: CPU an answer, time to the first sentence, memory.

    python benchmarks/generation/run.py [--answers N] [--streams N]

The model is the loopback server of the tests, in a process of its own, at a fixed token rate.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import medrag  # noqa: E402 (the tests' server is found from the repository's root)
from medrag.answer.events import Final, TextDelta  # noqa: E402
from medrag.documents import corpus  # noqa: E402
from medrag.index import encoders  # noqa: E402
from medrag.index.index import Index  # noqa: E402

QUESTION = "75歳以上の高血圧患者の降圧目標は?"
REASONING = "資料1と資料2を確認する。" * 4
FIRST = "75歳以上の高血圧患者では、診察室血圧130/80 mmHg未満を降圧目標とすることを推奨する[1]。"
CONTENT = FIRST + "収縮期血圧が110 mmHg未満に下がり、めまいやふらつきが出た場合は減薬する[1]。"


def serve(rate: float | None, pipe: Connection) -> None:
    from tests.fake_vllm import Answer, FakeVLLM

    with FakeVLLM(Answer(CONTENT, REASONING, tokens_per_second=rate)) as server:
        pipe.send(server.base_url)
        pipe.recv()


@contextmanager
def model(rate: float | None) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(rate, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join()


def rag(base_url: str, index: Path, **settings: int) -> medrag.Medrag:
    return medrag.Medrag(
        settings=medrag.Settings(
            llm_base_url=base_url, llm_model="tiny-gptoss", k=8, fallback="error", **settings
        ),
        index=index,
    )


def cpu(index: Path, answers: int) -> None:
    with model(None) as base_url:
        medrag_ = rag(base_url, index)
        medrag_.ask(QUESTION)
        begun = time.process_time()
        rss = []
        for number in range(answers):
            medrag_.ask(QUESTION)
            if number in {answers // 10, answers - 1}:
                rss.append(resident())
        spent = (time.process_time() - begun) / answers * 1000
        medrag_.close()
    print(f"CPU an answer, k=8, {answers} answers: {spent:.1f} ms (target 15)")
    print(f"resident after a tenth of them {rss[0]:.0f} MB, after all {rss[-1]:.0f} MB")


def resident() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def first_sentences(medrag_: medrag.Medrag, streams: int) -> list[float]:
    async def one() -> float:
        begun = time.perf_counter()
        first = None
        async for event in medrag_.aask_stream(QUESTION):
            if isinstance(event, TextDelta) and first is None:
                first = time.perf_counter() - begun
            if isinstance(event, Final):
                assert event.answer.mode == "model", event.answer.warnings
        return first or float("inf")

    return await asyncio.gather(*(one() for _ in range(streams)))


async def bare(base_url: str, streams: int) -> list[float]:
    """The same prompt's time to its first whole sentence, read with httpx alone."""
    import httpx

    body = {
        "model": "tiny-gptoss",
        "messages": [{"role": "user", "content": QUESTION}],
        "stream": True,
    }

    async def one(client: httpx.AsyncClient) -> float:
        begun = time.perf_counter()
        async with client.stream("POST", f"{base_url}/chat/completions", json=body) as response:
            first = None
            async for line in response.aiter_lines():
                # The token after the full stop: a sentence is whole once the next one begins.
                if first is None and '"収"' in line:
                    first = time.perf_counter() - begun
        return first or float("inf")

    async with httpx.AsyncClient(
        limits=httpx.Limits(max_connections=streams), timeout=60
    ) as client:
        return await asyncio.gather(*(one(client) for _ in range(streams)))


def latency(index: Path, streams: int, rate: float) -> None:
    def p99(times: list[float]) -> float:
        return statistics.quantiles(times, n=100)[98]

    def cpu_ms(begun: float) -> float:
        return (time.process_time() - begun) / streams * 1000

    with model(rate) as base_url:
        medrag_ = rag(base_url, index, llm_concurrency=streams)
        medrag_.ask(QUESTION)
        begun = time.process_time()
        alone = p99(asyncio.run(bare(base_url, streams)))
        cpu_alone, begun = cpu_ms(begun), time.process_time()
        ours = p99(asyncio.run(first_sentences(medrag_, streams)))
        cpu_ours = cpu_ms(begun)
        medrag_.close()
    print(
        f"{streams} streams at {rate:.0f} tokens/s: p99 to the first released sentence {ours:.2f} s, "
        f"the server's own {alone:.2f} s, ratio {ours / alone:.2f} (target 1.3)"
    )
    print(
        f"their CPU an answer: {cpu_ours:.1f} ms, of a reader of every token alone {cpu_alone:.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", type=int, default=300)
    parser.add_argument("--streams", type=int, default=64)
    parser.add_argument("--rate", type=float, default=30.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        index = Path(temporary) / "index"
        entries = corpus.read([ROOT / "corpora" / "sample"])
        Index.build(
            index,
            (entry for entry in entries if isinstance(entry, corpus.Ingested)),
            encoder=encoders.load(None),
        )
        cpu(index, options.answers)
        latency(index, options.streams, options.rate)


if __name__ == "__main__":
    main()
