"""The abbreviations that the documents of an index define, and the other names that they give a name.

Each document's own stand in its line of `abbreviations.jsonl`, so that an update carries them over
as it does the rest. Counted over all documents when first asked for, in what most of them mean by
a short form: a few hundred in ten thousand encyclopedic paragraphs, a dozen in a guideline.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from medrag.japanese import abbreviations
from medrag.japanese.normalize import fold

#: Of the meanings of one short form, those that the most documents give it. A bound on what a short
#: form that means something else in each document can add to a question, not a measured choice.
_MEANINGS = 3


def line(sentences: Iterable[str]) -> bytes:
    """What the sentences of a document define, as its line; none for a document without any."""
    found = dict.fromkeys(one for text in sentences for one in abbreviations.find(text))
    return json.dumps(list(found), ensure_ascii=False).encode() + b"\n" if found else b""


class Abbreviations:
    """Names that stand for each other.

    Args:
        lines: What `line` gave for every document, joined.
    """

    def __init__(self, lines: bytes) -> None:
        documents: Counter[tuple[str, str]] = Counter()
        for content in lines.splitlines():
            documents.update((short, long) for short, long in json.loads(content))
        self._names: dict[str, list[str]] = {}
        self._beginnings: dict[str, list[str]] = {}
        for (short, long), _ in sorted(documents.items(), key=lambda one: (-one[1], one[0])):
            for name, other in ((short, long), (long, short)):
                self._names.setdefault(_key(name), []).append(other)
        for name in sorted(self._names, key=lambda one: (-len(one), one)):
            self._beginnings.setdefault(name[:2], []).append(name)

    def others(self, name: str) -> list[str]:
        """The other names of a name, those of most documents first."""
        return self._names.get(_key(name), [])[:_MEANINGS]

    def find(self, text: str) -> list[str]:
        """The names that stand in a text, in order, the longest at each place."""
        folded = _key(text)
        found = []
        for place in range(len(folded) - 1):
            for name in self._beginnings.get(folded[place : place + 2], ()):
                if folded.startswith(name, place) and not _inside(folded, place, len(name)):
                    found.append(name)
                    break
        return found


def _inside(text: str, start: int, length: int) -> bool:
    """Whether a word in letters goes on before or after: CKD is not in CKDX."""
    first, last = text[start], text[start + length - 1]
    before, after = text[:start][-1:], text[start + length :][:1]
    return (_letter(before) and _letter(first)) or (_letter(after) and _letter(last))


def _letter(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _key(name: str) -> str:
    return fold(name).lower()
