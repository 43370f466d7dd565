"""What a question asks, as the index sees it: words, pairs of words, bigrams, and other words for them.

Words that only ask (何, どの, いつ, 教えて) count for BM25, where their weight is their rarity, but
not for coverage: a passage need not contain them to answer. Another name for what is mentioned
counts for less than the words that were used (`names.EXPANDED`).
"""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index
from medrag.index.lexical import Leg, Scores
from medrag.index.terms import bigram_key, word_key
from medrag.japanese import tokens
from medrag.japanese.normalize import fold
from medrag.retrieval.answer_types import wanted
from medrag.retrieval.names import ABSENT, ASKING, EXPANDED, Names, content_of
from medrag.retrieval.topics import Weigh

#: Characters of a question that are read; the retriever says when there were more. Ten thousand of
#: prose take .15 s of CPU on 13,447 paragraphs, of a script without a break .4 s at most.
LONGEST = 10_000
# Bounds, not measured choices: no question comes near them. Names are looked up in its beginning
# (`_MENTIONS` are found long before), and the square matrix of pairs stays within some MB.
_LONGEST_FOR_NAMES = 2000
_TERMS = 256
#: What a word keeps of its weight that is a part of a name of which no passage has all (the 薬 of
#: 尿を出す薬), where the index has another name for the same. 1,983 names of the lexicon that five small
#: corpora have only under another name: first hit with that one .684 at 1, .724 at .5, .730 at .3, among
#: eight .909, .911, .909. The bigrams of such a name are left out: of 268 questions the first hit holds
#: evidence .806 with them, .813 without. RR@10 is .9544 at all of these.
PART = 0.5
#: A term that stands in a larger share of the passages tells none apart and is left out of BM25, in
#: which it would be most of the work: 5,900 in place of 54,300 postings a question, RR@10 of the
#: fixed fusion .9354 in place of .9341, at .1 .9327. In few passages the work is none.
COMMON, FEW = 0.05, 1000


class Mentioned(NamedTuple):
    """A part of the question, in other words.

    Attributes:
        replaces: Numbers (in `Question.weights`) of the words that the others stand for.
        columns: The words of each other name, as numbers in `Question.every`.
        scores: What the other names would add to BM25, a row a passage.
        share: How much of their weight they keep.
    """

    replaces: tuple[int, ...]
    columns: tuple[list[int], ...]
    scores: Scores
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in terms of one index.

    Attributes:
        words: Vocabulary places of its different words; unknown and common ones are left out.
        shares: What each of them keeps of its weight.
        bigrams: Vocabulary places of its different bigrams, without common ones.
        terms: Places of its different content words, in order.
        weights: idf of each of the terms; after them, of each mention that only expansions cover.
        total: What a passage could cover: all weights (of a mention, as an expansion covers it),
            and the idf of the words that the index does not have.
        every: Places of all words that features look for, the terms first.
        pairs: Neighbouring words, as places.
        pair_of: The number of the pair of two words given by their numbers in `every`, the last
            one, which is none's, for other two.
        pair_weights: Of each pair, the idf of both words.
        mentions: What is mentioned and may be said in other words.
        wanted: Word classes of what is asked for.
    """

    words: NDArray[np.int64]
    shares: NDArray[np.float32]
    bigrams: NDArray[np.int64]
    terms: NDArray[np.int64]
    weights: NDArray[np.float64]
    total: float
    every: NDArray[np.int64]
    pairs: list[tuple[int, int]]
    pair_of: NDArray[np.int64]
    pair_weights: NDArray[np.float64]
    mentions: tuple[Mentioned, ...]
    wanted: tuple[int, ...]

    @property
    def known(self) -> bool:
        """Whether anything of it is in the index."""
        return bool(len(self.words) or len(self.bigrams) or self.mentions)


def analyse(text: str, index: Index, *, names: Names | None, weigh: Weigh) -> Question:
    """Take a question apart.

    Args:
        text: Any text.
        names: Where other words come from; None for none.
        weigh: What each word weighs.
    """
    folded = fold(text[:LONGEST])
    leg = index.words
    # A word that is said twice is not wanted twice as much.
    words = tokens.words(folded)
    places = [leg.place(word_key(word)) for word in words]
    idf = {place: weigh(place) for place in places if place >= 0}
    content = {word: place for place, word in zip(places, words, strict=True) if word not in ASKING}
    terms = list(dict.fromkeys(place for place in content.values() if place >= 0))[:_TERMS]
    mentioned = _Mentions({}, [], [], set())
    if names:
        mentioned = _mentioned(names, folded[:_LONGEST_FOR_NAMES], terms)
    # A word that is said apart from the mention, too, keeps its weight.
    kept = {place: PART for place in mentioned.parts if places.count(place) == 1}
    weight_of = {place: weight * kept.get(place, 1.0) for place, weight in idf.items()}
    weights = [weight_of[place] for place in terms]
    weights += mentioned.rarities
    named = {word for mention in mentioned.absent for word in content_of(mention)}
    other_than_named = folded
    for mention in mentioned.absent:
        other_than_named = other_than_named.replace(mention, " ")
    # What the index has under another name, or as part of a compound, is not missing.
    whole = [word for word, place in content.items() if place >= 0]
    missing = [word for word, place in content.items() if place < 0 and word not in named]
    unknown = sum(not any(word in other for other in whole) for word in missing) * leg.rarest
    pairs = [
        (one, other)
        for one, other in dict.fromkeys(itertools.pairwise(places))
        if one >= 0 and other >= 0
    ][:_TERMS]
    number_of = {place: number for number, place in enumerate(terms)}
    mentions = []
    for replaces, others in mentioned.found.items():
        assert names is not None  # noqa: S101 (there are mentions only then)
        columns: list[list[int]] = []
        for mention in others:
            columns += [
                [number_of.setdefault(term, len(number_of)) for term in name.terms]
                for name in names.known(mention).others
            ]
        most = sum(weights[i] for i in replaces)
        share = EXPANDED if replaces[0] < len(terms) else ABSENT
        found = names.scores(tuple(others), most)
        mentions.append(Mentioned(replaces, tuple(columns), found, share))
    for pair in pairs:
        for place in pair:
            number_of.setdefault(place, len(number_of))
    pair_of = np.full((len(number_of), len(number_of)), len(pairs))
    for i, (one, other) in enumerate(pairs):
        pair_of[number_of[one], number_of[other]] = i
    bigrams = dict.fromkeys(
        map(index.bigrams.place, map(bigram_key, tokens.bigrams(other_than_named)))
    )
    telling = _telling(leg, idf)
    return Question(
        words=telling,
        shares=np.asarray([kept.get(place, 1.0) for place in telling.tolist()], dtype=np.float32),
        bigrams=_telling(index.bigrams, [place for place in bigrams if place >= 0]),
        terms=_array(terms),
        weights=np.asarray(weights),
        total=sum(weights[: len(terms)]) + ABSENT * sum(weights[len(terms) :]) + unknown,
        every=_array(number_of),
        pairs=pairs,
        pair_of=pair_of,
        pair_weights=np.asarray([weight_of[one] + weight_of[other] for one, other in pairs]),
        mentions=tuple(mentions),
        wanted=wanted(folded.lower()),
    )


class _Mentions(NamedTuple):
    """What a question mentions that has other words.

    Attributes:
        found: The mentions of a thing, by the numbers of the words that they stand for.
        rarities: The weights, to follow those of the terms, of what no passage has as it is said.
        absent: The mentions of that.
        parts: Places of words that only they have.
    """

    found: dict[tuple[int, ...], list[str]]
    rarities: list[float]
    absent: list[str]
    parts: set[int]


def _mentioned(names: Names, folded: str, terms: list[int]) -> _Mentions:
    number_of = {place: number for number, place in enumerate(terms)}
    result = _Mentions({}, [], [], set())
    done: set[tuple[tuple[int, ...], ...]] = set()
    whole: set[int] = set()
    for mention in names.mentions(folded):
        name = names.known(mention)
        if not name.others:
            continue
        own = name.own.tolist()
        if name.whole:
            whole.update(own)
        else:
            result.parts.update(own)
        replaces = tuple(sorted({number_of[place] for place in own if place in number_of}))
        if not (replaces and name.whole):
            terms_of = tuple(other.terms for other in name.others)
            if terms_of in done:
                continue  # 腎機能が悪 inside 腎機能が悪い
            done.add(terms_of)
            result.absent.append(mention)
            result.rarities.append(name.rarity)
            replaces = (len(terms) + len(result.rarities) - 1,)
        result.found.setdefault(replaces, []).append(mention)
    result.parts.difference_update(whole)
    return result


def _telling(leg: Leg, places: Collection[int]) -> NDArray[np.int64]:
    """The terms that are not common; all of them, where all are."""
    most = max(FEW, COMMON * leg.passages)
    return _array([place for place in places if leg.frequency(place) <= most] or places)


def _array(numbers: Collection[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, dtype=np.int64, count=len(numbers))
