"""medrag in the benchmark: through its real ingestion, with its defaults.

Its fusion was learned on the very questions of the data set. So its quality is told twice: with the
weights that ship, and with weights learned anew in each fold from the articles that the questions
asked there are not about (the recipe of learn.py), everything else being the same retriever.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import learn
from measure import best, questions

from medrag.documents import corpus
from medrag.index import encoders
from medrag.index.builder import heading
from medrag.index.index import Index
from medrag.retrieval import fusion
from medrag.retrieval.retriever import Retriever


def read(path: Path) -> Iterator[corpus.Ingested]:
    """The documents of a corpus with their passages."""
    return (entry for entry in corpus.read([path]) if isinstance(entry, corpus.Ingested))


def build(path: Path, directory: Path) -> Index:
    """Read a corpus and index it."""
    return Index.build(directory, read(path), encoder=encoders.load(None))


def passages(path: Path) -> Iterator[tuple[str, str]]:
    """Every passage of a corpus, with the title and the headings above it: its document and text."""
    for entry in read(path):
        for passage in entry.passages:
            above = heading(entry.document.title, passage.section)
            yield passage.document_id, f"{above}\n{passage.text}"


def search(index: Index, k: int) -> Callable[[str], list[str]]:
    """Asks for `k` passages and gives the document of each."""
    retriever = Retriever(index)
    return lambda question: [hit.passage.document_id for hit in retriever.search(question, k=k)]


def cross_validated(index: Index, data: Path, k: int, deep: int) -> list[list[list[str]]]:
    """For each of learn.py's shuffles, the ranking of every question by weights that never saw it."""
    asked = list(questions(data).values())
    examples = list(learn.examples(data, index))
    groups = sorted({example.group for example in examples})
    runs = []
    for seed in range(learn.SEEDS):
        shuffled = groups[:]
        random.Random(seed).shuffle(shuffled)
        fold_of = {group: i % learn.FOLDS for i, group in enumerate(shuffled)}
        rankings: list[list[str]] = [[] for _ in asked]
        for fold in range(learn.FOLDS):
            known = [example for example in examples if fold_of[example.group] != fold]
            weights = learn.fit(known)
            learned = fusion.Fusion(
                weights=weights, **learn.calibrate(known, weights), version=f"fold {fold}"
            )
            with patch.object(fusion, "learned", return_value=learned):
                ranked = search(index, deep)
            for place, example in enumerate(examples):
                if fold_of[example.group] == fold:
                    rankings[place] = best(ranked(asked[place]), k)
        runs.append(rankings)
    return runs
