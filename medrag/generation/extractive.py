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
from dataclasses import replace
from difflib import get_close_matches

from medrag.errors import Notice
from medrag.generation.choice import choose
from medrag.generation.draft import Delta, Draft, Mode
from medrag.generation.evidence import Unit, units_of
from medrag.generation.prompt import Language, language_of
from medrag.generation.question import Part, read
from medrag.generation.terms import LAY, Term
from medrag.retrieval.retriever import Hit

#: A word that is not found is read as one that is, from this length and likeness on (difflib).
SHORTEST_MISSPELT, RESEMBLANCE = 5, 0.75

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
        unanswered: list[str] = []
        notices = [EXTRACTIVE]
        vocabulary = frozenset().union(*(unit.own | unit.over for unit in units))
        for part in read(question):
            part_, misspelt = _respelt(part, vocabulary)
            notices += misspelt
            found = choose(part_, units)
            chosen |= {unit.text: unit for unit in found if unit.text not in chosen}
            if not found:
                unanswered.append(part.text.strip())
        if not chosen:
            return Draft(
                text=NO_ANSWER[language_of(question)],
                mode=self.mode,
                abstained=True,
                notices=tuple(notices),
            )
        notices += [
            Notice(code="part_unanswered", message=f"Nothing was found for 「{asked}」.")
            for asked in unanswered
        ]
        languages = {unit.hit.language for unit in chosen.values()} - {language_of(question)}
        notices += [
            Notice(code="other_language", message=f"Quoted untranslated, language {language}.")
            for language in sorted(languages)
        ]
        text = _join(
            [
                cited(statement, unit.number)
                for unit in chosen.values()
                for statement in unit.statements
            ]
        )
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
            close = get_close_matches(term.text, sorted(vocabulary), n=1, cutoff=RESEMBLANCE)
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
