"""What a question asks, as the index sees it: words, pairs of words, bigrams, and other words for them.

Words that only ask (何, どの, いつ, 教えて) count for BM25, where their weight is their rarity, but
not for coverage: a passage need not contain them to answer. The lexicon's other words for a
mention (慢性腎臓病 for CKD, 腹痛 for お腹が痛い, either of them in English) find passages that share
no word with the question; an expansion counts for less than the words that were used (`EXPANDED`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index
from medrag.index.terms import bigram_keys, word_keys
from medrag.japanese import tokens
from medrag.japanese.lexicon import Lexicon
from medrag.japanese.normalize import fold
from medrag.retrieval.topics import Weigh

_ASKING = """
何 何れ どの どこ 何処 いつ 何時 誰 だれ なに なん どれ どちら どう どんな いくつ いくら 幾つ なぜ 何故 いかが 如何
する 為る なる 成る ある 有る いる 居る こと 事 もの 物 者 の よう 様 いう 言う 呼ぶ できる 出来る ため 為
さん これ それ その この あの そう 名 名前 教える 下さる くださる 良い よい いい 場合 際 時 とき つい 就く よる
行う 用いる 使う 使える 使用 可能 べき 人 方 ほう 思う 知る 分かる わかる 大丈夫 良い 駄目 だめ いく つ how why where much many give given
"""
#: Characters of a question that are read; what follows could only blur it, and takes time.
LONGEST = 10_000

#: Words that say what kind of answer is wanted, or hardly anything.
ASKING = frozenset(_ASKING.split())

#: What an expansion keeps of the weight of the words that it stands for. At .5 a passage that has
#: only the other word never scores more than one that has the word itself as often. RR@10 .9477 at
#: 0, .9497 at .3, .9500 at .5, .9492 at .7; first hits .753, .763, .774, .785 (weights.py).
EXPANDED = 0.5
_EXPANSIONS = 6
_MENTIONS = 12
_TERMS = 256


class Expansion(NamedTuple):
    """Other words for a part of the question.

    Attributes:
        replaces: Numbers (in `Question.weights`) of the words that it stands for.
        terms: Its own words, places in the vocabulary.
        relation: same, spelling, brand, lay, class: why it is one.
    """

    replaces: tuple[int, ...]
    terms: NDArray[np.int64]
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in terms of one index.

    Attributes:
        words: Vocabulary places of its different words; unknown words are left out.
        word_weights: What each of them weighs.
        bigrams: Vocabulary places of its different bigrams.
        terms: Places of its different content words, in order.
        weights: idf of each of the terms; after them, of each mention that only expansions cover.
        total: What a passage could cover: all weights (of a mention, as an expansion covers it),
            and the idf of the words that the index does not have.
        pairs: Neighbouring words, as places: shape (n, 2).
        pair_weights: Of each pair, the idf of both words.
        expansions: Other words, for mentions of the lexicon.
    """

    words: NDArray[np.int64]
    word_weights: NDArray[np.float64]
    bigrams: NDArray[np.int64]
    terms: NDArray[np.int64]
    weights: NDArray[np.float64]
    total: float
    pairs: NDArray[np.int64]
    pair_weights: NDArray[np.float64]
    expansions: tuple[Expansion, ...]

    @property
    def known(self) -> bool:
        """Whether anything of it is in the index."""
        return bool(len(self.words) or len(self.bigrams) or self.expansions)


def analyse(text: str, index: Index, *, lexicon: Lexicon | None, weigh: Weigh) -> Question:
    """Take a question apart.

    Args:
        text: Any text.
        weigh: What each word weighs.
        lexicon: Where expansions come from; None for none.
    """
    text = text[:LONGEST]
    # A word that is said twice is not wanted twice as much.
    words = tokens.words(text)
    leg = index.words
    places = leg.places(word_keys(words))
    known = _distinct(places[places >= 0])
    word_weights = weigh(known)
    idf = dict(zip(known.tolist(), word_weights.tolist(), strict=True))
    content = dict.fromkeys(
        (place, word)
        for place, word in zip(places.tolist(), words, strict=True)
        if word not in ASKING
    )
    terms = [place for place, _ in content if place >= 0][:_TERMS]
    pairs = list(
        dict.fromkeys(
            (one, other)
            for one, other in zip(places.tolist(), places[1:].tolist(), strict=False)
            if one >= 0 and other >= 0
        )
    )[:_TERMS]
    weights = [idf[place] for place in terms]
    otherwise: list[str] = []
    expansions = _expansions(text, terms, weights, otherwise, index, lexicon) if lexicon else []
    # What the index has under another name, or as part of a compound, is not missing.
    named = {word for mention in otherwise for word in _content(mention)}
    whole = [word for place, word in content if place >= 0]
    named.update(word for _, word in content if any(word in other for other in whole))
    unknown = sum(place < 0 and word not in named for place, word in content) * leg.rarest
    return Question(
        words=known,
        word_weights=word_weights,
        bigrams=_distinct(index.bigrams.find(bigram_keys([text]).keys)),
        terms=np.asarray(terms, dtype=np.int64),
        weights=np.asarray(weights),
        total=sum(weights[: len(terms)]) + EXPANDED * sum(weights[len(terms) :]) + unknown,
        pairs=np.asarray(pairs, dtype=np.int64).reshape(-1, 2),
        pair_weights=np.asarray([idf[one] + idf[other] for one, other in pairs]),
        expansions=tuple(expansions),
    )


def _expansions(
    text: str,
    terms: list[int],
    weights: list[float],
    otherwise: list[str],
    index: Index,
    lexicon: Lexicon,
) -> list[Expansion]:
    """What the lexicon knows for the mentions in a question and is in the index.

    A mention that the index has only under another name gets a weight of its own at the end of
    `weights`, and stands in `otherwise`.
    """
    folded = fold(text[:_LONGEST_FOR_LEXICON])
    number_of = {place: number for number, place in enumerate(terms)}
    found: list[Expansion] = []
    done: set[tuple[tuple[int, ...], ...]] = set()
    for mention in _mentions(folded, lexicon):
        content = _content(mention)
        own = index.words.find(word_keys(content))
        replaces = tuple(sorted({number_of[place] for place in own.tolist() if place in number_of}))
        if len(own) < len(content) or (len(own) > 1 and not len(index.words.together(own))):
            # blood, pressure and target stand somewhere, but nothing is about all three.
            replaces = ()
        others = [
            other._replace(replaces=replaces) for other in _others(mention, own, index, lexicon)
        ]
        if others and not replaces:
            names = tuple(tuple(other.terms.tolist()) for other in others)
            if names in done:
                continue  # 腎機能が悪 inside 腎機能が悪い
            done.add(names)
            otherwise.append(mention)
            # What it names is as rare as the passages that name it in any of these ways are.
            named = [index.words.together(other.terms) for other in others]
            weights.append(float(index.words.rarity(len(np.unique(np.concatenate(named))))))
            others = [other._replace(replaces=(len(weights) - 1,)) for other in others]
        found.extend(others)
    return found


def _others(
    mention: str, own: NDArray[np.int64], index: Index, lexicon: Lexicon
) -> list[Expansion]:
    """Other words for a mention, of which the index has all; for a name that it does not have
    in any writing, its class: what holds of every ARB holds of this one.
    """
    synonyms = lexicon.synonyms(mention, ambiguous=True)
    forms = [(synonym.form, str(synonym.relation)) for synonym in synonyms]
    found = _indexed(forms, own, index)
    if not found and not len(own):
        classes = [(form, "class") for form in lexicon.classes_of(mention)]
        for form, _ in classes[:1]:
            classes += [(one.form, "class") for one in lexicon.synonyms(form)]
        found = _indexed(classes, own, index)
    return found[:_EXPANSIONS]


def _indexed(
    forms: Iterable[tuple[str, str]], own: NDArray[np.int64], index: Index
) -> list[Expansion]:
    """The forms that the index has whole: half of a name is another name."""
    found: dict[tuple[int, ...], Expansion] = {}
    for form, relation in forms:
        keys = word_keys(_content(form))
        places = index.words.find(keys)
        if len(keys) and len(places) == len(keys) and not set(places.tolist()) <= set(own.tolist()):
            found.setdefault(tuple(places.tolist()), Expansion((), places, relation))
    return list(found.values())


@lru_cache(maxsize=1 << 16)
def _content(form: str) -> tuple[str, ...]:
    return tuple(word for word in dict.fromkeys(tokens.words(form)) if word not in ASKING)


def _distinct(places: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.fromiter(dict.fromkeys(places.tolist()), dtype=np.int64)


_LONGEST_FOR_LEXICON = 2000


def _mentions(folded: str, lexicon: Lexicon) -> list[str]:
    """The mentions in a question, and the shorter ones inside them (CKD in CKD患者)."""
    found: dict[str, None] = {}
    for mention in lexicon.find(folded):
        whole = folded[mention.start : mention.end]
        found[whole] = None
        for cut in (1, 2, 3):
            inner = lexicon.find(whole[:-cut])
            found.update(
                dict.fromkeys(whole[m.start : m.end] for m in inner if m.end - m.start > 1)
            )
    return list(found)[:_MENTIONS]
