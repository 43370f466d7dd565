"""Lexical entailment: how much of a statement's content its best evidence sentences hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from medrag.attribution.claims import split
from medrag.attribution.entailment import Judgement, Pair, Quote
from medrag.attribution.facts import Facts, read
from medrag.japanese.normalize import Span, fold


@lru_cache(maxsize=1024)
def sentences(passage: str) -> tuple[tuple[Span, Facts], ...]:
    """The sentences of a passage with their facts."""
    return tuple((Span(item.start, item.end), read(item.plain)) for item in split(passage))


class Lexical:
    """Coverage of the hypothesis's words, without any model."""

    name = "lexical"

    def judge(self, pairs: Sequence[Pair]) -> list[Judgement]:
        """One judgement a pair, in order."""
        return [self._one(pair) for pair in pairs]

    def _one(self, pair: Pair) -> Judgement:
        keys = read(pair.hypothesis).keys
        verbatim = fold("".join(pair.hypothesis.split()))
        for index, premise in enumerate(pair.premises):
            for span, facts in sentences(premise):
                if verbatim and verbatim in fold("".join(facts.text.split())):
                    return Judgement(entailment=1.0, quotes=(Quote(premise=index, span=span),))
        missing = set(keys) - (read(pair.question).keys if pair.question else frozenset())
        total = len(missing)
        quotes = []
        ranked = [
            (index, span, facts)
            for index, premise in enumerate(pair.premises)
            for span, facts in sentences(premise)
        ]
        for _ in range(2):
            if not missing or not ranked:
                break
            index, span, facts = max(ranked, key=lambda entry: len(entry[2].keys & missing))
            if not facts.keys & missing:
                break
            missing -= facts.keys
            quotes.append(Quote(premise=index, span=span))
        coverage = 1 - len(missing) / total if total else 0.0
        return Judgement(entailment=coverage, quotes=tuple(quotes))
