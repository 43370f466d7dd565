"""Extractive: an answer without a model, from sentences of the passages as they stand.

It chooses sentences that answer, not sentences that merely match: the words of the question must be
found in a sentence or in what stands over it (heading, clinical question, title). A recommendation is
given whole, with its grade and its exceptions, because it is wrong without them. Nothing is rewritten:
a marker is inserted, and the layout of the page (list bullets, line breaks) is left behind. When the
evidence does not reach the question, it abstains.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from medrag.documents import grades
from medrag.errors import Notice
from medrag.generation.draft import Delta, Draft, Mode
from medrag.generation.question import Part, Wants, read
from medrag.japanese.normalize import fold
from medrag.japanese.tokens import words
from medrag.retrieval.retriever import Hit

#: Share of the question's weight that a sentence and what stands over it must hold.
REACH = 0.5
#: What a word counts when it stands over the sentence and not in it.
OVER = 0.7
#: Sentences beside a recommendation or the best sentence, for each part of the question.
FURTHER = 2

EXTRACTIVE = Notice(
    code="extractive",
    message="No language model wrote this answer: it consists of sentences of the cited passages.",
)
NO_ANSWER = {
    "ja": "該当する記載は、検索した文書の中に見つかりませんでした。",
    "en": "No statement that answers the question was found in the documents searched.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """A sentence or a table row of a hit.

    Attributes:
        number: Of the hit.
        position: Within the passage.
        text: Verbatim but for layout.
        own, over: Words of the sentence, and of what stands over it.
    """

    number: int
    position: int
    text: str
    own: frozenset[str]
    over: frozenset[str]
    graded: bool


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
        units = [unit for number, hit in enumerate(hits, start=1) for unit in _units(number, hit)]
        chosen: dict[tuple[int, int], _Unit] = {}
        for part in read(question):
            for unit in _choose(part, units, hits):
                chosen.setdefault((unit.number, unit.position), unit)
        if not chosen:
            language = "ja" if re.search(r"[ぁ-ヿ㐀-鿿]", question) else "en"
            return Draft(
                text=NO_ANSWER[language], mode=self.mode, abstained=True, notices=(EXTRACTIVE,)
            )
        text = "".join(cited(unit.text, unit.number) for unit in chosen.values())
        return Draft(text=text, mode=self.mode, notices=(EXTRACTIVE,))


def cited(sentence: str, number: int) -> str:
    """`sentence` with its marker before its full stop, and a full stop if it had none.

    What stands behind the full stop and belongs to it, such as 〔弱い推奨〕, stays behind it.
    """
    body = sentence.rstrip()
    stops = [match for match in _STOP.finditer(body) if _ENDS.match(body, match.end())]
    if not stops:
        return f"{body}[{number}]。"
    return f"{body[: stops[0].start()]}[{number}]{body[stops[0].start() :]}"


_STOP = re.compile(r"[。．！？!?]+|\.(?=\s|$)")
_ENDS = re.compile(
    r"\s*(?:[（(〔［\[【][^（()）〔〕]*(?:[（(][^（()）]*[)）][^（()）〔〕]*)*[)）〕］\]】]\s*)*$"
)


def _choose(part: Part, units: Sequence[_Unit], hits: Sequence[Hit]) -> list[_Unit]:
    """The units that answer a part, in the order in which they read; none if nothing reaches it."""
    total = sum(part.weights.values())
    if not total:
        return []
    scored = [(unit, _score(part, unit, hits[unit.number - 1]) / total) for unit in units]
    best, score = max(scored, key=lambda pair: (pair[1], -pair[0].number), default=(None, 0.0))
    if best is None or score < REACH:
        return []
    chosen = _whole(best, units, hits)
    taken = {(unit.number, unit.position) for unit in chosen}
    further = [
        (unit, score_)
        for unit, score_ in scored
        if (unit.number, unit.position) not in taken and not unit.graded and score_ > 0.9 * score
    ]
    further.sort(key=lambda pair: -pair[1])
    return chosen + [unit for unit, _ in further[:FURTHER]]


def _whole(best: _Unit, units: Sequence[_Unit], hits: Sequence[Hit]) -> list[_Unit]:
    """A recommendation with its grade and exceptions; any other sentence alone."""
    if hits[best.number - 1].passage.kind != "recommendation":
        return [best]
    return [unit for unit in units if unit.number == best.number]


def _score(part: Part, unit: _Unit, hit: Hit) -> float:
    score = sum(
        weight * (1.0 if word in unit.own else OVER if word in unit.over else 0.0)
        for word, weight in part.weights.items()
    )
    if hit.edition_status == "superseded":
        score *= 0.8
    if hit.passage.kind in {"references", "contents"}:
        score *= 0.3
    if Wants.QUANTITY in part.wants and re.search(r"[0-9]", fold(unit.text)):
        score *= 1.1
    if hit.passage.kind == "recommendation" and not unit.graded:
        score *= 1.1
    return score


_LAYOUT = re.compile(r"^\s*(?:[-*+•◦・※]\s+|[•・※]|>\s*|#{1,6}\s+)|\*\*")
_BREAK = re.compile(r"(?<=[^\x00-\x7f])[ \t]*\n\s*(?=[^\x00-\x7f])")


def _units(number: int, hit: Hit) -> list[_Unit]:
    passage = hit.passage
    over = frozenset(words(" ".join((hit.title, *passage.section))))
    units = []
    for position, span in enumerate(passage.sentences):
        raw = passage.text[span.start - passage.start : span.end - passage.start]
        if _structural(raw):
            continue
        text = " ".join(_BREAK.sub("", _LAYOUT.sub("", raw)).split())
        units.append(
            _Unit(
                number=number,
                position=position,
                text=text,
                own=frozenset(words(text)),
                over=over,
                graded=bool(grades.find(text)) and len(text) < 60,
            )
        )
    return units


def _structural(raw: str) -> bool:
    """Whether it is a heading, a label or a rule of a table, which say nothing by themselves."""
    return bool(
        re.fullmatch(r"\s*(?:#{1,6}\s.*|\*\*[^*]*\*\*|\|?[\s:|-]+\|?|[0-9]+[.．]|[•・※-])\s*", raw)
    )
