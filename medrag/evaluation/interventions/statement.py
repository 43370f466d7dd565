"""A statement of a passage, and what changing one place of it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from medrag.japanese.lexicon import default_lexicon
from medrag.japanese.normalize import fold, normalize

Label = Literal["supported", "unsupported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence that a passage states.

    Attributes:
        text: The sentence on one line.
        context: The passage: an alteration may say nothing that the passage says too.
        strength, certainty: Of the recommendation that the passage holds, as written; "" if none.
        strengths, certainties: The values that its document uses.
        complete: False for a recommendation without the exceptions that its passage attaches.
        directive: Whether the passage is a recommendation.
    """

    text: str
    context: str
    strength: str = ""
    certainty: str = ""
    strengths: tuple[str, ...] = ()
    certainties: tuple[str, ...] = ()
    complete: bool = True
    directive: bool = False

    def says(self, words: str) -> bool:
        """Whether the passage has these words, white space and width aside."""
        return squeeze(words) in squeeze(self.context) or squeeze(words) in squeeze(self.text)

    def replaced(self, kind: str, start: int, end: int, replacement: str) -> Variant:
        """The statement with one place changed."""
        text = self.text[:start] + replacement + self.text[end:]
        return Variant(kind=kind, text=text, start=start, end=end, replacement=replacement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A statement with one place changed.

    Attributes:
        kind: Which alteration or rewriting made it.
        start, end: Code points of the statement that were replaced, half open.
        replacement: What stands there now: `text[start:start + len(replacement)]`.
    """

    kind: str
    text: str
    start: int
    end: int
    replacement: str


#: Every way to change one thing of a statement, in the order of its text; none where none is safe.
Change = Callable[[Statement], Iterator[Variant]]


class Term(NamedTuple):
    """A word of the lexicon in a statement: its span there, and the key of what it names."""

    start: int
    end: int
    form: str
    canonical: str
    sources: frozenset[str]


def terms(text: str) -> tuple[Term, ...]:
    """The words of the lexicon in a text, with spans of the text as given."""
    return _terms(text)


@lru_cache(maxsize=4096)
def _terms(text: str) -> tuple[Term, ...]:
    lexicon, normalized = default_lexicon(), normalize(text)
    found = []
    for mention in lexicon.find(normalized.text):
        span = normalized.original(mention.start, mention.end)
        groups = [lexicon.groups[index] for index in mention.group_ids]
        found.append(
            Term(
                span.start,
                span.end,
                mention.form,
                lexicon.canonical(mention.form),
                frozenset(group.source for group in groups if group.relation != "antonym"),
            )
        )
    return tuple(found)


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """NFKC without white space: how wordings are compared."""
    return re.sub(r"\s", "", fold(text))
