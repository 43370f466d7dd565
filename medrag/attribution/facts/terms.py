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


_MEASURES = "tests_and_measures"
_OF_BLOOD = ("血清", "血中", "血漿")
_AMOUNTS = ("値", "濃度")


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
    if any(group.source == _MEASURES for group in groups):
        names.update([stem for name in names for stem in _measured(name)])
    return _Meaning(
        concepts=frozenset(lexicon.canonical(name) for name in names),
        classes=frozenset(
            lexicon.canonical(name) for own in names for name in lexicon.classes_of(own)
        ),
        opposites=frozenset(lexicon.canonical(name) for name in lexicon.antonyms(form)),
        kinds=frozenset(_KINDS[group.source] for group in groups if group.source in _KINDS),
    )


def _measured(name: str) -> list[str]:
    """What a measurement is of: 血清リン値 is also said as 血清リン, リン値 or リン."""
    stems = [name]
    for stem in (name, *(name.removeprefix(prefix) for prefix in _OF_BLOOD)):
        stems.extend((stem, *(stem.removesuffix(amount) for amount in _AMOUNTS)))
    return [stem for stem in stems if default_lexicon().knows(stem)]


@cache
def within(form: str) -> frozenset[str]:
    """Concepts of the words that a term is made of: 心房細動 of 非弁膜症性心房細動, H. pylori of its infection."""
    parts = [term for part in (form[1:], form[:-1]) for term in find(part) if len(term.form) > 1]
    own = frozenset(concept for term in parts if term.kinds for concept in term.concepts)
    return own.union(*(within(term.form) for term in parts if len(term.form) < len(form)))


@cache
def canonical(word: str) -> str:
    """The concept that a word's names share."""
    return default_lexicon().canonical(word)


@cache
def opposites(word: str) -> frozenset[str]:
    """Concepts of the words that say the opposite of a word."""
    lexicon = default_lexicon()
    return frozenset(lexicon.canonical(other) for other in lexicon.antonyms(word))


@cache
def spelled(concepts: frozenset[str]) -> tuple[str, ...]:
    """Names of concepts that cannot be part of another word by chance: kanji or katakana, three of them."""
    lexicon = default_lexicon()
    return tuple(
        name
        for concept in concepts
        for name in (
            concept,
            *(s.form.lower() for s in lexicon.synonyms(concept) if s.relation != "lay"),
        )
        if len(name) > 2 and not name.isascii()
    )
