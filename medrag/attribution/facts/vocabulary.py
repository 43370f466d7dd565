"""The general vocabulary of guideline prose: what a rewording exchanges, what excludes each other.

Medical terms are the lexicon's business. Here are the verbs and set phrases around them (投与 and
用いる, のみ and に限り) and the kinds whose values exclude each other (食前 and 食後, 経口 and 静注).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from medrag.errors import LexiconError

_FILE = "expressions.tsv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The tables of expressions.tsv.

    Attributes:
        light: Base forms that only carry grammar.
        modal: Base forms that say how strongly something is said.
        denying: Base forms that deny by themselves (禁忌, 避ける).
        denied: Base forms that hold what they deny (不要: 要する), to the head of its group.
        heads: Base form of a word to the head of its group.
        phrases: Matches any fixed expression.
        concepts: A fixed expression, lower case, to its concept; "" when it carries none.
        slots: Matches any slot value.
        values: A slot value as written, lower case, to its (slot, value) pairs.
    """

    light: frozenset[str]
    modal: frozenset[str]
    denying: frozenset[str]
    denied: dict[str, str]
    heads: dict[str, str]
    phrases: re.Pattern[str]
    concepts: dict[str, str]
    slots: re.Pattern[str]
    values: dict[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a slot, named by its first form."""

    slot: str
    value: str


@cache
def vocabulary() -> Vocabulary:
    """The tables, read once."""
    text = resources.files(__package__).joinpath(_FILE).read_text("utf-8")
    sets: dict[str, set[str]] = {"light": set(), "modal": set(), "deny": set()}
    heads: dict[str, str] = {}
    denied: dict[str, str] = {}
    concepts: dict[str, str] = {}
    values: dict[str, tuple[Value, ...]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        kind, name, forms = [*line.split("\t"), "", ""][:3]
        if kind in sets:
            sets[kind].update(forms.split("|"))
        elif kind == "same":
            heads.setdefault(name, name)
            for form in forms.split("|"):
                heads.setdefault(form, name)
        elif kind == "denied":
            denied.update(dict.fromkeys(forms.split("|"), name))
        elif kind == "phrase":
            for form in forms.split("|"):
                concepts[form.lower()] = "" if name == "-" else name
        elif kind == "slot":
            for value in forms.split(";"):
                names = value.split("|")
                for form in names:
                    entry = Value(slot=name, value=names[0])
                    values[form.lower()] = (*values.get(form.lower(), ()), entry)
        else:
            raise LexiconError(f"no such kind: {kind!r}", where=f"{_FILE}:{number}")
    return Vocabulary(
        light=frozenset(sets["light"]),
        modal=frozenset(sets["modal"]),
        denying=frozenset(sets["deny"]),
        denied=denied,
        heads=heads,
        phrases=re.compile(_longest_first(concepts), re.IGNORECASE),
        concepts=concepts,
        slots=re.compile(_longest_first(values), re.IGNORECASE),
        values=values,
    )


def _longest_first(forms: Iterable[str]) -> str:
    # Latin forms begin at a word's start, so that "men" is not found in "treatment".
    ordered = sorted(forms, key=len, reverse=True)
    return "|".join(
        rf"\b{re.escape(form)}" if form[0].isascii() else re.escape(form) for form in ordered
    )
