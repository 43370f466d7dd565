"""FAISS indexes by size, on one thread: milliseconds a search, recall@100, bytes a vector, build.

    python benchmarks/speed/vectors.py [--dimension 384] [--passages 20000 100000]

The vectors are unit ones around seeded centres, 32 to a centre, as passages lie around topics; the
limit in medrag/index/vectors.py was chosen by this table.
"""

from __future__ import annotations

import argparse
import math
import time

import faiss
import numpy as np
from numpy.typing import NDArray

QUESTIONS = 100
K = 100


def made(count: int, dimension: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Unit vectors around centres, shape (count, dimension)."""
    centres = generator.standard_normal((max(1, count // 32), dimension), dtype=np.float32)
    vectors = np.repeat(centres, 33, axis=0)[:count]
    vectors += generator.standard_normal(vectors.shape, dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--passages", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--kinds", nargs="+", default=["Flat", "SQfp16", "IVF,SQ8", "HNSW32"])
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(1)
    generator = np.random.default_rng(0)
    print("passages kind            ms  recall  bytes  build s")
    for count in arguments.passages:
        vectors = made(count, arguments.dimension, generator)
        asked = vectors[generator.integers(0, len(vectors), QUESTIONS)]
        asked += 0.05 * generator.standard_normal(asked.shape, dtype=np.float32)
        exact: list[set[int]] = []
        for kind in arguments.kinds:
            lists = 2 * math.isqrt(count)
            factory = kind.replace("IVF", f"IVF{lists}")
            begun = time.process_time()
            index = faiss.index_factory(arguments.dimension, factory, faiss.METRIC_INNER_PRODUCT)
            index.train(vectors[:: max(1, count // (40 * lists))])
            index.add(vectors)
            built = time.process_time() - begun
            for effort in (16, 64, 128) if kind not in ("Flat", "SQfp16") else (0,):
                if kind.startswith("IVF"):
                    index.nprobe = effort
                elif kind.startswith("HNSW"):
                    index.hnsw.efSearch = effort
                times, found = [], []
                for one in asked:
                    begun = time.process_time()
                    found.append(set(index.search(one[None], K)[1][0].tolist()))
                    times.append(time.process_time() - begun)
                exact = exact or found
                recall = np.mean([len(a & b) / K for a, b in zip(exact, found, strict=True)])
                size = len(faiss.serialize_index(index)) / count
                print(
                    f"{count:8} {kind:8}{effort:5}{np.median(times) * 1e3:8.2f}{recall:8.3f}"
                    f"{size:7.0f}{built:9.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
