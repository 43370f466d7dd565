"""The general vocabulary of guideline prose: what a rewording exchanges, what excludes each other.

Medical terms are the lexicon's business. Here are the verbs and set phrases around them (投与 and
用いる, のみ and に限り) and the kinds whose values exclude each other (食前 and 食後, 経口 and 静注).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import resources

from medrag.errors import LexiconError
from medrag.japanese.units import alternation

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
        phrases: Matches any fixed expression, in lower case.
        concepts: A fixed expression, lower case, to its concept; "" when it carries none. One that
            begins with = is a set phrase, any other the key of the word that it stands for.
        slots: Matches any slot value, in lower case.
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
    tables = _Tables()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            kind, name, forms = [*line.split("\t"), "", ""][:3]
            take = tables.takers().get(kind)
            if take is None:
                raise LexiconError(f"no such kind: {kind!r}", where=f"{_FILE}:{number}")
            take(name, forms)
    return tables.vocabulary()


@dataclass(slots=True)
class _Tables:
    """The tables while they are read."""

    sets: dict[str, set[str]] = field(
        default_factory=lambda: {"light": set(), "modal": set(), "deny": set()}
    )
    heads: dict[str, str] = field(default_factory=dict)
    denied: dict[str, str] = field(default_factory=dict)
    concepts: dict[str, str] = field(default_factory=dict)
    values: dict[str, tuple[Value, ...]] = field(default_factory=dict)

    def takers(self) -> dict[str, Callable[[str, str], None]]:
        """For each kind of line, what takes its name and forms."""
        return {
            "same": self._same,
            "idiom": self._idiom,
            "denied": lambda name, forms: self.denied.update(dict.fromkeys(forms.split("|"), name)),
            "general": lambda _, forms: self.heads.update(
                {form: form for form in forms.split("|") if form not in self.heads}
            ),
            "phrase": self._phrase,
            "slot": self._slot,
            **{kind: partial(self._list, kind) for kind in self.sets},
        }

    def vocabulary(self) -> Vocabulary:
        return Vocabulary(
            light=frozenset(self.sets["light"]),
            modal=frozenset(self.sets["modal"]),
            denying=frozenset(self.sets["deny"]),
            denied=self.denied,
            heads=self.heads,
            phrases=re.compile(_longest_of(self.concepts)),
            concepts=self.concepts,
            slots=re.compile(_longest_of(self.values)),
            values=self.values,
        )

    def _list(self, kind: str, _: str, forms: str) -> None:
        self.sets[kind].update(forms.split("|"))

    def _same(self, name: str, forms: str) -> None:
        head = self.heads.setdefault(name, name)  # of two lines the first decides
        for form in forms.split("|"):
            self.heads.setdefault(form, head)

    def _idiom(self, name: str, forms: str) -> None:
        for form in forms.split("|"):
            self.concepts[form.lower()] = self.heads.get(name, name)

    def _phrase(self, name: str, forms: str) -> None:
        for form in forms.split("|"):
            self.concepts[form.lower()] = "" if name == "-" else name

    def _slot(self, name: str, forms: str) -> None:
        for value in forms.split(";"):
            names = value.split("|")
            for form in names:
                entry = Value(slot=name, value=names[0])
                self.values[form.lower()] = (*self.values.get(form.lower(), ()), entry)


def _longest_of(forms: Iterable[str]) -> str:
    """A pattern that takes the longest of `forms`, in lower case."""
    # Latin forms begin at a word's start, so that "men" is not found in "treatment".
    latin = [form for form in forms if form[0].isascii() and form[0].isalpha()]
    others = [form for form in forms if not (form[0].isascii() and form[0].isalpha())]
    return rf"{alternation(others)}|\b{alternation(latin)}"
