"""Learns the weights of the fusion and writes medrag/retrieval/weights.json.

    python benchmarks/retrieval/learn.py ../shared/data/ja-medical-retrieval [--write]

Recipe: the first-stage candidates of each question, their features as the retriever computes
them, a listwise softmax loss (the chance of the right passage among the candidates) with an L2
penalty on standardised weights, Adam from zero. Cross-validation leaves whole groups of articles
out, so that no article is both learned from and measured on. The curve of the chance is a logistic
regression over the best passage's score: of each question as it is, and of the same question with
its right passage taken out of the index, which then has no answer; and of the questions about the
sample guidelines, which ask in other words than the text has and so get lower scores.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from medrag.documents import corpus
from medrag.index import encoders
from medrag.index.index import Index
from medrag.japanese.lexicon import default_lexicon
from medrag.retrieval import fusion
from medrag.retrieval.candidates import CANDIDATES, first_stage, top
from medrag.retrieval.features import NAMES, features
from medrag.retrieval.names import Names
from medrag.retrieval.question import analyse
from medrag.retrieval.topics import weigher

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpora" / "sample"
QUESTIONS = ROOT / "benchmarks" / "answers" / "questions.jsonl"
FOLDS, SEEDS = 5, 3
PENALTY, STEPS = 0.01, 300


class Example(NamedTuple):
    group: str
    features: np.ndarray[Any, Any]
    owner: np.ndarray[Any, Any]  # of each candidate, its document as a number
    gold: np.ndarray[Any, Any]  # which candidates are passages of the right document
    total: float


class Candidates(NamedTuple):
    rows: np.ndarray[Any, Any]
    features: np.ndarray[Any, Any]
    total: float


def candidates(index: Index) -> Callable[[str], Candidates]:
    """What the retriever would order for a question, best first by the fixed fusion."""
    weigh = weigher(index)
    names = Names(index, default_lexicon(), weigh=weigh)

    def found(text: str) -> Candidates:
        question = analyse(text, index, names=names, weigh=weigh)
        stage = first_stage(question, index, weigh=weigh)
        rows = top(stage.fused, CANDIDATES)
        matrix = features(
            question,
            index.sequences(rows),
            classes=index.words.classes,
            words=stage.words[rows],
            bigrams=stage.bigrams[rows],
        )
        return Candidates(rows, matrix, question.total)

    return found


def examples(data: Path, index: Index) -> Iterator[Example]:
    """The questions of a BEIR folder."""
    qrels = dict(
        line.split()[:2] for line in (data / "qrels.tsv").read_text("utf-8").splitlines()[1:]
    )
    search = candidates(index)
    for line in (data / "queries.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        found = search(record["text"])
        owners = [index.document_at(int(index.passage_document[row])).id for row in found.rows]
        wanted = qrels[record["_id"]]
        yield Example(
            group="-".join(record["_id"].split("-")[:2]),
            features=found.features,
            owner=np.unique(owners, return_inverse=True)[1],
            gold=np.asarray([owner == wanted for owner in owners], dtype=bool),
            total=found.total,
        )


def ingested(path: Path) -> Iterator[corpus.Ingested]:
    return (entry for entry in corpus.read([path]) if isinstance(entry, corpus.Ingested))


def plain(text: str) -> str:
    """NFKC without white space and the bars of a table, as the gold quotes are compared."""
    return re.sub(r"[\s|]", "", unicodedata.normalize("NFKC", text))


def sample(index: Index) -> Iterator[Example]:
    """The questions about the sample guidelines marked `dev`, some of which have no answer there."""
    search = candidates(index)
    for line in QUESTIONS.read_text("utf-8").splitlines():
        question = json.loads(line)
        found = search(question["question"])
        if question["split"] != "dev" or not len(found.rows):
            continue
        passages = [index.passage_at(int(row)) for row in found.rows]
        gold = [(one["document_id"], plain(one["quote"])) for one in question["gold"]]
        yield Example(
            group="",
            features=found.features,
            owner=np.arange(len(passages)),
            gold=np.asarray(
                [
                    any(
                        p.document_id == document and quote in plain(p.text)
                        for document, quote in gold
                    )
                    for p in passages
                ]
            ),
            total=found.total,
        )


def fit(data: list[Example]) -> np.ndarray[Any, Any]:
    """Weights that give the right candidates the greatest chance."""
    data = [example for example in data if example.gold.any()]
    scale = np.concatenate([example.features for example in data]).std(axis=0) + 1e-9
    padded = np.zeros((len(data), CANDIDATES, len(NAMES)))
    there, right = np.zeros((2, len(data), CANDIDATES), dtype=bool)
    for i, example in enumerate(data):
        padded[i, : len(example.features)] = example.features / scale
        there[i, : len(example.features)] = True
        right[i, : len(example.features)] = example.gold
    weights = np.zeros(len(NAMES))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        scores = np.where(there, padded @ weights, -np.inf)
        chance = np.exp(scores - scores.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        wanted = np.where(right, chance, 0)
        wanted /= wanted.sum(axis=1, keepdims=True)
        gradient = np.einsum("qc,qcf->f", chance - wanted, padded) / len(data) + PENALTY * weights
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        weights -= 0.1 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
    return np.asarray(weights / scale)


def rank(example: Example, weights: np.ndarray[Any, Any]) -> float:
    """Of the right document, whose rank is that of its best passage; infinite when not a candidate."""
    if not example.gold.any():
        return np.inf
    scores = example.features @ weights
    better = example.owner[scores > scores[example.gold].max()]
    return float(1 + len(np.unique(better)))


def cross_validated(data: list[Example]) -> np.ndarray[Any, Any]:
    """The rank of every question by weights of other articles, shape (SEEDS, questions)."""
    groups = sorted({example.group for example in data})
    ranks = np.empty((SEEDS, len(data)))
    for seed in range(SEEDS):
        shuffled = groups[:]
        random.Random(seed).shuffle(shuffled)
        fold_of = {group: i % FOLDS for i, group in enumerate(shuffled)}
        for fold in range(FOLDS):
            weights = fit([example for example in data if fold_of[example.group] != fold])
            for place, example in enumerate(data):
                if fold_of[example.group] == fold:
                    ranks[seed, place] = rank(example, weights)
    return ranks


def ranks(data: list[Example], weights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The rank of every question, shape (1, questions)."""
    return np.asarray([[rank(example, weights) for example in data]])


def measures(ranks: np.ndarray[Any, Any]) -> dict[str, dict[str, float]]:
    """Means with their 95% intervals, by bootstrap over the questions."""
    by_question = {
        "RR@10": np.where(ranks <= 10, 1 / ranks, 0).mean(axis=0),
        **{f"R@{k}": (ranks <= k).mean(axis=0) for k in (1, 5, 10)},
    }
    draws = np.random.default_rng(0).integers(ranks.shape[1], size=(2000, ranks.shape[1]))
    found = {}
    for name, values in by_question.items():
        low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
        found[name] = {
            "value": round(float(values.mean()), 4),
            "low": round(float(low), 4),
            "high": round(float(high), 4),
        }
    return found


def calibrate(
    data: list[Example], weights: np.ndarray[Any, Any], others: Sequence[Example] = ()
) -> dict[str, float]:
    """The logistic curve over the best passage's share, by Newton's method.

    Args:
        others: Questions about guidelines, which as a whole count as much as `data`.
    """
    shares, answers, counts = [], [], []
    for examples in (data, others):
        before = len(shares)
        for example in examples:
            scores = fusion.normalised(example.features @ weights, example.total)
            order = np.argsort(-scores)
            shares.append(scores[order[0]])
            answers.append(float(example.gold[order[0]]))
            rest = [i for i in order if not example.gold[i]]
            if rest and examples is data:
                shares.append(scores[rest[0]])
                answers.append(0.0)
        counts += [1 / max(len(shares) - before, 1)] * (len(shares) - before)
    design = np.column_stack([shares, np.ones(len(shares))])
    target, count = np.asarray(answers), np.asarray(counts) / np.mean(counts)
    curve = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ curve))
        spread = (count * chance * (1 - chance))[:, None]
        hessian = (design * spread).T @ design + 1e-6 * np.eye(2)
        curve += np.linalg.solve(hessian, design.T @ (count * (target - chance)))
    return {"slope": round(float(curve[0]), 4), "intercept": round(float(curve[1]), 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="replace the weights that ship")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        index = Index.build(
            Path(directory) / "articles",
            ingested(arguments.data / "corpus.jsonl"),
            encoder=encoders.load(None),
        )
        data = list(examples(arguments.data, index))
        passages = len(index)
        guidelines = Index.build(
            Path(directory) / "guidelines", ingested(SAMPLE), encoder=encoders.load(None)
        )
        others = list(sample(guidelines))
    weights = fit(data)
    result = {
        "version": "2026-11-22.3",
        "recipe": "python benchmarks/retrieval/learn.py ../shared/data/ja-medical-retrieval --write",
        "questions": len(data),
        "passages": passages,
        "cross-validated": measures(cross_validated(data)),
        "fitted": measures(ranks(data, weights)),
        "fixed": measures(ranks(data, fusion.fixed().weights)),
        "features": list(NAMES),
        "weights": [round(float(weight), 4) for weight in weights],
        "calibration": calibrate(data, weights, others),
    }
    content = json.dumps(result, indent=1)
    print(content)
    if arguments.write:
        fusion.FILE.write_text(content + "\n", "utf-8")


if __name__ == "__main__":
    main()
