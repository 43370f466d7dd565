"""medrag in the benchmark: through its real ingestion, with its defaults.

Its fusion was learned on the very questions of the data set. So its quality is told twice: with the
weights that ship, and with weights learned anew in each fold from the articles that the questions
asked there are not about (the recipe of learn.py), everything else being the same retriever.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import learn
from measure import questions

from medrag.documents import corpus
from medrag.index import encoders
from medrag.index.index import Index
from medrag.retrieval import fusion
from medrag.retrieval.retriever import Retriever

# medrag ranks passages and the judgements are of paragraphs, of which some are cut into two or three:
# that `k` paragraphs are found, this many times as many passages are asked for.
PASSAGES_A_PARAGRAPH = 3


def build(path: Path, directory: Path) -> Index:
    """Read a corpus file and index it."""
    entries = (entry for entry in corpus.read([path]) if isinstance(entry, corpus.Ingested))
    return Index.build(directory, entries, encoder=encoders.load(None))


def search(index: Index, passages: int) -> Callable[[str], list[str]]:
    """Asks for that many passages; gives the paragraphs that they are of, by the best one of each."""
    retriever = Retriever(index)

    def ranked(question: str) -> list[str]:
        hits = retriever.search(question, k=passages)
        return list(dict.fromkeys(hit.passage.document_id for hit in hits))

    return ranked


def cross_validated(index: Index, data: Path, k: int) -> list[list[list[str]]]:
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
                ranked = search(index, k * PASSAGES_A_PARAGRAPH)
            for place, example in enumerate(examples):
                if fold_of[example.group] == fold:
                    rankings[place] = ranked(asked[place])[:k]
        runs.append(rankings)
    return runs
