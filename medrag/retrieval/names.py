"""Names: other words for what a question mentions, as far as the index has them.

The lexicon's other words for a mention (慢性腎臓病 for CKD, 腹痛 for お腹が痛い, either of them in
English) and the abbreviations that the indexed documents define themselves find passages that
share no word with the question. What is known of a mention is remembered: looking it up takes
longer than all the rest of taking a question apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index
from medrag.index.lexical import Scores
from medrag.index.terms import word_key
from medrag.japanese import tokens
from medrag.japanese.lexicon import Lexicon
from medrag.japanese.normalize import fold
from medrag.retrieval.topics import Weigh, factors

_ASKING = """
何 何れ どの どこ 何処 いつ 何時 誰 だれ なに なん どれ どちら どう どんな いくつ いくら 幾つ なぜ 何故 いかが 如何
する 為る なる 成る ある 有る いる 居る こと 事 もの 物 者 の よう 様 いう 言う 呼ぶ できる 出来る ため 為
さん これ それ その この あの そう 名 名前 教える 下さる くださる 良い よい いい 場合 際 時 とき つい 就く よる
行う 用いる 使う 使える 使用 可能 べき 人 方 ほう 思う 知る 分かる わかる 大丈夫 良い 駄目 だめ いく つ how why where much many give given
"""
#: Words that say what kind of answer is wanted, or hardly anything.
ASKING = frozenset(_ASKING.split())

#: What an expansion keeps of the weight of the words that it stands for. At .5 a passage that has
#: only the other word never scores more than one that has the word itself as often. RR@10 .9477 at
#: 0, .9497 at .3, .9500 at .5, .9492 at .7; first hits .753, .763, .774, .785 (weights.py).
EXPANDED = 0.5
#: The same where no passage has the name that was used: there is nothing that they could outrank.
#: Names of the lexicon that five small corpora have only under another name (1,974): first hit with
#: that one .565 at .5, .640 at .8, .684 at 1, among eight .805, .877, .909; evidence of 268 questions
#: .955, .955, .959; RR@10 .9544 at all of them.
ABSENT = 1.0
# Other words for a mention: 2 and 12 are no different (RR@10 .9547 and .9546), so that this bounds time.
_EXPANSIONS = 6
# Mentions of a question: at 4 the evidence among eight hits falls from .957 to .946, 40 change nothing.
_MENTIONS = 12
# Mentions that are remembered: a lexicon has a few thousand that occur.
_REMEMBERED = 1 << 12
# Of those whose passages are: in the mean .3 bytes a passage of the index each, 160 in all.
_SCORED = 1 << 9


class Expansion(NamedTuple):
    """Other words for a part of the question.

    Attributes:
        terms: Its own words, places in the vocabulary.
        weight: What these weigh together.
        relation: same, spelling, brand, lay, class, abbreviation: why it is one.
    """

    terms: tuple[int, ...]
    weight: float
    relation: str


class Name(NamedTuple):
    """What an index and a lexicon know of a mention.

    Attributes:
        content: Its words.
        own: Places of those that the index has.
        whole: Whether some passage has all of them.
        others: Other words for it; what they replace is for the question to say.
        rarity: The idf of what stands wherever one of the others does.
    """

    content: tuple[str, ...]
    own: NDArray[np.int64]
    whole: bool
    others: tuple[Expansion, ...]
    rarity: float


class Names:
    """Looks up the mentions of questions, and remembers them.

    Args:
        weigh: What each word weighs.
    """

    def __init__(self, index: Index, lexicon: Lexicon, *, weigh: Weigh) -> None:
        self._index = index
        self._lexicon = lexicon
        self._weigh = weigh
        self.known = lru_cache(maxsize=_REMEMBERED)(self._known)
        self.scores = lru_cache(maxsize=_SCORED)(self._scores)
        self._inside = lru_cache(maxsize=_REMEMBERED)(self._mentions_inside)

    def mentions(self, folded: str) -> list[str]:
        """The mentions in a text, and the shorter ones inside them (CKD in CKD患者)."""
        found: dict[str, None] = {}
        for mention in self._lexicon.find(folded):
            whole = folded[mention.start : mention.end]
            found[whole] = None
            found.update(dict.fromkeys(self._inside(whole)))
        found.update(dict.fromkeys(self._index.abbreviations.find(folded)))
        return list(found)[:_MENTIONS]

    def _mentions_inside(self, whole: str) -> tuple[str, ...]:
        """Those that it begins with, one after another: 小児 and 喘息 in 小児喘息患者, but no
        ステロイド in 非ステロイド性抗炎症薬.
        """
        found = []
        for cut in (1, 2, 3):
            end = 0
            for inner in self._lexicon.find(whole[:-cut]):
                if inner.start == end and inner.end - inner.start > 1:
                    found.append(whole[inner.start : inner.end])
                    end = inner.end
        return tuple(found)

    def _known(self, mention: str) -> Name:
        """A mention; `known` remembers."""
        words = self._index.words
        content = _words(mention)
        own = words.find(map(word_key, content))
        others = self._others(mention, own)
        # blood, pressure and target stand somewhere, but nothing is about all three.
        whole = len(own) == len(content) and (len(own) < 2 or len(words.together(own)) > 0)
        rarity = 0.0
        if others:
            # What it names is as rare as the passages that name it in any of these ways are.
            rows = [words.together(np.asarray(other.terms)) for other in others]
            rarity = words.rarity(len(np.unique(np.concatenate(rows))))
        return Name(content, own, whole, others, rarity)

    def _scores(self, mentions: tuple[str, ...], most: float) -> Scores:
        """What the other words for one thing add to each passage; `scores` remembers.

        What several of the names say counts as what the best of them says.

        Args:
            mentions: Those of it in the question, each of which has other words.
            most: What they may weigh together.
        """
        others = [other for mention in mentions for other in self.known(mention).others]
        found = [self._found(other, most) for other in others]
        rows, place = np.unique(np.concatenate([one.rows for one in found]), return_inverse=True)
        best = np.zeros(len(rows), dtype=np.float32)
        np.maximum.at(best, place, np.concatenate([one.scores for one in found]))
        return Scores(rows, best)

    def _found(self, other: Expansion, most: float) -> Scores:
        """The passages that have all words of another name: half of a name is another name."""
        terms, words = np.asarray(other.terms), self._index.words
        rows = words.together(terms)
        own = words.postings_of(terms, factors(terms, self._index, self._weigh))
        place = np.minimum(np.searchsorted(rows, own.rows), max(len(rows) - 1, 0))
        there = rows[place] == own.rows if len(rows) else np.zeros(len(own.rows), dtype=np.bool_)
        scores = np.bincount(place[there], own.scores[there], len(rows))
        return Scores(rows, (scores * min(1.0, most / other.weight)).astype(np.float32))

    def _others(self, mention: str, own: NDArray[np.int64]) -> tuple[Expansion, ...]:
        """Other words for a mention, of which the index has all; for a name that it does not have
        in any writing, its class: what holds of every ARB holds of this one.
        """
        lexicon = self._lexicon
        synonyms = lexicon.synonyms(mention, ambiguous=True)
        forms = [(synonym.form, str(synonym.relation)) for synonym in synonyms]
        forms += [(form, "abbreviation") for form in self._index.abbreviations.others(mention)]
        found = self._indexed(forms, own)
        if not found and not len(own):
            classes = [(form, "class") for form in lexicon.classes_of(mention)]
            for form, _ in classes[:1]:
                classes += [(one.form, "class") for one in lexicon.synonyms(form)]
            found = self._indexed(classes, own)
        return tuple(found[:_EXPANSIONS])

    def _indexed(self, forms: Iterable[tuple[str, str]], own: NDArray[np.int64]) -> list[Expansion]:
        """The forms that the index has whole: half of a name is another name."""
        found: dict[tuple[int, ...], Expansion] = {}
        for form, relation in forms:
            content = _words(form)
            places = self._index.words.find(map(word_key, content))
            if len(content) == len(places) > 0 and not set(places.tolist()) <= set(own.tolist()):
                terms = tuple(places.tolist())
                weight = sum(map(self._weigh, terms))
                found.setdefault(terms, Expansion(terms, weight, relation))
        return list(found.values())


@lru_cache(maxsize=1 << 16)
def content_of(form: str) -> tuple[str, ...]:
    """The different words of a name, without those that only ask."""
    return tuple(word for word in dict.fromkeys(tokens.words(form)) if word not in ASKING)


def _words(form: str) -> tuple[str, ...]:
    """The words that a passage with this name has.

    A name in katakana that the dictionary does not have is cut here so and there otherwise; the
    whole of it is a word beside its parts everywhere.
    """
    content, whole = content_of(form), fold(form).lower()
    return (whole,) if whole in content else content
