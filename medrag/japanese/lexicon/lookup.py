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
from medrag.japanese.lexicon.writings import cased_key, keys_of, one_dash, stems_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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
        self._add_stems()
        self._cased: Final = frozenset(
            word
            for group, words in zip(self.groups, self._keys, strict=True)
            if group.cased
            for word in words[1:]
        )
        for word in self._cased:  # so that `find`, which reads folded text, comes upon it
            self._ids.setdefault(word.casefold(), ())
        self._lengths: Final = _lengths(self._ids)
        self._firsts: Final = frozenset(start[0] for start in self._lengths)
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
        firsts = self._firsts
        begun = [
            position
            for position, character in enumerate(folded)
            if character in firsts
            and (folded[position : position + 2] in lengths or character in lengths)
        ]
        mentions: list[Mention] = []
        end = 0
        for position in begun:
            if position < end:
                continue
            pair = folded[position : position + 2]
            for length in lengths.get(pair) or lengths[folded[position]]:
                # At the end of a text a slice may be shorter than it was asked to be.
                if (
                    position + length > len(folded)
                    or folded[position : position + length] not in ids
                ):
                    continue
                word, meant = self._meant(text, folded, position, position + length)
                if meant:
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
        own = self._key(term)
        found: dict[str, Relation] = {}
        for index in self._ids.get(own, ()):
            group = self.groups[index]
            if group.relation in MERGING and ambiguous >= group.ambiguous:
                for word in self._keys[index]:
                    found.setdefault(word, group.relation)
                    if group.ambiguous:
                        self._add_names(word, "same", found)
        self._add_names(own, "same", found)
        for name in self._relations.names(own):
            for index in self._ids.get(name, ()):
                group = self.groups[index]
                if group.relation == "lay" and ambiguous >= group.ambiguous:
                    for word in self._keys[index]:
                        self._add_names(word, "lay", found)
        found.pop(own, None)
        return [Synonym(self._written(word), relation) for word, relation in found.items()]

    def same(self, one: str, other: str) -> bool:
        """Whether two words name one thing, by `same`, `spelling`, `brand` or `unit`."""
        return self.canonical(one) == self.canonical(other)

    def canonical(self, term: str) -> str:
        """A key that all names of one thing share; an unknown word's key is its own."""
        return self._relations.canonical(self._key(term))

    def classes_of(self, term: str) -> tuple[str, ...]:
        """The classes that a term is in, nearest first: ロサルタン, ARB, RAS阻害薬, 降圧薬."""
        return tuple(map(self._written, self._relations.classes(self._key(term))))

    def members_of(self, term: str) -> tuple[str, ...]:
        """The members of a class, nearest first, and those of the classes among them."""
        return tuple(map(self._written, self._relations.members(self._key(term))))

    def antonyms(self, term: str) -> tuple[str, ...]:
        """Words that say the opposite of a term or of another name for it."""
        return tuple(map(self._written, self._relations.antonyms(self._key(term))))

    def knows(self, term: str) -> bool:
        """Whether the lexicon has a term under any of its writings."""
        return bool(self._ids.get(self._key(term)))

    def is_ambiguous(self, term: str) -> bool:
        """Whether the lexicon knows a term only as one that has several meanings."""
        own = self._key(term)
        ids = self._ids.get(own, ())
        return bool(ids) and all(
            self.groups[index].ambiguous and self._keys[index][0] != own for index in ids
        )

    def _add_stems(self) -> None:
        """Lay phrases are found by their stems too, where those are not words themselves."""
        stems: dict[str, list[int]] = {}
        for index, (group, words) in enumerate(zip(self.groups, self._keys, strict=True)):
            if group.relation == "lay":
                for stem in dict.fromkeys(stem for word in words for stem in stems_of(word)):
                    stems.setdefault(stem, []).append(index)
        for stem, indices in stems.items():
            self._ids.setdefault(stem, tuple(indices))

    def _key(self, term: str) -> str:
        written = cased_key(term)
        return written if written in self._cased else written.casefold()

    def _meant(self, text: str, folded: str, start: int, end: int) -> tuple[str, tuple[int, ...]]:
        """The key of the word that stands in a place, and the groups it may belong to there."""
        word, written = folded[start:end], text[start:end]
        if written in self._cased:
            word = written
        alone = stands_alone(folded, start, end)
        as_written = word.isascii() and len(word) <= _SHORT
        meant = []
        for index in self._ids[word]:
            group = self.groups[index]
            if group.relation == "unit":
                if (
                    follows_number(folded, start)
                    and unit_ends(folded, end)
                    and (len(word) > 1 or written in (group.head, *group.forms))
                ):
                    meant.append(index)
            elif alone and not (group.ambiguous and as_written and written not in group.forms):
                meant.append(index)
        return word, tuple(meant)

    def _add_names(self, word: str, relation: Relation, found: dict[str, Relation]) -> None:
        for name in self._relations.names(word):
            found.setdefault(name, relation)

    def _written(self, word: str, index: int | None = None) -> str:
        """A key as a group (by default its first) writes it; a further writing is its own."""
        if index is None:
            if not self._ids.get(word):
                return word
            index = self._ids[word][0]
        group, words = self.groups[index], self._keys[index]
        written = (group.head, *group.forms)
        return written[words.index(word)] if word in words[: len(written)] else word


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
