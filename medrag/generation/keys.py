"""Keys: what a text holds, in a form in which a term can be looked up in it.

The words of a text and the canonical names of what the lexicon finds in it, its amounts and the people
for whom it is meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from medrag.generation.scope import restrictions
from medrag.japanese import quantities
from medrag.japanese.lexicon import Lexicon, Mention, default_lexicon
from medrag.japanese.normalize import fold
from medrag.japanese.quantities import Quantity
from medrag.japanese.tokens import words

#: Relations by which a word is a name of a thing.
NAMES = frozenset({"same", "spelling", "brand", "unit"})
#: Lexicon files of drugs and their classes.
DRUGS = frozenset({"drugs", "drug_classes"})


@lru_cache(maxsize=8192)
def keys_of(text: str) -> frozenset[str]:
    """The keys of a text: its words, and the canonical names of the lexicon's terms in it."""
    lexicon = default_lexicon()
    folded = fold(text)
    keys = set(words(folded))
    for mention in lexicon.find(folded):
        keys.update(_inside(folded[mention.start : mention.end]))
        for name in names_of(lexicon, mention):
            keys.add(name)
            if mention.form.isascii() and not name.isascii():  # LVEF says 駆出率
                keys.update(words(name))
    for quantity in quantities.find(folded):
        keys.update((amount_key(quantity), amount_key(quantity, bare=True)))
    keys.update(map(restricted, restrictions(folded)))
    return frozenset(keys)


@lru_cache(maxsize=8192)
def _inside(whole: str) -> frozenset[str]:
    """The names inside a longer one, without what stands before or behind: 血中好酸球数, 好酸球."""
    lexicon = default_lexicon()
    return frozenset(
        name
        for first, last in ((0, -1), (0, -2), (1, None), (2, None), (1, -1), (2, -1))
        if len(inner := whole[first:last]) >= _SHORTEST_INSIDE
        and whole[first - 1 : first] not in _TURNING
        for mention in lexicon.find(inner)
        if mention.end - mention.start == len(inner)
        for name in names_of(lexicon, mention)
    )


#: Shorter names stand inside many others; and what turns a name into that of something else.
_SHORTEST_INSIDE, _TURNING = 3, frozenset("非不無低高抗未")


def restricted(population: str) -> str:
    """A key for a population: every word for it names it."""
    return f"@{population}"


@lru_cache(maxsize=8192)
def conditions_in(text: str) -> frozenset[str]:
    """The diseases and states that a text names."""
    lexicon = default_lexicon()
    return frozenset(
        lexicon.canonical(mention.form)
        for mention in lexicon.find(fold(text))
        if "conditions" in {lexicon.groups[index].source for index in mention.group_ids}
    )


@lru_cache(maxsize=8192)
def drugs_in(text: str) -> frozenset[str]:
    """The drugs and classes of drugs that a text names."""
    lexicon = default_lexicon()
    return frozenset(
        name
        for mention in lexicon.find(fold(text))
        if {lexicon.groups[index].source for index in mention.group_ids} & DRUGS
        for name in names_of(lexicon, mention)
    )


def amount_key(quantity: Quantity, *, bare: bool = False) -> str:
    """A key for an amount with its comparator: 75歳以上 is not 75歳未満.

    Args:
        bare: As it is written without a unit, as in eGFR 30未満.
    """
    parts = ",".join(f"{part.low}-{part.high}" for part in quantity.parts)
    return (
        f"{quantity.comparator} {parts} {'' if bare else quantity.dimension or quantity.unit or ''}"
    )


def names_of(lexicon: Lexicon, mention: Mention) -> Iterable[str]:
    """Canonical names of a mention, those of an ambiguous abbreviation included."""
    yield lexicon.canonical(mention.form)
    for index in mention.group_ids:
        group = lexicon.groups[index]
        if group.ambiguous and group.relation in NAMES:
            yield lexicon.canonical(group.head)
