"""What follows from groups that share words: one name for each thing, classes, opposites.

Groups that name one thing (`same`, `spelling`, `brand`, `unit`) merge, so that プラビックス,
クロピドグレル and clopidogrel have one canonical key. Ambiguous groups never merge (MS would make
one disease of 多発性硬化症 and 僧帽弁狭窄症), nor do lay words, classes and opposites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from medrag.japanese.lexicon.groups import MERGING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from medrag.japanese.lexicon.groups import Group


class Relations:
    """Names of one thing, classes and their members, and opposites, all by key."""

    __slots__ = ("_antonyms", "_canonical", "_classes", "_members", "_names")

    def __init__(self, groups: Sequence[Group], keys: Sequence[Sequence[str]]) -> None:
        self._canonical: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}
        self._classes: dict[str, dict[str, None]] = {}
        self._members: dict[str, dict[str, None]] = {}
        self._antonyms: dict[str, dict[str, None]] = {}
        links = []
        for group, words in zip(groups, keys, strict=True):
            if group.relation in MERGING:
                if not group.ambiguous:
                    self._merge(words)
            elif group.relation in {"member", "antonym"}:
                links.append((group.relation, words))
        for relation, words in links:
            head, *forms = dict.fromkeys(map(self.canonical, words))
            there, back = (
                (self._members, self._classes)
                if relation == "member"
                else (self._antonyms, self._antonyms)
            )
            there.setdefault(head, {}).update(dict.fromkeys(forms))
            for form in forms:
                back.setdefault(form, {})[head] = None

    def canonical(self, word: str) -> str:
        """The key that stands for all names of one thing; for an unknown word, itself."""
        return self._canonical.get(word, word)

    def names(self, word: str) -> Sequence[str]:
        """All names of the thing that a word names, the canonical one first."""
        return self._names.get(self.canonical(word), (word,))

    def classes(self, word: str) -> Iterable[str]:
        """The classes that a thing is in, nearest first."""
        return _reach(self.canonical(word), self._classes)

    def members(self, word: str) -> Iterable[str]:
        """The members of a class, nearest first."""
        return _reach(self.canonical(word), self._members)

    def antonyms(self, word: str) -> Iterable[str]:
        """What says the opposite."""
        return self._antonyms.get(self.canonical(word), ())

    def _merge(self, words: Sequence[str]) -> None:
        canonical, names = self._canonical, self._names
        known = list(dict.fromkeys(canonical[word] for word in words if word in canonical))
        first = known[0] if known else words[0]
        own = names.setdefault(first, [])
        for other in known[1:]:
            absorbed = names.pop(other)
            own.extend(absorbed)
            canonical.update(dict.fromkeys(absorbed, first))
        for word in words:
            if word not in canonical:
                canonical[word] = first
                own.append(word)


def _reach(start: str, links: dict[str, dict[str, None]]) -> Iterable[str]:
    reached: dict[str, None] = {}
    frontier = list(links.get(start, ()))
    while frontier:
        fresh = [word for word in dict.fromkeys(frontier) if word not in reached]
        reached.update(dict.fromkeys(fresh))
        frontier = [further for word in fresh for further in links.get(word, ())]
    return reached
