"""Extractive: an answer without a model, from sentences of the passages as they stand.

It chooses sentences that answer, not sentences that merely match: what the question names must be
found in a sentence or in what stands over it (heading, clinical question, title). A recommendation is
given whole, with its grade and its exceptions, because it is wrong without them. Nothing is rewritten:
a marker is inserted, and the layout of the page (list bullets, line breaks) is left behind. When the
evidence does not reach the question, it abstains.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from medrag.errors import Notice
from medrag.generation.draft import Delta, Draft, Mode
from medrag.generation.evidence import Unit, units_of
from medrag.generation.prompt import Language, language_of
from medrag.generation.question import Part, Wants, read
from medrag.generation.terms import LAY, PARTS, Term, restrictions
from medrag.japanese.normalize import fold
from medrag.retrieval.retriever import Hit

#: What a term counts where it stands over the sentence, or beside it in the passage.
OVER, NEAR = 0.8, 0.45
#: What it counts more where it stands both in the sentence and over it.
BOTH = 0.1
#: Share of the question's weight that the best sentence must meet.
REACH = 0.55
#: A sentence is added for what the chosen ones leave open only if it scores this share of the best.
ALSO = 0.6
#: Or if it is about as good as the best.
EQUAL = 0.95
#: What it must add to be added for that.
GAIN = 0.35
#: A neighbour of the best sentence reads on from it, if it scores this share of the best.
BESIDE = 0.6
#: Share of what the question is about (drugs, diseases, tests) that must be met at all.
ENTITIES = 0.66
#: What an unmet word counts in a question whose lay words are met.
FOREIGN = 0.6
#: A word that is not found is read as one that is, from this length and likeness on (difflib).
SHORTEST_MISSPELT, RESEMBLANCE = 5, 0.75
#: Units for each part of a question, a recommendation counting as one.
MOST = 3

EXTRACTIVE = Notice(
    code="extractive",
    message="No language model wrote this answer: it consists of sentences of the cited passages.",
)
NO_ANSWER: dict[Language, str] = {
    "ja": "該当する記載は、検索した文書の中に見つかりませんでした。",
    "en": "No statement that answers the question was found in the documents searched.",
}


class Extractive:
    """A Generator that quotes."""

    mode: Mode = "extractive"

    async def stream(
        self, question: str, hits: Sequence[Hit]
    ) -> AsyncGenerator[Delta | Draft, None]:
        """See Generator.stream; never fails."""
        draft = self.write(question, hits)
        yield Delta(text=draft.text)
        yield draft

    def write(self, question: str, hits: Sequence[Hit]) -> Draft:
        """The draft, at once."""
        units = [unit for number, hit in enumerate(hits, start=1) for unit in units_of(number, hit)]
        chosen: dict[str, Unit] = {}
        notices = [EXTRACTIVE]
        vocabulary = frozenset().union(*(unit.own | unit.over for unit in units))
        for part in read(question):
            part_, misspelt = _respelt(part, vocabulary)
            notices += misspelt
            for unit in _choose_each(part_, units):
                chosen.setdefault(unit.text, unit)
        if not chosen:
            return Draft(
                text=NO_ANSWER[language_of(question)],
                mode=self.mode,
                abstained=True,
                notices=tuple(notices),
            )
        text = _join([cited(unit.text, unit.number) for unit in chosen.values()])
        return Draft(text=text, mode=self.mode, notices=tuple(notices))


def _respelt(part: Part, vocabulary: frozenset[str]) -> tuple[Part, list[Notice]]:
    """The part with unknown words read as the words of the passages that they resemble.

    Only words that the lexicon does not know: a drug's name may resemble another drug's.
    """
    terms: list[Term] = []
    notices: list[Notice] = []
    for term in part.terms:
        close: list[str] = []
        if not term.known and len(term.text) >= SHORTEST_MISSPELT and not term.met_by(vocabulary):
            close = get_close_matches(term.text, vocabulary, n=1, cutoff=RESEMBLANCE)
        if close:
            terms.append(replace(term, keys={**term.keys, close[0]: LAY}))
            notices.append(
                Notice(code="read_as", message=f"「{term.text}」 was read as 「{close[0]}」.")
            )
        else:
            terms.append(term)
    return replace(part, terms=tuple(terms)), notices


def cited(sentence: str, number: int) -> str:
    """`sentence` with its marker before its full stop, and a full stop if it had none.

    What stands behind the full stop and belongs to it, such as 〔弱い推奨〕, stays behind it.
    """
    body = sentence.rstrip()
    stops = [match for match in _STOP.finditer(body) if _ENDS.match(body, match.end())]
    if not stops:
        return f"{body}[{number}]" + ("." if body.isascii() else "。")
    return f"{body[: stops[0].start()]}[{number}]{body[stops[0].start() :]}"


_STOP = re.compile(r"[。．！？!?]+|\.(?=\s|$)")
_ENDS = re.compile(
    r"\s*(?:[（(〔［\[【][^（()）〔〕]*(?:[（(][^（()）]*[)）][^（()）〔〕]*)*[)）〕］\]】]\s*)*$"
)


def _join(sentences: Sequence[str]) -> str:
    """Japanese sentences stand side by side, English ones a space apart."""
    text = ""
    for sentence in sentences:
        text += (" " if text and text[-1].isascii() and sentence[0].isascii() else "") + sentence
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    unit: Unit
    score: float
    coverage: float  # share of the part's weight that is met
    met: tuple[float, ...]  # for each term of the part


def _choose_each(part: Part, units: Sequence[Unit]) -> list[Unit]:
    """As `_choose`; where drugs are named side by side and no sentence directs about all, for each."""
    together = [part.terms[place] for place in part.either]
    whole = _choose(part, units)
    said = whole[:1]
    if not together or any(
        not unit.reports and all(term.met_by(unit.own) >= LAY for term in together) for unit in said
    ):
        return whole
    chosen: list[Unit] = []
    for one in together:
        others = [term for term in together if term is not one]
        alone = replace(part, terms=tuple(term for term in part.terms if term not in others))
        chosen += _choose(alone, units)
    return chosen or whole


def _choose(part: Part, units: Sequence[Unit]) -> list[Unit]:
    """The units that answer a part, in the order in which they read; none if nothing reaches it."""
    scored = sorted(
        (_scored(part, unit) for unit in units),
        key=lambda one: (-one.score, one.unit.number, one.unit.position),
    )
    reaching = [one for one in scored if _reaches(part, one)]
    if not reaching:
        return []
    best = reaching[0]
    blocks = [_block(best, scored, units)]
    open_ = [1.0 - met for met in best.met]
    for one in reaching[1:]:
        if len(blocks) == MOST:
            break
        if any(one.unit in block for block in blocks) or one.unit.grade:
            continue
        if _superseded(one.unit) != _superseded(best.unit) and not _compares(part):
            continue
        gain = sum(
            term.weight * min(left, met)
            for term, left, met in zip(part.terms, open_, one.met, strict=True)
        )
        equal = one.score >= EQUAL * best.score and _same_document(one.unit, best.unit)
        if equal or (one.score >= ALSO * best.score and gain > GAIN):
            blocks.append(_block(one, scored, units))
            open_ = [min(left, 1.0 - met) for left, met in zip(open_, one.met, strict=True)]
    return [unit for block in blocks for unit in block]


def _block(best: _Scored, scored: Sequence[_Scored], units: Sequence[Unit]) -> list[Unit]:
    """A recommendation with its grade and exceptions; another sentence with what goes on from it."""
    number, position = best.unit.number, best.unit.position
    if best.unit.hit.passage.kind == "recommendation":
        return [unit for unit in units if unit.number == number]
    if best.unit.row:
        return [best.unit]
    beside = [
        one.unit
        for one in scored
        if one.unit.number == number
        and abs(one.unit.position - position) <= 1
        and (one.unit is best.unit or one.score >= BESIDE * best.score)
    ]
    return sorted(beside, key=lambda unit: unit.position)


def _reaches(part: Part, one: _Scored) -> bool:
    if one.coverage < REACH:
        return False
    passage = one.unit.hit.passage
    said = passage.text if passage.kind == "recommendation" else one.unit.text
    if part.unit is not None and not part.unit.search(fold(said)):
        return False
    # Most of what the question is about must at least stand in the passage or over it.
    entities = [
        (term.weight, met) for term, met in zip(part.terms, one.met, strict=True) if term.entity
    ]
    total = sum(weight for weight, _ in entities)
    return sum(weight for weight, met in entities if met > 0) >= ENTITIES * total


def _scored(part: Part, unit: Unit) -> _Scored:
    exact = Wants.QUANTITY in part.wants
    met = tuple(_met(term, unit, exact=exact) for term in part.terms)
    covered = scored = total = 0.0
    lay = any(term.lay and share >= LAY for term, share in zip(part.terms, met, strict=True))
    for term, share in zip(part.terms, met, strict=True):
        # A lay question is full of words that no guideline has; those the lexicon knows still count.
        foreign = lay and not share and not (term.known or term.entity)
        total += term.weight * (FOREIGN if foreign else 1.0)
        covered += term.weight * min(share, 1.0)
        scored += term.weight * share
    total = total or 1.0
    score = scored / total * _fitness(part, unit)
    return _Scored(unit=unit, score=score, coverage=covered / total, met=met)


def _met(term: Term, unit: Unit, *, exact: bool) -> float:
    """How well the unit meets the term, by itself or by what stands over or beside it.

    Args:
        exact: A class of drugs does not stand for one drug, nor one drug for another.
    """
    own, over, near = (term.met_by(keys) for keys in (unit.own, unit.over, unit.near))
    if term.drug and (exact or unit.row):
        own, over, near = (met if met >= LAY else 0.0 for met in (own, over, near))
    if term.entity and unit.row:
        near = 0.0  # another row speaks of another drug
    both = BOTH * min(own, over)  # in the sentence, and what its section is about
    return max(own, OVER * over, NEAR * near) + both


def _same_document(one: Unit, other: Unit) -> bool:
    return one.hit.passage.document_id == other.hit.passage.document_id


def _compares(part: Part) -> bool:
    return Wants.CHANGE in part.wants or len(part.editions) > 1


def _superseded(unit: Unit) -> bool:
    return unit.hit.edition_status == "superseded"


_DIGIT = re.compile(r"[0-9０-９]")
_FORBIDS = re.compile(r"禁忌|ない|避け|控え|中止|not |avoid|contraindicat", re.IGNORECASE)


def _fitness(part: Part, unit: Unit) -> float:
    """How well the kind of the sentence suits the kind of answer that is wanted."""
    factor = 1.0
    if part.editions:
        label = fold(f"{unit.hit.title} {unit.hit.edition}")
        factor *= 1.1 if any(edition in label for edition in part.editions) else 0.7
    elif _superseded(unit) and not _compares(part):
        factor *= 0.75
    if restrictions(unit.text) - restrictions(part.text + " ".join(t.text for t in part.terms)):
        factor *= 0.8
    if Wants.QUANTITY in part.wants and not _DIGIT.search(unit.text):
        factor *= 0.8
    if Wants.CONTRAINDICATION in part.wants and not _FORBIDS.search(unit.text):
        factor *= 0.85
    if unit.reports and Wants.REASON not in part.wants:
        factor *= 0.8
    if part.unit is not None and not part.unit.search(fold(unit.text)):
        factor *= 0.8
    if unit.row:
        factor *= 1.25 if Wants.DOSE in part.wants else 1.0
        if not any(term.met_by(unit.subject) >= PARTS for term in part.terms):
            factor *= 0.7
    if unit.grade:
        factor *= 1.1 if Wants.STRENGTH in part.wants else 0.6
    elif unit.directs:
        factor *= 1.2 if Wants.DIRECTIVE in part.wants else 1.05
    return factor
