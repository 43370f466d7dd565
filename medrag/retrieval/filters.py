"""Filters: which passages may be hits at all, decided before anything is ranked or cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from medrag.errors import QuestionError
from medrag.index.index import Index
from medrag.index.terms import word_key
from medrag.japanese import tokens
from medrag.japanese.lexicon import Lexicon
from medrag.japanese.normalize import fold

#: What a search can be filtered by; each takes one value, or several of which one must agree.
KEYS = ("society", "document", "kind", "population", "edition", "year", "language")

Filters = Mapping[str, str | Sequence[str]]


def allowed(index: Index, filters: Filters, *, lexicon: Lexicon) -> NDArray[np.bool_]:
    """Which passages agree with every filter, shape (passages,).

    Values are compared folded and without regard to case. `year` is that of publication.
    `population` is whom a passage or a heading above it speaks of (妊婦, 高齢者, CKD患者), by that
    name or another one of the lexicon; that a passage speaks of them in denial counts too.

    Raises:
        QuestionError: A key is not one of `KEYS`, or has no value.
    """
    documents = np.ones(len(index.columns["language"]), dtype=np.bool_)
    passages = np.ones(len(index), dtype=np.bool_)
    for key, given in filters.items():
        wanted = {_key(value) for value in ([given] if isinstance(given, str) else given)} - {""}
        if key not in KEYS:
            message = f"there is no filter {key!r}"
            raise QuestionError(message, where=key, hint=f"valid: {', '.join(KEYS)}")
        if not wanted:
            raise QuestionError("a filter has no value", where=key, hint=f"give {key}=VALUE")
        if key == "kind":
            passages &= index.kinds.where(_among(wanted))
        elif key == "population":
            passages &= _speaking_of(wanted, index, lexicon)
        elif key == "document":
            values = [given] if isinstance(given, str) else given
            rows = [row for value in values if (row := index.document_row(value)) is not None]
            named = np.zeros_like(documents)
            named[rows] = True
            documents &= named
        elif key == "year":
            documents &= index.columns["published"].where(_among(wanted, first=4))
        else:
            documents &= index.columns[key].where(_among(wanted))
    if not documents.all():
        passages &= documents[index.passage_document]
    return passages


def _speaking_of(names: set[str], index: Index, lexicon: Lexicon) -> NDArray[np.bool_]:
    """Which passages have all words of one of the names, or of another name for it."""
    found = np.zeros(len(index), dtype=np.bool_)
    for name in names:
        for form in (name, *(synonym.form for synonym in lexicon.synonyms(name))):
            words = dict.fromkeys(tokens.words(form))
            places = index.words.find(map(word_key, words))
            if len(words) == len(places) > 0:
                found[index.words.together(places)] = True
    return found


def _among(wanted: set[str], *, first: int | None = None) -> Callable[[str], bool]:
    return lambda value: _key(value[:first]) in wanted


def _key(value: str) -> str:
    return fold(value).casefold().strip()
