"""Terms: the lexicon's words in a statement, as concepts that all their names share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from medrag.japanese.lexicon import default_lexicon

_NAMING = frozenset(("same", "spelling", "brand", "lay"))
# Grammar and units are read elsewhere; as concepts they would make any two sentences alike.
_SPEAKING = frozenset(
    ("以上", "以下", "未満", "超", "以内", "以外", "に対して", "場合", "及び", "または")
)


_KINDS = {
    "drugs": "drug", "drug_classes": "drug", "conditions": "condition", "tests_and_measures": "measure",
    "procedures": "procedure", "anatomy": "anatomy", "microbes": "microbe", "populations": "population",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the lexicon where it stands.

    Attributes:
        concepts: What it may mean; an ambiguous abbreviation has several.
        classes: The classes that it belongs to, as concepts.
        opposites: Concepts that say the opposite.
        kinds: What sort of thing it names (drug, condition, procedure); empty for general words.
    """

    start: int
    end: int
    form: str
    concepts: frozenset[str]
    classes: frozenset[str]
    opposites: frozenset[str]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    concepts: frozenset[str]
    classes: frozenset[str]
    opposites: frozenset[str]
    kinds: frozenset[str]


def find(text: str) -> tuple[Term, ...]:
    """The terms of a folded text, leftmost and longest."""
    found = []
    for mention in default_lexicon().find(text):
        meaning = _meaning(mention.form, mention.group_ids)
        if meaning is not None:
            found.append(
                Term(
                    start=mention.start,
                    end=mention.end,
                    form=mention.form,
                    concepts=meaning.concepts,
                    classes=meaning.classes,
                    opposites=meaning.opposites,
                    kinds=meaning.kinds,
                )
            )
    return tuple(found)


@cache
def _meaning(form: str, group_ids: tuple[int, ...]) -> _Meaning | None:
    lexicon = default_lexicon()
    groups = [lexicon.groups[index] for index in group_ids]
    if form in _SPEAKING or all(group.relation == "unit" for group in groups):
        return None
    names = {form, *(group.head for group in groups if group.relation in _NAMING)}
    return _Meaning(
        concepts=frozenset(lexicon.canonical(name) for name in names),
        classes=frozenset(
            lexicon.canonical(name) for own in names for name in lexicon.classes_of(own)
        ),
        opposites=frozenset(lexicon.canonical(name) for name in lexicon.antonyms(form)),
        kinds=frozenset(_KINDS[group.source] for group in groups if group.source in _KINDS),
    )


@cache
def canonical(word: str) -> str:
    """The concept that a word's names share."""
    return default_lexicon().canonical(word)


@cache
def opposites(word: str) -> frozenset[str]:
    """Concepts of the words that say the opposite of a word."""
    lexicon = default_lexicon()
    return frozenset(lexicon.canonical(other) for other in lexicon.antonyms(word))
