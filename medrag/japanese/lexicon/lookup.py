"""The lexicon in memory: which words are in a text, and what else may be said for each.

Words are found through a table from their first two characters to the lengths of the words that
begin so: one alternation of all words takes longer to compile than the files take to read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from medrag.japanese.lexicon.boundaries import follows_number, stands_alone, unit_ends
from medrag.japanese.lexicon.groups import MERGING, Group, Relation, read_groups
from medrag.japanese.lexicon.relations import Relations
from medrag.japanese.lexicon.writings import key, keys_of, one_dash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Self

_HERE: Final = Path(__file__).parent

# In the order in which they name things: where groups merge, the earlier head is canonical.
FILES: Final = (
    "conditions",
    "tests_and_measures",
    "procedures",
    "anatomy",
    "microbes",
    "drug_classes",
    "drugs",
    "populations",
    "evidence",
    "general_words",
    "spelling",
    "units",
    "lay",
    "antonyms",
)

# An ambiguous abbreviation up to this length is mostly another word in small letters (as, or, ms).
_SHORT: Final = 4


class Mention(NamedTuple):
    """A word of the lexicon in a text.

    Attributes:
        start: Where it begins, in code points of the text given.
        end: Where it ends, half open.
        form: The word as the lexicon writes it.
        group_ids: The groups that it belongs to, indices into `Lexicon.groups`.
    """

    start: int
    end: int
    form: str
    group_ids: tuple[int, ...]


class Synonym(NamedTuple):
    """Another word for a term, and by which relation it is one."""

    form: str
    relation: Relation


class Lexicon:
    """Groups of related words, with lookup in text.

    Attributes:
        groups: Every group, in the order of the files.
    """

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups: Final = tuple(groups)
        self._keys: Final = keys_of(self.groups)
        self._ids: Final = _ids(self._keys)
        self._lengths: Final = _lengths(self._ids)
        self._relations: Final = Relations(self.groups, self._keys)

    @classmethod
    def load(cls, extra: Sequence[Path] = ()) -> Self:
        """The lexicon that ships, and further files after it.

        Raises:
            LexiconError: A file cannot be read or a line of it is malformed.
        """
        paths = (*(_HERE / f"{name}.tsv" for name in FILES), *extra)
        return cls(group for path in paths for group in read_groups(path))

    def find(self, text: str) -> list[Mention]:
        """The words of the lexicon in a text: leftmost, longest, not overlapping.

        An ambiguous abbreviation of up to four letters (MS, AS, OR) is found only in the case in
        which the lexicon writes it, since in small letters it is mostly another word.

        Args:
            text: Already NFKC (`normalize`), its case as written; spans are of this text.
        """
        folded = _fold_in_place(text)
        lengths, ids = self._lengths, self._ids
        begun = [
            position
            for position, character in enumerate(folded)
            if folded[position : position + 2] in lengths or character in lengths
        ]
        mentions: list[Mention] = []
        end = 0
        for position in begun:
            if position < end:
                continue
            pair = folded[position : position + 2]
            for length in lengths.get(pair) or lengths[folded[position]]:
                word = folded[position : position + length]
                if word in ids and (meant := self._meant(text, folded, position, word)):
                    end = position + length
                    mentions.append(Mention(position, end, self._written(word, meant[0]), meant))
                    break
        return mentions

    def synonyms(self, term: str, *, ambiguous: bool = False) -> list[Synonym]:
        """Other words for a term, each with the relation that makes it one.

        Names of the same thing come first; lay words of a clinical term, or the clinical terms
        that a lay word may mean with all their names, come last. Classes are not synonyms.

        Args:
            term: Any word, however it is written.
            ambiguous: Whether words that have other meanings count, and are explained, too.
        """
        own = key(term)
        found: dict[str, Relation] = {}
        for group in self._groups(own):
            if group.relation in MERGING and ambiguous >= group.ambiguous:
                for form in (group.head, *group.forms):
                    if group.ambiguous:
                        self._add_names(key(form), "same", found)
                    else:
                        found.setdefault(key(form), group.relation)
        self._add_names(own, "same", found)
        for name in self._relations.names(own):
            for group in self._groups(name):
                if group.relation == "lay" and ambiguous >= group.ambiguous:
                    for form in (group.head, *group.forms):
                        self._add_names(key(form), "lay", found)
        found.pop(own, None)
        return [Synonym(self._written(word), relation) for word, relation in found.items()]

    def same(self, one: str, other: str) -> bool:
        """Whether two words name one thing, by `same`, `spelling`, `brand` or `unit`."""
        return self.canonical(one) == self.canonical(other)

    def canonical(self, term: str) -> str:
        """A key that all names of one thing share; an unknown word's key is its own."""
        return self._relations.canonical(key(term))

    def classes_of(self, term: str) -> tuple[str, ...]:
        """The classes that a term is in, nearest first: ロサルタン, ARB, RAS阻害薬, 降圧薬."""
        return tuple(map(self._written, self._relations.classes(key(term))))

    def members_of(self, term: str) -> tuple[str, ...]:
        """The members of a class, nearest first, and those of the classes among them."""
        return tuple(map(self._written, self._relations.members(key(term))))

    def antonyms(self, term: str) -> tuple[str, ...]:
        """Words that say the opposite of a term or of another name for it."""
        return tuple(map(self._written, self._relations.antonyms(key(term))))

    def is_ambiguous(self, term: str) -> bool:
        """Whether the lexicon knows a term only as one that has several meanings."""
        own = key(term)
        known = list(self._groups(own))
        return bool(known) and all(group.ambiguous and key(group.head) != own for group in known)

    def _meant(self, text: str, folded: str, start: int, word: str) -> tuple[int, ...]:
        """The groups of a word that it may belong to where it stands."""
        end = start + len(word)
        alone = stands_alone(folded, start, end)
        cased = not (word.isascii() and len(word) <= _SHORT)
        meant = []
        for index in self._ids[word]:
            group = self.groups[index]
            if group.relation == "unit":
                if follows_number(folded, start) and unit_ends(folded, end):
                    meant.append(index)
            elif alone and (cased or not group.ambiguous or text[start:end] in group.forms):
                meant.append(index)
        return tuple(meant)

    def _groups(self, word: str) -> Iterator[Group]:
        return (self.groups[index] for index in self._ids.get(word, ()))

    def _add_names(self, word: str, relation: Relation, found: dict[str, Relation]) -> None:
        for name in self._relations.names(word):
            found.setdefault(name, relation)

    def _written(self, word: str, index: int | None = None) -> str:
        """A key as a group (by default its first) writes it; a further writing is its own."""
        if index is None:
            if word not in self._ids:
                return word
            index = self._ids[word][0]
        group, position = self.groups[index], self._keys[index].index(word)
        return (group.head, *group.forms)[position] if position <= len(group.forms) else word


def _ids(keys: Sequence[Sequence[str]]) -> dict[str, tuple[int, ...]]:
    """For each word, the groups that it is in."""
    ids: dict[str, tuple[int, ...]] = {}
    for index, words in enumerate(keys):
        for word in words:
            if word not in ids:
                ids[word] = (index,)
            elif ids[word][-1] != index:
                ids[word] += (index,)
    return ids


def _lengths(words: Iterable[str]) -> dict[str, list[int]]:
    """For each two characters, and each one that is a word, the lengths of words that begin so."""
    lengths: dict[str, set[int]] = {}
    for word in words:
        if word[:2] in lengths:
            lengths[word[:2]].add(len(word))
        else:
            lengths[word[:2]] = {len(word)}
    for start, found in lengths.items():
        if start[0] in lengths:
            found.add(1)
    return {start: sorted(found, reverse=True) for start, found in lengths.items()}


def _fold_in_place(text: str) -> str:
    """The key of a text, character for character, so that spans of one are spans of the other."""
    folded = text.casefold()
    if len(folded) != len(text):
        lowered = ((character, character.casefold()) for character in text)
        folded = "".join(low if len(low) == 1 else character for character, low in lowered)
    return one_dash(folded)
