"""Extractive: an answer without a model, from sentences of the passages as they stand.

It chooses sentences that answer, not sentences that merely match: what the question names must be
found in a sentence or in what stands over it (heading, clinical question, title). A recommendation is
given whole, with its grade and its exceptions, because it is wrong without them. Nothing is rewritten:
a marker is inserted, and the layout of the page (list bullets, line breaks) is left behind. When the
evidence does not reach the question, it abstains.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from medrag.errors import Notice
from medrag.generation.asked import states
from medrag.generation.choice import choose
from medrag.generation.draft import Delta, Draft, Mode
from medrag.generation.evidence import Unit, forbids, units_of
from medrag.generation.keys import drugs_in
from medrag.generation.language import NOTHING_FOUND, WITHHELD, Language, language_of, notice
from medrag.generation.question import Part, read
from medrag.generation.spelling import respelt
from medrag.generation.terms import LAY, Term
from medrag.retrieval.retriever import Hit

#: A word that is not found is read as one that is, from this length and likeness on (difflib).
SHORTEST_MISSPELT, RESEMBLANCE = 5, 0.75


class Extractive:
    """A Generator that quotes."""

    mode: Mode = "extractive"

    async def stream(
        self, question: str, hits: Sequence[Hit]
    ) -> AsyncGenerator[Delta | Draft, None]:
        """See Generator.stream; never fails."""
        draft = await asyncio.to_thread(self.write, question, hits)
        yield Delta(text=draft.text)
        yield draft

    def write(self, question: str, hits: Sequence[Hit]) -> Draft:
        """The draft, at once."""
        language = language_of(question)
        units = units_of(hits)
        spelt = respelt(question, hits)
        chosen: dict[str, Unit] = {}
        unanswered: list[str] = []
        notices = [notice("extractive", language)]
        notices += [
            notice("read_as", language, written=one.written, read=one.read)
            for one in spelt.readings
        ]
        vocabulary = frozenset().union(*(unit.own | unit.over for unit in units))
        for part in read(spelt.question):
            part_, misspelt = _respelt(part, vocabulary, language)
            notices += misspelt
            found = choose(part_, units)
            for unit in found:  # said twice, quoted once; but a grade is that of its recommendation
                chosen.setdefault(f"{unit.number} {unit.text}" if unit.grade else unit.text, unit)
            unanswered += _unanswered(part_, found)
        quotes = list(_quotes(chosen.values()))
        shown = [quote for quote in quotes if quote.shown]
        if shown:
            notices += [notice("part_unanswered", language, asked=asked) for asked in unanswered]
        notices += _limited(quotes, language)
        if not shown:
            return Draft(
                text=(WITHHELD if quotes else NOTHING_FOUND)[language],
                mode=self.mode,
                abstained=True,
                notices=tuple(notices),
            )
        notices += _against(chosen.values(), language)
        others = {quote.hit.language for quote in shown} - {language}
        notices += [notice("other_language", language, language=other) for other in sorted(others)]
        text = _join([cited(quote.text, quote.number) for quote in shown])
        return Draft(text=text, mode=self.mode, notices=tuple(notices))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quote:
    """A statement that was chosen, and whether the right to quote its document covers it."""

    number: int
    text: str
    hit: Hit
    shown: bool


def _quotes(units: Iterable[Unit]) -> Iterable[_Quote]:
    """The statements of the units, in order.

    A document with a limit is quoted up to it, in whole sentences. After the first sentence that does
    not fit, nothing more of its passage is quoted: what follows may lean on it.
    """
    spent: dict[str, int] = {}
    closed: set[int] = set()
    for unit in units:
        document, limit = unit.hit.passage.document_id, unit.hit.quote_limit
        for statement in unit.statements:
            after = spent.get(document, 0) + len(statement)
            fits = limit is None or (after <= limit and unit.number not in closed)
            if fits:
                spent[document] = after
            else:
                closed.add(unit.number)
            yield _Quote(number=unit.number, text=statement, hit=unit.hit, shown=fits)


def _against(units: Iterable[Unit], language: Language) -> Iterator[Notice]:
    """For each recommendation that only its grade turns into one against (クラスIII), that it is one."""
    for unit in units:
        passage = unit.hit.passage
        if (
            passage.polarity == "against"
            and passage.strength is not None
            and unit.position == 0
            and not any(map(forbids, unit.statements))
        ):
            yield notice("against", language, said=unit.statements[0], grade=passage.strength.raw)


def _limited(quotes: Sequence[_Quote], language: Language) -> list[Notice]:
    """For each document that was not quoted in full, how much is missing."""
    hidden: dict[str, list[Hit]] = {}
    for quote in quotes:
        if not quote.shown:
            hidden.setdefault(quote.hit.passage.document_id, []).append(quote.hit)
    return [
        notice(
            "quote_limit",
            language,
            title=hits[0].title,
            limit=hits[0].quote_limit,
            left_out=len(hits),
        )
        for hits in hidden.values()
    ]


def _unanswered(part: Part, found: Sequence[Unit]) -> list[str]:
    """What of a part nothing was found for: all of it, or one of the things asked for in it."""
    if not found:
        return [part.text.strip()]
    if len(part.each) == 1:
        return []
    return [
        " ".join(filter(None, (aspect.wording for aspect in group)))
        for group in part.each
        if group[0].wording and not any(states(group, unit.text, unit.heading) for unit in found)
    ]


def _respelt(
    part: Part, vocabulary: frozenset[str], language: Language
) -> tuple[Part, list[Notice]]:
    """The part with unknown words read as the words of the passages that they resemble.

    Only words that the lexicon does not know: a drug's name may resemble another drug's.
    """
    terms: list[Term] = []
    notices: list[Notice] = []
    for term in part.terms:
        close: list[str] = []
        if not term.known and len(term.text) >= SHORTEST_MISSPELT and not term.met_by(vocabulary):
            close = get_close_matches(term.text, sorted(vocabulary), n=1, cutoff=RESEMBLANCE)
        if close:
            drug = bool(drugs_in(close[0]))  # and then the answer must be about that one
            keys = {**term.keys, close[0]: LAY}
            terms.append(
                replace(term, keys=keys, drug=drug, of_a_kind=drug, entity=drug or term.entity)
            )
            notices.append(notice("read_as", language, written=term.text, read=close[0]))
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
