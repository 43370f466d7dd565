"""The files of the lexicon: tidy lines, and no word that names two things."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from unicodedata import is_normalized

import pytest

from medrag.japanese.lexicon import default_lexicon, read_groups
from medrag.japanese.normalize import fold

LEXICON = default_lexicon()
FOLDER = Path(__file__).resolve().parents[2] / "medrag" / "japanese" / "lexicon"
FILES = sorted(FOLDER.glob("*.tsv"))


def test_the_lexicon_is_large() -> None:
    relations = Counter(group.relation for group in LEXICON.groups)
    assert sum(relations.values()) > 4_000
    assert relations["same"] > 2_000
    assert relations["brand"] > 700
    assert relations["lay"] > 400
    assert relations["member"] > 150
    assert relations["antonym"] > 200


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_is_tidy_and_normalised(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert is_normalized("NFKC", text)
    assert "\t\t" not in text
    for group in read_groups(path):
        words = [fold(word).casefold() for word in (group.head, *group.forms)]
        assert len(set(words)) == len(words), f"{group.head} is said twice"


def test_every_file_is_loaded() -> None:
    assert {group.source for group in LEXICON.groups} == {path.stem for path in FILES}


def test_no_word_names_two_things() -> None:
    owners: dict[str, set[str]] = {}
    for group in LEXICON.groups:
        if group.relation in {"same", "brand", "unit"} and not (group.ambiguous or group.cased):
            for word in (group.head, *group.forms):
                owners.setdefault(fold(word).casefold(), set()).add(group.head)
    shared = {word: names for word, names in owners.items() if len(names) > 1}
    assert shared == {}


def test_nothing_is_its_own_opposite() -> None:
    assert [
        (group.head, form)
        for group in LEXICON.groups
        if group.relation == "antonym"
        for form in group.forms
        if LEXICON.same(group.head, form)
    ] == []


def test_no_lay_word_or_member_is_the_thing_itself() -> None:
    assert [
        (group.head, form)
        for group in LEXICON.groups
        if group.relation in {"lay", "member"}
        for form in group.forms
        if LEXICON.same(group.head, form)
    ] == []


def test_every_member_of_a_class_is_a_word_of_its_own() -> None:
    named = {
        group.head
        for group in LEXICON.groups
        if group.relation in {"same", "brand"} and not group.ambiguous
    }
    assert [
        (group.head, form)
        for group in LEXICON.groups
        if group.relation == "member"
        for form in (group.head, *group.forms)
        if form not in named
    ] == []


def test_no_class_is_in_itself() -> None:
    assert [
        group.head
        for group in LEXICON.groups
        if group.relation == "member"
        and LEXICON.canonical(group.head)
        in {LEXICON.canonical(found) for found in LEXICON.classes_of(group.head)}
    ] == []
