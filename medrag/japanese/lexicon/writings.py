"""How words are compared, and in how many ways one is written.

Two words are one when their keys are equal: NFKC, casefolded, one kind of hyphen. Beyond that, a
`character` group (癌 and がん) gives every word that contains its head further writings, and a name
with middle dots is also written without them. A long word with several such parts would multiply:
it gets the first `_MOST` writings. A lay phrase (血圧が高い) is in a question hardly ever as a
dictionary has it, so it is also found by its stem: 血圧が高かった, 血圧の高い人.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING, Final
from unicodedata import is_normalized

from medrag.japanese.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from medrag.japanese.lexicon.groups import Group

_DASHES: Final = ("\u2010", "\u2013", "\u2212")
_MOST: Final = 8

# A phrase with a particle whose last kana inflects. Shorter stems would be other words' beginnings.
_PHRASE: Final = re.compile(r"(?=.{5})(.+[がをにで].+)[いうくぐすつぬぶむる]")


def key(term: str) -> str:
    """What a word is compared by: NFKC, casefolded, one kind of hyphen."""
    return cased_key(term).casefold()


def cased_key(term: str) -> str:
    """What a word of a cased group is compared by: `key` with its case kept."""
    return one_dash(fold(term))


def one_dash(text: str) -> str:
    """`text` with hyphen, en dash and minus sign as `-`, character for character."""
    if not text.isascii():
        for dash in _DASHES:
            text = text.replace(dash, "-")
    return text


def keys_of(groups: Sequence[Group]) -> list[list[str]]:
    """For each group the keys of its words in all their writings, the head's own first.

    A `character` group has none: its parts are no words.
    """
    # All words in one text, and NFKC only if it would change any: else it is half of the loading.
    text = "\n".join("\t".join((group.head, *group.forms)) for group in groups)
    text = one_dash((text if is_normalized("NFKC", text) else fold(text)).casefold())
    keys = [line.split("\t") for line in text.split("\n")]
    parts: dict[str, Sequence[str]] = {"・": ("・", "")}
    for group, words in zip(groups, keys, strict=True):
        if group.relation == "character":
            parts[words[0]] = tuple(words)
            words.clear()
    starts = re.compile(f"[{''.join({re.escape(part[0]) for part in parts})}]")
    part = re.compile(f"({'|'.join(sorted(map(re.escape, parts), key=len, reverse=True))})")
    for group, line, words in zip(groups, text.split("\n"), keys, strict=True):
        if group.cased:
            words[1:] = map(cased_key, group.forms)
        elif words and starts.search(line):
            words += [writing for word in words for writing in _writings(word, part, parts)]
    return keys


def stems_of(phrase: str) -> list[str]:
    """What is common to the inflected forms of a lay phrase, with が as の and は too."""
    if not (match := _PHRASE.fullmatch(phrase)):
        return []
    stem = match[1]
    return [stem, *(stem.replace("が", particle, 1) for particle in "のは" if "が" in stem)]


def _writings(word: str, part: re.Pattern[str], parts: dict[str, Sequence[str]]) -> Iterator[str]:
    pieces = part.split(word)
    if len(pieces) > 1:
        choices = product(*(parts.get(piece, (piece,)) for piece in pieces))
        yield from islice(map("".join, choices), 1, _MOST + 1)
